"""Sentences of two documents that are each other's best match: what shows where texts belong together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.disjoint import DisjointSets
from aligner.neighbours import nearest

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Point = tuple[int, int]

PROBES = 2000
"""Sentences of one side, in pairs of consecutive ones, that are sought among the whole other side for anchors."""

MIN_MATCH = 0.4
"""A match counts as evidence of a block from this cosine on."""

MAX_CELLS = 200_000_000
"""Pairs of sentences that are compared for chains; where there are more, only every so manieth source sentence is."""

REACH = 4
"""Two matches belong to one block when they stand at most this many sentences apart on both sides, in order."""

UNSURE, SURE = 0.1, 0.4
"""How far best matches follow each other beyond those of noise (0) towards always (1): for no trust, and for all."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Which sentences of either side may be anchors: those that stand in the document only once. Rising indices."""

    source: Indices
    target: Indices

    def between(self, start: Point, end: Point) -> "Landmarks":
        """Those from one point up to another."""
        i, i_end = np.searchsorted(self.source, [start[0], end[0]])
        j, j_end = np.searchsorted(self.target, [start[1], end[1]])
        return Landmarks(self.source[i:i_end], self.target[j:j_end])


def probes(rows: Indices) -> Indices:
    """At most ``PROBES`` of these sentences, evenly spread: all of them, or pairs of consecutive ones."""
    if len(rows) <= PROBES:
        return rows
    seconds = np.flatnonzero(np.diff(rows) == 1) + 1
    chosen = seconds[np.linspace(0, len(seconds) - 1, PROBES // 2).astype(np.int64)] if len(seconds) else seconds
    places: Indices = np.unique(np.concatenate([chosen - 1, chosen]))
    return rows[places]


def best_matches(
    source: Floats, target: Floats, sought: Indices, rows: Indices, columns: Indices, gap: float
) -> list[Point]:
    """The sentences sought and those columns that are each other's nearest among rows and columns, by rising ``i``.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        sought: those of the rows that are; rising indices.
        rows: the sentences of the source that take part; rising indices.
        columns: likewise for the target.
        gap: how far a match's cosine stands above that of the second-best, at least, on both sides.
    """
    if not len(sought) or not len(columns):
        return []
    keys = target[columns]
    forward = nearest(source[sought], keys, 2)
    best = forward.indices[:, 0]
    is_clear = _gap(forward.cosines) >= gap
    found, place = np.unique(best[is_clear], return_inverse=True)
    backward = nearest(keys[found], source[rows], 2)
    is_mutual = rows[backward.indices[place, 0]] == sought[is_clear]
    is_match = is_mutual & (_gap(backward.cosines)[place] >= gap)
    return list(zip(sought[is_clear][is_match].tolist(), columns[best[is_clear][is_match]].tolist(), strict=True))


def trust(matches: Sequence[Point], n_targets: int) -> float:
    """How far the encoder knows two texts: 1 where its best matches follow each other, 0 where as those of noise do.

    Where no two matches are near each other, or the text is so short that chance alone would have them follow, nothing
    speaks against it: 1.

    Args:
        matches: sentences that are each other's best match, by rising ``i``.
        n_targets: how many sentences of the target took part.

    Returns:
        In ``[0, 1]``.
    """
    step, ahead = np.diff(np.array(matches, dtype=np.int64).reshape(-1, 2), axis=0).T
    is_near = step <= REACH
    if not is_near.any():
        return 1.0
    room = 2 * (step[is_near] + 1)
    follow = np.mean((ahead[is_near] > 0) & (ahead[is_near] <= room))
    by_chance = np.mean(np.minimum(1, room / n_targets))
    if by_chance == 1:
        return 1.0
    beyond_chance = (follow - by_chance) / (1 - by_chance)
    return float(np.clip((beyond_chance - UNSURE) / (SURE - UNSURE), 0, 1))


def matched_chains(
    source: Floats, target: Floats, rows: Indices, columns: Indices, known: Collection[Point] = frozenset()
) -> list[list[Point]]:
    """Pairs of these sentences that are each other's nearest, from ``MIN_MATCH`` on, in chains that keep their order.

    The first four arguments are those of ``moved_blocks``; ``known`` pairs do not count.
    """
    step = step_between(rows, columns)
    matches = best_matches(source, target, rows[::step], rows, columns, gap=0)
    return _chains(
        [(i, j) for i, j in matches if source[i] @ target[j] >= MIN_MATCH and (i, j) not in known], REACH * step
    )


def step_between(rows: Indices, columns: Indices) -> int:
    return max(1, -(-len(rows) * len(columns) // MAX_CELLS))


def _chains(matches: list[Point], reach: int) -> list[list[Point]]:
    """The matches in groups, each joined to those that follow it within reach on both sides."""
    chained = DisjointSets(range(len(matches)))
    for place, (i, j) in enumerate(matches):
        for later in range(place + 1, len(matches)):
            if matches[later][0] - i > reach:
                break
            if 0 < matches[later][1] - j <= reach:
                chained.join(place, later)
    chains: dict[int, list[Point]] = {}
    for place, match in enumerate(matches):
        chains.setdefault(chained.root(place), []).append(match)
    return list(chains.values())


def _gap(cosines: Floats) -> Floats:
    return cosines[:, 0] - cosines[:, 1] if cosines.shape[1] > 1 else cosines[:, 0]
