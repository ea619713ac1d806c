"""Mining: the pairs of sentences, or of parts and runs of them, that probably say the same, whatever their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import nan

import numpy as np

from aligner.alignment import Alignment, Bead
from aligner.document import Document, DocumentPair, Lock
from aligner.embedding import Embedder
from aligner.explanation import N_OTHERS, Candidate, Explanation, check_sentence
from aligner.judging import MIN_GAIN, Comparison, Judge, Judged, Stretch
from aligner.lists import EXACT, Distinct, Mined, mine_lists
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

        A run of two sentences, or a part of one, takes the place of a sentence where it matches clearly better. What a
        pair has locked stands as it is, and its characters are in no other link; what it has rejected is not found, as
        a related pair neither.
        """
        sides = [(_Side.of_document(pair.source), _Side.of_document(pair.target)) for pair in pairs]
        decided = [_Decided.of(pair) for pair in pairs]
        alignments = []
        for pair, beads in zip(pairs, self._mine(sides, decided, min(self.min_p, MIN_RELATED)), strict=True):
            links, related = (
                [bead for bead in beads if bool(bead.decision or bead.p >= self.min_p) is is_link]
                for is_link in (True, False)
            )
            lone = (Bead(lock.source, lock.target, decision="accepted") for lock in pair.locked if not lock.is_link)
            alignments.append(Alignment(pair, (*links, *lone), self.name, tuple(related)))
        return alignments

    def mine(self, sources: Sequence[str], targets: Sequence[str], index: str = EXACT) -> list[Bead]:
        """The sentences of two unordered lists that say the same, as beads ``1-1`` in order of the source.

        See ``mine_lists``.
        """
        return list(self.mine_lists(sources, targets, index).beads)

    def mine_lists(self, sources: Sequence[str], targets: Sequence[str], index: str = EXACT) -> Mined:
        """The same, and how like the lists are; see ``lists.mine_lists``.

        Only whole sentences are compared: a list has no runs, and parts would be three to five times as many.
        """
        return mine_lists(self.judge, sources, targets, self.min_p, index)

    def _mine(
        self, sides: "Sequence[tuple[_Side, _Side]]", decided: "Sequence[_Decided]", min_p: float
    ) -> list[list[Bead]]:
        judged = self.judge.judge_all([_comparison(*both) for both in sides])
        return [
            sorted(self._beads(found, *both, ruled, min_p), key=lambda bead: (bead.source, bead.source_part or ()))
            for found, both, ruled in zip(judged, sides, decided, strict=True)
        ]

    def _beads(
        self, judged: Judged, source: "_Side", target: "_Side", decided: "_Decided", min_p: float
    ) -> Iterator[Bead]:
        """The links that were decided, and those left when each takes its characters, most probable first."""
        yield from _locked(decided.links, judged, source, target)
        is_sentence = (judged.pairs < [source.n_sentences, target.n_sentences]).all(axis=1)
        is_clear = (judged.gain >= MIN_GAIN) & (judged.score >= COVERED_CLAUSE) & (judged.p >= self.min_p)
        free = _Free(source, decided.taken[0]), _Free(target, decided.taken[1])

        def open_links(number: int) -> Iterator[tuple[Segment, Segment]]:
            places = (side.of(place) for side, place in zip(free, judged.pairs[number].tolist(), strict=True))
            return (link for link in zip(*places, strict=False) if not decided.bars(*link))

        numbers = np.flatnonzero((judged.p >= min_p) & (is_sentence | is_clear))
        numbers = np.array([number for number in numbers.tolist() if any(open_links(number))], dtype=np.int64)
        numbers = numbers[~np.isin(numbers, list(_lesser(numbers.tolist(), judged, source, target)))]
        for number in numbers[np.argsort(-judged.p[numbers], kind="stable")].tolist():
            if links := list(open_links(number)):
                for side, place in zip(free, judged.pairs[number].tolist(), strict=True):
                    side.take(place)
                for one, other in links:
                    yield _bead(one, other, judged, number)

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation:
        """Why this sentence of the source is linked as it is: the nearest sentences, and what each of them fails.

        There are neither costs nor lengths to tell.

        Raises:
            ValueError: the source has no such sentence.
        """
        check_sentence(pair, sentence)
        sides = _Side.of_document(pair.source), _Side.of_document(pair.target)
        judged, decided = self.judge.judge_all([_comparison(*sides)])[0], _Decided.of(pair)
        beads = list(self._beads(judged, *sides, decided, self.min_p))
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
                Candidate(bead, reason=self._reason(bead, chosen, beads, decided))
                for bead in others
                if targets[bead.target[0]] not in found
            )[:N_OTHERS],
        )

    def _reason(self, bead: Bead, chosen: Bead, taken: Sequence[Bead], decided: "_Decided") -> str:
        """Why a link of two sentences was not taken."""
        if decided.bars(Segment(bead.source), Segment(bead.target)):
            return "a person rejected it"
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

    ``texts`` are those of all, ``places`` where each stands, ``document`` all sentences of the document that they are
    from. A sentence may have copies.
    """

    texts: tuple[str, ...]
    places: tuple[tuple[Segment, ...], ...]
    n_sentences: int
    document: Sequence[str] = ()

    @staticmethod
    def of_document(document: Document) -> "_Side":
        sentences, beside = document.sentence_texts(), list(stretches(document))
        distinct = Distinct.of(sentences)
        copies = (tuple(Segment((i,)) for i in distinct.copies(number)) for number in range(len(distinct)))
        return _Side(
            (*distinct.texts(sentences), *(text for _, text in beside)),
            (*copies, *((segment,) for segment, _ in beside)),
            len(distinct),
            sentences,
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
        documents=tuple(side.document for side in (source, target) if side.document),
    )


_Sides = tuple[tuple[int, ...], tuple[int, ...]]
"""The sentences of a link's source and of its target."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a person decided: the links that stand, what of either side is taken by them or alone, what must not be."""

    links: tuple[tuple[Segment, Segment], ...] = ()
    taken: tuple[tuple[Segment, ...], tuple[Segment, ...]] = ((), ())
    rejected: Mapping[_Sides, Sequence[tuple[Segment, Segment]]] = field(default_factory=dict)
    """By the sentences of both sides."""

    @staticmethod
    def of(pair: DocumentPair) -> "_Decided":
        rejected: defaultdict[_Sides, list[tuple[Segment, Segment]]] = defaultdict(list)
        for lock in pair.rejected:
            rejected[lock.source, lock.target].append(_segments(lock))
        return _Decided(
            tuple(_segments(lock) for lock in pair.locked if lock.is_link),
            (
                tuple(held for lock in pair.locked for held in _held(pair.source, _segments(lock)[0])),
                tuple(held for lock in pair.locked for held in _held(pair.target, _segments(lock)[1])),
            ),
            rejected,
        )

    def bars(self, one: Segment, other: Segment) -> bool:
        """Whether a link is a rejected one: of the same sentences, and by parts that share characters if by parts.

        What a record shows as a part may be all that the other side states of a sentence that is linked as a whole.
        """
        found = self.rejected.get((one.sentences, other.sentences), ())
        return any(one.overlaps(source) and other.overlaps(target) for source, target in found)


def _segments(lock: Lock) -> tuple[Segment, Segment]:
    return Segment(lock.source, lock.source_part), Segment(lock.target, lock.target_part)


def _held(document: Document, segment: Segment) -> Iterator[Segment]:
    """What a segment holds of each of its sentences."""
    start, _ = document.span(segment.sentences)
    for i in segment.sentences:
        sentence = document.sentences[i]
        if segment.part is None:
            yield Segment((i,))
        else:
            first, last = (start + edge - sentence.start for edge in segment.part)
            if first < sentence.end - sentence.start and last > 0:
                yield Segment((i,), (max(0, first), min(last, sentence.end - sentence.start)))


def _locked(links: Iterable[tuple[Segment, Segment]], judged: Judged, source: _Side, target: _Side) -> Iterator[Bead]:
    """The links that were decided, with what is known of them."""
    wanted = {link: Bead(link[0].sentences, link[1].sentences, nan) for link in links}
    for number, (i, j) in enumerate(judged.pairs.tolist()) if wanted else ():
        for link in product(source.places[i], target.places[j]):
            if link in wanted:
                wanted[link] = _bead(*link, judged, number)
    for (one, other), bead in wanted.items():
        yield replace(bead, source_part=one.part, target_part=other.part, decision="accepted")


class _Free:
    """What of a side no link holds yet; some of it may be ``taken`` from the beginning."""

    def __init__(self, side: _Side, taken: Iterable[Segment]) -> None:
        self._side = side
        self._taken: dict[int, list[Segment]] = {}
        self._gone: set[int] = set()
        for segment in taken:
            self._taken.setdefault(segment.sentences[0], []).append(segment)

    def of(self, number: int) -> Iterator[Segment]:
        """The places of this sentence or stretch that are free."""
        places = () if number in self._gone else self._side.places[number]
        return (place for place in places if not any(map(place.overlaps, self._near(place))))

    def take(self, number: int) -> None:
        """Take all places: copies without a counterpart are not left to other links."""
        self._gone.add(number)
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
