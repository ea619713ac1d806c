"""What a bead costs: the arithmetic of ``monotone``, over parts of two embedded documents.

For a bead of ``a`` source and ``b`` target sentences with cosine ``c`` between the two joined texts::

    (a + b) / 2 * (trust * meaning + (1 - trust) * surface)
    + stop * [one side ends no sentence] + merge * (a + b - 2) + both * (min(a, b) - 1)

    meaning = 2 (1 - c) / (2 - n_x - n_y) + outside * o + length * |log ratio of lengths| + idle * max(0, e + 0.05 - c)
    surface = strange + deviation * d^2 - shared * s

``n_x`` and ``n_y`` are each side's mean cosine to all runs of the other document (chance; Thompson and Koehn 2019,
equation 3), ``o`` is the mean cosine to the sentences just outside the bead (Liu and Zhu 2022), and ``e`` the highest
cosine of what is left of the bead without a sentence at one of its edges: a sentence must earn its place. ``d`` is the
difference of the two lengths over the root of their sum (Gale and Church 1993), and ``s`` the share of rare pieces of
words and of numbers that the two sides have in common. ``trust`` says how far the encoder knows these texts: 1 where
its matches follow each other, 0 where their order is as of noise.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.embedding import DocumentSide, mean_vector
from aligner.margin import MIN_ROOM, above_chance
from aligner.methods.matches import Point, best_matches, probes, trust
from aligner.methods.surface import Vocabulary, stops
from aligner.path import Move, Step

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Sides = tuple[tuple[int, ...], tuple[int, ...]]
"""The sentences of a bead's source and of its target."""

SAMPLE, SAMPLES = 300, 10
"""Sentences whose runs tell a long document's mean, and the stretches in which they are taken."""

ROWS_AT_ONCE = 64
"""Source sentences whose bead costs are computed together."""

EARNED = 0.05
"""By how much a sentence at the edge of a bead must raise the cosine, not to count as idle."""

MIN_MATCHES = 20
"""From so many matches on, they tell the ratio of lengths."""

MAX_DEVIATION = 5.0
"""Differences of length beyond this are as good as any."""


@dataclass(frozen=True)
class EmbeddedText:
    """One document: its embedded side and the length of each sentence in characters, shape ``(n,)``.

    ``mean``: the mean vector of all runs, or of those of a fair sample; shape ``(dim,)``.
    """

    side: DocumentSide
    lengths: Floats
    mean: Floats

    @classmethod
    def of(cls, side: DocumentSide, max_run: int) -> "EmbeddedText":
        """A document of which runs of up to ``max_run`` sentences will be compared."""
        n = len(side.sentences)
        lengths = np.array([len(sentence) for sentence in side.sentences], dtype=np.float32)
        if n <= SAMPLE:
            sample = np.arange(n)
        else:
            starts = np.linspace(0, n - SAMPLE // SAMPLES, SAMPLES).astype(np.int64)
            sample = np.unique(starts[:, None] + np.arange(SAMPLE // SAMPLES))
        runs = side.runs(sample, max_run)
        return cls(side, lengths, mean_vector(runs.reshape(-1, runs.shape[2])))

    @cached_property
    def is_full(self) -> NDArray[np.bool_]:
        """Which sentences are not blank; shape ``(n,)``."""
        return np.asarray(self.side.vectors.any(axis=1))

    @cached_property
    def ends(self) -> NDArray[np.float64]:
        """Characters up to each sentence, and up to the end; shape ``(n + 1,)``."""
        return np.concatenate([[0.0], np.cumsum(self.lengths, dtype=np.float64)])

    @cached_property
    def landmarks(self) -> Indices:
        """The sentences that stand in the document only once."""
        counts = Counter(self.side.sentences)
        return np.array([i for i, text in enumerate(self.side.sentences) if counts[text] == 1], dtype=np.int64)

    @cached_property
    def stops(self) -> NDArray[np.bool_]:
        """Which sentences end in a full stop, or the like; shape ``(n,)``."""
        return stops(self.side.sentences)

    def part(self, indices: Indices, max_run: int) -> "Part":
        """These sentences, with every run of consecutive ones among them and their surroundings."""
        first, last = int(indices[0]), int(indices[-1])
        places = np.arange(len(indices))
        breaks = np.append(np.flatnonzero(np.diff(indices) != 1) + 1, len(indices))
        ends = np.minimum(indices[:, None] + np.arange(1, max_run + 1), len(self.lengths))
        return Part(
            indices=indices,
            runs=self.side.runs(indices, max_run),
            missing=self.side.missing(indices, max_run),
            room=breaks[np.searchsorted(breaks, places, side="right")] - places,
            log_lengths=np.log(np.maximum(self.ends[ends] - self.ends[indices, None], 1)).astype(np.float32),
            stops=np.append(self.stops, False)[ends - 1],
            before=indices - first,
            around=_padded(self.side.vectors, first - 1, last + 1 + max_run),
            is_first=indices == 0,
            left=len(self.lengths) - indices,
        )


@dataclass(frozen=True)
class Part:
    """Some sentences of a document, ``p`` in number, each with the runs that start there.

    Attributes:
        indices: shape ``(p,)``, rising.
        runs: shape ``(p, max_run, dim)``, the unit vector of each run.
        missing: shape ``(p, max_run)``, which of these are only composed of the sentences', so far.
        room: shape ``(p,)``, how many sentences the longest run from here may take.
        log_lengths: shape ``(p, max_run)``, log of each run's characters.
        stops: shape ``(p, max_run)``, whether each run ends in a full stop, or the like.
        around: shape ``(c, dim)``, the sentence vectors from the one before the first to those after the last; zero
            beyond the document's ends.
        before: shape ``(p,)``, the place in ``around`` of the sentence before each one.
        is_first: shape ``(p,)``, nothing stands before it in the document.
        left: shape ``(p,)``, how many sentences of the document are left from here, itself included.
    """

    indices: Indices
    runs: Floats
    missing: NDArray[np.bool_]
    room: Indices
    log_lengths: Floats
    stops: NDArray[np.bool_]
    around: Floats
    before: Indices
    is_first: NDArray[np.bool_]
    left: Indices

    @property
    def nbytes(self) -> int:
        """What the vectors take up in memory."""
        return self.runs.nbytes + self.around.nbytes

    def after(self, size: int) -> Indices:
        """The place in ``around`` of the sentence after each run of this size; shape ``(p,)``."""
        return self.before + size + 1

    def n_outside(self, size: int) -> Indices:
        """How many sentences stand right before and after each run of this size: 0, 1 or 2; shape ``(p,)``."""
        return (~self.is_first).astype(np.int64) + (self.left > size)


@dataclass(frozen=True)
class EmbeddedPair:
    """Two documents, and what they show before any bead is known.

    ``matches`` are sentences that are each other's best match, by rising ``i``; ``barred`` are the links that no price
    can have, each by the sentences of both sides.
    """

    source: EmbeddedText
    target: EmbeddedText
    matches: Sequence[Point]
    barred: Sequence[Sides] = ()

    @classmethod
    def of(cls, source: EmbeddedText, target: EmbeddedText, barred: Sequence[Sides] = ()) -> "EmbeddedPair":
        """Two documents, the sentences compared that stand in theirs only once."""
        rows, columns = source.landmarks, target.landmarks
        matches = best_matches(source.side.vectors, target.side.vectors, probes(rows), rows, columns, gap=0)
        return cls(source, target, matches, barred)

    @cached_property
    def barred_from(self) -> Mapping[int, Sequence[Sides]]:
        """The barred links by the first sentence of their source."""
        links: dict[int, list[Sides]] = {}
        for source, target in self.barred:
            links.setdefault(source[0], []).append((source, target))
        return links

    @cached_property
    def trust(self) -> float:
        """How far the encoder knows these texts, in ``[0, 1]``."""
        return trust(self.matches, len(self.target.landmarks))

    @cached_property
    def log_ratio(self) -> float:
        """Log of how much longer the source says the same: of matching sentences, as half of a text may be missing."""
        if self.trust < 1 or len(self.matches) < MIN_MATCHES:
            return float(np.log(max(1, self.source.lengths.sum()) / max(1, self.target.lengths.sum())))
        i, j = np.array(self.matches).T
        return float(np.median(np.log(self.source.lengths[i]) - np.log(self.target.lengths[j])))

    @cached_property
    def both_stop(self) -> bool:
        """Both documents end sentences in full stops, or the like."""
        return bool(self.source.stops.any() and self.target.stops.any())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the two documents' sentences are written with."""
        return Vocabulary(self.source.side.sentences, self.target.side.sentences)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a bead's cost weighs.

    Attributes:
        outside: the mean cosine to the sentences just outside the bead.
        length: the log ratio of lengths.
        idle: how far a sentence at an edge falls short of raising the cosine.
        strange, deviation, shared: where the encoder is not to be trusted, the price of any sentence, of a difference
            of length, and what is given back for pieces of words and numbers that both sides have.
        stop: one side alone ends in a full stop, or the like.
        merge: the price of each sentence beyond 1-1.
        both: the price of each sentence beyond the first of the side that has fewer: many on both sides are mostly
            two beads.
    """

    outside: float = 0.2
    length: float = 0.15
    idle: float = 0.45
    strange: float = 0.55
    deviation: float = 0.015
    shared: float = 0.5
    stop: float = 0.1
    merge: float = 0.2
    both: float = 0.1


class Grid:
    """The costs of all beads between a part of the source and a part of the target.

    ``moves`` hold with each bead type also those with a sentence less on either side.
    """

    def __init__(self, pair: EmbeddedPair, rows: Part, columns: Part, moves: Sequence[Move], weights: Weights) -> None:
        self.pair, self.rows, self.columns, self.moves, self.weights = pair, rows, columns, moves, weights
        self.row_chance = rows.runs @ pair.target.mean
        self.column_chance = columns.runs @ pair.source.mean

    def cost_rows(self) -> Iterator[Floats]:
        """For each source sentence the cost of every move that starts there, shape ``(moves, m)``."""
        for start in range(0, len(self.rows.indices), ROWS_AT_ONCE):
            yield from self._block(slice(start, start + ROWS_AT_ONCE))

    def barred(self) -> Iterator[tuple[int, int, int]]:
        """Where among the costs, row, move and column, the links stand that are barred."""
        rows, columns, barred = self.rows.indices, self.columns.indices, self.pair.barred_from
        for p, first in enumerate(rows.tolist()) if barred else ():
            for source, target in barred.get(first, ()):
                move, q = (len(source), len(target)), int(np.searchsorted(columns, target[0]))
                is_here = tuple(rows[p : p + move[0]]) == source and tuple(columns[q : q + move[1]]) == target
                if is_here and move in self.moves:
                    yield p, self.moves.index(move), q

    def _block(self, block: slice) -> Floats:
        """The costs of all moves from some rows, ``inf`` where one does not fit; shape ``(r, moves, m)``."""
        rows, columns = self.rows, self.columns
        costs = np.empty((len(rows.indices[block]), len(self.moves), len(columns.indices)), dtype=np.float32)
        for number, ((a, b), terms) in enumerate(self.terms(block)):
            fits = (rows.room[block, None] >= a) & (columns.room >= b)
            costs[:, number] = np.where(fits, sum(terms.values()), np.inf)
        return costs

    def terms(self, block: slice) -> Iterator[tuple[Move, Mapping[str, Floats]]]:
        """For each move what its cost from some rows is the sum of, by name; nonsense where the move does not fit.

        Each of a shape that broadcasts to ``(r, m)``.
        """
        outside, cosines = _Outside(self.rows, self.columns, block), self._cosines(block)
        trust = np.float32(self.pair.trust)
        for move in self.moves:
            weight = np.float32(sum(move) / 2)
            meaning = self._meaning(move, cosines, outside, block)
            terms = {name: weight * trust * term for name, term in meaning.items()}
            if trust < 1:
                terms["surface"] = weight * (1 - trust) * self._surface(move, block)
            if self.pair.both_stop:
                terms["stop"] = np.float32(self.weights.stop) * self._stops_differ(move, block)
            yield move, terms | {"merge": np.full((1, 1), self._merged(move), dtype=np.float32)}

    def terms_of(self, step: Step) -> dict[str, float]:
        """What the cost of one bead is the sum of, by name."""
        p, a, q, b = step
        terms = dict(self.terms(slice(p, p + 1)))[a, b]
        shape = 1, len(self.columns.indices)
        return {name: float(np.broadcast_to(term, shape)[0, q]) for name, term in terms.items()}

    def length_ratio(self, step: Step) -> float:
        """Characters of a bead's source over those of its target, divided by what is usual in these texts."""
        p, a, q, b = step
        log_ratio = self.rows.log_lengths[p, a - 1] - self.columns.log_lengths[q, b - 1] - self.pair.log_ratio
        return float(np.exp(log_ratio))

    def segments(self, step: Step) -> tuple[str, str]:
        """The sentences of a bead's source and of its target, joined."""
        p, a, q, b = step
        rows, columns = self.rows.indices[p : p + a], self.columns.indices[q : q + b]
        return (
            " ".join(self.pair.source.side.sentences[i] for i in rows),
            " ".join(self.pair.target.side.sentences[j] for j in columns),
        )

    def _merged(self, move: Move) -> float:
        return self.weights.merge * (sum(move) - 2) + self.weights.both * (min(move) - 1)

    def _cosines(self, block: slice) -> Mapping[Move, Floats]:
        """The cosine of each move's two segments from some rows and the one after, -1 beyond the part's end.

        Each of shape ``(r + 1, m + 1)``.
        """
        rows, columns = self.rows.runs[block.start : block.stop + 1], self.columns.runs
        n_rows, n_columns = len(self.rows.indices[block]) + 1, len(columns) + 1
        planes = {}
        for a, b in self.moves:
            planes[a, b] = np.full((n_rows, n_columns), -1, dtype=np.float32)
            planes[a, b][: len(rows), :-1] = rows[:, a - 1] @ columns[:, b - 1].T
        return planes

    def _meaning(
        self, move: Move, cosines: Mapping[Move, Floats], outside: "_Outside", block: slice
    ) -> Mapping[str, Floats]:
        """What the encoder says of each bead and of its lengths, a sentence."""
        (a, b), weights, rows, columns = move, self.weights, self.rows, self.columns
        cosine = cosines[move][:-1, :-1]
        chance = self.row_chance[block, a - 1, None] + self.column_chance[:, b - 1]
        log_ratio = rows.log_lengths[block, a - 1, None] - columns.log_lengths[:, b - 1] - self.pair.log_ratio
        terms = {
            "distance": 2 * (1 - cosine) / np.maximum(2 - chance, MIN_ROOM),
            "outside": weights.outside * outside(a, b),
            "length": weights.length * np.abs(log_ratio),
        }
        if (rest := _without_edge(move, cosines)) is not None:
            terms["idle"] = weights.idle * np.maximum(0, rest + EARNED - cosine)
        return terms

    def _surface(self, move: Move, block: slice) -> Floats:
        """What each bead looks like to who knows neither language, a sentence."""
        (a, b), weights = move, self.weights
        source = np.exp(self.rows.log_lengths[block, a - 1, None])
        target = np.exp(self.columns.log_lengths[:, b - 1] + self.pair.log_ratio)
        deviation = np.minimum(np.abs(source - target) / np.sqrt(source + target), MAX_DEVIATION)
        surface: Floats = (
            weights.strange + weights.deviation * deviation**2 - weights.shared * self._shared(move, block)
        )
        return surface

    def _shared(self, move: Move, block: slice) -> Floats:
        """The share of what both segments are written with that they have in common, in ``[0, 1]``."""
        sums, (a, b) = self._shared_sums, move
        top, left = np.arange(len(sums) - 1)[block], np.arange(sums.shape[1] - 1)
        bottom, right = np.minimum(top + a, len(sums) - 1), np.minimum(left + b, sums.shape[1] - 1)
        above = sums[top][:, right] - sums[top][:, left]
        common = sums[bottom][:, right] - sums[bottom][:, left] - above
        masses = []
        for mass, indices, size in zip(
            self.pair.vocabulary.mass, (self.rows.indices[block], self.columns.indices), move, strict=True
        ):
            masses.append(mass[np.minimum(indices + size, len(mass) - 1)] - mass[indices])
        shared: Floats = np.minimum(1, 2 * common / np.maximum(masses[0][:, None] + masses[1], 1e-9))
        return shared.astype(np.float32)

    @cached_property
    def _shared_sums(self) -> NDArray[np.float64]:
        """What the sentences above and to the left of each cell share; shape ``(n + 1, m + 1)``."""
        shared = self.pair.vocabulary.shared(self.rows.indices, self.columns.indices)
        return np.pad(shared.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def _stops_differ(self, move: Move, block: slice) -> NDArray[np.bool_]:
        a, b = move
        differ: NDArray[np.bool_] = self.rows.stops[block, a - 1, None] != self.columns.stops[:, b - 1]
        return differ

    def beads(self, path: Sequence[Step]) -> Iterator[Bead]:
        """The beads of a path, with their scores."""
        for p, a, q, b in path:
            source, target = self.rows.indices[p : p + a], self.columns.indices[q : q + b]
            score = self._score(p, a, q, b) if a and b else ()
            yield Bead(tuple(source.tolist()), tuple(target.tolist()), *score)

    def _score(self, p: int, a: int, q: int, b: int) -> tuple[float, float, float]:
        """Score, cosine and margin of the bead of ``a`` and ``b`` sentences at row ``p`` and column ``q``."""
        row, column = self.rows.runs[p, a - 1], self.columns.runs[q, b - 1]
        cosine = row @ column
        chance = (self.row_chance[p, a - 1] + self.column_chance[q, b - 1]) / 2
        outside = (
            row @ (self.columns.around[self.columns.before[q]] + self.columns.around[self.columns.after(b)[q]])
            + column @ (self.rows.around[self.rows.before[p]] + self.rows.around[self.rows.after(a)[p]])
        ) / max(1, self.rows.n_outside(a)[p] + self.columns.n_outside(b)[q])
        score = float(above_chance(cosine, chance))
        if self.pair.trust < 1:
            shared = float(self._shared((a, b), slice(p, p + 1))[0, q])
            score = self.pair.trust * score + (1 - self.pair.trust) * shared
        return score, float(cosine), float(cosine - outside)


def _without_edge(move: Move, cosines: Mapping[Move, Floats]) -> Floats | None:
    """The highest cosine of what is left without the first or last sentence of a side, ``(r, m)``; none for 1-1."""
    a, b = move
    rest = []
    if a > 1:
        shorter = cosines[a - 1, b]
        rest += [shorter[:-1, :-1], shorter[1:, :-1]]
    if b > 1:
        shorter = cosines[a, b - 1]
        rest += [shorter[:-1, :-1], shorter[:-1, 1:]]
    return np.maximum.reduce(rest) if rest else None


class _Outside:
    """Mean cosine of both sides of a bead to the sentences just outside of it on the other side, for some rows."""

    def __init__(self, rows: Part, columns: Part, block: slice) -> None:
        self.rows, self.columns, self.block = rows, columns, block
        sizes = range(1, rows.runs.shape[1] + 1)
        self.to_columns = {a: rows.runs[block, a - 1] @ columns.around.T for a in sizes}
        needed = [rows.before[block], *(rows.after(a)[block] for a in sizes)]
        self.around = np.unique(np.concatenate(needed))
        self.to_rows = {b: rows.around[self.around] @ columns.runs[:, b - 1].T for b in sizes}

    def __call__(self, a: int, b: int) -> Floats:
        """For beads of ``a`` and ``b`` sentences, shape ``(r, m)``."""
        rows, columns, block = self.rows, self.columns, self.block
        beside_row, beside_column = self.to_columns[a], self.to_rows[b]
        total = beside_row[:, columns.before] + beside_row[:, columns.after(b)]
        total += beside_column[np.searchsorted(self.around, rows.before[block])]
        total += beside_column[np.searchsorted(self.around, rows.after(a)[block])]
        there = rows.n_outside(a)[block, None] + columns.n_outside(b)
        mean: Floats = total / np.maximum(there, 1).astype(np.float32)
        return mean


def _padded(vectors: Floats, start: int, end: int) -> Floats:
    """``vectors[start:end]`` with zero rows where the range leaves the array."""
    inside = vectors[max(0, start) : min(end, len(vectors))]
    before, after = max(0, -start), max(0, end - len(vectors))
    return np.pad(inside, ((before, after), (0, 0))) if before or after else inside
