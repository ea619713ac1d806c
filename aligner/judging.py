"""How probable it is that two sentences say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.calibration import Measures, Null, coefficients, is_fitted, mixture_of, probability
from aligner.embedding import Embedder, Side, mean_vector
from aligner.margin import above_chance, rivals
from aligner.neighbours import Neighbours, nearest_both_ways

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Indices = NDArray[np.int64]

K = 4
"""Neighbours on each side that a margin is measured against (Artetxe and Schwenk 2019)."""

MIN_GAIN = 0.05
"""How far a run or a part must match better than its sentences alone; as for a sentence at the edge of a bead."""

MIN_STRETCH_SCORE = 0.4
"""The score with the first encoder from which the others are asked of a stretch."""

N_CANDIDATES = 2
"""Nearest of each sentence that are judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of sentences, or of a stretch and a sentence, and what was found of them.

    ``pairs``: shape ``(p, 2)``, int64, indices of a source and a target sentence; stretches are counted on after the
    sentences. ``p``: the probability that the two say the same; ``score``, ``cosine``, ``margin``: as a bead's, the
    mean over all encoders. ``gain``: how far the score of a stretch stands above that of the best of its sentences with
    the same counterpart; 0 for sentences. Shape ``(p,)``, float64.
    """

    pairs: Indices
    p: Floats
    score: Floats
    cosine: Floats
    margin: Floats
    gain: Floats


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of two sentences of a list, or a part of one: its text and their two indices, twice the same for a part."""

    text: str
    sentences: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two lists of sentences to be compared; only ``pairs``, shape ``(p, 2)``, are judged where they are given.

    Stretches of either side are compared with the sentences of the other.
    """

    sources: Sequence[str]
    targets: Sequence[str]
    pairs: Indices | None = None
    source_stretches: Sequence[Stretch] = ()
    target_stretches: Sequence[Stretch] = ()

    @property
    def flipped(self) -> "Comparison":
        """The other way round, for the stretches; without pairs."""
        return Comparison(
            self.targets,
            self.sources,
            source_stretches=self.target_stretches,
            target_stretches=self.source_stretches,
        )


class Judge:
    """Says how probable it is that two sentences say the same, by one or several encoders.

    Several encoders are asked each for itself and all together: the sharp one for translations and the one that
    knows paraphrases err differently.
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

        Sentences should be distinct and not blank; every other one of its list is what a sentence is compared with. The
        rivals of a stretch are sentences, too, those that it overlaps with left out.

        Raises:
            EncoderError: an encoder fails.
        """
        measured = [self.measure(comparison) for comparison in comparisons]
        table = coefficients(self.name)
        mixture = mixture_of(measured, table)

        def judged(measures: Measures, gain: Floats) -> Judged:
            return _judged(measures, probability(measures, mixture, table), gain)

        return [
            _joined(
                [
                    judged(sentences, np.zeros(len(sentences.pairs))),
                    *(judged(*found) for found in self.measure_stretches(comparison, sentences.null)),
                ]
            )
            for comparison, sentences in zip(comparisons, measured, strict=True)
        ]

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
        """What the encoders say of a comparison's pairs of sentences."""
        if not comparison.sources or not comparison.targets:
            return _nothing(len(self.embedders))
        views = self._views(comparison)
        pairs = _candidates(views) if comparison.pairs is None else np.asarray(comparison.pairs, dtype=np.int64)
        return _measures(views, pairs, comparison.sources, comparison, _null(views))

    def measure_stretches(self, comparison: Comparison, null: Null) -> Iterator[tuple[Measures, Floats]]:
        """What the encoders say of a comparison's stretches with the sentences near them, and the gain of each pair.

        ``null`` is that of the sentences.
        """
        if comparison.source_stretches and comparison.targets:
            yield self._measure_stretches(comparison, null)
        if comparison.target_stretches and comparison.sources:
            measures, gain = self._measure_stretches(comparison.flipped, null)
            yield replace(measures, pairs=measures.pairs[:, ::-1]), gain

    def _measure_stretches(self, comparison: Comparison, null: Null) -> tuple[Measures, Floats]:
        """The same for the stretches of the source."""
        sentences = self._views(comparison)
        numbers = self._better(comparison, sentences[0])
        chosen = [comparison.source_stretches[number] for number in numbers]
        views = [view.beside(*rows) for view, rows in zip(sentences, self._beside(comparison, chosen), strict=True)]
        pairs = _candidates(views)
        measures = _measures(views, pairs, [one.text for one in chosen], comparison, null)
        places = np.column_stack([len(comparison.sources) + numbers[pairs[:, 0]], pairs[:, 1]])
        return replace(measures, pairs=places), _gains(sentences, views, pairs)

    def _better(self, comparison: Comparison, sentences: "_View") -> Indices:
        """The stretches that match better than their sentences by the first encoder, the cheapest: few of all."""
        vectors, own = self._beside(comparison, comparison.source_stretches, n_embedders=1)[0]
        view = sentences.beside(vectors, own)
        pairs = _candidates([view])
        is_alike = view.measure(pairs)[1] >= MIN_STRETCH_SCORE
        is_better = _gains([sentences], [view], pairs) >= MIN_GAIN
        return np.unique(pairs[is_alike & is_better, 0])

    def _views(self, comparison: Comparison) -> "list[_View]":
        sides = [(embedder.side(comparison.sources), embedder.side(comparison.targets)) for embedder in self.embedders]
        return [_View.of(source.vectors, target.vectors) for source, target in [*sides, *_together(sides)]]

    def _beside(
        self, comparison: Comparison, stretches: Sequence[Stretch], n_embedders: int | None = None
    ) -> list[tuple[Vectors, Indices]]:
        """For each view the vectors of stretches of the source, and the sentences that each overlaps with."""
        texts, own = [one.text for one in stretches], [one.sentences for one in stretches]
        vectors = [
            embedder.beside(embedder.side(comparison.sources), texts) for embedder in self.embedders[:n_embedders]
        ]
        together = [_concatenated(vectors)] if len(vectors) > 1 else []
        return [(rows, np.array(own, dtype=np.int64).reshape(-1, 2)) for rows in (*vectors, *together)]


def _gains(sentences: "Sequence[_View]", stretches: "Sequence[_View]", pairs: Indices) -> Floats:
    """How far the score of each stretch, the mean over all views, stands above that of its best sentence."""

    def scores(views: "Sequence[_View]", rows: Indices) -> Floats:
        return np.asarray(np.mean([view.measure(np.column_stack([rows, pairs[:, 1]]))[1] for view in views], axis=0))

    wholes = [scores(sentences, whole) for whole in stretches[0].own[pairs[:, 0]].T]
    return np.asarray(scores(stretches, pairs[:, 0]) - np.max(wholes, axis=0))


def _measures(
    views: "Sequence[_View]", pairs: Indices, sources: Sequence[str], within: Comparison, null: Null
) -> Measures:
    """What views say of pairs of these sources with sentences of the target, within this comparison."""
    lengths = _lengths(within.sources), _lengths(within.targets)
    usual = np.log(lengths[0].mean() / lengths[1].mean())
    source, target = np.log(_lengths(sources)[pairs[:, 0]]), np.log(lengths[1][pairs[:, 1]])
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
        null=null,
    )


def _lengths(texts: Sequence[str]) -> Floats:
    return np.array([max(1, len(text)) for text in texts], dtype=np.float64)


def _judged(measures: Measures, p: Floats, gain: Floats) -> Judged:
    """The means over all encoders; a pair that is no more alike than any two are does not say the same."""
    score, cosine, margin = (part.mean(axis=1) for part in (measures.score, measures.cosine, measures.margin))
    return Judged(measures.pairs, np.where(score > 0, p, 0.0), score, cosine, margin, gain)


def _joined(parts: Sequence[Judged]) -> Judged:
    return Judged(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Judged)))


def _together(sides: Sequence[tuple[Side, Side]]) -> list[tuple[Side, Side]]:
    """All encoders as one more, whose cosine is the mean of theirs; none where there is only one."""
    if len(sides) < 2:
        return []
    joined = [
        Side(parts[0].sentences, _concatenated([part.vectors for part in parts]), None)
        for parts in zip(*sides, strict=True)
    ]
    return [(joined[0], joined[1])]


def _concatenated(vectors: Sequence[Vectors]) -> Vectors:
    """Rows of which the cosine is the mean of those of the parts."""
    joined: Vectors = np.concatenate(vectors, axis=1) / np.float32(len(vectors) ** 0.5)
    return joined


@dataclass(frozen=True, slots=True)
class _View:
    """Two sides as one encoder sees them, with the nearest neighbours both ways.

    The rows of ``source`` are sentences or stretches. ``own``, shape ``(n, 1)`` or ``(n, 2)``, are the sentences that
    each of them overlaps with; ``backward`` are the nearest sentences, ``nearest`` the nearest rows.
    """

    source: Vectors
    target: Vectors
    means: tuple[Vectors, Vectors]
    own: Indices
    forward: Neighbours
    backward: Neighbours
    nearest: Neighbours

    @staticmethod
    def of(source: Vectors, target: Vectors) -> "_View":
        forward, backward = nearest_both_ways(source, target, K + 2)
        own = np.arange(len(source))[:, None]
        return _View(source, target, (mean_vector(source), mean_vector(target)), own, forward, backward, backward)

    def beside(self, stretches: Vectors, own: Indices) -> "_View":
        """The same with stretches of the source in place of its sentences."""
        forward, found = nearest_both_ways(stretches, self.target, K + 2)
        return replace(self, source=stretches, own=own, forward=forward, nearest=found)

    def measure(self, pairs: Indices) -> tuple[Floats, ...]:
        """Cosine, score, margin and the lower and the higher gap of each pair, each of shape ``(p,)``."""
        i, j = pairs.T
        cosines = np.einsum("pd,pd->p", self.source[i], self.target[j])
        chance = (self.source @ self.means[1])[i] + (self.target @ self.means[0])[j]
        around = _around(cosines, self.forward, self.backward, pairs, self.own)
        parts = (cosines, above_chance(cosines, chance / 2), *around)
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
    pairs = np.column_stack([queries, keys])
    margins, low_gaps, _ = _around(forward.cosines[:, 1], further, backward, pairs, queries[:, None])
    return np.column_stack([margins, low_gaps])


def _around(
    cosines: Vectors, forward: Neighbours, backward: Neighbours, pairs: Indices, own: Indices
) -> tuple[Vectors, ...]:
    """Margin, lower and higher gap of pairs over their rivals on both sides; a side without any is as the other.

    Where neither side has any, half the cosine stands for what a rival might reach.
    """
    i, j = pairs.T
    (ahead_mean, ahead_best), (back_mean, back_best) = (
        rivals(forward, i, j[:, None], K),
        rivals(backward, j, own[i], K),
    )
    means, bests = (
        np.where(np.isnan(part), np.where(np.isnan(part[::-1]), cosines / 2, part[::-1]), part)
        for part in (np.stack([ahead_mean, back_mean]), np.stack([ahead_best, back_best]))
    )
    gaps = cosines - bests
    return cosines - means.mean(axis=0), gaps.min(axis=0), gaps.max(axis=0)


def _null(views: Sequence[_View]) -> Null:
    samples = [view.null() for view in views]
    n = len(samples[0])
    means = np.array([sample.mean(axis=0) if n else (0, 0) for sample in samples])
    sds = np.array([sample.std(axis=0) if n else (0, 0) for sample in samples])
    return Null(means[:, 0], sds[:, 0], means[:, 1], sds[:, 1], n)


def _mutual_scores(
    source: Vectors, target: Vectors, source_mean: Vectors, target_mean: Vectors
) -> tuple[Floats, Floats]:
    """The best score of each source unit with any target unit, and the other way; shapes ``(n,)`` and ``(m,)``."""
    chance = ((source @ target_mean)[:, None] + (target @ source_mean)[None]) / 2
    scores = above_chance(source @ target.T, chance).astype(np.float64)
    return scores.max(axis=1), scores.max(axis=0)


def _nothing(n_embedders: int) -> Measures:
    """The measures of a comparison of which a side is empty."""
    views = n_embedders + (n_embedders > 1)
    nothing, none = np.zeros((0, views)), np.zeros(views)
    null, pairs = Null(none, none, none, none, 0), np.zeros((0, 2), dtype=np.int64)
    return Measures(pairs, nothing, nothing, nothing, nothing, nothing, np.zeros(0), np.zeros(0), null)


def _candidates(views: Sequence[_View]) -> Indices:
    """All pairs of which one side is among the other's nearest to any encoder. Shape ``(p, 2)``, sorted."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    for view in views:
        forward, backward = view.forward.first(N_CANDIDATES), view.nearest.first(N_CANDIDATES)
        found.append(_cells(forward))
        found.append(_cells(backward)[:, ::-1])
    return np.unique(np.concatenate(found), axis=0)


def _cells(neighbours: Neighbours) -> Indices:
    n, k = neighbours.indices.shape
    return np.column_stack([np.repeat(np.arange(n), k), neighbours.indices.ravel()])
