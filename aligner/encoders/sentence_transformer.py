"""Any ``SentenceTransformer``, by folder or by its name on the hub."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aligner.cache import key_of
from aligner.cores import n_threads
from aligner.encoders.remembered import code_version
from aligner.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SYMMETRIC_PROMPTS = ("sts", "STS", "similarity", "bitext", "query", "passage", "document")
"""Where a model has prompts but no default one: the first that it has; both sides of a comparison get the same."""


MAX_CHARS = 32_768
"""Only so many characters of a sentence are looked at: some 8,000 tokens, the longest context of such models."""


class SentenceTransformerEncoder:
    """A loaded ``SentenceTransformer``, used alike for both sides; unit rows."""

    languages = None
    centred = True

    def __init__(self, name: str, model: "SentenceTransformer") -> None:
        self.name = name
        self.model = model
        self.prompt_name = symmetric_prompt(model)

    def encode(self, sentences: list[str]) -> npt.NDArray[np.float32]:
        """Shape ``(n, dim)``, float32, rows of length 1."""
        if not sentences:
            return np.zeros((0, self.model.get_embedding_dimension() or 0), dtype=np.float32)
        readable = [sentence[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8") for sentence in sentences]
        rows: npt.NDArray[np.float32] = self.model.encode(
            readable,
            prompt_name=self.prompt_name,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        ).astype(np.float32, copy=False)
        return rows

    def __reduce__(self) -> tuple[Any, ...]:
        return load_model, (self.name,)

    @cached_property
    def version(self) -> str:
        """What its vectors depend on beside the text: weights, modules, prompt, tokenizer, and what runs them."""
        model: Any = self.model
        weights = (part for name, tensor in model.state_dict().items() for part in (name, _bytes_of(tensor)))
        tokenizer = getattr(getattr(model, "tokenizer", None), "backend_tokenizer", None)
        told = (repr(model), str(model.device), repr(model.prompts), repr(self.prompt_name), str(model.max_seq_length))
        return key_of(*weights, *told, tokenizer.to_str() if tokenizer else "", engine_version())


def engine_version() -> str:
    """What the last digits of any such model's vectors depend on, beside the model."""
    packages = code_version("torch", "transformers", "tokenizers", "sentence-transformers")
    cards = [path.name for path in sorted(Path("/dev").glob("nvidia*"))]
    return f"{packages}|threads:{n_threads()}|cards:{cards}{environ.get('CUDA_VISIBLE_DEVICES')}"


def _bytes_of(tensor: Any) -> bytes:
    import torch

    raw: bytes = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return raw


def symmetric_prompt(model: "SentenceTransformer") -> str | None:
    """The name of the prompt to put before every sentence, or None where the model has none."""
    if model.default_prompt_name:
        return str(model.default_prompt_name)
    return next((name for name in SYMMETRIC_PROMPTS if model.prompts.get(name)), None)


def load_model(name: str) -> SentenceTransformerEncoder:
    """The SentenceTransformer in this folder or of this name on the hub.

    Raises:
        EncoderError: there is no such model, it cannot be fetched, or the folder holds none.
    """
    from sentence_transformers import SentenceTransformer

    try:
        with quiet():
            model = SentenceTransformer(name)
    except Exception as error:  # whatever torch, transformers, the hub and the model's own files raise
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        advice = (
            "give the folder that SentenceTransformer.save() wrote"
            if Path(name).exists()
            else "check the name and the network, or give the folder of a model on this machine"
        )
        raise EncoderError(f"encoder {name!r}: cannot be loaded ({reason}); {advice}") from error
    return SentenceTransformerEncoder(name, model)


@contextmanager
def quiet() -> Iterator[None]:
    """Loading and saving without progress bars and reports; what was set before is set again."""
    from transformers.utils import logging as transformers_logging

    bars: Any = transformers_logging
    loggers = [logging.getLogger(name) for name in ("transformers", "sentence_transformers")]
    levels = [logger.level for logger in loggers]
    shown = bars.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    bars.disable_progress_bar()
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if shown:
            bars.enable_progress_bar()
