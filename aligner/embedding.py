"""The one door to an encoder: unit rows, each distinct sentence encoded once."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.encoders import Encoder, Passage
from aligner.errors import EncoderError
from aligner.memory import Vectors, room
from aligner.progress import follow

Floats = npt.NDArray[np.float32]

BATCH = 4096
"""Sentences handed to an encoder at once: enough to sort by length, few enough to bound what comes back."""

SHRINKAGE = 5
"""The mean of ``n`` rows is trusted as ``n / (n + 5)`` of it: one sentence centred on itself would be nothing."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


PASSAGE_BYTES = 1 << 29
"""What read documents may take up in memory together; the one not asked for longest makes room, and is read again."""


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
    """An encoder whose vectors are checked, of unit length, and remembered.

    Sentences are folded first: any run of white space (a hard-wrapped line's newline) is one space, a lone surrogate
    a replacement character. Blank sentences never reach the encoder: their rows are zeros. Every distinct folded
    sentence is kept with its row (2 KB at 512 dimensions) as long as the embedder lives, many rows on the disk (see
    ``memory.room``); documents that the default encoder has read take 6 KB a sentence, up to ``PASSAGE_BYTES``.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = str(getattr(encoder, "name", type(encoder).__name__))
        self.fitted_as = str(getattr(encoder, "fitted_as", self.name))
        self.centred = bool(getattr(encoder, "centred", True))
        self._row_of: dict[str, int] = {}
        self._rows: Floats = np.zeros((0, 0), dtype=np.float32)
        self._of_documents: set[str] = set()
        self._passages: dict[tuple[str, ...], Passage] = {}
        self._writing = RLock()

    @cached_property
    def parts(self) -> "tuple[Embedder, ...]":
        """The embedders of the encoders that this one joins; itself where it joins none."""
        return tuple(map(Embedder, getattr(self.encoder, "parts", ()))) or (self,)

    @property
    def dim(self) -> int:
        """Length of a row; finds it out by encoding one word where nothing has been encoded yet."""
        if not self._row_of:
            self._remember(["a"])
        return int(self._rows.shape[1])

    def embed(self, sentences: Sequence[str]) -> Floats:
        """Vectors of sentences. Shape ``(n, dim)``, float32, rows of length 1; zeros for blank ones.

        Raises:
            EncoderError: the encoder fails, or gives anything but one finite row for each sentence.
        """
        return self._look_up([_fold(sentence) for sentence in sentences])

    def side(self, sentences: Sequence[str]) -> Side:
        """These sentences as one side of a comparison, centred where the encoder wants it.

        Some encoders (E5) crowd all vectors into one corner: only what sets a sentence apart from its own side is
        comparable. The mean over the ``n`` sentences that are not blank is shrunk by ``n / (n + SHRINKAGE)``.

        Raises:
            EncoderError: as for ``embed``.
        """
        rows = self.embed(sentences)
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
        for first in follow(range(0, len(sentences), BATCH), "encoding"):
            part = self._passing([_fold(sentence) for sentence in sentences[first : first + BATCH]])
            rows[first : first + BATCH] = part * np.float32(length)
            total += part.sum(axis=0, dtype=np.float64)
        if self.centred:
            centre = (total / (len(sentences) + SHRINKAGE)).astype(np.float32)
            for first in range(0, len(sentences), BATCH):
                part = np.asarray(rows[first : first + BATCH], dtype=np.float32) / np.float32(length)
                rows[first : first + BATCH] = _centred(part, centre) * np.float32(length)

    def _passing(self, folded: list[str]) -> Floats:
        """The rows of these sentences, as they are remembered if all are; otherwise asked for and not remembered."""
        if all(sentence in self._row_of for sentence in folded):
            return self._look_up(folded)
        return self._checked(folded, self.encoder.encode(folded))

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

        Where the encoder can ``read_passage``, the document passes through it once: its sentences are remembered as
        ``embed`` remembers them, and so is the passage, among as many others as ``PASSAGE_BYTES`` has room for. Of one
        that repeats itself over and over only the distinct sentences do.

        Raises:
            EncoderError: as for ``embed``.
        """
        folded = tuple(filter(None, map(_fold, sentences)))
        if folded in self._passages:
            self._passages[folded] = self._passages.pop(folded)
            return self._passages[folded]
        read = self._reader(folded)
        if read is None:
            return ComposedPassage(self, folded)
        passage = read(list(folded))
        self._keep(folded, passage)
        return passage

    def read_all(self, documents: Iterable[Sequence[str]]) -> None:
        """Remember all sentences of these documents, each document passing through the encoder once.

        Raises:
            EncoderError: as for ``embed``.
        """
        for sentences in documents:
            if self._reader(sentences):
                self.read(sentences)
            else:
                folded = list(map(_fold, sentences))
                self._remember_new(folded)
                self._of_documents.update(folded)

    def _reader(self, sentences: Sequence[str]) -> Callable[[list[str]], Passage] | None:
        """The encoder's ``read_passage``, if it has one and the document does not repeat itself over and over."""
        return getattr(self.encoder, "read_passage", None) if 2 * len(set(sentences)) > len(sentences) else None

    def _keep(self, folded: tuple[str, ...], passage: Passage) -> None:
        """Remember a passage and the sentences in it that are new."""
        with self._writing:
            self._passages[folded] = passage
            while sum(kept.nbytes for kept in self._passages.values()) > PASSAGE_BYTES and len(self._passages) > 1:
                self._passages.pop(next(iter(self._passages)))
            new = {sentence: i for i, sentence in enumerate(folded) if sentence not in self._row_of}
            if new:
                self._put(list(new), passage.runs(0, len(folded), 1)[list(new.values()), 0])
            self._of_documents.update(folded)

    def _look_up(self, folded: list[str]) -> Floats:
        self._remember_new(folded)
        rows = room((len(folded), self.dim))
        places = np.array([self._row_of.get(sentence, 0) for sentence in folded], dtype=np.int64)
        # In the mode "raise", all rows would be taken into a copy first: 200 MB more for a long document.
        np.take(self._rows, places, axis=0, out=rows, mode="clip")
        rows[[place for place, sentence in enumerate(folded) if not sentence]] = 0
        return rows

    def _remember_new(self, folded: Iterable[str]) -> None:
        """Encode those of these sentences that have not been seen.

        What was joined of a document for one partner is joined for the next one, too. A few of those seen before are
        encoded again: so the encoder is asked the same whatever other documents there are, and a cache has the answer.
        """
        with self._writing:
            distinct = list(filter(None, dict.fromkeys(folded)))
            new = [sentence for sentence in distinct if sentence not in self._row_of]
            free = [sentence for sentence in distinct if sentence not in self._of_documents]
            asked = free if 2 * len(new) >= len(free) else new
            for first in range(0, len(asked) if new else 0, BATCH):
                self._remember(asked[first : first + BATCH])

    def _remember(self, sentences: list[str]) -> None:
        """Encode sentences and put them into the table."""
        self._put(sentences, self.encoder.encode(sentences))

    def _checked(self, sentences: list[str], given: Any) -> Floats:
        """The rows that the encoder gave for these sentences, of length 1."""
        given = _as_array(given, self.name)
        if given.ndim != 2 or len(given) != len(sentences) or given.shape[1] == 0:
            raise EncoderError(
                f"encoder {self.name!r}: gave shape {given.shape} for {len(sentences)} sentences, "
                f"expected ({len(sentences)}, dim); mend the encoder"
            )
        rows = _unit(_finite(given, self.name))
        if self._row_of and rows.shape[1] != self._rows.shape[1]:
            raise EncoderError(
                f"encoder {self.name!r}: gave rows of {rows.shape[1]} after rows of {self._rows.shape[1]} dimensions; "
                "mend the encoder"
            )
        return rows

    def _put(self, sentences: list[str], given: Any) -> None:
        """Put the encoder's rows of those sentences that have not been seen into the table."""
        rows = self._checked(sentences, given)
        n_known = len(self._row_of)
        new = [place for place, sentence in enumerate(sentences) if sentence not in self._row_of]
        if n_known + len(new) > len(self._rows):
            table = room((max(2 * n_known, n_known + len(new)), rows.shape[1]))
            table[:n_known] = self._rows[:n_known] if n_known else 0
            self._rows = table
        self._rows[n_known : n_known + len(new)] = rows[new]
        self._row_of |= {sentences[place]: n_known + number for number, place in enumerate(new)}


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
        runs = _unit(runs)
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
        centred[first : first + BATCH] = _unit((part - centre) * part.any(axis=-1, keepdims=True))
    return centred


def _fold(sentence: str) -> str:
    return " ".join(_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", sentence).split())


def _as_array(given: Any, name: str) -> npt.NDArray[Any]:
    """What an encoder gave, as an array of real numbers: arrays, lists of rows, torch tensors on any device."""
    try:
        if hasattr(given, "detach") and hasattr(given, "cpu"):
            given = given.detach().cpu()
            given = (given.float() if given.is_floating_point() else given).numpy()
        elif isinstance(given, Iterable) and not hasattr(given, "__array__"):
            given = [_as_array(row, name) if hasattr(row, "detach") else row for row in given]
        rows = np.asarray(given)
        if rows.dtype.kind not in "fiu":
            raise TypeError(f"{type(given).__name__} of {rows.dtype}")
    except (TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise EncoderError(
            f"encoder {name!r}: gave no dense array of numbers ({reason}); mend the encoder's encode()"
        ) from error
    return rows


def _finite(rows: npt.NDArray[Any], name: str) -> Floats:
    with np.errstate(over="ignore"):
        finite = rows.astype(np.float32)
    if not np.isfinite(finite).all():
        raise EncoderError(f"encoder {name!r}: gave vectors that are not finite; mend the encoder or choose another")
    return finite


def _unit(rows: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays one."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return unit
