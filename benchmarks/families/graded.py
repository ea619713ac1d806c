"""Degrees of similarity: ``graded``."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from bench import Bench
from numpy.typing import NDArray
from rows import Row
from sets import read_cells, set_name


def measure(path: Path, bench: Bench) -> Iterator[Row]:
    """Rank correlation of cosine with human similarity."""
    _, *rows = read_cells(path)
    gold = np.array([float(similarity) for similarity, _, _ in rows])
    sources, targets = (bench.embedder.side([row[column] for row in rows]).vectors for column in (1, 2))
    cosines = (sources * targets).sum(axis=1)
    yield Row(set_name(path), f"{len(rows)} pairs", "Spearman", spearman(gold, cosines))


def spearman(xs: NDArray[np.floating], ys: NDArray[np.floating]) -> float:
    """Spearman's rank correlation; ties have their mean rank."""
    return float(np.corrcoef(_ranks(xs), _ranks(ys))[0, 1])


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean_ranks: NDArray[np.float64] = ends - (counts - 1) / 2
    return mean_ranks[inverse]
