"""The units of a test set: parts that are as good as independent, to be drawn again and again.

They are the document pairs where there are at least ``MIN_DOCUMENTS``. Otherwise they are stretches of neighbouring
beads: beads of gold and of the systems that share sentences form a group, outside of which nothing of their counts
depends, and since mistakes come in bursts, a unit is a block of groups in document order, about the cube root of their
number long (Hans Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", Annals of Statistics
17, 1989). Differs from the paper: blocks do not overlap (as Edward Carlstein's, Annals of Statistics 14, 1986), so that
every bead weighs the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.evaluation import COUNTS, components, count

MIN_DOCUMENTS = 10
"""From so many document pairs on, the documents themselves are the units."""


@dataclass(frozen=True, slots=True)
class Units:
    """What each unit adds to the counts.

    Attributes:
        kind: what the units are.
        counts: for each system an array of shape ``(units, len(COUNTS))``.
    """

    kind: Literal["documents", "blocks"]
    counts: tuple[NDArray[np.int64], ...]

    def __len__(self) -> int:
        return len(self.counts[0])


def units(documents: Collection[Sequence[Sequence[Bead]]]) -> Units:
    """The units of document pairs, each given as its gold beads and those of each system, the same for all systems."""
    systems = list(zip(*(_grouped(*beads) for beads in documents), strict=True))
    if len(documents) >= MIN_DOCUMENTS:
        return Units("documents", tuple(np.stack([groups.sum(axis=0) for groups in system]) for system in systems))
    size = max(1, round(sum(map(len, systems[0])) ** (1 / 3)))
    return Units("blocks", tuple(np.concatenate([_blocks(groups, size) for groups in system]) for system in systems))


def _grouped(gold: Sequence[Bead], *systems: Sequence[Bead]) -> list[NDArray[np.int64]]:
    """For each system the counts of one document pair, a row for each group of beads that share sentences."""
    numbers = components(chain(gold, *systems))
    in_gold, start, grouped = numbers[: len(gold)], len(gold), []
    for predicted in systems:
        rows = numbers[start : start + len(predicted)] + in_gold
        start += len(predicted)
        counts = np.zeros((max(numbers, default=-1) + 1, len(COUNTS)), dtype=np.int64)
        np.add.at(counts, rows, count(predicted, gold))
        grouped.append(counts)
    return grouped


def _blocks(groups: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The sums over each ``size`` neighbouring rows; the last block may be smaller."""
    return np.add.reduceat(groups, np.arange(0, len(groups), size), axis=0) if len(groups) else groups
