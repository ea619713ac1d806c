import numpy as np
import pytest

from aligner import cores, neighbours
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


@pytest.mark.parametrize("panel", [1, 3, 32])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_neither_panels_nor_threads_change_what_is_found(monkeypatch, panel, n_threads):
    source, target = unit_rows(150, dim=64), unit_rows(170, dim=64, seed=1)
    target[::3] = target[0]
    monkeypatch.setattr(neighbours, "TILE", 16)
    expected = nearest_both_ways(source, target, 5)
    for module in (cores, neighbours):
        monkeypatch.setattr(module, "n_threads", lambda: n_threads)
    monkeypatch.setattr(neighbours, "PANEL", panel)
    for found, same in zip(nearest_both_ways(source, target, 5), expected, strict=True):
        assert found.indices.tolist() == same.indices.tolist()
        assert found.cosines.tolist() == same.cosines.tolist()


@pytest.mark.parametrize("k", [1, 6])
def test_both_ways_are_those_of_the_full_matrix(monkeypatch, k):
    monkeypatch.setattr(neighbours, "TILE", 32)
    source, target = unit_rows(200, dim=64), unit_rows(330, dim=64, seed=1)
    similarities = source.astype(np.float64) @ target.T.astype(np.float64)
    for found, matrix in zip(nearest_both_ways(source, target, k), (similarities, similarities.T), strict=True):
        expected = np.argsort(-matrix, axis=1)[:, :k]
        assert (found.indices == expected).all()
        np.testing.assert_allclose(found.cosines, np.take_along_axis(matrix, expected, axis=1), atol=1e-6)


def test_of_equal_keys_the_first_are_found_and_zeros_have_the_first_of_all(monkeypatch):
    monkeypatch.setattr(neighbours, "TILE", 4)
    source, target = unit_rows(11), unit_rows(30, seed=1)
    source[5], target[3:20] = 0, source[2]
    forward, backward = nearest_both_ways(source, target, 6)
    assert forward.indices[2].tolist() == [3, 4, 5, 6, 7, 8]
    assert forward.indices[5].tolist() == [0, 1, 2, 3, 4, 5]
    assert forward.cosines[5].tolist() == [0] * 6
    assert (backward.indices[3:20] == backward.indices[3]).all()


def test_the_other_way_round_the_same_is_found(monkeypatch):
    monkeypatch.setattr(neighbours, "TILE", 16)
    source, target = unit_rows(50, dim=64), unit_rows(70, dim=64, seed=1)
    for found, same in zip(
        nearest_both_ways(source, target, 3), nearest_both_ways(target, source, 3)[::-1], strict=True
    ):
        assert found.indices.tolist() == same.indices.tolist()
        assert found.cosines.tolist() == same.cosines.tolist()


def test_half_precision_on_the_disk_is_as_the_same_numbers_in_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(neighbours, "TILE", 16)
    sides = [unit_rows(n, dim=64, seed=n).astype(np.float16) for n in (50, 70)]
    for side in sides:
        np.save(tmp_path / f"{len(side)}", side)
    mapped = [np.load(tmp_path / f"{len(side)}.npy", mmap_mode="r") for side in sides]
    wide = [side.astype(np.float32) for side in sides]
    for found, same in zip(nearest_both_ways(*mapped, 3), nearest_both_ways(*wide, 3), strict=True):
        assert found.indices.tolist() == same.indices.tolist()
        assert found.cosines.tolist() == same.cosines.tolist()
        assert found.cosines.dtype == np.float32


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
