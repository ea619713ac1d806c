"""An existing bitext judged, split into what is kept and what is dropped, and mended where its lines are shifted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isnan

import numpy as np

from aligner.alignment import Bead
from aligner.bitext import Bitext, SegmentPair
from aligner.document import Document, DocumentPair, Relation, Sentence, Text
from aligner.embedding import Embedder
from aligner.evidence import Tie, gather
from aligner.flags import flag
from aligner.judging import Judge
from aligner.methods.monotone import Monotone

LOW = 0.5
"""Records below this probability may be shifted."""

MIN_RUN = 2
"""A single record of low probability is a bad translation more often than a shift."""

AROUND = 2
"""Records before and behind a stretch that are realigned with it: what is missing there may stand among them."""

MIN_GAIN = 0.25
"""A stretch is replaced only if the mean probability of its records rises by this much."""

Choose = Callable[[str, str], Embedder]
"""The door to the encoder for two languages."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A record that was not kept, and why: ``min_p`` or the flags that it has, with commas between."""

    pair: SegmentPair
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A stretch that was realigned: its records ``[start, end)`` of the bitext as it was, and their mean ``p``.

    ``p_before`` and ``p_after`` are means over the records before, and over those that replace them.
    """

    start: int
    end: int
    p_before: float
    p_after: float


def score(bitext: Bitext, choose: Choose) -> Bitext:
    """The same records with ``p``, ``score``, ``cosine``, ``margin``, ``evidence`` and ``flags``.

    Each record is judged among all segments of its two languages. One with an empty side has the probability 0.
    """
    pairs = _judged(bitext.pairs, choose)
    return replace(bitext, pairs=tuple(_flagged([replace(pair, evidence=_evidence(pair)) for pair in pairs])))


def sift(
    bitext: Bitext, choose: Choose, *, min_p: float = 0.5, drop: Collection[str] = ()
) -> tuple[Bitext, tuple[Dropped, ...]]:
    """The records that are kept, and those dropped with the reason; each stands in one of the two, in order.

    A bitext in which a record has no ``p`` is scored first; flags are always found anew.
    """
    unscored = any(isnan(pair.p) for pair in bitext.pairs)
    pairs = score(bitext, choose).pairs if unscored else _flagged(bitext.pairs)
    kept, dropped = [], []
    for pair in pairs:
        reasons = [*(["min_p"] if pair.p < min_p else []), *(name for name in pair.flags if name in drop)]
        if reasons:
            dropped.append(Dropped(pair, ",".join(reasons)))
        else:
            kept.append(pair)
    return replace(bitext, pairs=tuple(kept)), tuple(dropped)


def repair(bitext: Bitext, choose: Choose) -> tuple[Bitext, tuple[Repair, ...]]:
    """The bitext with the stretches realigned in which the lines of the two sides are shifted against each other.

    Where several records in a row are improbable, their segments and a few around are aligned anew as two texts, and
    the new records stand in for the old if they are clearly more probable. All other records stay as they are. No
    segment is lost: one without counterpart becomes a record with an empty side.
    """
    before = [pair.p for pair in _judged(bitext.pairs, choose)]
    pieces = [
        (start, end, _realigned(bitext.pairs[start:end], choose)) for start, end in _stretches(bitext.pairs, before)
    ]
    after = _judged([*_replaced(bitext.pairs, pieces)], choose)
    found, accepted, offset = [], [], 0
    for start, end, piece in pieces:
        place = start + offset
        p_before = float(np.mean(before[start:end]))
        p_after = float(np.mean([pair.p for pair in after[place : place + len(piece)]]))
        offset += len(piece) - (end - start)
        if p_after >= p_before + MIN_GAIN:
            found.append(Repair(start, end, p_before, p_after))
            accepted.append((start, end, piece))
    return replace(bitext, pairs=tuple(_replaced(bitext.pairs, accepted))), tuple(found)


_Piece = tuple[int, int, list[SegmentPair]]


def _judged(pairs: Sequence[SegmentPair], choose: Choose) -> list[SegmentPair]:
    found = list(pairs)
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        if pair.source_text.strip() and pair.target_text.strip():
            groups[pair.source_lang, pair.target_lang].append(number)
        else:
            found[number] = replace(pair, p=0.0, score=0.0)
    for langs, numbers in groups.items():
        own = np.repeat(np.arange(len(numbers)), 2).reshape(-1, 2)
        sources, targets = ([getattr(pairs[n], side) for n in numbers] for side in ("source_text", "target_text"))
        judged = Judge([choose(*langs)]).judge(sources, targets, langs, own)
        measured = zip(numbers, judged.p, judged.score, judged.cosine, judged.margin, strict=True)
        for number, p, likeness, cosine, margin in measured:
            found[number] = replace(
                pairs[number], p=float(p), score=float(likeness), cosine=float(cosine), margin=float(margin)
            )
    return found


def _flagged(pairs: Sequence[SegmentPair]) -> list[SegmentPair]:
    return [replace(pair, flags=flags) for pair, flags in zip(pairs, flag(pairs), strict=True)]


def _evidence(pair: SegmentPair) -> tuple[Tie, ...]:
    return gather(pair.source_text, pair.target_text, pair.source_lang, pair.target_lang).ties


def _stretches(pairs: Sequence[SegmentPair], p: Sequence[float]) -> Iterator[tuple[int, int]]:
    """The runs of improbable records with those around, of one language pair and document pair each."""
    low = [number for number, value in enumerate(p) if value < LOW]
    runs: list[list[int]] = []
    for number in low:
        if runs and number - runs[-1][-1] <= 2 * AROUND:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) >= MIN_RUN:
            yield max(0, run[0] - AROUND), min(len(pairs), run[-1] + AROUND + 1)


def _realigned(pairs: Sequence[SegmentPair], choose: Choose) -> list[SegmentPair]:
    """The segments of these records aligned anew; unchanged records are the very same."""
    if len({(pair.source_lang, pair.target_lang, pair.source_doc, pair.target_doc) for pair in pairs}) > 1:
        return list(pairs)
    first = pairs[0]
    source = _document([pair.source_text for pair in pairs], first.source_lang)
    target = _document([pair.target_text for pair in pairs], first.target_lang)
    embedder = choose(first.source_lang, first.target_lang)
    alignment = Monotone(embedder).align(DocumentPair(source, target, Relation.PARTIAL, 1.0))
    old = {(pair.source_text, pair.target_text): pair for pair in reversed(pairs)}
    found = []
    for bead in _complete(alignment.links, len(source), len(target)):
        texts = source.segment(bead[0]) if bead[0] else "", target.segment(bead[1]) if bead[1] else ""
        new = SegmentPair(
            source_text=" ".join(texts[0].split("\n")),
            target_text=" ".join(texts[1].split("\n")),
            bead=f"{len(bead[0])}-{len(bead[1])}",
            method="monotone",
            source_lang=first.source_lang,
            target_lang=first.target_lang,
            source_doc=first.source_doc,
            target_doc=first.target_doc,
        )
        found.append(old.get((new.source_text, new.target_text), new))
    return found


def _complete(links: Sequence[Bead], n_source: int, n_target: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The links and the sentences that none of them holds, by their sentences."""
    held = [set(chain(*(link.source for link in links))), set(chain(*(link.target for link in links)))]
    every = [(link.source, link.target) for link in links]
    every += [((i,), ()) for i in range(n_source) if i not in held[0]]
    every += [((), (j,)) for j in range(n_target) if j not in held[1]]
    return sorted(every, key=lambda bead: (min(bead[0] or bead[1]), not bead[0]))


def _document(lines: Sequence[str], lang: str) -> Document:
    lines = [" ".join(line.splitlines()) for line in lines if line.strip()]
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
    spans = tuple(Sentence(start, start + len(line)) for start, line in zip(starts, lines, strict=False))
    return Document(Text("", lang, "\n".join(lines)), spans)


def _replaced(pairs: Sequence[SegmentPair], pieces: Sequence[_Piece]) -> Iterator[SegmentPair]:
    place = 0
    for start, end, piece in pieces:
        yield from pairs[place:start]
        yield from piece
        place = end
    yield from pairs[place:]
