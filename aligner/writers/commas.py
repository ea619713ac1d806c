"""The columns of our table as people's programs have them: quoted, with commas between; RFC 4180, read by Excel.

A byte order mark says that it is UTF-8. Texts keep their lines; otherwise cells are as in ``cells``, those guarded that
a spreadsheet would run. The reader also takes semicolons and tabs for commas, and headers in any case and order.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TextIO

from aligner.bitext import Bitext
from aligner.errors import GoldError
from aligner.writers.cells import block, guarded
from aligner.writers.formats import SENTENCES, TEXTS, Head, Record, TextFormat, Unfit
from aligner.writers.lines import Line, read_lines
from aligner.writers.notation import NUMBERS
from aligner.writers.tsv import COLUMNS, cells_of, record

_MARK = "\ufeff"
_DELIMITERS = ",;\t"
_MAX_CELL = 131_072
"""The longest cell that Python's own reader of such files takes; a longer one is mostly a quotation never closed."""

_MAX_ROW = 2 * _MAX_CELL * len(COLUMNS)
"""The longest row, in characters: all of its cells the longest, and of quotation marks."""


def write(bitext: Bitext, file: TextIO) -> None:
    """Write the header row and one row a record.

    Raises:
        Unfit: a text is longer than most programs take.
    """
    file.write(_MARK)
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    for number, pair in enumerate(bitext.pairs, 1):
        cells = [*cells_of(pair, _cell)]
        check_cells(cells, _MAX_CELL, number)
        rows.writerow(cells)


def read(file: TextIO) -> Iterator[Record]:
    """The records of a table, its columns told by the header row; what has no column has its default.

    Raises:
        GoldError: there is no header row.
    """
    lines = _Lines(read_lines(file, with_blank=True))
    rows = _rows(lines)
    header = next(rows, None)
    if header is None:
        return
    if isinstance(header, GoldError):
        raise header
    columns = columns_of(header, lines.line)
    for row in rows:
        if isinstance(row, GoldError):
            yield row
        elif len(row) == len(columns):
            yield record(dict(map(_pointed, columns, row)), lines.line.broken)
        else:
            yield lines.line.broken(f"it has {len(row)} cells, and the header row {len(columns)}")


def columns_of(header: Iterable[str], line: Line) -> list[str]:
    """The columns that a header row names, in any case, with blanks or low lines.

    Raises:
        GoldError: none is ours, or one stands twice.
    """
    columns = [_column(cell) for cell in header]
    known = [column for column in columns if column in COLUMNS]
    if not known or len(set(known)) < len(known):
        raise line.broken(f"the first row must name the columns, each once, as {COLUMNS[0]}")
    return columns


def check_cells(cells: Iterable[str], longest: int, number: int) -> None:
    """Make sure that the cells of a record are not longer than a program takes.

    Raises:
        Unfit: one is.
    """
    for column, cell in zip(COLUMNS, cells, strict=True):
        # Spreadsheets count in UTF-16.
        if len(cell) > longest // 2 and len(cell.encode("utf-16-le")) // 2 > longest:
            told = f"record {number} holds a {column} of more than {longest:,} characters"
            raise Unfit(f"{told}, the most that a cell can; write .jsonl or .tsv")


class _Lines:
    """The lines of a file for ``csv.reader``; ``line`` is the first one of the row that is being read."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.start()

    def start(self) -> None:
        """Begin a row."""
        self.line = Line("", 0, "")
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if not self._length:
            self.line = line
        self._length += len(line.text) + 1
        if self._length > _MAX_ROW:
            raise csv.Error
        return line.text + "\n"


def _rows(lines: _Lines) -> Iterator[list[str] | GoldError]:
    """The rows that are not blank, and in place of each that is none, the error; the first tells the delimiter."""
    first = next(filter(str.strip, lines), "")
    rows = csv.reader(chain([first], lines), delimiter=_delimiter(first))
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield lines.line.broken("a quotation is not closed, or a cell too long; mend it there")
        else:
            if row is None:
                return
            if any(row):
                yield row
        lines.start()


def _pointed(column: str, cell: str) -> tuple[str, str]:
    """A cell with its column; where a spreadsheet has commas in numbers, with a point."""
    return column, cell.replace(",", ".") if column in NUMBERS else cell


def _column(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_")


def _delimiter(header: str) -> str:
    """What stands between the most columns that we know."""
    return max(_DELIMITERS, key=lambda mark: len(_named(header, mark)))


def _named(header: str, delimiter: str) -> set[str]:
    row = next(csv.reader([header[:_MAX_CELL]], delimiter=delimiter), [])
    return set(map(_column, row)) & set(COLUMNS)


def _cell(text: str) -> str:
    return guarded(block(text))


def _known(head: Head) -> bool:
    header = head.lines[0] if head.lines else ""
    return bool(_named(header, _delimiter(header)) & (TEXTS | SENTENCES - {"bead"}))


FORMAT = TextFormat(write=write, read=read, known=_known, carries=frozenset(COLUMNS), nulls=True)
