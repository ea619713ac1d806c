"""Division of long documents, and blocks that stand elsewhere: what keeps the path search linear in their length."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.neighbours import nearest
from aligner.path import longest_rise

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Point = tuple[int, int]

SMALL = 400
"""A grid of at most this many cells, squared, is never cut."""

WHOLE = 1500
"""A grid of more cells than this, squared, is always cut, along the diagonal where there is no anchor."""

PART = 120
"""Sentences of the longer side between two cuts, about."""

PROBES = 2000
"""Sentences of one side, in pairs of consecutive ones, that are sought among the whole other side for anchors."""

GAP = 0.1
"""A trusted anchor's cosine stands this far above that of the second-best match on both sides."""

STRAY = 0.3
"""An anchor is off the road if on its way to the anchors next to it one side moves by this share more than usual."""

MIN_MOVED = 0.4
"""Sentences left out by the main path are searched again from this cosine to some other one left out."""

MAX_CELLS = 200_000_000
"""Pairs of sentences left out that are compared; where there are more, only every so manieth source sentence is."""

REACH = 4
"""Two matches belong to one block when they stand at most this many sentences apart on both sides, in order."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of both sides, by index, that belong together; not ``is_anchored``: only the diagonal says so."""

    rows: Indices
    columns: Indices
    is_anchored: bool = True


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
    for part in _divide(source[rows], target[columns], inside, (0, 0), (len(rows), len(columns))):
        yield Stretch(rows[part.rows], columns[part.columns], part.is_anchored)


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
    matches = _best_matches(source, target, _probes(rows), rows, columns, GAP)
    chain = [matches[place] for place in longest_rise([j for _, j in matches])]
    members = set(chain)
    return _without_strays([(i, j) for i, j in chain if (i - 1, j - 1) in members])


def _probes(rows: Indices) -> Indices:
    """At most ``PROBES`` of these sentences, evenly spread: all of them, or pairs of consecutive ones."""
    if len(rows) <= PROBES:
        return rows
    seconds = np.flatnonzero(np.diff(rows) == 1) + 1
    chosen = seconds[np.linspace(0, len(seconds) - 1, PROBES // 2).astype(np.int64)] if len(seconds) else seconds
    places: Indices = np.unique(np.concatenate([chosen - 1, chosen]))
    return rows[places]


def _best_matches(
    source: Floats, target: Floats, probes: Indices, rows: Indices, columns: Indices, gap: float
) -> list[Point]:
    """The probes and columns that are each other's nearest among ``rows`` and ``columns``, by rising ``i``.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        probes: those of the rows that are sought; rising indices.
        rows: the sentences of the source that take part; rising indices.
        columns: likewise for the target.
        gap: how far a match's cosine stands above that of the second-best, at least, on both sides.
    """
    if not len(probes) or not len(columns):
        return []
    keys = target[columns]
    forward = nearest(source[probes], keys, 2)
    best = forward.indices[:, 0]
    is_clear = _gap(forward.cosines) >= gap
    found, place = np.unique(best[is_clear], return_inverse=True)
    backward = nearest(keys[found], source[rows], 2)
    is_mutual = rows[backward.indices[place, 0]] == probes[is_clear]
    is_match = is_mutual & (_gap(backward.cosines)[place] >= gap)
    return list(zip(probes[is_clear][is_match].tolist(), columns[best[is_clear][is_match]].tolist(), strict=True))


def _gap(cosines: Floats) -> Floats:
    return cosines[:, 0] - cosines[:, 1] if cosines.shape[1] > 1 else cosines[:, 0]


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
    parts = -(-_distance(start, end) // PART)
    i, j = (start[side] + (end[side] - start[side]) * np.arange(parts + 1) // parts for side in (0, 1))
    for first, last in pairwise(zip(i.tolist(), j.tolist(), strict=True)):
        yield _stretch(first, last, is_anchored=False)


def _cells(start: Point, end: Point) -> int:
    return (end[0] - start[0]) * (end[1] - start[1])


def _distance(start: Point, end: Point) -> int:
    return max(end[0] - start[0], end[1] - start[1])


def moved_blocks(source: Floats, target: Floats, rows: Indices, columns: Indices) -> list[Stretch]:
    """Blocks of sentences left out that match others left out on the other side, the largest first.

    No two blocks share a sentence. Time is proportional to the number of sentences, and to its square up to
    ``MAX_CELLS``; beyond that, blocks of a few sentences may be missed.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        rows: the sentences of the source that were left out; rising indices.
        columns: likewise for the target.
    """
    reach = REACH * _step(rows, columns)
    are_free = (np.ones(len(rows), dtype=bool), np.ones(len(columns), dtype=bool))
    blocks = []
    for chain in sorted(matched_chains(source, target, rows, columns), key=lambda chain: (-len(chain), chain)):
        spans = [
            _span(indices, [match[side] for match in chain], reach) for side, indices in enumerate((rows, columns))
        ]
        i, j = (indices[span][free[span]] for indices, span, free in zip((rows, columns), spans, are_free, strict=True))
        if len(i) and len(j):
            blocks.append(Stretch(i, j))
            for span, free in zip(spans, are_free, strict=True):
                free[span] = False
    return blocks


def matched_chains(
    source: Floats, target: Floats, rows: Indices, columns: Indices, known: Collection[Point] = frozenset()
) -> list[list[Point]]:
    """Pairs of these sentences that are each other's nearest, from ``MIN_MOVED`` on, in chains that keep their order.

    The first four arguments are those of ``moved_blocks``; ``known`` pairs do not count.
    """
    step = _step(rows, columns)
    matches = _best_matches(source, target, rows[::step], rows, columns, gap=0)
    return _chains(
        [(i, j) for i, j in matches if source[i] @ target[j] >= MIN_MOVED and (i, j) not in known], REACH * step
    )


def _step(rows: Indices, columns: Indices) -> int:
    return max(1, -(-len(rows) * len(columns) // MAX_CELLS))


def _chains(matches: list[Point], reach: int) -> list[list[Point]]:
    """The matches in groups, each joined to those that follow it within reach on both sides."""
    chain_of = list(range(len(matches)))

    def root(place: int) -> int:
        while chain_of[place] != place:
            chain_of[place] = place = chain_of[chain_of[place]]
        return place

    for place, (i, j) in enumerate(matches):
        for later in range(place + 1, len(matches)):
            if matches[later][0] - i > reach:
                break
            if 0 < matches[later][1] - j <= reach:
                chain_of[root(later)] = root(place)
    chains: dict[int, list[Point]] = {}
    for place, match in enumerate(matches):
        chains.setdefault(root(place), []).append(match)
    return list(chains.values())


def _span(indices: Indices, chosen: list[int], reach: int) -> slice:
    """Where in ``indices`` those stand that are within reach of the chosen ones or between them."""
    return slice(*np.searchsorted(indices, [min(chosen) - reach, max(chosen) + reach + 1]).tolist())
