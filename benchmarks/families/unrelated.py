"""Documents that share nothing, each pair mined for itself: every record is false."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

from bench import Bench
from rows import Row, at_most
from sets import read_lines
from stretches import subject

SETS = ("pinocchio", "udhr", "debian-faq", "instguide", "john", "ddtp")
MAX_LINES = 400
"""Lines of each set and language that are used."""


def files(data: Path) -> list[Path]:
    """What the figures depend on."""
    return [path for name in SETS if (path := data / "block" / f"{name}-it-en").exists()]


def measure(data: Path, bench: Bench) -> Iterator[Row]:
    """False records for 1,000 sentences of both sides, where each Italian set stands beside each English one."""
    folders = files(data)
    texts = {(folder, lang): _lines(folder, lang) for folder in folders for lang in ("it", "en")}
    pairs = [
        (texts[one, "it"], texts[other, "en"])
        for one, other in permutations(folders, 2)
        if subject(one.name) != subject(other.name)
    ]
    found = [bead.p for sides in pairs for bead in bench.mining.mine(*sides)]
    n = sum(len(side) for sides in pairs for side in sides)
    more = {"at .5": 1000 * len(found) / n, "pairs of sets": len(pairs)}
    sure = 1000 * sum(p >= 0.9 for p in found) / n
    yield Row("unrelated/it-en", f"{n} sentences", "false at p .9 in 1,000", sure, more, at_most(1.0))


def _lines(folder: Path, lang: str) -> list[str]:
    """The first lines of a set's documents that are not blank."""
    lines = (line for path in sorted(folder.glob(f"*.{lang}")) for line in read_lines(path))
    return [line for line in lines if line.strip()][:MAX_LINES]
