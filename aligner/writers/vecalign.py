"""Vecalign's beads, one a line: ``[0, 1]:[2]:0.8123``, 0-based sentence indices and the score.

Every sentence of both documents stands in a bead (of a bitext that was read, as many as it holds), and in two only
where each links a part of it, which the format does not tell: the links come in document order, and each sentence of no
link is a bead of its own with an empty side and the score 0, before the first link that lies behind it. Where the
bitext has several document pairs, each line starts with the pair's number, as in bitextor: ``0:[0]:[0]:0.8123``.
Our score is a similarity, higher is better, as SentAlign's; Vecalign's own is a cost.
"""

import re
from collections.abc import Iterator
from math import nan
from typing import TextIO

from aligner.alignment import Bead
from aligner.bitext import Bitext, SegmentPair, by_documents
from aligner.writers.cells import number_cell
from aligner.writers.formats import SENTENCES, Record, TextFormat
from aligner.writers.lines import Line, read_lines

_INDICES = r"\[\s*(?:([0-9]{1,15}(?:\s*,\s*[0-9]{1,15})*)\s*)?\]"
_BRACKETED = re.compile(r"\s*(?:[0-9]+\s*:\s*)?\[")
_BEAD = re.compile(
    rf"\s*(?:([0-9]+)\s*:\s*)?{_INDICES}\s*:\s*{_INDICES}\s*(?::\s*([-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]++)?|nan|-?inf)\s*)?"
)


def write(bitext: Bitext, file: TextIO) -> None:
    """Write every bead of every document pair."""
    documents = by_documents(bitext)
    for number, records in enumerate(documents.values()):
        prefix = f"{number}:" if len(documents) > 1 else ""
        file.writelines(
            f"{prefix}{list(one.source_sentences)}:{list(one.target_sentences)}:{number_cell(one.score) or 'nan'}\n"
            for one in records
        )


def read(file: TextIO) -> Iterator[Record]:
    """The beads of a file of 2 to 4 fields, without texts; a document column serves as the name of both documents."""
    return (_parse(line) for line in read_lines(file))


def _parse(line: Line) -> Record:
    if not (found := _BEAD.fullmatch(line.text)):
        return line.broken("a bead is written [0, 1]:[2] or [0, 1]:[2]:0.8123")
    document, source, target, score = found.groups()
    return record(Bead(_indices(source), _indices(target), float(score) if score else nan), document or "")


def record(bead: Bead, document: str = "") -> SegmentPair:
    """A bead as a record without texts; a document column serves as the name of both documents."""
    return SegmentPair(
        score=bead.score,
        bead=bead.kind,
        source_doc=document,
        target_doc=document,
        source_sentences=bead.source,
        target_sentences=bead.target,
    )


def _indices(written: str | None) -> tuple[int, ...]:
    return tuple(map(int, written.split(","))) if written else ()


FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: bool(head.lines and _BRACKETED.match(head.lines[0])),
    carries=SENTENCES | {"score"},
    nulls=True,
)
