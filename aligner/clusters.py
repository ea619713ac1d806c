"""Approximate k-nearest neighbours by cosine, both ways, within clusters that both sides share.

Spherical k-means (Dhillon and Modha 2001, "Concept Decompositions for Large Sparse Text Data Using Clustering") on a
sample of both sides gives the clusters. A vector belongs to the ``SPREAD`` clusters nearest to it, on either side, and
is compared with what else belongs to one of them: one product a cluster serves both directions. Of two vectors that are
near each other hardly ever all clusters differ. To give each side several clusters finds more in the same time than to
give one side one and the other their product (inverted files, as faiss has them): docs/performance.md.

As in ``neighbours``, the work is a list of tasks that know nothing of each other, and what is found depends on nothing
but the vectors.
"""

import logging
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from aligner.cores import on_all_cores
from aligner.engine import at_once
from aligner.memory import Stored, Vectors, opened, room
from aligner.neighbours import Neighbours, nearest_both_ways, search_both_ways

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

SPREAD = 8
"""Clusters that each vector belongs to."""

MIN_SIDE, MIN_PAIRS = 1000, 1 << 28
"""Of fewer vectors on a side, or of fewer pairs, to search them all takes hardly longer than to find clusters."""

SAMPLE = 16
"""Vectors in the sample for each cluster."""

ROUNDS = 5
"""Of k-means; later ones move little."""

ROWS = 1 << 10
"""Vectors whose clusters are found at once."""

QUERIES = 1 << 14
"""Vectors whose neighbours are merged at once."""

STRAY_KEYS = 1 << 12
"""Keys among which a vector finds neighbours whose clusters hold too few."""

MIN_SPREAD = 1e-4
"""The least mean square along an axis that is evened out, as a share of the greatest: below is rounding."""

N_SAMPLED = 500
"""Queries of each side by which the recall is measured: to two or three in a hundred of what is missed."""

TIE = 1e-5
"""Cosines that differ by no more are the same but for rounding."""

SEED = 5


@dataclass(frozen=True, slots=True)
class Recall:
    """What share of the exact neighbours an approximate search found, by ``n`` queries of both sides; in ``[0, 1]``.

    ``first`` is that of the nearest, ``all`` that of all ``k``.
    """

    n: int
    k: int
    first: float
    all: float

    def __str__(self) -> str:
        return (
            f"by {self.n:,} sentences searched exactly, {self.first:.1%} have their nearest neighbour, "
            f"and {self.all:.1%} of the {self.k} nearest are there"
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A task: to find the neighbours of these rows and columns among each other. Both are rising."""

    rows: Indices
    columns: Indices

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.rows) * len(self.columns)


def nearest_in_clusters(source: Stored, target: Stored, k: int, what: str = "") -> tuple[Neighbours, Neighbours]:
    """As ``neighbours.nearest_both_ways``, but for some neighbours that are missed; the log tells how many.

    Time grows with the power 1.5 of the vectors. Few of them are all searched (``MIN_SIDE``, ``MIN_PAIRS``). Beside
    the vectors and what is found it takes ``8 * SPREAD * k`` bytes for each vector, on the disk if need be.
    """
    n, m = len(opened(source)), len(opened(target))
    if min(n, m) < MIN_SIDE or n * m < MIN_PAIRS:
        return nearest_both_ways(source, target, k, what)
    if n > m:
        backward, forward = nearest_in_clusters(target, source, k, what)
        return forward, backward
    found = _Search(source, target, k).run(what)
    recall = recall_of(found, source, target)
    logging.getLogger("aligner").warning("the search was approximate: %s", recall)
    return found


def recall_of(
    found: tuple[Neighbours, Neighbours], source: Stored, target: Stored, n_sampled: int = N_SAMPLED
) -> Recall:
    """How much of what an exact search finds was found, by so many queries of each side at most."""
    firsts, shares = [], []
    for near, queries, keys in zip(found, (source, target), (target, source), strict=True):
        rows = _sampled(len(opened(queries)), n_sampled)
        exact, _ = nearest_both_ways(np.asarray(opened(queries)[rows], dtype=np.float32), keys, near.indices.shape[1])
        cosines = near.cosines[rows]
        firsts.append(cosines[:, 0] >= exact.cosines[:, 0] - TIE)
        shares.append((cosines >= exact.cosines[:, -1:] - TIE).mean(axis=1))
    first, share = np.concatenate(firsts), np.concatenate(shares)
    return Recall(len(first), near.indices.shape[1], float(first.mean()), float(share.mean()))


class _Search:
    """The search of one pair of sides; each has more than ``k`` vectors, and more than there are clusters."""

    def __init__(self, source: Stored, target: Stored, k: int) -> None:
        self.sides, self.k = (source, target), k
        self.sizes = [len(opened(side)) for side in self.sides]
        # Finding clusters and searching them then take the same time.
        self.n_clusters = max(1, round(SPREAD * (self.sizes[0] * self.sizes[1] / sum(self.sizes)) ** 0.5))

    def run(self, what: str) -> tuple[Neighbours, Neighbours]:
        centroids = _centroids(self._sample(), self.n_clusters)
        clusters = [assign(side, centroids, SPREAD, what and "clustering") for side in self.sides]
        members = [_members(found, len(centroids)) for found in clusters]
        found = [_Found(size, self.k) for size in self.sizes]
        pairs = [both for both in zip(*members, strict=True) if len(both[0]) and len(both[1])]
        source, target = self.sides
        tasks = [Cluster(rows // SPREAD, columns // SPREAD) for rows, columns in pairs]
        search = partial(_search_cluster, opened(source), opened(target), self.k)
        for both, near in zip(pairs, at_once(search, tasks, what, len), strict=True):
            for side, slots, part in zip(found, both, near, strict=True):
                side.put(slots, part)
        forward, backward = (
            side.settled(queries, keys) for side, queries, keys in zip(found, self.sides, self.sides[::-1], strict=True)
        )
        return forward, backward

    def _sample(self) -> Floats:
        """As many vectors of either side, as far as it has them."""
        parts = [
            opened(side)[_sampled(size, SAMPLE * self.n_clusters // 2)]
            for side, size in zip(self.sides, self.sizes, strict=True)
        ]
        return np.concatenate(parts, dtype=np.float32)


class _Found:
    """What the clusters of each of ``n`` queries hold: slot ``SPREAD * query + i`` is for the ``i``-th of them."""

    def __init__(self, n: int, k: int) -> None:
        self._cosines, self._indices = room((n * SPREAD, k)), room((n * SPREAD, k), np.int32)
        self._cosines[:], self._indices[:] = -np.inf, -1

    def put(self, slots: Indices, near: Neighbours) -> None:
        """Keep what was found of the queries that have these slots."""
        k = near.indices.shape[1]
        self._cosines[slots, :k], self._indices[slots, :k] = near.cosines, near.indices

    def settled(self, queries: Stored, keys: Stored) -> Neighbours:
        """The nearest of all that was found, each once."""
        n, k = len(self._cosines) // SPREAD, self._cosines.shape[1]

        def settle(first: int) -> Neighbours:
            part = slice(first * SPREAD, (first + QUERIES) * SPREAD)
            shape = -1, SPREAD * k
            best = _best(self._cosines[part].reshape(shape), self._indices[part].reshape(shape), k)
            return _filled(best, opened(queries)[first : first + QUERIES], keys)

        parts = on_all_cores(settle, range(0, n, QUERIES))
        return Neighbours(np.concatenate([p.cosines for p in parts]), np.concatenate([p.indices for p in parts]))


def _search_cluster(source: Vectors, target: Vectors, k: int, cluster: Cluster) -> tuple[Neighbours, Neighbours]:
    """The neighbours of a cluster's rows among its columns, and those of the columns among the rows."""
    forward, backward = search_both_ways(source[cluster.rows], target[cluster.columns], k)
    return (
        Neighbours(forward.cosines, cluster.columns[forward.indices]),
        Neighbours(backward.cosines, cluster.rows[backward.indices]),
    )


def assign(vectors: Stored, centroids: Floats, n: int, what: str = "") -> NDArray[np.int32]:
    """The ``n`` centroids nearest to each vector, or all of fewer. Shape ``(len(vectors), n)``, the nearest first."""
    size, n = len(opened(vectors)), min(n, len(centroids))
    tasks = [range(row, min(row + ROWS, size)) for row in range(0, size, ROWS)]
    return np.concatenate(list(at_once(partial(_assigned, opened(vectors), centroids, n), tasks, what, len)))


def _assigned(vectors: Vectors, centroids: Floats, n: int, rows: range) -> NDArray[np.int32]:
    """The ``n`` centroids nearest to each of these rows, the nearest first; ties go to the first."""
    chosen = np.asarray(vectors[rows.start : rows.stop], dtype=np.float32)
    return _first_places(chosen @ centroids.T, n)


def _centroids(sample: Floats, n: int) -> Floats:
    """The centroids of at most ``n`` clusters of the sample; the nearest have the highest product with a vector.

    They are sought among vectors whose directions were evened out, and turned so that the product of a vector as it is
    with a centroid is that of both evened out, but for the vector's length.
    """
    (evening,) = on_all_cores(_evening, [sample])
    return _turned(_spherical_means(_turned(sample, evening), n), evening)


def _turned(rows: Floats, matrix: Floats) -> Floats:
    """The product of these rows with a square matrix, the same for any number of threads."""
    return np.concatenate(on_all_cores(lambda row: rows[row : row + ROWS] @ matrix, range(0, len(rows), ROWS)))


def _evening(sample: Floats) -> Floats:
    """What multiplies vectors so that the deviations along their principal axes are the roots of what they were.

    A few directions hold most of what sets an encoder's vectors apart, so that two which differ there shared no cluster
    although all the rest of them agrees. Shape ``(dim, dim)``, symmetric.
    """
    squares, axes = np.linalg.eigh((sample.T @ sample).astype(np.float64) / len(sample))
    squares = np.maximum(squares, max(MIN_SPREAD * squares[-1], np.finfo(np.float32).tiny))
    evening: Floats = ((axes * squares**-0.25) @ axes.T).astype(np.float32)
    return evening


def _spherical_means(sample: Floats, n: int) -> Floats:
    """The centroids of spherical k-means, rows of length 1 (or zero); the sample is scaled to such rows, too."""
    sample /= np.maximum(np.linalg.norm(sample, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    centroids = sample[_sampled(len(sample), n)]
    for _ in range(ROUNDS):
        members = _members(assign(sample, centroids, 1), len(centroids))
        sums = [sample[rows].sum(axis=0) if len(rows) else old for rows, old in zip(members, centroids, strict=True)]
        centroids = np.stack(sums)
        centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return centroids


def _members(clusters: NDArray[np.int32], n: int) -> list[Indices]:
    """For each of ``n`` clusters where it stands in this array, as if it were flat; rising."""
    order = np.argsort(clusters, axis=None, kind="stable")
    return np.split(order, np.cumsum(np.bincount(clusters.ravel(), minlength=n))[:-1])


def _sampled(n: int, size: int) -> Indices:
    """So many of ``n``, or all; rising, and the same each time."""
    chosen: Indices = np.sort(np.random.default_rng(SEED).choice(n, min(n, size), replace=False))
    return chosen


def _first_places(values: Floats, n: int) -> NDArray[np.int32]:
    """Where the ``n`` largest of each row stand, the largest first; the values are spoilt."""
    rows, places = np.arange(len(values)), np.empty((len(values), n), dtype=np.int32)
    for number in range(n):
        places[:, number] = values.argmax(axis=1)
        values[rows, places[:, number]] = -np.inf
    return places


def _best(cosines: Floats, indices: NDArray[np.int32], k: int) -> Neighbours:
    """The ``k`` nearest of each row, each key once, ties to the lower index; -1 where there are no more keys."""
    order = np.argsort(indices, axis=1, kind="stable")
    indices, cosines = np.take_along_axis(indices, order, axis=1), np.take_along_axis(cosines, order, axis=1)
    rows = np.arange(len(indices))
    best = Neighbours(np.empty((len(rows), k), dtype=np.float32), np.empty((len(rows), k), dtype=np.int64))
    for number in range(k):
        place = cosines.argmax(axis=1)
        best.cosines[:, number], found = cosines[rows, place], indices[rows, place]
        best.indices[:, number] = np.where(np.isneginf(best.cosines[:, number]), -1, found)
        # The cosine of one pair may differ in its last digits from cluster to cluster.
        cosines[indices == found[:, None]] = -np.inf
    return best


def _filled(best: Neighbours, queries: Vectors, keys: Stored) -> Neighbours:
    """The same, those who found too few given the nearest of some keys beside."""
    strays, k = np.flatnonzero(best.indices[:, -1] < 0), best.indices.shape[1]
    if len(strays):
        chosen = _sampled(len(opened(keys)), max(STRAY_KEYS, k))
        near, _ = search_both_ways(queries[strays], opened(keys)[chosen], k)
        both = _best(
            np.concatenate([best.cosines[strays], near.cosines], axis=1),
            np.concatenate([best.indices[strays], chosen[near.indices]], axis=1).astype(np.int32),
            k,
        )
        best.cosines[strays], best.indices[strays] = both.cosines, both.indices
    return best
