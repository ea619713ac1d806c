"""How far a figure may be chance: resampling the units that a test set is made of. Only arrays.

A test set is a matrix of counts, one row for each unit (a document, or a stretch of one), and every figure is a
function of the column sums. *Bootstrap*: as many units as there are, drawn with replacement, make a new test set; the
middle 95 % of its figures over many draws is the percentile interval (Bradley Efron, "Bootstrap Methods: Another Look
at the Jackknife", Annals of Statistics 7, 1979). *Paired bootstrap*: two systems on the same draws (Philipp Koehn,
"Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004). *Approximate randomisation*: each
unit's counts change places between the two systems with probability one half, as would make no difference if the
systems were equally good (Eric Noreen, "Computer-Intensive Methods for Testing Hypotheses", Wiley 1989). Differs from
the papers: nothing.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95

_CELLS = 4_000_000
"""Draws times units that are held at once; 32 MB."""

_TIE = 1e-12
"""Differences that lie nearer to each other are one, whatever the order of the sums."""


def resample(units: NDArray[np.int64], n_resamples: int, seed: int) -> NDArray[np.int64]:
    """The column sums of test sets drawn with replacement from ``units``.

    Args:
        units: shape ``(n, columns)``, n at least 1.
        n_resamples: how many test sets to draw.
        seed: the same seed and units give the same draws.

    Returns:
        Shape ``(n_resamples, columns)``.
    """
    dice = np.random.default_rng(seed)
    even = np.full(len(units), 1 / len(units))
    draws = (dice.multinomial(len(units), even, size) for size in _batches(n_resamples, len(units)))
    return np.concatenate([_sums(drawn, units) for drawn in draws])


def exchange(
    ours: NDArray[np.int64], theirs: NDArray[np.int64], n_resamples: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The column sums of two systems whose units' counts changed places at random.

    Args:
        ours: shape ``(n, columns)``.
        theirs: the other system's counts on the same units.
        n_resamples: how many times to let them change places.
        seed: the same seed and units give the same draws.

    Returns:
        Both systems' sums, each of shape ``(n_resamples, columns)``.
    """
    dice = np.random.default_rng(seed)
    change = theirs - ours
    draws = (dice.integers(0, 2, (size, len(ours))) for size in _batches(n_resamples, len(ours)))
    changed = np.concatenate([_sums(drawn, change) for drawn in draws])
    return ours.sum(axis=0) + changed, theirs.sum(axis=0) - changed


def interval(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ends of the percentile interval over the first axis, shape ``(2, …)``: the lower, then the upper."""
    outside = (1 - CONFIDENCE) / 2
    return np.quantile(figures, [outside, 1 - outside], axis=0)


def p_value(observed: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """How probable a difference at least as large, of either sign, is by chance, in ``(0, 1]``; lower is stronger.

    Args:
        observed: the differences between two systems, shape ``(…)``.
        drawn: the same between systems whose units changed places, shape ``(n, …)``.
    """
    as_large = np.abs(drawn) >= np.abs(observed) - _TIE
    return np.asarray((1 + as_large.sum(axis=0)) / (1 + len(drawn)))


def _sums(weights: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int64]:
    # In floats, where numpy multiplies matrices by BLAS; counts are exact there up to 2 ** 53.
    return np.rint(weights.astype(np.float64) @ units.astype(np.float64)).astype(np.int64)


def _batches(n_resamples: int, n_units: int) -> Iterator[int]:
    size = max(1, _CELLS // max(n_units, 1))
    for start in range(0, n_resamples, size):
        yield min(size, n_resamples - start)
