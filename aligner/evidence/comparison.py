"""Mentions of two segments beside each other."""

from collections.abc import Callable, Sequence
from math import isfinite

from aligner.evidence.bounds import interval
from aligner.evidence.mention import FIGURES, Evidence, Mention, Tie


def compare(source: Sequence[Mention], target: Sequence[Mention]) -> Evidence:
    """The mentions of two segments beside each other; each answers one of the other side at most.

    Two figures contradict each other where they are all that is left of their kind on both sides and cannot both hold.
    """
    left, right = list(source), list(target)
    ties = _take(left, right, _same) + _take(left, right, _compatible)
    for kind in sorted(FIGURES):
        ones = [mention for mention in left if mention.kind == kind]
        others = [mention for mention in right if mention.kind == kind]
        if len(ones) == len(others) == 1 and _contradict(ones[0], others[0]):
            left.remove(ones[0])
            right.remove(others[0])
            ties.append(_tie(ones[0], others[0], agrees=False))
    return Evidence(tuple(sorted(ties, key=lambda tie: tie.source_span)), tuple(left), tuple(right))


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


def _compatible(one: Mention, other: Mention) -> bool:
    if one.kind != other.kind or one.kind not in FIGURES:
        return False
    if one.kind == "date":
        ones, others = _parts(one.value), _parts(other.value)
        return not _differ(ones, others) and any(a and b for a, b in zip(ones, others, strict=True))
    if one.kind == "time":
        return False
    low, high, unit = interval(one.value)
    other_low, other_high, other_unit = interval(other.value)
    ends = [end for end in (low, high, other_low, other_high) if isfinite(end)]
    near = min(ends) >= 0.8 * max(ends)
    return near and unit == other_unit and low <= other_high and other_low <= high


def _contradict(one: Mention, other: Mention) -> bool:
    if one.kind == "date":
        return _differ(_parts(one.value), _parts(other.value))
    if one.kind == "time":
        return True
    low, high, unit = interval(one.value)
    other_low, other_high, other_unit = interval(other.value)
    return unit == other_unit and not (low <= other_high and other_low <= high)


def _parts(date: str) -> tuple[str, str, str]:
    """Year, month and day; those left open are empty."""
    if date.startswith("-"):
        _, _, month, *day = date.split("-")
        return "", month, day[0] if day else ""
    year, month, day_part, *_ = [*date.split("-"), "", ""]
    return year, month, day_part


def _differ(ones: tuple[str, str, str], others: tuple[str, str, str]) -> bool:
    return any(one and other and one != other for one, other in zip(ones, others, strict=True))
