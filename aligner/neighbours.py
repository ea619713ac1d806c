"""Exact k-nearest neighbours by cosine, in blocks of bounded memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK_CELLS = 1 << 22
"""Similarities held at once: 16 MiB of float32."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ``k`` nearest keys of each query, nearest first; ties go to the lower index.

    ``cosines``: shape ``(n, k)``, float32. ``indices``: shape ``(n, k)``, int64, into the keys.
    """

    cosines: Floats
    indices: NDArray[np.int64]


def nearest(queries: Floats, keys: Floats, k: int) -> Neighbours:
    """The ``k`` nearest ``keys`` of each query by inner product.

    Args:
        queries: shape ``(n, dim)``, float32, rows of length 1 (or zero).
        keys: shape ``(m, dim)``, likewise.
        k: at least 1; cut to ``m`` where there are fewer keys.
    """
    k = min(k, len(keys))
    cosines = np.empty((len(queries), k), dtype=np.float32)
    indices = np.empty((len(queries), k), dtype=np.int64)
    step = max(1, BLOCK_CELLS // max(1, len(keys)))
    for start in range(0, len(queries), step):
        rows = slice(start, start + step)
        cosines[rows], indices[rows] = _top(queries[rows] @ keys.T, k)
    return Neighbours(cosines, indices)


def is_mutual(forward: Neighbours, backward: Neighbours) -> NDArray[np.bool_]:
    """Which queries are the nearest one of their own nearest key. Shape ``(n,)``.

    Args:
        forward: neighbours of the queries among the keys, at least one each.
        backward: neighbours of the keys among the queries, likewise.
    """
    mutual: NDArray[np.bool_] = backward.indices[forward.indices[:, 0], 0] == np.arange(len(forward.indices))
    return mutual


def _top(similarities: Floats, k: int) -> tuple[Floats, NDArray[np.int64]]:
    """The ``k`` largest of each row, largest first."""
    if k < similarities.shape[1]:
        candidates = (
            np.argpartition(-similarities, k - 1, axis=1)[:, :k] if k else np.empty((len(similarities), 0), int)
        )
    else:
        candidates = np.broadcast_to(np.arange(k), similarities.shape)
    candidates = np.sort(candidates, axis=1)
    values = np.take_along_axis(similarities, candidates, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(candidates, order, axis=1)
