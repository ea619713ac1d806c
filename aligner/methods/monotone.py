"""Monotone alignment: the cheapest path of beads through two translations, then what stands elsewhere.

The cost of a bead joins what published aligners found to matter: cosine normalised by chance (Thompson and Koehn 2019,
"Vecalign", equation 3), the neighbour margin (Liu and Zhu 2022, "Bertalign") and the length ratio (Gale and Church
1993). Differs from the papers: a bead weighs as the mean of its two sides rather than as their product, each merged
sentence has a price, and runs are embedded as joined text rather than as means of sentence vectors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead
from aligner.cores import on_all_cores
from aligner.document import Document, DocumentPair
from aligner.embedding import Embedder
from aligner.methods.costs import EmbeddedText, Grid, Weights
from aligner.methods.division import Landmarks, Stretch, divide, matched_chains, moved_blocks
from aligner.path import cheapest_path, detours

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Run = tuple[int, int]
"""A run of sentences: the first, and how many follow it."""

MIN_SURE = 0.5
"""A link of this score is never given up for a block that stands elsewhere."""

MIN_BLOCK = 3
"""Matches of such a block, at least."""

MIN_GAIN = 0.1
"""How far the cosine of its match stands above that of the link, at least."""

MAX_DETOUR = 0.2
"""Where runs must be encoded one by one, those are of which a bead makes the path dearer by no more than this."""

MAX_ROUNDS = 6
"""Times that beads near the path are looked for, at most; each with the vectors that the last one asked for."""

MAX_PASSES = 5
"""Searches for moved blocks, at most; each among what the last one left."""


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
        merge, outside, length: what else a bead costs, see ``Weights``.
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

        Blocks that stand elsewhere in the target are beads out of order: what the path left out, or linked although
        it clearly belongs elsewhere, is searched again until nothing more is found.
        """
        source, target = self._text(pair.source), self._text(pair.target)
        beads = self._search(
            source, target, [Stretch(np.arange(len(pair.source)), np.arange(len(pair.target)))], self.skip
        )
        vectors = source.side.vectors, target.side.vectors
        doubtful = _contradicted(*vectors, beads)
        beads = _dissolved(beads, doubtful)
        for _ in range(MAX_PASSES):
            blocks = moved_blocks(*vectors, *_left_out(beads))
            found = [bead for bead in self._search(source, target, blocks, self.skip_moved) if bead.is_link]
            if not found:
                break
            beads = _put_in(beads, found)
        return Alignment(pair, tuple(_put_in(beads, _still_free(doubtful, beads))), self.name)

    def _text(self, document: Document) -> EmbeddedText:
        sentences = document.sentence_texts()
        lengths = np.array([len(sentence) for sentence in sentences], dtype=np.float32)
        return EmbeddedText(self.embedder.document(sentences), lengths)

    def _search(self, source: EmbeddedText, target: EmbeddedText, blocks: Iterable[Stretch], skip: float) -> list[Bead]:
        """The beads of the cheapest paths through these blocks, one after the other.

        Where runs are encoded one by one, those of all beads that come near a path are, until it rests on such only.
        """
        vectors, landmarks = (source.side.vectors, target.side.vectors), Landmarks(source.landmarks, target.landmarks)
        stretches = [stretch for block in blocks for stretch in divide(*vectors, landmarks, block)]

        def walk(number: int) -> _Walk:
            return self._walk(source, target, stretches[number], skip)

        walks: dict[int, _Walk] = {}
        pending = list(range(len(stretches)))
        for _ in range(MAX_ROUNDS):
            walks |= zip(pending, on_all_cores(walk, pending), strict=True)
            pending = [number for number in pending if walks[number].is_open]
            if not pending:
                break
            source.side.encode(run for number in pending for run in walks[number].source_runs)
            target.side.encode(run for number in pending for run in walks[number].target_runs)
        return [bead for number in range(len(stretches)) for bead in walks[number].beads]

    def _walk(self, source: EmbeddedText, target: EmbeddedText, stretch: Stretch, skip: float) -> "_Walk":
        """The cheapest path through one stretch."""
        rows, columns = stretch.rows, stretch.columns
        if not len(rows) or not len(columns):
            return _Walk([*(Bead((int(i),), ()) for i in rows), *(Bead((), (int(j),)) for j in columns)])
        grid = self._grid(source, target, stretch)
        skips = [np.where(full, skip, 0.0) for full in (source.is_full[rows], target.is_full[columns])]
        missing = [part.missing for part in (grid.rows, grid.columns)]
        if not any(one.any() for one in missing):
            return _Walk(list(grid.beads(cheapest_path(grid.cost_rows(), grid.moves, *skips))))
        costs = np.array(list(grid.cost_rows()))
        beads = list(grid.beads(cheapest_path(costs, grid.moves, *skips)))
        near: NDArray[np.bool_] = detours(costs, grid.moves, *skips) <= MAX_DETOUR
        sizes = np.array(grid.moves).T
        return _Walk(
            beads,
            _runs_in(np.any(near, axis=2), sizes[0], missing[0], rows),
            _runs_in(np.any(near, axis=0).T, sizes[1], missing[1], columns),
        )

    def _grid(self, source: EmbeddedText, target: EmbeddedText, stretch: Stretch) -> Grid:
        """The costs of all beads in a stretch."""
        max_run = self.max_run if stretch.is_anchored else 1
        sizes = range(1, max_run + 1)
        moves = [(a, b) for a in sizes for b in sizes if a + b <= self.max_bead]
        parts = source.part(stretch.rows, max_run), target.part(stretch.columns, max_run)
        return Grid(source, target, *parts, moves, Weights(self.merge, self.outside, self.length))


@dataclass(frozen=True, slots=True)
class _Walk:
    """The beads of a cheapest path, and the runs on its way that should be encoded before it is trusted."""

    beads: list[Bead]
    source_runs: list[Run] = field(default_factory=list)
    target_runs: list[Run] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.source_runs or self.target_runs)


def _runs_in(near: NDArray[np.bool_], sizes: Indices, missing: NDArray[np.bool_], indices: Indices) -> list[Run]:
    """The missing runs of one side that stand in a bead near the path.

    Args:
        near: shape ``(p, moves)``, whether such a bead begins at this sentence.
        sizes: shape ``(moves,)``, how many sentences of this side each move takes.
        missing: shape ``(p, max_run)``.
        indices: shape ``(p,)``, the sentences.
    """
    return [
        (int(indices[place]), k)
        for k in range(1, missing.shape[1])
        for place in np.flatnonzero(near[:, sizes == k + 1].any(axis=1) & missing[:, k])
    ]


def _left_out(beads: Iterable[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides that stand in no link, in order."""
    return _sentences(bead for bead in beads if not bead.is_link)


def _sentences(beads: Iterable[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides of these beads, in order."""
    listed = list(beads)
    rows = sorted(i for bead in listed for i in bead.source)
    columns = sorted(j for bead in listed for j in bead.target)
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


def _contradicted(source: Floats, target: Floats, beads: Sequence[Bead]) -> list[Bead]:
    """The doubtful links of which a sentence clearly belongs to a block that stands elsewhere.

    Where two sections changed places the path has to take one of them, and lines up what is left of both sides.
    """
    doubtful = [bead for bead in beads if bead.is_link and bead.score < MIN_SURE]
    of_row = {i: bead for bead in doubtful for i in bead.source}
    of_column = {j: bead for bead in doubtful for j in bead.target}
    rows, columns = _sentences(bead for bead in beads if not bead.is_link or bead.score < MIN_SURE)
    linked = {(i, j) for bead in doubtful for i in bead.source for j in bead.target}
    contradicted = {
        link
        for chain in matched_chains(source, target, rows, columns, linked)
        if len(chain) >= MIN_BLOCK
        for i, j in chain
        for link in (of_row.get(i), of_column.get(j))
        if link and source[i] @ target[j] >= link.cosine + MIN_GAIN
    }
    return [link for link in doubtful if link in contradicted]


def _dissolved(beads: Sequence[Bead], links: Iterable[Bead]) -> list[Bead]:
    """The beads with each sentence of these links on its own."""
    dissolved = set(links)
    alone: list[Bead] = []
    for bead in beads:
        if bead in dissolved:
            alone += [Bead((i,), ()) for i in bead.source] + [Bead((), (j,)) for j in bead.target]
        else:
            alone.append(bead)
    return alone


def _still_free(links: Iterable[Bead], beads: Sequence[Bead]) -> list[Bead]:
    """Those of the links of which no sentence stands in another link."""
    rows, columns = (set(indices.tolist()) for indices in _left_out(beads))
    return [link for link in links if rows.issuperset(link.source) and columns.issuperset(link.target)]


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
