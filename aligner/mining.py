"""Mining: the pairs of sentences, or of parts and runs of them, that probably say the same, whatever their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from aligner.alignment import Alignment, Bead
from aligner.document import Document, DocumentPair
from aligner.embedding import Embedder
from aligner.explanation import N_OTHERS, Candidate, Explanation, check_sentence
from aligner.judging import MIN_GAIN, Comparison, Judge, Judged, Stretch
from aligner.relations import COVERED_CLAUSE
from aligner.segments import Segment, stretches

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
        """One bead for each match, in order of the source."""
        return self.align_all([pair])[0]

    def align_all(self, pairs: Sequence[DocumentPair]) -> list[Alignment]:
        """Each pair aligned; how likely a match is at all is told by all of them.

        A run of two sentences, or a part of one, takes the place of a sentence where it matches clearly better.
        """
        sides = [(_Side.of_document(pair.source), _Side.of_document(pair.target)) for pair in pairs]
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
        return self._mine([(_Side.of_list(sources), _Side.of_list(targets)) for sources, targets in sides], self.min_p)

    def _mine(self, sides: "Sequence[tuple[_Side, _Side]]", min_p: float) -> list[list[Bead]]:
        judged = self.judge.judge_all([_comparison(*both) for both in sides])
        return [
            sorted(self._beads(found, *both, min_p), key=lambda bead: (bead.source, bead.source_part or ()))
            for found, both in zip(judged, sides, strict=True)
        ]

    def _beads(self, judged: Judged, source: "_Side", target: "_Side", min_p: float) -> Iterator[Bead]:
        """The links left when each takes its characters, most probable first."""
        is_sentence = (judged.pairs < [source.n_sentences, target.n_sentences]).all(axis=1)
        is_clear = (judged.gain >= MIN_GAIN) & (judged.score >= COVERED_CLAUSE) & (judged.p >= self.min_p)
        numbers = np.flatnonzero((judged.p >= min_p) & (is_sentence | is_clear))
        numbers = numbers[~np.isin(numbers, list(_lesser(numbers.tolist(), judged, source, target)))]
        free = _Free(source), _Free(target)
        for number in numbers[np.argsort(-judged.p[numbers], kind="stable")].tolist():
            i, j = judged.pairs[number].tolist()
            places = free[0].of(i), free[1].of(j)
            if all(places):
                free[0].take(i)
                free[1].take(j)
                for one, other in zip(*places, strict=False):
                    yield _bead(one, other, judged, number)

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation:
        """Why this sentence of the source is linked as it is: the nearest sentences, and what each of them fails.

        There are neither costs nor lengths to tell.

        Raises:
            ValueError: the source has no such sentence.
        """
        check_sentence(pair, sentence)
        sides = _Side.of_document(pair.source), _Side.of_document(pair.target)
        judged = self.judge.judge_all([_comparison(*sides)])[0]
        beads = list(self._beads(judged, *sides, self.min_p))
        chosen = next((bead for bead in beads if sentence in bead.source), Bead((sentence,), ()))
        targets = pair.target.sentence_texts()
        found = {targets[j] for j in chosen.target}
        others = sorted(_nearest(judged, *sides, sentence), key=lambda bead: -bead.p)
        return Explanation(
            pair=pair,
            sentence=sentence,
            method=self.name,
            chosen=Candidate(chosen),
            others=tuple(
                Candidate(bead, reason=self._reason(bead, chosen, beads))
                for bead in others
                if targets[bead.target[0]] not in found
            )[:N_OTHERS],
        )

    def _reason(self, bead: Bead, chosen: Bead, taken: Sequence[Bead]) -> str:
        """Why a link of two sentences was not taken."""
        if bead.p < self.min_p:
            return f"p below {self.min_p}"
        if rival := next((link for link in taken if set(bead.target) & set(link.target)), None):
            return f"target sentence {bead.target[0]} goes to source sentence {rival.source[0]}"
        return f"target sentence {chosen.target[0]} matches better" if chosen.is_link else ""


def _nearest(judged: Judged, source: "_Side", target: "_Side", sentence: int) -> Iterator[Bead]:
    """Links of this sentence with each that is near it, or to which it is near; copies by their first."""
    own = Segment((sentence,))
    for number, (i, j) in enumerate(judged.pairs.tolist()):
        if j < target.n_sentences and i < source.n_sentences and own in source.places[i]:
            yield _bead(own, target.places[j][0], judged, number)


def _lesser(numbers: Sequence[int], judged: Judged, source: "_Side", target: "_Side") -> Iterator[int]:
    """The pairs that give way to others: a run to parts that share its sentences out, other parts to a run."""
    segments = {
        n: (source.places[i][0], target.places[j][0])
        for n, (i, j) in zip(numbers, judged.pairs[numbers].tolist(), strict=True)
    }
    parts: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (one, other) in segments.items():
        if one.part or other.part:
            parts[one.sentences[0], other.sentences[0]].append(number)
    for number, (one, other) in segments.items():
        if len(one.sentences) + len(other.sentences) > 2:
            first, second = (parts[cell] for cell in product(one.sentences, other.sentences))
            pairs = product(first, second)
            if any(not any(map(Segment.overlaps, segments[a], segments[b])) for a, b in pairs):
                yield number
            else:
                yield from (*first, *second)


@dataclass(frozen=True, slots=True)
class _Side:
    """What of one side is compared: its distinct sentences, blank ones left out, then the stretches beside them.

    ``texts`` are those of all, ``places`` where each stands; a sentence may have copies.
    """

    texts: tuple[str, ...]
    places: tuple[tuple[Segment, ...], ...]
    n_sentences: int

    @staticmethod
    def of_list(sentences: Iterable[str]) -> "_Side":
        places: dict[str, list[Segment]] = {}
        for i, sentence in enumerate(sentences):
            if sentence.strip():
                places.setdefault(sentence, []).append(Segment((i,)))
        return _Side(tuple(places), tuple(map(tuple, places.values())), len(places))

    @staticmethod
    def of_document(document: Document) -> "_Side":
        side, beside = _Side.of_list(document.sentence_texts()), list(stretches(document))
        return replace(
            side,
            texts=(*side.texts, *(text for _, text in beside)),
            places=(*side.places, *((segment,) for segment, _ in beside)),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        return self.texts[: self.n_sentences]

    def stretches(self) -> list[Stretch]:
        """The stretches by the numbers of the distinct sentences that they overlap with."""
        copies = self.places[: self.n_sentences]
        numbers = {place.sentences[0]: number for number, places in enumerate(copies) for place in places}
        return [
            Stretch(text, (numbers[place.sentences[0]], numbers[place.sentences[-1]]))
            for text, (place,) in zip(self.texts[self.n_sentences :], self.places[self.n_sentences :], strict=True)
        ]


def _comparison(source: _Side, target: _Side) -> Comparison:
    return Comparison(
        source.sentences,
        target.sentences,
        source_stretches=source.stretches(),
        target_stretches=target.stretches(),
    )


class _Free:
    """What of a side no link holds yet."""

    def __init__(self, side: _Side) -> None:
        self._side = side
        self._taken: dict[int, list[Segment]] = {}

    def of(self, number: int) -> list[Segment]:
        """The places of this sentence or stretch that are free."""
        return [place for place in self._side.places[number] if not any(map(place.overlaps, self._near(place)))]

    def take(self, number: int) -> None:
        """Take all places: copies without a counterpart are not left to other links."""
        for place in self._side.places[number]:
            for i in place.sentences:
                self._taken.setdefault(i, []).append(place)

    def _near(self, place: Segment) -> Iterator[Segment]:
        return (taken for i in place.sentences for taken in self._taken.get(i, ()))


def _bead(source: Segment, target: Segment, judged: Judged, number: int) -> Bead:
    score, cosine, margin, p = (float(part[number]) for part in (judged.score, judged.cosine, judged.margin, judged.p))
    return Bead(
        source.sentences,
        target.sentences,
        score,
        cosine,
        margin,
        p=p,
        source_part=source.part,
        target_part=target.part,
    )
