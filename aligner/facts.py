"""Facts: what the documents of a corpus state in common, across their languages and within them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from aligner.bitext import Bitext, SegmentPair
from aligner.disjoint import DisjointSets
from aligner.document import Document
from aligner.evidence import gather, mentions
from aligner.relations import SegmentRelation

MIN_P = 0.5
"""The probability from which a link holds two statements together: more likely than not."""

Place = tuple[str, tuple[int, ...], tuple[int, int]]
"""A document's id, the sentences there, and the span: of two parts of one sentence each may state its own fact."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Where a document states a fact; of places that overlap, that of the strongest link, then the narrowest.

    ``p`` is that of the document's strongest link to another statement of the fact, in ``[0, 1]``; ``span`` is
    ``(start, end)`` in the document's content, in code points.
    """

    doc: str
    lang: str
    sentences: tuple[int, ...]
    span: tuple[int, int]
    text: str
    p: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two documents of a fact that contradict each other, and what each says, as in ``date 1998 / 1997``."""

    source_doc: str
    target_doc: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that at least two documents state, or speak of and contradict each other.

    Attributes:
        id: ``fact-1`` and so on, in order of falling importance: documents, then languages, then ``p``.
        statements: one for each document, in order of their ids.
        p: the probability that at least two documents state it: that of its strongest link. That link alone makes the
            fact, whatever the others are worth; to take them for independent witnesses and multiply their doubts would
            overstate it, as one encoder judged them all. How sure any one statement is, is that statement's ``p``.
        langs, stated_in: the languages and the documents that state it.
        not_stated_in: the documents of its family that do not: those connected with one that does by a chain of
            document pairs. Of a document outside the family nothing is said; and that no statement was *found* is not
            proof that there is none.
        not_stated_langs: the languages of its family in which no document states it.
        conflicts: where two of its documents contradict each other.
        relations: how many of its links have which relation, by name.
        first, last: the earliest and the latest date of its statements' mentions, as ``2014-06``; empty if undated.
    """

    id: str
    statements: tuple[Statement, ...]
    p: float
    langs: tuple[str, ...]
    stated_in: tuple[str, ...]
    not_stated_in: tuple[str, ...]
    not_stated_langs: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    relations: tuple[tuple[str, int], ...] = ()
    first: str = ""
    last: str = ""


def find_facts(
    bitext: Bitext,
    documents: Iterable[Document],
    pairs: Iterable[tuple[str, str]] = (),
    *,
    min_p: float = MIN_P,
) -> tuple[Fact, ...]:
    """The facts that the records of a bitext speak of, the most important first.

    A document states a fact once. So when A1 is linked with B1, B1 with C1 and C1 with A2, at least one of these links
    is wrong, and the least probable is the one to doubt. Links are therefore taken by falling ``p``, and one is passed
    over if it would bring together two places of one document: every cycle of links that is left comes back to where
    it began, and a chain of near matches does not drift. What is passed over costs a fact one document; to take it
    would make one of two facts, and spoil both.

    Args:
        bitext: the records of all pairs of documents, of two languages or of one. A record without ``p`` counts with
            its score; one that is ``related``, or below ``min_p``, links nothing.
        documents: those that the records name, and others of their families.
        pairs: ids of documents that belong together and were compared, beside those that the records name; those of
            the bitext's alignments count as well.
        min_p: the least probability of a link.
    """
    by_id = {document.id: document for document in documents}
    links = sorted(_links(bitext.pairs, min_p), key=_by_weight)
    compared = {
        frozenset(pair)
        for pair in (
            *pairs,
            *((record.source_doc, record.target_doc) for record in bitext.pairs),
            *((found.pair.source.id, found.pair.target.id) for found in bitext.alignments if found.method != "none"),
        )
    }
    families = DisjointSets({*by_id, *(id for pair in compared for id in pair)})
    for pair in sorted(map(sorted, compared)):
        families.join(pair[0], pair[-1])
    members = defaultdict(set)
    for id in by_id:
        members[families.root(id)].add(id)
    held: defaultdict[int, list[SegmentPair]] = defaultdict(list)
    group_of = {place: number for number, group in enumerate(_cluster(links)) for place in group}
    for link in links:
        source, target = _places(link)
        if group_of[source] == group_of[target]:
            held[group_of[source]].append(link)
    facts = [_fact(inside, members[families.root(inside[0].source_doc)], by_id) for inside in held.values()]
    facts.sort(key=lambda fact: (-len(fact.stated_in), -len(fact.langs), -fact.p, _first_place(fact)))
    return tuple(_numbered(fact, number) for number, fact in enumerate(facts, 1))


def _links(records: Iterable[SegmentPair], min_p: float) -> Iterable[SegmentPair]:
    return (
        record
        for record in records
        if record.relation != SegmentRelation.RELATED and _weight(record) >= min_p and all(map(bool, _sides(record)))
    )


def _sides(record: SegmentPair) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return record.source_sentences, record.target_sentences


def _weight(record: SegmentPair) -> float:
    return record.p if isfinite(record.p) else record.score


def _by_weight(record: SegmentPair) -> tuple[float, Place, Place]:
    return (-_weight(record), *_places(record))


def _places(record: SegmentPair) -> tuple[Place, Place]:
    return (
        (record.source_doc, record.source_sentences, record.source_span),
        (record.target_doc, record.target_sentences, record.target_span),
    )


def _cluster(links: Sequence[SegmentPair]) -> list[list[Place]]:
    """Groups of places that overlap or that the links hold together, the strongest link first.

    No document states a fact twice.
    """
    ends = [_places(link) for link in links]
    places = list(dict.fromkeys(place for both in ends for place in both))
    groups = DisjointSets(places)
    held: dict[Place, dict[str, Place]] = {place: {place[0]: place} for place in places}
    for source, target in (*_overlapping(places), *ends):
        one, other = groups.root(source), groups.root(target)
        if one != other and _agree(held[one], held[other]):
            groups.join(one, other)
            for doc, place in held.pop(other).items():
                held[one][doc] = _common(held[one].get(doc, place), place)
    members: defaultdict[Place, list[Place]] = defaultdict(list)
    for place in places:
        members[groups.root(place)].append(place)
    return list(members.values())


def _overlapping(places: Iterable[Place]) -> Iterator[tuple[Place, Place]]:
    """The places of one document that share characters, each with the first that it does so with."""
    seen: defaultdict[tuple[str, int], list[Place]] = defaultdict(list)
    for place in places:
        cells = [(place[0], sentence) for sentence in place[1]]
        if found := next((other for cell in cells for other in seen[cell] if _overlap(place, other)), None):
            yield found, place
        for cell in cells:
            seen[cell].append(place)


def _overlap(one: Place, other: Place) -> bool:
    """Whether two places of one document share characters; spans that nobody told overlap where sentences do."""
    if set(one[1]).isdisjoint(other[1]):
        return False
    return one[2] == other[2] or max(one[2][0], other[2][0]) < min(one[2][1], other[2][1])


def _common(one: Place, other: Place) -> Place:
    """What two places that overlap have in common."""
    start, end = max(one[2][0], other[2][0]), min(one[2][1], other[2][1])
    return one[0], tuple(sorted({*one[1]} & {*other[1]})), (start, end)


def _agree(one: Mapping[str, Place], other: Mapping[str, Place]) -> bool:
    """Whether two groups hold no two different places of one document; segments that overlap are one place."""
    return all(_overlap(one[doc], other[doc]) for doc in one.keys() & other.keys())


def _fact(links: Sequence[SegmentPair], family: set[str], documents: Mapping[str, Document]) -> Fact:
    found = _statements_by_document(links)
    stated_in = tuple(statement.doc for statement in found)
    spans = {statement.doc: statement.span for statement in found}
    counts: defaultdict[str, int] = defaultdict(int)
    for link in links:
        if link.relation:
            counts[link.relation] += 1
    dates = _dates(found)
    not_stated_in = tuple(sorted((family & documents.keys()) - set(stated_in)))
    langs = {statement.lang for statement in found}
    return Fact(
        id="",
        statements=found,
        p=max(map(_weight, links)),
        langs=tuple(sorted(langs)),
        stated_in=stated_in,
        not_stated_in=not_stated_in,
        not_stated_langs=tuple(sorted({documents[id].lang for id in not_stated_in} - langs)),
        conflicts=tuple(filter(None, (_conflict(link, spans) for link in links))),
        relations=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        first=dates[0] if dates else "",
        last=dates[-1] if dates else "",
    )


def _statements_by_document(links: Sequence[SegmentPair]) -> tuple[Statement, ...]:
    places: defaultdict[str, list[Statement]] = defaultdict(list)
    for link in links:
        for statement in _statements(link):
            places[statement.doc].append(statement)
    return tuple(max(places[doc], key=_strength) for doc in sorted(places))


def _strength(statement: Statement) -> tuple[float, int, int]:
    start, end = statement.span
    return statement.p, start - end, -start


def _statements(link: SegmentPair) -> tuple[Statement, Statement]:
    p = _weight(link)
    return (
        Statement(link.source_doc, link.langs[0], link.source_sentences, link.source_span, link.source_text, p),
        Statement(link.target_doc, link.langs[1], link.target_sentences, link.target_span, link.target_text, p),
    )


def _conflict(link: SegmentPair, spans: Mapping[str, tuple[int, int]]) -> Conflict | None:
    """What a link contradicts within the statements shown; one whose relation nobody told is looked at here.

    A wider segment, of which only a part states the fact, may contradict the other side in something else.
    """
    ties = link.evidence
    if not link.relation:
        ties = gather(link.source_text, link.target_text, *link.langs).ties
    differences = tuple(
        tie.difference
        for tie in ties
        if not tie.agrees
        and _lies_in(tie.source_span, link.source_span, spans[link.source_doc])
        and _lies_in(tie.target_span, link.target_span, spans[link.target_doc])
    )
    return Conflict(link.source_doc, link.target_doc, differences) if differences else None


def _lies_in(span: tuple[int, int], segment: tuple[int, int], statement: tuple[int, int]) -> bool:
    """Whether a span, counted from its segment's beginning, lies in the statement."""
    return statement[0] <= segment[0] + span[0] and segment[0] + span[1] <= statement[1]


def _dates(statements: Iterable[Statement]) -> list[str]:
    """The dates with a year that the statements mention, in order of time."""
    found = (mention for one in statements for mention in mentions(one.text, one.lang) if mention.kind == "date")
    return sorted({mention.value for mention in found if mention.value[:1].isdigit()})


def _first_place(fact: Fact) -> tuple[str, tuple[int, int]]:
    return fact.statements[0].doc, fact.statements[0].span


def _numbered(fact: Fact, number: int) -> Fact:
    return replace(fact, id=f"fact-{number}")
