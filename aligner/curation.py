"""An existing bitext judged, split into what is kept and what is dropped, and mended where its lines are shifted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from aligner.bitext import Bitext, SegmentPair
from aligner.blocks import blocks, is_full
from aligner.calibration import cut_for_precision
from aligner.evidence import Tie, gather
from aligner.flags import flag
from aligner.judging import Judge
from aligner.shifts import Choose, Stretch, realigned, stretches

MIN_P = 0.5
"""The least probability of a record that is kept: more likely right than not."""

MIN_GAIN = 0.25
"""A stretch is replaced only if the mean probability of the records that change rises by this much."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A record that was not kept, and why: ``min_p`` or the flags that it has, with commas between."""

    pair: SegmentPair
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A stretch that was realigned: its records ``[start, end)`` of the bitext as it was.

    Most of its targets stood ``shift`` records behind their sources. ``p_before`` is the mean over the records with
    text on both sides that are gone (0 where there are none), ``p_after`` over those that are new.
    """

    start: int
    end: int
    shift: int
    p_before: float
    p_after: float


def score(bitext: Bitext, choose: Choose) -> Bitext:
    """The same records with ``p``, ``score``, ``cosine``, ``margin``, ``evidence`` and ``flags``.

    Each record is judged among all segments of its two languages. One with an empty side has the probability 0.
    """
    pairs = _judged(bitext.pairs, choose)
    return replace(bitext, pairs=tuple(_flagged([replace(pair, evidence=_evidence(pair)) for pair in pairs])))


def sift(
    bitext: Bitext,
    choose: Choose,
    *,
    min_p: float | None = None,
    min_precision: float | None = None,
    drop: Collection[str] = (),
) -> tuple[Bitext, tuple[Dropped, ...]]:
    """The records that are kept, and those dropped with the reason; each stands in one of the two, in order.

    A bitext in which a record has no ``p`` is scored first; flags are always found anew. ``min_p`` is the least ``p``,
    ``MIN_P`` where neither cut is given; ``min_precision`` raises it to the lowest at which the expected precision of
    what is kept is still that.
    """
    unscored = any(isnan(pair.p) for pair in bitext.pairs)
    pairs = score(bitext, choose).pairs if unscored else _flagged(bitext.pairs)
    cut = _cut([pair.p for pair in pairs], min_p, min_precision)
    kept, dropped = [], []
    for pair in pairs:
        reasons = [*(["min_p"] if pair.p < cut else []), *(name for name in pair.flags if name in drop)]
        if reasons:
            dropped.append(Dropped(pair, ",".join(reasons)))
        else:
            kept.append(pair)
    return replace(bitext, pairs=tuple(kept)), tuple(dropped)


def repair(bitext: Bitext, choose: Choose) -> tuple[Bitext, tuple[Repair, ...]]:
    """The bitext with the stretches realigned in which the lines of the two sides are shifted against each other.

    The segments of such a stretch are aligned anew as two texts, and the new records, scored as ``score`` does, stand
    in for the old if they are clearly more probable. All other records are the very same. No segment is lost: one
    without counterpart becomes a record with an empty side.
    """
    pieces = [(one, realigned(bitext.pairs[one.start : one.end], choose)) for one in stretches(bitext.pairs, choose)]
    if not pieces:
        return bitext, ()
    before = _judged(bitext.pairs, choose)
    after = _judged([*_replaced(bitext.pairs, pieces)], choose)
    found, accepted, offset = [], [], 0
    for stretch, piece in pieces:
        place = stretch.start + offset
        offset += len(piece) - (stretch.end - stretch.start)
        old = {id(pair) for pair in bitext.pairs[stretch.start : stretch.end]}
        kept = {id(pair) for pair in piece}
        gone = [before[n] for n in range(stretch.start, stretch.end) if id(bitext.pairs[n]) not in kept]
        new = {n: after[place + n] for n, pair in enumerate(piece) if id(pair) not in old}
        one = Repair(stretch.start, stretch.end, stretch.shift, _mean_p(gone), _mean_p([*new.values()]))
        if one.p_after >= one.p_before + MIN_GAIN:
            found.append(one)
            accepted.append((stretch, [new.get(n, pair) for n, pair in enumerate(piece)]))
    return replace(bitext, pairs=_completed([*_replaced(bitext.pairs, accepted)], bitext.pairs)), tuple(found)


def _cut(p: Sequence[float], min_p: float | None, min_precision: float | None) -> float:
    """The least ``p`` to keep: the larger of the two cuts."""
    if min_precision is None:
        return MIN_P if min_p is None else min_p
    return max(min_p or 0.0, cut_for_precision(np.array(p), min_precision))


_Piece = tuple[Stretch, list[SegmentPair]]


def _judged(pairs: Sequence[SegmentPair], choose: Choose) -> list[SegmentPair]:
    found = [pair if is_full(pair) else replace(pair, p=0.0, score=0.0) for pair in pairs]
    for block in blocks(pairs):
        judged = Judge([choose(*block.langs)]).judge(block.sources, block.targets, block.langs, block.own)
        measured = zip(block.full, judged.p, judged.score, judged.cosine, judged.margin, strict=True)
        for number, p, likeness, cosine, margin in measured:
            found[number] = replace(
                pairs[number], p=float(p), score=float(likeness), cosine=float(cosine), margin=float(margin)
            )
    return found


def _completed(pairs: Sequence[SegmentPair], given: Sequence[SegmentPair]) -> tuple[SegmentPair, ...]:
    """The pairs with flags and evidence for those that were not given."""
    old = {id(pair) for pair in given}
    return tuple(
        pair if id(pair) in old else replace(pair, flags=flags, evidence=_evidence(pair))
        for pair, flags in zip(pairs, flag(pairs), strict=True)
    )


def _mean_p(pairs: Sequence[SegmentPair]) -> float:
    values = [pair.p for pair in pairs if is_full(pair)]
    return float(np.mean(values)) if values else 0.0


def _flagged(pairs: Sequence[SegmentPair]) -> list[SegmentPair]:
    return [replace(pair, flags=flags) for pair, flags in zip(pairs, flag(pairs), strict=True)]


def _evidence(pair: SegmentPair) -> tuple[Tie, ...]:
    return gather(pair.source_text, pair.target_text, *pair.langs).ties


def _replaced(pairs: Sequence[SegmentPair], pieces: Sequence[_Piece]) -> Iterator[SegmentPair]:
    place = 0
    for stretch, piece in pieces:
        yield from pairs[place : stretch.start]
        yield from piece
        place = stretch.end
    yield from pairs[place:]
