"""Relations: what two segments state of each other's facts."""

import pytest

from aligner.evidence import Evidence, Tie
from aligner.relations import SegmentRelation, relate

CONFLICT = Evidence((Tie("number", False, "7", "8", (0, 1), (0, 1)),))


@pytest.mark.parametrize(
    ("evidence", "source", "target", "relation"),
    [
        (Evidence(), [0.9, 0.9], [0.9], "equivalent"),
        (Evidence(), [0.9, 0.1], [0.9], "source_contains_target"),
        (Evidence(), [0.9], [0.9, 0.1], "target_contains_source"),
        (Evidence(), [0.9, 0.1], [0.9, 0.1], "overlapping"),
        (CONFLICT, [0.9], [0.9], "conflicting"),
    ],
)
def test_the_relation_follows_from_conflicts_and_cover(
    evidence: Evidence, source: list[float], target: list[float], relation: str
) -> None:
    assert relate(evidence, source, target, [1] * len(source), [1] * len(target)) == SegmentRelation(relation)
