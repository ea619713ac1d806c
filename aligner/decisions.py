"""What people decided about records and documents: found again in the texts, and put in the place of what was aligned.

A decision names its documents and the spans of its segments there, and tells their texts. Where a text was changed
since, its segment is looked for; where it is no longer there, or there several times, the decision is stale: it is
told, and nothing else is done in its place.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from aligner.alignment import Alignment, Bead, alone
from aligner.bitext import SegmentPair, Span, place
from aligner.document import Document, DocumentPair, Lock, Relation

ACCEPTED, REJECTED = "accepted", "rejected"
"""What can be decided of a record: it stands as it is, or it must not come back."""

DECISIONS = ("", ACCEPTED, REJECTED)

NOWHERE: Span = (0, 0)
"""The span of a side that holds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided of one record, one sentence without counterpart, or two documents.

    Attributes:
        source_doc, target_doc: the documents' ids.
        source_span, target_span: ``(start, end)`` in the documents' contents, in code points; ``(0, 0)`` for a side
            that holds nothing. Where both are, the decision is about the two documents.
        decision: ``accepted``, ``rejected``, or empty where a person only wrote a note or a relation.
        relation: how the segments' facts lie to each other, by the name of a ``SegmentRelation``; of two documents how
            they belong together, the value of a ``Relation``. Empty where nobody said.
        note: what the person wrote.
        source_text, target_text: the segments, on one line; by these they are found again in a text that was changed.
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
    where: str = field(default="", compare=False)

    @property
    def is_about_documents(self) -> bool:
        """It says how the two documents belong together."""
        return self.source_span == self.target_span == NOWHERE

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
        )


_MIRRORED = {
    "source_contains_target": "target_contains_source",
    "target_contains_source": "source_contains_target",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A pair of documents with its locks; ``stale`` tells, one line each, which decisions could not be kept and why."""

    pair: DocumentPair
    stale: tuple[str, ...] = ()


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions by documents, those about the documents themselves first, then by place: the order of their file."""
    return sorted(
        decisions, key=lambda one: (one.source_doc, one.target_doc, one.source_span, one.target_span, one.decision)
    )


def of_record(record: SegmentPair) -> Decision:
    """What a record says that a person decided of it."""
    return Decision(
        source_doc=record.source_doc,
        target_doc=record.target_doc,
        source_span=record.source_span,
        target_span=record.target_span,
        decision=record.decision,
        note=record.note,
        source_text=record.source_text,
        target_text=record.target_text,
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
    locks: list[Lock] = []
    stale: list[str] = []
    relation = pair.relation
    for given in decisions:
        one = given if (given.source_doc, given.target_doc) == names else given.mirrored
        if (one.source_doc, one.target_doc) != names:
            continue
        if one.is_about_documents:
            relation = Relation(one.relation) if one.relation else relation
            continue
        found = _lock(pair, one)
        if isinstance(found, str):
            stale.append(f"{given.where}: {found}" if given.where else found)
        else:
            locks.append(found)
    return Settled(replace(pair, relation=relation, locks=tuple(locks)), tuple(stale))


def with_locks(alignment: Alignment) -> Alignment:
    """An alignment with the locks of its pair put in: what they contradict falls out, and nothing is aligned anew."""
    pair = alignment.pair
    locked = [bead_of(lock) for lock in pair.locked]
    taken = tuple(sorted(place(pair, bead)[side] for bead in locked if bead.sides[side]) for side in (0, 1))
    by_place = {place(pair, bead): bead for bead in alignment.links}
    rejected = {place(pair, lock) for lock in pair.rejected}
    links = [
        *(bead for bead in alignment.links if place(pair, bead) not in rejected and not _touches(pair, bead, taken)),
        *(by_place.get(place(pair, bead), bead) for bead in locked if bead.is_link),
    ]
    lone = [bead for bead in locked if not bead.is_link]
    held = [{index for bead in (*links, *lone) for index in bead.sides[side]} for side in (0, 1)]
    rest = alone(
        (i for i in range(len(pair.source)) if i not in held[0]),
        (j for j in range(len(pair.target)) if j not in held[1]),
    )
    return told(replace(alignment, beads=(*links, *lone, *rest)))


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


def contradictions(decisions: Sequence[Decision]) -> list[tuple[Decision, Decision]]:
    """Decisions that cannot both be kept: two that accept links with the same characters, or say different things."""
    found = []
    groups: dict[tuple[str, str], list[Decision]] = {}
    for one in decisions:
        upright = one if one.source_doc <= one.target_doc else one.mirrored
        groups.setdefault((upright.source_doc, upright.target_doc), []).append(upright)
    for members in groups.values():
        found += _overlapping([one for one in members if one.decision == ACCEPTED])
        seen: dict[tuple[Span, Span], Decision] = {}
        for one in members:
            first = seen.setdefault((one.source_span, one.target_span), one)
            if (first.decision, first.relation) != (one.decision, one.relation):
                found.append((first, one))
    return found


def _overlapping(accepted: Sequence[Decision]) -> list[tuple[Decision, Decision]]:
    found = []
    for side in ("source_span", "target_span"):
        stated = [one for one in accepted if getattr(one, side) != NOWHERE]
        for one, other in pairwise(sorted(stated, key=lambda each: getattr(each, side))):
            is_same = (one.source_span, one.target_span) == (other.source_span, other.target_span)
            if getattr(other, side)[0] < getattr(one, side)[1] and not is_same:
                found.append((one, other))
    return found


def _lock(pair: DocumentPair, decision: Decision) -> Lock | str:
    """Where a decision's segments stand, or why they do not."""
    sides: list[tuple[tuple[int, ...], Span | None]] = []
    for document, span, text in (
        (pair.source, decision.source_span, decision.source_text),
        (pair.target, decision.target_span, decision.target_text),
    ):
        found = NOWHERE if span == NOWHERE else _found(document, span, text)
        if found is None:
            return f"{document.id} does not hold {text[:60]!r}, or holds it several times; decide again"
        sides.append(_side(document, found))
    (source, source_part), (target, target_part) = sides
    if not source and not target:
        return f"{pair.source.id} and {pair.target.id} have no sentences there; decide again"
    return Lock(source, target, source_part, target_part, decision.decision, decision.relation, decision.note)


def _found(document: Document, span: Span, text: str) -> Span | None:
    """Where a segment stands: as it was told, or else at the only place with its text."""
    content = document.text.content
    if not text:
        return span if span[1] <= len(content) else None
    pattern = re.compile(r"\s+".join(map(re.escape, text.split())))
    if pattern.fullmatch(content[slice(*span)]):
        return span
    places = [found.span() for found in pattern.finditer(content)]
    return places[0] if len(places) == 1 else None


def _side(document: Document, span: Span) -> tuple[tuple[int, ...], Span | None]:
    """The sentences that share characters with a span, and what part of them it is, if not the whole."""
    start, end = span
    first = bisect_right(document.sentences, start, key=lambda sentence: sentence.end)
    last = bisect_left(document.sentences, end, key=lambda sentence: sentence.start)
    indices = tuple(range(first, last))
    whole = document.span(indices)
    return indices, None if not indices or whole == span else (start - whole[0], end - whole[0])


def _touches(pair: DocumentPair, bead: Bead, taken: Sequence[Sequence[Span]]) -> bool:
    """Whether a bead holds characters that are taken: spans of each side, rising and without overlap."""
    for (start, end), held in zip(place(pair, bead), taken, strict=True):
        next_one = bisect_right(held, start, key=lambda span: span[1])
        if next_one < len(held) and held[next_one][0] < end:
            return True
    return False
