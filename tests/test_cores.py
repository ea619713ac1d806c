import pytest

from aligner import cores
from aligner.cores import on_all_cores


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
