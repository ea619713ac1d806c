"""The one door to an encoder: unit rows, each distinct sentence encoded once."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.encoders import Encoder, Passage
from aligner.engine import each
from aligner.library import BATCH, Floats, Folded, Library, fold, folded_all, name_of, unit
from aligner.memory import Vectors, room

_TABLE = 1 << 32
"""A sentence's place is its row, and the number of the table that this is in times so many."""

SHRINKAGE = 5
"""The mean of ``n`` rows is trusted as ``n / (n + 5)`` of it: one sentence centred on itself would be nothing."""


@dataclass(frozen=True)
class Side:
    """The sentences of one side of a comparison (a document, a language), embedded.

    ``vectors``: shape ``(n, dim)``, float32, rows of length 1, zeros for blank sentences. Where the encoder wants it
    they are centred: less the mean of the side, of unit length again.
    """

    sentences: Sequence[str]
    vectors: Floats
    centre: Floats | None

    @property
    def mean(self) -> Floats:
        """The mean vector, shrunk where there are few; shape ``(dim,)``."""
        return mean_vector(self.vectors)


@dataclass(frozen=True)
class DocumentSide(Side):
    """A document as one side, with the vectors of joined sentences."""

    passage: Passage = field(repr=False)

    def runs(self, indices: Sequence[int] | npt.NDArray[np.int64], max_run: int) -> Floats:
        """Vectors of all runs of up to ``max_run`` of these sentences that stand next to each other, joined.

        Args:
            indices: rising.
            max_run: at least 1.

        Returns:
            Shape ``(len(indices), max_run, dim)``, float32, rows of length 1, this side's centre subtracted: ``[p, k]``
            stands for the ``k + 1`` sentences from ``indices[p]`` on, without blank ones; zeros where one of them is
            not among the indices, or all are blank.

        Raises:
            EncoderError: as for ``Embedder.embed``.
            ValueError: ``max_run`` is less than 1.
        """
        if max_run < 1:
            raise ValueError(f"max_run: got {max_run}, expected 1 or more")
        chosen = np.asarray(indices, dtype=np.int64)
        if max_run == 1:
            return self.vectors[_slice_or_indices(chosen)][:, None]
        pieces = np.split(chosen, np.flatnonzero(np.diff(chosen) != 1) + 1) if len(chosen) else []
        runs = [_spread(self.passage, self._n_full[piece[0] : piece[-1] + 2], max_run) for piece in pieces]
        nothing = np.zeros((0, max_run, self.vectors.shape[1]), dtype=np.float32)
        return _centred(np.concatenate([nothing, *runs]), self.centre)

    def missing(self, indices: npt.NDArray[np.int64], max_run: int) -> npt.NDArray[np.bool_]:
        """Which runs, as ``runs`` gives them, are only composed of the vectors of their sentences, so far.

        Returns:
            Shape ``(len(indices), max_run)``; also of runs that ``runs`` leaves at zero.
        """
        missing = np.zeros((len(indices), max_run), dtype=bool)
        if isinstance(self.passage, ComposedPassage) and len(indices):
            n_full, n = self._n_full, len(self.sentences)
            first = n_full[indices[0]]
            known = self.passage.is_exact(int(first), int(n_full[min(indices[-1] + max_run, n)]), max_run)
            for k in range(1, max_run):
                sizes = n_full[np.minimum(indices + k + 1, n)] - n_full[indices]
                several = np.flatnonzero(sizes > 1)
                missing[several, k] = ~known[n_full[indices[several]] - first, sizes[several] - 1]
        return missing

    def encode(self, runs: Iterable[tuple[int, int]]) -> None:
        """Encode these runs, each given by its first sentence and the number of those that follow.

        Raises:
            EncoderError: as for ``Embedder.embed``.
        """
        if isinstance(self.passage, ComposedPassage):
            n_full = self._n_full
            self.passage.encode((int(n_full[i]), int(n_full[i + k + 1] - n_full[i]) - 1) for i, k in sorted(set(runs)))

    @cached_property
    def _n_full(self) -> npt.NDArray[np.int64]:
        """How many sentences that are not blank stand before each, and in all; shape ``(n + 1,)``."""
        return np.cumsum([0, *(bool(sentence.strip()) for sentence in self.sentences)])


class Embedder:
    """A door to an encoder, whose vectors are checked, of unit length, and remembered.

    Sentences are folded first: any run of white space (a hard-wrapped line's newline) is one space, a lone surrogate
    a replacement character. Blank sentences never reach the encoder: their rows are zeros. Every distinct folded
    sentence is kept with its row (2 KB at 512 dimensions) as long as the door is open, many rows on the disk (see
    ``memory.room``).

    The last digits of a vector depend on what else the encoder was asked at once. So each piece of work that is to be
    the same wherever and after whatever it is done goes through a door of its own (``anew``). Documents are whole
    questions: all doors to an encoder share what was read of them, as long as there is room.
    """

    def __init__(self, encoder: Encoder, library: Library | None = None) -> None:
        self.encoder = encoder
        self.name = name_of(encoder)
        self.fitted_as = str(getattr(encoder, "fitted_as", self.name))
        self.centred = bool(getattr(encoder, "centred", True))
        self.library = library or Library(encoder)
        self._open()

    def _open(self) -> None:
        self._place_of: dict[str, int] = {}
        self._rows: list[Floats] = [np.zeros((0, 0), dtype=np.float32)]
        self._n_own = 0
        self._writing = RLock()

    def __reduce__(self) -> tuple[Any, ...]:
        # By its library alone: a process that has that one does not load the encoder again.
        return _door, (self.library,)

    def anew(self) -> "Embedder":
        """Another door to the same encoder: nothing that came through this one changes what it answers."""
        door = copy(self)
        door._open()
        return door

    @cached_property
    def parts(self) -> "tuple[Embedder, ...]":
        """The embedders of the encoders that this one joins; itself where it joins none."""
        return tuple(map(Embedder, getattr(self.encoder, "parts", ()))) or (self,)

    @property
    def dim(self) -> int:
        """Length of a row; finds it out by encoding one word where nothing has been encoded yet."""
        return self.library.dim

    def embed(self, sentences: Sequence[str]) -> Floats:
        """Vectors of sentences. Shape ``(n, dim)``, float32, rows of length 1; zeros for blank ones.

        Raises:
            EncoderError: the encoder fails, or gives anything but one finite row for each sentence.
        """
        return self._look_up([fold(sentence) for sentence in sentences])

    def side(self, sentences: Sequence[str]) -> Side:
        """These sentences as one side of a comparison, centred where the encoder wants it.

        Some encoders (E5) crowd all vectors into one corner: only what sets a sentence apart from its own side is
        comparable. The mean over the ``n`` sentences that are not blank is shrunk by ``n / (n + SHRINKAGE)``.

        Raises:
            EncoderError: as for ``embed``.
        """
        return self._as_side(sentences, self.embed(sentences))

    def _as_side(self, sentences: Sequence[str], rows: Floats) -> Side:
        centre = mean_vector(rows) if self.centred else None
        return Side(sentences, _centred(rows, centre), centre)

    def write_side(self, sentences: Sequence[str], rows: Vectors, length: float = 1.0) -> None:
        """The vectors of ``side``, put into an array in its precision; none of them is remembered.

        Args:
            sentences: distinct, none of them blank.
            rows: shape ``(len(sentences), dim)``, float32 or float16, perhaps on the disk.
            length: of the rows.

        Raises:
            EncoderError: as for ``embed``.
        """
        total = np.zeros(rows.shape[1])
        folded = [[fold(one) for one in sentences[first : first + BATCH]] for first in range(0, len(sentences), BATCH)]
        for number, part in enumerate(each(self.library.encode, folded, "encoding", len)):
            rows[number * BATCH : (number + 1) * BATCH] = part * np.float32(length)
            total += part.sum(axis=0, dtype=np.float64)
        if self.centred:
            centre = (total / (len(sentences) + SHRINKAGE)).astype(np.float32)
            for first in range(0, len(sentences), BATCH):
                part = np.asarray(rows[first : first + BATCH], dtype=np.float32) / np.float32(length)
                rows[first : first + BATCH] = _centred(part, centre) * np.float32(length)

    def beside(self, side: Side, texts: Sequence[str]) -> Floats:
        """Vectors of other texts of the same side, as if they stood among its sentences. Shape ``(n, dim)``, float32.

        Raises:
            EncoderError: as for ``embed``.
        """
        return _centred(self.embed(texts), side.centre)

    def document(self, sentences: Sequence[str]) -> DocumentSide:
        """A document as one side, of which joined sentences can be had, too; it passes through the encoder once.

        Raises:
            EncoderError: as for ``embed``.
        """
        passage = self.read(sentences)
        side = self.side(sentences)
        return DocumentSide(side.sentences, side.vectors, side.centre, passage)

    def read(self, sentences: Sequence[str]) -> Passage:
        """A document from which vectors of runs of its sentences can be had; blank sentences are left out.

        Where the encoder can ``read_passage``, the document passes through it once. Of one that repeats itself over and
        over only the distinct sentences do. The sentences are remembered as ``embed`` remembers them.

        Raises:
            EncoderError: as for ``embed``.
        """
        folded = folded_all(sentences)
        passage = self.library.passage(folded)
        self._keep(folded, self.library.rows(folded))
        return ComposedPassage(self, folded) if passage is None else passage

    def read_all(self, documents: Iterable[Sequence[str]]) -> None:
        """Remember all sentences of these documents, each document passing through the encoder once.

        Raises:
            EncoderError: as for ``embed``.
        """
        for sentences in documents:
            folded = folded_all(sentences)
            self._keep(folded, self.library.rows(folded))

    def learn(self, texts: Sequence[str]) -> None:
        """Remember these texts, which all doors encode once where they come together again, as all runs of a document.

        Raises:
            EncoderError: as for ``embed``.
        """
        folded = folded_all(texts)
        self._keep(folded, self.library.list_rows(folded))

    def _keep(self, folded: Folded, rows: Floats) -> None:
        """Remember texts with the rows of the distinct ones, without a copy; those known already stay as they are."""
        with self._writing:
            n_known, first = len(self._place_of), len(self._rows) * _TABLE
            for row, sentence in enumerate(dict.fromkeys(folded)):
                self._place_of.setdefault(sentence, first + row)
            if len(self._place_of) > n_known:
                self._rows.append(rows)

    def side_of_all(self, documents: Sequence[Sequence[str]], what: str) -> tuple[Side, npt.NDArray[np.int64]]:
        """The distinct sentences of each document, one document after the other, as one side.

        Args:
            documents: the sentences of each.
            what: what is being done, in a few words for a person.

        Returns:
            The side, and its bounds, shape ``(documents + 1,)``: those of document ``d`` begin at ``bounds[d]``.

        Raises:
            EncoderError: as for ``embed``.
        """
        folded = [folded_all(sentences) for sentences in documents]
        distinct = [list(dict.fromkeys(one)) for one in folded]
        bounds = np.cumsum([0, *map(len, distinct)], dtype=np.int64)
        rows: Floats | None = None
        for number, found in enumerate(each(self.library.rows, folded, what, len)):
            self.library.keep(folded[number], found)
            if rows is None:
                rows = room((int(bounds[-1]), found.shape[1]))
            rows[bounds[number] : bounds[number + 1]] = found
        if rows is None:
            rows = np.zeros((0, self.dim), dtype=np.float32)
        return self._as_side([sentence for one in distinct for sentence in one], rows), bounds

    def _look_up(self, folded: list[str]) -> Floats:
        self._remember_new(folded)
        rows = room((len(folded), self.dim))
        tables, places = np.divmod(np.array([self._place_of.get(one, -1) for one in folded], dtype=np.int64), _TABLE)
        order = np.argsort(tables, kind="stable")
        for some in np.split(order, np.flatnonzero(np.diff(tables[order])) + 1):
            for first in range(0, len(some), BATCH):
                part = some[first : first + BATCH]
                rows[part] = self._rows[tables[part[0]]][places[part]] if tables[part[0]] >= 0 else 0
        return rows

    def _remember_new(self, folded: Iterable[str]) -> None:
        """Encode those of these sentences that have not come through this door."""
        with self._writing:
            new = [one for one in dict.fromkeys(folded) if one and one not in self._place_of]
            for first in range(0, len(new), BATCH):
                self._put(new[first : first + BATCH], self.library.encode(new[first : first + BATCH]))

    def _put(self, sentences: Sequence[str], rows: Floats) -> None:
        """Put the rows of sentences that are new into the table of this door's own."""
        own, n_known, n = self._rows[0], self._n_own, self._n_own + len(sentences)
        if n > len(own):
            self._rows[0] = room((max(2 * n_known, n), rows.shape[1]))
            self._rows[0][:n_known] = own[:n_known] if n_known else 0
        self._rows[0][n_known:n] = rows
        self._place_of |= {sentence: n_known + number for number, sentence in enumerate(sentences)}
        self._n_own = n


def _door(library: Library) -> Embedder:
    return Embedder(library.encoder, library)


class ComposedPassage:
    """A document of an encoder that cannot ``read_passage``.

    A run is the mean of its sentences' vectors, weighted by their lengths in characters, until it is encoded.
    """

    nbytes = 0

    def __init__(self, embedder: Embedder, sentences: Sequence[str]) -> None:
        self._embedder, self._sentences = embedder, sentences
        self._encoded: dict[int, dict[int, Floats]] = {}

    def runs(self, start: int, stop: int, max_run: int) -> Floats:
        """As for ``Passage``, composed or encoded."""
        weighted = self._weighted(self._sentences[start:stop])
        runs = np.zeros((stop - start, max_run, weighted.shape[1]), dtype=np.float32)
        for k in range(min(max_run, stop - start)):
            runs[: stop - start - k, k] = weighted[k:] + (runs[: stop - start - k, k - 1] if k else 0)
        runs = unit(runs)
        for i, k in self._encoded_between(start, stop, max_run):
            runs[i - start, k] = self._encoded[i][k]
        return runs

    def is_exact(self, start: int, stop: int, max_run: int) -> npt.NDArray[np.bool_]:
        """Which of the runs that ``runs`` gives are as of joined text; shape ``(stop - start, max_run)``."""
        exact = np.zeros((stop - start, max_run), dtype=bool)
        exact[:, 0] = True
        for i, k in self._encoded_between(start, stop, max_run):
            exact[i - start, k] = True
        return exact

    def encode(self, runs: Iterable[tuple[int, int]]) -> None:
        """Encode these runs, each given by its first sentence and the number of those that follow.

        Raises:
            EncoderError: as for ``Embedder.embed``.
        """
        chosen = list(runs)
        rows = self._embedder.embed([" ".join(self._sentences[i : i + k + 1]) for i, k in chosen])
        for (i, k), row in zip(chosen, rows, strict=True):
            self._encoded.setdefault(i, {})[k] = row

    def _encoded_between(self, start: int, stop: int, max_run: int) -> Iterator[tuple[int, int]]:
        for i in range(start, stop):
            for k in self._encoded.get(i, ()):
                if k < max_run and i + k < stop:
                    yield i, k

    def _weighted(self, sentences: Sequence[str]) -> Floats:
        lengths = np.array([len(sentence) for sentence in sentences], dtype=np.float32)
        return self._embedder.embed(sentences) * lengths[:, None]


def _slice_or_indices(rising: npt.NDArray[np.int64]) -> slice | npt.NDArray[np.int64]:
    """What takes these rows of an array; without a copy where they stand next to each other."""
    if len(rising) and rising[-1] - rising[0] == len(rising) - 1:
        return slice(int(rising[0]), int(rising[-1]) + 1)
    return rising


def _spread(passage: Passage, n_full: npt.NDArray[np.int64], max_run: int) -> Floats:
    """The runs of consecutive sentences of which some are blank, from those of a passage without these.

    ``n_full``: how many sentences of the passage stand before each, and before the one after the last.
    """
    compact = passage.runs(int(n_full[0]), int(n_full[-1]), max_run)
    n = len(n_full) - 1
    runs = np.zeros((n, max_run, compact.shape[2]), dtype=np.float32)
    for k in range(min(max_run, n)):
        size = n_full[k + 1 :] - n_full[: n - k]
        starts = np.flatnonzero(size)
        runs[starts, k] = compact[n_full[starts] - n_full[0], size[starts] - 1]
    return runs


def mean_vector(rows: Floats) -> Floats:
    """The mean of the rows that are not zeros, shrunk by ``n / (n + SHRINKAGE)``. Shape ``(dim,)``."""
    n = np.count_nonzero(rows.any(axis=1))
    mean: Floats = (rows.sum(axis=0, dtype=np.float64) / (n + SHRINKAGE)).astype(np.float32)
    return mean


def _centred(rows: Floats, centre: Floats | None) -> Floats:
    """The rows less the centre, of unit length again; zeros stay zeros."""
    if centre is None:
        return rows
    centred = room(rows.shape)
    for first in range(0, len(rows), BATCH):
        part = rows[first : first + BATCH]
        centred[first : first + BATCH] = unit((part - centre) * part.any(axis=-1, keepdims=True))
    return centred
