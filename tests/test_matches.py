import numpy as np
import pytest

from aligner.methods.matches import trust


def test_an_encoder_whose_matches_follow_each_other_is_trusted():
    assert trust([(i, i + 3) for i in range(40)], 50) == 1


def test_matches_of_noise_are_not_trusted():
    random = np.random.default_rng(0)
    assert trust(list(zip(range(200), random.permutation(200).tolist(), strict=True)), 200) == 0


def test_a_block_that_moved_and_a_half_that_is_missing_cost_no_trust():
    moved = [(i, (i + 50) % 100) for i in range(100)]
    random = np.random.default_rng(0)
    half_missing = [
        *zip(range(100), random.integers(0, 100, 100).tolist(), strict=True),
        *((i, i) for i in range(100, 200)),
    ]
    assert trust(moved, 100) == 1
    assert trust(half_missing, 200) == 1


@pytest.mark.parametrize("matches", [[], [(0, 0)], [(0, 0), (90, 80)]])
def test_where_nothing_can_be_told_the_encoder_is_trusted(matches):
    assert trust(matches, 100) == 1


@pytest.mark.parametrize("n", range(1, 12))
def test_a_short_text_in_perfect_order_is_trusted(n):
    assert trust([(i, i) for i in range(n)], n) == 1


def test_a_short_text_out_of_order_is_not():
    assert trust([(0, 5), (1, 2), (2, 7), (3, 0), (4, 6), (5, 1)], 8) == 0
