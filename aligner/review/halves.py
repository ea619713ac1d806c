"""Where a bead is best cut in two: there what then belongs together is most alike.

Without an encoder, and among what is as like, it is where lengths agree best.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import log

from aligner.document import Document, DocumentPair
from aligner.errors import ActionError
from aligner.review.measures import Measures, Sides

Side = tuple[int, ...]
Cut = tuple[Side, Side]
SIDES = ("source", "target")


def halves(
    pair: DocumentPair, sides: Sides, measures: Measures, side: str = "", sentence: int | None = None
) -> tuple[Sides, ...]:
    """The links that a bead of these sentences is split into: two, or one where a side holds a single sentence.

    Args:
        pair: the two documents.
        sides: the bead's sentences.
        measures: how like segments are.
        side: ``source`` or ``target``, where the place is told.
        sentence: the first of the second half there.

    Raises:
        ActionError: neither side can be cut, or not there.
    """
    cuts = [list(_cuts(document, held)) for document, held in zip((pair.source, pair.target), sides, strict=True)]
    if not any(cuts):
        raise ActionError("a bead of one sentence a side cannot be split; reject it, or take a sentence out")
    if sentence is not None:
        number = SIDES.index(side)
        cuts[number] = [cut for cut in cuts[number] if cut[1][0] == sentence]
        if not cuts[number]:
            raise ActionError(f"the {side} cannot be cut before sentence {sentence + 1}; choose one inside the bead")
    sources, targets = (found or [(held, ()), ((), held)] for found, held in zip(cuts, sides, strict=True))
    ways = [
        tuple(link for link in ((source[0], target[0]), (source[1], target[1])) if all(link))
        for source, target in product(sources, targets)
    ]
    likeness = measures.alike(pair, list(dict.fromkeys(link for way in ways for link in way)))
    ratio = _length(pair.target, range(len(pair.target))) / _length(pair.source, range(len(pair.source)))
    return min(
        ways,
        key=lambda way: (
            -sum(likeness[link] for link in way),
            sum(_mismatch(pair, source, target, ratio) for source, target in way),
        ),
    )


def _cuts(document: Document, sentences: Side) -> Iterator[Cut]:
    """All ways to cut these sentences into two halves that hold text."""
    for place in range(1, len(sentences)):
        cut = sentences[:place], sentences[place:]
        if all(document.segment(half).strip() for half in cut):
            yield cut


def _mismatch(pair: DocumentPair, source: Side, target: Side, ratio: float) -> float:
    """How far the lengths of two segments are from those of the documents; 0 where they agree."""
    return abs(log(ratio * _length(pair.source, source) / _length(pair.target, target)))


def _length(document: Document, sentences: Sequence[int]) -> int:
    start, end = document.span(sentences)
    return max(end - start, 1)
