"""The records of a bitext in blocks that are judged at once: so the cost grows with the records, not their square."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.bitext import SegmentPair

Indices = NDArray[np.int64]

SIZE = 1_000
"""Records in a block, at most: enough rivals for each segment."""


@dataclass(frozen=True, slots=True)
class Block:
    """Records of two languages that have text on both sides.

    Attributes:
        langs: source and target language.
        numbers: the records, by their places in the bitext, rising; shape ``(n,)``.
        sources, targets: their texts, each once.
        own: what each record holds, by indices of its two texts; shape ``(n, 2)``.
    """

    langs: tuple[str, str]
    numbers: Indices
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    own: Indices


def blocks(pairs: Sequence[SegmentPair]) -> Iterator[Block]:
    """The blocks of a bitext, each of records that follow each other; those with a blank side are in none."""
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        if is_full(pair):
            groups[pair.source_lang, pair.target_lang].append(number)
    for langs, numbers in groups.items():
        for part in np.array_split(np.array(numbers, dtype=np.int64), -(-len(numbers) // SIZE)):
            sources, own_sources = _distinct([pairs[number].source_text for number in part])
            targets, own_targets = _distinct([pairs[number].target_text for number in part])
            yield Block(langs, part, sources, targets, np.column_stack([own_sources, own_targets]))


def is_full(pair: SegmentPair) -> bool:
    """Whether both sides have text."""
    return bool(pair.source_text.strip() and pair.target_text.strip())


def _distinct(texts: Sequence[str]) -> tuple[tuple[str, ...], Indices]:
    index = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return tuple(index), np.array([index[text] for text in texts], dtype=np.int64)
