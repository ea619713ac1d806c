"""A bitext into a file, by the file's suffix; each format's reader stands beside its writer."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath
from typing import Protocol, TextIO, cast

from aligner.bitext import Bitext, SegmentPair
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


class Format(Protocol):
    """What the module of a format offers; the streams are open, hold text and belong to the caller."""

    def write(self, bitext: Bitext, file: TextIO) -> None:
        """Write all of the bitext that the format can hold."""

    def read(self, file: TextIO) -> Iterator[SegmentPair]:
        """Yield the records; what the format does not hold has its default.

        Raises:
            GoldError: a line cannot be parsed; the message names the file and the line.
        """


def writer_for(path: PurePath | str) -> Format:
    """The format of this file's suffix.

    Raises:
        UnknownName: no format has this suffix.
        MissingExtra: a package that the format needs is not installed.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in WRITERS:
        found = f"no format has the suffix {suffix!r}" if suffix else "no suffix says the format"
        raise UnknownName(f"{str(path)!r}: {found}; choose one of {', '.join(WRITERS)}")
    module, _ = WRITERS.check(suffix).target.split(":")
    return cast(Format, import_module(module))
