"""hunalign's ladders: a rung ``i j`` says that the first i source sentences match the first j target sentences.

One rung a line, two numbers or two and a quality, with tabs or blanks between. Rungs start at ``0 0`` and never fall;
between two neighbours lies one bead, with an empty side where a number stays as it is. The quality of a rung belongs to
the bead that starts there. A ladder cannot hold beads that cross or share a sentence, nor more than one document pair:
such a bitext is refused. Described in hunalign's README; Dániel Varga et al., "Parallel corpora for medium density
languages", RANLP 2005.

Lines of two numbers may be mined pairs instead, each the 0-based line numbers of a source and a target sentence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from math import nan
from pathlib import PurePath
from typing import NamedTuple, TextIO

from aligner.alignment import Bead
from aligner.bitext import Bitext, SegmentPair, by_documents
from aligner.writers.cells import number_cell, row
from aligner.writers.formats import SENTENCES, Record, TextFormat, Unfit
from aligner.writers.lines import Line, read_lines
from aligner.writers.vecalign import record

_SUFFIX, _PAIRS = ".ladder", ".tsv"
_QUALITY = r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]++)?|-?nan|-?inf"
_RUNG = re.compile(rf"\s*([0-9]{{1,15}})[ \t]+([0-9]{{1,15}})(?:[ \t]+({_QUALITY}))?\s*")
_NUMBERED = re.compile(r"\s*[0-9]{1,15}\t[0-9]{1,15}\s*")

_MAX_SENTENCES = 10_000
"""The longest side of a bead that can be meant; a wrong number could otherwise fill the memory."""

_REMEDY = "write .vecalign or .tsv"


class Rung(NamedTuple):
    """A place in both texts, as numbers of sentences before it; ``quality`` is ``nan`` where none is told."""

    i: int
    j: int
    quality: float


def write(bitext: Bitext, file: TextIO) -> None:
    """Write a rung where each bead starts, and one at the end; a sentence that no record holds is a bead alone.

    Raises:
        Unfit: there are several document pairs, records without sentences, or beads that cross or share one.
    """
    documents = by_documents(bitext)
    if len(documents) > 1:
        raise Unfit(f"a ladder holds one document pair, and these are {len(documents)}; {_REMEDY}")
    i = j = 0
    for one in chain(*documents.values()):
        for bead in _filled(one, i, j):
            file.write(row(filter(None, (str(i), str(j), number_cell(bead.score)))))
            i, j = i + len(bead.source_sentences), j + len(bead.target_sentences)
    file.write(row((str(i), str(j))))


def _filled(record: SegmentPair, i: int, j: int) -> Iterator[SegmentPair]:
    """The record, and before it, each alone, the sentences between it and the place ``i j``."""
    source, target = record.source_sentences, record.target_sentences
    if not (_follows(source, i) and _follows(target, j)):
        raise Unfit(f"a ladder cannot hold beads that cross or share a sentence; {_REMEDY}")
    yield from (SegmentPair(source_sentences=(lone,)) for lone in range(i, min(source, default=i)))
    yield from (SegmentPair(target_sentences=(lone,)) for lone in range(j, min(target, default=j)))
    yield record


def _follows(sentences: tuple[int, ...], place: int) -> bool:
    """Whether these are neighbours that lie at or behind this place."""
    return not sentences or sentences == tuple(range(max(sentences[0], place), sentences[-1] + 1))


def read(file: TextIO) -> Iterator[Record]:
    """The beads of a ladder, or mined pairs of line numbers, without texts.

    They are a ladder where there is a third column, where blanks stand between, where the file is named ``.ladder``,
    or where they start at ``0 0``, never fall, and some number stands in a column twice.

    Raises:
        GoldError: the lines could be either, or a line of a ladder is no rung that can follow.
    """
    lines = list(read_lines(file))
    if lines and _is_ladder(lines, PurePath(file.name).suffix.lower()):
        return map(record, parse_beads(lines))
    return map(_pair, lines)


def read_rung(text: str) -> Rung | None:
    """The rung on a line, if there is one."""
    if not (found := _RUNG.fullmatch(text)):
        return None
    i, j, quality = found.groups()
    return Rung(int(i), int(j), float(quality) if quality else nan)


def parse_beads(lines: Iterable[Line]) -> Iterator[Bead]:
    """The beads between the rungs on these lines.

    Raises:
        GoldError: a line is no rung, or no rung that can follow.
    """
    for (_, low), (line, high) in pairwise(_rungs(lines)):
        n_source, n_target = high.i - low.i, high.j - low.j
        if min(n_source, n_target) < 0 or not n_source + n_target:
            raise line.broken(f"a rung lies above the one before, {low.i} {low.j}, in one number or both")
        if max(n_source, n_target) > _MAX_SENTENCES:
            raise line.broken(f"a bead of more than {_MAX_SENTENCES} sentences; mend the number")
        yield Bead(tuple(range(low.i, high.i)), tuple(range(low.j, high.j)), low.quality)


def _rungs(lines: Iterable[Line]) -> Iterator[tuple[Line, Rung]]:
    for number, line in enumerate(lines):
        rung = read_rung(line.text)
        if rung is None:
            raise line.broken("a rung is two numbers, or two and a quality")
        if number == 0 and rung[:2] != (0, 0):
            raise line.broken("a ladder starts at 0 0; run hunalign without -bisent, -cautious and thresholds")
        yield line, rung


def _is_ladder(lines: Sequence[Line], suffix: str) -> bool:
    """Whether lines of numbers are a ladder, not mined pairs.

    Raises:
        GoldError: they could be either.
    """
    first = lines[0]
    if suffix == _SUFFIX or not _NUMBERED.fullmatch(first.text):
        return True
    rungs = [rung[:2] for line in lines if (rung := read_rung(line.text))]
    steps = [(high[0] - low[0], high[1] - low[1]) for low, high in pairwise(rungs)]
    if rungs[0] != (0, 0) or any(min(step) < 0 for step in steps):
        return False
    if any(0 in step for step in steps):
        return True
    if suffix != _PAIRS and any(step != (1, 1) for step in steps):
        raise first.broken(
            "the file could be a ladder or pairs of line numbers; give its name the suffix .ladder or .tsv"
        )
    return False


def _pair(line: Line) -> Record:
    if not _NUMBERED.fullmatch(line.text):
        return line.broken("a mined pair is two line numbers with a tab between")
    i, j = map(int, line.text.split())
    return record(Bead((i,), (j,), nan))


FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: bool(head.lines and read_rung(head.lines[0])),
    carries=SENTENCES | {"score"},
    nulls=True,
)
