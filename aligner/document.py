"""The values of the road's first half: a text, its sentences, and two documents that belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

UNDETERMINED = "und"
"""BCP 47 for a language that is not known."""


class Relation(StrEnum):
    """How two documents belong together."""

    PARALLEL = "parallel"
    """One translates the other."""
    PARTIAL = "partial"
    """One translates the other, with large omissions or moved parts."""
    COMPARABLE = "comparable"
    """Both report the same events, written independently."""
    UNRELATED = "unrelated"
    """Nothing is shared that an alignment could show."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The span ``content[start:end]`` of a text that the text itself says to be in the language ``lang``."""

    start: int
    end: int
    lang: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it was read: ``id`` is unique in its corpus (its path), ``lang`` is BCP 47 or ``und``.

    ``marks``, in order and without overlap, are passages that it says to be in another language than the most of it.
    """

    id: str
    lang: str
    content: str
    marks: tuple[Mark, ...] = ()

    @property
    def unmarked(self) -> str:
        """The content without the passages that are marked."""
        starts, ends = (0, *(mark.end for mark in self.marks)), (*(mark.start for mark in self.marks), None)
        return "".join(self.content[start:end] for start, end in zip(starts, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Sentence:
    """The span ``content[start:end]`` of a text; ``lang`` is its language where that is not the text's, else empty."""

    start: int
    end: int
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its sentences, in order and without overlap."""

    text: Text
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        return self.text.id

    @property
    def lang(self) -> str:
        return self.text.lang

    def __len__(self) -> int:
        return len(self.sentences)

    def sentence_texts(self) -> list[str]:
        """Every sentence, verbatim, in order; one in another language is empty: nothing aligns an empty sentence."""
        content = self.text.content
        return ["" if sentence.lang else content[sentence.start : sentence.end] for sentence in self.sentences]

    @property
    def untranslated(self) -> tuple[int, ...]:
        """The sentences that stand in another language, by their indices."""
        return tuple(index for index, sentence in enumerate(self.sentences) if sentence.lang)

    def span(self, indices: Sequence[int]) -> tuple[int, int]:
        """The smallest span ``(start, end)`` that covers these sentences; ``(0, 0)`` for none."""
        if not indices:
            return 0, 0
        return self.sentences[min(indices)].start, self.sentences[max(indices)].end

    def segment(self, indices: Sequence[int]) -> str:
        """The text of these sentences, verbatim, with whatever stands between them; empty for none."""
        start, end = self.span(indices)
        return self.text.content[start:end]


@dataclass(frozen=True, slots=True)
class Lock:
    """What a person decided of some sentences, given as 0-based indices; an empty side: the other has no counterpart.

    Attributes:
        source, target: the sentences.
        source_part, target_part: ``(start, end)``, in code points of the segment, where only this much of it is meant.
        decision: ``accepted``: the link, or the lone sentence, stands as it is; ``rejected``: it must not come back;
            empty where only a relation or a note was told.
        relation: how the two sides' facts lie to each other, by the name of a ``SegmentRelation``; empty if untold.
        note: what the person wrote.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    source_part: tuple[int, int] | None = None
    target_part: tuple[int, int] | None = None
    decision: str = "accepted"
    relation: str = ""
    note: str = ""

    @property
    def is_link(self) -> bool:
        """Both sides hold sentences."""
        return bool(self.source and self.target)


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents, how they belong together, and what a person decided of their sentences.

    ``score`` lies in ``[0, 1]``, higher is better: how much of the two texts finds its like in the other. No character
    stands in two accepted locks.
    """

    source: Document
    target: Document
    relation: Relation
    score: float
    locks: tuple[Lock, ...] = ()

    @property
    def locked(self) -> tuple[Lock, ...]:
        """The links and lone sentences that every method keeps as they are, aligning what is left around them."""
        return tuple(lock for lock in self.locks if lock.decision == "accepted")

    @property
    def rejected(self) -> tuple[Lock, ...]:
        """The links that no method may give."""
        return tuple(lock for lock in self.locks if lock.decision == "rejected")
