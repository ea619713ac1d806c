"""Beads from any file that tells them, and from folders of such files: what ``align evaluate`` compares."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from math import nan
from pathlib import Path

from aligner.alignment import Bead
from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.evaluation import Names
from aligner.writers import jsonl, ladder, tsv, vecalign
from aligner.writers.cells import clean
from aligner.writers.lines import Line, read_lines
from aligner.writers.stems import files_by_stem, holds_several

SUFFIXES = (".gold", ".vecalign", ".path", ".ladder", ".tsv", ".jsonl")
"""What names a file of beads in a folder; ``.path`` are SentAlign's."""

_LADDER = ".ladder"
_PAIRS = ".tsv"
_NUMBERED = re.compile(r"\s*[0-9]{1,15}\t[0-9]{1,15}\s*")
_BRACKETED = re.compile(r"\s*(?:[0-9]+\s*:\s*)?\[")


def read_beads(path: Path) -> dict[Names, list[Bead]]:
    """The beads of a file or folder for each document pair, those with an empty side where the format holds them.

    A pair is known by the names that the file gives its documents, and ``("", "")`` where it gives none. In a folder,
    each file with one of the ``SUFFIXES`` (each file, if none has) is one document pair, known by its stem, and so is
    each file that a pattern as ``folder/*.fine`` matches; several in one file are known by the stem, a slash and their
    names.

    The content tells the format: Vecalign's lines of 2 to 4 fields, our TSV or JSONL, hunalign's ladders, or mined
    pairs as two 0-based line numbers with a tab between. Numbers are a ladder where there is a third column, where
    blanks stand between, where the file is named ``.ladder``, or where they start at ``0 0``, never fall, and some
    number stands in a column twice. A file without lines holds no beads.

    Raises:
        GoldError: a file cannot be opened, is none of these, could be a ladder or mined pairs, or a line cannot be
            parsed; the message names the line.
    """
    return beads_of(read_records(path))


def read_records(path: Path) -> dict[Names, list[SegmentPair]]:
    """The same as ``read_beads``, with all that the files tell of each bead, such as its text."""
    if not holds_several(path):
        return _read_file(path)
    records: dict[Names, list[SegmentPair]] = {}
    for stem, file in files_by_stem(path, SUFFIXES).items():
        held = _read_file(file)
        if len(held) <= 1:
            records[stem, stem] = list(chain(*held.values()))
        else:
            records |= {(f"{stem}/{source}", f"{stem}/{target}"): pairs for (source, target), pairs in held.items()}
    return records


def beads_of(records: Mapping[Names, Sequence[SegmentPair]]) -> dict[Names, list[Bead]]:
    """The beads that these records tell."""
    return {names: [_bead(record) for record in held] for names, held in records.items()}


def _bead(record: SegmentPair) -> Bead:
    return Bead(record.source_sentences, record.target_sentences, record.score, crossing=record.crossing)


def _read_file(path: Path) -> dict[Names, list[SegmentPair]]:
    records: defaultdict[Names, list[SegmentPair]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8") as file:
            for record in _parse(read_lines(file), path.suffix.lower()):
                records[record.source_doc, record.target_doc].append(record)
    except OSError as error:
        raise GoldError(
            f"{clean(str(path))}: {error.strerror or error}; name a file of beads that can be read"
        ) from error
    return dict(records)


def _parse(lines: Iterable[Line], suffix: str) -> Iterator[SegmentPair]:
    """The records on these lines, in the format that the first of them tells."""
    remaining = iter(lines)
    first = next(remaining, None)
    if first is None:
        return iter(())
    every = chain([first], remaining)
    if _BRACKETED.match(first.text):
        return (vecalign.record(bead, document) for document, bead in vecalign.parse_beads(every))
    if ladder.read_rung(first):
        return _parse_numbers(list(every), suffix)
    if first.text.lstrip().startswith("{"):
        return _parse_objects(every)
    if {"source_sentences", "target_sentences"} <= set(first.text.split("\t")):
        return tsv.parse(every)
    raise first.broken(
        "beads are lines as [0, 1]:[2], hunalign's rungs, pairs of line numbers with a tab between, "
        "our JSONL, or our TSV with source_sentences and target_sentences in its header row"
    )


def _parse_objects(lines: Iterable[Line]) -> Iterator[SegmentPair]:
    for line in lines:
        for record in jsonl.parse([line]):
            if not (record.source_sentences or record.target_sentences):
                raise line.broken("a bead has source_sentences and target_sentences, arrays of 0-based indices")
            yield record


def _parse_numbers(lines: Sequence[Line], suffix: str) -> Iterator[SegmentPair]:
    return map(vecalign.record, ladder.parse_beads(lines) if _is_ladder(lines, suffix) else _parse_pairs(lines))


def _is_ladder(lines: Sequence[Line], suffix: str) -> bool:
    """Whether lines of numbers are a ladder, not mined pairs.

    Raises:
        GoldError: they could be either.
    """
    first = lines[0]
    if suffix == _LADDER or not _NUMBERED.fullmatch(first.text):
        return True
    rungs = [rung[:2] for line in lines if (rung := ladder.read_rung(line))]
    steps = [(high[0] - low[0], high[1] - low[1]) for low, high in pairwise(rungs)]
    if rungs[0] != (0, 0) or any(min(step) < 0 for step in steps):
        return False
    if any(0 in step for step in steps):
        return True
    if suffix != _PAIRS and any(step != (1, 1) for step in steps):
        raise first.broken(
            "the file could be a ladder or pairs of line numbers; give its name the suffix .ladder or .tsv"
        )
    return False


def _parse_pairs(lines: Iterable[Line]) -> Iterator[Bead]:
    for line in lines:
        if not _NUMBERED.fullmatch(line.text):
            raise line.broken("a mined pair is two line numbers with a tab between")
        i, j = map(int, line.text.split("\t"))
        yield Bead((i,), (j,), nan)
