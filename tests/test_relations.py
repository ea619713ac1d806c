"""Relations: what two segments state of each other's facts."""

import pytest

from aligner.evidence import Evidence, Tie
from aligner.relations import SegmentRelation, relate

CONFLICT = Evidence((Tie("number", False, "7", "8", (0, 1), (0, 1)),))


@pytest.mark.parametrize(
    ("p", "evidence", "source", "target", "relation"),
    [
        (0.9, Evidence(), [0.9, 0.9], [0.9], "equivalent"),
        (0.9, Evidence(), [0.9, 0.1], [0.9], "source_contains_target"),
        (0.9, Evidence(), [0.9], [0.9, 0.1], "target_contains_source"),
        (0.9, Evidence(), [0.9, 0.1], [0.9, 0.1], "overlapping"),
        (0.9, CONFLICT, [0.9], [0.9], "conflicting"),
        (0.1, CONFLICT, [0.9], [0.9], "related"),
    ],
)
def test_the_relation_follows_from_p_conflicts_and_cover(
    p: float, evidence: Evidence, source: list[float], target: list[float], relation: str
) -> None:
    assert relate(p, evidence, source, target, [1] * len(source), [1] * len(target)) == SegmentRelation(relation)
