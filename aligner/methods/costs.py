"""What a bead costs: the arithmetic of ``monotone``, over parts of two embedded documents.

For a bead of ``a`` source and ``b`` target sentences with cosine ``c`` between the two joined texts::

    (a + b) / 2 * (2 (1 - c) / (2 - n_x - n_y) + outside * o + length * |log ratio of lengths|) + merge * (a + b - 2)

where ``n_x`` and ``n_y`` are each side's mean cosine to all runs of the other document (chance; Thompson and Koehn
2019, equation 3) and ``o`` is the mean cosine to the sentences just outside the bead (Liu and Zhu 2022).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.embedding import DocumentSide, mean_vector
from aligner.margin import MIN_ROOM, above_chance
from aligner.path import Move

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

SAMPLE, SAMPLES = 300, 10
"""Sentences whose runs tell a long document's mean, and the stretches in which they are taken."""

ROWS_AT_ONCE = 64
"""Source sentences whose bead costs are computed together."""


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
    around: Floats
    before: Indices
    is_first: NDArray[np.bool_]
    left: Indices

    def after(self, size: int) -> Indices:
        """The place in ``around`` of the sentence after each run of this size; shape ``(p,)``."""
        return self.before + size + 1

    def n_outside(self, size: int) -> Indices:
        """How many sentences stand right before and after each run of this size: 0, 1 or 2; shape ``(p,)``."""
        return (~self.is_first).astype(np.int64) + (self.left > size)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a bead's cost weighs.

    Attributes:
        merge: the price of each sentence beyond 1-1.
        outside: weight of the mean cosine to the sentences just outside the bead.
        length: weight of the log ratio of lengths.
    """

    merge: float
    outside: float
    length: float


class Grid:
    """The costs of all beads between a part of the source and a part of the target."""

    def __init__(
        self,
        source: EmbeddedText,
        target: EmbeddedText,
        rows: Part,
        columns: Part,
        moves: Sequence[Move],
        weights: Weights,
    ) -> None:
        self.rows, self.columns, self.moves, self.weights = rows, columns, moves, weights
        self.log_ratio = np.log(max(1, source.lengths.sum()) / max(1, target.lengths.sum()))
        self.row_chance = rows.runs @ target.mean
        self.column_chance = columns.runs @ source.mean

    def cost_rows(self) -> Iterator[Floats]:
        """For each source sentence the cost of every move that starts there, shape ``(moves, m)``."""
        for start in range(0, len(self.rows.indices), ROWS_AT_ONCE):
            yield from self._block(slice(start, start + ROWS_AT_ONCE))

    def _block(self, block: slice) -> Floats:
        """The costs of all moves from some rows, ``inf`` where one does not fit; shape ``(r, moves, m)``."""
        weights, rows, columns = self.weights, self.rows, self.columns
        outside = _Outside(rows, columns, block)
        costs = np.empty((len(rows.indices[block]), len(self.moves), len(columns.indices)), dtype=np.float32)
        for number, (a, b) in enumerate(self.moves):
            chance = self.row_chance[block, a - 1, None] + self.column_chance[:, b - 1]
            cosines = rows.runs[block, a - 1] @ columns.runs[:, b - 1].T
            length = np.abs(rows.log_lengths[block, a - 1, None] - columns.log_lengths[:, b - 1] - self.log_ratio)
            cost = (
                2 * (1 - cosines) / np.maximum(2 - chance, MIN_ROOM)
                + weights.outside * outside(a, b)
                + weights.length * length
            )
            cost = (a + b) / 2 * cost + weights.merge * (a + b - 2)
            fits = (rows.room[block, None] >= a) & (columns.room >= b)
            costs[:, number] = np.where(fits, cost, np.inf)
        return costs

    def beads(self, path: Sequence[Move]) -> Iterator[Bead]:
        """The beads of a path, with their scores."""
        p = q = 0
        for a, b in path:
            source, target = self.rows.indices[p : p + a], self.columns.indices[q : q + b]
            score = self._score(p, a, q, b) if a and b else ()
            yield Bead(tuple(source.tolist()), tuple(target.tolist()), *score)
            p, q = p + a, q + b

    def _score(self, p: int, a: int, q: int, b: int) -> tuple[float, float, float]:
        """Score, cosine and margin of the bead of ``a`` and ``b`` sentences at row ``p`` and column ``q``."""
        row, column = self.rows.runs[p, a - 1], self.columns.runs[q, b - 1]
        cosine = row @ column
        chance = (self.row_chance[p, a - 1] + self.column_chance[q, b - 1]) / 2
        outside = (
            row @ (self.columns.around[self.columns.before[q]] + self.columns.around[self.columns.after(b)[q]])
            + column @ (self.rows.around[self.rows.before[p]] + self.rows.around[self.rows.after(a)[p]])
        ) / max(1, self.rows.n_outside(a)[p] + self.columns.n_outside(b)[q])
        return float(above_chance(cosine, chance)), float(cosine), float(cosine - outside)


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
    return np.pad(inside, ((max(0, -start), max(0, end - len(vectors))), (0, 0)))
