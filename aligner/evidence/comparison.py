"""Mentions of two segments beside each other."""

from collections.abc import Callable, Sequence
from functools import cache
from math import isfinite

from aligner.evidence.contradiction import contradictions
from aligner.evidence.mention import FIGURES, Evidence, Mention, Tie, tie
from aligner.evidence.values import amounts, converted, differ, on_dial, share, unit

_NEAR = 0.8
"""A bound answers an amount that is this share of it at least: ``at least 150`` is no way to say 1,000."""

_OF_ONE_DEGREE = ({"degree", "celsius"}, {"degree", "fahrenheit"})
"""Units of which one does not say the scale."""

_SPELLED = frozenset({"name", "cognate"})
"""The kinds whose values are words, unless they are codes, which have capitals."""
_LETTERS = 5
"""Shorter words are alike by chance."""
_ALIKE = 0.9
"""The similarity of two spellings of one name; 1 is the same."""


def compare(source: Sequence[Mention], target: Sequence[Mention]) -> Evidence:
    """The mentions of two segments beside each other; each answers one of the other side at most.

    Those that agree are tied first; what contradicts each other is found among those left.
    """
    left, right = list(source), list(target)
    ties = [tie for agree in (_same, _same_but_unit, _compatible, _alike) for tie in _take(left, right, agree)]
    conflicts = contradictions(source, target, ties)
    answered = {tie.source_span for tie in conflicts}, {tie.target_span for tie in conflicts}
    return Evidence(
        tuple(sorted((*ties, *conflicts), key=lambda tie: tie.source_span)),
        *(_lone(side, spans) for side, spans in zip((left, right), answered, strict=True)),
    )


def _lone(mentions: Sequence[Mention], answered: set[tuple[int, int]]) -> tuple[Mention, ...]:
    """Those that nothing answers; but cognates and outcomes, which most texts say in other words."""
    return tuple(one for one in mentions if one.span not in answered and one.kind not in ("cognate", "outcome"))


def _take(left: list[Mention], right: list[Mention], agree: Callable[[Mention, Mention], bool]) -> list[Tie]:
    ties = []
    for one in tuple(left):
        other = next((other for other in right if agree(one, other)), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            ties.append(tie(one, other, agrees=True))
    return ties


def _same(one: Mention, other: Mention) -> bool:
    return one.value == other.value and (one.kind in FIGURES) == (other.kind in FIGURES)


def _same_but_unit(one: Mention, other: Mention) -> bool:
    """Whether two figures are the same amount, of which one does not say what it counts, or that it is a year.

    Nor does ``degree`` say of which scale.
    """
    amount, _, unit = one.value.partition(" ")
    other_amount, _, other_unit = other.value.partition(" ")
    return (
        {one.kind, other.kind} <= FIGURES
        and amount == other_amount
        and (not (unit and other_unit) or {unit, other_unit} in _OF_ONE_DEGREE)
    )


def _compatible(one: Mention, other: Mention) -> bool:
    if one.kind != other.kind or one.kind not in FIGURES or one.kind == "weekday":
        return False
    if one.kind == "time":
        return on_dial(one.value) == on_dial(other.value)
    if one.kind == "date":
        return share(one.value, other.value) and not differ(one.value, other.value)
    value = converted(one.value, unit(other.value))
    return bool(value) and _meet(amounts(value), amounts(other.value))


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    ends = [end for end in (*one, *other) if isfinite(end)]
    is_closed = len(ends) == len((*one, *other))
    near = min(ends, default=0.0) >= _NEAR * max(ends, default=0.0)
    return (near or is_closed) and one[0] <= other[1] and other[0] <= one[1]


def _alike(one: Mention, other: Mention) -> bool:
    """Whether two words are one, spelled otherwise: ``Lukašenko`` and ``Lukashenko``, ``missione`` and ``mission``."""
    if one.kind != other.kind or one.kind not in _SPELLED or one.value[0] != other.value[0]:
        return False
    if min(len(one.value), len(other.value)) < _LETTERS or not (one.value.islower() and other.value.islower()):
        return False
    return _similarity()(one.value, other.value) >= _ALIKE


@cache
def _similarity() -> Callable[[str, str], float]:
    """Jaro's, in favour of the same beginning (Winkler 1990, "String Comparator Metrics")."""
    from rapidfuzz.distance import JaroWinkler

    return JaroWinkler.similarity
