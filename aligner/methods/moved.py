"""Blocks that stand elsewhere: found among what the path left out, or linked although it belongs elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead, alone
from aligner.methods.division import Stretch
from aligner.methods.matches import REACH, matched_chains, step_between

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

MIN_SURE = 0.5
"""A link of this score is never given up for a block that stands elsewhere."""

MIN_BLOCK = 3
"""Matches of such a block, at least."""

MIN_GAIN = 0.1
"""How far the cosine of its match stands above that of the link, at least."""


@dataclass(frozen=True, slots=True)
class Block:
    """Sentences that seem to belong together, and how many of them match in order."""

    stretch: Stretch
    n_matches: int

    @property
    def is_sure(self) -> bool:
        """It matches in so many places that it is no chance."""
        return self.n_matches >= MIN_BLOCK


def moved_blocks(source: Floats, target: Floats, rows: Indices, columns: Indices) -> list[Block]:
    """Blocks of sentences left out that match others left out on the other side, the largest first.

    No two blocks share a sentence. Time is proportional to the number of sentences, and to its square up to
    a bound; beyond that, blocks of a few sentences may be missed.

    Args:
        source: shape ``(n, dim)``, float32, unit or zero rows.
        target: shape ``(m, dim)``, likewise.
        rows: the sentences of the source that were left out; rising indices.
        columns: likewise for the target.
    """
    reach = REACH * step_between(rows, columns)
    are_free = (np.ones(len(rows), dtype=bool), np.ones(len(columns), dtype=bool))
    blocks = []
    for chain in sorted(matched_chains(source, target, rows, columns), key=lambda chain: (-len(chain), chain)):
        spans = [
            _span(indices, [match[side] for match in chain], reach) for side, indices in enumerate((rows, columns))
        ]
        i, j = (indices[span][free[span]] for indices, span, free in zip((rows, columns), spans, are_free, strict=True))
        if len(i) and len(j):
            blocks.append(Block(Stretch(i, j), len(chain)))
            for span, free in zip(spans, are_free, strict=True):
                free[span] = False
    return blocks


def _span(indices: Indices, chosen: list[int], reach: int) -> slice:
    """Where in ``indices`` those stand that are within reach of the chosen ones or between them."""
    return slice(*np.searchsorted(indices, [min(chosen) - reach, max(chosen) + reach + 1]).tolist())


def left_out(beads: Iterable[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides that stand in no link, in order."""
    return _sentences(bead for bead in beads if not bead.is_link)


def _sentences(beads: Iterable[Bead]) -> tuple[Indices, Indices]:
    """The sentences of both sides of these beads, in order."""
    listed = list(beads)
    rows = sorted(i for bead in listed for i in bead.source)
    columns = sorted(j for bead in listed for j in bead.target)
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)


def contradicted(source: Floats, target: Floats, beads: Sequence[Bead]) -> list[Bead]:
    """The doubtful links of which a sentence clearly belongs to a block that stands elsewhere.

    Where two sections changed places the path has to take one of them, and lines up what is left of both sides.
    """
    doubtful = [bead for bead in beads if bead.is_link and bead.score < MIN_SURE]
    of_row = {i: bead for bead in doubtful for i in bead.source}
    of_column = {j: bead for bead in doubtful for j in bead.target}
    rows, columns = _sentences(bead for bead in beads if not bead.is_link or bead.score < MIN_SURE)
    linked = {(i, j) for bead in doubtful for i in bead.source for j in bead.target}
    misplaced = {
        link
        for chain in matched_chains(source, target, rows, columns, linked)
        if len(chain) >= MIN_BLOCK
        for i, j in chain
        for link in (of_row.get(i), of_column.get(j))
        if link and source[i] @ target[j] >= link.cosine + MIN_GAIN
    }
    return [link for link in doubtful if link in misplaced]


def dissolved(beads: Sequence[Bead], links: Iterable[Bead]) -> list[Bead]:
    """The beads with each sentence of these links on its own."""
    given_up = set(links)
    return [one for bead in beads for one in (alone(*bead.sides) if bead in given_up else [bead])]


def still_free(links: Iterable[Bead], beads: Sequence[Bead]) -> list[Bead]:
    """Those of the links of which no sentence stands in another link."""
    rows, columns = (set(indices.tolist()) for indices in left_out(beads))
    return [link for link in links if rows.issuperset(link.source) and columns.issuperset(link.target)]


def put_in(beads: Sequence[Bead], found: Sequence[Bead]) -> list[Bead]:
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
