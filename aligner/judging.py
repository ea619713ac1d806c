"""How probable it is that two sentences say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.calibration import Measures, Null, coefficients, is_fitted, probabilities
from aligner.embedding import Embedder, Side, mean_vector
from aligner.margin import above_chance, best_rivals, distance_margin
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
    say the same; ``score``, ``cosine``, ``margin``: as a bead's, the mean over all encoders. Shape ``(p,)``, float64.
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

    Several encoders are asked each for itself and all together: the sharp one for translations and the one that
    knows paraphrases err differently.
    """

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self.embedders = tuple(embedders)
        self.name = "+".join(embedder.name for embedder in self.embedders)

    @property
    def is_fitted(self) -> bool:
        """Whether ``p`` was calibrated for these encoders; otherwise the run itself is all there is to go by."""
        return is_fitted(self.name)

    def judge(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        langs: tuple[str, str] = ("und", "und"),
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
        return [
            Judged(one.pairs, p, one.score.mean(axis=1), one.cosine.mean(axis=1), one.margin.mean(axis=1))
            for one, p in zip(measured, found, strict=True)
        ]

    def measure(self, comparison: Comparison) -> Measures:
        """What the encoders say of a comparison's pairs."""
        sides = [(embedder.side(comparison.sources), embedder.side(comparison.targets)) for embedder in self.embedders]
        views = [_View.of(source.vectors, target.vectors) for source, target in [*sides, *_together(sides)]]
        pairs = _candidates(views) if comparison.pairs is None else np.asarray(comparison.pairs, dtype=np.int64)
        lengths = [np.array([max(1, len(text)) for text in side]) for side in (comparison.sources, comparison.targets)]
        source, target = (np.log(side[index]) for side, index in zip(lengths, pairs.T, strict=True))
        usual = np.log(lengths[0].mean() / lengths[1].mean()) if len(pairs) else 0.0
        columns = [view.measure(pairs) for view in views]
        cosine, score, margin, low_gap, high_gap = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
        return Measures(
            pairs=pairs,
            cosine=cosine,
            score=score,
            margin=margin,
            low_gap=low_gap,
            high_gap=high_gap,
            length=np.abs(source - target - usual),
            shorter=np.minimum(source, target),
            null=_null(views),
        )


def _together(sides: Sequence[tuple[Side, Side]]) -> list[tuple[Side, Side]]:
    """All encoders as one more, whose cosine is the mean of theirs; none where there is only one."""
    if len(sides) < 2:
        return []
    joined = [
        Side(parts[0].sentences, np.concatenate([part.vectors for part in parts], axis=1) / len(parts) ** 0.5, None)
        for parts in zip(*sides, strict=True)
    ]
    return [(joined[0], joined[1])]


@dataclass(frozen=True, slots=True)
class _View:
    """Two sides as one encoder sees them, with the nearest neighbours both ways."""

    source: Vectors
    target: Vectors
    forward: Neighbours
    backward: Neighbours

    @staticmethod
    def of(source: Vectors, target: Vectors) -> "_View":
        return _View(source, target, *nearest_both_ways(source, target, K + 2))

    def measure(self, pairs: Indices) -> tuple[Floats, ...]:
        """Cosine, score, margin and the lower and the higher gap of each pair, each of shape ``(p,)``."""
        i, j = pairs.T
        cosines = np.einsum("pd,pd->p", self.source[i], self.target[j])
        chance = (self.source @ mean_vector(self.target))[i] + (self.target @ mean_vector(self.source))[j]
        forward, backward = self.forward.first(K + 1), self.backward.first(K + 1)
        margins = distance_margin(cosines, forward, backward, pairs)
        gaps = np.stack([cosines - best_rivals(forward, i, j), cosines - best_rivals(backward, j, i)])
        parts = (cosines, above_chance(cosines, chance / 2), margins, gaps.min(axis=0), gaps.max(axis=0))
        return tuple(part.astype(np.float64) for part in parts)

    def null(self) -> Floats:
        """Margin and lower gap of each sentence's second choice, its first set aside. Shape ``(n, 2)``."""
        return np.concatenate([_second(self.forward, self.backward), _second(self.backward, self.forward)])


def _second(forward: Neighbours, backward: Neighbours) -> Floats:
    """Margin and lower gap of the second nearest key of each query among those further away, shape ``(n, 2)``."""
    n, k = forward.indices.shape
    if k < 3:
        return np.zeros((0, 2))
    queries, keys = np.arange(n), forward.indices[:, 1]
    further = Neighbours(forward.cosines[:, 1:], forward.indices[:, 1:])
    back = backward.first(K + 1)
    cosines, pairs = forward.cosines[:, 1], np.column_stack([queries, keys])
    rivals = [best_rivals(further, queries, keys), best_rivals(back, keys, queries)]
    return np.column_stack([distance_margin(cosines, further, back, pairs), cosines - np.maximum(*rivals)])


def _null(views: Sequence[_View]) -> Null:
    samples = [view.null() for view in views]
    n = len(samples[0])
    means = np.array([sample.mean(axis=0) if n else (0, 0) for sample in samples])
    sds = np.array([sample.std(axis=0) if n else (0, 0) for sample in samples])
    return Null(means[:, 0], sds[:, 0], means[:, 1], sds[:, 1], n)


def _candidates(views: Sequence[_View]) -> Indices:
    """All pairs of which one side is among the other's nearest to any encoder. Shape ``(p, 2)``, sorted."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    for view in views:
        forward, backward = view.forward.first(N_CANDIDATES), view.backward.first(N_CANDIDATES)
        found.append(_cells(forward))
        found.append(_cells(backward)[:, ::-1])
    return np.unique(np.concatenate(found), axis=0)


def _cells(neighbours: Neighbours) -> Indices:
    n, k = neighbours.indices.shape
    return np.column_stack([np.repeat(np.arange(n), k), neighbours.indices.ravel()])
