"""Where heavy work is done: here, one piece after the other, or wherever an engine has it done.

A piece of work depends on nothing but its item and what the function holds, so that the results are the same anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from aligner.cores import one_by_one
from aligner.progress import follow

Item = TypeVar("Item")
Result = TypeVar("Result")
Engine = Callable[[Callable[[Any], Any], Sequence[Any], str, Callable[[Any], int]], Iterator[Any]]
"""Has work done; the arguments and what comes back are those of ``each``."""


def each(
    work: Callable[[Item], Result], items: Sequence[Item], what: str, size: Callable[[Item], int] = lambda _: 1
) -> Iterator[Result]:
    """``work(item)`` of each item, in their order, its progress being shown where it is ``shown``.

    Args:
        work: what is to be done; other processes must be able to unpickle it, and the items.
        items: what there is to do.
        what: what is being done, in a few words for a person.
        size: how much work an item is, compared with the others.
    """
    engine = _ENGINE.get()
    return engine(work, items, what, size) if engine else map(work, follow(items, what, size))


def at_once(
    work: Callable[[Item], Result], items: Iterable[Item], what: str = "", size: Callable[[Item], int] = lambda _: 1
) -> Iterator[Result]:
    """As ``each``, where a piece of work takes one core: here, as many are done at once as there are cores.

    Without a word on what is being done it is too little to have it done elsewhere, or to show it.
    """
    engine = _ENGINE.get()
    if not what:
        return one_by_one(work, items)
    listed = list(items)
    return engine(work, listed, what, size) if engine else one_by_one(work, follow(listed, what, size))


@contextmanager
def engaged(engine: Engine) -> Iterator[None]:
    """Meanwhile, in this thread, have the work done by this engine."""
    token = _ENGINE.set(engine)
    try:
        yield
    finally:
        _ENGINE.reset(token)


_ENGINE: ContextVar[Engine | None] = ContextVar("engine", default=None)
