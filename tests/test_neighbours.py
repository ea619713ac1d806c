import numpy as np
import pytest

from aligner import neighbours
from aligner.margin import above_chance, distance_margin
from aligner.neighbours import Neighbours, is_mutual, nearest, nearest_both_ways


def unit_rows(n, dim=8, seed=0):
    rows = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_neighbours_are_those_of_the_full_matrix_for_any_block_size(monkeypatch, block):
    monkeypatch.setattr(neighbours, "BLOCK_CELLS", block)
    queries, keys = unit_rows(13), unit_rows(9, seed=1)
    found = nearest(queries, keys, 3)
    similarities = queries @ keys.T
    expected = np.argsort(-similarities, axis=1, kind="stable")[:, :3]
    assert (found.indices == expected).all()
    np.testing.assert_allclose(found.cosines, np.take_along_axis(similarities, expected, axis=1), atol=1e-6)


@pytest.mark.parametrize("tile", [1, 4, 1 << 10])
@pytest.mark.parametrize("k", [1, 3, 20])
def test_both_ways_are_as_each_by_itself(monkeypatch, tile, k):
    monkeypatch.setattr(neighbours, "TILE", tile)
    # Whole numbers: their products are exact, and there are many ties.
    random = np.random.default_rng(k)
    source, target = (random.integers(-1, 2, (n, 4)).astype(np.float32) for n in (13, 9))
    for found, expected in zip(
        nearest_both_ways(source, target, k), (nearest(source, target, k), nearest(target, source, k)), strict=True
    ):
        assert found.indices.tolist() == expected.indices.tolist()
        assert found.cosines.tolist() == expected.cosines.tolist()


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
def test_both_ways_of_nothing_are_nothing(n, m):
    forward, backward = nearest_both_ways(unit_rows(n), unit_rows(m), 2)
    assert forward.indices.shape == (n, min(2, m))
    assert backward.indices.shape == (m, min(2, n))


def test_k_is_cut_to_the_number_of_keys():
    assert nearest(unit_rows(2), unit_rows(3), 10).indices.shape == (2, 3)
    assert nearest(unit_rows(2), unit_rows(0), 10).indices.shape == (2, 0)


def test_the_distance_margin_leaves_the_pair_itself_out():
    forward = Neighbours(np.array([[0.9, 0.3, 0.1]], dtype=np.float32), np.array([[5, 1, 2]]))
    backward = Neighbours(np.full((6, 3), 0.9, dtype=np.float32), np.full((6, 3), 0))
    backward.cosines[5] = [0.9, 0.5, 0.3]
    backward.indices[5] = [0, 1, 2]
    margin = distance_margin(np.array([0.9], dtype=np.float32), forward, backward, np.array([[0, 5]]))
    assert margin == pytest.approx([0.9 - (0.2 + 0.4) / 2])


def test_a_pair_without_neighbours_keeps_its_cosine_as_margin():
    only = Neighbours(np.array([[0.7]], dtype=np.float32), np.array([[0]]))
    assert distance_margin(np.array([0.7], dtype=np.float32), only, only, np.array([[0, 0]])) == pytest.approx([0.7])


def test_a_match_is_mutual_when_each_is_the_others_nearest():
    queries, keys = unit_rows(13), unit_rows(9, seed=1)
    similarities = queries @ keys.T
    expected = [similarities[:, row.argmax()].argmax() == i for i, row in enumerate(similarities)]
    assert is_mutual(nearest(queries, keys, 1), nearest(keys, queries, 2)).tolist() == expected


def test_a_score_is_0_at_chance_and_1_at_identity():
    assert above_chance(np.array([0.2, 0.6, 1.0, 0.1]), np.array(0.2)) == pytest.approx([0, 0.5, 1, 0])
    assert above_chance(np.array([1.0]), np.array([1.0])) == pytest.approx([0])
