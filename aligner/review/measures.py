"""What is measured of links that nobody aligned: by an encoder where one can be used, else by what the texts show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aligner.alignment import Bead
from aligner.appraisal import attest
from aligner.document import DocumentPair
from aligner.errors import AlignerError

Sides = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Measures:
    """The door to an encoder, loaded when it is first asked.

    Attributes:
        likeness: the cosine of the two segments of each of some links, given by their sentences.
        appraise: links with their relation and evidence.
    """

    likeness: Callable[[DocumentPair, Sequence[Sides]], Sequence[float]] | None = None
    appraise: Callable[[DocumentPair, Sequence[Bead]], Sequence[Bead]] | None = None

    def alike(self, pair: DocumentPair, links: Sequence[Sides]) -> dict[Sides, float]:
        """How like the two segments of each of these links are, higher is better; 0 for all without an encoder."""
        try:
            found = self.likeness(pair, links) if self.likeness else ()
        except AlignerError:
            found = ()
        return dict(zip(links, found or [0.0] * len(links), strict=True))

    def appraised(self, pair: DocumentPair, links: Sequence[Bead]) -> Sequence[Bead]:
        """Links with evidence, and with the relation that is measured; without an encoder only conflicts are told."""
        try:
            return self.appraise(pair, links) if self.appraise and links else [attest(pair, link) for link in links]
        except AlignerError:
            return [attest(pair, link) for link in links]


UNMEASURED = Measures()
"""Without an encoder."""
