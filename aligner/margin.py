"""Scores of pairs: how far a cosine stands above chance, and above its neighbourhood."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.neighbours import Neighbours

Floats = NDArray[np.float32]

MIN_ROOM = 0.1
"""The least distance between chance and identity; texts that repeat one sentence leave none."""


def above_chance(cosines: NDArray[Any], chance: NDArray[Any]) -> NDArray[Any]:
    """The score of each pair: 0 where its cosine is no more than ``chance``, 1 for identity; in ``[0, 1]``.

    Args:
        cosines: shape ``(p,)``, the cosine of each pair.
        chance: shape ``(p,)``, the mean cosine of the pair's two sides to anything on the other side.
    """
    scores: NDArray[Any] = np.clip((cosines - chance) / np.maximum(1 - chance, MIN_ROOM), 0, 1)
    return scores


def distance_margin(cosines: Floats, forward: Neighbours, backward: Neighbours, pairs: NDArray[np.int64]) -> Floats:
    """Cosine minus the mean cosine to the pair's nearest neighbours on both sides.

    Artetxe and Schwenk (2019), "Margin-based Parallel Corpus Mining with Multilingual Sentence Embeddings", equation 2
    with ``margin(a, b) = a - b``. Differs from the paper: the pair itself is not among its neighbours, so that the
    margin keeps its meaning where a side has only a few sentences.

    Args:
        cosines: shape ``(p,)``, the cosine of each pair.
        forward: the ``k + 1`` nearest targets of each source; the pair's partner or else the last does not count.
        backward: the ``k + 1`` nearest sources of each target, likewise.
        pairs: shape ``(p, 2)``, source and target index of each pair.

    Returns:
        Shape ``(p,)``, in ``[-2, 2]``, higher is better.
    """
    sources, targets = pairs.T
    around = _mean_of_others(forward, sources, targets) + _mean_of_others(backward, targets, sources)
    return cosines - around / np.float32(2)


def best_rivals(neighbours: Neighbours, queries: NDArray[np.int64], partners: NDArray[np.int64]) -> Floats:
    """For each query the highest cosine to any of its neighbours but its partner; 0 where there is no other."""
    is_other = neighbours.indices[queries] != partners[:, None]
    best = np.where(is_other, neighbours.cosines[queries], -1).max(axis=1, initial=-1)
    return np.asarray(np.where(is_other.any(axis=1), best, 0), dtype=np.float32)


def _mean_of_others(neighbours: Neighbours, queries: NDArray[np.int64], partners: NDArray[np.int64]) -> Floats:
    """For each query the mean cosine to its neighbours but its partner; 0 where there is no other."""
    is_other = neighbours.indices[queries] != partners[:, None]
    is_other[is_other.all(axis=1), -1] = False
    total = np.where(is_other, neighbours.cosines[queries], 0).sum(axis=1)
    return np.asarray(total / np.maximum(is_other.sum(axis=1), 1), dtype=np.float32)
