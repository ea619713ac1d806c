"""The lines of a file that is being read, each of which can say where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from aligner.errors import GoldError
from aligner.writers.cells import clean

_QUOTED = 60
"""Characters of a broken line that a message quotes."""

MAX_CHARACTERS = 16 << 20
"""The longest line; a sentence has 150."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, without its newline; ``number`` counts from 1."""

    file: str
    number: int
    text: str

    def broken(self, remedy: str) -> GoldError:
        """The error that names this line and shows its beginning."""
        shown = self.text if len(self.text) <= _QUOTED else self.text[:_QUOTED] + "…"
        return GoldError(f"{self.file}:{self.number}: found {shown!r}; {remedy}")


def read_rows(file: TextIO) -> Iterator[Line]:
    """The lines of an open file that are rows of a table: of tabs alone too, but not empty."""
    return (line for line in read_lines(file, with_blank=True) if line.text.strip() or "\t" in line.text)


def read_lines(file: TextIO, *, with_blank: bool = False) -> Iterator[Line]:
    r"""The lines of an open file, blank ones only where asked for; a byte order mark is no part of the first.

    Raises:
        GoldError: the file is not text, or a line longer than ``MAX_CHARACTERS``.
    """
    name = clean(str(getattr(file, "name", "input")))
    number = 0
    try:
        for number, text in enumerate(iter(lambda: file.readline(MAX_CHARACTERS + 1), ""), 1):
            if len(text) > MAX_CHARACTERS:
                raise GoldError(f"{name}:{number}: a line of more than {MAX_CHARACTERS} characters; cut it")
            bare = text.removeprefix("\ufeff") if number == 1 else text
            if with_blank or bare.strip():
                yield Line(name, number, bare.rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise GoldError(f"{name}:{number + 1}: not UTF-8 ({error.reason}); save the file as UTF-8") from error
