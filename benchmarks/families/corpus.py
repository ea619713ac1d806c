"""Seeds and facts of the repo's own corpus beside its gold, as ``facts.py`` measures them."""

from collections.abc import Iterator
from pathlib import Path

import facts
from bench import Bench
from rows import Row, at_least
from sets import ROOT

PRECISION, RECALL = at_least(0.9), at_least(0.85)


def files(data: Path) -> list[Path]:  # noqa: ARG001
    """What the figures depend on: nothing of the development data."""
    return [path for pattern in ("corpus/*", "seeds/*", "tests/gold/*") for path in sorted(ROOT.glob(pattern))]


def measure(data: Path, bench: Bench) -> Iterator[Row]:  # noqa: ARG001
    """Precision and recall of seeds, tuned on and held out, and of the facts that are found without them."""
    right = facts.gold()
    for title, score, agreed in facts.score_seeds(bench.embedder.parts, right):
        yield from _rows(f"seeds, {title}", score, {"stance right": agreed / max(1, score.n_both)})
    for title, score in facts.score_facts(right, bench.encoder):
        yield from _rows(title, score, {})


def _rows(title: str, score: facts.Score, more: dict[str, float]) -> Iterator[Row]:
    """Nobody asked for so many of the records."""
    precision, recall = (None, None) if title == facts.RECORDS else (PRECISION, RECALL)
    yield Row(f"corpus/{title}", f"{score.n_found} found", "P", score.precision, more, precision)
    yield Row(f"corpus/{title}", f"{score.n_right} in gold", "R", score.recall, {}, recall)
