"""Exact k-nearest neighbours by cosine, in blocks of bounded memory.

The search both ways is a list of tasks (``Block``) that know nothing of each other, worked off by threads or by other
processes. What they find is merged to the same neighbours whatever the blocks are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from aligner.cores import n_threads, on_all_cores
from aligner.engine import at_once
from aligner.memory import Stored, Vectors, opened

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

BLOCK_CELLS = 1 << 20
"""Similarities that a thread holds at once: 4 MiB of float32."""

TILE = 1 << 10
"""Rows and columns of a block where both directions are wanted.

The same on every machine: the last digits of a product depend on the shape of its blocks where these are thin.
"""

PANEL = 16
"""Tiles of either side of a task at most: four seconds of one core, and 32 MiB of vectors at 512 dimensions."""


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


def nearest_both_ways(source: Stored, target: Stored, k: int, what: str = "") -> tuple[Neighbours, Neighbours]:
    """``nearest(source, target, k)`` and ``nearest(target, source, k)`` from one matrix product.

    The time is that of the product and a little more: of most blocks only the highest similarity of each row and column
    is looked at, which is no higher than the ``k``-th of those found before. What is found does not depend on the
    number of threads. Beside the vectors and what is found, each thread takes 50 MiB at 512 dimensions, whatever the
    numbers of sentences.

    Args:
        source: shape ``(n, dim)``, float32 or float16, rows of length 1 (or zero); may be on the disk.
        target: shape ``(m, dim)``, likewise.
        k: at least 1; cut to the number of keys where there are fewer.
        what: what progress is shown as, if at all.
    """
    n, m = len(opened(source)), len(opened(target))
    if not n or not m:
        return _none(n, min(k, m)), _none(m, min(k, n))
    if n > m:
        backward, forward = nearest_both_ways(target, source, k, what)
        return forward, backward
    if max(n, m) <= TILE:
        return on_all_cores(lambda _: search_both_ways(opened(source), opened(target), k), (0,))[0]
    tasks = blocks(n, m)
    found = at_once(partial(_search_block, opened(source), opened(target), k), tasks, what, len)
    return _gathered(tasks, found, (min(k, m), min(k, n)))


@dataclass(frozen=True, slots=True)
class Block:
    """A task of the search: ``rows`` of the source beside ``columns`` of the target, all of them on whole tiles."""

    rows: range
    columns: range

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.rows) * len(self.columns)


def _search_block(source: Vectors, target: Vectors, k: int, block: Block) -> tuple[Neighbours, Neighbours]:
    """The neighbours of a block's rows among its columns, and those of the columns among the rows."""
    rows, columns = block.rows, block.columns
    forward, backward = search_both_ways(source[rows.start : rows.stop], target[columns.start : columns.stop], k)
    return (
        Neighbours(forward.cosines, forward.indices + columns.start),
        Neighbours(backward.cosines, backward.indices + rows.start),
    )


def blocks(n: int, m: int) -> list[Block]:
    """The tasks of ``nearest_both_ways``, row by row; which blocks there are changes nothing of what is found."""
    # Two tasks for each core, or more: the first tiles of a task take longest.
    along = ceil((2 * n_threads()) ** 0.5)
    edge = TILE * min(PANEL, ceil(max(n, m, 1) / (TILE * along)))
    return [
        Block(range(row, min(row + edge, n)), range(column, min(column + edge, m)))
        for row in range(0, n, edge)
        for column in range(0, m, edge)
    ]


def search_both_ways(source: Vectors, target: Vectors, k: int) -> tuple[Neighbours, Neighbours]:
    """As ``nearest_both_ways``, by this thread alone; the source is held as float32 as a whole."""
    ahead, back = (
        [_Best(min(TILE, len(queries) - start), min(k, len(keys))) for start in range(0, len(queries), TILE)]
        for queries, keys in ((source, target), (target, source))
    )
    rows = np.asarray(source, dtype=np.float32)
    for column, best in enumerate(back):
        keys = np.asarray(target[column * TILE : (column + 1) * TILE], dtype=np.float32)
        for row, other in enumerate(ahead):
            similarities = rows[row * TILE : (row + 1) * TILE] @ keys.T
            best.offer(similarities, 1, row * TILE)
            other.offer(similarities, 0, column * TILE)
    return stacked([best.found for best in ahead], min(k, len(target))), stacked(
        [best.found for best in back], min(k, len(source))
    )


def _gathered(
    tasks: Iterable[Block], results: Iterable[tuple[Neighbours, Neighbours]], k: tuple[int, int]
) -> tuple[Neighbours, Neighbours]:
    """What the tasks found, merged, for each query the ``k`` nearest; of the source, and of the target."""
    sides: tuple[dict[int, Neighbours], dict[int, Neighbours]] = ({}, {})
    for task, found in zip(tasks, results, strict=True):
        for side, start, near, size in zip(sides, (task.rows.start, task.columns.start), found, k, strict=True):
            side[start] = merged(side[start], near, size) if start in side else near
    forward, backward = (
        stacked([side[start] for start in sorted(side)], size) for side, size in zip(sides, k, strict=True)
    )
    return forward, backward


def is_mutual(forward: Neighbours, backward: Neighbours) -> NDArray[np.bool_]:
    """Which queries are the nearest one of their own nearest key. Shape ``(n,)``.

    Args:
        forward: neighbours of the queries among the keys, at least one each.
        backward: neighbours of the keys among the queries, likewise.
    """
    mutual: NDArray[np.bool_] = backward.indices[forward.indices[:, 0], 0] == np.arange(len(forward.indices))
    return mutual


class _Best:
    """The ``k`` nearest keys so far of a tile of queries, which may be offered blocks of keys in any order."""

    def __init__(self, n: int, k: int) -> None:
        self.found = _none(n, 0)
        self._k = k

    def offer(self, similarities: Floats, axis: int, first: int) -> None:
        """Take what is nearer than the last of those found among the keys that follow each other from ``first`` on.

        ``similarities``: the queries along ``axis``, the keys along the other; spoilt where ``axis`` is 0.
        """
        bar = self._bar(first)
        if not len(bar):
            near = _top(similarities.T.copy() if axis else similarities, self._k, first)
            self.found = merged(self.found, near, self._k)
            return
        queries = np.flatnonzero(similarities.max(axis=1 - axis) >= bar)
        if len(queries):
            similarities = similarities.take(queries, axis=axis)
            cells = np.flatnonzero(similarities >= np.expand_dims(bar[queries], 1 - axis))
            places = np.divmod(cells, similarities.shape[1])
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
    """The ``k`` neighbours of several sets of queries, one after the other."""
    if not parts:
        return _none(0, k)
    return Neighbours(np.concatenate([p.cosines for p in parts]), np.concatenate([p.indices for p in parts]))


def _none(n: int, k: int) -> Neighbours:
    """``k`` neighbours of ``n`` queries, of which one is 0."""
    return Neighbours(np.empty((n, k), dtype=np.float32), np.empty((n, k), dtype=np.int64))
