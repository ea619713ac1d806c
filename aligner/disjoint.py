"""Disjoint sets: items in groups, of which any two may become one."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class DisjointSets(Generic[Item]):
    """At first each item is a set by itself."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._parents = {item: item for item in items}

    def root(self, item: Item) -> Item:
        """The item that stands for all of its set."""
        while (parent := self._parents[item]) != item:
            self._parents[item] = self._parents[parent]
            item = parent
        return item

    def join(self, item: Item, other: Item) -> None:
        """Make one set of two; what stands for the item's stands for both."""
        self._parents[self.root(other)] = self.root(item)
