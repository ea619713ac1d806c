"""Cuts that can be trusted, and blocks that moved; documents are rows of numbers with a vector each."""

import numpy as np
import pytest

from aligner.methods import division, matches
from aligner.methods.division import Stretch, divide
from aligner.methods.matches import Landmarks
from aligner.methods.moved import moved_blocks

DIM = 64


@pytest.fixture(autouse=True)
def short_is_long(monkeypatch):
    monkeypatch.setattr(division, "SMALL", 60)
    monkeypatch.setattr(division, "WHOLE", 90)
    monkeypatch.setattr(division, "PART", 25)
    monkeypatch.setattr(division, "DIAGONAL", 25)
    monkeypatch.setattr(matches, "PROBES", 60)


def rows(numbers, seed):
    """A translation of each number: its own direction, what all share, and what a translator adds."""
    words = np.random.default_rng(0).standard_normal((2000, DIM))
    noise = np.random.default_rng(seed).standard_normal((len(numbers), DIM))
    found = words[list(numbers)] + 0.5 * words[1999] + 0.4 * noise
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def unique(numbers):
    values, counts = np.unique(numbers, return_counts=True)
    return np.flatnonzero(np.isin(numbers, values[counts == 1]))


def parts_of(source, target):
    landmarks = Landmarks(unique(source), unique(target))
    whole = Stretch(np.arange(len(source)), np.arange(len(target)))
    return list(divide(rows(source, 1), rows(target, 2), landmarks, whole))


def together(source, target, parts):
    """The share of the source's numbers that stand in one part with their own translation."""
    places = {number: j for j, number in enumerate(target)}
    of_column = {int(j): number for number, part in enumerate(parts) for j in part.columns}
    shared = [(i, number) for number, part in enumerate(parts) for i in part.rows.tolist() if source[i] in places]
    return np.mean([of_column[places[source[i]]] == number for i, number in shared])


def assert_covers(source, target, parts):
    assert np.concatenate([part.rows for part in parts]).tolist() == list(range(len(source)))
    assert np.concatenate([part.columns for part in parts]).tolist() == list(range(len(target)))


EVERYTHING = list(range(1000))
DAMAGES = {
    "nothing": (EVERYTHING, EVERYTHING),
    "first half missing": (EVERYTHING[500:], EVERYTHING),
    "middle missing": (EVERYTHING, EVERYTHING[:300] + EVERYTHING[700:]),
    "a fifth dropped": (
        [n for n in EVERYTHING if np.random.default_rng(n).random() > 0.2],
        [n for n in EVERYTHING if np.random.default_rng(5000 + n).random() > 0.2],
    ),
    "a long passage twice": (EVERYTHING, EVERYTHING[:400] + EVERYTHING[200:]),
    "every tenth the same": (
        [n if n % 10 else 0 for n in EVERYTHING],
        [n if n % 10 else 0 for n in EVERYTHING],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_cuts_keep_translations_together(damage, is_swapped):
    source, target = DAMAGES[damage][::-1] if is_swapped else DAMAGES[damage]
    parts = parts_of(source, target)
    assert_covers(source, target, parts)
    assert len(parts) > 5
    assert max(len(part.rows) * len(part.columns) for part in parts) <= 60 * 60
    distinct = [n for n in source if source.count(n) == target.count(n) == 1]
    inside = [n for n in distinct if not (damage == "a long passage twice" and 200 <= n < 400)]
    assert together(inside, inside, _renumbered(parts, source, target, inside)) == 1


def _renumbered(parts, source, target, inside):
    """The parts as they fall on some of the numbers only."""
    place = {number: k for k, number in enumerate(inside)}

    def of(document, indices):
        return np.array([place[document[i]] for i in indices if document[i] in place], dtype=np.int64)

    return [Stretch(of(source, part.rows), of(target, part.columns)) for part in parts]


@pytest.mark.parametrize("shift", [6, 12, 30, 200])
def test_no_cut_goes_through_a_small_block_that_moved(shift):
    target = EVERYTHING[:400] + EVERYTHING[408 : 408 + shift] + EVERYTHING[400:408] + EVERYTHING[408 + shift :]
    parts = parts_of(EVERYTHING, target)
    assert together(EVERYTHING, target, parts) > 0.985


def test_a_small_grid_is_left_whole():
    (part,) = parts_of(EVERYTHING[:50], EVERYTHING[:50])
    assert part.is_anchored
    assert len(part.rows) == len(part.columns) == 50


def test_without_anchors_what_is_not_too_large_stays_whole():
    assert len(parts_of(EVERYTHING[:89], EVERYTHING[500:590])) == 1


def test_without_anchors_the_cuts_follow_the_diagonal():
    parts = parts_of(EVERYTHING[:300], EVERYTHING[500:900])
    assert_covers(range(300), range(400), parts)
    assert not any(part.is_anchored for part in parts)
    assert max(len(part.columns) for part in parts) <= 25


def test_a_block_is_divided_within_its_own_sentences():
    source = target = rows(EVERYTHING, 1)
    everything = np.arange(1000)
    block = Stretch(everything[300:600], everything[200:700:1])
    parts = list(divide(source, target, Landmarks(everything, everything), block))
    assert np.concatenate([part.rows for part in parts]).tolist() == list(range(300, 600))
    assert np.concatenate([part.columns for part in parts]).tolist() == list(range(200, 700))
    assert len(parts) > 3


def test_moved_blocks_hold_what_belongs_together_and_share_nothing():
    source = EVERYTHING[:200]
    target = EVERYTHING[150:170] + EVERYTHING[500:540] + EVERYTHING[20:50]
    found = moved_blocks(rows(source, 1), rows(target, 2), np.arange(200), np.arange(len(target)))
    blocks = [block.stretch for block in found]
    assert len(np.unique(np.concatenate([block.rows for block in blocks]))) == sum(len(block.rows) for block in blocks)
    spans = [(int(block.rows[0]), int(block.rows[-1])) for block in blocks]
    reach = matches.REACH
    assert spans[:2] == [(20 - reach, 49 + reach), (150 - reach, 169 + reach)]
    assert set(range(60, 90)) <= set(blocks[0].columns.tolist())


def test_blocks_are_found_among_too_many_sentences_to_compare_them_all(monkeypatch):
    source, target = EVERYTHING, EVERYTHING[600:] + EVERYTHING[:600]
    monkeypatch.setattr(matches, "MAX_CELLS", 200_000)
    found = moved_blocks(rows(source, 1), rows(target, 2), np.arange(1000), np.arange(1000))
    blocks = [block.stretch for block in found]
    assert [(len(block.rows), len(block.columns)) for block in blocks[:2]] >= [(580, 580), (380, 380)]


def test_nothing_left_out_gives_no_blocks():
    empty = np.arange(0)
    assert moved_blocks(rows([1, 2], 1), rows([3], 2), empty, np.arange(1)) == []
    assert moved_blocks(rows([1, 2], 1), rows([3], 2), np.arange(2), empty) == []
