"""How like documents are: the same in groups, on threads and by sample as by one look at everything."""

from itertools import pairwise, product

import numpy as np
import pytest

from aligner import cores, likeness
from aligner.likeness import Comparison, Sentences
from aligner.margin import distance_margin
from aligner.neighbours import is_mutual, nearest_both_ways

CUTS = {"min_match": 0.5, "min_margin": 0.1}
K = 4


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def plant(seed=0, n_documents=12, n_sentences=9, dim=16):
    """Two languages: of documents of one number half of the sentences say the same; the last says so in every one."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(1, 2 * n_sentences, (2, n_documents))
    sides = [[chance.standard_normal((size, dim)) for size in row] for row in sizes]
    for one, other in zip(*sides, strict=True):
        for place in range(0, min(len(one), len(other)), 2):
            other[place] = one[place] + 0.5 * other[place]
        one[-1] = other[-1] = np.arange(dim)
    return [Sentences(unit(np.concatenate(side)), np.cumsum([0, *map(len, side)])) for side in sides]


def every_cell(sources, targets):
    return np.array(list(product(range(len(sources)), range(len(targets)))))


def near_cells(n=12):
    return np.array([(i, j) for i in range(n) for j in range(n) if abs(i - j) < 2])


def by_hand(sources, targets, i, j):
    """Score, matches and evidence from all similarities of all sentences, nothing left out and nothing shared."""
    forward, backward = nearest_both_ways(sources.of(i), targets.of(j), 1)
    cosines, columns = forward.cosines[:, 0], forward.indices[:, 0]
    rows = np.flatnonzero(is_mutual(forward, backward) & (cosines >= CUTS["min_match"]))
    places = np.column_stack([rows + sources.bounds[i], columns[rows] + targets.bounds[j]])
    around = nearest_both_ways(sources.vectors, targets.vectors, K + 1)
    margins = distance_margin(cosines[rows], *around, places)
    score = (float(cosines.mean()) + float(backward.cosines.mean())) / 2
    return score, len(rows), float(margins[margins >= CUTS["min_margin"]].sum())


def told(found):
    return [(one.score, one.n_matches, one.evidence) for one in found]


def test_up_to_a_size_likeness_is_told_by_all_similarities_to_the_last_digit():
    sides = plant()
    cells = every_cell(*sides)
    found = Comparison.of(*sides, cells, K, **CUTS)
    assert not found.is_sampled
    assert told(found.compare(cells)) == [by_hand(*sides, i, j) for i, j in cells.tolist()]


@pytest.mark.parametrize("exact", [likeness.EXACT, 0])
def test_groups_and_threads_change_nothing(exact, monkeypatch):
    monkeypatch.setattr(likeness, "EXACT", exact)
    monkeypatch.setattr(likeness, "SAMPLE", 20)
    sides, cells = plant(), near_cells()
    whole = Comparison.of(*sides, cells, K, **CUTS)
    assert whole.is_sampled == (not exact)
    expected = [whole.compare(cells[[n]])[0] for n in range(len(cells))]
    for n_threads, group in product((1, 3), (1, 5, 1000)):
        monkeypatch.setattr(cores, "n_threads", lambda n=n_threads: n)
        monkeypatch.setattr(likeness, "GROUP", group)
        comparison = Comparison.of(*sides, cells, K, **CUTS)
        large, small = comparison.tasks(cells)
        assert not large
        assert [one for found in map(comparison.compare, small) for one in found] == expected


def test_large_documents_are_tasks_by_themselves_and_all_cells_are_in_some_task(monkeypatch):
    monkeypatch.setattr(likeness, "TILE", 9)
    sides, cells = plant(), near_cells()
    large, small = Comparison.of(*sides, cells, K, **CUTS).tasks(cells)
    assert large
    for ((i, j),) in large:
        assert max(sides[0].sizes[i], sides[1].sizes[j]) > 9
    assert sorted(map(tuple, np.concatenate([*large, *small]).tolist())) == list(map(tuple, cells.tolist()))


def test_by_sample_evidence_is_never_less_and_a_larger_sample_tells_all_of_it(monkeypatch):
    sides, cells = plant(), near_cells()
    exact = Comparison.of(*sides, cells, K, **CUTS).compare(cells)
    monkeypatch.setattr(likeness, "EXACT", 0)
    monkeypatch.setattr(likeness, "SAMPLE", K + 1)
    sampled = Comparison.of(*sides, cells, K, **CUTS)
    found = sampled.compare(cells)
    pairs = list(zip(exact, found, strict=True))
    assert all(b.evidence >= a.evidence - 1e-6 for a, b in pairs)
    assert any(b.evidence > a.evidence + 1e-3 for a, b in pairs)
    assert [(a.score, a.order, a.flow) for a in exact] == [(b.score, b.order, b.flow) for b in found]
    refined = sampled.refined(cells).compare(cells)
    assert [one.evidence for one in refined] == pytest.approx([one.evidence for one in exact], abs=1e-5)


def test_no_neighbour_is_found_twice(monkeypatch):
    monkeypatch.setattr(likeness, "EXACT", 0)
    monkeypatch.setattr(likeness, "SAMPLE", 40)
    monkeypatch.setattr(likeness, "FINE_SAMPLE", 60)
    sides, cells = plant(), near_cells()
    comparison = Comparison.of(*sides, cells, K, **CUTS).refined(cells)
    for found in (comparison.forward, comparison.backward):
        assert all(len(set(row)) == K + 1 for row in found.indices.tolist())
        assert (np.diff(found.cosines, axis=1) <= 0).all()


def test_a_sample_is_spread_evenly_over_documents_and_over_places_in_them():
    side = Sentences(np.zeros((2000, 1), dtype=np.float32), np.arange(0, 2001, 20))
    chosen = side.sample(100)
    assert len(chosen) == 100
    assert all(a < b for a, b in pairwise(chosen.tolist()))
    assert (chosen // 20).tolist() == list(range(100))
    assert set((chosen % 20).tolist()) == set(range(20))
    assert side.sample(5000).tolist() == list(range(2000))
    assert len(set(side.sample(1999).tolist())) == 1999


def test_documents_without_sentences_are_like_none(monkeypatch):
    monkeypatch.setattr(likeness, "EXACT", 0)
    vectors = unit(np.random.default_rng(1).standard_normal((40, 8)))
    side = Sentences(vectors, np.array([0, 0, 20, 20, 40, 40]))
    cells = np.array([(i, j) for i in range(5) for j in range(5) if abs(i - j) < 2])
    comparison = Comparison.of(side, side, cells, K, **CUTS)
    found = dict(zip(map(tuple, cells.tolist()), comparison.compare(cells), strict=True))
    assert found[0, 0].score == found[2, 3].score == found[1, 0].n == 0
    assert found[1, 1].score == found[3, 3].score == pytest.approx(1)
