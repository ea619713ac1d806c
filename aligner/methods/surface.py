"""What two texts show without an encoder: their lengths, shared names and numbers, and where sentences end."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import regex
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

GRAM = 4
"""Letters of a piece of a word: words that share pieces, as names and cognates do, are written alike in part."""

MIN_STOPS = 0.3
"""A text of which fewer sentences than this end in a full stop writes none, as Thai, or is a list."""

_WORDS = regex.compile(r"\p{N}+|[\p{L}\p{M}]+")
_STOP = regex.compile(r"""[.!?…。．｡！？؟۔।॥][\p{Pi}\p{Pf}\p{Pe}\p{Ps}\p{Pd}"'\s]*$""")


def stops(sentences: Sequence[str]) -> NDArray[np.bool_]:
    """Which sentences end in a full stop, a question or an exclamation mark, whatever closes after it. Shape ``(n,)``.

    None of them where too few do: then a sentence without one tells nothing.
    """
    ends = np.array([bool(_STOP.search(sentence)) for sentence in sentences], dtype=bool)
    return ends if ends.size and ends.mean() >= MIN_STOPS else np.zeros(len(sentences), dtype=bool)


class Vocabulary:
    """The numbers and pieces of words of two texts, each weighted by how rare it is (inverse document frequency)."""

    def __init__(self, sources: Sequence[str], targets: Sequence[str]) -> None:
        self._pieces = [_pieces(sentence) for sentence in sources], [_pieces(sentence) for sentence in targets]
        counts = [Counter(piece for pieces in side for piece in pieces) for side in self._pieces]
        n = len(sources) + len(targets)
        self._weight = {piece: float(np.log1p(n / count)) for piece, count in (counts[0] + counts[1]).items()}
        self._shared = {piece: place for place, piece in enumerate(sorted(counts[0].keys() & counts[1].keys()))}

    @cached_property
    def mass(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The weights of each sentence's pieces summed up to it, and to the end; shapes ``(n + 1,)``, ``(m + 1,)``."""
        source, target = (
            np.cumsum([0.0, *(sum(self._weight[piece] for piece in sorted(pieces)) for pieces in side)])
            for side in self._pieces
        )
        return source, target

    def shared(self, rows: Indices, columns: Indices) -> Floats:
        """The weight of the pieces that two sentences share, for these of the source and these of the target.

        Shape ``(len(rows), len(columns))``.
        """
        used = {piece for i in rows for piece in self._pieces[0][i] if piece in self._shared}
        place = {piece: number for number, piece in enumerate(sorted(used, key=self._shared.__getitem__))}
        weights = np.array([self._weight[piece] for piece in place], dtype=np.float32)
        holds: list[Floats] = []
        for side, indices in zip(self._pieces, (rows, columns), strict=True):
            table = np.zeros((len(indices), len(place)), dtype=np.float32)
            for number, index in enumerate(indices):
                table[number, [place[piece] for piece in side[index] if piece in place]] = 1
            holds.append(table)
        shared = (holds[0] * weights) @ holds[1].T
        return np.asarray(shared, dtype=np.float32)


def shared_words(source: str, target: str) -> tuple[str, ...]:
    """The numbers, and the words of at least ``GRAM`` letters, that both texts hold, without case; in order."""
    held = set(_WORDS.findall(target.casefold()))
    words = dict.fromkeys(_WORDS.findall(source.casefold()))
    return tuple(word for word in words if word in held and (word[0].isnumeric() or len(word) >= GRAM))


def _pieces(sentence: str) -> frozenset[str]:
    """The numbers of a sentence, and the pieces of ``GRAM`` letters of its words, without case and accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", sentence.casefold()) if not unicodedata.combining(c))
    found: set[str] = set()
    for word in _WORDS.findall(plain):
        if word[0].isnumeric():
            found.add(word)
        else:
            found.update(word[start : start + GRAM] for start in range(len(word) - GRAM + 1))
    return frozenset(found)
