"""What two segments share or contradict: numbers, dates, names, said in any language.

Each kind of mention is a part of this family. A segment's mentions are found once, in its own language and in one
notation for all languages (``31 dicembre`` and ``31 December`` are both ``--12-31``), and then compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """Something in a text that can be compared across languages.

    Attributes:
        kind: ``number``, ``date``, ``time``, ``quantity``, ``money``, ``percentage``, ``name``, ``acronym``, ``word``.
        value: what is meant, in a notation that no language owns.
        span: ``(start, end)`` in the text, in code points.
    """

    kind: str
    value: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tie:
    """A mention of each side that answers the other: the two agree, or they contradict each other.

    ``source_span`` and ``target_span`` lie in the two segments, in code points.
    """

    kind: str
    agrees: bool
    source_value: str
    target_value: str
    source_span: tuple[int, int]
    target_span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against two segments stating the same.

    ``ties`` in order of the source; ``source_only`` and ``target_only`` are the mentions that nothing answers.
    """

    ties: tuple[Tie, ...] = ()
    source_only: tuple[Mention, ...] = ()
    target_only: tuple[Mention, ...] = ()

    @property
    def shared(self) -> tuple[Tie, ...]:
        """The ties that agree."""
        return tuple(tie for tie in self.ties if tie.agrees)

    @property
    def conflicts(self) -> tuple[Tie, ...]:
        """The ties that contradict each other."""
        return tuple(tie for tie in self.ties if not tie.agrees)


def mentions(text: str, lang: str) -> tuple[Mention, ...]:
    """What a text mentions, in order. ``lang`` is BCP 47; an unknown language has numbers in digits and names only."""
    return ()


def compare(source: Sequence[Mention], target: Sequence[Mention]) -> Evidence:
    """The mentions of two segments beside each other; each answers one of the other side at most."""
    return Evidence((), tuple(source), tuple(target))


def gather(source_text: str, target_text: str, source_lang: str, target_lang: str) -> Evidence:
    """The evidence of two segments."""
    return compare(mentions(source_text, source_lang), mentions(target_text, target_lang))
