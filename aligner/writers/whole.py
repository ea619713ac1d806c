"""Files that are written whole or not at all."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO, cast

from aligner.corpus import is_temporary, temporary_name
from aligner.errors import OutputError
from aligner.writers.cells import clean
from aligner.writers.streams import compressed

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Outputs:
    """Files that are written whole or not at all, all of them together: a context, which puts them in place at its end.

    What was there before stays until all is on the disk. A link is followed to the file that it points to, and a file
    that is replaced keeps its permissions. Whatever goes wrong, an interruption too, leaves the old files as they were
    and nothing new beside them; what a process left that was killed goes when the next one writes in its folder. A name
    that ends in ``.gz``, ``.xz`` or ``.zst`` is compressed.

    Only while they get their names, one after the other, can a kill leave new files beside old ones. Where the last
    file is a seal, it is not there meanwhile.

    Raises:
        OutputError: a file cannot be written here.
    """

    def __init__(self, *, is_sealed: bool = False, is_alone: bool = False) -> None:
        """How the files are put in place.

        Args:
            is_sealed: the last file vouches for the others: the old one goes before any other is replaced, and the new
                one comes when all are in place.
            is_alone: the caller keeps all others from writing in the folder meanwhile, by a lock on it.
        """
        self._is_sealed = is_sealed
        self._is_alone = is_alone
        self._files: list[_File] = []
        self._folders: list[Path] = []
        self._outlived: list[Path] = []
        self._locks: dict[Path, int | None] = {}

    @property
    def paths(self) -> list[Path]:
        """The paths of all files so far."""
        return [file.path for file in self._files]

    def text(self, path: Path) -> TextIO:
        """A new file at this path, UTF-8 with LF."""
        file = self._add(path)
        file.stream = TextIOWrapper(file.packed, encoding="utf-8", newline="\n")
        return cast(TextIO, file.stream)

    def binary(self, path: Path) -> BinaryIO:
        """A new file of bytes at this path."""
        return self._add(path).packed

    def fill(self, path: Path, lines: Iterable[str]) -> None:
        """A new text file at this path with these lines, closed at once: of such there may be more than can be open."""
        self.text(path).writelines(lines)
        self._finish(self._files[-1:])

    def finish(self) -> None:
        """Put all files so far on the disk, and close them: of such there may be more than can be open."""
        self._finish(self._files)

    def remove(self, path: Path) -> None:
        """Remove the file or link at this path when all new files are on the disk, before any of them gets its name."""
        self._outlived.append(path)

    def make_folder(self, folder: Path) -> None:
        """Make a folder for files to come, with those above it; they go again if nothing comes of it."""
        new = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
        make_folder(folder)
        self._folders += reversed(new)

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if isinstance(error, OSError) and self._files:
                raise _output_error(self._files[-1].path, error) from error
            if error is None:
                self._place()
                self._folders.clear()
        finally:
            self._clear()

    def _add(self, path: Path) -> "_File":
        try:
            place = _resolve(path)
            if not self._is_alone and place.parent not in self._locks:
                self._locks[place.parent] = _share(place.parent)
            temporary = _temporary(place.parent)
            raw = temporary.open("xb")
        except OSError as error:
            raise _output_error(path, error) from error
        packed = compressed(raw, place.name)
        self._files.append(_File(path, place, temporary, raw, packed, packed))
        return self._files[-1]

    def _finish(self, files: Iterable["_File"]) -> None:
        for file in files:
            try:
                file.finish()
            except OSError as error:
                raise _output_error(file.path, error) from error

    def _place(self) -> None:
        n_first = len(self._files) - self._is_sealed
        first, seal = self._files[:n_first], self._files[n_first:]
        _take(_File.finish, self._files)
        _take(_File.remove, seal)
        for path in self._outlived:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _output_error(path, error) from error
        _take(_File.put, first)
        _take(_File.put, seal)

    def _clear(self) -> None:
        for file in self._files:
            for stream in (file.stream, file.raw):
                with suppress(OSError):
                    stream.close()
            file.temporary.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.rmdir()
        for lock in self._locks.values():
            if lock is not None:
                os.close(lock)


@dataclass(slots=True)
class _File:
    """A file that is being written: ``path`` as it was asked for, ``place`` where it will be."""

    path: Path
    place: Path
    temporary: Path
    raw: BinaryIO
    packed: BinaryIO
    stream: IO[Any]

    def finish(self) -> None:
        """Put all of it on the disk, and close it."""
        if self.raw.closed:
            return
        if self.packed is self.raw:
            self.stream.flush()
        else:
            self.stream.close()
        self.raw.flush()
        os.fsync(self.raw.fileno())
        if self.place.exists():
            shutil.copymode(self.place, self.temporary)
        self.raw.close()

    def remove(self) -> None:
        """Remove what its name stands for so far."""
        self.place.unlink(missing_ok=True)

    def put(self) -> None:
        """Give it its name."""
        self.temporary.replace(self.place)


def _take(step: Callable[[_File], None], files: Sequence[_File]) -> None:
    """Take this step with all of these files, and have their folders know it."""
    for file in files:
        try:
            step(file)
        except OSError as error:
            raise _output_error(file.path, error) from error
    for folder in {file.place.parent for file in files}:
        _sync_folder(folder)


def write_whole(path: Path, write: Callable[[TextIO], object], *, is_alone: bool = False) -> None:
    """Have ``write`` fill a file at this path, as ``Outputs`` does.

    Raises:
        OutputError: the file cannot be written here.
    """
    with Outputs(is_alone=is_alone) as outputs:
        write(outputs.text(path))


def check_writable(path: Path) -> None:
    """Make sure that ``write_whole`` can write here, and leave no trace.

    Raises:
        OutputError: it cannot.
    """
    try:
        _try_folder(_resolve(path).parent)
    except OSError as error:
        raise _output_error(path, error) from error


def check_folder(folder: Path) -> None:
    """Make sure that files can be written in a folder, or that it can be made; leave no trace.

    Raises:
        OutputError: they cannot.
    """
    try:
        _try_folder(next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place)))
    except OSError as error:
        raise _output_error(folder, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it, if it is not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _output_error(folder, error) from error


def _resolve(path: Path) -> Path:
    """The regular file that is, or will be, at this path."""
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise OutputError(f"{_shown(path)}: is a folder; name a file in it")
    if place.exists() and not stat.S_ISREG(place.stat().st_mode):
        raise OutputError(f"{_shown(path)}: is no regular file; name another, or - for standard output")
    return place


def _temporary(folder: Path) -> Path:
    return folder / temporary_name()


def _share(folder: Path) -> int | None:
    """Let others know that somebody writes in this folder, until what this opens is closed; None where it cannot be.

    All who write in a folder share a lock on it, and a process that is killed loses its own. So whoever can have the
    lock alone knows that the temporary files there are nobody's, and removes them. (The number of a process would not
    tell: on a shared disk it may run on another machine.)
    """
    if find_spec("fcntl") is None:
        return None
    import fcntl

    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    # File systems over a network may know no locks; nothing is removed there.
    with suppress(OSError):
        with suppress(BlockingIOError):
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in folder.iterdir():
                if is_temporary(left.name):
                    with suppress(OSError):
                        left.unlink()
        fcntl.flock(opened, fcntl.LOCK_SH)
    return opened


def _try_folder(folder: Path) -> None:
    temporary = _temporary(folder)
    with temporary.open("x"):
        pass
    temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Put the new name itself on the disk, where the system can: by now the file is in place, so no failure counts."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _output_error(path: Path, error: OSError) -> OutputError:
    remedy = "choose another place"
    if isinstance(error, FileNotFoundError):
        remedy = "make its folder first"
    elif error.errno in _FULL:
        remedy = "make room, or choose another place"
    return OutputError(f"{_shown(path)}: cannot be written ({error.strerror or error}); {remedy}")


def _shown(path: Path) -> str:
    return clean(str(path))
