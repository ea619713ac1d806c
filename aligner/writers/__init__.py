"""A bitext into a file, by the file's suffix; each format's reader stands beside its writer."""

from collections.abc import Collection, Iterable, Iterator
from importlib import import_module
from pathlib import PurePath
from types import ModuleType
from typing import Protocol, TextIO, cast

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import Dropped
from aligner.errors import UnknownName
from aligner.registry import Part, Registry

WRITERS = Registry(
    "writer",
    {
        ".tsv": Part("aligner.writers.tsv:write", "a table with a header row, one record a line"),
        ".jsonl": Part("aligner.writers.jsonl:write", "one JSON object a line, texts verbatim"),
        ".vecalign": Part("aligner.writers.vecalign:write", "one bead a line, as [0, 1]:[2]:0.8123, all sentences"),
    },
)
"""Every format, by suffix."""

RECORDS = (".tsv", ".jsonl")
"""The formats that need no documents, only records."""


class Format(Protocol):
    """What the module of a format offers; the streams are open, hold text and belong to the caller."""

    def write(self, bitext: Bitext, file: TextIO) -> None:
        """Write all of the bitext that the format can hold."""

    def read(self, file: TextIO) -> Iterator[SegmentPair]:
        """Yield the records; what the format does not hold has its default.

        Raises:
            GoldError: a line cannot be parsed; the message names the file and the line.
        """


class RecordFormat(Format, Protocol):
    """What the module of a format offers beside, if it needs no documents."""

    def write_dropped(self, dropped: Iterable[Dropped], file: TextIO) -> None:
        """Write dropped records, each with its reason."""


def writer_for(path: PurePath | str) -> Format:
    """The format of this file's suffix.

    Raises:
        UnknownName: no format has this suffix.
        MissingExtra: a package that the format needs is not installed.
    """
    return cast(Format, _format(path, tuple(WRITERS)))


def record_writer_for(path: PurePath | str) -> RecordFormat:
    """The format of this file's suffix, for records without documents: read from a file, or dropped.

    Raises:
        UnknownName: no format has this suffix, or it needs documents.
    """
    return cast(RecordFormat, _format(path, RECORDS))


def _format(path: PurePath | str, suffixes: Collection[str]) -> ModuleType:
    """The module of the format that the suffix says, one of these."""
    suffix = PurePath(path).suffix.lower()
    if suffix not in suffixes:
        found = f"no format has the suffix {suffix!r}" if suffix else "no suffix says the format"
        found = "a bitext that was read has no documents" if suffix in WRITERS else found
        raise UnknownName(f"{str(path)!r}: {found}; choose one of {', '.join(suffixes)}")
    module, _ = WRITERS.check(suffix).target.split(":")
    return import_module(module)
