"""Parquet tables, read row by row, so that a file takes little more memory than its texts."""

from collections.abc import Iterator
from typing import Any

import pyarrow
from pyarrow import parquet, types

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.columns import Row, read_rows
from aligner.readers.files import MAX_BYTES

MAX_UNPACKED = 4 * MAX_BYTES
"""The largest size of a table, uncompressed."""

_BATCH = 100
_FAULTS = (pyarrow.ArrowException, OSError, ValueError)


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The texts of a table; see ``columns`` for what columns are texts.

    A struct's fields count as columns, so that ``{"translation": {"it": …, "en": …}}`` is read. Columns of anything
    but strings and whole numbers are left alone.

    Raises:
        ReadError: no sound Parquet, too much text, or no column is named as one that holds text.
    """
    try:
        schema = parquet.read_schema(pyarrow.BufferReader(data))
        paths = dict(path for field in schema for path in _paths(field))
        # Strings that a file holds once but a million rows use are held once here too.
        strings = [path for path, type_ in paths.items() if not types.is_integer(type_)]
        file = parquet.ParquetFile(pyarrow.BufferReader(data), read_dictionary=strings)
    except _FAULTS as error:
        raise ReadError(f"{text_id}: {_told(error)}") from error
    _refuse_bulk(file.metadata, text_id)
    return read_rows([_name(path) for path in paths], _rows(file, list(paths), text_id), text_id, lang)


def _paths(field: Any, outer: str = "") -> Iterator[tuple[str, Any]]:
    """The columns of strings and whole numbers under a field, by their paths."""
    path = f"{outer}{field.name}"
    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if types.is_struct(kind):
        for inner in kind:
            yield from _paths(inner, f"{path}.")
    elif types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind):
        yield path, kind


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _refuse_bulk(metadata: Any, text_id: str) -> None:
    # Asked for a column's share, pyarrow 26 ends the whole process where the statistics are damaged.
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if size > MAX_UNPACKED:
        raise ReadError(f"{text_id}: unpacks to {size >> 20} MiB; cut it into files of {MAX_UNPACKED >> 20} MiB")


def _rows(file: Any, paths: list[str], text_id: str) -> Iterator[Row | ReadError]:
    """The rows with their numbers, from 1 on; at a fault or at ``MAX_BYTES`` of text a ``ReadError``, and no more."""
    number = size = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH, columns=paths):
            for cells in zip(*_columns(batch, paths), strict=True):
                number += 1
                row = {_name(path): _text(cell) for path, cell in zip(paths, cells, strict=True)}
                size += sum(map(len, row.values()))
                if size > MAX_BYTES:
                    yield ReadError(f"{text_id}: row {number}: more than {MAX_BYTES >> 20} MiB of text; cut the file")
                    return
                yield number, row
    except _FAULTS as error:
        yield ReadError(f"{text_id}: after row {number}: {_told(error)}")


def _columns(batch: Any, paths: list[str]) -> list[Any]:
    table = pyarrow.Table.from_batches([batch])
    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return [table.column(path) for path in paths]


def _text(cell: Any) -> str:
    value = cell.as_py()
    return "" if value is None else str(value)


def _told(error: Exception) -> str:
    return f"no sound Parquet ({' '.join(str(error).split())[:200]}); write it again"
