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
    around = (
        rivals(forward, sources, targets[:, None], forward.indices.shape[1] - 1)[0],
        rivals(backward, targets, sources[:, None], backward.indices.shape[1] - 1)[0],
    )
    return np.asarray(cosines - np.nan_to_num(around).sum(axis=0) / np.float32(2))


def rivals(
    neighbours: Neighbours, queries: NDArray[np.int64], partners: NDArray[np.int64], k: int
) -> tuple[Floats, Floats]:
    """For each query the mean and the highest cosine to its nearest neighbours but its partners.

    Args:
        neighbours: the nearest keys of all queries: ``k`` and as many as there are partners, or all keys; -1 is none.
        queries: shape ``(p,)``, indices.
        partners: shape ``(p, n)``, the keys that are no rivals for each query; one may stand there twice.
        k: how many rivals count, the nearest ones.

    Returns:
        Two arrays of shape ``(p,)``; ``nan`` where a query has no rival.
    """
    found = neighbours.cosines[queries]
    is_other = (neighbours.indices[queries][:, :, None] != partners[:, None, :]).all(axis=2)
    is_other &= neighbours.indices[queries] >= 0
    is_other &= is_other.cumsum(axis=1) <= k
    has_other = is_other.any(axis=1)
    mean = np.where(is_other, found, 0).sum(axis=1) / np.maximum(is_other.sum(axis=1), 1)
    best = np.where(is_other, found, -1).max(axis=1, initial=-1)
    return tuple(np.where(has_other, part, np.nan).astype(np.float32) for part in (mean, best))  # type: ignore[return-value]
