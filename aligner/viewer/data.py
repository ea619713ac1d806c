"""What the page shows of a run, ready for JSON.

``view`` is the overview and what is small; documents and pairs of documents are told each for itself, so that the page
takes up only what is looked at. All spans are ``(start, end)`` in code points of a document's text; documents and pairs
are named by their numbers in the run. A bead is named by its ``key``, its two spans, as in ``120-180:98-160``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any

from babel import Locale, UnknownLocaleError

from aligner.alignment import Alignment, Bead
from aligner.bitext import Span, coverage, in_document_order, linked_sentences, place, unaligned
from aligner.document import UNDETERMINED, Document, DocumentPair
from aligner.evidence import Tie
from aligner.facts import Fact
from aligner.readers.ids import printable
from aligner.report import Run
from aligner.seeds import NOT_STATED, Sighting

MAX_FACTS = 10_000
"""Facts that a page holds; of more the most important, and the page says so."""

N_BINS = 20
"""Bars of the distribution of p."""

DOUBTFUL = 0.7
"""Records of a lower p are counted as doubtful."""

Data = dict[str, Any]


def view(run: Run, *, mode: str = "report", shown: Sequence[Alignment] | None = None) -> Data:
    """The overview, the facts and the seeds of a run.

    Args:
        run: what to show.
        mode: ``report`` or ``review``.
        shown: the first pairs, as far as the page holds them; all where ``None``.
    """
    numbers = {document.id: number for number, document in enumerate(run.documents)}
    links = [link for alignment in run.alignments for link in alignment.links]
    linked = linked_sentences(run.alignments)
    lone = Counter(sentence.doc for sentence in unaligned(run.alignments, run.documents))
    unpaired = {document.id for document in run.unpaired}
    held = run.alignments if shown is None else shown
    return {
        "title": printable(run.corpus.folder.name or run.corpus.folder.resolve().name),
        "mode": mode,
        "signature": run.bitext.signature,
        "langs": _langs(run),
        "documents": [
            {
                "id": document.id,
                "lang": document.lang,
                "dir": direction(document.lang),
                "sentences": sum(bool(text.strip()) for text in document.sentence_texts()),
                "coverage": _rounded(coverage([document], linked)),
                "unaligned": lone[document.id],
                "relation": "unpaired" if document.id in unpaired else "",
                "foreign": len(document.untranslated),
            }
            for document in run.documents
        ],
        "pairs": [
            {**pair_row(alignment, numbers), "shown": number < len(held)}
            for number, alignment in enumerate(run.alignments)
        ],
        "skipped": [{"id": skip.id, "reason": skip.reason} for skip in run.corpus.skipped],
        "warnings": [*run.corpus.warnings, *run.notes, *run.stale],
        "records": len(links),
        "shown": sum(len(alignment.links) for alignment in held),
        "p": histogram(link.p for link in links),
        "beads": _counted(link.kind for link in links),
        "relations": _counted(link.relation for link in links if link.relation),
        "flags": _counted(flag for link in links for flag in link.flags),
        "facts": [_fact(fact, numbers) for fact in run.facts[:MAX_FACTS]],
        "n_facts": len(run.facts),
        "seeds": _seeds(run.sightings, numbers),
    }


def _langs(run: Run) -> list[str]:
    """The languages, those first that are sources."""
    pairs = [one.pair for one in run.alignments]
    sides = (*(pair.source for pair in pairs), *(pair.target for pair in pairs), *run.documents)
    return list(dict.fromkeys(document.lang for document in sides))


def pair_row(alignment: Alignment, numbers: Mapping[str, int]) -> Data:
    """What the overview tells of one pair of documents."""
    pair, links = alignment.pair, alignment.links
    linked = linked_sentences([alignment])
    return {
        "source": numbers[pair.source.id],
        "target": numbers[pair.target.id],
        "relation": pair.relation.value,
        "score": _number(pair.score),
        "records": len(links),
        "related": len(alignment.related),
        "coverage": [_rounded(coverage([document], linked)) for document in (pair.source, pair.target)],
        "doubtful": sum(link.p < DOUBTFUL for link in links),
        "conflicts": sum(link.relation == "conflicting" for link in links),
        "crossings": sum(link.crossing for link in links),
        "method": alignment.method,
    }


def document_data(document: Document) -> Data:
    """A document's text and the spans of its sentences; those in another language with it, by their numbers."""
    return {
        "text": document.text.content,
        "sentences": [[sentence.start, sentence.end] for sentence in document.sentences],
        "foreign": {str(index): document.sentences[index].lang for index in document.untranslated},
    }


def pair_data(alignment: Alignment, dots: Sequence[int] = ()) -> Data:
    """The beads of one pair: its links, and the lone sentences that a person decided on.

    ``dots`` are similar sentences: source, target, and similarity from 0 to 100, one after the other.
    """
    pair = alignment.pair
    decided = [bead for bead in alignment.beads if not bead.is_link and (bead.decision or bead.note)]
    return {
        "beads": [bead_data(pair, bead) for bead in (*in_document_order(alignment.links), *decided)],
        "related": [bead_data(pair, bead) for bead in in_document_order(alignment.related)],
        "dots": list(dots),
    }


def bead_data(pair: DocumentPair, bead: Bead) -> Data:
    """A bead, with what was measured of it and what was decided."""
    spans = place(pair, bead)
    starts = [document.span(side)[0] for document, side in zip((pair.source, pair.target), bead.sides, strict=True)]
    ties = (_tie(tie, starts) for tie in bead.evidence)
    return {
        "source": list(bead.source),
        "target": list(bead.target),
        "spans": [list(span) for span in spans],
        "p": _number(bead.p),
        "score": _number(bead.score),
        "cosine": _number(bead.cosine),
        "margin": _number(bead.margin),
        "relation": bead.relation,
        "crossing": bead.crossing,
        "flags": list(bead.flags),
        "evidence": [tie for tie in ties if _lies_in(tie, spans)],
        "decision": bead.decision,
        "note": bead.note,
    }


def key(pair: DocumentPair, bead: Bead) -> str:
    """What names a bead among those of its pair."""
    return ":".join(f"{start}-{end}" for start, end in place(pair, bead))


def histogram(values: Iterable[float]) -> list[int]:
    """How many of these probabilities fall into each of the bins, from 0 to 1; what is none is left out."""
    counts = Counter(min(int(value * N_BINS), N_BINS - 1) for value in values if isfinite(value))
    return [counts[number] for number in range(N_BINS)]


@cache
def direction(lang: str) -> str:
    """Which way a language is written: ``ltr``, ``rtl``, or ``auto`` where nobody knows."""
    try:
        return "auto" if lang == UNDETERMINED else Locale.parse(lang, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "auto"


def _tie(tie: Tie, starts: Sequence[int]) -> Data:
    spans = zip(starts, (tie.source_span, tie.target_span), strict=True)
    return {
        "kind": tie.kind,
        "agrees": tie.agrees,
        "spans": [[start + first, start + last] for start, (first, last) in spans],
        "told": tie.difference,
    }


def _lies_in(tie: Data, spans: Sequence[Span]) -> bool:
    """Whether both sides of a tie lie in the parts that a bead is by."""
    sides = zip(tie["spans"], spans, strict=True)
    return all(start <= first and last <= end for (first, last), (start, end) in sides)


def _fact(fact: Fact, numbers: Mapping[str, int]) -> Data:
    return {
        "id": fact.id,
        "p": _number(fact.p),
        "langs": list(fact.langs),
        "stated_in": _known(fact.stated_in, numbers),
        "not_stated_in": _known(fact.not_stated_in, numbers),
        "not_stated_langs": list(fact.not_stated_langs),
        "conflicts": [
            {
                "source": numbers[one.source_doc],
                "target": numbers[one.target_doc],
                "differences": list(one.differences),
            }
            for one in fact.conflicts
        ],
        "relations": [list(relation) for relation in fact.relations],
        "first": fact.first,
        "last": fact.last,
        "statements": [
            {
                "document": numbers[one.doc],
                "lang": one.lang,
                "span": list(one.span),
                "text": one.text,
                "p": _number(one.p),
            }
            for one in fact.statements
        ],
    }


def _seeds(sightings: Iterable[Sighting], numbers: Mapping[str, int]) -> list[Data]:
    """What was seen of each seed, in their order."""
    seeds: dict[str, Data] = {}
    for one in sightings:
        if one.doc in numbers:
            seed = seeds.setdefault(one.seed, {"id": one.seed, "title": one.title, "sightings": []})
            seed["sightings"].append(_sighting(one, numbers))
    return list(seeds.values())


def _sighting(one: Sighting, numbers: Mapping[str, int]) -> Data:
    return {
        "document": numbers[one.doc],
        "lang": one.lang,
        "stance": one.stance,
        "p": _number(one.p),
        "span": None if one.stance == NOT_STATED else list(one.span),
        "text": one.text,
        "differences": list(one.differences),
    }


def _known(ids: Iterable[str], numbers: Mapping[str, int]) -> list[int]:
    return [numbers[id] for id in ids if id in numbers]


def _counted(values: Iterable[str]) -> list[list[Any]]:
    return [list(item) for item in Counter(values).most_common()]


def _rounded(value: float) -> float:
    return round(float(value), 4) + 0.0


def _number(value: float) -> float | None:
    return _rounded(value) if isfinite(value) else None
