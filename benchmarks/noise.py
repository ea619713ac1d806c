"""An encoder that knows nothing: what an alignment is worth where only length, numbers, names and cognates speak."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from aligner import encoders
from aligner.encoders import Encoder

DIM = 512


class Noise:
    """A random unit vector for each distinct text, the same in every run; equal texts have equal vectors.

    Two different texts have cosines of about 0 ± 0.044, whatever they say.
    """

    name = "noise"
    languages = None
    centred: ClassVar[bool] = False

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Shape ``(n, 512)``, float32, rows of length 1."""
        rows = np.empty((len(sentences), DIM), dtype=np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            seed = int.from_bytes(blake2b(sentence.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            np.random.default_rng(seed).standard_normal(out=row, dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def load_encoder(name: str) -> Encoder:
    """The encoder of this name: ``noise``, or whatever the library knows by it."""
    return Noise() if name == Noise.name else encoders.load(name)
