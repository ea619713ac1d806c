"""The parts under measurement, and what they reach on lists of sentences."""

from collections.abc import Iterable, Sequence

import laser
import numpy as np
from noise import load_encoder
from numpy.typing import NDArray
from sets import Draw

from aligner import Bead, Embedder, Mining, Monotone, Pairing, evaluation


class Bench:
    """The parts under measurement, one encoder for all of them."""

    def __init__(self, encoder: str) -> None:
        self.encoder = load_encoder(encoder)
        self.embedder = Embedder(self.encoder)
        self.monotone = Monotone(self.embedder)
        self.mining = Mining(self.embedder)
        self.uncut = Mining(self.embedder, min_p=0)
        self.pairing = Pairing(self.embedder)

    def cosines(self, sources: Sequence[str], targets: Sequence[str]) -> NDArray[np.float32]:
        """Every source sentence against every target sentence; shape ``(n, m)``."""
        return self.embedder.side(sources).vectors @ self.embedder.side(targets).vectors.T

    def score(self, draws: Iterable[Draw]) -> evaluation.PRF:
        """What mining reaches over several draws at its own cut."""
        mined = ((self.mining.mine(draw.sources, draw.targets), draw.gold) for draw in draws)
        return evaluation.score_documents(mined).strict

    def bests(self, draws: Sequence[Draw]) -> dict[str, float]:
        """The best F1 over all cuts, one cut for all draws: ours by p, and LASER's by its ratio with this encoder."""
        ours = [(self.uncut.mine(draw.sources, draw.targets), draw.gold) for draw in draws]
        sides = [[self.embedder.side(side).vectors for side in (draw.sources, draw.targets)] for draw in draws]
        theirs = [(laser.mine(*both), draw.gold) for both, draw in zip(sides, draws, strict=True)]
        return {"best": best_f1(ours), "LASER best": best_f1(theirs, by="margin")}


def best_f1(documents: Iterable[tuple[Sequence[Bead], Sequence[Bead]]], by: str = "p") -> float:
    """The best F1 that any single cut by this measure gives to these mined pairs against their gold."""
    n_gold, judged = 0, []
    for mined, gold in documents:
        right = {bead.sides for bead in gold}
        n_gold += len(right)
        judged += [(getattr(bead, by), bead.sides in right) for bead in mined]
    hits = np.cumsum([is_right for _, is_right in sorted(judged, reverse=True)])
    return float(max(2 * hits / (np.arange(1, len(hits) + 1) + n_gold), default=0.0))
