"""What evidence is made of: mentions, ties between them, and the two together."""

from dataclasses import dataclass

FIGURES = frozenset({"number", "date", "weekday", "time", "quantity", "money", "percentage"})


@dataclass(frozen=True, slots=True)
class Mention:
    """Something in a text that can be compared across languages.

    Attributes:
        kind: ``number``, ``date``, ``weekday``, ``time``, ``quantity``, ``money``, ``percentage``, ``name``,
            ``acronym``, ``word`` (written as code, so in all languages alike), ``outcome`` (one of several of which
            only one holds), ``cognate`` (a long word that may have one).
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

    @property
    def difference(self) -> str:
        """What each side says, for people: ``date 1998 / 1997``."""
        return f"{self.kind} {self.source_value} / {self.target_value}"


def tie(one: Mention, other: Mention, *, agrees: bool) -> Tie:
    """The tie of two mentions, of the kind of the first."""
    return Tie(one.kind, agrees, one.value, other.value, one.span, other.span)


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
