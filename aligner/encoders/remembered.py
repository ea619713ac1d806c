"""An encoder whose answers are kept in a cache.

What is kept is the answer to a whole question: all the sentences of a list, or a document that was read. The vectors of
a sentence differ in the last digits with what stands beside it in a batch; an answer that was put together from several
earlier ones would not be the one that the encoder itself gives. So results are the same bytes with a cache or without.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from aligner.cache import Cache, fingerprint, key_of
from aligner.encoders import Encoder, Passage

Arrays = dict[str, npt.NDArray[Any]]

MAX_KEPT = 1 << 27
"""A passage of more bytes is read again: to write it and to take it back would need it in memory several times."""


def remembered(encoder: Encoder, cache: Cache) -> Encoder:
    """This encoder, asking itself nothing twice; as it is where it cannot tell its ``version``.

    Raises:
        EncoderError: its weights are missing.
    """
    asked: Any = encoder
    try:
        version = str(asked.version)
    except (AttributeError, OSError):
        return encoder
    return (_RememberedReader if hasattr(encoder, "read_passage") else RememberedEncoder)(encoder, version, cache)


class RememberedEncoder:
    """What an encoder answered before comes from the cache, to the bit as it was; the rest from the encoder."""

    def __init__(self, encoder: Encoder, version: str, cache: Cache) -> None:
        self._encoder: Any = encoder
        self._version = version
        self._cache = cache
        self.name = str(getattr(encoder, "name", type(encoder).__name__))
        self.fitted_as = str(getattr(encoder, "fitted_as", self.name))
        self.languages = getattr(encoder, "languages", None)
        self.centred = bool(getattr(encoder, "centred", True))

    def __reduce__(self) -> tuple[Any, ...]:
        return remembered, (self._encoder, self._cache)

    @cached_property
    def parts(self) -> tuple[Encoder, ...]:
        """The encoders that this one joins, remembered likewise."""
        return tuple(remembered(part, self._cache) for part in getattr(self._encoder, "parts", ()))

    def encode(self, sentences: list[str]) -> Any:
        """As the encoder's own.

        Raises:
            EncoderError: as the encoder's own.
        """
        key = self._key("encode", sentences)
        if (held := self._cache.get(key)) is not None:
            return _unpack(held)["rows"]
        rows = self._encoder.encode(sentences)
        if isinstance(rows, np.ndarray):
            self._cache.put(key, _pack({"rows": rows}))
        return rows

    def _key(self, question: str, sentences: Sequence[str]) -> str:
        return key_of(surroundings(), self.name, self._version, question, *sentences)


class _RememberedReader(RememberedEncoder):
    """One that reads documents, too."""

    def read_passage(self, sentences: list[str]) -> Passage:
        """As the encoder's own.

        Raises:
            EncoderError: as the encoder's own.
        """
        key = self._key("read_passage", sentences)
        if (held := self._cache.get(key)) is not None:
            return cast(Passage, self._encoder.restore_passage(sentences, _unpack(held)))
        passage = self._encoder.read_passage(sentences)
        if passage.nbytes <= MAX_KEPT:
            self._cache.put(key, _pack(passage.arrays))
        return cast(Passage, passage)


def code_version(*packages: str) -> str:
    """The version of our encoders' code, and of these packages: what vectors depend on beside weights and text."""
    sources = sorted(path for path in Path(__file__).parent.iterdir() if path.is_file())
    return "|".join([fingerprint(sources), *(f"{name}:{_installed(name)}" for name in packages)])


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


@cache
def surroundings() -> str:
    """What the last digits of any product of matrices depend on."""
    found = cast(dict[str, Any], np.show_config(mode="dicts"))["SIMD Extensions"]
    return "|".join([machine(), np.__version__, *found.get("found", ())])


def _pack(arrays: Arrays) -> bytes:
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def _unpack(held: bytes) -> Arrays:
    from safetensors.numpy import load

    return load(held)
