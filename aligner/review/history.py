"""Undo and redo: the states of two documents, one after the other."""

from dataclasses import dataclass, replace

from aligner.errors import ActionError
from aligner.review.state import State


@dataclass(frozen=True, slots=True)
class History:
    """The present state, those before it, the last one last, and those that were undone, the next one last."""

    state: State
    past: tuple[State, ...] = ()
    undone: tuple[State, ...] = ()

    def then(self, state: State) -> "History":
        """A new state; what was undone cannot be done again."""
        return self if state == self.state else History(state, (*self.past, _bare(self.state)))

    def undo(self) -> "History":
        """The state before.

        Raises:
            ActionError: there is none.
        """
        if not self.past:
            raise ActionError("there is nothing to undo")
        return History(self.past[-1], self.past[:-1], (*self.undone, _bare(self.state)))

    def redo(self) -> "History":
        """The state that was undone.

        Raises:
            ActionError: there is none.
        """
        if not self.undone:
            raise ActionError("there is nothing to redo")
        return History(self.undone[-1], (*self.past, _bare(self.state)), self.undone[:-1])


def _bare(state: State) -> State:
    """The state without what was worked out from it: many are kept."""
    return replace(state)
