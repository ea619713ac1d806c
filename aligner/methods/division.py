"""Division of long documents, so that the path search stays linear in their length."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.methods.matches import REACH, Landmarks, Point, best_matches, probes
from aligner.path import Step, longest_rise

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

SMALL = 400
"""A grid of at most this many cells, squared, is never cut."""

WHOLE = 1500
"""A grid of more cells than this, squared, is always cut, along the diagonal where there is no anchor."""

PART = 120
"""Sentences of the longer side between two cuts, about."""

DIAGONAL = 500
"""The same where cuts follow the diagonal, which strays further from the path than anchors do."""

GAP = 0.1
"""A trusted anchor's cosine stands this far above that of the second-best match on both sides."""

STRAY = 0.3
"""An anchor is off the road if on its way to the anchors next to it one side moves by this share more than usual."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of both sides, by index, that belong together; not ``is_anchored``: only the diagonal says so."""

    rows: Indices
    columns: Indices
    is_anchored: bool = True

    @property
    def is_one_sided(self) -> bool:
        """Only one document has sentences here, or none."""
        return not (len(self.rows) and len(self.columns))

    def holds(self, side: int, sentence: int) -> bool:
        """Whether this sentence of the source (side 0) or the target (1) is here."""
        return sentence in (self.rows, self.columns)[side]

    def place(self, side: int, sentence: int) -> int:
        """Where this sentence of the source (side 0) or the target (1) stands here."""
        return int(np.searchsorted((self.rows, self.columns)[side], sentence))

    def step(self, bead: Bead) -> Step:
        """The step that takes the sentences of this bead."""
        source, target = bead.source, bead.target
        i = self.place(0, source[0]) if source else 0
        j = self.place(1, target[0]) if target else 0
        return i, len(source), j, len(target)


def divide(source: Floats, target: Floats, landmarks: Landmarks, block: Stretch) -> Iterator[Stretch]:
    """Parts of a block that belong together, in order; the block may be two whole documents.

    A small one stays whole. A large one is cut where two consecutive sentences are, in order, each other's
    clear best match (anchors, as in Abdul-Rauf et al. 2012 and SentAlign). Of a very large one a bounded number of
    pairs of sentences are tried, evenly spread, and what lies between two cuts is divided again: time grows linearly.
    Where there is no anchor, as in word lists, nothing tells where to cut: what is not too large stays whole, and in
    the rest the cuts follow the diagonal.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        landmarks: the sentences that may be anchors.
        block: the sentences that are aligned.
    """
    rows, columns = block.rows, block.columns
    if _cells((0, 0), (len(rows), len(columns))) <= SMALL * SMALL:
        yield block
        return
    inside = Landmarks(_places(rows, landmarks.source), _places(columns, landmarks.target))
    for part in _divide(_chosen(source, rows), _chosen(target, columns), inside, (0, 0), (len(rows), len(columns))):
        yield Stretch(rows[part.rows], columns[part.columns], part.is_anchored)


def _chosen(vectors: Floats, indices: Indices) -> Floats:
    """These rows; of a whole document no copy is made, which would take 200 MB for a very long one."""
    return vectors if len(indices) == len(vectors) else vectors[indices]


def _places(indices: Indices, chosen: Indices) -> Indices:
    """Where in ``indices`` the chosen ones stand."""
    return np.flatnonzero(np.isin(indices, chosen))


def _divide(source: Floats, target: Floats, landmarks: Landmarks, start: Point, end: Point) -> Iterator[Stretch]:
    if _cells(start, end) <= SMALL * SMALL:
        yield _stretch(start, end)
        return
    anchors = _anchors(source, target, landmarks.between(start, end))
    cuts = [*_apart(anchors, start, end)] or _beside_gap(anchors, start, end)
    for first, last in pairwise([start, *cuts, end]):
        # The same search in nearly the same stretch would find nothing more.
        if 2 * _cells(first, last) <= _cells(start, end):
            yield from _divide(source, target, landmarks, first, last)
        else:
            yield from _diagonal(first, last)


def _anchors(source: Floats, target: Floats, landmarks: Landmarks) -> list[Point]:
    """Where the documents may be cut: consecutive matches on the longest chain of clear ones that are not strays."""
    rows, columns = landmarks.source, landmarks.target
    if len(rows) > len(columns):
        return [(i, j) for j, i in _anchors(target, source, Landmarks(columns, rows))]
    matches = best_matches(source, target, probes(rows), rows, columns, GAP)
    chain = [matches[place] for place in longest_rise([j for _, j in matches])]
    members = set(chain)
    return _without_strays([(i, j) for i, j in chain if (i - 1, j - 1) in members])


def _without_strays(anchors: list[Point]) -> list[Point]:
    """The anchors from which one can get to the one before or after without a detour.

    A block that moved may lie between two probes far apart, and the one anchor in it on a rising chain all the same.
    """
    if len(anchors) < 3:
        return anchors
    steps = np.diff(np.array(anchors), axis=0).astype(np.float64)
    usual = np.exp(np.median(np.log(steps[:, 1] / steps[:, 0])))
    ahead = steps[:, 0] * usual
    is_straight = np.abs(steps[:, 1] - ahead) <= STRAY * np.maximum(steps[:, 1], ahead) + REACH
    is_trusted = np.append(is_straight, False) | np.append(False, is_straight)
    return [anchor for anchor, trusted in zip(anchors, is_trusted, strict=True) if trusted]


def _apart(anchors: list[Point], start: Point, end: Point) -> Iterator[Point]:
    """Anchors that stand at least ``PART`` apart from each other and from both ends."""
    last = start
    for anchor in anchors:
        if min(_distance(last, anchor), _distance(anchor, end)) >= PART:
            yield anchor
            last = anchor


def _beside_gap(anchors: list[Point], start: Point, end: Point) -> list[Point]:
    """The anchors on either side of the largest step: what one side lacks there makes the stretch too large."""
    points = [start, *anchors, end]
    largest = max(range(len(points) - 1), key=lambda place: _distance(points[place], points[place + 1]))
    return [point for point in points[largest : largest + 2] if point not in (start, end)]


def _stretch(start: Point, end: Point, *, is_anchored: bool = True) -> Stretch:
    return Stretch(np.arange(start[0], end[0]), np.arange(start[1], end[1]), is_anchored)


def _diagonal(start: Point, end: Point) -> Iterator[Stretch]:
    """Stretches along the diagonal from one point to another."""
    if _cells(start, end) <= WHOLE * WHOLE:
        yield _stretch(start, end)
        return
    parts = -(-_distance(start, end) // DIAGONAL)
    i, j = (start[side] + (end[side] - start[side]) * np.arange(parts + 1) // parts for side in (0, 1))
    for first, last in pairwise(zip(i.tolist(), j.tolist(), strict=True)):
        yield _stretch(first, last, is_anchored=False)


def _cells(start: Point, end: Point) -> int:
    return (end[0] - start[0]) * (end[1] - start[1])


def _distance(start: Point, end: Point) -> int:
    return max(end[0] - start[0], end[1] - start[1])
