"""Division of long documents at trusted anchors, so that the path search stays linear in their length."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.neighbours import is_mutual, nearest
from aligner.path import longest_rise

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Point = tuple[int, int]

WHOLE = 1500
"""Documents are searched whole while both sides have at most this many sentences."""

PART = 500
"""Sentences of the longer side between two cuts, about."""

GAP = 0.1
"""A trusted anchor's cosine stands this far above that of the second-best match on both sides."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of both sides, by index, that belong together; not ``is_anchored``: only the diagonal says so."""

    rows: Indices
    columns: Indices
    is_anchored: bool


def divide(source: Floats, target: Floats, source_landmarks: Indices, target_landmarks: Indices) -> Iterator[Stretch]:
    """Stretches of two documents that belong together, in order.

    Short documents are one stretch. Long ones are cut where two consecutive sentences are, in order, each other's
    clear best match (anchors, as in Abdul-Rauf et al. 2012 and SentAlign); between anchors too far apart, as in word
    lists, nothing tells where to cut, and the cuts follow the diagonal.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        source_landmarks: the sentences that may be anchors: those that stand in the document only once. Shape ``(p,)``.
        target_landmarks: likewise for the target.
    """
    n, m = len(source), len(target)
    anchors: list[Point] = []
    if max(n, m) > WHOLE:
        matches = _clear_matches(source[source_landmarks], target[target_landmarks])
        anchors = _anchors([(int(source_landmarks[i]), int(target_landmarks[j])) for i, j in matches])
    last = (0, 0)
    for cut in [*_apart(anchors, (n, m)), (n, m)]:
        yield from _stretches(last, cut)
        last = cut


def _clear_matches(source: Floats, target: Floats) -> list[Point]:
    """The rows that are each other's nearest, with a gap to the second-nearest, by rising ``i``."""
    if not len(source) or not len(target):
        return []
    forward, backward = nearest(source, target, 2), nearest(target, source, 2)
    best = forward.indices[:, 0]
    is_clear = (_gap(forward.cosines) >= GAP) & (_gap(backward.cosines)[best] >= GAP)
    return [(int(i), int(best[i])) for i in np.flatnonzero(is_mutual(forward, backward) & is_clear)]


def _anchors(matches: list[Point]) -> list[Point]:
    """Of the longest chain of matches those that have another right before them."""
    chain = [matches[place] for place in longest_rise([j for _, j in matches])]
    members = set(chain)
    return [(i, j) for i, j in chain if (i - 1, j - 1) in members]


def _gap(cosines: Floats) -> Floats:
    return cosines[:, 0] - cosines[:, 1] if cosines.shape[1] > 1 else cosines[:, 0]


def _apart(anchors: list[Point], end: Point) -> Iterator[Point]:
    """Anchors that stand at least ``PART`` apart from each other and from both ends."""
    last = (0, 0)
    for anchor in anchors:
        if min(_distance(last, anchor), _distance(anchor, end)) >= PART:
            yield anchor
            last = anchor


def _stretches(start: Point, end: Point) -> Iterator[Stretch]:
    """The stretch from one point to another; several along the diagonal where it is too long to be searched whole."""
    is_small = (end[0] - start[0]) * (end[1] - start[1]) <= WHOLE * WHOLE
    parts = 1 if is_small else -(-_distance(start, end) // PART)
    for part in range(parts):
        i, i_end = (start[0] + (end[0] - start[0]) * step // parts for step in (part, part + 1))
        j, j_end = (start[1] + (end[1] - start[1]) * step // parts for step in (part, part + 1))
        yield Stretch(np.arange(i, i_end), np.arange(j, j_end), is_anchored=parts == 1)


def _distance(start: Point, end: Point) -> int:
    return max(end[0] - start[0], end[1] - start[1])
