"""Parquet: one row a record, typed columns, texts verbatim; what stands in the metadata says how they were made.

Numbers are rounded to 4 decimals and null where nothing was measured, sentences and spans are lists of integers,
evidence is a list of structs, their fields those of ``Tie``. A lone surrogate, which UTF-8 cannot hold, is U+FFFD.
The reader also takes the column ``translation`` of Hugging Face: the texts of a row by language.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from itertools import count, islice
from typing import Any, BinaryIO, cast

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.evidence import Tie
from aligner.writers import translations
from aligner.writers.cells import whole
from aligner.writers.formats import BinaryFormat, Record
from aligner.writers.jsonl import record, values_of
from aligner.writers.lines import Line
from aligner.writers.streams import seekable
from aligner.writers.tsv import COLUMNS

_MAGIC = b"PAR1"
_SIGNATURE = b"aligner"
_ROWS = 10_000
"""Rows that are held in memory at once."""

_READ_ROWS = 256
"""Rows read at once: a few bytes of a strange file can stand for very many."""

_MAX_ROW = 1 << 20
"""Bytes of a row, on the average of those read at once."""

_REMEDY = "write it anew with the tool that made it"


def write(bitext: Bitext, file: BinaryIO) -> None:
    """Write all records, 10,000 a row group."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(field.name, _arrow(field.type)) for field in fields(SegmentPair)])
    signed = schema.with_metadata({_SIGNATURE: whole(bitext.signature).encode()})
    rows = (_whole(values_of(pair)) for pair in bitext.pairs)
    with parquet.ParquetWriter(file, signed, compression="zstd") as out:
        while group := list(islice(rows, _ROWS)):
            out.write_batch(pa.RecordBatch.from_pylist(group, signed))


def read(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of a file with columns named as ours, or ``translation``; other columns are passed over.

    Raises:
        GoldError: the file is damaged, or has no such column.
    """
    from pyarrow import parquet

    with _told(name):
        table = parquet.ParquetFile(seekable(file, name), page_checksum_verification=True)
        columns = [column for column in table.schema_arrow.names if column in (*COLUMNS, translations.KEY)]
        if not columns or len(set(columns)) < len(columns):
            raise GoldError(f"{name}: must have columns, each once, named as {COLUMNS[0]}; name them so")
        batches = table.iter_batches(_READ_ROWS, columns=columns, use_threads=False)
    numbers = count(1)
    while rows := _next_rows(batches, name):
        for row in rows:
            yield from _records(row, Line(name, next(numbers), str(row)))


def _next_rows(batches: Iterator[Any], name: str) -> list[dict[str, Any]]:
    """The rows of the next batch that has any.

    Raises:
        GoldError: what follows is damaged, or the rows are longer than can be meant.
    """
    with _told(name):
        batch = next((batch for batch in batches if batch.num_rows), None)
    if batch is None:
        return []
    if batch.nbytes > _READ_ROWS * _MAX_ROW:
        raise GoldError(f"{name}: rows of more than 1 MiB; cut the texts")
    with _told(name):
        return cast(list[dict[str, Any]], batch.to_pylist(maps_as_pydicts="lossy"))


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Errors of pyarrow as one of ours."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise GoldError(f"{name}: damaged, or no Parquet ({' '.join(str(error).split())[:200]}); {_REMEDY}") from error


def _records(row: dict[str, Any], line: Line) -> Iterable[Record]:
    # A column of our own that is null says nothing; only numbers may be.
    told = {name: value for name, value in row.items() if value is not None}
    if translations.KEY in told:
        return translations.records(told, line)
    return (record(told, line.broken),)


def _arrow(kind: Any) -> Any:
    """The type of a column, by that of its field."""
    import pyarrow as pa

    indices = pa.list_(pa.int64())
    tie = pa.struct([(field.name, _arrow(field.type)) for field in fields(Tie)]) if kind == tuple[Tie, ...] else None
    types: Mapping[Any, Any] = {
        str: pa.string(),
        float: pa.float64(),
        bool: pa.bool_(),
        tuple[int, ...]: indices,
        tuple[int, int]: indices,
        tuple[str, ...]: pa.list_(pa.string()),
        tuple[Tie, ...]: tie and pa.list_(tie),
    }
    return types[kind]


def _whole(value: Any) -> Any:
    """The value with every text in it fit for UTF-8."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {name: _whole(held) for name, held in value.items()}
    return [_whole(held) for held in value] if isinstance(value, list | tuple) else value


FORMAT = BinaryFormat(
    write=write,
    read=read,
    known=lambda head: head.data.startswith(_MAGIC),
    carries=frozenset(COLUMNS),
    nulls=True,
)
