"""Resampling and its figures, against what can be counted or is known of the distributions."""

import time

import numpy as np
import pytest

from aligner.significance import exchange, interval, p_value, resample


def test_a_resample_draws_as_many_units_as_there_are() -> None:
    units = np.array([[1, 10], [1, 20], [1, 40]])
    drawn = resample(units, 500, 1)
    assert drawn.shape == (500, 2)
    assert set(drawn[:, 0]) == {3}
    assert set(drawn[:, 1]) == {10 * a + 20 * b + 40 * (3 - a - b) for a in range(4) for b in range(4 - a)}


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    units = np.arange(60).reshape(20, 3)
    assert np.array_equal(resample(units, 100, 7), resample(units, 100, 7))
    assert not np.array_equal(resample(units, 100, 7), resample(units, 100, 8))
    assert np.array_equal(exchange(units, units[::-1], 100, 7)[0], exchange(units, units[::-1], 100, 7)[0])


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    sample = np.random.default_rng(3).normal(1000, 100, (400, 1)).round().astype(np.int64)
    low, high = interval(resample(sample, 4000, 5)[:, 0] / 400)
    error = sample.std() / 20
    assert [low, high] == pytest.approx([sample.mean() - 1.96 * error, sample.mean() + 1.96 * error], abs=0.15 * error)


def test_an_interval_of_many_figures_has_a_low_and_a_high_end_for_each() -> None:
    ends = interval(np.linspace(0, 1, 1001)[:, None] * np.array([1.0, 2.0]))
    assert ends == pytest.approx(np.array([[0.025, 0.05], [0.975, 1.95]]))


def test_exchanged_systems_together_have_what_they_had() -> None:
    ours, theirs = np.array([[1, 0], [2, 5], [4, 0]]), np.array([[0, 3], [0, 0], [0, 7]])
    new, old = exchange(ours, theirs, 200, 1)
    assert set(map(tuple, new + old)) == {(7, 15)}
    assert set(new[:, 0]) == set(range(8))


def test_a_difference_that_no_exchange_reaches_has_the_smallest_p() -> None:
    ours, theirs = np.ones((40, 1), dtype=np.int64), np.zeros((40, 1), dtype=np.int64)
    new, old = exchange(ours, theirs, 999, 1)
    assert p_value(np.array([40.0]), new - old) == pytest.approx(1 / 1000)


def test_systems_that_are_alike_have_p_one() -> None:
    same = np.arange(10).reshape(10, 1)
    new, old = exchange(same, same, 100, 1)
    assert p_value(np.array([0.0]), new - old) == 1.0


def test_p_is_two_sided() -> None:
    drawn = np.array([-3.0, -1.0, 0.0, 1.0])
    assert p_value(np.float64(2.0), drawn) == p_value(np.float64(-2.0), drawn) == pytest.approx(2 / 5)


def test_chance_alone_is_rarely_significant() -> None:
    dice = np.random.default_rng(11)
    found = []
    for seed in range(200):
        ours, theirs = dice.integers(0, 2, (2, 60, 1))
        new, old = exchange(ours, theirs, 200, seed)
        found.append(float(p_value(np.abs((ours - theirs).sum(axis=0)).astype(float), (new - old))[0]))
    assert 0.01 < np.mean(np.array(found) <= 0.05) < 0.10


def test_a_hundred_thousand_units_are_drawn_in_little_memory_and_time() -> None:
    start = time.perf_counter()
    assert resample(np.ones((100_000, 10), dtype=np.int64), 100, 1)[0, 0] == 100_000
    assert time.perf_counter() - start < 10
