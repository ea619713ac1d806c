"""What pages of one site repeat at their edges: titles, menus and notices that no markup tells from the main text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from aligner.document import Mark, Text

EDGE = 6
"""Blocks at either end of a page among which a site's own are sought; what is repeated between is content."""

MIN_PAGES = 4
"""Pages that must repeat a block: a heading may well stand on two or three."""

MIN_SHARE = 0.3
"""Share of the pages in a language that must."""

_GAP = "\n\n"


def fold(pages: Iterable[Text]) -> list[Text]:
    """The pages, in the same order, without the blocks at their edges that many of their language repeat there.

    A page of which that would be the most keeps all of it: it has copies, no surroundings.
    """
    kept = list(pages)
    n_pages, counts = Counter(page.lang for page in kept), defaultdict[str, Counter[str]](Counter)
    for page in kept:
        blocks = page.content.split(_GAP)
        counts[page.lang].update({blocks[number] for number in _edges(blocks)})
    repeated = {
        lang: {block for block, n in found.items() if n >= max(MIN_PAGES, MIN_SHARE * n_pages[lang])}
        for lang, found in counts.items()
    }
    return [_without(page, repeated[page.lang]) for page in kept]


def _edges(blocks: Sequence[str]) -> set[int]:
    numbers = range(len(blocks))
    return {*numbers[:EDGE], *numbers[-EDGE:]}


def _without(page: Text, repeated: Set[str]) -> Text:
    blocks = page.content.split(_GAP)
    dropped = {number for number in _edges(blocks) if blocks[number] in repeated}
    kept = [number for number in range(len(blocks)) if number not in dropped]
    content = _GAP.join(blocks[number] for number in kept)
    if not dropped or len(content) < len(page.content) / 2:
        return page
    return replace(page, content=content, marks=tuple(_moved(page.marks, blocks, kept)))


def _moved(marks: Sequence[Mark], blocks: Sequence[str], kept: Iterable[int]) -> Iterator[Mark]:
    """The marks of the blocks that are kept, where these stand then."""
    starts = [0]
    for block in blocks:
        starts.append(starts[-1] + len(block) + len(_GAP))
    place = 0
    for number in kept:
        start, end = starts[number], starts[number] + len(blocks[number])
        for mark in marks:
            if mark.start < end and start < mark.end:
                yield Mark(max(mark.start, start) - start + place, min(mark.end, end) - start + place, mark.lang)
        place += len(blocks[number]) + len(_GAP)
