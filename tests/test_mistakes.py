"""Every kind of mistake, from the smallest case that shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.mistakes import MistakeKind, find_mistakes

Links = list[tuple[list[int], list[int]]]


def beads(links: Links) -> list[Bead]:
    return [Bead(tuple(source), tuple(target)) for source, target in links]


CASES: dict[str, list[tuple[Links, Links]]] = {
    # predicted, gold
    "merged": [
        ([([0, 1], [0, 1])], [([0], [0]), ([1], [1])]),
        ([([0, 1], [0, 1, 2])], [([0], [0]), ([], [1]), ([1], [2])]),
    ],
    "split": [
        ([([0], [0]), ([1], [1])], [([0, 1], [0, 1])]),
        ([([0], [0]), ([], [1]), ([1], [2])], [([0, 1], [0, 1, 2])]),
    ],
    "regrouped": [([([0], [0]), ([1, 2], [1, 2])], [([0, 1], [0, 1]), ([2], [2])])],
    "boundary": [
        ([([0], [0, 1]), ([1], [2])], [([0], [0]), ([1], [1, 2])]),
        ([([0], [0]), ([], [1])], [([0], [0, 1])]),
        ([([0], [0, 1])], [([0], [0]), ([], [1])]),
    ],
    "shifted": [
        ([([0], [1]), ([1], [0])], [([0], [0]), ([1], [1])]),
        ([([0], [1])], [([0], [0])]),
        ([([i], [i + 1]) for i in range(9)], [([i], [i]) for i in range(9)]),
    ],
    "missed": [
        ([], [([0], [0])]),
        ([([0], []), ([], [0])], [([0], [0])]),
    ],
    "spurious": [
        ([([0], [0])], []),
        ([([0], [0])], [([0], []), ([], [0])]),
    ],
}


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind, cases in CASES.items() for case in cases], ids=str)
def test_each_kind_is_told(kind: str, case: tuple[Links, Links]) -> None:
    predicted, gold = map(beads, case)
    (mistake,) = find_mistakes(predicted, gold)
    assert mistake.kind == kind
    assert (set(mistake.predicted), set(mistake.gold)) == (set(predicted), set(gold))


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == {kind.value for kind in MistakeKind}


def test_mistakes_that_share_no_sentence_are_apart_and_in_order_with_their_right_neighbours() -> None:
    gold = beads([([i], [i]) for i in range(10)])
    predicted = beads([([i], [i]) for i in range(10) if i not in (2, 6, 7)] + [([6, 7], [6, 7])])
    first, second = find_mistakes(predicted, gold)
    assert (first.kind, first.before, first.after) == ("missed", gold[1], gold[3])
    assert (second.kind, second.before, second.after) == ("merged", gold[5], gold[8])


def test_at_the_ends_of_a_text_there_is_no_neighbour() -> None:
    (mistake,) = find_mistakes(beads([([0], [1])]), beads([([0], [0])]))
    assert (mistake.before, mistake.after) == (None, None)


def test_null_beads_that_touch_no_link_are_no_mistakes() -> None:
    assert find_mistakes(beads([([0], [0]), ([1], [])]), beads([([0], [0]), ([], [1])])) == []


def test_a_shift_over_thousands_of_beads_is_one_mistake_and_found_at_once() -> None:
    shifted = beads([([i], [i + 1]) for i in range(20_000)])
    (mistake,) = find_mistakes(shifted, beads([([i], [i]) for i in range(20_000)]))
    assert (mistake.kind, len(mistake.gold)) == ("shifted", 20_000)


LISTS = st.lists(st.tuples(*[st.lists(st.integers(0, 6), max_size=3)] * 2), max_size=8)


@given(LISTS, LISTS)
def test_every_wrong_or_missed_link_stands_in_just_one_mistake(predicted: Links, gold: Links) -> None:
    ours, right = beads(predicted), beads(gold)
    mistakes = find_mistakes(ours, right)
    assert sorted((b.source, b.target) for m in mistakes for b in m.predicted if b.is_link) == sorted(
        (b.source, b.target) for b in ours if b.is_link and b not in right
    )
    assert sorted((b.source, b.target) for m in mistakes for b in m.gold if b.is_link) == sorted(
        (b.source, b.target) for b in right if b.is_link and b not in ours
    )


@given(LISTS, LISTS)
def test_the_other_way_round_what_was_merged_is_split_and_what_was_missed_is_spurious(
    predicted: Links, gold: Links
) -> None:
    turned = {"merged": "split", "split": "merged", "missed": "spurious", "spurious": "missed"}
    there = [mistake.kind.value for mistake in find_mistakes(beads(predicted), beads(gold))]
    back = [mistake.kind.value for mistake in find_mistakes(beads(gold), beads(predicted))]
    assert back == [turned.get(kind, kind) for kind in there]
