import pickle
import re

import numpy as np
import pytest

from aligner import clusters, cores, neighbours
from aligner.clusters import nearest_in_clusters, recall_of
from aligner.engine import engaged
from aligner.memory import limited
from aligner.neighbours import Neighbours, nearest_both_ways


def topics(n, seed, n_topics=40, dim=32):
    """Unit rows round some topics, the same for every seed."""
    centres = np.random.default_rng(99).standard_normal((n_topics, dim))
    random = np.random.default_rng(seed)
    rows = centres[random.integers(n_topics, size=n)] + 1.5 * random.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(autouse=True)
def clusters_for_few(monkeypatch):
    """As for long lists: clusters of both sides, several of them a vector, and not all that there are."""
    monkeypatch.setattr(clusters, "MIN_PAIRS", 0)
    monkeypatch.setattr(clusters, "MIN_SIDE", 50)
    monkeypatch.setattr(clusters, "SPREAD", 3)


def same(found, expected):
    return all(
        one.indices.tolist() == other.indices.tolist() and one.cosines.tolist() == other.cosines.tolist()
        for one, other in zip(found, expected, strict=True)
    )


def test_most_neighbours_are_found_and_the_log_tells_how_many(caplog):
    source, target = topics(900, 1), topics(700, 2)
    found = nearest_in_clusters(source, target, 4)
    exact = nearest_both_ways(source, target, 4)
    first, share = zip(
        *(
            (
                one.indices[:, 0] == other.indices[:, 0],
                [len({*a} & {*b}) / 4 for a, b in zip(one.indices, other.indices, strict=True)],
            )
            for one, other in zip(found, exact, strict=True)
        ),
        strict=True,
    )
    recall = recall_of(found, source, target, 10_000)
    assert recall.n == 1600
    assert recall.first == pytest.approx(np.concatenate(first).mean(), abs=1e-9)
    assert recall.all == pytest.approx(np.concatenate(share).mean(), abs=1e-9)
    assert 0.7 < recall.all < recall.first < 1
    (told,) = caplog.messages
    n, first, share = re.search(r"by ([\d,]+) sentences .* ([\d.]+)% have .* ([\d.]+)% of the 4 nearest", told).groups()
    assert n == "1,000"
    assert float(first) == pytest.approx(100 * recall.first, abs=2)
    assert float(share) == pytest.approx(100 * recall.all, abs=2)


def test_what_is_found_is_nearest_first_each_key_once_with_its_cosine():
    source, target = topics(400, 1), topics(500, 2)
    for found, queries, keys in zip(
        nearest_in_clusters(source, target, 5), (source, target), (target, source), strict=True
    ):
        cosines = np.take_along_axis(queries @ keys.T, found.indices, axis=1)
        np.testing.assert_allclose(found.cosines, cosines, atol=1e-6)
        assert (np.diff(found.cosines, axis=1) <= 0).all()
        assert all(len({*row}) == 5 for row in found.indices.tolist())


@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize(("rows", "queries"), [(1 << 10, 1 << 14), (1 << 10, 7)])
@pytest.mark.parametrize("max_memory", [1, 4 << 30])
def test_neither_threads_nor_memory_nor_parts_change_what_is_found(monkeypatch, n_threads, rows, queries, max_memory):
    source, target = topics(300, 1), topics(400, 2)
    target[::3] = target[0]
    expected = nearest_in_clusters(source, target, 5)
    monkeypatch.setattr(cores, "n_threads", lambda: n_threads)
    monkeypatch.setattr(clusters, "ROWS", rows)
    monkeypatch.setattr(clusters, "QUERIES", queries)
    with limited(max_memory):
        assert same(nearest_in_clusters(source, target, 5), expected)


def test_files_are_searched_as_arrays_are_and_tasks_can_be_sent_to_other_processes(tmp_path):
    source, target = topics(300, 1), topics(400, 2)
    files = tmp_path / "source.npy", tmp_path / "target.npy"
    for path, rows in zip(files, (source, target), strict=True):
        np.save(path, rows)
    sizes = []

    def elsewhere(work, items, what, size):
        there = pickle.loads(pickle.dumps(work))
        for item in items:
            sent = pickle.dumps(item)
            sizes.append(len(sent))
            yield pickle.loads(pickle.dumps(there(pickle.loads(sent))))

    for search in (nearest_in_clusters, neighbours.nearest_both_ways):
        expected = search(source, target, 5)
        assert same(search(*files, 5), expected)
        with engaged(elsewhere):
            assert same(search(*files, 5, "searching"), expected)
    assert len(sizes) > 10
    assert max(sizes) < 10_000


def test_the_other_way_round_the_same_is_found():
    source, target = topics(300, 1), topics(400, 2)
    assert same(nearest_in_clusters(target, source, 4)[::-1], nearest_in_clusters(source, target, 4))


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 300), (1, 1), (1, 300), (300, 2), (49, 300)])
def test_few_vectors_are_all_searched(n, m, caplog):
    source, target = topics(n, 1), topics(m, 2)
    assert same(nearest_in_clusters(source, target, 4), nearest_both_ways(source, target, 4))
    assert caplog.messages == []


def test_few_pairs_are_all_searched(monkeypatch, caplog):
    monkeypatch.setattr(clusters, "MIN_PAIRS", 300 * 400 + 1)
    source, target = topics(300, 1), topics(400, 2)
    assert same(nearest_in_clusters(source, target, 4), nearest_both_ways(source, target, 4))
    assert caplog.messages == []


def test_vectors_without_any_of_the_other_side_near_them_have_neighbours_all_the_same(monkeypatch):
    monkeypatch.setattr(clusters, "SPREAD", 1)
    source, target = topics(200, 1), topics(300, 2)
    source[:150], target[:250] = np.abs(source[:150]), -np.abs(target[:250])
    for found, n_keys in zip(nearest_in_clusters(source, target, 6), (300, 200), strict=True):
        assert found.indices.shape[1] == 6
        assert ((found.indices >= 0) & (found.indices < n_keys)).all()
        assert all(len({*row}) == 6 for row in found.indices.tolist())
        assert np.isfinite(found.cosines).all()


def test_many_equal_vectors_are_found_by_their_lowest_indices():
    source, target = topics(50, 1), topics(600, 2)
    target[20:] = source[3]
    forward, _ = nearest_in_clusters(source, target, 4)
    assert forward.indices[3].tolist() == [20, 21, 22, 23]


def test_recall_counts_ties_as_found():
    source, target = topics(3, 1), np.repeat(topics(1, 2), 9, axis=0)
    found = tuple(Neighbours(near.cosines, near.indices[::-1].copy()) for near in nearest_both_ways(source, target, 3))
    assert (recall_of(found, source, target).first, recall_of(found, source, target).all) == (1, 1)
