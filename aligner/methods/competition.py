"""The beads of one stretch that compete for a sentence: what each costs, and what the path through it would."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aligner.explanation import Candidate
from aligner.methods.costs import Grid
from aligner.methods.surface import shared_words
from aligner.path import Detours, Floats, Step, detours


@dataclass(frozen=True)
class Competition:
    """All beads between some sentences of the source and some of the target.

    Attributes:
        grid: the beads.
        costs: what they cost, shape ``(n, moves, m)``.
        skips: what it costs to leave each sentence alone, for both sides; shapes ``(n,)``, ``(m,)``.
        swap: what it costs to take two neighbouring beads the other way round.
    """

    grid: Grid
    costs: Floats
    skips: tuple[NDArray[np.float64], NDArray[np.float64]]
    swap: float

    def candidate(self, step: Step) -> Candidate:
        """The bead of this step, with all that speaks for and against it."""
        i, a, j, b = step
        (bead,) = self.grid.beads([step])
        if not bead.is_link:
            cost = float(self.skips[0][i] if a else self.skips[1][j])
            detour = float(self._detours.source[i] if a else self._detours.target[j])
            return Candidate(bead, cost, {"alone": cost}, detour)
        number = self.grid.moves.index((a, b))
        return Candidate(
            bead,
            cost=float(self.costs[i, number, j]),
            terms=self.grid.terms_of(step),
            detour=float(self._detours.moves[i, number, j]),
            length_ratio=self.grid.length_ratio(step),
            shared=shared_words(*self.grid.segments(step)),
        )

    def rivals(self, chosen: Step, side: int, place: int, n: int) -> list[Step]:
        """The best ``n`` ways, by their detours, to hold an item of side 0 or 1 but the chosen one.

        To leave it alone is always among them.
        """
        alone: Step = (place, 1, 0, 0) if side == 0 else (0, 0, place, 1)
        links = [step for _, step in sorted(self._links(side, place)) if step != chosen]
        return links[:n] if chosen == alone else [*links[: n - 1], alone]

    def _links(self, side: int, place: int) -> Iterator[tuple[float, Step]]:
        for number, (a, b) in enumerate(self.grid.moves):
            size = (a, b)[side]
            for start in range(max(0, place - size + 1), place + 1):
                plane = self._detours.moves[:, number]
                found = plane[start] if side == 0 else plane[:, start]
                for other in np.flatnonzero(np.isfinite(found)).tolist():
                    yield float(found[other]), (start, a, other, b) if side == 0 else (other, a, start, b)

    @cached_property
    def _detours(self) -> Detours:
        return detours(self.costs, self.grid.moves, self.skips[0], self.skips[1], self.swap)
