import pytest

from aligner import cores
from aligner.cores import on_all_cores, one_by_one


@pytest.mark.parametrize("n_threads", [1, 3])
def test_results_come_in_the_order_of_the_tasks(monkeypatch, n_threads):
    monkeypatch.setattr(cores, "n_threads", lambda: n_threads)
    assert on_all_cores(lambda n: n * n, iter(range(200))) == [n * n for n in range(200)]
    assert on_all_cores(abs, [-3]) == [3]
    assert on_all_cores(abs, []) == []


def test_work_may_share_out_work_of_its_own():
    tasks = (on_all_cores(lambda n: n + 1, range(k)) for k in range(5))
    nested = on_all_cores(lambda task: on_all_cores(lambda n: n + sum(task), range(3)), tasks)
    assert nested[2] == [3, 4, 5]


def test_an_error_comes_through_and_the_next_call_works():
    with pytest.raises(ZeroDivisionError):
        on_all_cores(lambda n: 1 // n, [1, 0, 2])
    assert on_all_cores(abs, [-1, -2]) == [1, 2]


def test_results_are_taken_as_they_come_and_few_tasks_are_made_ahead(monkeypatch):
    monkeypatch.setattr(cores, "n_threads", lambda: 2)
    made = []
    results = one_by_one(lambda n: n * n, (made.append(n) or n for n in range(200)))
    assert [next(results), next(results)] == [0, 1]
    assert len(made) < 20
    assert list(results) == [n * n for n in range(2, 200)]


def test_results_that_nobody_takes_to_the_last_leave_the_next_call_its_turn():
    results = one_by_one(abs, range(200))
    next(results)
    results.close()
    assert on_all_cores(abs, [-1, -2]) == [1, 2]
