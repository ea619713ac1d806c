"""How like documents are, sentence by sentence: arrays and numbers of documents only.

What is done for one group of documents needs nothing of the others', so that groups may be worked off anywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.cores import on_all_cores
from aligner.margin import distance_margin
from aligner.memory import room
from aligner.neighbours import TILE, Neighbours, is_mutual, merged, nearest, nearest_both_ways, stacked
from aligner.path import longest_rise

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

STEP = 3
"""Two matches follow each other when the second stands at most this many sentences further on in the target."""

EXACT = 1 << 30
"""Pairs of sentences up to which all are compared: a quarter of a minute of one core."""

SAMPLE, FINE_SAMPLE = 1 << 12, 1 << 17
"""Sentences that stand for all of a language beyond that, at first, and where the first look finds evidence."""

GROUP = 256
"""Pairs of small documents that are compared as one task: some 30 ms."""

GOLDEN = 0.618034
"""Steps by this part of a whole fall together with no rhythm of a text."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two documents are, sentence by sentence.

    Two sentences match when each is the other's nearest in the two documents and their cosine reaches a floor.

    Attributes:
        score: mean cosine of each sentence to its nearest on the other side, both directions; in ``[0, 1]``.
        n: sentences of the shorter document.
        n_matches: how many sentences match.
        shares: share of the sentences that match, source and target.
        order: share of the matches on the longest rising chain of them; 1 where order is kept throughout.
        flow: share of consecutive matches that follow each other closely; high in translations, moved blocks
            included, low among independent texts.
        evidence: sum of the margins of the matches that stand clear of both languages' other sentences, so that
            what every document says is no evidence.
    """

    score: float
    n: int
    n_matches: int
    shares: tuple[float, float]
    order: float
    flow: float
    evidence: float


@dataclass(frozen=True)
class Sentences:
    """The sentences of all documents of a language: ``vectors`` ``(n, dim)``; those of ``d`` from ``bounds[d]`` on."""

    vectors: Floats
    bounds: Indices

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.bounds) - 1

    @property
    def sizes(self) -> Indices:
        """How many sentences each document has."""
        return np.diff(self.bounds)

    def of(self, number: int) -> Floats:
        """The vectors of one document."""
        return self.vectors[self.bounds[number] : self.bounds[number + 1]]

    def means(self) -> Floats:
        """The direction of each document's mean vector; zero for an empty one. Shape ``(documents, dim)``."""
        sums = np.stack([self.of(number).sum(axis=0) for number in range(len(self))])
        means: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return means

    def sample(self, size: int) -> Indices:
        """So many sentences spread evenly over the documents, or all; the same ones in every run. Rising."""
        n = len(self.vectors)
        starts = np.arange(min(n, size) + 1) * n // min(n, size)
        places = np.arange(min(n, size)) * GOLDEN % 1
        return np.asarray(starts[:-1] + (places * np.diff(starts)).astype(np.int64))

    def nearest(self, queries: Floats, size: int, k: int) -> Neighbours:
        """The ``k`` nearest of each query in a sample of this size."""
        if size >= len(self.vectors):
            return nearest_both_ways(queries, self.vectors, k)[0]
        chosen = self.sample(size)
        keys = np.take(self.vectors, chosen, axis=0, out=room((size, self.vectors.shape[1])), mode="clip")
        near = nearest_both_ways(queries, keys, k)[0]
        return Neighbours(near.cosines, chosen[near.indices])


@dataclass(frozen=True)
class Comparison:
    """All that is needed to compare documents of one language with documents of another.

    Attributes:
        sources, targets: their sentences.
        forward, backward: the nearest sentences of the other language of each sentence, one more than a margin counts.
        min_match: the least cosine of two sentences that match.
        min_margin: the least margin of a match that is evidence.
        is_sampled: whether the nearest are those of a sample: evidence may be too much then, and is never too little.
    """

    sources: Sentences
    targets: Sentences
    forward: Neighbours
    backward: Neighbours
    min_match: float
    min_margin: float
    is_sampled: bool

    @staticmethod
    def of(
        sources: Sentences, targets: Sentences, cells: Indices, k: int, *, min_match: float, min_margin: float
    ) -> "Comparison":
        """All that is needed to compare the two documents of each cell.

        The ``k`` nearest of each sentence are looked for among all of the other language up to ``EXACT`` pairs of
        sentences; so they are where the documents of the cells hold every second pair. Otherwise each sentence is
        compared with a sample of the other language and with all sentences of the documents that its own is compared
        with, which are those most like it: so time grows with the number of sentences, not with its square, and both
        what every document says and what its likes say count.

        Args:
            sources: the sentences of one language.
            targets: those of the other.
            cells: shape ``(c, 2)``, the documents that will be compared, sorted.
            k: how many sentences around it a margin counts.
            min_match: see above.
            min_margin: see above.
        """
        n_compared = int(sources.sizes[cells[:, 0]] @ targets.sizes[cells[:, 1]])
        is_sampled = len(sources.vectors) * len(targets.vectors) > max(EXACT, 2 * n_compared)
        if is_sampled:
            forward = _with_all_partners(targets.nearest(sources.vectors, SAMPLE, k + 1), sources, targets, cells)
            backward = _with_all_partners(
                sources.nearest(targets.vectors, SAMPLE, k + 1), targets, sources, _sorted(cells[:, ::-1])
            )
        else:
            forward, backward = nearest_both_ways(sources.vectors, targets.vectors, k + 1)
        return Comparison(sources, targets, forward, backward, min_match, min_margin, is_sampled)

    @staticmethod
    def within(sentences: Sentences, cells: Indices, k: int, *, min_match: float, min_margin: float) -> "Comparison":
        """All that is needed to compare the two documents of each cell, both of one language.

        The nearest of each sentence are those in the documents that its own is compared with: not its own, where it
        stands itself. The arguments are as for ``of``.
        """
        shape = len(sentences.vectors), k + 1
        none = Neighbours(np.full(shape, -1, dtype=np.float32), np.full(shape, -1, dtype=np.int64))
        near = _with_all_partners(none, sentences, sentences, _sorted(np.concatenate([cells, cells[:, ::-1]])))
        return Comparison(sentences, sentences, near, near, min_match, min_margin, is_sampled=False)

    def refined(self, cells: Indices) -> "Comparison":
        """The same, the neighbours of what is evidence in these cells looked for in a larger sample, too."""
        found = self._found(cells)
        places = np.concatenate([one.places[margins >= self.min_margin] for one, margins in found])
        rows, columns = map(np.unique, places.T)
        return replace(
            self,
            forward=_refined(self.forward, rows, self.sources, self.targets),
            backward=_refined(self.backward, columns, self.targets, self.sources),
        )

    def compare(self, cells: Indices) -> list[Likeness]:
        """How like the two documents of each cell are.

        Args:
            cells: shape ``(c, 2)``, the numbers of a source and a target document each.
        """
        return [self._likeness(one, margins) for one, margins in self._found(cells)]

    def _found(self, cells: Indices) -> list[tuple["_Matches", Floats]]:
        """The matches of each cell, with their margins."""
        found = [self._match(i, j) for i, j in cells.tolist()]
        places = np.concatenate([one.places for one in found])
        margins = distance_margin(np.concatenate([one.cosines for one in found]), self.forward, self.backward, places)
        ends = np.cumsum([len(one.places) for one in found])
        return list(zip(found, np.split(margins, ends[:-1]), strict=True))

    def _match(self, i: int, j: int) -> "_Matches":
        """The matches of two documents."""
        source, target = self.sources.of(i), self.targets.of(j)
        if not len(source) or not len(target):
            return _Matches(0.0, (0, 0), np.empty(0, np.float32), np.empty((0, 2), np.int64), ())
        if len(self.sources) == len(self.targets) == 1:
            forward, backward = self.forward.first(1), self.backward.first(1)
        else:
            forward, backward = nearest_both_ways(source, target, 1)
        best, cosines = forward.indices[:, 0], forward.cosines[:, 0]
        is_match = is_mutual(forward, backward) & (cosines >= self.min_match)
        rows, columns = np.flatnonzero(is_match), best[is_match]
        return _Matches(
            score=(float(cosines.mean()) + float(backward.cosines.mean())) / 2,
            sizes=(len(source), len(target)),
            cosines=cosines[rows],
            places=np.column_stack([rows + self.sources.bounds[i], columns + self.targets.bounds[j]]),
            columns=columns.tolist(),
        )

    def _likeness(self, found: "_Matches", margins: Floats) -> Likeness:
        """What the matches of two documents and the margins of these say."""
        n_matches = len(margins)
        if not min(found.sizes):
            return Likeness(0.0, 0, 0, (0.0, 0.0), 0.0, 0.0, 0.0)
        n, m = found.sizes
        return Likeness(
            score=min(1.0, max(0.0, found.score)),
            n=min(n, m),
            n_matches=n_matches,
            shares=(n_matches / n, n_matches / m),
            order=len(longest_rise(found.columns)) / max(1, n_matches),
            flow=_share(0 < later - earlier <= STEP for earlier, later in pairwise(found.columns)),
            evidence=float(margins[margins >= self.min_margin].sum()),
        )

    def tasks(self, cells: Indices) -> tuple[list[Indices], list[Indices]]:
        """The cells in groups: those of large documents one by one, each work for all cores, and the small ones."""
        is_large = (self.sources.sizes[cells[:, 0]] > TILE) | (self.targets.sizes[cells[:, 1]] > TILE)
        large, small = cells[is_large], cells[~is_large]
        return [large[[n]] for n in range(len(large))], [small[n : n + GROUP] for n in range(0, len(small), GROUP)]


@dataclass(frozen=True, slots=True)
class _Matches:
    """The matches of two documents.

    ``places``: shape ``(p, 2)``, the numbers of both sentences in their languages; ``cosines``: shape ``(p,)``;
    ``columns``: the target sentences by their numbers in the document; ``sizes``: how many sentences there are.
    """

    score: float
    sizes: tuple[int, int]
    cosines: Floats
    places: Indices
    columns: Sequence[int]


def _with_all_partners(known: Neighbours, queries: Sentences, keys: Sentences, cells: Indices) -> Neighbours:
    """The nearest keys of each query among those known already and those in the documents of its document's cells."""
    starts = np.searchsorted(cells[:, 0], np.arange(len(queries) + 1))

    def complete(number: int) -> Neighbours:
        rows = slice(queries.bounds[number], queries.bounds[number + 1])
        own = Neighbours(known.cosines[rows], known.indices[rows])
        return with_partners(own, queries.vectors[rows], keys, cells[starts[number] : starts[number + 1], 1])

    k = known.indices.shape[1]
    groups = _runs(np.arange(len(queries)), queries.sizes)
    return stacked(on_all_cores(lambda numbers: stacked(list(map(complete, numbers.tolist())), k), groups), k)


def with_partners(known: Neighbours, queries: Floats, keys: Sentences, partners: Indices) -> Neighbours:
    """The nearest keys of the queries among those that are known already and those in the partners, by number."""
    for numbers in _runs(partners, keys.sizes[partners]):
        places = np.concatenate([np.arange(keys.bounds[j], keys.bounds[j + 1]) for j in numbers.tolist()])
        near = nearest(queries, keys.vectors[places], known.indices.shape[1])
        known = _joined(known, Neighbours(near.cosines, places[near.indices]), np.isin(known.indices, places))
    return known


def _refined(known: Neighbours, numbers: Indices, queries: Sentences, keys: Sentences) -> Neighbours:
    """The nearest keys of all queries, those of these numbers among a larger sample, too."""
    near = keys.nearest(queries.vectors[numbers], FINE_SAMPLE, known.indices.shape[1])
    old = Neighbours(known.cosines[numbers], known.indices[numbers])
    new = _joined(old, near, np.isin(old.indices, keys.sample(FINE_SAMPLE)))
    found = Neighbours(known.cosines.copy(), known.indices.copy())
    found.cosines[numbers], found.indices[numbers] = new.cosines, new.indices
    return found


def _joined(known: Neighbours, near: Neighbours, is_among: NDArray[np.bool_]) -> Neighbours:
    """As many nearest of both as are known; what is known and was looked at again is told, so that it counts once."""
    cosines = np.where(is_among, np.float32(-np.inf), known.cosines)
    return merged(Neighbours(cosines, known.indices), near, known.indices.shape[1])


def _sorted(cells: Indices) -> Indices:
    return cells[np.lexsort((cells[:, 1], cells[:, 0]))]


def _runs(numbers: Indices, sizes: Indices) -> list[Indices]:
    """These documents in runs of about ``TILE`` sentences."""
    return np.split(numbers, np.flatnonzero(np.diff(np.cumsum(sizes) // TILE)) + 1) if len(numbers) else []


def _share(statements: Iterable[bool]) -> float:
    """Which share of the statements is true; 1 of none."""
    values = list(statements)
    return sum(values) / len(values) if values else 1.0
