"""The two tables beside a bitext: what became of each document, and the sentences without a counterpart.

Cells are as in the bitext's TSV. A number is empty where there is none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TextIO

from aligner.bitext import DocumentRow, Unaligned
from aligner.writers.cells import cell_text, number_cell, row, text_cell
from aligner.writers.lines import read_rows
from aligner.writers.streams import opened_text


def write_documents(rows: Iterable[DocumentRow], file: TextIO) -> None:
    """Write ``documents.tsv``: a header row, and one line for each pair, unpaired document and skipped file."""
    _write(DocumentRow, rows, file)


def read_documents(path: Path) -> list[DocumentRow]:
    """The rows of a ``documents.tsv``.

    Raises:
        GoldError: the file cannot be read, or a line is not as ``write_documents`` wrote it.
    """
    kinds = {field.name: field.type for field in fields(DocumentRow)}
    with opened_text(path) as file:
        lines = read_rows(file)
        header = next(lines, None)
        columns = header.text.split("\t") if header else []
        found = []
        for line in lines:
            try:
                cells = dict(zip(columns, line.text.split("\t"), strict=True))
                found.append(DocumentRow(**{name: _READ[kinds[name]](cell) for name, cell in cells.items()}))
            except (ValueError, KeyError, TypeError):
                raise line.broken("it is no row of documents.tsv; run align again") from None
        return found


def write_unaligned(sentences: Iterable[Unaligned], file: TextIO) -> None:
    """Write ``unaligned.tsv``: a header row, and one line a sentence, in the order given."""
    _write(Unaligned, sentences, file)


def _write(kind: type, values: Iterable[object], file: TextIO) -> None:
    columns = {field.name: _CELLS[field.type] for field in fields(kind)}
    file.write(row(columns))
    file.writelines(row(cell(getattr(value, column)) for column, cell in columns.items()) for value in values)


def _span_cell(span: tuple[int, int]) -> str:
    return "-".join(map(str, span))


_CELLS: Mapping[Any, Callable[[Any], str]] = {
    str: text_cell,
    int: str,
    float: number_cell,
    tuple[int, int]: _span_cell,
}

_READ: Mapping[Any, Callable[[str], Any]] = {
    str: cell_text,
    int: int,
    float: lambda cell: float(cell or "nan"),
}
