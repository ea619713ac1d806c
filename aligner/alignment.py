"""Beads and the alignment of one document pair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from aligner.document import DocumentPair

if TYPE_CHECKING:
    from aligner.evidence import Tie


@dataclass(frozen=True, slots=True)
class Bead:
    """One link: 0-based sentence indices of both sides; either side may be empty, never both.

    ``score`` lies in ``[0, 1]``, higher is better: the cosine corrected for chance (0: as similar as any two segments
    of these texts, 1: identical). ``cosine`` is the raw cosine of the two segments in ``[-1, 1]`` and ``margin`` how
    far it stands above their neighbours' (higher is better). ``p`` is the calibrated probability, in ``[0, 1]``, that
    the two sides say the same. All three are ``nan`` where a side is empty or nothing was measured. A ``crossing`` link
    stands out of order: its target lies before or behind that of its neighbours.

    ``relation``, the value of a ``SegmentRelation``, says what the two sides state of each other's facts, ``evidence``
    what they share or contradict, and a part ``(start, end)``, in code points of the segment, what of a side the other
    states where that is not all of it; ``aligner.appraisal`` fills them in. A part that mining found is what the link
    is by: the rest of the sentence may stand in another.

    ``flags`` are what is suspicious, by the names of ``aligner.flags``, in a bitext that was judged and read.
    ``decision`` is ``accepted`` where a person made or confirmed the bead, whose ``p`` is 1 then; ``note`` is what the
    person wrote.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float = 0.0
    cosine: float = nan
    margin: float = nan
    crossing: bool = False
    p: float = nan
    relation: str = ""
    evidence: "tuple[Tie, ...]" = ()
    source_part: tuple[int, int] | None = None
    target_part: tuple[int, int] | None = None
    flags: tuple[str, ...] = ()
    decision: str = ""
    note: str = ""

    @property
    def is_link(self) -> bool:
        """Both sides hold sentences."""
        return bool(self.source and self.target)

    @property
    def sides(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the bead links, whatever was measured of it."""
        return self.source, self.target

    @property
    def kind(self) -> str:
        """The bead's type in the field's notation, as ``1-2``."""
        return f"{len(self.source)}-{len(self.target)}"


def alone(source: Iterable[int], target: Iterable[int]) -> list[Bead]:
    """These sentences of both sides, each in a bead by itself."""
    return [*(Bead((i,), ()) for i in source), *(Bead((), (j,)) for j in target)]


def left_alone(pair: DocumentPair, beads: Sequence[Bead]) -> list[Bead]:
    """The sentences of both documents that none of these beads holds, each in a bead by itself."""
    held = [{index for bead in beads for index in bead.sides[side]} for side in (0, 1)]
    return alone(
        (i for i in range(len(pair.source)) if i not in held[0]),
        (j for j in range(len(pair.target)) if j not in held[1]),
    )


@dataclass(frozen=True, slots=True)
class Alignment:
    """The beads of one document pair, whichever method found them; no character stands in two of them.

    Two links share a sentence only where each is by another part of it: the monotone method has no such links.
    ``related`` are pairs of lone sentences on one topic that probably do not say the same, each in one at most.
    ``lone`` are the sentences of either side that are told as lone; ``None``: all that no link holds. Where a document
    stands in several alignments of one list, another may link them, or tell them.
    """

    pair: DocumentPair
    beads: tuple[Bead, ...]
    method: str
    related: tuple[Bead, ...] = ()
    lone: tuple[Sequence[int], Sequence[int]] | None = None

    @property
    def links(self) -> tuple[Bead, ...]:
        """The beads that hold sentences on both sides."""
        return tuple(bead for bead in self.beads if bead.is_link)
