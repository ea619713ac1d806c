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
    """The units of document pairs, each given as its gold beads and those of each system, the same for all systems.

    Blocks are as long in links whether or not the files also hold the beads with an empty side.
    """
    groups = [_groups(*beads) for beads in documents]
    if len(documents) >= MIN_DOCUMENTS:
        counts = np.stack([document.sum(axis=1) for document in groups], axis=1)
        return Units("documents", tuple(counts))
    size = max(1, round(sum(int(_have_links(document).sum()) for document in groups) ** (1 / 3)))
    return Units("blocks", tuple(np.concatenate([_blocks(document, size) for document in groups], axis=1)))


def _groups(gold: Sequence[Bead], *systems: Sequence[Bead]) -> NDArray[np.int64]:
    """The counts of each system by groups of beads that share sentences, ``(systems, groups, len(COUNTS))``."""
    numbers = components(chain(gold, *systems))
    in_gold, start = numbers[: len(gold)], len(gold)
    counts = np.zeros((len(systems), max(numbers, default=-1) + 1, len(COUNTS)), dtype=np.int64)
    for predicted, of_system in zip(systems, counts, strict=True):
        in_system = numbers[start : start + len(predicted)]
        start += len(predicted)
        np.add.at(of_system, in_system + in_gold, count(predicted, gold))
    return counts


def _have_links(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether there is more in each group than beads with an empty side, shape ``(groups,)``."""
    links = groups[..., COUNTS.index("predicted")] + groups[..., COUNTS.index("gold")]
    return np.asarray(links.any(axis=0))


def _blocks(groups: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The sums over neighbouring groups, as many as hold ``size`` with links; the last block may hold fewer."""
    block = np.maximum(np.cumsum(_have_links(groups)) - 1, 0) // size
    blocks = np.zeros((len(groups), block.max(initial=-1) + 1, len(COUNTS)), dtype=np.int64)
    for into, of_system in zip(blocks, groups, strict=True):
        np.add.at(into, block, of_system)
    return blocks
