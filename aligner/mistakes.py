"""Where predicted beads part from gold: each mistake whole, with its kind and what stands right beside it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aligner.alignment import Bead
from aligner.evaluation import BeadIndex, components


class MistakeKind(StrEnum):
    """What went wrong, told by which links share a source and a target sentence."""

    MERGED = "merged"
    """One predicted link reaches over several of gold."""

    SPLIT = "split"
    """Several predicted links lie on one of gold."""

    REGROUPED = "regrouped"
    """Both: the same stretch was cut in other places."""

    BOUNDARY = "boundary"
    """Each predicted link has its own of gold, with sentences too many or too few."""

    SHIFTED = "shifted"
    """Sentences that have a counterpart were linked, but to others."""

    MISSED = "missed"
    """Nothing was predicted where gold has links."""

    SPURIOUS = "spurious"
    """Links were predicted where gold has none."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Predicted beads that gold does not have and gold beads that were not predicted, as far as they share sentences.

    Attributes:
        kind: what went wrong.
        predicted, gold: the beads of either side, in document order; among them those with an empty side that share a
            sentence with a link here. There is a link on at least one side.
        before, after: the nearest links in the source that are right, if there are any.
    """

    kind: MistakeKind
    predicted: tuple[Bead, ...]
    gold: tuple[Bead, ...]
    before: Bead | None
    after: Bead | None


def find_mistakes(predicted: Iterable[Bead], gold: Iterable[Bead]) -> list[Mistake]:
    """Every mistake in one document pair, in document order; a bead stands in one at most."""
    ours, theirs = list(predicted), list(gold)
    both = {bead.sides for bead in ours} & {bead.sides for bead in theirs}
    right = sorted((bead for bead in theirs if bead.is_link and bead.sides in both), key=_place)
    wrong = [bead for bead in ours if bead.sides not in both]
    missed = [bead for bead in theirs if bead.sides not in both]
    groups: defaultdict[int, tuple[list[Bead], list[Bead]]] = defaultdict(lambda: ([], []))
    for number, (bead, group) in enumerate(zip(wrong + missed, components(wrong + missed), strict=True)):
        groups[group][number >= len(wrong)].append(bead)
    return [
        _mistake(sorted(wrong_here, key=_place), sorted(missed_here, key=_place), right)
        for _, (wrong_here, missed_here) in sorted(groups.items())
        if any(bead.is_link for bead in wrong_here + missed_here)
    ]


def _mistake(predicted: Sequence[Bead], gold: Sequence[Bead], right: Sequence[Bead]) -> Mistake:
    first = min(_place(bead) for bead in (*predicted, *gold) if bead.source)
    last = max(_place(bead) for bead in (*predicted, *gold) if bead.source)
    before, after = bisect_left(right, first, key=_place), bisect_left(right, last, key=_place)
    return Mistake(
        _mistake_kind([bead for bead in predicted if bead.is_link], [bead for bead in gold if bead.is_link]),
        tuple(predicted),
        tuple(gold),
        right[before - 1] if before else None,
        right[after] if after < len(right) else None,
    )


def _mistake_kind(predicted: Sequence[Bead], gold: Sequence[Bead]) -> MistakeKind:
    if not predicted:
        return MistakeKind.MISSED
    if not gold:
        return MistakeKind.SPURIOUS
    in_predicted, in_gold = BeadIndex(predicted), BeadIndex(gold)
    n_touched = [len(in_gold.touched(link)) for link in predicted]
    merged = max(n_touched) > 1
    split = any(len(in_predicted.touched(link)) > 1 for link in gold)
    if merged or split:
        return MistakeKind.REGROUPED if merged and split else MistakeKind.MERGED if merged else MistakeKind.SPLIT
    return MistakeKind.BOUNDARY if any(n_touched) else MistakeKind.SHIFTED


def _place(bead: Bead) -> tuple[bool, tuple[int, ...], tuple[int, ...]]:
    return not bead.source, bead.source, bead.target
