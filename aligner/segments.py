"""Segments: the sentences of a document, runs of two of them, and the parts of a long one, as they are compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aligner.clauses import clauses, states
from aligner.document import Document

Span = tuple[int, int]

CLAUSES_OF_A_PART = 2
"""What a part must have words for to be compared by itself: of fewer, any text has its like."""

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive sentences, by their 0-based indices, or the part ``(start, end)`` of one, in its code points."""

    sentences: tuple[int, ...]
    part: Span | None = None

    def overlaps(self, other: "Segment") -> bool:
        """Whether some character stands in both; ``False`` for two parts of one sentence that lie side by side."""
        if not set(self.sentences) & set(other.sentences):
            return False
        if self.part is None or other.part is None:
            return True
        return max(self.part[0], other.part[0]) < min(self.part[1], other.part[1])


def stretches(document: Document) -> Iterator[tuple[Segment, str]]:
    """What is compared beside the sentences, with its text: runs of two sentences, and the two sides of each cut.

    A run lies within a paragraph, where blank lines or blank sentences tell these apart. A sentence is cut in two where
    one of its clauses ends.
    """
    yield from _runs(document)
    for i, sentence in enumerate(document.sentence_texts()):
        for part in _halves(sentence, document.lang):
            yield Segment((i,), part), sentence[slice(*part)]


def _runs(document: Document) -> Iterator[tuple[Segment, str]]:
    content, texts = document.text.content, document.sentence_texts()
    for i, (one, other) in enumerate(zip(document.sentences, document.sentences[1:], strict=False)):
        if texts[i].strip() and texts[i + 1].strip() and not _BLANK_LINE.search(content, one.end, other.start):
            yield Segment((i, i + 1)), content[one.start : other.end]


def _halves(sentence: str, lang: str) -> Iterator[Span]:
    for _, cut in clauses(sentence, lang)[:-1]:
        for start, end in ((0, len(sentence[:cut].rstrip())), (cut, len(sentence))):
            if states(sentence[start:end], CLAUSES_OF_A_PART):
                yield start, end
