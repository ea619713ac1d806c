"""Tables in plain text, .csv and .tsv, with the names of the columns in the first row."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import count

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.columns import Row, read_rows
from aligner.readers.files import MAX_BYTES
from aligner.readers.plain import decode_text

_DELIMITERS = ",;\t|"

_MAX_UNCLOSED = 16
"""Quotes left open, after each of which reading begins anew with the next line; more are no accident."""

_MAX_BROKEN = 1000
"""Broken rows that are told one by one."""


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The texts of a table whose cells have commas, semicolons, tabs or bars between, as its first line tells.

    See ``columns`` for what columns are texts. A row that is broken or of another length than the first is told, and
    costs only itself.

    Raises:
        ReadError: the bytes are no text, or no column is named as one that holds text.
    """
    content = decode_text(data, text_id)
    header = content.lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    return _read(content, delimiter, text_id, lang, is_quoted=True)


def read_tsv(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The texts of a table with tabs between its cells, as ``read``; quotes are characters unless all are in pairs.

    Raises:
        ReadError: as ``read``.
    """
    content = decode_text(data, text_id)
    is_quoted = all(row is not None for _, row in _rows(content, "\t", is_quoted=True))
    return _read(content, "\t", text_id, lang, is_quoted=is_quoted)


def _read(content: str, delimiter: str, text_id: str, lang: str, *, is_quoted: bool) -> Iterator[Text | ReadError]:
    rows = _rows(content, delimiter, is_quoted=is_quoted)
    _, names = next(rows, (0, []))
    return read_rows(names or [], _named(names or [], rows, text_id), text_id, lang)


def _named(
    names: Sequence[str], rows: Iterator[tuple[int, list[str] | None]], text_id: str
) -> Iterator[Row | ReadError]:
    """The rows with their cells by column; those that have a cell too few or too many, or are broken, as errors."""
    n_broken = 0
    for number, row in rows:
        fault = _fault(names, row)
        if row is not None and not fault:
            yield number, dict(zip(names, row, strict=False))
        elif n_broken < _MAX_BROKEN:
            yield ReadError(f"{text_id}: row {number}: {fault}")
        n_broken += bool(fault)
    if n_broken > _MAX_BROKEN:
        yield ReadError(f"{text_id}: {n_broken - _MAX_BROKEN} more rows are broken; see whether it is a table at all")


def _fault(names: Sequence[str], row: list[str] | None) -> str:
    """What is wrong with a row, if anything."""
    if row is None:
        return 'a quote that is not closed or stands alone; write quotes in a cell as ""'
    if len(row) < len(names) or any(row[len(names) :]):
        return f"{len(row)} cells, where the first row has {len(names)}; quote the cells that hold what parts cells"
    return ""


def _next(rows: Iterator[list[str]]) -> list[str]:
    """The next row, whatever the length of its cells; their limit of 128 KiB is a setting of the whole process."""
    before = csv.field_size_limit(MAX_BYTES)
    try:
        return next(rows)
    finally:
        csv.field_size_limit(before)


def _rows(content: str, delimiter: str, *, is_quoted: bool) -> Iterator[tuple[int, list[str] | None]]:
    """The rows that are not blank, with their numbers; None for one that is broken, which costs its first line."""
    lines = StringIO(content, newline="")
    number = start = 0
    for n_unclosed in count():
        reader = csv.reader(
            lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE, strict=True
        )
        n_lines = 0
        while True:
            number += 1
            try:
                row = _next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, None
                if reader.line_num > n_lines + 1 and n_unclosed < _MAX_UNCLOSED:
                    break
            else:
                if any(row):
                    yield number, row
            n_lines, start = reader.line_num, lines.tell()
        lines.seek(start)
        lines.readline()
        start = lines.tell()
