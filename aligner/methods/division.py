"""Division of long documents at trusted anchors, so that the path search stays linear in their length."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.neighbours import nearest

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Point = tuple[int, int]

WHOLE = 1500
"""Documents are searched whole while both sides have at most this many sentences."""

PART = 500
"""Sentences of the longer side between two cuts, about."""

GAP = 0.1
"""A trusted anchor's cosine stands this far above that of the second-best match on both sides."""


def divide(source: Floats, target: Floats) -> Iterator[tuple[Indices, Indices]]:
    """Parts of two documents that belong together, in order: the sentence indices of both sides.

    Short documents are one part. Long ones are cut where two consecutive sentences are, in order, each other's clear
    best match (anchors, as in Abdul-Rauf et al. 2012 and SentAlign); between anchors too far apart the cuts follow the
    diagonal.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
    """
    n, m = len(source), len(target)
    cuts = [] if max(n, m) <= WHOLE else list(_cuts(_anchors(source, target), n, m))
    for (i, j), (i_end, j_end) in pairwise([(0, 0), *cuts, (n, m)]):
        yield np.arange(i, i_end), np.arange(j, j_end)


def _anchors(source: Floats, target: Floats) -> list[Point]:
    """The longest chain of clear mutual best matches that has another right before or after it."""
    forward, backward = nearest(source, target, 2), nearest(target, source, 2)
    best = forward.indices[:, 0]
    is_mutual = backward.indices[best, 0] == np.arange(len(source))
    is_clear = (_gap(forward.cosines) >= GAP) & (_gap(backward.cosines)[best] >= GAP)
    candidates = [(int(i), int(best[i])) for i in np.flatnonzero(is_mutual & is_clear)]
    chain = _longest_chain(candidates)
    members = set(chain)
    return [(i, j) for i, j in chain if (i - 1, j - 1) in members]


def _gap(cosines: Floats) -> Floats:
    return cosines[:, 0] - cosines[:, 1] if cosines.shape[1] > 1 else cosines[:, 0]


def _longest_chain(points: list[Point]) -> list[Point]:
    """The longest strictly rising chain of points, given by rising ``i`` (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(points):
        place = bisect_left(tails, j)
        previous.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(j)
            ends.append(number)
        else:
            tails[place], ends[place] = j, number
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(points[number])
        number = previous[number]
    return chain[::-1]


def _cuts(anchors: list[Point], n: int, m: int) -> Iterator[Point]:
    """Cut points, at least ``PART`` apart; beside anchors, points on the diagonal of what they leave uncut."""
    last = (0, 0)
    for anchor in [*anchors, (n, m)]:
        if _distance(last, anchor) < PART:
            continue
        yield from _diagonal(last, anchor)
        if anchor != (n, m):
            yield anchor
        last = anchor


def _diagonal(start: Point, end: Point) -> Iterator[Point]:
    """Points that cut a stretch without anchors where it is too long to be searched whole."""
    parts = 1 if _distance(start, end) <= WHOLE else -(-_distance(start, end) // PART)
    for part in range(1, parts):
        yield (
            start[0] + (end[0] - start[0]) * part // parts,
            start[1] + (end[1] - start[1]) * part // parts,
        )


def _distance(start: Point, end: Point) -> int:
    return max(end[0] - start[0], end[1] - start[1])
