"""What Vecalign and Bertalign do with an encoder, rebuilt from their descriptions to be timed beside ours.

None of their code: Thompson and Koehn 2019 ("Vecalign") and Liu and Zhu 2022 ("Bertalign") with their documented
defaults. Both encode every run of up to so many consecutive sentences as joined text, each distinct text once. That is
where their time goes, and that is exact here. The searches are plain numpy, row by row within a band as theirs are,
and several times slower than their compiled ones: who compares times should look at the encoding alone, too.

On the development sets their F1 is that of the originals to within .004 (``../shared/design/findings.md``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from aligner import Alignment, Bead, DocumentPair, Embedder

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Move = tuple[int, int]
Point = tuple[int, int]

SEED = 4


class Recipe(Protocol):
    """A published aligner: which runs it encodes, and how it finds its beads in their vectors."""

    name: ClassVar[str]
    max_run: int

    def search(self, source: "Runs", target: "Runs") -> list[Bead]: ...


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one document: ``vectors[i, k]`` is the unit vector of ``sentences[i : i + k + 1]``.

    ``vectors`` has shape ``(n, max_run, dim)``, zeros where a run reaches past the end; ``lengths`` are the characters
    of the sentences, shape ``(n,)``.
    """

    vectors: Floats
    lengths: Floats


def run_texts(sentences: Sequence[str], max_run: int) -> Iterator[tuple[int, int, str]]:
    """Every run of up to ``max_run`` consecutive sentences: its start, its number of sentences less one, its text."""
    for i in range(len(sentences)):
        for k in range(min(max_run, len(sentences) - i)):
            yield i, k, " ".join(sentences[i : i + k + 1])


def distinct_texts(sides: Iterable[Sequence[str]], max_run: int) -> list[str]:
    """What such a recipe sends to the encoder: the distinct texts of all runs of these documents."""
    return list(dict.fromkeys(text for sentences in sides for _, _, text in run_texts(sentences, max_run)))


def runs_of(sentences: Sequence[str], max_run: int, vector_of: Mapping[str, Floats], centre: bool) -> Runs:
    """The runs of a document, from the vectors of their texts.

    Args:
        sentences: the document.
        max_run: sentences in a run, at most.
        vector_of: the vector of each run's text.
        centre: whether to take off the mean of the sentences, as encoders want it whose vectors crowd together.
    """
    dim = len(next(iter(vector_of.values())))
    vectors = np.zeros((len(sentences), max_run, dim), dtype=np.float32)
    for i, k, text in run_texts(sentences, max_run):
        vectors[i, k] = vector_of[text]
    if centre:
        vectors = _unit((vectors - vectors[:, 0].mean(axis=0)) * vectors.any(axis=2, keepdims=True))
    return Runs(vectors, np.array([len(sentence) for sentence in sentences], dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Follower:
    """A recipe as a method of ours, so that it can be measured like one; each distinct text is encoded once."""

    recipe: Recipe
    embedder: Embedder

    def align(self, pair: DocumentPair) -> Alignment:
        """The beads that the recipe finds in the vectors of all runs."""
        sides = [document.sentence_texts() for document in (pair.source, pair.target)]
        texts = distinct_texts(sides, self.recipe.max_run)
        vector_of = dict(zip(texts, self.embedder.embed(texts), strict=True))
        centre = self.embedder.centred
        beads = self.recipe.search(*(runs_of(side, self.recipe.max_run, vector_of, centre) for side in sides))
        return Alignment(pair, tuple(beads), self.recipe.name)


# A cheapest path within a band


@dataclass(frozen=True, slots=True)
class Band:
    """For each row the first and the last column that a path may touch; neither ever falls. Shape ``(n + 1,)``."""

    low: Indices
    high: Indices

    @classmethod
    def diagonal(cls, n: int, m: int, radius: int) -> "Band":
        """So far to either side of the line from ``(0, 0)`` to ``(n, m)``."""
        middle = np.arange(n + 1) * m // max(n, 1)
        return cls(np.maximum(middle - radius, 0), np.minimum(middle + radius, m))

    @classmethod
    def around(cls, path: Sequence[Point], n: int, m: int, radius: int) -> "Band":
        """So far to either side, in rows and in columns, of a rising path from ``(0, 0)`` to ``(n, m)``."""
        rows, columns = np.array(path).T
        grid = np.arange(n + 1)
        before = rows[np.searchsorted(rows, np.maximum(grid - radius, 0), side="right") - 1]
        after = rows[np.searchsorted(rows, np.minimum(grid + radius, n), side="left")]
        low = columns[np.searchsorted(rows, before, side="left")] - radius
        high = columns[np.searchsorted(rows, after, side="right") - 1] + radius
        return cls(np.maximum(low, 0), np.minimum(high, m))


MoveCosts = Callable[[int, int, int], Sequence[Floats]]
"""For a row and a range of columns, its end included: for each move what it costs from each of these cells."""


def cheapest_in_band(band: Band, moves: Sequence[Move], costs: MoveCosts, skip: float) -> list[Point]:
    """The cells of the cheapest path from the first to the last corner; a sentence alone costs ``skip``."""
    n = len(band.low) - 1
    steps = [*moves, (1, 0), (0, 1)]
    totals = [np.full(high - low + 1, np.inf) for low, high in zip(band.low, band.high, strict=True)]
    taken = [np.zeros(len(row), dtype=np.uint8) for row in totals]
    totals[0][0] = 0.0
    for i in range(n + 1):
        row, low = totals[i], int(band.low[i])
        walked = skip * np.arange(len(row))
        offsets = row - walked
        best = np.minimum.accumulate(offsets)
        skipped = best < offsets
        row[skipped] = (best + walked)[skipped]
        taken[i][skipped] = len(steps) - 1
        if i == n:
            break
        for number, cost in enumerate([*costs(i, low, int(band.high[i])), np.full(len(row), skip)]):
            a, b = steps[number]
            if i + a <= n:
                _keep_cheaper(row + cost, low + b, totals[i + a], int(band.low[i + a]), taken[i + a], number)
    return _walk_back(band, steps, taken)


def _keep_cheaper(
    offered: NDArray[np.float64],
    first: int,
    totals: NDArray[np.float64],
    low: int,
    taken: NDArray[np.uint8],
    number: int,
) -> None:
    """Put costs offered for columns from ``first`` on into a row that begins at column ``low``, where cheaper."""
    start, stop = max(first, low), min(first + len(offered), low + len(totals))
    if start >= stop:
        return
    there, here = slice(start - low, stop - low), slice(start - first, stop - first)
    cheaper = offered[here] < totals[there]
    totals[there][cheaper] = offered[here][cheaper]
    taken[there][cheaper] = number


def _walk_back(band: Band, steps: Sequence[Move], taken: Sequence[NDArray[np.uint8]]) -> list[Point]:
    i, j = len(taken) - 1, int(band.high[-1])
    points = [(i, j)]
    while i or j:
        a, b = steps[int(taken[i][j - band.low[i]])]
        i, j = i - a, j - b
        points.append((i, j))
    return points[::-1]


def _beads(points: Sequence[Point]) -> list[Bead]:
    return [Bead(tuple(range(i, i_next)), tuple(range(j, j_next))) for (i, j), (i_next, j_next) in pairwise(points)]


def _moves(max_bead: int) -> list[Move]:
    """All beads of at least one sentence a side and at most so many in all."""
    return [(a, b) for a in range(1, max_bead) for b in range(1, max_bead) if a + b <= max_bead]


def _leaves(low: int, high: int, b: int, m: int) -> NDArray[np.bool_]:
    """From which of these columns a move over ``b`` sentences would leave the grid."""
    return np.arange(low, high + 1) + b > m


def _columns(vectors: Floats, low: int, high: int) -> Floats:
    """The rows ``low`` to ``high`` of an array, the last included; zeros before its beginning and past its end."""
    inside = vectors[max(low, 0) : high + 1]
    before = min(max(0, -low), high - low + 1)
    return np.pad(inside, ((before, high - low + 1 - len(inside) - before), (0, 0)))


# Vecalign


@dataclass(frozen=True, slots=True)
class Vecalign:
    """Coarse to fine: averages of neighbours first, then a band around what they gave; costs normalised by chance.

    Runs of up to eight sentences are encoded (its README encodes ten for beads of up to eight). Beads hold at most
    five sentences, as where its quality was measured (``../shared/design/findings.md``).
    """

    name: ClassVar[str] = "Vecalign"
    max_run: int = 8
    max_bead: int = 5
    radius: int = 10
    whole: int = 300
    samples: int = 100
    percentile: float = 20

    def search(self, source: Runs, target: Runs) -> list[Bead]:
        pyramid = [(source.vectors[:, 0], target.vectors[:, 0])]
        while max(map(len, pyramid[-1])) > self.whole:
            rows, columns = pyramid[-1]
            pyramid.append((_halved(rows), _halved(columns)))
        points: list[Point] = []
        for level in reversed(range(len(pyramid))):
            rows, columns = pyramid[level]
            n, m = len(rows), len(columns)
            band = self._band(points, n, m)
            finest = level == 0
            points = self._path(source if finest else _alone(rows), target if finest else _alone(columns), band)
        return _beads(points)

    def _band(self, coarse: Sequence[Point], n: int, m: int) -> Band:
        if not coarse:
            return Band(np.zeros(n + 1, dtype=np.int64), np.full(n + 1, m))
        return Band.around([(min(2 * i, n), min(2 * j, m)) for i, j in [*coarse, (n, m)]], n, m, self.radius)

    def _path(self, source: Runs, target: Runs, band: Band) -> list[Point]:
        longest = min(source.vectors.shape[1], self.max_bead - 1)
        moves = [(a, b) for a, b in _moves(self.max_bead) if max(a, b) <= longest]
        chance = np.random.default_rng(SEED)
        rows, columns = source.vectors[:, :longest], target.vectors[:, :longest]
        row_chance = _chance(rows, columns, self.samples, chance)
        column_chance = _chance(columns, rows, self.samples, chance)
        i, j = chance.integers(len(rows), size=self.samples), chance.integers(len(columns), size=self.samples)
        sampled = (1 - (rows[i, 0] * columns[j, 0]).sum(axis=1)) / (row_chance[i, 0] + column_chance[j, 0])

        def costs(i: int, low: int, high: int) -> list[Floats]:
            told = []
            for a, b in moves:
                cosines = _columns(columns[:, b - 1], low, high) @ rows[i, a - 1]
                usual = row_chance[i, a - 1] + _columns(column_chance[:, b - 1, None], low, high)[:, 0]
                told.append(np.where(_leaves(low, high, b, len(columns)), np.inf, a * b * (1 - cosines) / usual))
            return told

        return cheapest_in_band(band, moves, costs, float(np.percentile(sampled, self.percentile)))


def _halved(vectors: Floats) -> Floats:
    """The means of every two neighbours, of unit length; the last one alone where their number is odd."""
    even = np.pad(vectors, ((0, len(vectors) % 2), (0, 0)))
    return _unit(even[0::2] + even[1::2])


def _alone(vectors: Floats) -> Runs:
    return Runs(vectors[:, None], np.ones(len(vectors), dtype=np.float32))


def _chance(runs: Floats, others: Floats, samples: int, chance: np.random.Generator) -> Floats:
    """The mean distance of each run to some random ones of the other side; shape ``(n, max_run)``."""
    rows = chance.integers(len(others), size=samples)
    sizes = chance.integers(others.shape[1], size=samples)
    mean: Floats = others[rows, sizes].mean(axis=0)
    return np.maximum(1 - runs @ mean, np.float32(1e-6))


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32(1e-12))


# Bertalign


@dataclass(frozen=True, slots=True)
class Bertalign:
    """Twice over: 1-1 beads of nearest neighbours within a wide band, then all beads close to them.

    Four windows a sentence are encoded, for beads of up to five sentences.
    """

    name: ClassVar[str] = "Bertalign"
    max_run: int = 4
    max_bead: int = 5
    neighbours: int = 3
    radius: int = 5
    skip: float = 0.1

    def search(self, source: Runs, target: Runs) -> list[Bead]:
        n, m = len(source.vectors), len(target.vectors)
        first = self._first(source.vectors[:, 0], target.vectors[:, 0])
        return _beads(self._second(source, target, Band.around(first, n, m, self.radius)))

    def _first(self, rows: Floats, columns: Floats) -> list[Point]:
        """The path of 1-1 beads with the largest sum of cosines, of each row's nearest columns only."""
        n, m = len(rows), len(columns)
        cosines = rows @ columns.T
        nearest = np.argpartition(-cosines, min(self.neighbours, m) - 1, axis=1)[:, : self.neighbours]
        band = Band.diagonal(n, m, max(250, int(0.06 * max(n, m))))

        def costs(i: int, low: int, high: int) -> list[Floats]:
            cost = np.full(high - low + 1, np.inf, dtype=np.float32)
            inside = nearest[i][(nearest[i] >= low) & (nearest[i] <= high)]
            cost[inside - low] = -cosines[i, inside]
            return [cost]

        return cheapest_in_band(band, [(1, 1)], costs, 0.0)

    def _second(self, source: Runs, target: Runs, band: Band) -> list[Point]:
        """The path with the largest sum of scores: cosine less the neighbours', by the ratio of lengths."""
        n, m = len(source.vectors), len(target.vectors)
        moves = _moves(self.max_bead)
        rows, columns = source.vectors, target.vectors
        row_ends, column_ends = (np.concatenate([[0], np.cumsum(side.lengths)]) for side in (source, target))

        def costs(i: int, low: int, high: int) -> list[Floats]:
            places = np.arange(low, high + 1)
            told = []
            for a, b in moves:
                if i + a > n:
                    told.append(np.full(len(places), np.inf, dtype=np.float32))
                    continue
                runs = _columns(columns[:, b - 1], low, high)
                beside = _columns(columns[:, 0], low - 1, high + b) @ rows[i, a - 1]
                outside = beside[: len(places)] + beside[b + 1 :]
                outside += runs @ (_columns(rows[:, 0], i - 1, i - 1)[0] + _columns(rows[:, 0], i + a, i + a)[0])
                there = int(i > 0) + int(i + a < n) + (places > 0) + (places + b < m)
                lengths = column_ends[np.minimum(places + b, m)] - column_ends[np.minimum(places, m)]
                length = row_ends[i + a] - row_ends[i]
                ratio = np.minimum(lengths, length) / np.maximum(np.maximum(lengths, length), 1)
                scores = (runs @ rows[i, a - 1] - outside / np.maximum(there, 1)) * np.log2(1 + ratio)
                told.append(np.where(_leaves(low, high, b, m), np.inf, -scores))
            return told

        return cheapest_in_band(band, moves, costs, self.skip)


RECIPES: tuple[Recipe, ...] = (Bertalign(), Vecalign())
