"""Work shared out over all cores, with the same results for any number of them."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from threading import Lock, local
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_THREADS = 8
_ONE_AT_A_TIME = Lock()
"""The number of BLAS threads belongs to the whole process: two calls at once would each restore the other's."""

_THREAD = local()
"""``is_sharing`` is set on threads that are part of a call: what such a call calls itself is not shared out again."""


def on_all_cores(work: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
    """``[work(task) for task in tasks]``, a thread a core; few tasks are made ahead of their turn.

    Each thread has BLAS for itself. BLAS threads of its own would share out the matrix products only, and wait for one
    another actively: on a busy machine small products then take 75 times as long. Nor would their sums be the same for
    any number of threads.
    """
    return list(one_by_one(work, tasks))


def one_by_one(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """The results of ``on_all_cores`` as their turn comes: few are held at once. They are to be taken to the last."""
    if getattr(_THREAD, "is_sharing", False):
        yield from map(work, tasks)
        return
    with _ONE_AT_A_TIME, _blas().limit(limits=1, user_api="blas"), _sharing():
        queue = iter(tasks)
        first = list(islice(queue, 2))
        if len(first) < 2:
            yield from map(work, first)
            return
        pool = ThreadPoolExecutor(n_threads(), initializer=_share)
        is_awaited = True
        try:
            pending: deque[Future[Result]] = deque()
            for task in chain(first, queue):
                pending.append(pool.submit(work, task))
                if len(pending) > 4 * n_threads():
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except (KeyboardInterrupt, GeneratorExit):
            is_awaited = False
            raise
        finally:
            # After an error nobody waits for what has not begun, after Ctrl-C not even for tasks of some seconds.
            pool.shutdown(wait=is_awaited, cancel_futures=True)


@contextmanager
def on_one_core() -> Iterator[None]:
    """Meanwhile this thread shares nothing out: for a process among others that have the other cores."""
    with _ONE_AT_A_TIME, _blas().limit(limits=1, user_api="blas"), _sharing():
        yield


def n_threads() -> int:
    """The threads at work at once: one for each core that this process may use, up to a limit."""
    affinity = getattr(os, "sched_getaffinity", None)
    return min(_MOST_THREADS, len(affinity(0)) if affinity else os.cpu_count() or 1)


def _share() -> None:
    _THREAD.is_sharing = True


@contextmanager
def _sharing() -> Iterator[None]:
    _share()
    try:
        yield
    finally:
        _THREAD.is_sharing = False


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
