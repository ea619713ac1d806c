"""Stretches of a bitext in which the lines of the two sides are shifted against each other, and their realignment.

What is low in itself may be a free translation or a distant language. A shift is told by where the counterparts
stand: several records near each other of which the source goes clearly better with the target of another record, all
so many records further on, and with a better claim to it than its own source has.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.bitext import SegmentPair
from aligner.blocks import Block, blocks, is_full
from aligner.calibration import champions_of
from aligner.document import Document, DocumentPair, Relation, Sentence, Text
from aligner.embedding import Embedder
from aligner.judging import Judge
from aligner.methods.monotone import Monotone

LOW = 0.5
"""Records below this probability may be shifted."""

MIN_GAIN = 0.1
"""A counterpart elsewhere must be more probable than what stands there by this much."""

AROUND = 2
"""Records before and behind a stretch that are realigned with it: what is missing there may stand among them."""

SLACK = 2
"""Shifts that differ by no more than this are one: two lines that change places are shifted by 1 and by -1."""

Choose = Callable[[str, str], Embedder]
"""The door to the encoder for two languages."""

Cell = tuple[int, int]
"""A source and a target, by their records."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records ``[start, end)`` of a bitext; most targets stand ``shift`` records behind their sources."""

    start: int
    end: int
    shift: int


def stretches(pairs: Sequence[SegmentPair], choose: Choose) -> list[Stretch]:
    """The stretches in which lines are shifted, in order; each lies within two documents.

    Shifts are found of up to a block's size less the records that show it, see ``aligner.blocks``.
    """
    p, documents = np.zeros(len(pairs)), _documents(pairs)
    cells: list[Cell] = []
    for block in blocks(pairs):
        cells += _better_elsewhere(block, Judge([choose(*block.langs)]), p)
    cells = [cell for cell in cells if documents[cell[0]] == documents[cell[1]]]
    return [_widened(stretch, documents) for stretch in _joined(_supported(cells), p, documents)]


def realigned(pairs: Sequence[SegmentPair], choose: Choose) -> list[SegmentPair]:
    """The segments of these records, all of two documents, aligned anew.

    A record of which both sides stay together is the very same. No segment is lost: one without counterpart becomes a
    record with an empty side, as ``1-0``.
    """
    langs = pairs[0].langs
    sources = [number for number, pair in enumerate(pairs) if pair.source_text.strip()]
    targets = [number for number, pair in enumerate(pairs) if pair.target_text.strip()]
    source = _document([pairs[number].source_text for number in sources], langs[0])
    target = _document([pairs[number].target_text for number in targets], langs[1])
    alignment = Monotone(choose(*langs)).align(DocumentPair(source, target, Relation.PARTIAL, 1.0))
    blank = [n for n, pair in enumerate(pairs) if not (pair.source_text.strip() or pair.target_text.strip())]
    found = []
    for bead in alignment.beads:
        ones, others = [sources[i] for i in bead.source], [targets[j] for j in bead.target]
        while blank and ones and blank[0] < ones[0]:
            found.append(pairs[blank.pop(0)])
        found.append(_record(pairs, ones, others))
    return [*found, *(pairs[number] for number in blank)]


def _better_elsewhere(block: Block, judge: Judge, p: NDArray[np.float64]) -> list[Cell]:
    """The cells off the diagonal that are clearly better than both records they touch; fills in these records' ``p``.

    Each is the best of both its texts; a text that occurs in several records tells no place.
    """
    p[block.full] = judge.judge(block.sources, block.targets, block.langs, block.own).p
    crossed = judge.judge(block.sources, block.targets, block.langs)
    ones, others = block.source_records[crossed.pairs[:, 0]], block.target_records[crossed.pairs[:, 1]]
    is_better = (ones >= 0) & (others >= 0) & (ones != others) & champions_of(crossed.pairs, crossed.p)
    is_better &= crossed.p >= np.maximum(p[ones], p[others]) + MIN_GAIN
    return sorted(zip(ones[is_better].tolist(), others[is_better].tolist(), strict=True))


def _supported(cells: Sequence[Cell]) -> list[Cell]:
    """The cells that have another one near them with about the same shift."""
    near = defaultdict(list)
    for source, target in cells:
        near[source].append(target - source)
    steps = [step for step in range(-2 * AROUND, 2 * AROUND + 1) if step]
    return [
        (source, target)
        for source, target in cells
        if any(abs(shift - target + source) <= SLACK for step in steps for shift in near.get(source + step, ()))
    ]


def _joined(cells: Sequence[Cell], p: NDArray[np.float64], documents: Sequence[int]) -> Iterator[Stretch]:
    """What the cells span, as one stretch where only a few records or improbable ones lie between."""
    runs: list[tuple[int, int, list[int]]] = []
    for source, target in sorted(cells, key=min):
        start, end = min(source, target), max(source, target) + 1
        if runs and documents[runs[-1][0]] == documents[start]:
            first, last, shifts = runs[-1]
            if start - last <= 2 * AROUND or bool((p[last:start] < LOW).all()):
                runs[-1] = first, max(last, end), [*shifts, target - source]
                continue
        runs.append((start, end, [target - source]))
    for start, end, shifts in runs:
        yield Stretch(start, end, Counter(sorted(shifts, reverse=True)).most_common(1)[0][0])


def _widened(stretch: Stretch, documents: Sequence[int]) -> Stretch:
    start, end = stretch.start, stretch.end
    here = documents[start]
    while start > max(0, stretch.start - AROUND) and documents[start - 1] == here:
        start -= 1
    while end < min(len(documents), stretch.end + AROUND) and documents[end] == here:
        end += 1
    return replace(stretch, start=start, end=end)


def _documents(pairs: Sequence[SegmentPair]) -> list[int]:
    """A number for each record, the same for those of two documents that follow each other."""
    keys = [(pair.source_lang, pair.target_lang, pair.source_doc, pair.target_doc) for pair in pairs]
    return list(accumulate((one != other for one, other in pairwise(keys)), initial=0))[: len(keys)]


def _record(pairs: Sequence[SegmentPair], ones: Sequence[int], others: Sequence[int]) -> SegmentPair:
    """The record of these sources and targets: the very one that held just them, or a new one."""
    (first, *rest) = {*ones, *others}
    if not rest and (bool(ones) == bool(others) or not is_full(pairs[first])):
        return pairs[first]
    given = pairs[first]
    left, right = [pairs[number] for number in ones], [pairs[number] for number in others]
    return SegmentPair(
        source_text=" ".join(pair.source_text for pair in left),
        target_text=" ".join(pair.target_text for pair in right),
        bead=f"{_n([pair.source_sentences for pair in left])}-{_n([pair.target_sentences for pair in right])}",
        doc_relation=given.doc_relation,
        method=Monotone.name,
        source_lang=given.source_lang,
        target_lang=given.target_lang,
        source_doc=given.source_doc,
        target_doc=given.target_doc,
        source_sentences=tuple(chain.from_iterable(pair.source_sentences for pair in left)),
        target_sentences=tuple(chain.from_iterable(pair.target_sentences for pair in right)),
        source_span=_span([pair.source_span for pair in left]),
        target_span=_span([pair.target_span for pair in right]),
    )


def _n(sentences: Sequence[Sequence[int]]) -> int:
    """How many sentences; a record that does not tell its sentences is one."""
    return sum(len(indices) or 1 for indices in sentences)


def _span(spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else (0, 0)


def _document(texts: Sequence[str], lang: str) -> Document:
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    spans = tuple(Sentence(start, start + len(text)) for start, text in zip(starts, texts, strict=False))
    return Document(Text("", lang, "\n".join(texts)), spans)
