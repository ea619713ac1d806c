"""Mining: the pairs of sentences that probably say the same, whatever their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead
from aligner.document import DocumentPair
from aligner.embedding import Embedder
from aligner.explanation import N_OTHERS, Candidate, Explanation, check_sentence
from aligner.judging import Comparison, Judge, Judged

Places = dict[str, list[int]]

MIN_RELATED = 0.1
"""The least probability of a pair that is worth telling although it is no link."""


@dataclass(frozen=True)
class Mining:
    """Finds the sentences of two documents that say the same, in any order; one setting for all languages.

    Attributes:
        embedder: the door to the encoder.
        others: further encoders that are asked, too; see ``Judge``.
        min_p: the least calibrated probability of a link, in ``[0, 1]``.
    """

    embedder: Embedder = field(repr=False)
    others: tuple[Embedder, ...] = field(default=(), repr=False)
    min_p: float = 0.5

    name = "mining"

    @property
    def judge(self) -> Judge:
        """What says how probable a link is."""
        return Judge([self.embedder, *self.others])

    def align(self, pair: DocumentPair) -> Alignment:
        """One bead ``1-1`` for each match, in order of the source."""
        return self.align_all([pair])[0]

    def align_all(self, pairs: Sequence[DocumentPair]) -> list[Alignment]:
        """Each pair aligned; how likely a match is at all is told by all of them."""
        sides = [(pair.source.sentence_texts(), pair.target.sentence_texts()) for pair in pairs]
        alignments = []
        for pair, beads in zip(pairs, self._mine(sides, min(self.min_p, MIN_RELATED)), strict=True):
            links, related = (
                [bead for bead in beads if (bead.p >= self.min_p) is is_link] for is_link in (True, False)
            )
            alignments.append(Alignment(pair, tuple(links), self.name, tuple(related)))
        return alignments

    def mine(self, sources: Sequence[str], targets: Sequence[str]) -> list[Bead]:
        """The sentences of two unordered lists that say the same, as beads ``1-1`` in order of the source.

        A sentence that stands in its list several times is searched once; its copies are linked in turn.
        """
        return self.mine_all([(sources, targets)])[0]

    def mine_all(self, sides: Iterable[tuple[Sequence[str], Sequence[str]]]) -> list[list[Bead]]:
        """``mine`` for several pairs of lists, each for itself but for how likely a match is at all."""
        return self._mine(sides, self.min_p)

    def _mine(self, sides: Iterable[tuple[Sequence[str], Sequence[str]]], min_p: float) -> list[list[Bead]]:
        places = [(_places(sources), _places(targets)) for sources, targets in sides]
        judged = self.judge.judge_all([Comparison(list(source), list(target)) for source, target in places])
        return [
            sorted(_beads(found, *both, min_p), key=lambda bead: bead.source)
            for found, both in zip(judged, places, strict=True)
        ]

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation:
        """Why this sentence of the source is linked as it is: the nearest sentences, and what each of them fails.

        There are neither costs nor lengths to tell.

        Raises:
            ValueError: the source has no such sentence.
        """
        check_sentence(pair, sentence)
        sources, targets = pair.source.sentence_texts(), pair.target.sentence_texts()
        both = _places(sources), _places(targets)
        judged = self.judge.judge_all([Comparison(list(both[0]), list(both[1]))])[0]
        beads = list(_beads(judged, *both, self.min_p))
        chosen = next((bead for bead in beads if sentence in bead.source), Bead((sentence,), ()))
        found = {targets[j] for j in chosen.target}
        taken = {bead.target[0]: bead.source[0] for bead in beads}
        others = sorted(_nearest(judged, *both, sources[sentence], sentence), key=lambda bead: -bead.p)
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

    def _reason(self, bead: Bead, chosen: Bead, taken: Mapping[int, int]) -> str:
        """Why a link was not taken; ``taken`` gives the source sentence of each target sentence that is linked."""
        if bead.p < self.min_p:
            return f"p below {self.min_p}"
        if (rival := taken.get(bead.target[0])) is not None:
            return f"target sentence {bead.target[0]} goes to source sentence {rival}"
        return f"target sentence {chosen.target[0]} matches better" if chosen.is_link else ""


def _beads(judged: Judged, source_places: Places, target_places: Places, min_p: float) -> Iterator[Bead]:
    """The links left when each takes its sentences, most probable first."""
    copies = [list(places.values()) for places in (source_places, target_places)]
    for number in _best_first(judged.pairs, judged.p, judged.p >= min_p):
        i, j = judged.pairs[number].tolist()
        for source, target in zip(copies[0][i], copies[1][j], strict=False):
            yield _bead(source, target, judged, number)


def _nearest(judged: Judged, source_places: Places, target_places: Places, text: str, sentence: int) -> Iterator[Bead]:
    """Links of this sentence with each that is near it, or to which it is near; copies by their first."""
    if text in source_places:
        firsts = [places[0] for places in target_places.values()]
        for number in np.flatnonzero(judged.pairs[:, 0] == list(source_places).index(text)).tolist():
            yield _bead(sentence, firsts[judged.pairs[number, 1]], judged, number)


def _bead(source: int, target: int, judged: Judged, number: int) -> Bead:
    score, cosine, margin, p = (float(part[number]) for part in (judged.score, judged.cosine, judged.margin, judged.p))
    return Bead((source,), (target,), score, cosine, margin, p=p)


def _places(sentences: Iterable[str]) -> Places:
    """Where each distinct sentence stands, blank ones left out."""
    places: Places = defaultdict(list)
    for i, sentence in enumerate(sentences):
        if sentence.strip():
            places[sentence].append(i)
    return dict(places)


def _best_first(pairs: NDArray[np.int64], values: NDArray[np.float64], good: NDArray[np.bool_]) -> Iterator[int]:
    """The numbers of the good pairs that are left when each takes its sentences, highest value first."""
    taken_sources: set[int] = set()
    taken_targets: set[int] = set()
    numbers = np.flatnonzero(good)
    for number in numbers[np.argsort(-values[numbers], kind="stable")].tolist():
        i, j = pairs[number].tolist()
        if i not in taken_sources and j not in taken_targets:
            taken_sources.add(i)
            taken_targets.add(j)
            yield number
