"""How probable it is that two sentences say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.calibration import Measures, Null, coefficients, is_fitted, probabilities
from aligner.embedding import Embedder, mean_vector
from aligner.margin import above_chance, rivals
from aligner.neighbours import Neighbours, nearest_both_ways

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Indices = NDArray[np.int64]

K = 4
"""Neighbours on each side that a margin is measured against (Artetxe and Schwenk 2019)."""

N_CANDIDATES = 2
"""Nearest of each sentence that are judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of sentences and what was found of them.

    ``pairs``: shape ``(p, 2)``, int64, indices of a source and a target sentence. ``p``: the probability that the two
    say the same; ``score``, ``cosine``, ``margin``: as a bead's, the cosine being the mean over all encoders. Shape
    ``(p,)``, float64.
    """

    pairs: Indices
    p: Floats
    score: Floats
    cosine: Floats
    margin: Floats


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lists of sentences to be compared; only ``pairs``, shape ``(p, 2)``, are judged where they are given."""

    sources: Sequence[str]
    targets: Sequence[str]
    pairs: Indices | None = None


class Judge:
    """Says how probable it is that two sentences say the same, by one or several encoders.

    Several encoders judge together, by the mean of their cosines: the sharp one for translations and the one that knows
    paraphrases err differently.
    """

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self.embedders = tuple(part for embedder in embedders for part in embedder.parts)
        self.name = "+".join(embedder.name for embedder in self.embedders)

    @property
    def is_fitted(self) -> bool:
        """Whether ``p`` was calibrated for these encoders; otherwise the run itself is all there is to go by."""
        return is_fitted(self.name)

    def judge(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        langs: tuple[str, str] = ("und", "und"),  # noqa: ARG002
        pairs: Indices | None = None,
    ) -> Judged:
        """Judge these pairs, or all of which one side is among the other's nearest; see ``judge_all``."""
        return self.judge_all([Comparison(sources, targets, pairs)])[0]

    def judge_all(self, comparisons: Sequence[Comparison]) -> list[Judged]:
        """Judge the pairs of several comparisons that are one run: how likely a match is at all is told by all of them.

        Sentences should be distinct and not blank; every other one of its list is what a sentence is compared with.

        Raises:
            EncoderError: an encoder fails.
        """
        measured = [self.measure(comparison) for comparison in comparisons]
        found = probabilities(measured, coefficients(self.name))
        return [_judged(one, p) for one, p in zip(measured, found, strict=True)]

    def scores(
        self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]
    ) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
        """How well each clause of a link is stated on the other side: its score with the nearest clause or the whole.

        Args:
            sources: the clauses of each link's source segment, at least one.
            targets: those of its target segment.

        Returns:
            For each link the scores of its source clauses and of its target clauses, in ``[0, 1]``, the means over all
            encoders.

        Raises:
            EncoderError: an encoder fails.
        """
        units = [[(*clauses, "".join(clauses)) for clauses in side] for side in (sources, targets)]
        bounds = [np.cumsum([0, *map(len, side)]) for side in units]
        found = []
        for embedder in self.embedders:
            source, target = (embedder.side([text for link in side for text in link]) for side in units)
            found.append(
                [
                    _mutual_scores(source.vectors[a:b], target.vectors[c:d], source.mean, target.mean)
                    for (a, b), (c, d) in zip(pairwise(bounds[0]), pairwise(bounds[1]), strict=True)
                ]
            )
        means = [[np.mean(parts, axis=0) for parts in zip(*link, strict=True)] for link in zip(*found, strict=True)]
        return [(tuple(ahead[:-1].tolist()), tuple(back[:-1].tolist())) for ahead, back in means]

    def measure(self, comparison: Comparison) -> Measures:
        """What the encoders say of a comparison's pairs."""
        if not comparison.sources or not comparison.targets:
            return _nothing()
        view = _View.of(self._vectors(comparison.sources), self._vectors(comparison.targets))
        pairs = view.candidates() if comparison.pairs is None else np.asarray(comparison.pairs, dtype=np.int64)
        lengths = [np.array([max(1, len(text)) for text in side]) for side in (comparison.sources, comparison.targets)]
        source, target = (np.log(side[index]) for side, index in zip(lengths, pairs.T, strict=True))
        usual = np.log(lengths[0].mean() / lengths[1].mean())
        return Measures(pairs, *view.measure(pairs), np.abs(source - target - usual), view.null())

    def _vectors(self, sentences: Sequence[str]) -> Vectors:
        """Rows of which the cosine is the mean of all encoders' cosines."""
        parts = [embedder.side(sentences).vectors for embedder in self.embedders]
        joined: Vectors = np.concatenate(parts, axis=1) / np.float32(len(parts) ** 0.5)
        return joined


def _judged(measures: Measures, p: Floats) -> Judged:
    """A pair that is no more alike than any two are does not say the same."""
    p = np.where(measures.score > 0, p, 0.0)
    return Judged(measures.pairs, p, measures.score, measures.cosine, measures.margin)


@dataclass(frozen=True, slots=True)
class _View:
    """Two sides as vectors, with the nearest neighbours both ways."""

    source: Vectors
    target: Vectors
    forward: Neighbours
    backward: Neighbours

    @staticmethod
    def of(source: Vectors, target: Vectors) -> "_View":
        return _View(source, target, *nearest_both_ways(source, target, K + 2))

    def candidates(self) -> Indices:
        """All pairs of which one side is among the other's nearest. Shape ``(p, 2)``, sorted."""
        forward, backward = _cells(self.forward.first(N_CANDIDATES)), _cells(self.backward.first(N_CANDIDATES))
        return np.unique(np.concatenate([forward, backward[:, ::-1]]), axis=0)

    def measure(self, pairs: Indices) -> tuple[Floats, Floats, Floats, Floats]:
        """Cosine, score, margin and gap of each pair, each of shape ``(p,)``."""
        cosines = np.einsum("pd,pd->p", self.source[pairs[:, 0]], self.target[pairs[:, 1]])
        margins, gaps = _above_rivals(cosines, self.forward.first(K + 1), self.backward.first(K + 1), pairs)
        scores = self.scores(cosines, pairs)
        return (
            cosines.astype(np.float64),
            scores.astype(np.float64),
            margins.astype(np.float64),
            gaps.astype(np.float64),
        )

    def scores(self, cosines: Vectors, pairs: Indices) -> Vectors:
        """How far each pair's cosine stands above chance, in ``[0, 1]``."""
        i, j = pairs.T
        chance = (self.source @ mean_vector(self.target))[i] + (self.target @ mean_vector(self.source))[j]
        return above_chance(cosines, chance / 2)

    def null(self) -> Null:
        """What each sentence's second choice reaches, its first set aside."""
        flipped = _View(self.target, self.source, self.backward, self.forward)
        found = np.concatenate([self.second_choices(), flipped.second_choices()])
        if not len(found):
            return Null(0, 0, 0, 0, 0)
        (score_mean, gap_mean), (score_sd, gap_sd) = found.mean(axis=0).tolist(), found.std(axis=0).tolist()
        return Null(score_mean, score_sd, gap_mean, gap_sd, len(found))

    def second_choices(self) -> Floats:
        """Score and gap of each source with its second nearest target among those further away, shape ``(n, 2)``."""
        n, k = self.forward.indices.shape
        if k < 3:
            return np.zeros((0, 2))
        pairs, cosines = np.column_stack([np.arange(n), self.forward.indices[:, 1]]), self.forward.cosines[:, 1]
        further = Neighbours(self.forward.cosines[:, 1:], self.forward.indices[:, 1:])
        _, gaps = _above_rivals(cosines, further, self.backward.first(K + 1), pairs)
        return np.column_stack([self.scores(cosines, pairs), gaps]).astype(np.float64)


def _above_rivals(
    cosines: Vectors, forward: Neighbours, backward: Neighbours, pairs: Indices
) -> tuple[Vectors, Vectors]:
    """Margin and gap of pairs: how far they stand above their rivals' mean, and above the best of them.

    A side without rivals is as the other; where neither has any, half the cosine stands for what a rival might reach.
    """
    i, j = pairs.T
    (ahead_mean, ahead_best), (back_mean, back_best) = rivals(forward, i, j), rivals(backward, j, i)
    means, bests = (
        np.where(np.isnan(part), np.where(np.isnan(part[::-1]), cosines / 2, part[::-1]), part)
        for part in (np.stack([ahead_mean, back_mean]), np.stack([ahead_best, back_best]))
    )
    return cosines - means.mean(axis=0), cosines - bests.max(axis=0)


def _mutual_scores(
    source: Vectors, target: Vectors, source_mean: Vectors, target_mean: Vectors
) -> tuple[Floats, Floats]:
    """The best score of each source unit with any target unit, and the other way; shapes ``(n,)`` and ``(m,)``."""
    chance = ((source @ target_mean)[:, None] + (target @ source_mean)[None]) / 2
    scores = above_chance(source @ target.T, chance).astype(np.float64)
    return scores.max(axis=1), scores.max(axis=0)


def _nothing() -> Measures:
    """The measures of a comparison of which a side is empty."""
    nothing = np.zeros(0)
    return Measures(np.zeros((0, 2), dtype=np.int64), nothing, nothing, nothing, nothing, nothing, Null(0, 0, 0, 0, 0))


def _cells(neighbours: Neighbours) -> Indices:
    n, k = neighbours.indices.shape
    return np.column_stack([np.repeat(np.arange(n), k), neighbours.indices.ravel()])
