"""How probable it is that two sentences say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.embedding import Embedder

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of sentences and what was measured of them.

    ``pairs``: shape ``(p, 2)``, int64, indices of a source and a target sentence. ``p``, ``score``, ``cosine``,
    ``margin``: shape ``(p,)``, as a bead's.
    """

    pairs: NDArray[np.int64]
    p: Floats
    score: Floats
    cosine: Floats
    margin: Floats


class Judge:
    """Says how probable it is that two sentences say the same; STUB, being written."""

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self.embedders = tuple(embedders)

    def judge(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        langs: tuple[str, str],
        pairs: NDArray[np.int64] | None = None,
    ) -> Judged:
        """Judge these pairs, or all of which one side is among the other's nearest."""
        source, target = (self.embedders[0].side(list(side)).vectors for side in (sources, targets))
        cosines = source @ target.T
        if pairs is None:
            pairs = np.argwhere((cosines >= cosines.max(axis=1, keepdims=True)) | (cosines >= cosines.max(axis=0)))
        i, j = pairs.T
        found = cosines[i, j].astype(np.float64)
        margin = found - (np.median(cosines, axis=1)[i] + np.median(cosines, axis=0)[j]) / 2
        return Judged(pairs, 1 / (1 + np.exp(-12 * (margin - 0.4))), found.clip(0, 1), found, margin)
