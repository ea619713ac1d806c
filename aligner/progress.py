"""How far long work has come: told by those who do it, shown by whoever started it, if they want to see it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Item = TypeVar("Item")
Show = Callable[[Sequence[Any], str, Callable[[Any], int]], Iterator[Any]]
"""Passes the items on, one when the one before is done; the arguments are those of ``follow``."""


def follow(items: Sequence[Item], what: str, size: Callable[[Item], int] = lambda _: 1) -> Iterator[Item]:
    """The items one by one, their progress being shown where it is ``shown``.

    Args:
        items: what there is to do.
        what: what is being done, in a few words for a person.
        size: how much work an item is, compared with the others.
    """
    return _SHOW.get()(items, what, size)


@contextmanager
def shown(show: Show) -> Iterator[None]:
    """Show the progress of what is done meanwhile in this thread."""
    token = _SHOW.set(show)
    try:
        yield
    finally:
        _SHOW.reset(token)


_SHOW: ContextVar[Show] = ContextVar("show", default=lambda items, _what, _size: iter(items))
