"""What an encoder was asked: checked answers, and documents kept as long as there is room for them."""

import re
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from aligner.encoders import Encoder, Passage
from aligner.errors import EncoderError

Floats = npt.NDArray[np.float32]
Held = TypeVar("Held", bound="_Sized")
Folded = tuple[str, ...]
"""A document's sentences as the encoder sees them, blank ones left out."""

BATCH = 4096
"""Sentences handed to an encoder at once: enough to sort by length, few enough to bound what comes back."""

PASSAGE_BYTES, ROW_BYTES = 1 << 29, 1 << 29
"""What passages and rows of read documents may take up in memory; those not asked for longest make room."""


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Library:
    """What an encoder was asked of documents, each of them a question of its own; and the encoder, checked.

    The rows of a document's distinct sentences are kept, in order, and passages, as long as there is room for them;
    what made room is asked for again.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.key = uuid4().hex
        """Tells it from others in other processes."""
        self._name = name_of(encoder)
        self._dim = 0
        self._rows = _Kept[Floats](ROW_BYTES)
        self._lists = _Kept[Floats](ROW_BYTES)
        self._passages = _Kept[Passage](PASSAGE_BYTES)
        self._reading = RLock()

    @property
    def dim(self) -> int:
        """Length of a row; finds it out by encoding one word where nothing has been encoded yet."""
        if not self._dim:
            self.encode(["a"])
        return self._dim

    def rows(self, folded: Folded) -> Floats:
        """The rows of a document's distinct sentences. Shape ``(n, dim)``, float32, rows of length 1."""
        with self._reading:
            rows = self._rows.get(folded)
            if rows is None:
                rows = self._read(folded)
                self.keep(folded, rows)
            return rows

    def list_rows(self, folded: Folded) -> Floats:
        """Likewise of a list that is no document: it does not pass through the encoder as a text."""
        with self._reading:
            rows = self._lists.get(folded)
            if rows is None:
                rows = self._encode_distinct(folded)
                self._lists.put(folded, rows)
            return rows

    def keep(self, folded: Folded, rows: Floats) -> None:
        """Keep the rows of a document that was read, here or elsewhere."""
        with self._reading:
            self._rows.put(folded, rows)

    def passage(self, folded: Folded) -> Passage | None:
        """The document as the encoder's ``read_passage`` gives it, if it has one and is to read this document."""
        if (read := self._reader(folded)) is None:
            return None
        with self._reading:
            passage = self._passages.get(folded)
            if passage is None:
                passage = read(list(folded))
                self._passages.put(folded, passage)
            return passage

    def _read(self, folded: Folded) -> Floats:
        distinct = list(dict.fromkeys(folded))
        if (passage := self.passage(folded)) is not None:
            place_of = {sentence: place for place, sentence in reversed(list(enumerate(folded)))}
            places = [place_of[sentence] for sentence in distinct]
            return self._checked(passage.runs(0, len(folded), 1)[places, 0], len(places))
        return self._encode_distinct(folded)

    def _encode_distinct(self, folded: Folded) -> Floats:
        distinct = list(dict.fromkeys(folded))
        batches = [self.encode(distinct[first : first + BATCH]) for first in range(0, len(distinct), BATCH)]
        return np.concatenate(batches) if batches else np.zeros((0, self.dim), dtype=np.float32)

    def encode(self, sentences: list[str]) -> Floats:
        """The encoder's rows of these sentences.

        Raises:
            EncoderError: it gave anything else.
        """
        return self._checked(_as_array(self.encoder.encode(sentences), self._name), len(sentences))

    def _reader(self, folded: Folded) -> Callable[[list[str]], Passage] | None:
        """The encoder's ``read_passage``, if it has one and the document does not repeat itself over and over."""
        return getattr(self.encoder, "read_passage", None) if 2 * len(set(folded)) > len(folded) else None

    def _checked(self, given: npt.NDArray[Any], n: int) -> Floats:
        if given.ndim != 2 or len(given) != n or given.shape[1] == 0:
            raise EncoderError(
                f"encoder {self._name!r}: gave shape {given.shape} for {n} sentences, "
                f"expected ({n}, dim); mend the encoder"
            )
        rows = unit(_finite(given, self._name))
        if self._dim and rows.shape[1] != self._dim:
            raise EncoderError(
                f"encoder {self._name!r}: gave rows of {rows.shape[1]} after rows of {self._dim} dimensions; "
                "mend the encoder"
            )
        self._dim = rows.shape[1]
        return rows


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


class _Kept(Generic[Held]):
    """Something of each document, as much as there is room for; what was not asked for longest makes room."""

    def __init__(self, n_bytes: int) -> None:
        self._left = n_bytes
        self._held: dict[Folded, Held] = {}

    def get(self, folded: Folded) -> Held | None:
        if folded not in self._held:
            return None
        self._held[folded] = self._held.pop(folded)
        return self._held[folded]

    def put(self, folded: Folded, held: Held) -> None:
        """Keep it, and at least it."""
        if (before := self._held.pop(folded, None)) is not None:
            self._left += before.nbytes
        self._held[folded] = held
        self._left -= held.nbytes
        while self._left < 0 and len(self._held) > 1:
            self._left += self._held.pop(next(iter(self._held))).nbytes


def folded_all(sentences: Iterable[str]) -> Folded:
    return tuple(filter(None, map(fold, sentences)))


def fold(sentence: str) -> str:
    return " ".join(_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", sentence).split())


def name_of(encoder: Encoder) -> str:
    return str(getattr(encoder, "name", type(encoder).__name__))


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


def unit(rows: Floats) -> Floats:
    """The rows at length 1; a row of zeros stays one."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return unit
