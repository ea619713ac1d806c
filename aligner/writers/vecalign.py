"""Vecalign's beads, one a line: ``[0, 1]:[2]:0.8123``, 0-based sentence indices and the score.

Every sentence of both documents stands in a bead, and in two only where each links a part of it, which the format does
not tell: the links come in document order, and each sentence of no link is a bead of its own with an empty side and the
score 0, before the first link that lies behind it. Where the bitext has several document pairs, each line starts with
the pair's number, as in bitextor: ``0:[0]:[0]:0.8123``.
Our score is a similarity, higher is better, as SentAlign's; Vecalign's own is a cost.
"""

import re
from collections.abc import Iterable, Iterator
from math import nan
from typing import TextIO

from aligner.alignment import Alignment, Bead
from aligner.bitext import Bitext, SegmentPair, in_document_order
from aligner.writers.cells import number_cell
from aligner.writers.lines import Line, read_lines

_INDICES = r"\[\s*(?:([0-9]{1,15}(?:\s*,\s*[0-9]{1,15})*)\s*)?\]"
_BEAD = re.compile(
    rf"\s*(?:([0-9]+)\s*:\s*)?{_INDICES}\s*:\s*{_INDICES}\s*(?::\s*([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|nan|-?inf)\s*)?"
)


def write(bitext: Bitext, file: TextIO) -> None:
    """Write every bead of every document pair.

    Raises:
        ValueError: the bitext was read from a file, which does not tell how many sentences the documents have.
    """
    if bitext.pairs and not bitext.alignments:
        raise ValueError("got a bitext without alignments, expected one that was joined from them")
    several = len(bitext.alignments) > 1
    for number, alignment in enumerate(bitext.alignments):
        prefix = f"{number}:" if several else ""
        file.writelines(
            f"{prefix}{list(bead.source)}:{list(bead.target)}:{number_cell(bead.score) or 'nan'}\n"
            for bead in all_beads(alignment)
        )


def all_beads(alignment: Alignment) -> Iterator[Bead]:
    """The links in document order, and among them a bead for each sentence that no link holds."""
    links = in_document_order(alignment.links)
    lone_sources = iter(_lone(len(alignment.pair.source), (bead.source for bead in links)))
    lone_targets = iter(_lone(len(alignment.pair.target), (bead.target for bead in links)))
    source, target = next(lone_sources, None), next(lone_targets, None)
    for link in links:
        while source is not None and source < min(link.source):
            yield Bead((source,), ())
            source = next(lone_sources, None)
        while target is not None and target < min(link.target):
            yield Bead((), (target,))
            target = next(lone_targets, None)
        yield link
    while source is not None:
        yield Bead((source,), ())
        source = next(lone_sources, None)
    while target is not None:
        yield Bead((), (target,))
        target = next(lone_targets, None)


def read(file: TextIO) -> Iterator[SegmentPair]:
    """The links of a file of 2 to 4 fields, without texts; a document column serves as the name of both documents.

    Raises:
        GoldError: a line cannot be parsed.
    """
    return parse(read_lines(file))


def parse(lines: Iterable[Line]) -> Iterator[SegmentPair]:
    """The links of these lines; ``read`` on an open file."""
    return (record(bead, document) for document, bead in parse_beads(lines) if bead.is_link)


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


def parse_beads(lines: Iterable[Line]) -> Iterator[tuple[str, Bead]]:
    """For each line its document column, empty where there is none, and its bead, which may have an empty side.

    Raises:
        GoldError: a line cannot be parsed.
    """
    for line in lines:
        if not (found := _BEAD.fullmatch(line.text)):
            raise line.broken("a bead is written [0, 1]:[2] or [0, 1]:[2]:0.8123")
        document, source, target, score = found.groups()
        yield document or "", Bead(_indices(source), _indices(target), float(score) if score else nan)


def _indices(written: str | None) -> tuple[int, ...]:
    return tuple(map(int, written.split(","))) if written else ()


def _lone(n_sentences: int, held: Iterable[tuple[int, ...]]) -> list[int]:
    linked = {index for indices in held for index in indices}
    return [index for index in range(n_sentences) if index not in linked]
