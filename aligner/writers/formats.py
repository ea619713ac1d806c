"""What a format of bitexts offers: how its files are told from others, read and written, and what they carry."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError, OutputError
from aligner.readers.ids import printable
from aligner.writers.cells import clean
from aligner.writers.streams import bare_name, opened, opened_text
from aligner.writers.whole import Outputs

Record = SegmentPair | GoldError
"""What a reader yields: a record, or as a value, not raised, what is wrong with a unit that cannot be read."""

_HEAD_BYTES = 1 << 16
_REMEDIES = {
    "texts": "name the two texts with --source and --target, or write .vecalign",
    "numbers of sentences": "write .tsv or another format with texts",
}

TEXTS = frozenset({"source_text", "target_text"})
LANGS = frozenset({"source_lang", "target_lang"})
DOCUMENTS = frozenset({"source_doc", "target_doc"})
SENTENCES = frozenset({"source_sentences", "target_sentences", "bead"})
"""Fields of ``SegmentPair`` that formats carry together."""


class Unfit(Exception):
    """A bitext holds what a format cannot tell; the message says what, and what to do."""


@contextmanager
def fitting(path: Path) -> Iterator[None]:
    """What does not fit the format is told as an error of this file.

    Raises:
        OutputError: instead of ``Unfit``.
    """
    try:
        yield
    except Unfit as error:
        raise OutputError(f"{printable(str(path))}: {error}") from error


@dataclass(frozen=True)
class Head:
    """A file's name and its beginning, by which its format is told; a name that stands for several files has none."""

    path: Path
    data: bytes = b""

    @property
    def name(self) -> str:
        """The file's name in lower case, without the suffix of its compression."""
        return bare_name(self.path.name).lower()

    @cached_property
    def text(self) -> str:
        """The beginning as text; what does not decode stands as U+FFFD."""
        wide = self.data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return self.data.decode("utf-16" if wide else "utf-8-sig", "replace")

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its first lines that are not blank."""
        return tuple(islice((line for line in self.text.splitlines() if line.strip()), 8))

    @property
    def cells(self) -> list[str]:
        """The first line's cells, cut at tabs."""
        return self.lines[0].split("\t") if self.lines else []


@dataclass(frozen=True, kw_only=True)
class Format(ABC):
    """One format of bitexts.

    ``known`` says whether a file that begins so is one of this format. ``carries`` are the fields of ``SegmentPair``
    that come back; with ``nulls``, so do records with an empty side.
    """

    known: Callable[[Head], bool]
    carries: frozenset[str]
    nulls: bool = False

    @abstractmethod
    def records(self, path: Path) -> Iterator[Record]:
        """The records of a file, and what is wrong with each unit that cannot be read.

        Raises:
            GoldError: the file cannot be opened, or nothing can be read beyond a place; the message names it.
        """

    def check(self, bitext: Bitext) -> None:
        """Make sure that a bitext holds anything that the format can tell of it: texts, or numbers of sentences.

        Raises:
            Unfit: it does not.
        """
        pairs = bitext.pairs
        has_texts = any(pair.source_text or pair.target_text for pair in pairs)
        has_sentences = any(pair.source_sentences or pair.target_sentences for pair in pairs)
        # Where a record with an empty side has no place, one with two has none either.
        holds_beads = self.carries >= SENTENCES and (self.nulls or not self.carries >= TEXTS)
        if pairs and not (has_texts and self.carries >= TEXTS) and not (has_sentences and holds_beads):
            lacking = "texts" if self.carries >= TEXTS else "numbers of sentences"
            raise Unfit(f"the records hold no {lacking}, and this format little else; {_REMEDIES[lacking]}")

    @abstractmethod
    def save(self, bitext: Bitext, path: Path, outputs: Outputs) -> None:
        """Write all of the bitext that the format can hold.

        Raises:
            Unfit: the bitext holds what the format cannot tell.
            OutputError: a file cannot be written.
        """


@dataclass(frozen=True, kw_only=True)
class TextFormat(Format):
    """A format of one text file: ``write`` and ``read`` on an open one, which knows its name."""

    write: Callable[[Bitext, TextIO], None]
    read: Callable[[TextIO], Iterator[Record]]

    def records(self, path: Path) -> Iterator[Record]:
        with opened_text(path) as file:
            yield from self.read(file)

    def save(self, bitext: Bitext, path: Path, outputs: Outputs) -> None:
        self.write(bitext, outputs.text(path))


@dataclass(frozen=True, kw_only=True)
class BinaryFormat(Format):
    """A format of one file of bytes: ``write`` and ``read`` on an open one; ``read`` is told its name, for messages."""

    write: Callable[[Bitext, BinaryIO], None]
    read: Callable[[BinaryIO, str], Iterator[Record]]

    def records(self, path: Path) -> Iterator[Record]:
        with opened(path) as file:
            yield from self.read(file, clean(str(path)))

    def save(self, bitext: Bitext, path: Path, outputs: Outputs) -> None:
        self.write(bitext, outputs.binary(path))


@dataclass(frozen=True, kw_only=True)
class FilesFormat(Format):
    """A format of several files that one name stands for: ``write`` and ``read`` are told that name."""

    write: Callable[[Bitext, Path, Outputs], None]
    read: Callable[[Path], Iterator[Record]]

    def records(self, path: Path) -> Iterator[Record]:
        return self.read(path)

    def save(self, bitext: Bitext, path: Path, outputs: Outputs) -> None:
        self.write(bitext, path, outputs)


def read_head(path: Path) -> Head:
    """The beginning of a file; of a name without a file, nothing.

    Raises:
        GoldError: the file cannot be opened.
    """
    if not path.exists():
        return Head(path)
    with opened(path) as file:
        return Head(path, file.read(_HEAD_BYTES))


def sound(records: Iterable[Record]) -> Iterator[SegmentPair]:
    """The records, all of which must be sound.

    Raises:
        GoldError: one is not.
    """
    for record in records:
        if isinstance(record, GoldError):
            raise record
        yield record
