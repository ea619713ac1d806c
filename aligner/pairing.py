"""Pairing: which documents belong together, and how."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from aligner.document import Document, DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.engine import at_once
from aligner.likeness import Comparison, Likeness, Sentences
from aligner.neighbours import nearest, nearest_both_ways

Indices = NDArray[np.int64]
Cell = tuple[int, int]
"""A source and a target document, by number."""

Judged = tuple[Relation, float]
"""How two documents belong together, and their score."""

TRANSLATIONS = (Relation.PARALLEL, Relation.PARTIAL)

N_KIN = 50
"""Documents of its own language that each is compared with: mostly more than tell of one event."""


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
        sides = self._sentences(sources), self._sentences(targets)
        named = set(_same_name(sources, targets, names))
        cells = self._candidates(*sides, named)
        comparison = self._comparison(*sides, cells)

        judged = self._judge_all(comparison, cells, named)
        if comparison.is_sampled and (doubtful := sorted(_comparable(judged))):
            rest = {cell: judged[cell] for cell in judged.keys() - set(doubtful)}
            cells = np.array(doubtful, dtype=np.int64)
            judged = rest | self._judge_all(comparison.refined(cells), cells, named)
        return [
            DocumentPair(sources[i], targets[j], *judged[i, j])
            for i, j in sorted(_choose(judged, named), key=lambda cell: (cell[0], -judged[cell][1], cell[1]))
        ]

    def kin(self, documents: Sequence[Document]) -> list[DocumentPair]:
        """The comparable pairs among documents of one language, in their order.

        Up to ``N_KIN`` documents each is compared with all others, and what all of them say counts: they may all tell
        of one event. Of more each is compared with so many that are nearest by mean vector, and what these say, too, is
        no evidence, as it is none between two languages: that may be what all documents of a site end with.
        """
        if len(documents) <= N_KIN:
            found = (self.pair([one], documents[number:], {}) for number, one in enumerate(documents, 1))
            return [pair for pairs in found for pair in pairs if pair.relation is Relation.COMPARABLE]
        sentences = self._sentences(documents)
        means = sentences.means()
        near = nearest(means, means, N_KIN + 1).indices
        both = np.column_stack([np.repeat(np.arange(len(near)), near.shape[1]), near.ravel()])
        cells = np.unique(np.sort(both[both[:, 0] != both[:, 1]], axis=1), axis=0)
        comparison = Comparison.within(sentences, cells, self.k, min_match=self.min_match, min_margin=self.min_margin)
        judged = self._judge_all(comparison, cells, set())
        return [DocumentPair(documents[i], documents[j], *judged[i, j]) for i, j in sorted(_comparable(judged))]

    def compare(self, source: Document, target: Document) -> DocumentPair:
        """How two documents belong together, whatever their names."""
        cells = np.zeros((1, 2), dtype=np.int64)
        (likeness,) = self._comparison(self._sentences([source]), self._sentences([target]), cells).compare(cells)
        return DocumentPair(source, target, self.judge(likeness), likeness.score)

    def _candidates(self, sources: Sentences, targets: Sentences, named: Iterable[Cell]) -> Indices:
        """Each document with its nearest of the other language by mean vector, both directions, and those by name.

        Returns:
            Shape ``(c, 2)``, sorted.
        """
        forward, backward = (
            found.indices for found in nearest_both_ways(sources.means(), targets.means(), self.n_candidates)
        )
        cells = [
            np.column_stack([np.repeat(np.arange(len(forward)), forward.shape[1]), forward.ravel()]),
            np.column_stack([backward.ravel(), np.repeat(np.arange(len(backward)), backward.shape[1])]),
            np.array(sorted(named), dtype=np.int64).reshape(-1, 2),
        ]
        return np.unique(np.concatenate(cells), axis=0)

    def _comparison(self, sources: Sentences, targets: Sentences, cells: Indices) -> Comparison:
        return Comparison.of(sources, targets, cells, self.k, min_match=self.min_match, min_margin=self.min_margin)

    def _judge_all(self, comparison: Comparison, cells: Indices, named: Set[Cell]) -> dict[Cell, Judged]:
        """The cells whose documents have something in common, or one name."""
        judge = partial(self._judged, comparison, named)
        large, small = comparison.tasks(cells)
        return dict(chain.from_iterable([*map(judge, large), *at_once(judge, small, "comparing", len)]))

    def _judged(self, comparison: Comparison, named: Set[Cell], cells: Indices) -> list[tuple[Cell, Judged]]:
        """The cells whose documents have something in common, or one name, with relation and score."""
        found: list[tuple[Cell, Judged]] = []
        for (i, j), likeness in zip(cells.tolist(), comparison.compare(cells), strict=True):
            is_named = (i, j) in named
            relation = self.judge(likeness, is_named=is_named)
            if is_named or relation is not Relation.UNRELATED:
                found.append(((i, j), (relation, likeness.score)))
        return found

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

    def _sentences(self, documents: Sequence[Document]) -> Sentences:
        """The distinct sentences of each document, all of them embedded as one side; blank ones left out."""
        texts = [document.sentence_texts() for document in documents]
        side, bounds = self.embedder.side_of_all(texts, f"encoding {documents[0].lang}")
        return Sentences(side.vectors, bounds)


def _comparable(judged: Mapping[Cell, Judged]) -> set[Cell]:
    return {cell for cell, (relation, _) in judged.items() if relation is Relation.COMPARABLE}


def _choose(judged: Mapping[Cell, Judged], named: Set[Cell]) -> set[Cell]:
    """Translations one to one, the best first; all comparable pairs; pairs by name that are not kept otherwise."""
    translations = [cell for cell, (relation, _) in judged.items() if relation in TRANSLATIONS]
    chosen = {cell for cell, (relation, _) in judged.items() if relation not in TRANSLATIONS}
    settled: tuple[set[int], set[int]] = (set(), set())
    for i, j in sorted(translations, key=lambda cell: (cell not in named, -judged[cell][1], cell)):
        if i not in settled[0] and j not in settled[1]:
            chosen.add((i, j))
            settled[0].add(i)
            settled[1].add(j)
    return chosen


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
