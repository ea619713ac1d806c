"""Sentences in no order: ``line``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from bench import Bench
from rows import Row
from sets import MAX_LINES, SEED, draw, read_lines, set_name

from aligner.neighbours import nearest

DRAWS = 5
"""Times that sentences are drawn for each of the mining variants."""

VARIANTS = {"dense": (1 / 2, 1 / 4), "sparse": (1 / 20, 19 / 40)}
"""Of a set's sentences, the share that both sides hold, and the share that only one side holds, for each side."""


def measure(folder: Path, bench: Bench) -> Iterator[Row]:
    """Each language against English: mining all lines, shuffled, and two variants in which some have no partner."""
    langs = sorted({path.stem for path in folder.glob("*.txt")} - {"ids", "en"})
    targets = read_lines(folder / "en.txt")[:MAX_LINES]
    for lang in langs:
        sources = read_lines(folder / f"{lang}.txt")[:MAX_LINES]
        # First of all: what is embedded here is remembered, and mining asks for none of it again.
        error = _search_error(bench, sources, targets)
        mined = bench.score([draw(sources, targets, 1, 0, SEED)])
        more: dict[str, float | str] = {"P": mined.precision, "R": mined.recall, "search error": error}
        for variant, (both, alone) in VARIANTS.items():
            draws = [draw(sources, targets, both, alone, SEED + number) for number in range(DRAWS)]
            drawn = bench.score(draws)
            more |= {variant: drawn.f1, f"{variant} P": drawn.precision}
            more |= {f"{variant} {name}": figure for name, figure in bench.bests(draws).items()}
        name = set_name(folder) if len(langs) == 1 else f"{set_name(folder)} {lang}-en"
        yield Row(name, f"{len(sources)} pairs", "F1 mined", mined.f1, more)


def _search_error(bench: Bench, sources: Sequence[str], targets: Sequence[str]) -> float:
    """Share of the lines whose nearest by cosine is not their translation, mean of both directions."""
    rows, columns = bench.embedder.side(sources).vectors, bench.embedder.side(targets).vectors
    found = [nearest(*sides, 1).indices[:, 0] for sides in ((rows, columns), (columns, rows))]
    return float(np.mean([np.mean(indices != np.arange(len(indices))) for indices in found]))
