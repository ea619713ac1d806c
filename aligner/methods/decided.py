"""What a person decided of two documents, as the search for all the other beads meets it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aligner.alignment import Bead
from aligner.document import DocumentPair
from aligner.methods.costs import Sides
from aligner.methods.division import Stretch
from aligner.methods.matches import Point
from aligner.path import heaviest_rise

LOCK_WEIGHT = 3.0
"""Best matches that must contradict a locked link for it to be one that stands elsewhere, where matches are trusted."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The beads that stand whatever is found, and the links that must not be found, by the sentences of both sides."""

    beads: tuple[Bead, ...] = ()
    barred: tuple[Sides, ...] = ()

    @classmethod
    def of(cls, pair: DocumentPair) -> "Decided":
        """What was decided of a pair, in order; a rejected link by a part is none that translations could have."""
        beads = [
            Bead(
                lock.source,
                lock.target,
                source_part=lock.source_part,
                target_part=lock.target_part,
                decision="accepted",
            )
            for lock in pair.locked
        ]
        barred = [
            (lock.source, lock.target)
            for lock in pair.rejected
            if lock.is_link and lock.source_part is None and lock.target_part is None
        ]
        return cls(tuple(sorted(beads, key=_place)), tuple(sorted(barred)))

    @property
    def mirrored(self) -> "Decided":
        """The same with the sides exchanged."""
        return Decided(
            tuple(sorted(map(turned, self.beads), key=_place)),
            tuple(sorted((target, source) for source, target in self.barred)),
        )

    @property
    def order(self) -> tuple[object, ...]:
        """By what the two directions of a pair whose texts are the same are told apart."""
        return tuple(map(_place, self.beads)), self.barred

    def stretches(self, n_rows: int, n_columns: int, matches: Sequence[Point], trust: float) -> list[Stretch]:
        """What is left of both documents, cut at the locked links that are in order; with nothing decided, the whole.

        A link that stands elsewhere only takes its sentences out: best matches, as far as they are trusted, show where
        the two texts follow each other, and which links do not.
        """
        free = np.ones(n_rows, dtype=bool), np.ones(n_columns, dtype=bool)
        for bead in self.beads:
            for mask, sentences in zip(free, bead.sides, strict=True):
                mask[list(sentences)] = False
        links = [(bead.source[0], bead.target[0]) for bead in self.beads if bead.is_link]
        cuts = _in_order(links, [(i, j) for i, j in matches if free[0][i] and free[1][j]], trust)
        rows, columns = map(np.flatnonzero, free)
        pieces = zip(
            np.split(rows, np.searchsorted(rows, [i for i, _ in cuts])),
            np.split(columns, np.searchsorted(columns, [j for _, j in cuts])),
            strict=True,
        )
        return [Stretch(*piece) for piece in pieces if len(piece[0]) or len(piece[1])]


def turned(bead: Bead) -> Bead:
    """The bead with the sides exchanged."""
    return replace(
        bead,
        source=bead.target,
        target=bead.source,
        source_part=bead.target_part,
        target_part=bead.source_part,
    )


def _in_order(links: Sequence[Point], matches: Sequence[Point], trust: float) -> list[Point]:
    """Those of the links, given by rising source, that are on the heaviest rising chain of links and matches."""
    if not links:
        return []
    points = sorted([*((link, LOCK_WEIGHT) for link in links), *((match, trust) for match in matches)])
    chain = heaviest_rise([j for (_, j), _ in points], [weight for _, weight in points])
    return [points[place][0] for place in chain if points[place][1] == LOCK_WEIGHT]


def _place(bead: Bead) -> tuple[object, ...]:
    return *bead.sides, bead.source_part or (), bead.target_part or ()
