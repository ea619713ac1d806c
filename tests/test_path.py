from functools import cache
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.path import MAX_SWAPPED, cheapest_path, detours, longest_rise

MOVES = [(1, 1), (1, 2), (2, 1), (2, 2)]


def drawn(n, m, seed):
    """Costs of all moves, and of leaving each item of either side alone."""
    random = np.random.default_rng(seed)
    costs = random.random((n, len(MOVES), m)).astype(np.float32) * 3
    return costs, random.random(n), random.random(m)


def total(path, costs, source_skips, target_skips):
    """What a path costs beside its swaps; it takes every item once."""
    spent = 0.0
    for i, a, j, b in path:
        if a and b:
            spent += costs[i, MOVES.index((a, b)), j]
        else:
            spent += source_skips[i] if a else target_skips[j]
    assert [item for i, a, _, _ in path for item in range(i, i + a)] == list(range(len(source_skips)))
    assert sorted(item for _, _, j, b in path for item in range(j, j + b)) == list(range(len(target_skips)))
    return spent


def cheapest_by_force(costs, source_skips, target_skips, swap=np.inf):
    n, m = len(source_skips), len(target_skips)

    @cache
    def rest(i, j):
        if (i, j) == (n, m):
            return 0.0
        options = [costs[i, k, j] + rest(i + a, j + b) for k, (a, b) in enumerate(MOVES) if i + a <= n and j + b <= m]
        if i < n:
            options.append(source_skips[i] + rest(i + 1, j))
        if j < m:
            options.append(target_skips[j] + rest(i, j + 1))
        options += [
            costs[i, k, j + next_b] + costs[i + a, next_k, j] + swap + rest(i + a + next_a, j + b + next_b)
            for k, (a, b) in enumerate(MOVES)
            for next_k, (next_a, next_b) in enumerate(MOVES)
            if a + b + next_a + next_b <= MAX_SWAPPED and i + a + next_a <= n and j + b + next_b <= m
        ]
        return min(options)

    return rest(0, 0)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(0, 10_000))
def test_no_path_is_cheaper(n, m, seed):
    costs, source_skips, target_skips = drawn(n, m, seed)
    path = cheapest_path(costs, MOVES, source_skips, target_skips)
    best = cheapest_by_force(costs.astype(np.float64), source_skips, target_skips)
    assert np.isclose(total(path, costs, source_skips, target_skips), best, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 10_000))
def test_a_detour_is_what_a_forced_step_costs_beyond_the_cheapest_path(n, m, seed):
    costs, source_skips, target_skips = drawn(n, m, seed)
    for k, (a, b) in enumerate(MOVES):
        costs[max(0, n - a + 1) :, k] = np.inf
        costs[:, k, max(0, m - b + 1) :] = np.inf
    found = detours(costs, MOVES, source_skips, target_skips)
    assert found.moves.shape == costs.shape

    def forced(i, a, j, b, cost):
        before = cheapest_by_force(costs[:i, :, :j].astype(np.float64), source_skips[:i], target_skips[:j])
        after = cheapest_by_force(
            costs[i + a :, :, j + b :].astype(np.float64), source_skips[i + a :], target_skips[j + b :]
        )
        return before + cost + after - cheapest_by_force(costs.astype(np.float64), source_skips, target_skips)

    for i, k, j in np.ndindex(costs.shape):
        if np.isfinite(costs[i, k, j]):
            assert np.isclose(found.moves[i, k, j], forced(i, MOVES[k][0], j, MOVES[k][1], costs[i, k, j]), atol=1e-4)
        else:
            assert np.isinf(found.moves[i, k, j])
    for i in range(n):
        best = min(forced(i, 1, j, 0, source_skips[i]) for j in range(m + 1))
        assert np.isclose(found.source[i], best, atol=1e-4)
    for j in range(m):
        best = min(forced(i, 0, j, 1, target_skips[j]) for i in range(n + 1))
        assert np.isclose(found.target[j], best, atol=1e-4)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(0, 10_000), st.floats(0, 1))
def test_every_step_of_the_cheapest_path_with_swaps_is_no_detour(n, m, seed, swap):
    costs, source_skips, target_skips = drawn(n, m, seed)
    for k, (a, b) in enumerate(MOVES):
        costs[max(0, n - a + 1) :, k] = np.inf
        costs[:, k, max(0, m - b + 1) :] = np.inf
    found = detours(costs, MOVES, source_skips, target_skips, swap)
    for i, a, j, b in cheapest_path(costs, MOVES, source_skips, target_skips, swap):
        detour = found.moves[i, MOVES.index((a, b)), j] if a and b else found.source[i] if a else found.target[j]
        assert np.isclose(detour, 0, atol=1e-4)
    assert all(detour.min(initial=0) > -1e-4 for detour in found)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 10_000), st.floats(0, 1))
def test_no_path_with_swaps_is_cheaper(n, m, seed, swap):
    costs, source_skips, target_skips = drawn(n, m, seed)
    path = cheapest_path(costs, MOVES, source_skips, target_skips, swap)
    targets = [j for _, a, j, b in path if b]
    n_swaps = sum(later < earlier for earlier, later in pairwise(targets))
    best = cheapest_by_force(costs.astype(np.float64), source_skips, target_skips, swap)
    assert np.isclose(total(path, costs, source_skips, target_skips) + n_swaps * swap, best, atol=1e-5)


def test_neighbours_that_changed_places_are_a_swap_where_that_is_cheaper():
    costs = np.full((2, len(MOVES), 2), 3.0, dtype=np.float32)
    costs[0, 0, 1] = costs[1, 0, 0] = 0.1
    assert cheapest_path(costs, MOVES, np.ones(2), np.ones(2), 0.2) == [(0, 1, 1, 1), (1, 1, 0, 1)]
    assert len(cheapest_path(costs, MOVES, np.ones(2), np.ones(2))) == 3


def test_moves_that_do_not_fit_are_never_taken():
    costs = np.full((3, len(MOVES), 3), np.inf, dtype=np.float32)
    path = cheapest_path(costs, MOVES, np.ones(3), np.ones(3))
    assert sorted((a, b) for _, a, _, b in path) == [(0, 1)] * 3 + [(1, 0)] * 3


def test_an_empty_side_is_skipped_whole():
    assert cheapest_path([], MOVES, np.ones(0), np.ones(2)) == [(0, 0, 0, 1), (0, 0, 1, 1)]


@given(st.lists(st.integers(0, 6), max_size=9))
def test_the_longest_rise_rises_and_none_is_longer(numbers):
    rise = longest_rise(numbers)
    assert rise == sorted(set(rise))
    found = [numbers[place] for place in rise]
    assert found == sorted(set(found))
    longer = combinations(numbers, len(rise) + 1)
    assert not any(list(some) == sorted(set(some)) for some in longer)
