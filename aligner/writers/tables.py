"""The two tables beside a bitext: what became of each document, and the sentences without a counterpart.

Cells are as in the bitext's TSV. A number is empty where there is none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TextIO

from aligner.bitext import DocumentRow, Unaligned
from aligner.writers.cells import number_cell, row, text_cell


def write_documents(rows: Iterable[DocumentRow], file: TextIO) -> None:
    """Write ``documents.tsv``: a header row, and one line for each pair, unpaired document and skipped file."""
    _write(DocumentRow, rows, file)


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
