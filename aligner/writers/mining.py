"""Mined pairs: the score, the source text and the target text on a line, tabs between, the best first; no header row.

So LASER, WikiMatrix, stopes and sentence-transformers have it, and their readers stop at the first score that is too
low. Ours is the first of ``p``, ``score``, ``margin`` and ``cosine`` that any record has, one measure for all; a record
without it has ``nan`` and stands last, and ties keep their order. Texts are not quoted.

A score that is read is a ``score``: whose it is, the file does not tell, and a margin may be above 1. A text that is
quoted as csv has it, with a quotation mark inside doubled, as stopes writes it, is read as it was before.
"""

import re
from collections.abc import Iterator
from math import inf, isfinite
from typing import TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.writers.cells import clean, number_cell, row
from aligner.writers.formats import TEXTS, Head, Record, TextFormat
from aligner.writers.lines import Line, read_lines
from aligner.writers.notation import NUMBERS

_NUMBER = re.compile(r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]{1,4})?|nan|-?inf")
_QUOTED = re.compile(r'"(?=.*"".*")((?:[^"]|"")*)"')


def write(bitext: Bitext, file: TextIO) -> None:
    """Write the records that hold both texts, the most probable first."""
    links = [pair for pair in bitext.pairs if pair.source_text and pair.target_text]
    measure = next((name for name in NUMBERS if any(isfinite(getattr(pair, name)) for pair in links)), NUMBERS[0])
    for pair in sorted(links, key=lambda pair: _rank(getattr(pair, measure))):
        score = number_cell(getattr(pair, measure)) or "nan"
        file.write(row((score, clean(pair.source_text), clean(pair.target_text))))


def read(file: TextIO) -> Iterator[Record]:
    """The records of a file."""
    return map(_record, read_lines(file))


def read_number(cell: str) -> float | None:
    """The number in a cell, if there is one."""
    return float(cell) if _NUMBER.fullmatch(cell) else None


def _rank(score: float) -> float:
    return -score if isfinite(score) else inf


def _record(line: Line) -> Record:
    score, *texts = line.text.split("\t")
    number = read_number(score)
    if number is None or len(texts) != 2:
        return line.broken("write the score, the source text and the target text, with tabs between")
    return SegmentPair(source_text=unquoted(texts[0]), target_text=unquoted(texts[1]), score=number)


def unquoted(cell: str) -> str:
    """The text of a cell, which may be quoted as csv has it where it holds a quotation mark."""
    found = _QUOTED.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell


def _known(head: Head) -> bool:
    return len(head.cells) == 3 and read_number(head.cells[0]) is not None


FORMAT = TextFormat(write=write, read=read, known=_known, carries=TEXTS)
