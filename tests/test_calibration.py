"""From probabilities to a cut."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.calibration import cut_for_precision

SHARES = st.floats(0, 1)


def test_the_cut_is_the_lowest_that_keeps_the_expected_precision() -> None:
    assert cut_for_precision(np.array([0.2, 1.0, 0.8, 0.9]), 0.9) == 0.8


def test_no_cut_reaches_a_precision_above_the_best_pair() -> None:
    assert cut_for_precision(np.array([0.2, 0.5]), 0.9) == inf
    assert cut_for_precision(np.zeros(0), 0.9) == inf


def test_pairs_as_probable_as_each_other_stay_together() -> None:
    assert cut_for_precision(np.array([1.0, 0.8, 0.8]), 0.9) == 1.0


@given(st.lists(SHARES, max_size=20), SHARES)
def test_what_is_kept_is_as_precise_as_was_asked_and_no_lower_cut_is(values: list[float], precision: float) -> None:
    p = np.array(values)
    cut = cut_for_precision(p, precision)
    kept = p[p >= cut]
    assert not len(kept) or kept.mean() >= precision or kept.mean() == pytest.approx(precision)
    for lower in p[p < cut]:
        assert p[p >= lower].mean() < precision
