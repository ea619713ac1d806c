"""Monotone alignment: the cheapest path of beads through two translations, then what stands elsewhere.

The cost of a bead joins what published aligners found to matter: cosine normalised by chance (Thompson and Koehn 2019,
"Vecalign", equation 3), the neighbour margin (Liu and Zhu 2022, "Bertalign") and the length ratio (Gale and Church
1993). Differs from the papers: a bead weighs as the mean of its two sides rather than as their product, each merged
sentence has a price, and runs are embedded as joined text rather than as means of sentence vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead
from aligner.document import Document, DocumentPair
from aligner.embedding import Embedder
from aligner.methods.costs import EmbeddedText, Grid, Weights
from aligner.methods.division import divide
from aligner.neighbours import nearest
from aligner.path import cheapest_path

Indices = NDArray[np.int64]

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

    def _text(self, document: Document) -> EmbeddedText:
        sentences = document.sentence_texts()
        lengths = np.array([len(sentence) for sentence in sentences], dtype=np.float32)
        return EmbeddedText(self.embedder.side(sentences), lengths)

    def _search(
        self, source: EmbeddedText, target: EmbeddedText, rows: Indices, columns: Indices, skip: float, max_run: int
    ) -> list[Bead]:
        """The beads of the cheapest path through some sentences of the source and some of the target."""
        if not len(rows) or not len(columns):
            return [Bead((int(i),), ()) for i in rows] + [Bead((), (int(j),)) for j in columns]
        sizes = range(1, max_run + 1)
        moves = [(a, b) for a in sizes for b in sizes if a + b <= self.max_bead]
        parts = source.part(rows, max_run), target.part(columns, max_run)
        grid = Grid(source, target, *parts, moves, Weights(self.merge, self.outside, self.length))
        skips = [np.where(full, skip, 0.0) for full in (source.is_full[rows], target.is_full[columns])]
        path = cheapest_path(grid.cost_rows(), moves, *skips)
        return list(grid.beads(path))


def _left_out(beads: Sequence[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides that stand in no link, in order."""
    nulls = [bead for bead in beads if not bead.is_link]
    rows = sorted(i for bead in nulls for i in bead.source)
    columns = sorted(j for bead in nulls for j in bead.target)
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


def _worth_searching(
    source: EmbeddedText, target: EmbeddedText, rows: Indices, columns: Indices
) -> tuple[Indices, Indices]:
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
