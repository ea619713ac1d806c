"""Pairing: which documents belong together, and how."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.document import Document, DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.margin import distance_margin
from aligner.neighbours import is_mutual, nearest_both_ways
from aligner.path import longest_rise

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Cell = tuple[int, int]
"""A source and a target document, by number."""

TRANSLATIONS = (Relation.PARALLEL, Relation.PARTIAL)

STEP = 3
"""Two matches follow each other when the second stands at most this many sentences further on in the target."""


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
class Pairing:
    """Finds the pairs among two languages' documents: candidates by mean vector and name, then sentence by sentence.

    The score is the mean of sentence-wise best cosines (BiMax: Wang et al. 2025). Cuts are as measured on the
    development sets (``docs/quality.md``); one setting for all.

    Attributes:
        embedder: the door to the encoder.
        n_candidates: documents of the other language looked at for each document.
        k: neighbours on each side that a match's margin is measured against.
        min_match: the least cosine of two sentences that match.
        min_margin: the least margin of a match that is evidence.
        min_translation: the least score of a translation, for documents without end; ``doubt / sqrt(n)`` is asked
            on top, since few sentences match by chance more easily, unless the names pair.
        min_flow: the least flow of a translation; twice that makes a translation of any score, if at least ``min_run``
            sentences match and they are ``min_share`` of one side, unless the names pair: an excerpt of a long text.
        min_order, min_share: what tells whole translations from partial ones.
        min_evidence: the least evidence that two documents are comparable.
    """

    embedder: Embedder = field(repr=False)
    n_candidates: int = 10
    k: int = 4
    min_match: float = 0.5
    min_margin: float = 0.1
    min_translation: float = 0.55
    doubt: float = 0.2
    min_flow: float = 0.3
    min_run: int = 8
    min_order: float = 0.9
    min_share: float = 0.6
    min_evidence: float = 0.15

    def pair(
        self, sources: Sequence[Document], targets: Sequence[Document], names: Mapping[str, str]
    ) -> list[DocumentPair]:
        """The pairs that belong together, and those whose names say so although their texts do not.

        A document has one translation at most: the best, the partner by name before all others. Every pair that
        shares matter without being a translation is comparable; a rival of a translation is neither.

        Args:
            sources: documents of one language.
            targets: documents of another.
            names: for each document id what is left of its path without language and suffix; equal names pair.

        Returns:
            Pairs in order of the sources, then by falling score; pairs of equal name whose texts are unrelated come
            as ``Relation.UNRELATED``.
        """
        if not sources or not targets:
            return []
        comparison = _Comparison(self, self._sentences(sources), self._sentences(targets))
        named = set(_same_name(sources, targets, names))
        judged = {}
        for i, j in sorted(named | set(comparison.candidates())):
            likeness = comparison.compare(i, j)
            judged[i, j] = likeness, self.judge(likeness, is_named=(i, j) in named)
        return [
            DocumentPair(sources[i], targets[j], judged[i, j][1], judged[i, j][0].score)
            for i, j in sorted(_choose(judged, named), key=lambda cell: (cell[0], -judged[cell][0].score, cell[1]))
        ]

    def compare(self, source: Document, target: Document) -> DocumentPair:
        """How two documents belong together, whatever their names."""
        likeness = _Comparison(self, self._sentences([source]), self._sentences([target])).compare(0, 0)
        return DocumentPair(source, target, self.judge(likeness), likeness.score)

    def judge(self, likeness: Likeness, *, is_named: bool = False) -> Relation:
        """The relation that a likeness speaks for; equal names dispel the doubt where few match."""
        if self._is_translation(likeness, is_named=is_named):
            is_whole = min(likeness.shares) >= self.min_share and likeness.order >= self.min_order
            return Relation.PARALLEL if is_whole else Relation.PARTIAL
        return Relation.COMPARABLE if likeness.evidence >= self.min_evidence else Relation.UNRELATED

    def _is_translation(self, likeness: Likeness, *, is_named: bool) -> bool:
        doubt = 0.0 if is_named else self.doubt
        is_close = likeness.score - doubt / max(1, likeness.n) ** 0.5 >= self.min_translation
        is_most = is_named or max(likeness.shares) >= self.min_share
        is_excerpt = likeness.n_matches >= self.min_run and is_most
        if is_close:
            return likeness.flow >= self.min_flow
        return is_excerpt and likeness.flow >= 2 * self.min_flow

    def _sentences(self, documents: Sequence[Document]) -> "_Sentences":
        """The distinct sentences of each document, all of them embedded as one side; blank ones left out."""
        texts = [document.sentence_texts() for document in documents]
        side, bounds = self.embedder.side_of_all(texts, f"encoding {documents[0].lang}")
        return _Sentences(side.vectors, bounds)


@dataclass(frozen=True)
class _Sentences:
    """The sentences of all documents of a language: ``vectors`` ``(n, dim)``; those of ``d`` from ``bounds[d]`` on."""

    vectors: Floats
    bounds: Indices

    def of(self, number: int) -> Floats:
        return self.vectors[self.bounds[number] : self.bounds[number + 1]]

    def means(self) -> Floats:
        """The direction of each document's mean vector; zero for an empty one. Shape ``(documents, dim)``."""
        n = len(self.bounds) - 1
        sums = np.stack([self.of(number).sum(axis=0) for number in range(n)])
        means: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return means


class _Comparison:
    """All that is needed to compare any document of one language with any of the other."""

    def __init__(self, cuts: Pairing, sources: _Sentences, targets: _Sentences) -> None:
        self.cuts, self.sources, self.targets = cuts, sources, targets
        self.forward, self.backward = nearest_both_ways(sources.vectors, targets.vectors, cuts.k + 1)

    def candidates(self) -> Iterator[Cell]:
        """Each document with its nearest of the other language by mean vector, both directions."""
        rows, columns = self.sources.means(), self.targets.means()
        forward, backward = nearest_both_ways(rows, columns, self.cuts.n_candidates)
        for i, found in enumerate(forward.indices.tolist()):
            yield from ((i, j) for j in found)
        for j, found in enumerate(backward.indices.tolist()):
            yield from ((i, j) for i in found)

    def compare(self, i: int, j: int) -> Likeness:
        """How like source document ``i`` and target document ``j`` are."""
        source, target = self.sources.of(i), self.targets.of(j)
        n, m = len(source), len(target)
        if not n or not m:
            return Likeness(0.0, 0, 0, (0.0, 0.0), 0.0, 0.0, 0.0)
        forward, backward = nearest_both_ways(source, target, 1)
        best, cosines = forward.indices[:, 0], forward.cosines[:, 0]
        is_match = is_mutual(forward, backward) & (cosines >= self.cuts.min_match)
        rows, columns = np.flatnonzero(is_match), best[is_match]
        places = np.column_stack([rows + self.sources.bounds[i], columns + self.targets.bounds[j]])
        margins = distance_margin(cosines[rows], self.forward, self.backward, places)
        score = (float(cosines.mean()) + float(backward.cosines.mean())) / 2
        return Likeness(
            score=min(1.0, max(0.0, score)),
            n=min(n, m),
            n_matches=len(rows),
            shares=(len(rows) / n, len(rows) / m),
            order=len(longest_rise(columns.tolist())) / max(1, len(rows)),
            flow=_share(0 < later - earlier <= STEP for earlier, later in pairwise(columns.tolist())),
            evidence=float(margins[margins >= self.cuts.min_margin].sum()),
        )


def _choose(judged: Mapping[Cell, tuple[Likeness, Relation]], named: set[Cell]) -> set[Cell]:
    """Translations one to one, the best first; all comparable pairs; pairs by name that are not kept otherwise."""
    translations = [cell for cell, (_, relation) in judged.items() if relation in TRANSLATIONS]
    chosen: set[Cell] = set()
    settled: tuple[set[int], set[int]] = (set(), set())
    for i, j in sorted(translations, key=lambda cell: (cell not in named, -judged[cell][0].score, cell)):
        if i not in settled[0] and j not in settled[1]:
            chosen.add((i, j))
            settled[0].add(i)
            settled[1].add(j)
    for cell, (_, relation) in judged.items():
        if relation is Relation.COMPARABLE or (relation is Relation.UNRELATED and cell in named):
            chosen.add(cell)
    return chosen


def _share(statements: Iterable[bool]) -> float:
    """Which share of the statements is true; 1 of none."""
    values = list(statements)
    return sum(values) / len(values) if values else 1.0


def _same_name(sources: Sequence[Document], targets: Sequence[Document], names: Mapping[str, str]) -> Iterator[Cell]:
    """The cells of pairs of equal name, where no other document of either side has it."""
    by_name = [_by_name(documents, names) for documents in (sources, targets)]
    for name, rows in by_name[0].items():
        columns = by_name[1].get(name, [])
        if len(rows) == len(columns) == 1:
            yield rows[0], columns[0]


def _by_name(documents: Sequence[Document], names: Mapping[str, str]) -> dict[str, list[int]]:
    by_name: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        if name := names.get(document.id, ""):
            by_name.setdefault(name, []).append(number)
    return by_name
