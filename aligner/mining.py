"""Mining: best matches in both directions, whatever their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead
from aligner.document import DocumentPair
from aligner.embedding import Embedder, Side
from aligner.explanation import N_OTHERS, Candidate, Explanation, check_sentence
from aligner.margin import above_chance, distance_margin
from aligner.neighbours import nearest_both_ways

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Mining:
    """Finds the sentences of two documents that say the same, in any order; one setting for all languages.

    Attributes:
        embedder: the door to the encoder.
        k: neighbours on each side that the margin is measured against (Artetxe and Schwenk 2019).
        min_score: the absolute floor; a pair below it is no link however lonely it stands. High margins alone are
            often the worst pairs.
        min_margin: how far a pair must stand above its neighbours.
    """

    embedder: Embedder = field(repr=False)
    k: int = 4
    min_score: float = 0.5
    min_margin: float = 0.1

    name = "mining"

    def align(self, pair: DocumentPair) -> Alignment:
        """One bead ``1-1`` for each match, in order of the source."""
        sources, targets = pair.source.sentence_texts(), pair.target.sentence_texts()
        return Alignment(pair, tuple(self.mine(sources, targets)), self.name)

    def mine(self, sources: Sequence[str], targets: Sequence[str]) -> list[Bead]:
        """The translations among two unordered lists of sentences, as beads ``1-1`` in order of the source.

        A sentence that stands in its list several times is searched once; its copies are linked in turn.
        """
        source_places, target_places = _places(sources), _places(targets)
        source, target = self.embedder.side(list(source_places)), self.embedder.side(list(target_places))
        copies = [list(places.values()) for places in (source_places, target_places)]
        beads = [
            Bead((i,), (j,), *measures)
            for (p, q), measures in self._matches(source, target)
            for i, j in zip(copies[0][p], copies[1][q], strict=False)
        ]
        return sorted(beads, key=lambda bead: bead.source)

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation:
        """Why this sentence of the source is linked as it is: the nearest sentences, and what each of them fails.

        Only the ``k + 1`` nearest of each sentence are looked at. There are neither costs nor lengths to tell.

        Raises:
            ValueError: the source has no such sentence.
        """
        check_sentence(pair, sentence)
        sources, targets = pair.source.sentence_texts(), pair.target.sentence_texts()
        beads = self.mine(sources, targets)
        chosen = next((bead for bead in beads if sentence in bead.source), Bead((sentence,), ()))
        found = {targets[j] for j in chosen.target}
        taken = {bead.target[0]: bead.source[0] for bead in beads}
        others = sorted(self._nearest(sources, targets, sentence), key=lambda bead: -bead.margin)
        return Explanation(
            pair=pair,
            sentence=sentence,
            method=self.name,
            chosen=Candidate(chosen),
            others=tuple(
                Candidate(bead, reason=self._reason(bead, chosen, taken))
                for bead in others
                if targets[bead.target[0]] not in found
            )[:N_OTHERS],
        )

    def _nearest(self, sources: Sequence[str], targets: Sequence[str], sentence: int) -> Iterator[Bead]:
        """Links of this sentence with each that is near it, or to which it is near; copies by their first."""
        source_places, target_places = _places(sources), _places(targets)
        if sources[sentence] not in source_places or not target_places:
            return
        source, target = self.embedder.side(list(source_places)), self.embedder.side(list(target_places))
        pairs, *measures = self._measured(source, target)
        firsts = [places[0] for places in target_places.values()]
        for number in np.flatnonzero(pairs[:, 0] == list(source_places).index(sources[sentence])):
            score, cosine, margin = (float(measure[number]) for measure in measures)
            yield Bead((sentence,), (firsts[pairs[number, 1]],), score, cosine, margin)

    def _reason(self, bead: Bead, chosen: Bead, taken: Mapping[int, int]) -> str:
        """Why a link was not taken; ``taken`` gives the source sentence of each target sentence that is linked."""
        reasons = []
        if bead.score < self.min_score:
            reasons.append(f"score below {self.min_score}")
        if bead.margin < self.min_margin:
            reasons.append(f"margin below {self.min_margin}")
        if not reasons and (rival := taken.get(bead.target[0])) is not None:
            reasons.append(f"target sentence {bead.target[0]} goes to source sentence {rival}")
        if not reasons and chosen.is_link:
            reasons.append(f"target sentence {chosen.target[0]} matches better")
        return ", ".join(reasons)

    def _matches(self, source: Side, target: Side) -> Iterator[tuple[tuple[int, int], tuple[float, float, float]]]:
        """The pairs that are each other's best match, with score, cosine and margin, of distinct sentences."""
        if not len(source.vectors) or not len(target.vectors):
            return
        pairs, scores, cosines, margins = self._measured(source, target)
        good = (scores >= self.min_score) & (margins >= self.min_margin)
        for number in _best_first(pairs, margins, good):
            p, q = pairs[number].tolist()
            yield (p, q), (float(scores[number]), float(cosines[number]), float(margins[number]))

    def _measured(self, source: Side, target: Side) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """All pairs of near sentences, shape ``(p, 2)``, with their scores, cosines and margins, ``(p,)``."""
        pairs, cosines, margins = _candidates(source.vectors, target.vectors, self.k)
        chance = (source.vectors @ target.mean)[pairs[:, 0]] + (target.vectors @ source.mean)[pairs[:, 1]]
        return pairs, above_chance(cosines, chance / 2), cosines, margins


def _places(sentences: Iterable[str]) -> dict[str, list[int]]:
    """Where each distinct sentence stands, blank ones left out."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, sentence in enumerate(sentences):
        if sentence.strip():
            places[sentence].append(i)
    return dict(places)


def _candidates(source: Floats, target: Floats, k: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """All pairs of which one side is among the other's neighbours: indices ``(p, 2)``, cosines and margins ``(p,)``."""
    forward, backward = nearest_both_ways(source, target, k + 1)
    ahead = np.column_stack([np.repeat(np.arange(len(source)), forward.indices.shape[1]), forward.indices.ravel()])
    back = np.column_stack([backward.indices.ravel(), np.repeat(np.arange(len(target)), backward.indices.shape[1])])
    pairs, first = np.unique(np.concatenate([ahead, back]), axis=0, return_index=True)
    cosines = np.concatenate([forward.cosines.ravel(), backward.cosines.ravel()])[first]
    return pairs, cosines, distance_margin(cosines, forward, backward, pairs)


def _best_first(pairs: NDArray[np.int64], margins: Floats, good: NDArray[np.bool_]) -> Iterator[int]:
    """The numbers of the good pairs that are left when each takes its sentences, highest margin first."""
    taken_sources: set[int] = set()
    taken_targets: set[int] = set()
    numbers = np.flatnonzero(good)
    for number in numbers[np.argsort(-margins[numbers], kind="stable")]:
        i, j = pairs[number].tolist()
        if i not in taken_sources and j not in taken_targets:
            taken_sources.add(i)
            taken_targets.add(j)
            yield int(number)
