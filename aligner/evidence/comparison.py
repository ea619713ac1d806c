"""Mentions of two segments beside each other."""

from collections.abc import Callable, Sequence
from functools import cache
from math import isclose, isfinite

from aligner.evidence.bounds import interval
from aligner.evidence.mention import FIGURES, Evidence, Mention, Tie

_NEAR = 0.8
"""A bound answers an amount that is this share of it at least: ``at least 150`` is no way to say 1,000."""

_SPELLED = frozenset({"name", "cognate"})
"""The kinds whose values are words, unless they are codes, which have capitals."""
_LETTERS = 5
"""Shorter words are alike by chance."""
_ALIKE = 0.9
"""The similarity of two spellings of one name; 1 is the same."""


def compare(source: Sequence[Mention], target: Sequence[Mention]) -> Evidence:
    """The mentions of two segments beside each other; each answers one of the other side at most.

    Figures that agree are tied first. Of those left, two of one kind contradict each other where neither can hold
    beside any that is left of that kind on the other side; they are paired in their order.
    """
    left, right = list(source), list(target)
    ties = [tie for agree in (_same, _same_but_unit, _compatible, _alike) for tie in _take(left, right, agree)]
    for kind in sorted(FIGURES):
        ones = [mention for mention in left if mention.kind == kind]
        others = [mention for mention in right if mention.kind == kind]
        for one, other in zip(_contradicting(ones, others), _contradicting(others, ones), strict=False):
            left.remove(one)
            right.remove(other)
            ties.append(_tie(one, other, agrees=False))
    return Evidence(tuple(sorted(ties, key=lambda tie: tie.source_span)), _named(left), _named(right))


def _named(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Without words that have no cognate: most have none, which says nothing."""
    return tuple(mention for mention in mentions if mention.kind != "cognate")


def _contradicting(ones: list[Mention], others: list[Mention]) -> list[Mention]:
    return [one for one in ones if others and all(_contradict(one, other) for other in others)]


def _take(left: list[Mention], right: list[Mention], agree: Callable[[Mention, Mention], bool]) -> list[Tie]:
    ties = []
    for one in tuple(left):
        other = next((other for other in right if agree(one, other)), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            ties.append(_tie(one, other, agrees=True))
    return ties


def _tie(one: Mention, other: Mention, *, agrees: bool) -> Tie:
    return Tie(one.kind, agrees, one.value, other.value, one.span, other.span)


def _same(one: Mention, other: Mention) -> bool:
    return one.value == other.value and (one.kind in FIGURES) == (other.kind in FIGURES)


def _same_but_unit(one: Mention, other: Mention) -> bool:
    """Whether two figures are the same amount, of which one does not say what it counts, or that it is a year."""
    amount, _, unit = one.value.partition(" ")
    other_amount, _, other_unit = other.value.partition(" ")
    return {one.kind, other.kind} <= FIGURES and amount == other_amount and not (unit and other_unit)


def _compatible(one: Mention, other: Mention) -> bool:
    if one.kind != other.kind or one.kind not in FIGURES:
        return False
    if one.kind == "time":
        return _on_dial(one.value) == _on_dial(other.value)
    if one.kind == "date":
        ones, others = _parts(one.value), _parts(other.value)
        return not _differ(ones, others) and any(a and b for a, b in zip(ones, others, strict=True))
    low, high, unit = interval(one.value)
    other_low, other_high, other_unit = interval(other.value)
    ends = [end for end in (low, high, other_low, other_high) if isfinite(end)]
    near = min(ends, default=0.0) >= _NEAR * max(ends, default=0.0)
    return near and unit == other_unit and low <= other_high and other_low <= high


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


def _contradict(one: Mention, other: Mention) -> bool:
    if one.kind == "date":
        return _differ(_parts(one.value), _parts(other.value))
    if one.kind == "time":
        return _on_dial(one.value) != _on_dial(other.value)
    low, high, unit = interval(one.value)
    other_low, other_high, other_unit = interval(other.value)
    return unit == other_unit and not (low <= other_high and other_low <= high) and not _is_misread(one, other)


def _is_misread(one: Mention, other: Mention) -> bool:
    """Whether two amounts differ by thousands only: a separator or a word for millions was rather not understood."""
    amounts = sorted(float(mention.value.partition(" ")[0].lstrip("<>=~")) for mention in (one, other))
    return amounts[0] > 0 and any(isclose(amounts[0] * power, amounts[1]) for power in (1e3, 1e6, 1e9, 1e12))


def _on_dial(time: str) -> tuple[int, int]:
    """Hour and minute on a dial of twelve hours: which half of the day is often left unsaid."""
    hour, minute = map(int, time.split(":"))
    return hour % 12, minute


def _parts(date: str) -> tuple[str, str, str]:
    """Year, month and day; those left open are empty."""
    if date.startswith("-"):
        _, _, month, *day = date.split("-")
        return "", month, day[0] if day else ""
    year, month, day_part, *_ = [*date.split("-"), "", ""]
    return year, month, day_part


def _differ(ones: tuple[str, str, str], others: tuple[str, str, str]) -> bool:
    return any(one and other and not _meets(one, other) for one, other in zip(ones, others, strict=True))


def _meets(one: str, other: str) -> bool:
    """Whether two parts of dates may be the same; an ``X`` is any digit."""
    return all(a == b or "X" in (a, b) for a, b in zip(one, other, strict=False))
