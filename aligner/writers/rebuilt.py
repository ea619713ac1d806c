"""A bitext without its documents as a run: the documents are put together again from what its records hold.

A segment is a sentence, as in the formats that keep documents apart (``apart``); one that its record counts as several
is split where our splitter finds as many. Without documents named, each side is one. No two have one name: where two
languages, or both sides, share it, it is told from the other by its language.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from aligner.alignment import Alignment, Bead, left_alone
from aligner.bitext import Bitext, SegmentPair, join
from aligner.corpus import Corpus
from aligner.document import UNDETERMINED, Document, DocumentPair, Relation, Sentence, Text
from aligner.languages import stated
from aligner.report import Run
from aligner.splitters import Splitter, load
from aligner.writers.apart import Linked, Names, Place, Sides, set_apart
from aligner.writers.cells import clean

_BETWEEN_SENTENCES, _BETWEEN_PARAGRAPHS = "\n", "\n\n"


def rebuild(bitext: Bitext, path: Path) -> Run:
    """The run that a bitext can show: its documents as its records tell them, and no facts.

    Args:
        bitext: as it was read.
        path: the file, which names documents that have no name.
    """
    held, splitter = set_apart(bitext), load("rules")
    counts = _counts(held.pairs)
    ids = _ids(held.documents, path)
    documents = {
        names: _Rebuilt(ids[names], names.lang, paragraphs, counts[names], splitter)
        for names, paragraphs in held.documents.items()
    }
    alignments = tuple(_alignment(documents[linked.source], documents[linked.target], linked) for linked in held.pairs)
    found = tuple(one.document for one in documents.values())
    warnings = tuple(map(str, bitext.problems))
    corpus = Corpus(path, tuple(document.text for document in found), {}, warnings=warnings)
    return Run(corpus, found, alignments, replace(join(alignments, bitext.signature), problems=bitext.problems))


def _ids(documents: Iterable[Names], path: Path) -> dict[Names, str]:
    """A name for each document and no other, fit for any table: its own, where it has one to itself."""
    own = {names: clean(names.id) for names in documents}
    shared = Counter(own.values())
    ids: dict[Names, str] = {}
    taken = set(shared)
    for names, id in own.items():
        told = filter(None, (clean(names.lang), ("source", "target")[names.side]))
        free = (f"{id or path.name}#{one}" for one in chain(told, count(1)))
        ids[names] = id if id and shared[id] == 1 else next(name for name in free if name not in taken)
        taken.add(ids[names])
    return ids


def _counts(pairs: Sequence[Linked]) -> dict[Names, dict[Place, int]]:
    """Of each document the segments that stand for several sentences, and for how many."""
    counts: dict[Names, dict[Place, int]] = {}
    for linked in pairs:
        source, target = counts.setdefault(linked.source, {}), counts.setdefault(linked.target, {})
        for record, (ones, others) in linked.links:
            for side, places, sentences in (
                (source, ones, record.source_sentences),
                (target, others, record.target_sentences),
            ):
                if len(places) == 1 and sentences:
                    side[places[0]] = len(sentences)
    return counts


class _Rebuilt:
    """A document put together from its segments; ``indices`` tells the sentences of each."""

    def __init__(
        self, id: str, lang: str, paragraphs: Sequence[Sequence[str]], counts: dict[Place, int], splitter: Splitter
    ) -> None:
        lang = stated(lang) or UNDETERMINED
        content: list[str] = []
        sentences: list[Sentence] = []
        start = 0
        self.indices: dict[Place, tuple[int, ...]] = {}
        for number, paragraph in enumerate(paragraphs, 1):
            for place, segment in enumerate(paragraph, 1):
                parts = list(_parts(segment, counts.get((number, place), 1), lang, splitter))
                self.indices[number, place] = tuple(range(len(sentences), len(sentences) + len(parts)))
                sentences += [Sentence(start + first, start + last) for first, last in parts]
                between = _BETWEEN_PARAGRAPHS if place == len(paragraph) else _BETWEEN_SENTENCES
                content += [segment, between]
                start += len(segment) + len(between)
        self.document = Document(Text(id, lang, "".join(content)), tuple(sentences))

    def sentences(self, places: Sequence[Place]) -> tuple[int, ...]:
        return tuple(index for place in places for index in self.indices[place])


def _parts(segment: str, n_sentences: int, lang: str, splitter: Splitter) -> Iterator[tuple[int, int]]:
    """The sentences of a segment: as many as its record says, if they can be told."""
    found = splitter.split(segment, lang) if n_sentences > 1 else []
    yield from found if len(found) == n_sentences else [(0, len(segment))]


def _alignment(source: _Rebuilt, target: _Rebuilt, linked: Linked) -> Alignment:
    records = [record for record, _ in linked.links]
    relations = (record.doc_relation for record in records if record.doc_relation in list(Relation))
    relation = Relation(next(relations, Relation.PARALLEL))
    pair = DocumentPair(source.document, target.document, relation, float("nan"))
    beads = [_bead(record, source, target, places) for record, places in linked.links]
    told = [bead for bead in beads if bead.is_link or (any(bead.sides) and (bead.decision or bead.note))]
    method = next((record.method for record in records if record.method), "")
    return Alignment(pair, (*told, *left_alone(pair, told)), method)


def _bead(record: SegmentPair, source: _Rebuilt, target: _Rebuilt, places: Sides) -> Bead:
    return Bead(
        source.sentences(places[0]),
        target.sentences(places[1]),
        record.score,
        record.cosine,
        record.margin,
        record.crossing,
        record.p,
        record.relation,
        record.evidence,
        flags=record.flags,
        decision=record.decision,
        note=record.note,
    )
