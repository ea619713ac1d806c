"""Aligned records: the links of all document pairs in one bitext, and what no link holds."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from importlib.metadata import version
from math import nan
from typing import Any

from aligner.alignment import Alignment, Bead, alone, left_alone
from aligner.document import Document, DocumentPair, Lock, Sentence
from aligner.errors import GoldError
from aligner.evidence import Tie
from aligner.languages import stated

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPair:
    """One record: two segments that correspond, and where they come from.

    A record read from a file that does not hold a field has that field's default.

    Attributes:
        source_text, target_text: the segments, verbatim, with whatever stands between their sentences.
        p: as the bead's; ``nan`` where nothing was measured.
        relation: what the two segments state of each other's facts: the value of a ``SegmentRelation``.
        score, cosine, margin: as the bead's; ``nan`` where nothing was measured.
        bead: how many sentences a side, as ``1-2``.
        doc_relation: how the two documents belong together: the value of a ``Relation``.
        method: what found the link.
        source_lang, target_lang: as whoever made the record wrote them; ``langs`` has them in our spelling.
        source_doc, target_doc: the documents' ids.
        source_sentences, target_sentences: 0-based indices of the sentences in their documents.
        source_span, target_span: ``(start, end)`` of the segments in their documents' contents, in code points.
        crossing: the target lies before or behind that of the neighbouring records, as the bead's.
        flags: what is suspicious about the record, by the names of ``aligner.flags``.
        evidence: what the two segments share or contradict.
        unit: the name that the records of one text in three or more languages share; empty for two languages.
        decision: what a person decided: ``accepted``, whose ``p`` is 1 then, or in a file that people work in
            ``rejected``; empty where nobody decided. See ``aligner.decisions``.
        note: what that person wrote.
    """

    source_text: str = ""
    target_text: str = ""
    p: float = nan
    relation: str = ""
    score: float = nan
    cosine: float = nan
    margin: float = nan
    bead: str = ""
    doc_relation: str = ""
    method: str = ""
    source_lang: str = ""
    target_lang: str = ""
    source_doc: str = ""
    target_doc: str = ""
    source_sentences: tuple[int, ...] = ()
    target_sentences: tuple[int, ...] = ()
    source_span: tuple[int, int] = (0, 0)
    target_span: tuple[int, int] = (0, 0)
    crossing: bool = False
    flags: tuple[str, ...] = ()
    evidence: tuple[Tie, ...] = ()
    unit: str = ""
    decision: str = ""
    note: str = ""

    @property
    def langs(self) -> tuple[str, str]:
        """The two languages as ``languages.normalise`` spells them; what is no code stays as it is."""
        return stated(self.source_lang) or self.source_lang, stated(self.target_lang) or self.target_lang

    @property
    def is_link(self) -> bool:
        """Both sides hold something: a text, or the number of a sentence."""
        return bool((self.source_text or self.source_sentences) and (self.target_text or self.target_sentences))


@dataclass(frozen=True, slots=True)
class Bitext:
    """The records of all document pairs, and how they were made.

    ``alignments`` are what the records were joined from; empty where the bitext was read from a file. ``related`` are
    the pairs of segments on one topic that probably share no fact: no records. ``by_documents`` gives the sentences
    that no link holds, too; in a bitext that was read they stand among the ``pairs``. ``problems`` say what of a file
    could not be read.
    """

    pairs: tuple[SegmentPair, ...]
    signature: str
    alignments: tuple[Alignment, ...] = ()
    related: tuple[SegmentPair, ...] = ()
    problems: tuple[GoldError, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True)
class Unaligned:
    """A sentence that no link holds: ``sentence`` is its 0-based index in the document, ``text`` verbatim.

    ``note`` says why it could not be linked where that is known.
    """

    doc: str
    lang: str
    sentence: int
    span: tuple[int, int]
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """What became of one pair of documents, of one document without a partner, or of one file that was skipped.

    ``relation`` is the value of a ``Relation``, ``unpaired`` or ``skipped``; a row of the last two has no target, and
    ``source_doc`` is the document or file whatever its language. ``reason`` says why a file was skipped, or how much of
    a document was left untranslated; ``relation`` is ``untranslated`` where nothing of one was translated.
    """

    source_doc: str
    target_doc: str = ""
    relation: str
    score: float = nan
    source_lang: str = ""
    target_lang: str = ""
    records: int = 0
    source_coverage: float = nan
    target_coverage: float = nan
    reason: str = ""


def sign(**parts: object) -> str:
    """How a result was made, as ``aligner:0.1.0|encoder:use|splitter:rules``: our version, then the parts as given.

    A part is a name, several names (written ``use+e5``), or an object, which is written as its ``name`` or its type.
    """
    told = {"aligner": version("aligner"), **{part: _told(value) for part, value in parts.items()}}
    return "|".join(f"{part}:{' '.join(name.replace('|', '/').split())}" for part, name in told.items())


def options_of(signature: str) -> dict[str, str]:
    """The parts of a signature but for our version, by name."""
    return dict(part.split(":", 1) for part in signature.split("|")[1:] if ":" in part)


def settings(part: Any) -> str:
    """The settings of a method, a dataclass or an instance of one, as ``k=4,min_score=0.5``."""
    return ",".join(_settings(part))


def _settings(part: Any) -> Iterator[str]:
    for field in fields(part):
        value = _default(field) if isinstance(part, type) else getattr(part, field.name)
        if is_dataclass(value):
            yield from _settings(value)
        elif field.repr:
            yield f"{field.name}={value}"


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def join(alignments: Iterable[Alignment], signature: str) -> Bitext:
    """The bitext of these alignments: one record a link, in document order within each, the alignments as they come."""
    kept = tuple(alignments)
    pairs = tuple(_record(alignment, bead) for alignment in kept for bead in in_document_order(alignment.links))
    related = tuple(_record(alignment, bead) for alignment in kept for bead in in_document_order(alignment.related))
    return Bitext(pairs, signature, kept, related)


def in_document_order(links: Iterable[Bead]) -> list[Bead]:
    """These links by their sentences in the source, then in the target."""
    return sorted(links, key=lambda bead: (min(bead.source), min(bead.target), bead.source, bead.target))


def by_documents(bitext: Bitext) -> dict[tuple[str, str], list[SegmentPair]]:
    """For each two documents their records, and among them the lone sentences, each before the first that lies behind.

    A pair is known by the names of its documents; all records without such names belong to ``("", "")``.
    """
    written = spellings(bitext.pairs)
    held: dict[tuple[str, str], tuple[list[SegmentPair], list[SegmentPair]]] = {}
    for group, records in enumerate((bitext.pairs, _lone_records(bitext.alignments, written))):
        for record in records:
            held.setdefault((record.source_doc, record.target_doc), ([], []))[group].append(record)
    return {names: [*_interleaved(*both)] for names, both in held.items()}


def by_source(bitext: Bitext) -> dict[str, Bitext]:
    """For each document of the source side, in order, what the bitext holds of it."""
    alignments: defaultdict[str, list[Alignment]] = defaultdict(list)
    for alignment in bitext.alignments:
        alignments[alignment.pair.source.id].append(alignment)
    pairs, related = map(_by_source, (bitext.pairs, bitext.related))
    return {
        source: replace(bitext, pairs=tuple(pairs[source]), alignments=tuple(held), related=tuple(related[source]))
        for source, held in alignments.items()
    }


def _by_source(records: Iterable[SegmentPair]) -> defaultdict[str, list[SegmentPair]]:
    held: defaultdict[str, list[SegmentPair]] = defaultdict(list)
    for record in records:
        held[record.source_doc].append(record)
    return held


def spellings(records: Iterable[SegmentPair]) -> dict[str, str]:
    """Our code of each language of these records, and how it was written."""
    return {code: as_is for record in records for code, as_is in zip(record.langs, _langs(record), strict=True)}


def spelled(bitext: Bitext, spellings: Mapping[str, str]) -> Bitext:
    """The bitext with its languages as they were written, by our code."""
    if all(code == written for code, written in spellings.items()):
        return bitext
    pairs, related = (
        tuple(_spelled_record(record, spellings) for record in records) for records in (bitext.pairs, bitext.related)
    )
    return replace(bitext, pairs=pairs, related=related)


def _spelled_record(record: SegmentPair, spellings: Mapping[str, str]) -> SegmentPair:
    source, target = (spellings.get(lang, lang) for lang in _langs(record))
    return replace(record, source_lang=source, target_lang=target)


def _langs(pair: SegmentPair) -> tuple[str, str]:
    return pair.source_lang, pair.target_lang


def _lone_records(alignments: Iterable[Alignment], written: Mapping[str, str]) -> Iterator[SegmentPair]:
    """The sentences that no link of their pair holds, with their languages as the other records have them written."""
    for alignment in alignments:
        for bead in _lone(alignment):
            record = _record(alignment, bead)
            source, target = (written.get(lang, lang) for lang in _langs(record))
            yield replace(record, source_lang=source, target_lang=target)


def _interleaved(links: Iterable[SegmentPair], lone: Iterable[SegmentPair]) -> Iterator[SegmentPair]:
    """The links as they come, and before each the lone sentences that precede it on their side."""
    sources = deque(record for record in lone if record.source_sentences)
    targets = deque(record for record in lone if not record.source_sentences)
    for link in links:
        while sources and sources[0].source_sentences < link.source_sentences:
            yield sources.popleft()
        while targets and targets[0].target_sentences < link.target_sentences:
            yield targets.popleft()
        yield link
    yield from sources
    yield from targets


def _lone(alignment: Alignment) -> Iterator[Bead]:
    """The sentences of either document that this alignment tells as lone, each in a bead by itself.

    What a person decided of them is told.
    """
    decided = [bead for bead in alignment.beads if (bead.decision or bead.note) and not bead.is_link]
    told = {
        one.sides: replace(bead, source=one.source, target=one.target) for bead in decided for one in alone(*bead.sides)
    }
    lone = left_alone(alignment.pair, alignment.links) if alignment.lone is None else alone(*alignment.lone)
    yield from (told.get(bead.sides, bead) for bead in lone)


def linked_sentences(alignments: Iterable[Alignment]) -> Mapping[str, Set[int]]:
    """For each document's id the sentences that a link of any of these alignments holds."""
    linked: defaultdict[str, set[int]] = defaultdict(set)
    for alignment in alignments:
        for bead in alignment.links:
            linked[alignment.pair.source.id].update(bead.source)
            linked[alignment.pair.target.id].update(bead.target)
    return dict(linked)


def coverage(documents: Iterable[Document], linked: Mapping[str, Set[int]]) -> float:
    """The share of these documents' sentences that are linked, in ``[0, 1]``; 0 where there are none.

    A blank sentence, which stands for an empty line of a text that was split before, does not count.
    """
    n_sentences = n_linked = 0
    for document in documents:
        held = linked.get(document.id, frozenset())
        for index, _ in _sentences(document):
            n_sentences += 1
            n_linked += index in held
    return n_linked / n_sentences if n_sentences else 0.0


def unaligned(alignments: Iterable[Alignment], documents: Iterable[Document]) -> tuple[Unaligned, ...]:
    """The sentences of these documents that no link of any alignment holds, in document order; blank ones left out."""
    linked = linked_sentences(alignments)
    return tuple(
        Unaligned(document.id, document.lang, index, (sentence.start, sentence.end), text, _note(sentence))
        for document in documents
        for index, sentence in enumerate(document.sentences)
        if (text := document.text.content[sentence.start : sentence.end]).strip()
        if index not in linked.get(document.id, frozenset())
    )


def _note(sentence: Sentence) -> str:
    return f"stands in {sentence.lang}" if sentence.lang else ""


def left_untranslated(document: Document) -> str:
    """How much of a document stands in other languages than its own, for people; empty where nothing does."""
    n_foreign, n_own = len(document.untranslated), sum(1 for _ in _sentences(document))
    langs = " or ".join(sorted({document.sentences[index].lang for index in document.untranslated}))
    return f"{n_foreign} of {n_foreign + n_own} sentences stand in {langs}" if n_foreign else ""


def is_untranslated(document: Document) -> bool:
    """Whether no sentence of a document stands in its own language."""
    return bool(document.untranslated) and not any(_sentences(document))


def document_rows(
    alignments: Iterable[Alignment],
    unpaired: Iterable[Document] = (),
    skipped: Iterable[tuple[str, str]] = (),
) -> tuple[DocumentRow, ...]:
    """One row for each alignment, then the documents without a partner, then the skipped files, ``(id, reason)``."""
    return (
        *map(_pair_row, alignments),
        *map(_lone_row, unpaired),
        *(DocumentRow(source_doc=id, relation="skipped", reason=reason) for id, reason in skipped),
    )


def _lone_row(document: Document) -> DocumentRow:
    relation, reason = "untranslated" if is_untranslated(document) else "unpaired", left_untranslated(document)
    return DocumentRow(source_doc=document.id, relation=relation, source_lang=document.lang, reason=reason)


def _pair_row(alignment: Alignment) -> DocumentRow:
    pair = alignment.pair
    linked = linked_sentences([alignment])
    is_nothing = is_untranslated(pair.source) or is_untranslated(pair.target)
    told = ((document.id, left_untranslated(document)) for document in (pair.source, pair.target))
    return DocumentRow(
        source_doc=pair.source.id,
        target_doc=pair.target.id,
        relation="untranslated" if is_nothing else pair.relation.value,
        score=pair.score,
        source_lang=pair.source.lang,
        target_lang=pair.target.lang,
        records=len(alignment.links),
        source_coverage=coverage([pair.source], linked),
        target_coverage=coverage([pair.target], linked),
        reason="; ".join(f"{id}: {what}" for id, what in told if what),
    )


def place(pair: DocumentPair, one: Bead | Lock) -> tuple[Span, Span]:
    """The characters of both documents that a bead or a lock holds; ``(0, 0)`` for an empty side."""
    return (
        _part(pair.source.span(one.source), one.source_part),
        _part(pair.target.span(one.target), one.target_part),
    )


def _record(alignment: Alignment, bead: Bead) -> SegmentPair:
    source, target = alignment.pair.source, alignment.pair.target
    source_span, target_span = place(alignment.pair, bead)
    return SegmentPair(
        source_text=source.text.content[slice(*source_span)],
        target_text=target.text.content[slice(*target_span)],
        p=bead.p,
        score=bead.score,
        cosine=bead.cosine,
        margin=bead.margin,
        bead=bead.kind,
        doc_relation=alignment.pair.relation.value,
        method=alignment.method,
        source_lang=source.lang,
        target_lang=target.lang,
        source_doc=source.id,
        target_doc=target.id,
        source_sentences=bead.source,
        target_sentences=bead.target,
        source_span=source_span,
        target_span=target_span,
        crossing=bead.crossing,
        relation=bead.relation,
        flags=bead.flags,
        evidence=_moved(bead.evidence, bead.source_part, bead.target_part),
        decision=bead.decision,
        note=bead.note,
    )


def _part(span: Span, part: Span | None) -> Span:
    """The span of a part of a segment, in the document."""
    return span if part is None else (span[0] + part[0], span[0] + part[1])


def _moved(ties: Iterable[Tie], source_part: Span | None, target_part: Span | None) -> tuple[Tie, ...]:
    """The ties that lie within the parts, their spans counted from the parts' beginnings."""
    moved = []
    for tie in ties:
        spans = []
        for span, part in ((tie.source_span, source_part), (tie.target_span, target_part)):
            start, end = part or (0, span[1])
            if start <= span[0] and span[1] <= end:
                spans.append((span[0] - start, span[1] - start))
        if len(spans) == 2:
            moved.append(replace(tie, source_span=spans[0], target_span=spans[1]))
    return tuple(moved)


def _sentences(document: Document) -> Iterator[tuple[int, str]]:
    """The sentences that are not blank, with their indices."""
    return ((index, text) for index, text in enumerate(document.sentence_texts()) if text.strip())


def _told(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return "+".join(map(_told, value))
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or type(value).__name__)
