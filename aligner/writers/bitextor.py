"""bitextor's table: a header row, the two documents and the two texts in the columns 1 to 4; no quoting.

bicleaner-ai reads it with ``--header``, and without a header row from the columns 3 and 4, its default. Columns are
found by their names, in any order; without a score of ours, the last that bitextor's tools add is the score.
"""

from collections.abc import Iterator
from typing import TextIO

from aligner.bitext import Bitext
from aligner.writers.cells import clean, number_cell, row
from aligner.writers.formats import DOCUMENTS, TEXTS, Record, TextFormat
from aligner.writers.lines import read_rows
from aligner.writers.tsv import row_record

_COLUMNS = {
    "src_url": "source_doc",
    "trg_url": "target_doc",
    "src_text": "source_text",
    "trg_text": "target_text",
    "aligner_score": "score",
    "aligner_p": "p",
}
"""What we write, each with its field."""

_SCORES = ("bleualign_score", "hunalign_score", "bicleaner_score", "bicleaner_ai_score")
_TEXTS = {"src_text", "trg_text"}


def write(bitext: Bitext, file: TextIO) -> None:
    """Write the header row and one line a record, its texts cleaned but not guarded: machines read this format."""
    file.write(row(_COLUMNS))
    for pair in bitext.pairs:
        texts = map(clean, (pair.source_doc, pair.target_doc, pair.source_text, pair.target_text))
        file.write(row((*texts, number_cell(pair.score), number_cell(pair.p))))


def read(file: TextIO) -> Iterator[Record]:
    """The records of a table; columns without a field of ours are passed over.

    Raises:
        GoldError: there is no header row.
    """
    lines = read_rows(file)
    header = next(lines, None)
    if header is None:
        return
    columns = header.text.split("\t")
    if not set(columns) >= _TEXTS or len(set(columns)) < len(columns):
        raise header.broken("the first line must name the columns, each once, src_text and trg_text among them")
    fields = [_COLUMNS.get(column, "") for column in columns]
    if "score" not in fields:
        scores = [columns.index(score) for score in _SCORES if score in columns]
        fields = ["score" if scores and number == scores[-1] else field for number, field in enumerate(fields)]
    yield from (row_record(line, fields, str) for line in lines)


FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: set(head.cells) >= _TEXTS,
    carries=TEXTS | DOCUMENTS | {"score", "p"},
    nulls=True,
)
