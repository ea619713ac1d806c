"""What a test set is resampled in."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.evaluation import COUNTS, components, count
from aligner.units import MIN_DOCUMENTS, units


def beads(*links: tuple[list[int], list[int]]) -> list[Bead]:
    return [Bead(tuple(source), tuple(target)) for source, target in links]


def diagonal(n: int) -> list[Bead]:
    return [Bead((i,), (i,)) for i in range(n)]


def test_beads_that_share_a_sentence_through_others_are_in_one_group() -> None:
    chained = beads(([0], [0]), ([0, 1], [3]), ([2], [3]), ([4], [5]))
    assert components(chained) == [0, 0, 0, 1]


def test_the_same_number_on_the_other_side_is_another_sentence() -> None:
    assert components(beads(([1], [0]), ([0], [1]), ([2], [2]))) == [1, 0, 2]


def test_groups_are_numbered_by_how_far_down_they_stand() -> None:
    assert components(beads(([], [1]), ([2], [2]), ([0], [0]), ([1], []))) == [2, 3, 0, 1]


LISTS = st.lists(st.tuples(*[st.lists(st.integers(0, 8), max_size=3)] * 2), max_size=8)


@given(LISTS, LISTS)
def test_what_is_counted_of_a_bead_depends_on_its_group_alone(
    predicted: list[tuple[list[int], list[int]]], gold: list[tuple[list[int], list[int]]]
) -> None:
    ours, right = beads(*predicted), beads(*gold)
    groups = components([*ours, *right])
    whole = count(ours, right)
    for group in set(groups):
        kept = [number for number, other in enumerate(groups) if other == group]
        part = count(
            [ours[number] for number in kept if number < len(ours)],
            [right[number - len(ours)] for number in kept if number >= len(ours)],
        )
        assert np.array_equal(whole[kept], part)


@given(LISTS, LISTS, LISTS)
def test_units_add_up_to_the_whole_for_each_system(
    first: list[tuple[list[int], list[int]]],
    second: list[tuple[list[int], list[int]]],
    gold: list[tuple[list[int], list[int]]],
) -> None:
    right, *systems = (beads(*links) for links in (gold, first, second))
    found = units([[right, *systems]])
    for counts, predicted in zip(found.counts, systems, strict=True):
        assert np.array_equal(counts.sum(axis=0), count(predicted, right).sum(axis=0))


def test_one_document_is_cut_into_blocks_as_long_as_the_cube_root_of_its_groups() -> None:
    found = units([[diagonal(1000), diagonal(1000)]])
    assert (found.kind, len(found)) == ("blocks", 100)
    assert set(found.counts[0][:, COUNTS.index("gold")]) == {10}


def test_a_block_never_reaches_over_two_documents() -> None:
    found = units([[diagonal(13), diagonal(13)], [diagonal(14), diagonal(14)]])
    assert list(found.counts[0][:, COUNTS.index("gold")]) == [3, 3, 3, 3, 1, 3, 3, 3, 3, 2]


def test_many_documents_are_the_units_themselves() -> None:
    found = units([[diagonal(n), diagonal(n)] for n in range(MIN_DOCUMENTS)])
    assert (found.kind, len(found)) == ("documents", MIN_DOCUMENTS)
    assert list(found.counts[0][:, COUNTS.index("gold")]) == list(range(MIN_DOCUMENTS))


def test_beads_with_an_empty_side_do_not_move_the_blocks() -> None:
    links = [Bead((i,), (i,)) for i in range(60) if i % 7]
    nulls = [bead for i in range(0, 60, 7) for bead in (Bead((i,), ()), Bead((), (i,)))]
    with_nulls = units([[links, random.Random(1).sample(links + nulls, len(links + nulls))]])
    columns = [COUNTS.index(name) for name in COUNTS if "null" not in name]
    assert np.array_equal(with_nulls.counts[0][:, columns], units([[links, links]]).counts[0][:, columns])


def test_nothing_at_all_has_no_units() -> None:
    assert len(units([[[], []]])) == 0
