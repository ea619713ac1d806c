"""Which links of a translation stand out of order."""

from collections.abc import Sequence
from dataclasses import replace

from aligner.alignment import Bead
from aligner.document import DocumentPair
from aligner.methods.decided import Decided, turned
from aligner.path import longest_rise


def is_searched_backwards(pair: DocumentPair) -> bool:
    """The search runs from the target: from the document that comes first in the alphabet.

    Of two that are the same, it is the one whose locks come first.
    """
    decided = Decided.of(pair)
    target = pair.target.sentence_texts(), decided.mirrored.order
    return target < (pair.source.sentence_texts(), decided.order)


def with_crossings(pair: DocumentPair, beads: Sequence[Bead]) -> tuple[Bead, ...]:
    """The beads, those links marked that stand out of order: not on the longest chain that rises in both documents.

    Several chains may be as long: which one it is depends on the direction of the search only, not on that of the pair.
    """
    is_backwards = is_searched_backwards(pair)
    seen = [turned(bead) if is_backwards else bead for bead in beads]
    links = sorted((place for place, bead in enumerate(seen) if bead.is_link), key=lambda place: _place(seen[place]))
    in_order = {links[place] for place in longest_rise([seen[place].target[0] for place in links])}
    crossing = {place for place in links if place not in in_order}
    return tuple(
        bead if bead.crossing == (place in crossing) else replace(bead, crossing=place in crossing)
        for place, bead in enumerate(beads)
    )


def _place(bead: Bead) -> tuple[object, ...]:
    return bead.source, bead.source_part or ()
