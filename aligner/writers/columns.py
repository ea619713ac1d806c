"""Two texts a line with a tab between and no header row, as Bertalign and bicleaner have them; no quoting.

A pair of blank texts is a record, too, so that the lines of two files stay in step.
"""

from collections.abc import Iterator
from typing import TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.writers.cells import clean, row
from aligner.writers.formats import TEXTS, Head, Record, TextFormat
from aligner.writers.lines import Line, read_lines
from aligner.writers.tsv import is_header


def write(bitext: Bitext, file: TextIO) -> None:
    """Write one line a record, its texts cleaned but not guarded: machines read this format."""
    file.writelines(row((clean(pair.source_text), clean(pair.target_text))) for pair in bitext.pairs)


def read(file: TextIO) -> Iterator[Record]:
    """The records of a file."""
    return map(_record, read_lines(file, with_blank=True))


def _record(line: Line) -> Record:
    cells = line.text.split("\t") if line.text.strip() else ["", ""]
    if len(cells) != 2:
        return line.broken(f"it has {len(cells)} cells; write the source text, a tab and the target text")
    return SegmentPair(source_text=cells[0], target_text=cells[1])


def _known(head: Head) -> bool:
    if not head.lines:
        return "\t" in head.text
    return len(head.cells) == 2 and not is_header(head.cells)


FORMAT = TextFormat(write=write, read=read, known=_known, carries=TEXTS, nulls=True)
