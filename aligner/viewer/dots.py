"""The dot plot of two documents: which of their sentences are similar, whatever was aligned."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment
from aligner.document import Relation
from aligner.embedders import Embedders
from aligner.margin import above_chance
from aligner.neighbours import nearest

Floats = NDArray[np.float32]

K = 2
"""Nearest sentences that are shown of each."""

MIN_SIMILARITY = 0.25
"""Less is no dot: most sentences are as like to some other by chance."""

MAX_SENTENCES = 2_000
"""Sentences of a document whose nearest are looked for, evenly spread; more than this no eye can tell apart."""

MAX_DOTTED = 50_000
"""Sentences whose likeness is shown; to show a run that was read they are encoded again, for a minute or so."""


def dots_of(alignments: Iterable[Alignment], embedders: Embedders) -> dict[tuple[str, str], Sequence[int]]:
    """The similar sentences of the pairs that were aligned, by the documents' ids, while there is room for more."""
    found: dict[tuple[str, str], Sequence[int]] = {}
    room = MAX_DOTTED
    held: set[str] = set()
    for pair in (one.pair for one in alignments if one.pair.relation is not Relation.UNRELATED):
        sides = pair.source, pair.target
        size = sum(len(side) for side in sides if side.id not in held)
        if size <= room:
            room -= size
            held.update(side.id for side in sides)
            embedder = embedders.choose(*(side.lang for side in sides)).anew()
            embedder.read_all(side.sentence_texts() for side in sides)
            vectors = (embedder.side(side.sentence_texts()).vectors for side in sides)
            found[pair.source.id, pair.target.id] = dots(*vectors)
    return found


def dots(source: Floats, target: Floats) -> list[int]:
    """The nearest sentences of both sides: source, target and similarity from 0 to 100, one after the other.

    Similarity is the cosine above what two sentences of these documents have by chance.

    Args:
        source: shape ``(n, dim)``, float32, rows of length 1, zeros for blank sentences.
        target: shape ``(m, dim)``, likewise.
    """
    if not len(source) or not len(target):
        return []
    chance = source.mean(axis=0) @ target.mean(axis=0)
    found: dict[tuple[int, int], int] = {}
    for queries, keys, is_flipped in ((source, target, False), (target, source, True)):
        places = np.unique(np.linspace(0, len(queries) - 1, min(len(queries), MAX_SENTENCES)).round().astype(np.int64))
        near = nearest(queries[places], keys, K)
        scores = above_chance(near.cosines, np.asarray(chance))
        for row, k in zip(*np.nonzero(scores >= MIN_SIMILARITY), strict=True):
            cell = int(places[row]), int(near.indices[row, k])
            found[cell[::-1] if is_flipped else cell] = round(100 * float(scores[row, k]))
    return [number for cell, weight in sorted(found.items()) for number in (*cell, weight)]
