"""Unordered lists of sentences, of any size: which of them say the same.

Of each list the distinct lines are compared, by vectors that lie on the disk; beside the lines only some numbers for
each of them are held in memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.clusters import nearest_in_clusters
from aligner.judging import Judge, Judged, Search
from aligner.neighbours import nearest_both_ways

Indices = NDArray[np.int64]

EXACT = "exact"

SEARCHES: Mapping[str, Search] = {EXACT: nearest_both_ways, "clusters": nearest_in_clusters}
"""How neighbours are searched: all of them, or most of them in far less time."""


@dataclass(frozen=True, slots=True)
class Mined:
    """The links of two lists, as beads ``1-1`` in order of the source, and how like the lists are.

    ``score``: mean cosine of each distinct line to its nearest on the other side, both directions; in ``[0, 1]``.
    """

    beads: tuple[Bead, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct lines of a list, blank ones left out, by number in order of the first copy of each.

    Copies may differ in white space and in forms of characters that Unicode calls compatible (NFKC), which encoders do
    not tell apart: many that lie equally near would take each other's margin, and with it all sense of what is near.

    ``order``: the lines that are not blank, copies together, rising. Those of number ``d`` stand there from
    ``starts[d]`` on; ``starts`` has one number more.
    """

    order: Indices
    starts: Indices

    @staticmethod
    def of(lines: Iterable[str]) -> "Distinct":
        known: dict[str, int] = {}
        numbers = np.fromiter((_number(known, line) for line in lines), dtype=np.int64)
        order = np.argsort(numbers, kind="stable")
        sizes = np.bincount(numbers[numbers >= 0])
        return Distinct(
            order[np.count_nonzero(numbers < 0) :], np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def texts(self, lines: Sequence[str]) -> list[str]:
        """The first copy of each."""
        return [lines[i] for i in self.order[self.starts[:-1]].tolist()]

    def copies(self, number: int) -> list[int]:
        """The indices of the lines that are copies of this one, itself included."""
        copies: list[int] = self.order[self.starts[number] : self.starts[number + 1]].tolist()
        return copies


def mine_lists(judge: Judge, sources: Sequence[str], targets: Sequence[str], min_p: float, index: str = EXACT) -> Mined:
    """The sentences of two lists that say the same; copies of one are linked in turn.

    Args:
        judge: what says how probable a link is.
        sources: sentences in any order, blank ones among them.
        targets: likewise.
        min_p: the least probability of a link, in ``[0, 1]``.
        index: a name of ``SEARCHES``; what is approximate tells its recall in the log.

    Raises:
        ValueError: there is no such index.
        EncoderError: an encoder fails.
        OutputError: there is no room on the disk.
    """
    if index not in SEARCHES:
        raise ValueError(f"index: got {index!r}, expected one of {', '.join(SEARCHES)}")
    source, target = Distinct.of(sources), Distinct.of(targets)
    judged, score = judge.judge_lists(source.texts(sources), target.texts(targets), SEARCHES[index])
    return Mined(tuple(_beads(judged, source, target, min_p)), score)


def _number(known: dict[str, int], line: str) -> int:
    """The number of this line among those known, to which it is added; -1 for a blank one."""
    folded = line if line.isascii() else normalize("NFKC", line)
    folded = " ".join(folded.split())
    # Most lines are folded already: then no second copy of them is kept.
    return known.setdefault(line if folded == line else folded, len(known)) if folded else -1


def _beads(judged: Judged, source: Distinct, target: Distinct, min_p: float) -> list[Bead]:
    beads = [
        Bead((i,), (j,), score, cosine, margin, p=p)
        for row, column, p, score, cosine, margin in _links(judged, len(source), len(target), min_p)
        for i, j in zip(source.copies(row), target.copies(column), strict=False)
    ]
    return sorted(beads, key=lambda bead: bead.source)


def _links(judged: Judged, n: int, m: int, min_p: float) -> Iterator[tuple[int, int, float, float, float, float]]:
    """The pairs that become links, most probable first, each sentence in one; with p, score, cosine and margin."""
    chosen = np.flatnonzero(judged.p >= min_p)
    chosen = chosen[np.argsort(-judged.p[chosen], kind="stable")]
    measures = (part[chosen].tolist() for part in (judged.p, judged.score, judged.cosine, judged.margin))
    taken = bytearray(n), bytearray(m)
    for i, j, p, score, cosine, margin in zip(*judged.pairs[chosen].T.tolist(), *measures, strict=True):
        if not (taken[0][i] or taken[1][j]):
            taken[0][i] = taken[1][j] = True
            yield i, j, p, score, cosine, margin
