"""Exact k-nearest neighbours by cosine, in blocks of bounded memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.cores import on_all_cores

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

BLOCK_CELLS = 1 << 20
"""Similarities that a thread holds at once: 4 MiB of float32."""

TILE = 1 << 10
"""Rows and columns of a block where both directions are wanted."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ``k`` nearest keys of each query, nearest first; ties go to the lower index.

    ``cosines``: shape ``(n, k)``, float32. ``indices``: shape ``(n, k)``, int64, into the keys.
    """

    cosines: Floats
    indices: Indices

    def first(self, k: int) -> "Neighbours":
        """The ``k`` nearest of them."""
        return Neighbours(self.cosines[:, :k], self.indices[:, :k])


def nearest(queries: Floats, keys: Floats, k: int) -> Neighbours:
    """The ``k`` nearest ``keys`` of each query by inner product.

    Args:
        queries: shape ``(n, dim)``, float32, rows of length 1 (or zero).
        keys: shape ``(m, dim)``, likewise.
        k: at least 1; cut to ``m`` where there are fewer keys.
    """
    k = min(k, len(keys))
    step = max(1, BLOCK_CELLS // max(1, len(keys)))

    def search(start: int) -> Neighbours:
        return _top(queries[start : start + step] @ keys.T, k)

    return _stacked(on_all_cores(search, range(0, len(queries), step)), k)


def nearest_both_ways(source: Floats, target: Floats, k: int) -> tuple[Neighbours, Neighbours]:
    """``nearest(source, target, k)`` and ``nearest(target, source, k)`` from one matrix product.

    Args:
        source: shape ``(n, dim)``, float32, rows of length 1 (or zero).
        target: shape ``(m, dim)``, likewise.
        k: at least 1; cut to the number of keys where there are fewer.
    """
    forward: list[Neighbours] = []
    backward = [_none(len(target[start : start + TILE])) for start in range(0, len(target), TILE)]

    def search(columns: int) -> tuple[Neighbours, Neighbours]:
        similarities = source[rows : rows + TILE] @ target[columns : columns + TILE].T
        back = _top(similarities.T.copy(), k, first=rows)
        return _top(similarities, k, first=columns), back

    for rows in range(0, len(source), TILE):
        tiles = on_all_cores(search, range(0, len(target), TILE))
        forward.append(_merged([ahead for ahead, _ in tiles], k) if tiles else _none(len(source[rows : rows + TILE])))
        backward = [_merged([known, back], k) for known, (_, back) in zip(backward, tiles, strict=True)]
    return _stacked(forward, min(k, len(target))), _stacked(backward, min(k, len(source)))


def is_mutual(forward: Neighbours, backward: Neighbours) -> NDArray[np.bool_]:
    """Which queries are the nearest one of their own nearest key. Shape ``(n,)``.

    Args:
        forward: neighbours of the queries among the keys, at least one each.
        backward: neighbours of the keys among the queries, likewise.
    """
    mutual: NDArray[np.bool_] = backward.indices[forward.indices[:, 0], 0] == np.arange(len(forward.indices))
    return mutual


def _top(similarities: Floats, k: int, first: int = 0) -> Neighbours:
    """The ``k`` largest of each row, largest first; ``similarities`` are spoilt, ``first`` is the first column's index.

    A few passes of ``argmax`` cost a tenth of a partition, and settle ties by themselves.
    """
    n, m = similarities.shape
    k = min(k, m)
    found = Neighbours(np.empty((n, k), dtype=np.float32), np.empty((n, k), dtype=np.int64))
    rows = np.arange(n)
    for place in range(k):
        best = similarities.argmax(axis=1)
        found.indices[:, place] = best + first
        found.cosines[:, place] = similarities[rows, best]
        similarities[rows, best] = -np.inf
    return found


def _merged(parts: list[Neighbours], k: int) -> Neighbours:
    """The nearest of the same queries among several sets of keys, the sets in order of their indices."""
    if len(parts) == 1:
        return parts[0]
    cosines = np.concatenate([part.cosines for part in parts], axis=1)
    indices = np.concatenate([part.indices for part in parts], axis=1)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return Neighbours(np.take_along_axis(cosines, order, axis=1), np.take_along_axis(indices, order, axis=1))


def _stacked(parts: list[Neighbours], k: int) -> Neighbours:
    """The neighbours of several sets of queries, one after the other."""
    if not parts:
        return Neighbours(np.empty((0, k), dtype=np.float32), np.empty((0, k), dtype=np.int64))
    return Neighbours(np.concatenate([p.cosines for p in parts]), np.concatenate([p.indices for p in parts]))


def _none(n: int) -> Neighbours:
    return Neighbours(np.empty((n, 0), dtype=np.float32), np.empty((n, 0), dtype=np.int64))
