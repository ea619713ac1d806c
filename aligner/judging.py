"""How probable it is that two sentences say the same."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aligner.calibration import Measures, Null, coefficients, is_fitted, mixture_of, probability
from aligner.cores import on_all_cores
from aligner.embedding import Embedder, mean_vector
from aligner.engine import each
from aligner.margin import above_chance, rivals
from aligner.memory import Stored, file_of, folder, opened, room
from aligner.memory import Vectors as StoredVectors
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

PAIRS_AT_ONCE = 1 << 14
"""Pairs whose vectors are laid side by side at once: 64 MiB at 512 dimensions."""

N_CANDIDATES = 2
"""Nearest of each sentence that are judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of sentences, or of a stretch and a sentence, and what was found of them.

    ``pairs``: shape ``(p, 2)``, int64, indices of a source and a target sentence; stretches are counted on after the
    sentences. ``p``: the probability that the two say the same; ``score``, ``cosine``, ``margin``: as a bead's, the
    cosine being the mean over all encoders. ``gain``: how far the score of a stretch stands above that of the best of
    its sentences with the same counterpart; 0 for sentences. Shape ``(p,)``, float64.
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

    Stretches of either side are compared with the sentences of the other. ``documents`` are the sentences of those that
    the lists were taken from: each passes through the encoder as a whole.
    """

    sources: Sequence[str]
    targets: Sequence[str]
    pairs: Indices | None = None
    source_stretches: Sequence[Stretch] = ()
    target_stretches: Sequence[Stretch] = ()
    documents: Sequence[Sequence[str]] = ()

    @property
    def flipped(self) -> "Comparison":
        """The other way round, for the stretches; without pairs."""
        return Comparison(
            self.targets,
            self.sources,
            source_stretches=self.target_stretches,
            target_stretches=self.source_stretches,
        )

    def __len__(self) -> int:
        """How many sentences there are on both sides together."""
        return len(self.sources) + len(self.targets)


class Search(Protocol):
    """Finds the ``k`` nearest neighbours both ways, as ``nearest_both_ways`` or nearly."""

    def __call__(self, source: Stored, target: Stored, k: int, what: str = "") -> tuple[Neighbours, Neighbours]: ...


class Judge:
    """Says how probable it is that two sentences say the same, by one or several encoders.

    Several encoders judge together, by the mean of their cosines: the sharp one for translations and the one that knows
    paraphrases err differently.
    """

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self.embedders = tuple(part for embedder in embedders for part in embedder.parts)
        self.name = "+".join(embedder.fitted_as for embedder in self.embedders)

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
        rivals of a stretch are sentences, too, those that it overlaps with left out. The log warns of encoders that
        ``p`` was not calibrated for, once in a process.

        Raises:
            EncoderError: an encoder fails.
        """
        if comparisons and not self.is_fitted:
            _warn_unfitted(self.name)
        of_documents = [list(found) for _, found in groupby(comparisons, key=lambda one: id(one.documents or one))]
        found = each(self._measure_all, of_documents, "judging", lambda some: sum(map(len, some)))
        measured = [parts for some in found for parts in some]
        table = coefficients(self.name)
        mixture = mixture_of([sentences for (sentences, _), *_ in measured], table)
        return [
            _joined([_judged(measures, probability(measures, mixture, table), gain) for measures, gain in parts])
            for parts in measured
        ]

    def judge_lists(
        self, sources: Sequence[str], targets: Sequence[str], search: Search = nearest_both_ways
    ) -> tuple[Judged, float]:
        """Judge the pairs of two lists of any size; and how like the lists are.

        Their vectors are written to files in half precision, whatever the size, so that results do not depend on it.

        Args:
            sources: distinct sentences, none of them blank.
            targets: likewise.
            search: what finds the neighbours.

        Returns:
            What was found of the pairs of which one side is among the other's nearest; the mean cosine of each sentence
            to its nearest on the other side, both directions, in ``[0, 1]``.

        Raises:
            EncoderError: an encoder fails.
            OutputError: there is no room on the disk.
        """
        if not self.is_fitted:
            _warn_unfitted(self.name)
        table = coefficients(self.name)
        if not sources or not targets:
            return _judged(_nothing(), np.zeros(0), np.zeros(0)), 0.0
        with folder() as place:
            files = place / "source.npy", place / "target.npy"
            for side, path in zip((sources, targets), files, strict=True):
                self._write(side, path)
            view = _View.of(files[0], files[1], partial(search, what="searching"))
            measures = _measures(view, view.candidates(), sources, Comparison(sources, targets), view.null())
            likeness = np.mean([near.cosines[:, 0].mean(dtype=np.float64) for near in (view.forward, view.backward)])
        p = probability(measures, mixture_of([measures], table), table)
        return _judged(measures, p, np.zeros(len(p))), min(1.0, max(0.0, float(likeness)))

    def _write(self, sentences: Sequence[str], path: Path) -> None:
        """Write rows of which the cosine is the mean of those of all encoders."""
        bounds = np.cumsum([0, *(embedder.dim for embedder in self.embedders)]).tolist()
        rows = file_of(path, (len(sentences), bounds[-1]))
        for embedder, (start, stop) in zip(self.embedders, pairwise(bounds), strict=True):
            embedder.write_side(sentences, rows[:, start:stop], len(self.embedders) ** -0.5)

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
        return next(self._measured(comparison))[0]

    def anew(self) -> "Judge":
        """The same through doors of its own; see ``Embedder``."""
        return Judge([embedder.anew() for embedder in self.embedders])

    def read_all(self, documents: Sequence[Sequence[str]]) -> None:
        """Have documents pass through all encoders, each as a whole.

        Raises:
            EncoderError: an encoder fails.
        """
        for embedder in self.embedders:
            embedder.read_all(documents)

    def _measure_all(self, comparisons: Sequence[Comparison]) -> list[list[tuple[Measures, Floats]]]:
        """What is found in comparisons of the same documents."""
        judge = self.anew()
        judge.read_all(comparisons[0].documents)
        return [list(judge._measured(one)) for one in comparisons]

    def _measured(self, comparison: Comparison) -> Iterator[tuple[Measures, Floats]]:
        """What the encoders say of the sentences, then of each side's stretches; with the gain of every pair."""
        if not comparison.sources or not comparison.targets:
            yield _nothing(), np.zeros(0)
            return
        view = self._view(comparison)
        pairs = view.candidates() if comparison.pairs is None else np.asarray(comparison.pairs, dtype=np.int64)
        sentences = _measures(view, pairs, comparison.sources, comparison, view.null())
        yield sentences, np.zeros(len(pairs))
        if not comparison.source_stretches and not comparison.target_stretches:
            return
        first = view if len(self.embedders) == 1 else self._view(comparison, n_embedders=1)
        if comparison.source_stretches:
            yield self._measured_stretches(view, first, comparison, sentences.null)
        if comparison.target_stretches:
            views = view.flipped, first.flipped
            measures, gain = self._measured_stretches(*views, comparison.flipped, sentences.null)
            yield replace(measures, pairs=measures.pairs[:, ::-1]), gain

    def _measured_stretches(
        self, sentences: "_View", first: "_View", comparison: Comparison, null: Null
    ) -> tuple[Measures, Floats]:
        """What is found of the source's stretches; ``first`` is what the first encoder sees of the sentences."""
        numbers = self._better(first, comparison)
        chosen = [comparison.source_stretches[number] for number in numbers]
        view = sentences.beside(*self._beside(comparison, chosen))
        pairs = view.candidates()
        measures = _measures(view, pairs, [one.text for one in chosen], comparison, null)
        places = np.column_stack([len(comparison.sources) + numbers[pairs[:, 0]], pairs[:, 1]])
        return replace(measures, pairs=places), view.gains(sentences, pairs)

    def _better(self, sentences: "_View", comparison: Comparison) -> Indices:
        """The stretches that match better than their sentences by the first encoder, the cheapest: few of all."""
        self.embedders[0].learn([one.text for one in comparison.source_stretches])
        view = sentences.beside(*self._beside(comparison, comparison.source_stretches, n_embedders=1))
        pairs = view.candidates()
        is_alike = view.scores(view.cosines(pairs), pairs) >= MIN_STRETCH_SCORE
        return np.unique(pairs[is_alike & (view.gains(sentences, pairs) >= MIN_GAIN), 0])

    def _view(self, comparison: Comparison, n_embedders: int | None = None) -> "_View":
        source, target = (
            _joined_rows([embedder.side(side).vectors for embedder in self.embedders[:n_embedders]])
            for side in (comparison.sources, comparison.targets)
        )
        return _View.of(source, target)

    def _beside(
        self, comparison: Comparison, stretches: Sequence[Stretch], n_embedders: int | None = None
    ) -> tuple[Vectors, Indices]:
        """The vectors of stretches of the source, and the sentences that each overlaps with."""
        texts, own = [one.text for one in stretches], [one.sentences for one in stretches]
        rows = [embedder.beside(embedder.side(comparison.sources), texts) for embedder in self.embedders[:n_embedders]]
        return _joined_rows(rows), np.array(own, dtype=np.int64).reshape(-1, 2)


@cache
def _warn_unfitted(name: str) -> None:
    """Say once of each encoder that its probabilities rest on little."""
    logging.getLogger("aligner").warning(
        "encoder %s: nothing was learnt of its scores before, so that p is calibrated on this run alone, with care",
        name,
    )


def _joined_rows(parts: Sequence[Vectors]) -> Vectors:
    """Rows of which the cosine is the mean of those of the parts."""
    if len(parts) == 1:
        return parts[0]
    bounds = np.cumsum([0, *(part.shape[1] for part in parts)]).tolist()
    joined = room((len(parts[0]), bounds[-1]))
    for part, (start, stop) in zip(parts, pairwise(bounds), strict=True):
        np.divide(part, np.float32(len(parts) ** 0.5), out=joined[:, start:stop])
    return joined


def _measures(view: "_View", pairs: Indices, sources: Sequence[str], within: Comparison, null: Null) -> Measures:
    """What a view says of pairs of these sources with sentences of the target, within this comparison."""
    lengths = _lengths(within.sources), _lengths(within.targets)
    usual = np.log(lengths[0].mean() / lengths[1].mean())
    source, target = np.log(_lengths(sources)[pairs[:, 0]]), np.log(lengths[1][pairs[:, 1]])
    return Measures(pairs, *view.measure(pairs), np.abs(source - target - usual), null)


def _lengths(texts: Sequence[str]) -> Floats:
    return np.array([max(1, len(text)) for text in texts], dtype=np.float64)


def _judged(measures: Measures, p: Floats, gain: Floats) -> Judged:
    """A pair that is no more alike than any two are does not say the same."""
    p = np.where(measures.score > 0, p, 0.0)
    return Judged(measures.pairs, p, measures.score, measures.cosine, measures.margin, gain)


def _joined(parts: Sequence[Judged]) -> Judged:
    return Judged(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Judged)))


@dataclass(frozen=True, slots=True)
class _View:
    """Two sides as vectors, with the nearest neighbours both ways.

    The rows of ``source`` are sentences or stretches. ``own``, shape ``(n, 1)`` or ``(n, 2)``, are the sentences that
    each of them overlaps with; ``backward`` are the nearest sentences, ``nearest`` the nearest rows.
    """

    source: StoredVectors
    target: StoredVectors
    means: tuple[Vectors, Vectors]
    own: Indices
    forward: Neighbours
    backward: Neighbours
    nearest: Neighbours

    @staticmethod
    def of(source: Stored, target: Stored, search: Search = nearest_both_ways) -> "_View":
        forward, backward = search(source, target, K + 2)
        source, target = opened(source), opened(target)
        own = np.arange(len(source))[:, None]
        return _View(source, target, (mean_vector(source), mean_vector(target)), own, forward, backward, backward)

    def beside(self, stretches: Vectors, own: Indices) -> "_View":
        """The same with stretches of the source in place of its sentences."""
        forward, found = nearest_both_ways(stretches, self.target, K + 2)
        return replace(self, source=stretches, own=own, forward=forward, nearest=found)

    def candidates(self) -> Indices:
        """All pairs of which one side is among the other's nearest. Shape ``(p, 2)``, sorted."""
        forward, backward = _cells(self.forward.first(N_CANDIDATES)), _cells(self.nearest.first(N_CANDIDATES))
        cells = np.unique(np.concatenate([forward, backward[:, ::-1]]) @ [len(self.target), 1])
        return np.column_stack(np.divmod(cells, len(self.target)))

    def measure(self, pairs: Indices) -> tuple[Floats, Floats, Floats, Floats]:
        """Cosine, score, margin and gap of each pair, each of shape ``(p,)``."""
        cosines = self.cosines(pairs)
        margins, gaps = _above_rivals(cosines, self.forward, self.backward, pairs, self.own)
        return cosines, self.scores(cosines, pairs), margins, gaps

    def cosines(self, pairs: Indices) -> Floats:
        """The cosine of each pair. Shape ``(p,)``."""

        def measure(first: int) -> Vectors:
            i, j = pairs[first : first + PAIRS_AT_ONCE].T
            rows = (np.asarray(side[own], dtype=np.float32) for side, own in ((self.source, i), (self.target, j)))
            # Rounded to half precision, a row may be a little longer than 1.
            return np.asarray(np.clip(np.einsum("pd,pd->p", *rows), -1, 1))

        parts = on_all_cores(measure, range(0, len(pairs), PAIRS_AT_ONCE))
        return np.concatenate([np.zeros(0), *parts])

    def scores(self, cosines: Floats, pairs: Indices) -> Floats:
        """How far each pair's cosine stands above chance, in ``[0, 1]``; both of shape ``(p,)``."""
        i, j = pairs.T
        chance = _products(self.source, self.means[1])[i] + _products(self.target, self.means[0])[j]
        return above_chance(cosines, chance / 2)

    def gains(self, sentences: "_View", pairs: Indices) -> Floats:
        """How far the score of each pair's stretch stands above that of the better of its sentences. Shape ``(p,)``."""
        wholes = [np.column_stack([sentence, pairs[:, 1]]) for sentence in self.own[pairs[:, 0]].T]
        best = np.max([sentences.scores(sentences.cosines(whole), whole) for whole in wholes], axis=0)
        return np.asarray(self.scores(self.cosines(pairs), pairs) - best)

    @property
    def flipped(self) -> "_View":
        """The other way round; of sentences only."""
        own = np.arange(len(self.target))[:, None]
        return _View(self.target, self.source, self.means[::-1], own, self.backward, self.forward, self.forward)

    def null(self) -> Null:
        """What the sentences of the smaller side reach with their second choice, the first set aside.

        No more pairs than that side has sentences can be true. Those of the other side have few to choose from: beside
        what they reach, the best of many would pass for more than chance.
        """
        parts = [view.second_choices() for view in (self, self.flipped)]
        fewest = min(map(len, parts))
        if not fewest:
            return _NO_NULL
        found = np.concatenate([part for part in parts if len(part) == fewest])
        (score_mean, gap_mean), (score_sd, gap_sd) = found.mean(axis=0).tolist(), found.std(axis=0).tolist()
        return Null(score_mean, score_sd, gap_mean, gap_sd, len(found))

    def second_choices(self) -> Floats:
        """Score and gap of each source with its second nearest target among those further away, shape ``(n, 2)``."""
        n, k = self.forward.indices.shape
        if k < 3:
            return np.zeros((0, 2))
        pairs = np.column_stack([np.arange(n), self.forward.indices[:, 1]])
        cosines = self.forward.cosines[:, 1].astype(np.float64)
        further = Neighbours(self.forward.cosines[:, 1:], self.forward.indices[:, 1:])
        _, gaps = _above_rivals(cosines, further, self.backward, pairs, self.own)
        return np.column_stack([self.scores(cosines, pairs), gaps])


def _products(rows: StoredVectors, vector: Vectors) -> Vectors:
    """The product of each row with the vector. Shape ``(n,)``."""
    parts = (np.asarray(rows[first : first + PAIRS_AT_ONCE], dtype=np.float32) for first in _firsts(len(rows)))
    return np.concatenate([part @ vector for part in parts])


def _firsts(n: int) -> range:
    """Where the parts of so many begin; of nothing there is one."""
    return range(0, max(1, n), PAIRS_AT_ONCE)


def _above_rivals(
    cosines: Floats, forward: Neighbours, backward: Neighbours, pairs: Indices, own: Indices
) -> tuple[Floats, Floats]:
    """Margin and gap of pairs: how far they stand above their rivals' mean, and above the best of them.

    A side without rivals is as the other; where neither has any, half the cosine stands for what a rival might reach.
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
    return cosines - means.mean(axis=0), cosines - bests.max(axis=0)


def _mutual_scores(
    source: Vectors, target: Vectors, source_mean: Vectors, target_mean: Vectors
) -> tuple[Floats, Floats]:
    """The best score of each source unit with any target unit, and the other way; shapes ``(n,)`` and ``(m,)``."""
    chance = ((source @ target_mean)[:, None] + (target @ source_mean)[None]) / 2
    scores = above_chance(source @ target.T, chance).astype(np.float64)
    return scores.max(axis=1), scores.max(axis=0)


_NO_NULL = Null(0.0, 0.0, 0.0, 0.0, 0)


def _nothing() -> Measures:
    """The measures of a comparison of which a side is empty."""
    nothing = np.zeros(0)
    return Measures(np.zeros((0, 2), dtype=np.int64), nothing, nothing, nothing, nothing, nothing, _NO_NULL)


def _cells(neighbours: Neighbours) -> Indices:
    n, k = neighbours.indices.shape
    return np.column_stack([np.repeat(np.arange(n), k), neighbours.indices.ravel()])
