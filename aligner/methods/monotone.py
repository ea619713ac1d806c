"""Monotone alignment: the cheapest path of beads through two translations, then what stands elsewhere.

The cost of a bead joins what published aligners found to matter: cosine normalised by chance (Thompson and Koehn 2019,
"Vecalign", equation 3), the neighbour margin (Liu and Zhu 2022, "Bertalign") and the length ratio (Gale and Church
1993). Differs from the papers: a bead weighs as the mean of its two sides rather than as their product, each merged
sentence has a price, and runs are embedded as joined text rather than as means of sentence vectors.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead
from aligner.document import Document, DocumentPair
from aligner.embedding import Embedder, Side, mean_vector
from aligner.methods.division import divide
from aligner.neighbours import nearest
from aligner.path import Move, cheapest_path

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

ROWS_AT_ONCE = 64
"""Source sentences whose bead costs are computed together."""

MIN_ROOM = 0.1
"""The least distance between chance and identity; texts that repeat one sentence leave none."""

MIN_MOVED = 0.4
"""Sentences left out by the main path are searched again from this cosine to some other one left out."""

MAX_CELLS = 4_000_000
"""Cells of the largest grid in which moved blocks are searched."""

MAX_PASSES = 5
"""Searches for moved blocks, at most; each finds the blocks that keep their order among what the last one left."""


@dataclass(frozen=True)
class Monotone:
    """Aligns two documents that translate each other, in whole or in part.

    One setting for all languages and genres, measured on the development sets (``docs/quality.md``).

    Attributes:
        embedder: the door to the encoder.
        max_run: sentences on one side of a bead, at most.
        max_bead: sentences in a bead, at most.
        skip: the cost of a sentence without counterpart.
        skip_moved: the same among what the main path left out, where a counterpart is the exception.
        merge: the cost of each sentence of a bead beyond 1-1.
        outside: weight of the mean cosine to the sentences just outside the bead.
        length: weight of the log ratio of lengths.
    """

    embedder: Embedder = field(repr=False)
    max_run: int = 5
    max_bead: int = 6
    skip: float = 0.45
    skip_moved: float = 0.25
    merge: float = 0.2
    outside: float = 0.2
    length: float = 0.05

    name = "monotone"

    def align(self, pair: DocumentPair) -> Alignment:
        """The beads in order of the source; sentences without counterpart stand in beads with an empty side.

        Blocks that stand elsewhere in the target are beads out of order: the rest is searched again until nothing
        more is found.
        """
        source, target = self._text(pair.source), self._text(pair.target)
        beads = [
            bead
            for stretch in divide(source.side.vectors, target.side.vectors, source.landmarks, target.landmarks)
            for bead in self._search(
                source, target, stretch.rows, stretch.columns, self.skip, self.max_run if stretch.is_anchored else 1
            )
        ]
        for _ in range(MAX_PASSES):
            rows, columns = _worth_searching(source, target, *_left_out(beads))
            found = [
                bead
                for bead in self._search(source, target, rows, columns, self.skip_moved, self.max_run)
                if bead.is_link
            ]
            if not found:
                break
            beads = _put_in(beads, found)
        return Alignment(pair, tuple(beads), self.name)

    def _text(self, document: Document) -> "_Text":
        sentences = document.sentence_texts()
        lengths = np.array([len(sentence) for sentence in sentences], dtype=np.float32)
        return _Text(self.embedder.side(sentences), lengths)

    def _search(
        self, source: "_Text", target: "_Text", rows: Indices, columns: Indices, skip: float, max_run: int
    ) -> list[Bead]:
        """The beads of the cheapest path through some sentences of the source and some of the target."""
        if not len(rows) or not len(columns):
            return [Bead((int(i),), ()) for i in rows] + [Bead((), (int(j),)) for j in columns]
        sizes = range(1, max_run + 1)
        moves = [(a, b) for a in sizes for b in sizes if a + b <= self.max_bead]
        grid = _Grid(self, moves, source, target, source.part(rows, max_run), target.part(columns, max_run))
        skips = [np.where(full, skip, 0.0) for full in (source.is_full[rows], target.is_full[columns])]
        path = cheapest_path(grid.cost_rows(), moves, *skips)
        return list(grid.beads(path))


@dataclass(frozen=True)
class _Text:
    """One document: its embedded side and the length of each sentence in characters, shape ``(n,)``."""

    side: Side
    lengths: Floats

    @property
    def is_full(self) -> NDArray[np.bool_]:
        """Which sentences are not blank; shape ``(n,)``."""
        return np.asarray(self.side.vectors.any(axis=1))

    @property
    def landmarks(self) -> Indices:
        """The sentences that stand in the document only once."""
        counts = Counter(self.side.sentences)
        return np.array([i for i, text in enumerate(self.side.sentences) if counts[text] == 1], dtype=np.int64)

    def part(self, indices: Indices, max_run: int) -> "_Part":
        """These sentences, with every run of consecutive ones among them and their surroundings."""
        first, last = int(indices[0]), int(indices[-1])
        places = np.arange(len(indices))
        breaks = np.append(np.flatnonzero(np.diff(indices) != 1) + 1, len(indices))
        lengths = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.float64)])
        ends = np.minimum(indices[:, None] + np.arange(1, max_run + 1), len(self.lengths))
        return _Part(
            indices=indices,
            runs=self.side.runs(indices.tolist(), max_run),
            room=breaks[np.searchsorted(breaks, places, side="right")] - places,
            log_lengths=np.log(np.maximum(lengths[ends] - lengths[indices, None], 1)).astype(np.float32),
            before=indices - first,
            around=_padded(self.side.vectors, first - 1, last + 1 + max_run),
            is_first=indices == 0,
            left=len(self.lengths) - indices,
        )


@dataclass(frozen=True)
class _Part:
    """Some sentences of a document, ``p`` in number, each with the runs that start there.

    Attributes:
        indices: shape ``(p,)``, rising.
        runs: shape ``(p, max_run, dim)``, the unit vector of each run.
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
    room: Indices
    log_lengths: Floats
    around: Floats
    before: Indices
    is_first: NDArray[np.bool_]
    left: Indices

    @property
    def mean(self) -> Floats:
        """The mean vector of all runs; shape ``(dim,)``."""
        return mean_vector(self.runs.reshape(-1, self.runs.shape[2]))

    def after(self, size: int) -> Indices:
        """The place in ``around`` of the sentence after each run of this size; shape ``(p,)``."""
        return self.before + size + 1

    def n_outside(self, size: int) -> Indices:
        """How many sentences stand right before and after each run of this size: 0, 1 or 2; shape ``(p,)``."""
        return (~self.is_first).astype(np.int64) + (self.left > size)


class _Grid:
    """The costs of all beads between a part of the source and a part of the target."""

    def __init__(
        self, method: Monotone, moves: Sequence[Move], source: _Text, target: _Text, rows: _Part, columns: _Part
    ) -> None:
        self.method, self.moves, self.rows, self.columns = method, moves, rows, columns
        self.log_ratio = np.log(max(1, source.lengths.sum()) / max(1, target.lengths.sum()))
        self.row_chance = rows.runs @ columns.mean
        self.column_chance = columns.runs @ rows.mean

    def cost_rows(self) -> Iterator[Floats]:
        """For each source sentence the cost of every move that starts there, shape ``(moves, m)``."""
        for start in range(0, len(self.rows.indices), ROWS_AT_ONCE):
            yield from self._block(slice(start, start + ROWS_AT_ONCE))

    def _block(self, block: slice) -> Floats:
        """The costs of all moves from some rows, ``inf`` where one does not fit; shape ``(r, moves, m)``."""
        method, rows, columns = self.method, self.rows, self.columns
        outside = _Outside(rows, columns, block)
        costs = np.empty((len(rows.indices[block]), len(self.moves), len(columns.indices)), dtype=np.float32)
        for number, (a, b) in enumerate(self.moves):
            chance = self.row_chance[block, a - 1, None] + self.column_chance[:, b - 1]
            cosines = rows.runs[block, a - 1] @ columns.runs[:, b - 1].T
            length = np.abs(rows.log_lengths[block, a - 1, None] - columns.log_lengths[:, b - 1] - self.log_ratio)
            cost = (
                2 * (1 - cosines) / np.maximum(2 - chance, MIN_ROOM)
                + method.outside * outside(a, b)
                + method.length * length
            )
            cost = (a + b) / 2 * cost + method.merge * (a + b - 2)
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
        cosine = float(row @ column)
        chance = float(self.row_chance[p, a - 1] + self.column_chance[q, b - 1]) / 2
        outside = float(
            row @ (self.columns.around[self.columns.before[q]] + self.columns.around[self.columns.after(b)[q]])
            + column @ (self.rows.around[self.rows.before[p]] + self.rows.around[self.rows.after(a)[p]])
        ) / max(1, self.rows.n_outside(a)[p] + self.columns.n_outside(b)[q])
        return min(1.0, max(0.0, (cosine - chance) / max(1 - chance, MIN_ROOM))), cosine, cosine - outside


class _Outside:
    """Mean cosine of both sides of a bead to the sentences just outside of it on the other side, for some rows."""

    def __init__(self, rows: _Part, columns: _Part, block: slice) -> None:
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


def _left_out(beads: Sequence[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides that stand in no link, in order."""
    nulls = [bead for bead in beads if not bead.is_link]
    rows = sorted(i for bead in nulls for i in bead.source)
    columns = sorted(j for bead in nulls for j in bead.target)
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


def _worth_searching(source: _Text, target: _Text, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
    """Those of the sentences left out that are like another one left out on the other side, and their neighbours."""
    if not len(rows) or not len(columns):
        return rows, columns
    row_vectors, column_vectors = source.side.vectors[rows], target.side.vectors[columns]
    rows = _widened(rows, nearest(row_vectors, column_vectors, 1).cosines[:, 0] >= MIN_MOVED)
    columns = _widened(columns, nearest(column_vectors, row_vectors, 1).cosines[:, 0] >= MIN_MOVED)
    too_many = len(rows) * len(columns) > MAX_CELLS
    return (rows[:0], columns[:0]) if too_many else (rows, columns)


def _widened(indices: Indices, chosen: NDArray[np.bool_]) -> Indices:
    """The chosen ones of the indices, and those right beside them."""
    kept = indices[chosen]
    return indices[np.isin(indices, np.concatenate([kept - 1, kept, kept + 1]))]


def _put_in(beads: Sequence[Bead], found: Sequence[Bead]) -> list[Bead]:
    """The beads with links found later in the place of the null beads that held their sentences."""
    links = {bead.source[0]: bead for bead in found}
    rows = {i for bead in found for i in bead.source}
    columns = {j for bead in found for j in bead.target}
    merged: list[Bead] = []
    for bead in beads:
        if not bead.is_link and (bead.source[0] in rows if bead.source else bead.target[0] in columns):
            if bead.source and bead.source[0] in links:
                merged.append(links[bead.source[0]])
        else:
            merged.append(bead)
    return merged
