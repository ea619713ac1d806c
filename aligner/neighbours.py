"""Exact k-nearest neighbours by cosine, in blocks of bounded memory."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from aligner.cores import on_all_cores

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Vectors = NDArray[np.floating]
"""Vectors as they are kept: float32, or float16 in half the room; perhaps on the disk (``numpy.memmap``)."""

BLOCK_CELLS = 1 << 20
"""Similarities that a thread holds at once: 4 MiB of float32."""

TILE = 1 << 10
"""Rows and columns of a block where both directions are wanted.

The same on every machine: the last digits of a product depend on the shape of its blocks where these are thin.
"""

PANEL = 32
"""Tiles of the shorter side that a thread works off with one tile of the other: half a second, so that Ctrl-C is heard.

Vectors on the disk are read once for each panel.
"""


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

    return stacked(on_all_cores(search, range(0, len(queries), step)), k)


def nearest_both_ways(source: Vectors, target: Vectors, k: int) -> tuple[Neighbours, Neighbours]:
    """``nearest(source, target, k)`` and ``nearest(target, source, k)`` from one matrix product.

    The time is that of the product and a little more: of most blocks only the highest similarity of each row and column
    is looked at, which is no higher than the ``k``-th of those found before. What is found does not depend on the
    number of threads. Beside the vectors and what is found, each thread takes 14 MiB at 512 dimensions, and vectors
    in float16 64 MiB more, whatever the numbers of sentences.

    Args:
        source: shape ``(n, dim)``, float32 or float16, rows of length 1 (or zero); may be on the disk.
        target: shape ``(m, dim)``, likewise.
        k: at least 1; cut to the number of keys where there are fewer.
    """
    if len(source) > len(target):
        backward, forward = nearest_both_ways(target, source, k)
        return forward, backward
    if len(target) <= TILE:
        return on_all_cores(lambda _: _in_one_tile(_read(source, 0, TILE), _read(target, 0, TILE), k), (0,))[0]
    ahead, back = (
        [_Best(min(TILE, len(queries) - start), min(k, len(keys))) for start in range(0, len(queries), TILE)]
        for queries, keys in ((source, target), (target, source))
    )
    for first in range(0, len(source), PANEL * TILE):
        rows = _read(source, first, PANEL * TILE)

        def search(column: int, first: int = first, rows: Floats = rows) -> None:
            keys = _read(target, column * TILE, TILE)
            for start in range(0, len(rows), TILE):
                similarities = rows[start : start + TILE] @ keys.T
                back[column].offer(similarities, 1, first + start)
                ahead[(first + start) // TILE].offer(similarities, 0, column * TILE)

        on_all_cores(search, range(len(back)))
    return stacked([best.found for best in ahead], min(k, len(target))), stacked(
        [best.found for best in back], min(k, len(source))
    )


def is_mutual(forward: Neighbours, backward: Neighbours) -> NDArray[np.bool_]:
    """Which queries are the nearest one of their own nearest key. Shape ``(n,)``.

    Args:
        forward: neighbours of the queries among the keys, at least one each.
        backward: neighbours of the keys among the queries, likewise.
    """
    mutual: NDArray[np.bool_] = backward.indices[forward.indices[:, 0], 0] == np.arange(len(forward.indices))
    return mutual


def _in_one_tile(source: Floats, target: Floats, k: int) -> tuple[Neighbours, Neighbours]:
    """``nearest_both_ways`` of few sentences, for which there is much else to do."""
    similarities = source @ target.T
    backward = _top(similarities.T.copy(), k)
    return _top(similarities, k), backward


class _Best:
    """The ``k`` nearest keys so far of a tile of queries; threads may offer it blocks of keys at once, in any order."""

    def __init__(self, n: int, k: int) -> None:
        self.found = Neighbours(np.empty((n, 0), dtype=np.float32), np.empty((n, 0), dtype=np.int64))
        self._k = k
        self._lock = Lock()

    def offer(self, similarities: Floats, axis: int, first: int) -> None:
        """Take what is nearer than the last of those found among the keys that follow each other from ``first`` on.

        ``similarities``: the queries along ``axis``, the keys along the other; spoilt where ``axis`` is 0.
        """
        with self._lock:
            bar = self._bar(first)
        if not len(bar):
            near = _top(similarities.T.copy() if axis else similarities, self._k, first)
            with self._lock:
                self.found = merged(self.found, near, self._k)
            return
        # Others may raise the bar meanwhile: then more comes through than needs to.
        queries = np.flatnonzero(similarities.max(axis=1 - axis) >= bar)
        if len(queries):
            similarities = similarities.take(queries, axis=axis)
            cells = np.flatnonzero(similarities >= np.expand_dims(bar[queries], 1 - axis))
            places = np.divmod(cells, similarities.shape[1])
            with self._lock:
                self._insert(queries, places[axis], similarities.ravel()[cells], first + places[1 - axis])

    def _bar(self, first: int) -> Floats:
        """What keys from ``first`` on must reach for each query, shape ``(n,)``; empty while too few are found."""
        cosines, indices = (part[:, self._k - 1 :].ravel() for part in (self.found.cosines, self.found.indices))
        return np.where(indices < first, np.nextafter(cosines, np.float32(np.inf)), cosines)

    def _insert(self, queries: Indices, numbers: Indices, cosines: Floats, indices: Indices) -> None:
        """Keep the nearest of those found and of these keys, each offered to the query of that number among these."""
        known = Neighbours(self.found.cosines[queries], self.found.indices[queries])
        numbers = np.concatenate([np.repeat(np.arange(len(queries)), self._k), numbers])
        cosines = np.concatenate([known.cosines.ravel(), cosines])
        indices = np.concatenate([known.indices.ravel(), indices])
        order = np.lexsort((indices, -cosines, numbers))
        ends = np.cumsum(np.bincount(numbers))
        best = order[np.concatenate([[0], ends[:-1]])[:, None] + np.arange(self._k)]
        self.found.cosines[queries], self.found.indices[queries] = cosines[best], indices[best]


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


def merged(known: Neighbours, near: Neighbours, k: int) -> Neighbours:
    """The ``k`` nearest of the same queries among two sets of keys."""
    if not known.cosines.shape[1]:
        return near
    cosines = np.concatenate([known.cosines, near.cosines], axis=1)
    indices = np.concatenate([known.indices, near.indices], axis=1)
    order = np.lexsort((indices, -cosines), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(cosines, order, axis=1), np.take_along_axis(indices, order, axis=1))


def stacked(parts: list[Neighbours], k: int) -> Neighbours:
    """The neighbours of several sets of queries, one after the other."""
    if not parts:
        return Neighbours(np.empty((0, k), dtype=np.float32), np.empty((0, k), dtype=np.int64))
    return Neighbours(np.concatenate([p.cosines for p in parts]), np.concatenate([p.indices for p in parts]))


def _read(vectors: Vectors, start: int, n: int) -> Floats:
    """So many vectors from ``start`` on, as float32; those that are kept so are not copied."""
    return np.asarray(vectors[start : start + n], dtype=np.float32)
