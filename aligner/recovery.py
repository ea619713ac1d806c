"""Beads recovered from the records that were made of them: what ``bitext.join`` did, undone."""

from dataclasses import replace

from aligner.alignment import Bead
from aligner.bitext import SegmentPair
from aligner.document import DocumentPair
from aligner.errors import GoldError
from aligner.evidence import Tie


def bead_of(pair: DocumentPair, record: SegmentPair) -> Bead:
    """The bead of which a record of this pair was made.

    Raises:
        GoldError: the pair has no such sentences.
    """
    sides = (
        (pair.source, record.source_sentences, record.source_span),
        (pair.target, record.target_sentences, record.target_span),
    )
    parts = []
    for document, sentences, span in sides:
        if any(index >= len(document) for index in sentences):
            raise GoldError(f"{document.id}: has no sentence {max(sentences)}; the files are of different runs")
        start, end = document.span(sentences)
        parts.append(None if span == (start, end) else (span[0] - start, span[1] - start))
    return Bead(
        record.source_sentences,
        record.target_sentences,
        record.score,
        record.cosine,
        record.margin,
        record.crossing,
        record.p,
        record.relation,
        tuple(_from_segment(tie, *(part[0] if part else 0 for part in parts)) for tie in record.evidence),
        parts[0],
        parts[1],
        record.flags,
        record.decision,
        record.note,
    )


def _from_segment(tie: Tie, source: int, target: int) -> Tie:
    """A tie whose spans count from the beginnings of the segments, not of the parts that begin there."""
    (a, b), (c, d) = tie.source_span, tie.target_span
    return replace(tie, source_span=(a + source, b + source), target_span=(c + target, d + target))
