"""Two encoders as one: their unit rows side by side, so that a cosine is the mean of the two cosines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.encoders.e5 import E5
from aligner.encoders.use import UniversalSentenceEncoder


class JoinedEncoder:
    """Several encoders' rows, each of unit length, concatenated and divided by the square root of their number.

    Centred, if one of them wants to be: the mean of joined rows is the joined means.
    """

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = tuple(parts)
        """The encoders that were joined."""
        self.name = "+".join(part.name for part in self.parts)
        known = [part.languages for part in self.parts if part.languages is not None]
        self.languages = frozenset.intersection(*known) if known else None
        self.centred = any(part.centred for part in self.parts)

    @property
    def version(self) -> str:
        """What its vectors depend on beside the text.

        Raises:
            EncoderError: the weights of a part are missing.
        """
        return "+".join(part.version for part in self.parts)

    def encode(self, sentences: list[str]) -> npt.NDArray[np.float32]:
        """Shape ``(n, sum of the parts' dimensions)``, float32, rows of length 1.

        Raises:
            EncoderError: as each part's ``encode``.
        """
        rows = [np.asarray(part.encode(sentences), dtype=np.float32) for part in self.parts]
        return np.concatenate(rows, axis=1) / np.float32(np.sqrt(len(rows)))


def use_and_e5() -> JoinedEncoder:
    """The two encoders of ours: ``use`` sharp on translations, ``e5`` the better judge of paraphrase."""
    return JoinedEncoder([UniversalSentenceEncoder(), E5()])
