"""The one door to an encoder: unit rows, each distinct sentence encoded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.encoders import Encoder
from aligner.errors import EncoderError

Floats = npt.NDArray[np.float32]

BATCH = 4096
"""Sentences handed to an encoder at once: enough to sort by length, few enough to bound what comes back."""

SHRINKAGE = 5
"""The mean of ``n`` rows is trusted as ``n / (n + 5)`` of it: one sentence centred on itself would be nothing."""

_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True)
class Side:
    """The sentences of one side of a comparison (a document, a language), embedded.

    ``vectors``: shape ``(n, dim)``, float32, rows of length 1, zeros for blank sentences. Where the encoder wants it
    they are centred: less the mean of the side, of unit length again.
    """

    embedder: "Embedder" = field(repr=False)
    sentences: Sequence[str]
    vectors: Floats
    centre: Floats | None

    @property
    def mean(self) -> Floats:
        """The mean vector, shrunk where there are few; shape ``(dim,)``."""
        return mean_vector(self.vectors)

    def runs(self, indices: Sequence[int], max_run: int) -> Floats:
        """Vectors of all runs of up to ``max_run`` of these sentences, as if nothing stood between them.

        Returns:
            Shape ``(len(indices), max_run, dim)``, as ``Embedder.embed_runs`` gives them, with this side's centre.
        """
        if max_run == 1:
            return self.vectors[np.asarray(indices, dtype=np.int64)][:, None]
        return self.embedder.embed_runs([self.sentences[i] for i in indices], max_run, self.centre)


class Embedder:
    """An encoder whose vectors are checked, of unit length, and remembered.

    Sentences are folded first: any run of white space (a hard-wrapped line's newline) is one space, a lone surrogate
    a replacement character. Blank sentences never reach the encoder: their rows are zeros. Every distinct folded
    sentence stays in memory with its row (2 KB at 512 dimensions) as long as the embedder lives.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = str(getattr(encoder, "name", type(encoder).__name__))
        self.centred = bool(getattr(encoder, "centred", True))
        self._row_of: dict[str, int] = {}
        self._rows: Floats = np.zeros((0, 0), dtype=np.float32)

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
        return Side(self, sentences, _centred(rows, centre), centre)

    def embed_runs(self, sentences: Sequence[str], max_run: int, centre: Floats | None = None) -> Floats:
        """Vectors of all runs of up to ``max_run`` consecutive sentences, joined by one space.

        Args:
            sentences: the ``n`` sentences.
            max_run: at least 1.
            centre: what to subtract before the rows are brought to unit length, shape ``(dim,)``.

        Returns:
            Shape ``(n, max_run, dim)``, float32, rows of length 1: ``[i, k]`` stands for
            ``sentences[i : i + k + 1]`` without its blank ones; zeros where the run reaches past the end or holds
            nothing.

        Raises:
            EncoderError: as for ``embed``.
            ValueError: ``max_run`` is less than 1.
        """
        if max_run < 1:
            raise ValueError(f"max_run: got {max_run}, expected 1 or more")
        folded = [_fold(sentence) for sentence in sentences]
        full = np.array([bool(sentence) for sentence in folded], dtype=bool)
        compact = _centred(self._compact_runs([sentence for sentence in folded if sentence], max_run), centre)
        n = len(folded)
        before = np.concatenate([[0], np.cumsum(full)])
        runs = np.zeros((n, max_run, compact.shape[2]), dtype=np.float32)
        for k in range(min(max_run, n)):
            size = before[k + 1 :] - before[: n - k]
            starts = np.flatnonzero(size)
            runs[starts, k] = compact[before[starts], size[starts] - 1]
        return runs

    def _compact_runs(self, sentences: list[str], max_run: int) -> Floats:
        """Runs of sentences of which none is blank, not centred."""
        n = len(sentences)
        if n == 0:
            return np.zeros((0, max_run, self.dim), dtype=np.float32)
        encode_runs = getattr(self.encoder, "encode_runs", None)
        if encode_runs is not None:
            given = _as_array(encode_runs(sentences, max_run), self.name)
            if given.ndim != 3 or given.shape[:2] != (n, max_run):
                raise EncoderError(
                    f"encoder {self.name!r}: encode_runs gave shape {given.shape} for {n} sentences, "
                    f"expected ({n}, {max_run}, dim); mend the encoder"
                )
            return _unit(_finite(given, self.name))
        joined = [" ".join(sentences[i : i + k + 1]) if i + k < n else "" for i in range(n) for k in range(max_run)]
        rows = self._look_up(joined)
        return rows.reshape(n, max_run, rows.shape[1])

    def _look_up(self, folded: list[str]) -> Floats:
        new = [sentence for sentence in dict.fromkeys(folded) if sentence and sentence not in self._row_of]
        for first in range(0, len(new), BATCH):
            self._remember(new[first : first + BATCH])
        rows = np.zeros((len(folded), self.dim), dtype=np.float32)
        full = [place for place, sentence in enumerate(folded) if sentence]
        rows[full] = self._rows[[self._row_of[folded[place]] for place in full]]
        return rows

    def _remember(self, sentences: list[str]) -> None:
        """Encode sentences that have not been seen and put them into the table."""
        given = _as_array(self.encoder.encode(sentences), self.name)
        if given.ndim != 2 or len(given) != len(sentences) or given.shape[1] == 0:
            raise EncoderError(
                f"encoder {self.name!r}: gave shape {given.shape} for {len(sentences)} sentences, "
                f"expected ({len(sentences)}, dim); mend the encoder"
            )
        rows = _unit(_finite(given, self.name))
        n_known = len(self._row_of)
        if n_known and rows.shape[1] != self._rows.shape[1]:
            raise EncoderError(
                f"encoder {self.name!r}: gave rows of {rows.shape[1]} after rows of {self._rows.shape[1]} dimensions; "
                "mend the encoder"
            )
        if n_known + len(rows) > len(self._rows):
            table = np.empty((max(2 * n_known, n_known + len(rows)), rows.shape[1]), dtype=np.float32)
            table[:n_known] = self._rows[:n_known] if n_known else 0
            self._rows = table
        self._rows[n_known : n_known + len(rows)] = rows
        self._row_of |= {sentence: n_known + place for place, sentence in enumerate(sentences)}


def mean_vector(rows: Floats) -> Floats:
    """The mean of the rows that are not zeros, shrunk by ``n / (n + SHRINKAGE)``. Shape ``(dim,)``."""
    n = np.count_nonzero(rows.any(axis=1))
    mean: Floats = (rows.sum(axis=0, dtype=np.float64) / (n + SHRINKAGE)).astype(np.float32)
    return mean


def _centred(rows: Floats, centre: Floats | None) -> Floats:
    """The rows less the centre, of unit length again; zeros stay zeros."""
    return rows if centre is None else _unit((rows - centre) * rows.any(axis=-1, keepdims=True))


def _fold(sentence: str) -> str:
    return " ".join(sentence.translate(_LONE_SURROGATES).split())


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
