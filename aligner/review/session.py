"""What people decide in the pages that are open: applied one after the other, and on the disk before it is answered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from threading import Lock as Mutex
from typing import Any

from aligner.alignment import Alignment
from aligner.bitext import Bitext, join, place, spelled, spellings
from aligner.decisions import Decision, contradictions, find_documents, of_bead
from aligner.document import DocumentPair
from aligner.errors import ActionError, DecisionError
from aligner.multiway import tie
from aligner.report import Run
from aligner.review.editing import act
from aligner.review.history import History
from aligner.review.measures import UNMEASURED, Measures
from aligner.review.state import State, decided, undecided
from aligner.review.store import ChangedError, Store
from aligner.viewer.data import Data, bead_data, document_data, pair_data, view
from aligner.writers.cells import clean
from aligner.writers.decisions import checked

Change = Callable[[History], History]
Realign = Callable[[DocumentPair], Alignment]


class ConflictError(Exception):
    """The two documents are not as the page shows them; ``pair`` is what there is now, and nothing was changed."""

    def __init__(self, message: str, pair: Data) -> None:
        super().__init__(message)
        self.pair = pair


class Session:
    """All pairs of a run with what was decided of them.

    Decisions that this run cannot keep, about other documents or texts that were changed, stay in the file as they are.

    Args:
        run: what to decide on.
        path: the file of decisions; made with the first one.
        realign: gives two documents aligned anew around their locks.
        measures: what links that a person makes are measured by.

    Raises:
        DecisionError: the file cannot be used.
    """

    def __init__(self, run: Run, path: Path, realign: Realign, measures: Measures = UNMEASURED) -> None:
        self._run, self._realign = run, realign
        self._store = Store(path)
        self._histories = [History(State(undecided(alignment), measures=measures)) for alignment in run.alignments]
        pairs = (alignment.pair for alignment in run.alignments)
        self._numbers = {(pair.source.id, pair.target.id): number for number, pair in enumerate(pairs)}
        self._others: tuple[Decision, ...] = ()
        self._stale: tuple[str, ...] = ()
        self._mutex, self._aligning = Mutex(), Mutex()
        self._read()

    def view(self) -> Data:
        """The overview, as decided."""
        with self._mutex:
            broken = self._broken()
            alignments = self._shown()
            stale = (*self._run.stale, *self._stale, *broken)
        return view(replace(self._run, alignments=alignments, stale=stale), mode="review")

    def document(self, number: int) -> Data:
        """A document.

        Raises:
            LookupError: there is none of this number.
        """
        return document_data(self._run.documents[number])

    def pair(self, number: int) -> Data:
        """Two documents as decided.

        Raises:
            LookupError: there are none of this number.
        """
        with self._mutex:
            self._broken()
            return self._told(number)

    def act(self, number: int, action: Mapping[str, Any]) -> Data:
        """Do what the page asks of two documents, put it on the disk, and tell what came of it.

        Raises:
            LookupError: there are no such documents.
            ConflictError: they are not as the page shows them.
            ActionError: it cannot be done.
            OutputError: it cannot be written.
        """
        name, version = action.get("action"), str(action.get("version"))
        if name == "undo":
            return self._change(number, version, History.undo)
        if name == "redo":
            return self._change(number, version, History.redo)
        if name == "realign":
            return self._change(number, version, self._realigned(number, version))
        return self._change(number, version, lambda history: history.then(act(history.state, action)))

    def bitext(self) -> Bitext:
        """The records as decided, their languages written as in the run."""
        with self._mutex:
            self._broken()
            alignments = self._shown()
        found = self._run.bitext
        return tie(spelled(join(alignments, found.signature), spellings(found.pairs)))

    def decisions(self) -> list[Decision]:
        """All that was decided."""
        with self._mutex:
            self._broken()
            return self._decisions(self._histories)

    def _change(self, number: int, version: str, change: Change) -> Data:
        with self._mutex:
            while True:
                self._check(number, version)
                changed = list(self._histories)
                changed[number] = change(self._histories[number])
                self._check_other_way(changed, number)
                try:
                    self._store.write(self._decisions(changed))
                except ChangedError:
                    continue
                self._histories = changed
                return self._told(number)

    def _realigned(self, number: int, version: str) -> Change:
        """The change to two documents aligned anew, which takes its time, and nobody waits for it."""
        with self._mutex:
            self._check(number, version)
            state = self._histories[number].state
        with self._aligning:
            found = self._realign(state.pair)
        base = undecided(replace(found, pair=state.base.pair))
        return lambda history: history.then(replace(history.state, base=base, is_realigned=True))

    def _check(self, number: int, version: str) -> None:
        """Make sure that two documents are as the page shows them, whoever else decides meanwhile."""
        told = self._broken()
        if told:
            raise ConflictError(told[0], self._told(number))
        if version != self._histories[number].state.version:
            raise ConflictError("someone else decided meanwhile; nothing was changed", self._told(number))

    def _check_other_way(self, histories: Sequence[History], number: int) -> None:
        """Make sure that two documents, where they are also aligned the other way round, are decided on alike."""
        pair = histories[number].state.pair
        other = self._numbers.get((pair.target.id, pair.source.id), number)
        if other != number and contradictions([*histories[number].state.decisions, *histories[other].state.decisions]):
            raise ActionError("what was decided of these documents the other way round says otherwise; undecide that")

    def _broken(self) -> list[str]:
        """Take in what others wrote; why not, if it cannot be used."""
        try:
            if not self._store.is_current:
                self._read()
        except DecisionError as error:
            return [str(error)]
        return []

    def _read(self) -> None:
        """Take in what the file says, or where there is none, what the run was told and what its records say."""
        found = self._store.read()
        given, others, stale = _beforehand(self._run) if found is None else ([*found], [], [])
        # The run tells by itself which of its decisions it could not keep.
        is_run_told = found is None and bool(self._run.decisions)
        by_names: dict[tuple[str, str], list[Decision]] = {}
        for one in given:
            names = one.source_doc, one.target_doc
            by_names.setdefault(names if names in self._numbers else names[::-1], []).append(one)
        histories = []
        for names, history in zip(self._numbers, self._histories, strict=True):
            state, settled = decided(history.state, by_names.pop(names, []))
            histories.append(history if state.version == history.state.version else History(state))
            others += settled.lost if found is not None or is_run_told else ()
            stale += () if is_run_told else settled.stale
        elsewhere = [one for members in by_names.values() for one in members]
        others += elsewhere
        if elsewhere and not is_run_told:
            stale.append(f"decisions about other documents: {len(elsewhere)}; they stay in the file")
        self._histories, self._others, self._stale = histories, tuple(others), tuple(stale)

    def _decisions(self, histories: Iterable[History]) -> list[Decision]:
        """What the file is to hold; of what this run could not keep, that which nobody decided anew.

        Both in one file could not be read again.
        """
        made, others = [one for history in histories for one in history.state.decisions], self._others
        while others and (clashing := {one for clash in contradictions([*made, *others]) for one in clash}):
            left = tuple(one for one in others if clashing.isdisjoint((one, one.mirrored)))
            if left == others:
                break
            others = left
        return [*made, *others]

    def _shown(self) -> tuple[Alignment, ...]:
        return tuple(history.state.shown for history in self._histories)

    def _told(self, number: int) -> Data:
        """Two documents as the page needs them."""
        history = self._histories[number]
        state = history.state
        pair = state.pair
        return {
            **pair_data(state.shown, self._run.dots.get((pair.source.id, pair.target.id), ())),
            "version": state.version,
            "undo": bool(history.past),
            "redo": bool(history.undone),
            "rejected": [bead_data(pair, bead) for bead in state.rejected],
            "realigned": state.is_realigned,
            "relation": pair.relation.value,
            "note": state.note,
        }


def _beforehand(run: Run) -> tuple[list[Decision], list[Decision], list[str]]:
    """What the run was told of its documents, and of others; and what its records say, or cannot say, that was decided.

    Documents that were renamed since are found as the run found them.
    """
    placed = find_documents(run.decisions, run.documents)
    said, odd = _told_by(run.alignments)
    return [*chain.from_iterable(placed.by_pair.values()), *said], list(placed.lost), odd


def _told_by(alignments: Iterable[Alignment]) -> tuple[Sequence[Decision], list[str]]:
    """What the beads and locks of alignments say that a person decided; and what they say that nobody can decide."""
    found: list[Decision] = []
    odd: list[str] = []
    for alignment in alignments:
        pair = alignment.pair
        found += State(undecided(alignment), pair.locks).decisions
        locked = {place(pair, lock) for lock in pair.locks}
        for bead in alignment.beads:
            if (bead.decision.strip() or bead.note.strip()) and place(pair, bead) not in locked:
                one = of_bead(pair, bead)
                try:
                    found.append(checked(one))
                except ValueError as error:
                    odd.append(f"{pair.source.id} and {pair.target.id}: {clean(one.source_text)[:40]!r}: {error}")
    return found, odd
