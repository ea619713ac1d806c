"""What people decided about records and documents: found again in the texts, and put in the place of what was aligned.

A decision names its documents and the spans of its segments there, and tells their texts. Where a text was changed
since, its segment is looked for; where it is no longer there, or there several times, the decision is stale: it is
told, and nothing else is done in its place.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from aligner.alignment import Alignment, Bead, left_alone
from aligner.bitext import SegmentPair, Span, place
from aligner.document import Document, DocumentPair, Lock, Relation

ACCEPTED, REJECTED = "accepted", "rejected"
"""What can be decided of a record: it stands as it is, or it must not come back."""

DECISIONS = ("", ACCEPTED, REJECTED)

NOWHERE: Span = (0, 0)
"""The span of a side that holds nothing."""

_QUOTED = 60
"""Characters of a segment that a message quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided of one record, one sentence without counterpart, or two documents.

    A side holds something if it has a span, a text or sentences; where neither does, the decision is about the two
    documents.

    Attributes:
        source_doc, target_doc: the documents' ids.
        source_span, target_span: ``(start, end)`` in the documents' contents, in code points; ``(0, 0)`` for a side
            that holds nothing, or of which only the text or the sentences are known.
        decision: ``accepted``, ``rejected``, or empty where a person only wrote a note or a relation.
        relation: how the segments' facts lie to each other, by the name of a ``SegmentRelation``; of two documents how
            they belong together, the value of a ``Relation``. Empty where nobody said.
        note: what the person wrote.
        source_text, target_text: the segments, on one line; by these they are found again in a text that was changed.
        source_sentences, target_sentences: 0-based indices, where a file tells these and no spans.
        where: the file and line that it was read from, for messages.
    """

    source_doc: str
    target_doc: str
    source_span: Span = NOWHERE
    target_span: Span = NOWHERE
    decision: str = ""
    relation: str = ""
    note: str = ""
    source_text: str = ""
    target_text: str = ""
    source_sentences: tuple[int, ...] = ()
    target_sentences: tuple[int, ...] = ()
    where: str = field(default="", compare=False)

    @property
    def is_about_documents(self) -> bool:
        """It says how the two documents belong together."""
        return not self.has(0) and not self.has(1)

    def has(self, side: int) -> bool:
        """The source (side 0) or the target (1) holds something."""
        return any(part not in (NOWHERE, "", ()) for part in self.sides[side])

    @property
    def sides(self) -> tuple[tuple[Span, str, tuple[int, ...]], tuple[Span, str, tuple[int, ...]]]:
        """Span, text and sentences of the source, and of the target."""
        return (
            (self.source_span, self.source_text, self.source_sentences),
            (self.target_span, self.target_text, self.target_sentences),
        )

    @property
    def mirrored(self) -> "Decision":
        """The same with the sides exchanged."""
        return replace(
            self,
            source_doc=self.target_doc,
            target_doc=self.source_doc,
            source_span=self.target_span,
            target_span=self.source_span,
            relation=_MIRRORED.get(self.relation, self.relation),
            source_text=self.target_text,
            target_text=self.source_text,
            source_sentences=self.target_sentences,
            target_sentences=self.source_sentences,
        )


_MIRRORED = {
    "source_contains_target": "target_contains_source",
    "target_contains_source": "source_contains_target",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A pair of documents with its locks.

    ``lost`` are the decisions that could not be kept, as they were given; ``stale`` tells, one line each, why.
    """

    pair: DocumentPair
    stale: tuple[str, ...] = ()
    lost: tuple[Decision, ...] = ()


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions by documents, those about the documents themselves first, then by place: the order of their file."""
    return sorted(
        decisions, key=lambda one: (one.source_doc, one.target_doc, one.source_span, one.target_span, one.decision)
    )


def of_record(record: SegmentPair) -> Decision:
    """What a record says that a person decided of it; its sentences count only where it has no spans."""
    has_spans = (record.source_span, record.target_span) != (NOWHERE, NOWHERE)
    return Decision(
        source_doc=record.source_doc,
        target_doc=record.target_doc,
        source_span=record.source_span,
        target_span=record.target_span,
        decision=record.decision,
        note=record.note,
        source_text=record.source_text,
        target_text=record.target_text,
        source_sentences=() if has_spans else record.source_sentences,
        target_sentences=() if has_spans else record.target_sentences,
    )


def of_bead(pair: DocumentPair, bead: Bead) -> Decision:
    """What a bead says that a person decided of it; a relation that was measured is none of it."""
    spans = place(pair, bead)
    texts = [
        document.text.content[slice(*span)] for document, span in zip((pair.source, pair.target), spans, strict=True)
    ]
    return Decision(
        source_doc=pair.source.id,
        target_doc=pair.target.id,
        source_span=spans[0],
        target_span=spans[1],
        decision=bead.decision,
        note=bead.note,
        source_text=texts[0],
        target_text=texts[1],
    )


def settle(pair: DocumentPair, decisions: Iterable[Decision]) -> Settled:
    """A pair of documents with the locks that these decisions about it come to; of others nothing is taken."""
    names = pair.source.id, pair.target.id
    searched = _Searched(pair.source), _Searched(pair.target)
    locks = _Locks(pair)
    stale: list[str] = []
    lost: list[Decision] = []
    relation = pair.relation
    for given in decisions:
        one = given if (given.source_doc, given.target_doc) == names else given.mirrored
        if (one.source_doc, one.target_doc) != names:
            continue
        if one.is_about_documents:
            relation = Relation(one.relation) if one.relation else relation
            continue
        found = _lock(pair, one, searched)
        if isinstance(found, Lock) and not locks.add(found):
            found = f"{pair.source.id} and {pair.target.id}: another decision holds {_beginning(one)!r} by now"
        if isinstance(found, str):
            stale.append(_stale(given, found))
            lost.append(given)
    return Settled(replace(pair, relation=relation, locks=locks.all), tuple(stale), tuple(lost))


def settle_all(
    pairs: Sequence[DocumentPair],
    sources: Sequence[Document],
    targets: Sequence[Document],
    placed: "Placed",
    compare: Callable[[Document, Document], DocumentPair],
) -> tuple[list[DocumentPair], list[str]]:
    """The pairs of two languages with their locks, and those that only decisions bring; and what is stale, and why.

    Two documents that were found to be unrelated, or not to belong together, are comparable where a link of theirs was
    accepted, unless their relation was decided.

    Args:
        pairs: what was found to belong together.
        sources: all documents of one language.
        targets: all of the other.
        placed: the decisions.
        compare: tells of any two documents how like they are.
    """
    found = [_settled(pair, placed) for pair in pairs]
    known = {(pair.source.id, pair.target.id) for pair in pairs}
    of_source, of_target = ({document.id: document for document in side} for side in (sources, targets))
    for names in placed.by_pair:
        for source, target in (names, names[::-1]):
            if source in of_source and target in of_target and (source, target) not in known:
                pair = DocumentPair(of_source[source], of_target[target], Relation.UNRELATED, 0.0)
                found.append(_settled(pair, placed))
    stale = [line for one in found for line in one.stale]
    brought = [
        replace(one.pair, score=compare(one.pair.source, one.pair.target).score)
        for one in found[len(pairs) :]
        if one.pair.relation is not Relation.UNRELATED
    ]
    places = {document.id: place for place, document in enumerate(sources)}
    settled = [*(one.pair for one in found[: len(pairs)]), *brought]
    return sorted(settled, key=lambda pair: (places[pair.source.id], -pair.score)), stale


def _settled(pair: DocumentPair, placed: "Placed") -> Settled:
    ruled = placed.about(pair)
    settled = settle(pair, ruled)
    is_told = any(one.is_about_documents and one.relation for one in ruled)
    is_linked = any(lock.is_link for lock in settled.pair.locked)
    if settled.pair.relation is Relation.UNRELATED and is_linked and not is_told:
        return replace(settled, pair=replace(settled.pair, relation=Relation.COMPARABLE))
    return settled


@dataclass(frozen=True, slots=True)
class Placed:
    """Decisions by the ids of their two documents in the order of the alphabet.

    ``lost`` are those about other documents, as they were given; ``stale`` tells, one line each, why.
    """

    by_pair: Mapping[tuple[str, str], Sequence[Decision]]
    stale: tuple[str, ...] = ()
    lost: tuple[Decision, ...] = ()

    def about(self, pair: DocumentPair) -> Sequence[Decision]:
        """The decisions about these two documents."""
        source, target = sorted((pair.source.id, pair.target.id))
        return self.by_pair.get((source, target), ())

    def unaligned(self, sources: Sequence[Document], targets: Sequence[Document], why: str) -> list[str]:
        """What to tell, one line each, of the decisions about documents of two languages that are not aligned."""
        one, other = ({document.id for document in side} for side in (sources, targets))
        return [
            _stale(decision, f"{first} and {second} are not aligned: {why}")
            for (first, second), decisions in self.by_pair.items()
            if (first in one and second in other) or (first in other and second in one)
            for decision in decisions
        ]


def find_documents(decisions: Iterable[Decision], documents: Sequence[Document]) -> Placed:
    """Decisions with the documents of a corpus; one that has another name there is found by its texts."""
    given = list(decisions)
    by_id = {document.id: document for document in documents}
    names = _renamed(given, documents) | {id: id for id in by_id}
    by_pair: dict[tuple[str, str], list[Decision]] = {}
    lost: list[tuple[str, Decision]] = []
    for one in given:
        source, target = names.get(one.source_doc), names.get(one.target_doc)
        if source is None or target is None:
            lacking = one.source_doc if source is None else one.target_doc
            lost.append((_stale(one, f"the corpus has no document {lacking}, nor one that alone has its texts"), one))
        elif by_id[source].lang == by_id[target].lang:
            lost.append((_stale(one, f"{source} and {target} are in one language, and not aligned"), one))
        else:
            upright = _upright(replace(one, source_doc=source, target_doc=target))
            by_pair.setdefault((upright.source_doc, upright.target_doc), []).append(upright)
    return Placed(by_pair, tuple(why for why, _ in lost), tuple(one for _, one in lost))


def _renamed(decisions: Iterable[Decision], documents: Sequence[Document]) -> dict[str, str]:
    """For each document that is not there the one that holds more of the texts decided on than any other, and most."""
    known = {document.id for document in documents}
    texts: dict[str, set[str]] = {}
    for one in decisions:
        for id, (_, text, _) in zip((one.source_doc, one.target_doc), one.sides, strict=True):
            if id not in known and (bare := _bare(text)):
                texts.setdefault(id, set()).add(bare)
    contents = {document.id: _bare(document.text.content) for document in documents} if texts else {}
    found = {}
    for id, wanted in texts.items():
        counts = sorted(((sum(text in content for text in wanted), name) for name, content in contents.items()))
        best, rival = counts[-1], counts[-2] if len(counts) > 1 else (0, "")
        if best[0] > max(rival[0], len(wanted) / 2):
            found[id] = best[1]
    return found


def _stale(decision: Decision, why: str) -> str:
    return f"{decision.where}: {why}" if decision.where else why


def with_locks(alignment: Alignment) -> Alignment:
    """An alignment with the locks of its pair put in: what they contradict falls out, and nothing is aligned anew."""
    pair = alignment.pair
    locked = [bead_of(lock) for lock in pair.locked]
    taken = tuple(sorted(place(pair, bead)[side] for bead in locked if bead.sides[side]) for side in (0, 1))
    by_place = {place(pair, bead): bead for bead in alignment.links}
    rejected = {place(pair, lock) for lock in pair.rejected}
    links = [
        *(bead for where, bead in by_place.items() if where not in rejected and not is_taken(where, taken)),
        *(by_place.get(place(pair, bead), bead) for bead in locked if bead.is_link),
    ]
    lone = [bead for bead in locked if not bead.is_link]
    rest = left_alone(pair, (*links, *lone))
    free = [{index for bead in rest for index in bead.sides[side]} for side in (0, 1)]
    related = [
        bead
        for bead in alignment.related
        if place(pair, bead) not in rejected and all(free[side].issuperset(bead.sides[side]) for side in (0, 1))
    ]
    return told(replace(alignment, beads=(*links, *lone, *rest), related=tuple(related)))


def told(alignment: Alignment) -> Alignment:
    """An alignment whose beads tell what a person decided of them; an accepted link is certain."""
    pair = alignment.pair
    locks = {place(pair, lock): lock for lock in pair.locks}
    if not locks:
        return alignment
    beads = tuple(
        _told(bead, locks[place(pair, bead)]) if place(pair, bead) in locks else bead for bead in alignment.beads
    )
    return replace(alignment, beads=beads)


def bead_of(lock: Lock) -> Bead:
    """The bead that a lock asks for; one that holds both sides is certain."""
    return _told(Bead(lock.source, lock.target, source_part=lock.source_part, target_part=lock.target_part), lock)


def _told(bead: Bead, lock: Lock) -> Bead:
    return replace(
        bead,
        p=1.0 if lock.decision == ACCEPTED and bead.is_link else bead.p,
        relation=lock.relation or bead.relation,
        decision=lock.decision,
        note=lock.note,
    )


def is_taken(where: tuple[Span, Span], taken: Sequence[Sequence[Span]]) -> bool:
    """Whether a place shares characters with what is taken: spans of each side, rising and without overlap."""
    return any(map(_overlaps, taken, where))


def _overlaps(taken: Sequence[Span], span: Span) -> bool:
    """Whether a span shares characters with one of these, which rise and share none with each other."""
    following = bisect_right(taken, span[0], key=lambda one: one[1])
    return following < len(taken) and taken[following][0] < span[1]


def contradictions(decisions: Sequence[Decision]) -> list[tuple[Decision, Decision]]:
    """Decisions that cannot both be kept: two that accept links with the same characters, or say different things."""
    found = []
    groups: dict[tuple[str, str], list[Decision]] = {}
    for one in map(_upright, decisions):
        groups.setdefault((one.source_doc, one.target_doc), []).append(one)
    for members in groups.values():
        found += _overlapping([one for one in members if one.decision == ACCEPTED])
        seen: dict[object, Decision] = {}
        for one in members:
            first = seen.setdefault(_subject(one), one)
            told = ((first.decision, one.decision), (first.relation, one.relation))
            if any(this and that and this != that for this, that in told):
                found.append((first, one))
    return found


def united(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions, those about the same as one; several notes are kept, none of them twice."""
    by_subject: dict[object, Decision] = {}
    for one in decisions:
        upright = _upright(one)
        subject = (upright.source_doc, upright.target_doc, _subject(upright))
        first = by_subject.setdefault(subject, one)
        if first is not one:
            by_subject[subject] = replace(
                first,
                decision=first.decision or one.decision,
                relation=first.relation or (one if one.source_doc == first.source_doc else one.mirrored).relation,
                note=_joined(first.note, one.note),
            )
    return list(by_subject.values())


def _joined(note: str, other: str) -> str:
    if note in other:
        return other
    return note if other in note else f"{note}; {other}"


def _upright(decision: Decision) -> Decision:
    """The decision from the document whose id comes first in the order of the alphabet."""
    return decision if decision.source_doc <= decision.target_doc else decision.mirrored


def _subject(decision: Decision) -> object:
    """What of two documents it is about."""
    return tuple((span, _bare(text), sentences) for span, text, sentences in decision.sides)


def _overlapping(accepted: Sequence[Decision]) -> list[tuple[Decision, Decision]]:
    found = []
    for side in (0, 1):
        stated = [one for one in accepted if one.sides[side][0] != NOWHERE]
        for one, other in pairwise(sorted(stated, key=lambda each: each.sides[side][0])):
            is_same = (one.source_span, one.target_span) == (other.source_span, other.target_span)
            if not is_same and _share(one.sides[side], other.sides[side]):
                found.append((one, other))
    return found


def _share(one: tuple[Span, str, object], other: tuple[Span, str, object]) -> bool:
    """Whether two spans, the first of which begins no later, share characters that read the same in both.

    If they do not, the text was changed between the two decisions, and their spans tell nothing of each other.
    """
    (span, text, _), (other_span, other_text, _) = one, other
    overlap = min(span[1], other_span[1]) - other_span[0]
    if overlap <= 0 or not text or not other_text:
        return overlap > 0
    return text[other_span[0] - span[0] :][:overlap].split() == other_text[:overlap].split()


def _lock(pair: DocumentPair, decision: Decision, searched: "tuple[_Searched, _Searched]") -> Lock | str:
    """Where a decision's segments stand, or why they do not."""
    sides: list[tuple[tuple[int, ...], Span | None]] = []
    for number, (document, side) in enumerate(zip((pair.source, pair.target), decision.sides, strict=True)):
        found = searched[number].found(*side) if decision.has(number) else NOWHERE
        if found is None:
            return f"{document.id} does not hold {side[1][:_QUOTED]!r}, or holds it several times; decide again"
        sides.append(_side(document, found))
    (source, source_part), (target, target_part) = sides
    if any(decision.has(number) != bool(sides[number][0]) for number in (0, 1)):
        return f"{pair.source.id} and {pair.target.id} have no sentences there; decide again"
    return Lock(source, target, source_part, target_part, decision.decision, decision.relation, decision.note)


class _Searched:
    """A document in which segments are looked for, whatever white space and marks that do not print they have."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def found(self, span: Span, text: str, sentences: Sequence[int]) -> Span | None:
        """Where a segment stands: as it was told, or else at the only place with its text."""
        content, bare = self._document.text.content, _bare(text)
        told = span if span != NOWHERE or not self._has(sentences) else self._document.span(sentences)
        if not bare:
            return told if told != NOWHERE and told[1] <= len(content) else None
        if told != NOWHERE and _bare(content[slice(*told)]) == bare:
            return told
        start = self._content.find(bare)
        if start < 0 or self._content.find(bare, start + 1) >= 0:
            return None
        return self._places[start], self._places[start + len(bare) - 1] + 1

    def _has(self, sentences: Sequence[int]) -> bool:
        return bool(sentences) and max(sentences) < len(self._document)

    @cached_property
    def _places(self) -> list[int]:
        return [place for place, character in enumerate(self._document.text.content) if _shows(character)]

    @cached_property
    def _content(self) -> str:
        return _bare(self._document.text.content)


def _bare(text: str) -> str:
    """The text without white space and what does not print: these differ between a file's cells and a document."""
    return "".join(filter(_shows, text))


def _shows(character: str) -> bool:
    """A lone surrogate does not print, and is U+FFFD in a file."""
    return character.isprintable() and character not in " \ufffd"


def _beginning(decision: Decision) -> str:
    return (decision.source_text or decision.target_text)[:_QUOTED]


class _Locks:
    """The locks that decisions about two documents come to, no character in two that accept."""

    def __init__(self, pair: DocumentPair) -> None:
        self._pair = pair
        self._by_place: dict[tuple[Span, Span], Lock] = {}
        self._taken: tuple[list[Span], list[Span]] = ([], [])

    @property
    def all(self) -> tuple[Lock, ...]:
        return tuple(self._by_place.values())

    def add(self, lock: Lock) -> bool:
        """Put a lock in, together with the one that is there of the same link; ``False`` where another forbids it."""
        where = place(self._pair, lock)
        first = self._by_place.get(where, lock)
        if lock.decision and first.decision and lock.decision != first.decision:
            return False
        is_new = lock.decision == ACCEPTED and (first is lock or first.decision != ACCEPTED)
        if is_new and is_taken(where, self._taken):
            return False
        if is_new:
            for taken, span in zip(self._taken, where, strict=True):
                if span != NOWHERE:
                    insort(taken, span)
        self._by_place[where] = replace(
            first,
            decision=first.decision or lock.decision,
            relation=first.relation or lock.relation,
            note=_joined(first.note, lock.note),
        )
        return True


def _side(document: Document, span: Span) -> tuple[tuple[int, ...], Span | None]:
    """The sentences that share characters with a span, and what part of them it is, if not the whole."""
    start, end = span
    first = bisect_right(document.sentences, start, key=lambda sentence: sentence.end)
    last = bisect_left(document.sentences, end, key=lambda sentence: sentence.start)
    indices = tuple(range(first, last))
    whole = document.span(indices)
    return indices, None if not indices or whole == span else (start - whole[0], end - whole[0])
