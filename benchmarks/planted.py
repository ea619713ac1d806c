"""Long translations made of nothing: sentences whose vectors and beads are known, for the path search alone.

Each sentence is one or two concepts, a concept a word and a direction; the other side has the same concepts, blurred.
So a sentence and its translation have a cosine of about 0.71, as in real texts, and any other two, of one theme, about
0.21. Every fifth concept is nearly another one (0.9, across languages 0.64). Words and directions of the two sides
share no letter, number or name: only vectors and lengths speak.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import ClassVar

import numpy as np
import regex
from numpy.typing import NDArray

from aligner import Bead

Floats = NDArray[np.float32]
Move = tuple[int, int]

DIM = 512
SEED = 5
KINDS: dict[Move, float] = {(1, 1): 0.84, (1, 2): 0.04, (2, 1): 0.04, (1, 0): 0.04, (0, 1): 0.04}
"""Share of each type among the beads."""

THEME = 0.3
"""Cosine of any two concepts."""

NEAR = 0.2
"""Share of the concepts that are nearly an earlier one."""

ALIKE = 0.9
"""Cosine of such a concept to the earlier one."""

BLUR = 1.0
"""Length of the noise added on the target side to a concept's unit vector."""

N_BLURS = 8191
BLOCK = 512
"""Concepts made at once; those of the first block are near no other."""

ALPHABETS = ("bcdfghjklmnpqrst", "βγδζθκλμνξπρστφχ")
"""The letters of the words of each side, sixteen; a word is a mark and five letters that spell its concept's number."""

MARKS = ("A", "Ω")
FILLERS = (" o", " η")
_WORD = regex.compile(r"([AΩ])(\p{Ll}{5})")


@dataclass(frozen=True, slots=True)
class Planted:
    """Two texts of about ``n`` sentences a side, their beads, and the encoder that knows them."""

    sources: list[str]
    targets: list[str]
    gold: list[Bead]
    encoder: "PlantedEncoder"


@dataclass
class PlantedEncoder:
    """Looks vectors up.

    ``seconds`` and ``cpu_seconds`` are what that took, to be taken off the cost of what is measured. What a passage
    does is left in: a search with real vectors adds up runs, too.
    """

    concepts: NDArray[np.float16]
    blurs: NDArray[np.float16]
    seconds: float = field(default=0.0, init=False)
    cpu_seconds: float = field(default=0.0, init=False)

    name: ClassVar[str] = "planted"
    languages: ClassVar[None] = None
    centred: ClassVar[bool] = False

    def encode(self, texts: Sequence[str]) -> Floats:
        """Shape ``(n, 512)``, float32, rows of length 1: the sum of a text's concepts."""
        return unit(self._sums(texts))

    def read_passage(self, sentences: Sequence[str]) -> "PlantedPassage":
        return PlantedPassage(self._sums(sentences))

    def _sums(self, texts: Sequence[str]) -> Floats:
        started, cpu_started = perf_counter(), process_time()
        sums = self._look_up(texts)
        self.seconds += perf_counter() - started
        self.cpu_seconds += process_time() - cpu_started
        return sums

    def _look_up(self, texts: Sequence[str]) -> Floats:
        words = [(row, *match) for row, text in enumerate(texts) for match in _WORD.findall(text)]
        sums = np.zeros((len(texts), DIM), dtype=np.float32)
        if words:
            numbers = np.array([_number(letters) for _, _, letters in words])
            vectors = self.concepts[numbers].astype(np.float32)
            blurred = np.array([mark == MARKS[1] for _, mark, _ in words])
            vectors[blurred] += self.blurs[numbers[blurred] % N_BLURS]
            np.add.at(sums, np.array([row for row, _, _ in words]), vectors)
        return sums


@dataclass(frozen=True, slots=True)
class PlantedPassage:
    """A document as its sentences' sums of concepts, shape ``(n, 512)``."""

    sums: Floats

    @property
    def nbytes(self) -> int:
        return self.sums.nbytes

    def runs(self, start: int, stop: int, max_run: int) -> Floats:
        """Shape ``(stop - start, max_run, 512)``: as ``encode`` of each run's joined text; zeros past ``stop``."""
        sums = self.sums[start:stop]
        runs = np.zeros((len(sums), max_run, DIM), dtype=np.float32)
        run = np.zeros_like(sums)
        for k in range(min(max_run, len(sums))):
            run = run[: len(sums) - k] + sums[k:]
            runs[: len(run), k] = unit(run)
        return runs


def plant(n: int, seed: int = SEED) -> Planted:
    """Texts of about ``n`` sentences a side."""
    chance = np.random.default_rng([seed, n])
    kinds = list(KINDS)
    sources: list[str] = []
    targets: list[str] = []
    gold: list[Bead] = []
    n_concepts = 0
    lengths = chance.integers(10, 90, size=2 * n)
    stretches = chance.uniform(0.85, 1.15, size=2 * n)
    for choice in chance.choice(len(kinds), size=n, p=list(KINDS.values())):
        a, b = kinds[choice]
        numbers = range(n_concepts, n_concepts + max(a, b))
        n_concepts += len(numbers)
        own = [word(0, number, int(lengths[number])) for number in numbers]
        theirs = [word(1, number, int(lengths[number] * stretches[number])) for number in numbers]
        gold.append(Bead(_next(sources, a), _next(targets, b)))
        sources += own if a == len(own) else [" ".join(own)] * a
        targets += theirs if b == len(theirs) else [" ".join(theirs)] * b
    return Planted(sources, targets, gold, PlantedEncoder(_concepts(n_concepts, chance), blurs(chance)))


def _next(sentences: Sequence[str], count: int) -> tuple[int, ...]:
    return tuple(range(len(sentences), len(sentences) + count))


def word(side: int, number: int, n_fillers: int) -> str:
    letters = "".join(ALPHABETS[side][number >> shift & 15] for shift in (16, 12, 8, 4, 0))
    return MARKS[side] + letters + FILLERS[side] * n_fillers


def _number(letters: str) -> int:
    alphabet = next(one for one in ALPHABETS if letters[0] in one)
    number = 0
    for letter in letters:
        number = 16 * number + alphabet.index(letter)
    return number


def _concepts(n: int, chance: np.random.Generator) -> NDArray[np.float16]:
    """Unit vectors about one theme, some near an earlier one. Made in blocks, kept small by half precision."""
    table = np.empty((n, DIM), dtype=np.float16)
    theme = unit(chance.standard_normal((1, DIM), dtype=np.float32))
    for start in range(0, n, BLOCK):
        own = unit(chance.standard_normal((min(BLOCK, n - start), DIM), dtype=np.float32))
        block = np.float32(np.sqrt(THEME)) * theme + np.float32(np.sqrt(1 - THEME)) * own
        if start:
            near = np.flatnonzero(chance.random(len(block)) < NEAR)
            earlier = table[chance.integers(start, size=len(near))].astype(np.float32)
            block[near] = ALIKE * earlier + np.float32(np.sqrt(1 - ALIKE**2)) * own[near]
        table[start : start + len(block)] = block
    return table


def blurs(chance: np.random.Generator) -> NDArray[np.float16]:
    return (BLUR * unit(chance.standard_normal((N_BLURS, DIM), dtype=np.float32))).astype(np.float16)


def unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), np.float32(1e-12))
