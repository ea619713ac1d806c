"""Monotone paths over pure arrays: the cheapest through a grid of beads, and the longest chain of points.

A path walks from cell ``(0, 0)`` to cell ``(n, m)``; a move ``(a, b)`` takes ``a`` source and ``b`` target items, and a
swap two moves at once whose target items stand the other way round. Rows are worked off one at a time, each as a whole:
moves that take source items push their cost to later rows, and moves that take target items only, which would chain
along the row, come out as one running minimum, since the cost of skipping is a sum.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Move = tuple[int, int]
Step = tuple[int, int, int, int]
"""``(i, a, j, b)``: the ``a`` source items from ``i`` on and the ``b`` target items from ``j`` on; one may be none."""

MAX_SWAPPED = 5
"""Items of both sides in a swap, at most."""

_SKIP_SOURCE, _SKIP_TARGET = 254, 255


def cheapest_path(
    rows: Iterable[Floats],
    moves: Sequence[Move],
    source_skips: NDArray[np.float64],
    target_skips: NDArray[np.float64],
    swap: float = np.inf,
) -> list[Step]:
    """The steps of the cheapest path, in order of the source; a step that skips an item has an empty side.

    Args:
        rows: for each source item ``i`` in turn the costs of the moves that start there, shape ``(len(moves), m)``;
            ``inf`` where a move would leave the grid.
        moves: the moves ``(a, b)``, both at least 1, in the order of the costs.
        source_skips: shape ``(n,)``, what it costs to leave source item ``i`` alone.
        target_skips: shape ``(m,)``, the same for the target.
        swap: what it costs, beside the two moves, to take two neighbours the other way round in the target.

    Time is proportional to ``n * m * len(moves)``; memory is one byte a cell beside a few rows.
    """
    swaps = _swaps(moves) if np.isfinite(swap) else []
    taken = np.full((len(source_skips) + 1, len(target_skips) + 1), _SKIP_SOURCE, dtype=np.uint8)
    for _ in _costs_by_row(rows, moves, source_skips, target_skips, taken, swaps, swap):
        pass
    return _walk_back(taken, moves, swaps)


def _swaps(moves: Sequence[Move]) -> list[tuple[int, int]]:
    """The pairs of moves that may be taken the other way round, by their numbers: of few items."""
    return [
        (first, second)
        for (first, one), (second, other) in product(enumerate(moves), repeat=2)
        if sum(one) + sum(other) <= MAX_SWAPPED
    ]


def _costs_by_row(
    rows: Iterable[Floats],
    moves: Sequence[Move],
    source_skips: NDArray[np.float64],
    target_skips: NDArray[np.float64],
    taken: NDArray[np.uint8],
    swaps: Sequence[tuple[int, int]],
    swap: float,
) -> Iterator[NDArray[np.float64]]:
    """Row by row what the cheapest path to each cell costs; ``taken`` notes its last move."""
    n, m = len(source_skips), len(target_skips)
    depth = max((a for a, _ in moves), default=1)
    ahead = np.full((depth + 1, m + 1), np.inf)
    ahead[0, 0] = 0.0
    walked = np.concatenate([[0.0], np.cumsum(target_skips)])
    past: deque[tuple[NDArray[np.float64], Floats]] = deque(maxlen=MAX_SWAPPED)
    iterator = iter(rows)
    for i in range(n + 1):
        row = _skip_along(ahead[0], walked, taken[i])
        if i < n:
            costs = next(iterator)
            _push(row, costs, moves, source_skips[i], ahead, taken[i:])
            _push_swaps(past, costs, moves, swaps, swap, ahead, taken[i:])
            past.appendleft((row, costs))
        yield row
        ahead = np.roll(ahead, -1, axis=0)
        ahead[-1] = np.inf


def _skip_along(row: NDArray[np.float64], walked: NDArray[np.float64], taken: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The row once target items may be skipped; ``taken`` notes where that is cheaper."""
    offsets = row - walked
    best = np.minimum.accumulate(offsets)
    skipped = best < offsets
    taken[skipped] = _SKIP_TARGET
    return np.where(skipped, best + walked, row)


def _push(
    row: NDArray[np.float64],
    costs: Floats,
    moves: Sequence[Move],
    skip: float,
    ahead: NDArray[np.float64],
    taken: NDArray[np.uint8],
) -> None:
    """Carry a finished row's costs along every move into the rows ahead (``ahead[a]``, ``taken[a]``)."""
    m = len(row) - 1
    _keep_cheaper(row + skip, ahead[1], taken[1], _SKIP_SOURCE)
    for number, (a, b) in enumerate(moves):
        if a < len(taken) and b <= m:
            _keep_cheaper(row[: m + 1 - b] + costs[number, : m + 1 - b], ahead[a, b:], taken[a, b:], number)


def _push_swaps(
    past: Sequence[tuple[NDArray[np.float64], Floats]],
    costs: Floats,
    moves: Sequence[Move],
    swaps: Sequence[tuple[int, int]],
    swap: float,
    ahead: NDArray[np.float64],
    taken: NDArray[np.uint8],
) -> None:
    """Carry rows that are past into those ahead along the swaps whose second move starts at the present row.

    ``past`` holds the finished rows before this one and the costs of their moves, the latest first.
    """
    m = ahead.shape[1] - 1
    for number, (first, second) in enumerate(swaps, len(moves)):
        (a, b), (next_a, next_b) = moves[first], moves[second]
        n_starts = m + 1 - b - next_b
        if a <= len(past) and next_a < len(taken) and n_starts > 0:
            row, past_costs = past[a - 1]
            offered = row[:n_starts] + past_costs[first, next_b : next_b + n_starts] + costs[second, :n_starts] + swap
            _keep_cheaper(offered, ahead[next_a, b + next_b :], taken[next_a, b + next_b :], number)


def _keep_cheaper(
    offered: NDArray[np.float64], costs: NDArray[np.float64], taken: NDArray[np.uint8], move: int
) -> None:
    cheaper = offered < costs
    np.copyto(costs, offered, where=cheaper)
    taken[cheaper] = move


def _walk_back(taken: NDArray[np.uint8], moves: Sequence[Move], swaps: Sequence[tuple[int, int]]) -> list[Step]:
    single = {_SKIP_SOURCE: (1, 0), _SKIP_TARGET: (0, 1), **dict(enumerate(moves))}
    i, j = taken.shape[0] - 1, taken.shape[1] - 1
    steps: list[Step] = []
    while i or j:
        move = int(taken[i, j]) if i else _SKIP_TARGET
        if move not in single:
            first, second = swaps[move - len(moves)]
            (a, b), (next_a, next_b) = moves[first], moves[second]
            i, j = i - a - next_a, j - b - next_b
            steps += [(i + a, next_a, j, next_b), (i, a, j + next_b, b)]
        else:
            a, b = single[move]
            i, j = i - a, j - b
            steps.append((i, a, j, b))
    return steps[::-1]


def longest_rise(numbers: Sequence[int]) -> list[int]:
    """The places of a longest strictly rising subsequence, in order (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(tails, number)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [place]
    rise = []
    place = ends[-1] if ends else -1
    while place >= 0:
        rise.append(place)
        place = previous[place]
    return rise[::-1]


def heaviest_rise(numbers: Sequence[int], weights: Sequence[float]) -> list[int]:
    """The places of the strictly rising subsequence of the greatest weight, in order; no weight is below 0.

    Time is proportional to the square of their number.
    """
    values = np.asarray(numbers, dtype=np.int64)
    totals = np.zeros(len(values))
    previous = np.full(len(values), -1)
    for place, weight in enumerate(weights):
        below = np.where(values[:place] < values[place], totals[:place], 0.0)
        best = int(below.argmax()) if place else 0
        if place and below[best] > 0:
            totals[place], previous[place] = below[best], best
        totals[place] += weight
    rise = []
    place = int(totals.argmax()) if len(totals) else -1
    while place >= 0:
        rise.append(place)
        place = int(previous[place])
    return rise[::-1]


class Detours(NamedTuple):
    """How much more than the cheapest path the cheapest one costs that takes each move, or leaves an item alone.

    At least 0 but for rounding. ``moves``: shape ``(n, len(moves), m)``, ``inf`` where the move does not fit;
    ``source``: shape ``(n,)``; ``target``: shape ``(m,)``.
    """

    moves: Floats
    source: NDArray[np.float64]
    target: NDArray[np.float64]


def detours(
    costs: Floats,
    moves: Sequence[Move],
    source_skips: NDArray[np.float64],
    target_skips: NDArray[np.float64],
    swap: float = np.inf,
) -> Detours:
    """What a path costs that is made to take a move, for every move: from the costs to and from each cell.

    Args:
        costs: shape ``(n, len(moves), m)``, as ``cheapest_path`` takes them row by row.
        moves: the moves ``(a, b)``, both at least 1, in the order of the costs.
        source_skips: shape ``(n,)``, what it costs to leave source item ``i`` alone.
        target_skips: shape ``(m,)``, the same for the target.
        swap: what it costs, beside the two moves, to take two neighbours the other way round in the target.
    """
    n, _, m = costs.shape
    swaps = _swaps(moves) if np.isfinite(swap) else []
    mirrored = np.full_like(costs, np.inf)
    for number, (a, b) in enumerate(moves):
        if a <= n and b <= m:
            fitting = costs[: n - a + 1, number, : m - b + 1]
            mirrored[: n - a + 1, number, : m - b + 1] = fitting[::-1, ::-1]
    there = _costs_to_cells(costs, moves, source_skips, target_skips, swaps, swap)
    onward = _costs_to_cells(mirrored, moves, source_skips[::-1], target_skips[::-1], swaps, swap)[::-1, ::-1]
    onward = onward - there[n, m]
    through = np.full_like(costs, np.inf)
    for number, (a, b) in enumerate(moves):
        if a <= n and b <= m:
            total = there[: n - a + 1, : m - b + 1] + costs[: n - a + 1, number, : m - b + 1] + onward[a:, b:]
            through[: n - a + 1, number, : m - b + 1] = total
    for first, second in swaps:
        (a, b), (next_a, next_b) = moves[first], moves[second]
        height, width = n + 1 - a - next_a, m + 1 - b - next_b
        if height > 0 and width > 0:
            one = slice(height), first, slice(next_b, next_b + width)
            other = slice(a, a + height), second, slice(width)
            total = there[:height, :width] + costs[one] + costs[other] + swap + onward[a + next_a :, b + next_b :]
            through[one] = np.minimum(through[one], total)
            through[other] = np.minimum(through[other], total)
    return Detours(
        through,
        np.min(there[:-1] + source_skips[:, None] + onward[1:], axis=1),
        np.min(there[:, :-1] + target_skips + onward[:, 1:], axis=0),
    )


def _costs_to_cells(
    costs: Floats,
    moves: Sequence[Move],
    source_skips: NDArray[np.float64],
    target_skips: NDArray[np.float64],
    swaps: Sequence[tuple[int, int]],
    swap: float,
) -> NDArray[np.float64]:
    """What the cheapest path to each cell costs; shape ``(n + 1, m + 1)``."""
    taken = np.empty((len(source_skips) + 1, len(target_skips) + 1), dtype=np.uint8)
    return np.array(list(_costs_by_row(costs, moves, source_skips, target_skips, taken, swaps, swap)))
