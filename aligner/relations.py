"""What two segments state of each other's facts."""

from collections.abc import Sequence
from enum import StrEnum

from aligner.evidence import Evidence

COVERED_CLAUSE = 0.5
"""The score from which a clause is stated on the other side too: more likely than not."""
WHOLE = 0.7
"""The share of a segment, by length, that the other side must state to hold all of it; a short aside may lack."""


class SegmentRelation(StrEnum):
    """How the facts of a source segment and a target segment lie to each other.

    ``RELATED`` ones, on one topic, are no links: they are found, not told from evidence and clauses.
    """

    EQUIVALENT = "equivalent"
    SOURCE_CONTAINS_TARGET = "source_contains_target"
    TARGET_CONTAINS_SOURCE = "target_contains_source"
    OVERLAPPING = "overlapping"
    CONFLICTING = "conflicting"
    RELATED = "related"


def relate(
    evidence: Evidence,
    source_scores: Sequence[float],
    target_scores: Sequence[float],
    source_lengths: Sequence[int],
    target_lengths: Sequence[int],
) -> SegmentRelation:
    """The relation of two segments that are linked.

    Args:
        evidence: what they share and contradict.
        source_scores: for each clause of the source how well the target states it, in ``[0, 1]``.
        target_scores: the same for the clauses of the target.
        source_lengths: the lengths of the source's clauses, in any unit.
        target_lengths: those of the target's.
    """
    if evidence.conflicts:
        return SegmentRelation.CONFLICTING
    match (_share(source_scores, source_lengths) >= WHOLE, _share(target_scores, target_lengths) >= WHOLE):
        case (True, True):
            return SegmentRelation.EQUIVALENT
        case (False, True):
            return SegmentRelation.SOURCE_CONTAINS_TARGET
        case (True, False):
            return SegmentRelation.TARGET_CONTAINS_SOURCE
    return SegmentRelation.OVERLAPPING


def _share(scores: Sequence[float], lengths: Sequence[int]) -> float:
    covered = sum(length for score, length in zip(scores, lengths, strict=True) if score >= COVERED_CLAUSE)
    return covered / max(sum(lengths), 1)
