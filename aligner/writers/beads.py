"""Beads from any file that tells them, and from folders of such files: what ``align evaluate`` compares."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from aligner.alignment import Bead
from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.evaluation import Names
from aligner.writers import read_records as read_file
from aligner.writers.cells import clean
from aligner.writers.formats import sound
from aligner.writers.stems import files_by_stem, holds_several

SUFFIXES = (".gold", ".vecalign", ".path", ".ladder", ".tsv", ".jsonl")
"""What names a file of beads in a folder; ``.path`` are SentAlign's."""


def read_beads(path: Path) -> dict[Names, list[Bead]]:
    """The beads of a file or folder for each document pair, those with an empty side where the format holds them.

    A pair is known by the names that the file gives its documents, and ``("", "")`` where it gives none. In a folder,
    each file with one of the ``SUFFIXES`` (each file, if none has) is one document pair, known by its stem, and so is
    each file that a pattern as ``folder/*.fine`` matches; several in one file are known by the stem, a slash and their
    names.

    The content tells the format: Vecalign's lines of 2 to 4 fields, any bitext of ours, hunalign's ladders, or mined
    pairs as two 0-based line numbers with a tab between; see ``ladder`` for how the last two are told apart. A file
    without lines holds no beads.

    Raises:
        GoldError: a file cannot be opened, is none of these, or a line cannot be parsed; the message names the line.
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
    for number, record in enumerate(sound(read_file(path))):
        if not (record.source_sentences or record.target_sentences):
            raise GoldError(
                f"{clean(str(path))}: record {number} names no sentences, so it is no bead; beads are lines as "
                "[0, 1]:[2], hunalign's rungs, pairs of line numbers with a tab between, or records with "
                "source_sentences and target_sentences"
            )
        records[record.source_doc, record.target_doc].append(record)
    return dict(records)
