"""What a person does to the beads of two documents: each action gives a new state, or says why it is impossible.

Beads that a person makes hold whole sentences that stand together, and are accepted. Whatever of the base shares
characters with them falls out; a sentence that no bead holds any more is undecided. Actions and files count sentences
from 0, messages from 1, as the page does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from aligner.alignment import Bead
from aligner.bitext import place
from aligner.decisions import ACCEPTED, NOWHERE, REJECTED
from aligner.document import Document, Lock, Relation
from aligner.errors import ActionError
from aligner.relations import SegmentRelation
from aligner.review.halves import SIDES, Side, halves
from aligner.review.state import State
from aligner.writers.cells import clean

RELATIONS = [relation.value for relation in SegmentRelation if relation is not SegmentRelation.RELATED]
"""What can be said of a link; segments that are only related are none."""

MAX_NOTE = 2_000
"""Characters of a note."""


def act(state: State, action: Mapping[str, Any]) -> State:
    """The state after an action, as the page sends it: ``{"action": "merge", "keys": [...]}``.

    Raises:
        ActionError: there is no such action, or it cannot be done here.
    """
    match action:
        case {"action": "accept", "key": str(key)}:
            return accept(state, key)
        case {"action": "reject", "key": str(key)}:
            return reject(state, key)
        case {"action": "clear", "key": str(key)}:
            return clear(state, key)
        case {"action": "split", "key": str(key), "side": "source" | "target" as side, "sentence": int(sentence)}:
            return split(state, key, side, sentence)
        case {"action": "split", "key": str(key)} if action.get("sentence") is None:
            return split(state, key)
        case {"action": "merge", "keys": [str(first), str(second)]}:
            return merge(state, first, second)
        case {"action": "move", "side": "source" | "target" as side, "sentence": int(sentence), "key": str(key)}:
            return move(state, side, sentence, key)
        case {"action": "unlink", "side": "source" | "target" as side, "sentence": int(sentence)}:
            return unlink(state, side, sentence)
        case {"action": "alone", "side": "source" | "target" as side, "sentence": int(sentence)}:
            return leave_alone(state, side, sentence)
        case {"action": "link", "source": [*source], "target": [*target]} if _are_numbers((*source, *target)):
            return link(state, source, target)
        case {"action": "relation", "key": str(key), "relation": str(relation)}:
            return relate(state, key, relation)
        case {"action": "note", "key": str(key), "note": str(note)}:
            return annotate(state, key, note)
        case {"action": "documents", "relation": str(relation), "note": str(note)}:
            return relate_documents(state, relation, note)
        case {"action": "documents", "relation": str(relation)} if "note" not in action:
            return relate_documents(state, relation, state.note)
    raise ActionError(f"{clean(str(action.get('action')))[:20]!r}: no such action, or not told what to do it to")


def accept(state: State, key: str) -> State:
    """A bead stands as it is; a rejected one comes back, and a lone sentence has no counterpart."""
    return _decided(state, _find(state, key), decision=ACCEPTED)


def reject(state: State, key: str) -> State:
    """A link must not come back."""
    bead = _find(state, key)
    if not bead.is_link:
        raise ActionError("a lone sentence is no link that could be rejected; link it")
    return _decided(state, bead, decision=REJECTED)


def clear(state: State, key: str) -> State:
    """Nothing is decided of a bead: what was aligned counts again. A relation and a note stay if the bead does."""
    bead = _find(state, key)
    cleared = _decided(state, bead, decision="")
    return cleared if place(state.pair, bead) in cleared.by_place else _put(state, gone=[bead])


def split(state: State, key: str, side: str = "", sentence: int | None = None) -> State:
    """Two beads of one, cut before this sentence or where halves are most alike; a single one stays with one half."""
    bead = _find(state, key)
    if not bead.is_link:
        raise ActionError("a lone sentence cannot be split")
    first, *others = halves(state.pair, bead.sides, state.measures, side, sentence)
    return _make(state, [(*first, bead.note), *((*other, "") for other in others)], of=[bead])


def merge(state: State, first: str, second: str) -> State:
    """One bead of two neighbours; either may be a lone sentence."""
    one, other = _find(state, first), _find(state, second)
    if one == other:
        raise ActionError("a bead cannot be merged with itself")
    return _make(state, [(one.source + other.source, one.target + other.target, _notes(one, other))], of=[one, other])


def move(state: State, side: str, sentence: int, key: str) -> State:
    """A sentence goes to this bead, out of the one that holds it; one that loses all of a side is no bead any more."""
    bead, number = _find(state, key), SIDES.index(side)
    if sentence in bead.sides[number]:
        raise ActionError(f"sentence {sentence + 1} of the {side} stands there already")
    sides = list(bead.sides)
    sides[number] = (*sides[number], sentence)
    held = _holding(state, number, sentence)
    rests = _rests(state, held, number, sentence)
    return _make(state, [(sides[0], sides[1], bead.note), *rests], of=[bead, *held])


def unlink(state: State, side: str, sentence: int) -> State:
    """A sentence stands alone: what is left of its bead stays, and what was aligned does not take it back."""
    number = SIDES.index(side)
    held = _holding(state, number, sentence)
    if not held:
        raise ActionError(f"sentence {sentence + 1} of the {side} stands alone already")
    left = _make(state, _rests(state, held, number, sentence), of=held)
    while back := _holding(left, number, sentence):
        left = _decided(left, back[0], decision=REJECTED)
    return left


def leave_alone(state: State, side: str, sentence: int) -> State:
    """A sentence has no counterpart; it is taken out of its bead first."""
    number = SIDES.index(side)
    freed = unlink(state, side, sentence) if _holding(state, number, sentence) else state
    lone = _run((state.pair.source, state.pair.target)[number], [sentence], side)
    return _decided(freed, Bead(lone, ()) if side == "source" else Bead((), lone), decision=ACCEPTED)


def link(state: State, source: Sequence[int], target: Sequence[int]) -> State:
    """A bead of sentences that no other holds."""
    for number, sentences in enumerate((source, target)):
        for sentence in sentences:
            if _holding(state, number, sentence):
                told = f"sentence {sentence + 1} of the {SIDES[number]}"
                raise ActionError(f"{told} stands in a bead; move it, or unlink it")
    return _make(state, [(tuple(source), tuple(target), "")], of=[])


def relate(state: State, key: str, relation: str) -> State:
    """What the two sides of a link state of each other's facts; empty: what was measured counts."""
    bead = _find(state, key)
    if not bead.is_link:
        raise ActionError("a lone sentence has no relation; link it first")
    if relation not in ("", *RELATIONS):
        raise ActionError(f"{clean(relation)[:40]!r}: no such relation; choose of {', '.join(RELATIONS)}")
    return _decided(state, bead, relation=relation)


def annotate(state: State, key: str, note: str) -> State:
    """What a person writes of a bead or a lone sentence, on one line."""
    return _decided(state, _find(state, key), note=_line(note))


def relate_documents(state: State, relation: str, note: str) -> State:
    """How the two documents belong together, and a note on them; empty: as they were found."""
    if relation and relation not in list(Relation):
        raise ActionError(f"{clean(relation)[:40]!r}: no such relation; choose of {', '.join(Relation)}")
    return replace(state, relation=relation, note=_line(note))


def _find(state: State, key: str) -> Bead:
    """The bead of this key."""
    try:
        source, target = (tuple(map(int, side.split("-"))) for side in key.split(":"))
        return state.by_place[(source[0], source[1]), (target[0], target[1])]
    except (ValueError, IndexError, KeyError) as error:
        raise ActionError(f"{clean(key)[:40]!r}: no such bead here") from error


def _holding(state: State, number: int, sentence: int) -> list[Bead]:
    """The links that hold a sentence of this side: several only where each is by a part of it."""
    return [bead for bead in state.shown.links if sentence in bead.sides[number]]


def _rests(state: State, beads: Iterable[Bead], number: int, sentence: int) -> list[tuple[Side, Side, str]]:
    """What is left of beads that lose a sentence, of those that still have text on both sides."""
    document = (state.pair.source, state.pair.target)[number]
    rests = []
    for bead in beads:
        sides = list(bead.sides)
        sides[number] = tuple(index for index in sides[number] if index != sentence)
        if document.segment(sides[number]).strip():
            rests.append((sides[0], sides[1], bead.note))
    return rests


def _make(state: State, made: Iterable[tuple[Side, Side, str]], of: Iterable[Bead]) -> State:
    """The state with these beads, each with its note, in the place of others."""
    pair = state.pair
    locks = [
        Lock(_run(pair.source, source, "source"), _run(pair.target, target, "target"), note=note)
        for source, target, note in made
    ]
    held = [{index for lock in locks for index in (lock.source, lock.target)[side]} for side in (0, 1)]
    lone = [
        bead
        for bead in state.shown.beads
        if not bead.is_link and not (held[0].isdisjoint(bead.source) and held[1].isdisjoint(bead.target))
    ]
    return _put(state, locks, [*of, *lone])


def _run(document: Document, sentences: Sequence[int], side: str) -> Side:
    """These sentences in order, without blank ones at the edges; they must stand together, but for blank ones."""
    texts = {index: document.segment([index]).strip() for index in sentences if 0 <= index < len(document)}
    if len(texts) < len(set(sentences)):
        raise ActionError(f"the {side} has sentences 1 to {len(document)} only")
    told = sorted(index for index, text in texts.items() if text)
    if not told:
        raise ActionError(f"there is no text in the {side} to decide on")
    run = tuple(range(told[0], told[-1] + 1))
    between = [index for index in run if index not in texts and document.segment([index]).strip()]
    if between:
        first, last, other = (index + 1 for index in (told[0], told[-1], between[0]))
        raise ActionError(f"sentences {first} and {last} of the {side} do not stand together; {other} is between")
    return run


def _decided(state: State, bead: Bead, **told: Any) -> State:
    """The state with something told of a bead, beside what was told of it before."""
    pair, where = state.pair, place(state.pair, bead)
    if not bead.is_link:
        side = 0 if bead.source else 1
        _run((pair.source, pair.target)[side], bead.sides[side], SIDES[side])
    before = next((lock for lock in state.locks if place(pair, lock) == where), None)
    return _put(state, [replace(before or _untold(bead), **told)])


def _untold(bead: Bead) -> Lock:
    """The lock of a bead on which nothing was told."""
    return Lock(bead.source, bead.target, bead.source_part, bead.target_part, decision="")


def _put(state: State, locks: Iterable[Lock] = (), gone: Iterable[Bead] = ()) -> State:
    """The state with these locks, each in the place of one on the same characters, and without those of ``gone``."""
    pair = state.pair
    held = {place(pair, lock): lock for lock in state.locks}
    for bead in gone:
        held.pop(place(pair, bead), None)
    held |= {place(pair, lock): lock for lock in locks}
    left = tuple(lock for lock in held.values() if lock.decision or lock.relation or lock.note)
    for side in (0, 1):
        spans = sorted(where[side] for where, lock in held.items() if lock.decision == ACCEPTED)
        if any(one[1] > other[0] for one, other in pairwise(span for span in spans if span != NOWHERE)):
            raise ActionError("an accepted bead holds a part of these sentences; undecide that first")
    return replace(state, locks=left)


def _notes(*beads: Bead) -> str:
    return "; ".join(dict.fromkeys(bead.note for bead in beads if bead.note))


def _line(note: str) -> str:
    """A note on one line."""
    if len(note) > MAX_NOTE:
        raise ActionError(f"a note has {MAX_NOTE} characters at most; this one has {len(note)}")
    return " ".join(clean(note).split())


def _are_numbers(values: Iterable[object]) -> bool:
    return all(isinstance(value, int) for value in values)
