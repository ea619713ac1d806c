"""Tab-separated records with a header row: UTF-8, LF, no quoting; see ``cells`` for what becomes of a text.

What is no text is written as ``notation`` has it: ``crossing`` is a number in every spreadsheet, whatever its language,
and in pandas; both can sum it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import Dropped
from aligner.errors import GoldError
from aligner.writers.cells import cell_text, row, text_cell
from aligner.writers.formats import Record, TextFormat
from aligner.writers.lines import Line, read_rows
from aligner.writers.notation import NUMBERS, parsed, written

COLUMNS = tuple(field.name for field in fields(SegmentPair))
"""The columns in the order in which they are written; a reader accepts any order, and any other columns beside."""


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
    yield from (row_record(line, columns) for line in lines)


def row_record(line: Line, columns: Sequence[str], text: Callable[[str], str] = cell_text) -> Record:
    """The record of a line with a cell for each column; ``text`` undoes what made the cells."""
    cells = line.text.split("\t")
    if len(cells) != len(columns):
        return line.broken(f"it has {len(cells)} cells, and the header row {len(columns)}")
    return record(dict(zip(columns, cells, strict=True)), line.broken, text)


def is_header(cells: Iterable[str]) -> bool:
    """Whether these are names of columns as ours."""
    return bool(set(COLUMNS) & set(cells))


def cells_of(pair: SegmentPair, cell: Callable[[str], str] = text_cell) -> Iterator[str]:
    """The cells of a record by column; ``cell`` makes those that hold text."""
    for column in COLUMNS:
        value = getattr(pair, column)
        yield written(column, value) if column in NUMBERS else cell(written(column, value))


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
                values[column] = parsed(column, text(cell))
            except ValueError as error:
                return broken(str(error))
    return SegmentPair(**values)


FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: is_header(head.cells),
    carries=frozenset(COLUMNS),
    nulls=True,
)
