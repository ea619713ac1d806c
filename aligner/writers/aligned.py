"""A bitext from two texts, one sentence a line: line by line, or as beads tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.writers.beads import beads_of, read_records
from aligner.writers.cells import clean
from aligner.writers.texts import Segment, read_texts


def read_aligned(source: Path, target: Path, beads: Path | None = None) -> tuple[SegmentPair, ...]:
    """The records that beads tell of two texts, one sentence a line; without beads, line by line, as Moses has it.

    Raises:
        ReadError: a text cannot be read.
        GoldError: the beads cannot be parsed or name a sentence that there is not, or the texts differ in length.
    """
    if beads is None:
        (texts,) = read_texts(source, target, {("", ""): ()}).values()
        if len(texts.source) != len(texts.target):
            counts = f"{len(texts.source)} and {len(texts.target)}"
            raise GoldError(
                f"{clean(str(source))}, {clean(str(target))}: {counts} lines; give as many a side, or beads"
            )
        records = {("", ""): [SegmentPair(source_sentences=(i,), target_sentences=(i,)) for i in texts.source]}
    else:
        records = read_records(beads)
    held = read_texts(source, target, beads_of(records))
    return tuple(
        replace(
            record,
            source_text=_joined(held[names].source, record.source_sentences),
            target_text=_joined(held[names].target, record.target_sentences),
        )
        for names, group in records.items()
        for record in group
    )


def _joined(segments: Mapping[int, Segment], sentences: Iterable[int]) -> str:
    return " ".join(segments[index].text for index in sentences)
