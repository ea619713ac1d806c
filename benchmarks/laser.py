"""LASER's mining, for comparison (Artetxe and Schwenk 2019): ratio margin, maximum of both directions, one to one."""

import numpy as np
from numpy.typing import NDArray

from aligner import Bead
from aligner.neighbours import nearest_both_ways

K = 4
"""Neighbours that the margin is taken against, as in LASER's ``mine_bitexts.py``."""


def mine(source: NDArray[np.float32], target: NDArray[np.float32]) -> list[Bead]:
    """Every pair left when each takes its sentences, highest ratio first; the ratio is the bead's ``margin``.

    Args:
        source: shape ``(n, dim)``, rows of length 1.
        target: shape ``(m, dim)``, likewise.
    """
    forward, backward = nearest_both_ways(source, target, K)
    rows = np.concatenate([np.arange(len(source)), backward.indices[:, 0]])
    columns = np.concatenate([forward.indices[:, 0], np.arange(len(target))])
    around = forward.cosines.mean(axis=1)[rows] / 2 + backward.cosines.mean(axis=1)[columns] / 2
    ratios = np.einsum("pd,pd->p", source[rows], target[columns]) / np.maximum(around, 1e-6)
    taken: tuple[set[int], set[int]] = (set(), set())
    beads = []
    for number in np.argsort(-ratios, kind="stable").tolist():
        i, j = int(rows[number]), int(columns[number])
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            beads.append(Bead((i,), (j,), margin=float(ratios[number])))
    return beads
