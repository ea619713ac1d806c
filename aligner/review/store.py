"""The file of decisions, in which others may write, too: git, an editor, another server."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from aligner.decisions import Decision
from aligner.errors import DecisionError
from aligner.writers.cells import clean
from aligner.writers.decisions import is_table, read_decisions, write_decisions
from aligner.writers.whole import write_whole


class ChangedError(Exception):
    """Somebody else wrote the file since it was last read."""


class Store:
    """A file of decisions, and how it was when it was last read or written here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: str | None = ""

    @property
    def is_current(self) -> bool:
        """Nobody else wrote the file since."""
        return self._seen == self._print()

    def read(self) -> tuple[Decision, ...] | None:
        """What the file holds; ``None`` where there is none.

        Raises:
            DecisionError: it cannot be used.
        """
        # Taken before the file is read: if it changes meanwhile, it counts as changed.
        seen = self._print()
        if not is_table(self.path):
            raise DecisionError(f"{clean(str(self.path))}: is no table of decisions; name another file for them")
        found = None if seen is None else read_decisions(self.path)
        self._seen = seen
        return found

    def write(self, decisions: Iterable[Decision]) -> None:
        """Put these decisions on the disk, in the place of those that were read.

        Raises:
            ChangedError: somebody else wrote the file since; it stays as it is.
            OutputError: it cannot be written.
        """
        with _locked(self.path.absolute().parent):
            if not self.is_current:
                raise ChangedError
            write_whole(self.path, lambda file: write_decisions(decisions, file), is_alone=True)
            self._seen = self._print()

    def _print(self) -> str | None:
        try:
            return sha256(self.path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return None
        except OSError as error:
            told = f"{clean(str(self.path))}: cannot be read ({error.strerror or error}); name another file"
            raise DecisionError(told) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other servers of ours from writing in this folder meanwhile, where the system can."""
    if find_spec("fcntl") is None:
        yield
        return
    import fcntl

    opened = os.open(folder, os.O_RDONLY)
    try:
        # File systems over a network may know no locks; the check for changes still holds there.
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
