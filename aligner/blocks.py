"""The records of a bitext in blocks that are judged at once: so the cost grows with the records, not their square."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aligner.bitext import SegmentPair

Indices = NDArray[np.int64]

SIZE = 1_000
"""Records in a block, at most: enough rivals for each segment."""


@dataclass(frozen=True, slots=True)
class Block:
    """Records of two languages that follow each other.

    Attributes:
        langs: source and target language.
        sources, targets: their texts, each once, without blank ones.
        source_records, target_records: where each text stands, by the record's place in the bitext; -1 where it stands
            in several. Shape ``(n_sources,)`` and ``(n_targets,)``.
        full: the records with text on both sides, by their places, rising; shape ``(n,)``.
        own: what each of these holds, by indices of its two texts; shape ``(n, 2)``.
    """

    langs: tuple[str, str]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    source_records: Indices
    target_records: Indices
    full: Indices
    own: Indices


def blocks(pairs: Sequence[SegmentPair]) -> Iterator[Block]:
    """The blocks of a bitext; each record is in one of them."""
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        groups[pair.langs].append(number)
    for langs, numbers in groups.items():
        for part in np.array_split(np.array(numbers, dtype=np.int64), -(-len(numbers) // SIZE)):
            yield _block(langs, pairs, part.tolist())


def is_full(pair: SegmentPair) -> bool:
    """Whether both sides have text."""
    return bool(pair.source_text.strip() and pair.target_text.strip())


def _block(langs: tuple[str, str], pairs: Sequence[SegmentPair], numbers: Sequence[int]) -> Block:
    sources = _places({number: pairs[number].source_text for number in numbers})
    targets = _places({number: pairs[number].target_text for number in numbers})
    source_of, target_of = ({text: index for index, text in enumerate(side)} for side in (sources, targets))
    full = [number for number in numbers if is_full(pairs[number])]
    own = [(source_of[pairs[number].source_text], target_of[pairs[number].target_text]) for number in full]
    return Block(
        langs,
        tuple(sources),
        tuple(targets),
        np.array([*sources.values()], dtype=np.int64),
        np.array([*targets.values()], dtype=np.int64),
        np.array(full, dtype=np.int64),
        np.array(own, dtype=np.int64).reshape(-1, 2),
    )


def _places(texts: Mapping[int, str]) -> dict[str, int]:
    """Each text that is not blank, and the number of its record, -1 where there are several."""
    places: dict[str, int] = {}
    for number, text in texts.items():
        if text.strip():
            places[text] = -1 if text in places else number
    return places
