"""What there is to say of links once they are found: how probable they are, what they share, who states more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isnan

import numpy as np

from aligner.alignment import Alignment, Bead, alone
from aligner.calibration import cut_for_precision
from aligner.clauses import clauses
from aligner.document import Document, DocumentPair, Relation
from aligner.engine import each
from aligner.evidence import Evidence, Tie, gather
from aligner.judging import Comparison, Judge
from aligner.mining import MIN_RELATED
from aligner.relations import COVERED_CLAUSE, SegmentRelation, relate

BLOCK = 1000
"""Links that are each other's neighbourhood: the cost stays linear, and what stands nearby is the hardest rival."""

Span = tuple[int, int]


def appraise(alignments: Sequence[Alignment], judge: Judge) -> list[Alignment]:
    """The alignments, links with relation, evidence and parts, and with ``p`` where it is missing; related pairs, too.

    The alignments are one run: how likely a match is at all is told by all of them. In translations the order vouches
    for a link of low ``p``; in comparable documents the clauses are compared.

    Raises:
        EncoderError: an encoder fails.
    """
    weighed = _weighed(alignments, judge)
    found = each(partial(_appraised, judge), weighed, "appraising", lambda one: len(one.links))
    return [replace(one, beads=beads, related=related) for one, (beads, related) in zip(weighed, found, strict=True)]


def _appraised(judge: Judge, alignment: Alignment) -> tuple[tuple[Bead, ...], tuple[Bead, ...]]:
    """The beads, links with relation, evidence and parts, and the related pairs."""
    related = (_unlinked(bead, _evidence(alignment.pair, bead).ties) for bead in alignment.related)
    return tuple(_Clauses(alignment, judge.anew()).appraised()), tuple(related)


def attest(pair: DocumentPair, link: Bead) -> Bead:
    """A link that nobody measured, with its evidence; where that holds a conflict, it says the relation, too."""
    evidence = _evidence(pair, link)
    relation = SegmentRelation.CONFLICTING.value if evidence.conflicts else ""
    return replace(link, relation=relation, evidence=_within_segments(evidence.ties, link))


def keep(
    alignments: Sequence[Alignment], min_p: float | None = None, min_precision: float | None = None
) -> list[Alignment]:
    """The alignments with the links that are probable enough; the sentences of the others stand alone.

    In comparable documents those of at least ``MIN_RELATED`` are still told as related.

    Args:
        alignments: one run, as ``appraise`` gives it.
        min_p: the least ``p`` of a link; where ``None``, none but what ``min_precision`` says.
        min_precision: keep as many links as this expected precision allows, over the whole run.
    """
    cut = min_p or 0.0
    if min_precision is not None:
        p = np.array([link.p for one in alignments for link in one.links])
        cut = max(cut, cut_for_precision(p, min_precision))
    return [_kept(one, cut) for one in alignments] if cut else list(alignments)


def _kept(alignment: Alignment, cut: float) -> Alignment:
    beads = [bead for bead in alignment.beads if not bead.is_link or bead.p >= cut]
    dropped = [link for link in alignment.links if link.p < cut]
    if not dropped:
        return alignment
    held = [{index for bead in beads for index in bead.sides[side]} for side in (0, 1)]
    free = [dict.fromkeys(i for link in dropped for i in link.sides[side] if i not in held[side]) for side in (0, 1)]
    related = alignment.related
    if alignment.pair.relation is Relation.COMPARABLE:
        lost = (link for link in dropped if link.p >= MIN_RELATED and not _touches(link, held))
        related = (*related, *(_unlinked(link, link.evidence) for link in lost))
    return replace(alignment, beads=(*beads, *alone(*free)), related=related)


def _touches(link: Bead, held: Sequence[set[int]]) -> bool:
    return any(not held[side].isdisjoint(link.sides[side]) for side in (0, 1))


def _unlinked(bead: Bead, ties: tuple[Tie, ...]) -> Bead:
    """A pair on one topic that is no link, with what it shares."""
    return replace(bead, relation=SegmentRelation.RELATED.value, evidence=ties, source_part=None, target_part=None)


def _weighed(alignments: Sequence[Alignment], judge: Judge) -> list[Alignment]:
    """The alignments with a probability for every link."""
    blocks = [(number, links) for number, one in enumerate(alignments) for links in _blocks(one)]
    documents = {number: _documents(alignments[number].pair) for number in {number for number, _ in blocks}}
    comparisons = [_comparison(alignments[number].pair, links, documents[number]) for number, links in blocks]
    found: dict[tuple[int, Bead], float] = {}
    for (number, links), comparison, judged in zip(blocks, comparisons, judge.judge_all(comparisons), strict=True):
        p = dict(zip(map(tuple, judged.pairs.tolist()), judged.p.tolist(), strict=True))
        cells = [] if comparison.pairs is None else comparison.pairs.tolist()
        found |= {(number, link): p[tuple(cell)] for link, cell in zip(links, cells, strict=True)}
    return [
        replace(one, beads=tuple(replace(bead, p=found.get((number, bead), bead.p)) for bead in one.beads))
        for number, one in enumerate(alignments)
    ]


def _blocks(alignment: Alignment) -> Iterator[list[Bead]]:
    """The links without probability, in blocks."""
    links = [link for link in alignment.links if isnan(link.p)]
    yield from (links[start : start + BLOCK] for start in range(0, len(links), BLOCK))


def _documents(pair: DocumentPair) -> tuple[list[str], list[str]]:
    """The sentences of both, as the encoders read them."""
    return pair.source.sentence_texts(), pair.target.sentence_texts()


def _comparison(pair: DocumentPair, links: Sequence[Bead], documents: Sequence[Sequence[str]]) -> Comparison:
    """The links' segments, each distinct one once, and the pairs of them that are linked."""
    sources = [pair.source.segment(link.source) for link in links]
    targets = [pair.target.segment(link.target) for link in links]
    rows, columns = ({text: number for number, text in enumerate(dict.fromkeys(side))} for side in (sources, targets))
    cells = [(rows[source], columns[target]) for source, target in zip(sources, targets, strict=True)]
    pairs = np.array(cells, dtype=np.int64).reshape(-1, 2)
    return Comparison(list(rows), list(columns), pairs, documents=documents)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a link: its clauses' spans, and how well the other side states each, in ``[0, 1]``.

    ``is_part`` tells that the link is by a part only: the clauses are those of the part, and something stands beside.
    """

    spans: tuple[Span, ...]
    scores: tuple[float, ...]
    is_part: bool = False

    @property
    def stated(self) -> tuple[float, ...]:
        """The scores of all there is; what stands beside a part is not stated."""
        return (0.0,) * len(self.scores) if self.is_part else self.scores

    @property
    def lengths(self) -> list[int]:
        return [end - start for start, end in self.spans]

    def part(self) -> Span:
        """From the first to the last clause that the other side states; the whole part of a link by a part."""
        if self.is_part:
            return self.spans[0][0], self.spans[-1][1]
        stated = [span for span, score in zip(self.spans, self.scores, strict=True) if score >= COVERED_CLAUSE]
        return (stated[0][0], stated[-1][1]) if stated else (self.spans[0][0], self.spans[-1][1])


class _Clauses:
    """The links of one alignment and the clauses of their segments."""

    def __init__(self, alignment: Alignment, judge: Judge) -> None:
        self.alignment, self.judge = alignment, judge
        self.is_compared = alignment.pair.relation is Relation.COMPARABLE

    def appraised(self) -> Iterator[Bead]:
        """The beads, the links among them with relation, evidence and parts."""
        pair = self.alignment.pair
        sides = self._sides()
        for bead in self.alignment.beads:
            if not bead.is_link:
                yield bead
                continue
            source, target = sides[bead]
            evidence = _evidence(pair, bead)
            relation = relate(evidence, source.stated, target.stated, source.lengths, target.lengths)
            contains, contained = SegmentRelation.SOURCE_CONTAINS_TARGET, SegmentRelation.TARGET_CONTAINS_SOURCE
            yield replace(
                bead,
                relation=relation.value,
                evidence=_within_segments(evidence.ties, bead),
                source_part=bead.source_part if bead.decision else _stated(source, is_all=relation is not contains),
                target_part=bead.target_part if bead.decision else _stated(target, is_all=relation is not contained),
            )

    def _sides(self) -> dict[Bead, tuple[_Side, _Side]]:
        """Both sides of every link."""
        pair, links = self.alignment.pair, self.alignment.links
        if not self.is_compared:
            return {link: (_whole(pair.source, link.source), _whole(pair.target, link.target)) for link in links}
        self.judge.read_all(_documents(pair))
        sources = [_cut(pair.source, link.source, link.source_part) for link in links]
        targets = [_cut(pair.target, link.target, link.target_part) for link in links]
        scores = self.judge.scores(
            [[text[a:b] for a, b in spans] for text, spans in sources],
            [[text[a:b] for a, b in spans] for text, spans in targets],
        )
        return {
            link: (
                _Side(_trimmed(*source), ahead, link.source_part is not None),
                _Side(_trimmed(*target), back, link.target_part is not None),
            )
            for link, source, target, (ahead, back) in zip(links, sources, targets, scores, strict=True)
        }


def _stated(side: _Side, *, is_all: bool) -> Span | None:
    """What of a side of a link the other one states, if not all of it."""
    return side.part() if side.is_part or not is_all else None


def _evidence(pair: DocumentPair, bead: Bead) -> Evidence:
    """What the two sides of a link share and contradict; of one by a part, that part."""
    source, target = pair.source.segment(bead.source), pair.target.segment(bead.target)
    return gather(
        source[slice(*(bead.source_part or (None,)))],
        target[slice(*(bead.target_part or (None,)))],
        pair.source.lang,
        pair.target.lang,
    )


def _within_segments(ties: Sequence[Tie], bead: Bead) -> tuple[Tie, ...]:
    """Ties found in the parts of a link, their spans counted from the segments' beginnings."""
    source, target = (part[0] if part else 0 for part in (bead.source_part, bead.target_part))
    return tuple(
        replace(tie, source_span=_moved(tie.source_span, source), target_span=_moved(tie.target_span, target))
        for tie in ties
    )


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _cut(document: Document, sentences: Sequence[int], part: Span | None) -> tuple[str, tuple[Span, ...]]:
    """A segment and the spans of its clauses, or of those of its part."""
    text = document.segment(sentences)
    start, end = part or (0, len(text))
    return text, tuple(_moved(span, start) for span in clauses(text[start:end], document.lang))


def _trimmed(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans without the white space that ends them."""
    return tuple((start, start + len(text[start:end].rstrip())) for start, end in spans)


def _whole(document: Document, sentences: Sequence[int]) -> _Side:
    """A side that the other one states as a whole."""
    return _Side(((0, len(document.segment(sentences))),), (1.0,))
