"""Any bitext: our TSV and JSONL, two columns without a header row, two files line by line, beads with their texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.writers import jsonl, tsv
from aligner.writers.beads import beads_of, read_records
from aligner.writers.cells import clean
from aligner.writers.lines import Line, read_lines
from aligner.writers.texts import Segment, read_texts


def read_pairs(path: Path) -> tuple[SegmentPair, ...]:
    """The records of a file, whose first line tells the format; a pair of blank texts is a record, too.

    Raises:
        GoldError: the file cannot be opened, is none of these, or a line cannot be parsed; the message names the line.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return tuple(_parse([*read_lines(file, with_blank=True)]))
    except OSError as error:
        raise GoldError(f"{clean(str(path))}: {error.strerror or error}; name a bitext that can be read") from error


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


def _parse(lines: Sequence[Line]) -> Iterator[SegmentPair]:
    held = [line for line in lines if line.text.strip()]
    if not held:
        return map(_pair, lines)
    first, cells = held[0], held[0].text.split("\t")
    if first.text.lstrip().startswith("{"):
        return jsonl.parse(held)
    if {"source_text", "target_text"} <= set(cells):
        return tsv.parse(lines)
    if len(cells) == 2 and not set(cells) & set(tsv.COLUMNS):
        return map(_pair, lines)
    raise first.broken(
        "a bitext is our JSONL, our TSV with source_text and target_text in its header row, "
        "or two texts a line with a tab between; of beads, name the two texts with --source and --target"
    )


def _pair(line: Line) -> SegmentPair:
    cells = line.text.split("\t") if line.text.strip() else ["", ""]
    if len(cells) != 2:
        raise line.broken(f"it has {len(cells)} cells; write the source text, a tab and the target text")
    return SegmentPair(source_text=cells[0], target_text=cells[1])
