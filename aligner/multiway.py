"""Records of two languages tied into units of three or more: one text, and every language that has it.

Records of different pairs of documents belong together where they share a segment: the same sentences of the same
document. A unit holds one segment a language; where the records of a group say otherwise, they stay records of two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aligner.bitext import Bitext, SegmentPair, Span
from aligner.disjoint import DisjointSets

MIN_LANGS = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One side of a record, as ``SegmentPair`` has it."""

    lang: str
    text: str
    doc: str
    sentences: tuple[int, ...]
    span: Span


def sides(pair: SegmentPair) -> tuple[Segment, Segment]:
    """The two segments of a record."""
    return (
        Segment(pair.source_lang, pair.source_text, pair.source_doc, pair.source_sentences, pair.source_span),
        Segment(pair.target_lang, pair.target_text, pair.target_doc, pair.target_sentences, pair.target_span),
    )


def tie(bitext: Bitext) -> Bitext:
    """The bitext with ``unit`` told in the records of every unit of three or more languages, in their order."""
    linked = [pair for pair in bitext.pairs if pair.is_link]
    groups = DisjointSets(segment for pair in linked for segment in sides(pair))
    for pair in linked:
        groups.join(*sides(pair))
    members: dict[Segment, list[Segment]] = {}
    for segment in dict.fromkeys(segment for pair in linked for segment in sides(pair)):
        members.setdefault(groups.root(segment), []).append(segment)
    units = [root for root, held in members.items() if _is_unit(held)]
    names = {root: f"u{number}" for number, root in enumerate(units, 1)}
    pairs = (
        replace(pair, unit=names.get(groups.root(sides(pair)[0]), "")) if pair.is_link else pair
        for pair in bitext.pairs
    )
    return replace(bitext, pairs=tuple(pairs))


def units(pairs: Iterable[SegmentPair]) -> Iterator[tuple[SegmentPair, ...]]:
    """The records of each unit together, where its first one stands; a record of two languages by itself."""
    held: dict[str | int, list[SegmentPair]] = {}
    for number, pair in enumerate(pairs):
        held.setdefault(pair.unit or number, []).append(pair)
    return map(tuple, held.values())


def segments(unit: Iterable[SegmentPair]) -> dict[str, Segment]:
    """The segment of each language in a unit, in the order in which its records name them."""
    found: dict[str, Segment] = {}
    for pair in unit:
        for segment in sides(pair):
            found.setdefault(segment.lang, segment)
    return found


def _is_unit(held: list[Segment]) -> bool:
    langs = {segment.lang for segment in held}
    return MIN_LANGS <= len(langs) == len(held)
