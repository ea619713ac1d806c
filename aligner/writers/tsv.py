"""Tab-separated records with a header row: UTF-8, LF, no quoting; see ``cells`` for what becomes of a text.

Numbers have 4 decimals and are empty where nothing was measured, sentences are written ``0,1``, spans ``12-80``.
``crossing`` is ``1`` or ``0``: a number in every spreadsheet, whatever its language, and in pandas; both can sum it.
``flags`` have commas between, ``evidence`` is written as ``ties`` says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from math import nan
from typing import Any, TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import Dropped
from aligner.errors import GoldError
from aligner.writers.cells import cell_text, number_cell, row, text_cell
from aligner.writers.formats import Record, TextFormat
from aligner.writers.lines import read_rows
from aligner.writers.ties import text_ties, ties_text

COLUMNS = tuple(field.name for field in fields(SegmentPair))
"""The columns in the order in which they are written; a reader accepts any order, and any other columns beside."""

_SENTENCES = re.compile(r"(?:[0-9]{1,15}(?:, ?[0-9]{1,15})*)?")
_SPAN = re.compile(r"([0-9]{1,15})-([0-9]{1,15})")


def write(bitext: Bitext, file: TextIO) -> None:
    """Write the header row and one line a record."""
    file.write(row(COLUMNS))
    file.writelines(row(cells_of(pair)) for pair in bitext.pairs)


def write_dropped(dropped: Iterable[Dropped], file: TextIO) -> None:
    """Write the same columns and ``reason``, one line a record; ``read`` passes over the reason."""
    file.write(row((*COLUMNS, "reason")))
    file.writelines(row((*cells_of(one.pair), text_cell(one.reason))) for one in dropped)


def read(file: TextIO) -> Iterator[Record]:
    """The records of a table, its columns told by the header row; what has no column has its default.

    A line of tabs alone is a row, an empty line is none.

    Raises:
        GoldError: there is no header row.
    """
    lines = read_rows(file)
    header = next(lines, None)
    if header is None:
        return
    columns = header.text.split("\t")
    known = [column for column in columns if column in COLUMNS]
    if not known or len(set(known)) < len(known):
        raise header.broken(f"the first line must name the columns, each once, as {COLUMNS[0]}")
    for line in lines:
        cells = line.text.split("\t")
        if len(cells) == len(columns):
            yield record(dict(zip(columns, cells, strict=True)), line.broken)
        else:
            yield line.broken(f"it has {len(cells)} cells, and the header row {len(columns)}")


def is_header(cells: Iterable[str]) -> bool:
    """Whether these are names of columns as ours."""
    return bool(set(COLUMNS) & set(cells))


def cells_of(pair: SegmentPair, cell: Callable[[str], str] = text_cell) -> Iterator[str]:
    """The cells of a record by column; ``cell`` makes those that hold text."""
    for column in COLUMNS:
        value = getattr(pair, column)
        yield number_cell(value) if column in NUMBERS else cell(_WRITE.get(column, str)(value))


def record(
    cells: Mapping[str, str], broken: Callable[[str], GoldError], text: Callable[[str], str] = cell_text
) -> Record:
    """The record of a row, its cells by column; where one cannot be read, the error that ``broken`` makes of why.

    ``text`` undoes what made the cells.
    """
    values: dict[str, Any] = {}
    for column, cell in cells.items():
        if column in COLUMNS:
            try:
                values[column] = _READ.get(column, str)(text(cell))
            except ValueError as error:
                return broken(f"its {column} is {cell!r:.40}, which is {error}")
    return SegmentPair(**values)


def _number(cell: str) -> float:
    try:
        return float(cell) if cell else nan
    except ValueError:
        raise ValueError("no number") from None


def _probability(cell: str) -> float:
    number = _number(cell)
    if number < 0 or number > 1:
        raise ValueError("no probability, from 0 to 1")
    return number


def _sentences(cell: str) -> tuple[int, ...]:
    if not _SENTENCES.fullmatch(cell):
        raise ValueError("no list of sentences, as 0,1")
    return tuple(map(int, cell.split(","))) if cell else ()


def _span(cell: str) -> tuple[int, int]:
    if not (found := _SPAN.fullmatch(cell)):
        raise ValueError("no span, as 12-80")
    return int(found[1]), int(found[2])


def _flag(cell: str) -> bool:
    if cell not in ("", "0", "1"):
        raise ValueError("neither 1 nor 0")
    return cell == "1"


def _joined(separator: str) -> Callable[[Iterable[int]], str]:
    return lambda numbers: separator.join(map(str, numbers))


NUMBERS = ("p", "score", "cosine", "margin")
"""The columns of numbers with decimals."""

_INDICES = ("source_sentences", "target_sentences")
_SPANS = ("source_span", "target_span")

_WRITE: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(_INDICES, _joined(",")),
    **dict.fromkeys(_SPANS, _joined("-")),
    "crossing": lambda flag: str(int(flag)),
    "flags": ",".join,
    "evidence": ties_text,
}

_READ: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(NUMBERS, _number),
    "p": _probability,
    **dict.fromkeys(_INDICES, _sentences),
    **dict.fromkeys(_SPANS, _span),
    "crossing": _flag,
    "flags": lambda cell: tuple(cell.split(",")) if cell else (),
    "evidence": text_ties,
}

FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: is_header(head.cells),
    carries=frozenset(COLUMNS),
    nulls=True,
)
