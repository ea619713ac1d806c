"""What two segments contradict: figures, outcomes, who won, and places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import isclose

from aligner.evidence.locales import exclude, is_place
from aligner.evidence.mention import FIGURES, Mention, Tie, tie
from aligner.evidence.outcomes import BEAT, implied, is_of_many, is_of_somebody, oppose, question
from aligner.evidence.values import amounts, are_of_one_order, converted, differ, on_dial, unit

_NAMES = frozenset({"name", "acronym"})
_NEAR = 30
"""Characters between a number and the outcome that it counts."""


def contradictions(source: Sequence[Mention], target: Sequence[Mention], ties: Sequence[Tie]) -> list[Tie]:
    """What two segments contradict, beside the ties in which they agree."""
    left = _without(source, {shared.source_span for shared in ties})
    right = _without(target, {shared.target_span for shared in ties})
    opposed = _opposed(source, target)
    of_one = [pair for pair in opposed if _may_be_of_one(*pair, source, target, ties)]
    return [
        *_of_figures(_figures(left, source), _figures(right, target)),
        *_of_roles(source, target, ties),
        *(tie(one, other, agrees=False) for one, other in of_one),
        *_of_winners(source, target, ties),
        *(_of_places(left, right) if len(of_one) == len(opposed) else ()),
    ]


def _without(mentions: Sequence[Mention], tied: set[tuple[int, int]]) -> list[Mention]:
    return [mention for mention in mentions if mention.span not in tied]


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure, and the outcome of which it may say how many: the dead or the injured; empty where none is near."""

    mention: Mention
    outcome: str


def _figures(lone: Sequence[Mention], every: Sequence[Mention]) -> list[_Figure]:
    return [_Figure(mention, _counted(mention, every)) for mention in lone if mention.kind in FIGURES]


def _counted(figure: Mention, every: Sequence[Mention]) -> str:
    """The outcome next to a figure, no other figure between: the one behind it, else the one before."""
    said = [one for one in every if one.kind in FIGURES or (one.kind == "outcome" and is_of_many(one.value))]
    index = said.index(figure)
    around = (*said[index + 1 : index + 2], *said[max(0, index - 1) : index])
    return next((one.value for one in around if one.kind == "outcome" and _gap(figure, one) <= _NEAR), "")


def _gap(one: Mention, other: Mention) -> int:
    """The characters between two mentions."""
    return max(one.span[0], other.span[0]) - min(one.span[1], other.span[1])


def _of_figures(left: Sequence[_Figure], right: Sequence[_Figure]) -> list[Tie]:
    """Figures of which neither can hold beside any of its rivals that is left on the other side, paired in order."""
    ones, others = _contradicting(left, right), _contradicting(right, left)
    found = []
    for one in ones:
        if rival := next((other for other in others if _are_rivals(one, other)), None):
            others.remove(rival)
            found.append(tie(one.mention, rival.mention, agrees=False))
    return found


def _contradicting(ones: Sequence[_Figure], others: Sequence[_Figure]) -> list[_Figure]:
    rivals = {one: [other for other in others if _are_rivals(one, other)] for one in ones}
    return [
        one for one in ones if rivals[one] and all(_contradict(one.mention, other.mention) for other in rivals[one])
    ]


def _are_rivals(one: _Figure, other: _Figure) -> bool:
    """Whether two figures may say the same thing differently: the dead are not the injured."""
    return one.mention.kind == other.mention.kind and (
        not one.outcome or not other.outcome or one.outcome == other.outcome
    )


def _of_roles(source: Sequence[Mention], target: Sequence[Mention], ties: Sequence[Tie]) -> list[Tie]:
    """Two numbers that have changed places: as many dead here as injured there, and the other way round."""
    ones, others = ({figure.mention.span: figure for figure in _figures(side, side)} for side in (source, target))
    shared = [(ones[tie.source_span], others[tie.target_span]) for tie in ties if tie.source_span in ones]
    crossed = {(one.outcome, other.outcome): (one.mention, other.mention) for one, other in shared}
    pairs = [
        (one, crossed[there, here][1])
        for (here, there), (one, _) in crossed.items()
        if here and here < there and (there, here) in crossed
    ]
    return [tie(*pair, agrees=False) for pair in pairs if _contradict(*pair)]


def _contradict(one: Mention, other: Mention) -> bool:
    if one.kind == "date":
        return differ(one.value, other.value)
    if one.kind == "weekday":
        return one.value != other.value
    if one.kind == "time":
        return on_dial(one.value) != on_dial(other.value)
    if unit(one.value) == unit(other.value) == "degree" and _may_be_of_two_scales(one.value, other.value):
        return False
    value = converted(one.value, unit(other.value))
    if not value or not are_of_one_order(unit(one.value), unit(other.value)):
        return False
    (low, high), (other_low, other_high) = amounts(value), amounts(other.value)
    return not (low <= other_high and other_low <= high) and not _is_misread(one, other)


def _may_be_of_two_scales(one: str, other: str) -> bool:
    """Whether degrees, of a scale that neither side names, are the same of Celsius and of Fahrenheit."""
    scales = ("celsius", "fahrenheit")
    pairs = (
        (amounts(converted(one.replace("degree", own), its)), amounts(other)) for own, its in (scales, scales[::-1])
    )
    return any(low <= other_high and other_low <= high for (low, high), (other_low, other_high) in pairs)


def _is_misread(one: Mention, other: Mention) -> bool:
    """Whether two amounts differ by thousands only: a separator or a word for millions was rather not understood."""
    said = (mention.value.partition(" ")[0].lstrip("<>=~").split("..") for mention in (one, other))
    pairs = [sorted(map(float, ends)) for ends in product(*said)]
    return any(low > 0 and isclose(low * power, high) for low, high in pairs for power in (1e3, 1e6, 1e9, 1e12))


def _opposed(source: Sequence[Mention], target: Sequence[Mention]) -> list[tuple[Mention, Mention]]:
    """The outcomes that cannot both be of one thing, of questions to which each side has one answer alone."""
    ones, others = _answers(source), _answers(target)
    both = ((one, others[asked]) for asked, one in ones.items() if asked in others)
    return [(one, other) for one, other in both if oppose(one.value, other.value)]


def _answers(mentions: Sequence[Mention]) -> dict[str, Mention]:
    """The outcomes by question, where a side has one answer alone; the first that says it."""
    said: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.kind == "outcome":
            said[question(mention.value)].append(mention)
    return {asked: own[0] for asked, own in said.items() if len({implied(mention.value) for mention in own}) == 1}


def _may_be_of_one(
    one: Mention, other: Mention, source: Sequence[Mention], target: Sequence[Mention], ties: Sequence[Tie]
) -> bool:
    """Whether two outcomes may be said of one and the same.

    They are not where a name stands before one and behind the other, nor where both have names before them of which
    nothing answers one.
    """
    named = _named(ties)
    places = [(shared.source_span < one.span, shared.target_span < other.span) for shared in named]
    lone_before = _has_lone_name(source, one, {shared.source_span for shared in named})
    lone_before_other = _has_lone_name(target, other, {shared.target_span for shared in named})
    if (lone_before and lone_before_other) or any(before != other_before for before, other_before in places):
        return False
    return (True, True) in places or not is_of_somebody(one.value)


def _named(ties: Sequence[Tie]) -> list[Tie]:
    return [shared for shared in ties if shared.kind not in FIGURES and shared.kind != "outcome"]


def _has_lone_name(mentions: Sequence[Mention], said: Mention, tied: set[tuple[int, int]]) -> bool:
    """Whether before an outcome stands a name that nothing answers."""
    return any(one.kind in _NAMES and one.span < said.span and one.span not in tied for one in mentions)


def _of_winners(source: Sequence[Mention], target: Sequence[Mention], ties: Sequence[Tie]) -> list[Tie]:
    """Winner and loser where they have changed places: the name before ``beat`` stands behind it on the other side."""
    one, other = (_answers(mentions).get("contest") for mentions in (source, target))
    if one is None or other is None or not one.value == other.value == BEAT:
        return []
    named = _named(ties)
    winner = next((name for name in named if name.source_span < one.span and name.target_span > other.span), None)
    loser = next((name for name in named if name.source_span > one.span and name.target_span < other.span), None)
    if winner is None or loser is None:
        return []
    return [Tie("name", False, winner.source_value, loser.target_value, winner.source_span, loser.target_span)]


def _of_places(left: Sequence[Mention], right: Sequence[Mention]) -> list[Tie]:
    """The one territory or city that each side alone names, where all figures have their answer."""
    if any(mention.kind in FIGURES for mention in (*left, *right)):
        return []
    ones, others = (_places(side) for side in (left, right))
    if len(ones) != 1 or len(others) != 1:
        return []
    one, other = *ones.values(), *others.values()
    return [tie(one, other, agrees=False)] if exclude(one.value, other.value) else []


def _places(mentions: Sequence[Mention]) -> dict[str, Mention]:
    return {
        mention.value: mention for mention in reversed(mentions) if mention.kind in _NAMES and is_place(mention.value)
    }
