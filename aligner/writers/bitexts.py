"""Any bitext that holds its texts: our TSV and JSONL, or two columns without a header row, as other aligners write."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.writers import jsonl, tsv
from aligner.writers.cells import clean
from aligner.writers.lines import Line, read_lines


def read_pairs(path: Path) -> tuple[SegmentPair, ...]:
    """The records of a file, whose first line tells the format.

    Raises:
        GoldError: the file cannot be opened, is none of these, or a line cannot be parsed; the message names the line.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return tuple(_parse(read_lines(file)))
    except OSError as error:
        raise GoldError(f"{clean(str(path))}: {error.strerror or error}; name a bitext that can be read") from error


def _parse(lines: Iterable[Line]) -> Iterator[SegmentPair]:
    remaining = iter(lines)
    first = next(remaining, None)
    if first is None:
        return iter(())
    every = chain([first], remaining)
    cells = first.text.split("\t")
    if first.text.lstrip().startswith("{"):
        return jsonl.parse(every)
    if {"source_text", "target_text"} <= set(cells):
        return tsv.parse(every)
    if len(cells) == 2 and not set(cells) & set(tsv.COLUMNS):
        return map(_pair, every)
    raise first.broken(
        "a bitext is our JSONL, our TSV with source_text and target_text in its header row, "
        "or two texts a line with a tab between"
    )


def _pair(line: Line) -> SegmentPair:
    cells = line.text.split("\t")
    if len(cells) != 2:
        raise line.broken(f"it has {len(cells)} cells; write the source text, a tab and the target text")
    return SegmentPair(source_text=cells[0], target_text=cells[1])
