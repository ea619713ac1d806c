"""Beads from any file that tells them: what ``align evaluate`` compares."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from aligner.alignment import Bead
from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.evaluation import Names
from aligner.writers import jsonl, tsv, vecalign
from aligner.writers.cells import clean
from aligner.writers.lines import Line, read_lines

_NUMBERED = re.compile(r"\s*[0-9]{1,15}\t[0-9]{1,15}\s*")
_BRACKETED = re.compile(r"\s*(?:[0-9]+\s*:\s*)?\[")


def read_beads(path: Path) -> dict[Names, list[Bead]]:
    """The links of a file for each document pair that it names, and under ``("", "")`` where it names none.

    The content tells the format: Vecalign's lines of 2 to 4 fields, our TSV or JSONL, or mined pairs as two 0-based
    line numbers with a tab between. A file without lines holds no links.

    Raises:
        GoldError: the file cannot be opened, is none of these, or a line cannot be parsed; the message names the line.
    """
    beads: defaultdict[Names, list[Bead]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8") as file:
            for pair in _parse(read_lines(file)):
                names = pair.source_doc, pair.target_doc
                beads[names].append(Bead(pair.source_sentences, pair.target_sentences, pair.score))
    except OSError as error:
        raise GoldError(
            f"{clean(str(path))}: {error.strerror or error}; name a file of beads that can be read"
        ) from error
    return dict(beads)


def _parse(lines: Iterable[Line]) -> Iterator[SegmentPair]:
    remaining = iter(lines)
    first = next(remaining, None)
    if first is None:
        return iter(())
    return _parser(first)(chain([first], remaining))


def _parser(first: Line) -> Callable[[Iterable[Line]], Iterator[SegmentPair]]:
    """What parses a file that begins with this line."""
    if _BRACKETED.match(first.text):
        return vecalign.parse
    if _NUMBERED.fullmatch(first.text):
        return _parse_numbers
    if first.text.lstrip().startswith("{"):
        return jsonl.parse
    if {"source_sentences", "target_sentences"} <= set(first.text.split("\t")):
        return tsv.parse
    raise first.broken(
        "beads are lines as [0, 1]:[2], pairs of line numbers with a tab between, "
        "our JSONL, or our TSV with source_sentences and target_sentences in its header row"
    )


def _parse_numbers(lines: Iterable[Line]) -> Iterator[SegmentPair]:
    for line in lines:
        if not _NUMBERED.fullmatch(line.text):
            raise line.broken("a mined pair is two line numbers with a tab between")
        i, j = map(int, line.text.split("\t"))
        yield SegmentPair(bead="1-1", source_sentences=(i,), target_sentences=(j,))
