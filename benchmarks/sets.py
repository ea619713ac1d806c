"""The development sets: their lines, cells and gold, draws from their lines, and a fingerprint of their files."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aligner import Bead, Document, Text, read_beads, split
from aligner.splitters.lines import LineSplitter

ROOT = Path(__file__).parent.parent
SEED = 2
MAX_LINES = 1000
"""Lines of each file of a ``line`` set that are used."""


def set_name(path: Path) -> str:
    """As ``block/john-it-en``: the kind of set, and its own name."""
    return f"{path.parent.name}/{path.stem if path.suffix == '.tsv' else path.name}"


def read_lines(path: Path) -> list[str]:
    """The lines of a file, each a sentence."""
    return read_document(path, "und").sentence_texts()


def read_cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").split("\n") if line]


def read_documents(gold: Path) -> tuple[Document, Document]:
    """The two documents that lie beside a gold file, one sentence a line."""
    source, target = gold.parent.name.split("-")[-2:]
    return read_document(gold.with_suffix(f".{source}"), source), read_document(gold.with_suffix(f".{target}"), target)


def read_document(path: Path, lang: str) -> Document:
    return split(Text(path.name, lang, path.read_text("utf-8")), LineSplitter())


def read_gold(path: Path) -> list[Bead]:
    return [bead for beads in read_beads(path).values() for bead in beads]


@dataclass(frozen=True, slots=True)
class Draw:
    """Two lists of sentences, and the beads that a perfect search would find in them."""

    sources: list[str]
    targets: list[str]
    gold: list[Bead]


def draw(
    sources: Sequence[str], targets: Sequence[str], both: float, alone: float, seed: int, their_own: float | None = None
) -> Draw:
    """Some of the sentences, shuffled: a share with, and on each side another share without its translation.

    ``their_own`` is the share of the target side alone, where it is another.
    """
    n = len(sources)
    shuffle = np.random.default_rng(seed).permutation
    cuts = np.cumsum([int(both * n), int(alone * n), int((alone if their_own is None else their_own) * n)])
    shared, ours, theirs, _ = np.split(shuffle(n), cuts)
    rows, columns = (shuffle(np.concatenate([shared, rest])).tolist() for rest in (ours, theirs))
    place = {line: j for j, line in enumerate(columns)}
    gold = [Bead((i,), (place[line],)) for i, line in enumerate(rows) if line in place]
    return Draw([sources[line] for line in rows], [targets[line] for line in columns], gold)


def fingerprint(paths: Iterable[Path]) -> str:
    """Eight hexadecimal digits that tell these sets' files, names and contents, from any other."""
    digest = hashlib.blake2b(digest_size=4)
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(path.parent.parent).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
