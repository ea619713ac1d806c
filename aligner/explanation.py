"""Why a sentence stands in its bead: that bead and those not taken, each with what speaks for and against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

from aligner.alignment import Bead
from aligner.document import DocumentPair

N_OTHERS = 5
"""Beads that are told beside the chosen one, at most."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bead that could hold a sentence; one with an empty side leaves it alone.

    Attributes:
        bead: with its score, cosine and margin.
        cost: what the bead costs, lower is better; ``nan`` where the method knows no costs.
        terms: what the cost is the sum of, by name; ``aligner.methods.costs`` says what each is.
        detour: how much dearer than the cheapest path the cheapest one is that holds this bead: 0 on the cheapest path;
            ``nan`` where there is no path.
        length_ratio: characters of the source over those of the target, divided by what is usual in these texts: 1 is
            as expected. ``nan`` where a side is empty or lengths do not count.
        shared: the numbers and longer words that both sides hold, in lower case.
        reason: why a bead without costs was not taken.
    """

    bead: Bead
    cost: float = nan
    terms: Mapping[str, float] = field(default_factory=dict)
    detour: float = nan
    length_ratio: float = nan
    shared: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a sentence of the source stands in this bead, and not in another.

    Attributes:
        pair: the two documents.
        sentence: 0-based index in the source.
        method: what found the bead.
        chosen: the bead that the alignment holds.
        others: the next best that were not taken, best first, at most ``N_OTHERS``; ``monotone`` always tells what it
            would cost to leave the sentence alone.
        trust: how far the encoder knows these texts, in ``[0, 1]``; where it is less than 1, shared words count.
    """

    pair: DocumentPair
    sentence: int
    method: str
    chosen: Candidate
    others: tuple[Candidate, ...]
    trust: float = 1.0


def check_sentence(pair: DocumentPair, sentence: int) -> None:
    """Whether the source has this sentence.

    Raises:
        ValueError: it has not.
    """
    if not 0 <= sentence < len(pair.source):
        raise ValueError(f"sentence: got {sentence}, expected 0 to {len(pair.source) - 1}")
