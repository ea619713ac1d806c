"""Documents, and apart from them the links between their sentences: what formats that keep the two apart write.

Where the bitext was joined from documents, these are written whole. Where it was read from a file, a document is known
by its records alone: each distinct segment stands as one sentence, since nothing tells where its sentences begin. They
come in the order of their numbers if all have some, else as the records come; a segment without number and span is its
record's own, so that a text that repeats a line repeats it still.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from aligner.bitext import Bitext, SegmentPair, by_documents
from aligner.document import Document
from aligner.multiway import Segment, sides

Place = tuple[int, int]
"""Where a sentence stands: its paragraph in the document, and its number in the paragraph; both from 1."""

Sides = tuple[tuple[Place, ...], tuple[Place, ...]]
"""The sentences that a record links; either side may be empty."""

_PARAGRAPH = re.compile("\n[^\\S\n]*\n|\u2029")


class Names(NamedTuple):
    """What tells a document from the others: id and language, and without an id the side on which it stands."""

    id: str
    lang: str
    side: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Two documents, and each record with what it links."""

    source: Names
    target: Names
    links: Sequence[tuple[SegmentPair, Sides]]


@dataclass(frozen=True, slots=True)
class Apart:
    """All documents, each as its sentences by paragraph, and the links of each two."""

    documents: dict[Names, Sequence[Sequence[str]]]
    pairs: Sequence[Linked]


def set_apart(bitext: Bitext) -> Apart:
    """The documents and the links of a bitext."""
    groups = _by_names(bitext)
    documents: dict[Names, _Known | _Told] = {}
    for alignment in bitext.alignments:
        for document in (alignment.pair.source, alignment.pair.target):
            if (known := Names(document.id, document.lang, 0)) not in documents:
                documents[known] = _Known(document)
    for names, records in groups.items():
        for record in records:
            for name, segment in zip(names, sides(record), strict=True):
                documents.setdefault(name, _Told()).add(segment, record)
    return Apart(
        {name: document.paragraphs for name, document in documents.items()},
        [
            Linked(source, target, [(one, _places(documents[source], documents[target], one)) for one in records])
            for (source, target), records in groups.items()
        ],
    )


def identity(segment: Segment, record: SegmentPair) -> Hashable:
    """What tells a segment from the others of its document: itself if it says where it stands, else its record."""
    return segment if segment.sentences or any(segment.span) else (id(record), segment)


class _Known:
    """A document that we have."""

    def __init__(self, document: Document) -> None:
        self.paragraphs = list(_split(document))
        self._places = [
            (number, place)
            for number, paragraph in enumerate(self.paragraphs, 1)
            for place in range(1, len(paragraph) + 1)
        ]

    def add(self, _: Segment, __: SegmentPair) -> None:
        """Nothing: all its sentences are here."""

    def places(self, segment: Segment, _: SegmentPair) -> tuple[Place, ...]:
        return tuple(self._places[index] for index in segment.sentences)


class _Told:
    """A document of which we have what records tell."""

    def __init__(self) -> None:
        self._segments: dict[Hashable, Segment] = {}

    def add(self, segment: Segment, record: SegmentPair) -> None:
        if segment.text or segment.sentences:
            self._segments.setdefault(identity(segment, record), segment)

    @cached_property
    def _ordered(self) -> list[tuple[Hashable, Segment]]:
        found = list(self._segments.items())
        if all(segment.sentences for _, segment in found):
            found.sort(key=lambda one: (one[1].sentences, one[1].span))
        return found

    @cached_property
    def _numbers(self) -> dict[Hashable, int]:
        return {key: number for number, (key, _) in enumerate(self._ordered, 1)}

    @property
    def paragraphs(self) -> Sequence[Sequence[str]]:
        return [[segment.text for _, segment in self._ordered]] if self._segments else []

    def places(self, segment: Segment, record: SegmentPair) -> tuple[Place, ...]:
        number = self._numbers.get(identity(segment, record))
        return ((1, number),) if number else ()


def _places(source: _Known | _Told, target: _Known | _Told, record: SegmentPair) -> Sides:
    one, other = sides(record)
    return source.places(one, record), target.places(other, record)


def _by_names(bitext: Bitext) -> dict[tuple[Names, Names], list[SegmentPair]]:
    """The records of each two documents, lone sentences among them."""
    groups: dict[tuple[Names, Names], list[SegmentPair]] = {}
    for records in by_documents(bitext).values():
        for record in records:
            one, other = sides(record)
            source = Names(one.doc, one.lang, 0)
            target = Names(other.doc, other.lang, 0 if other.doc else 1)
            groups.setdefault((source, target), []).append(record)
    return groups


def _split(document: Document) -> Iterator[list[str]]:
    """The sentences of each paragraph, told by blank lines."""
    texts = document.sentence_texts()
    paragraph = texts[:1]
    for (one, other), text in zip(pairwise(document.sentences), texts[1:], strict=True):
        if _PARAGRAPH.search(document.text.content, one.end, other.start):
            yield paragraph
            paragraph = []
        paragraph.append(text)
    if paragraph:
        yield paragraph
