"""Mining two lists of sentences with vectors kept on the disk: time and memory by size, with fitted exponents.

The encoder gives planted vectors, which cost little, so that all but encoding is measured; half of the sentences have a
translation. Each size runs in a process of its own. Memory is told in two parts: what the process holds by itself, and
what it has mapped of files, which the system takes back where it needs it. The CPU seconds of each stage go to standard
error, with the recall that an approximate search tells.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time
from typing import Any

import numpy as np
from cost import exponent
from numpy.typing import NDArray
from rows import markdown

from aligner import Embedder, Mining, clusters, evaluation, judging, lists
from aligner.alignment import Bead
from aligner.lists import EXACT, SEARCHES
from aligner.memory import MAX_MEMORY, limited

NOISE = 0.7
"""Length of what sets a translation's vector apart from the source's: their cosine is about 0.8."""

PLANTED_AT_ONCE = 4096

STAGES: tuple[tuple[Any, str], ...] = (
    (lists.Distinct, "of"),
    (Embedder, "write_side"),
    (judging._View, "of"),
    (clusters, "_centroids"),
    (clusters, "assign"),
    (clusters._Found, "put"),
    (clusters._Found, "settled"),
    (clusters, "recall_of"),
    (judging, "_measures"),
    (judging, "mixture_of"),
    (judging, "probability"),
    (lists, "_beads"),
)
"""Functions whose CPU seconds are told; some are part of others."""


@dataclass(frozen=True)
class Row:
    """What mining ``n`` sentences a side took; memory in MiB."""

    n: int
    seconds: float
    cpu: float
    own: float
    mapped: float
    f1: float


class Planted:
    """Vectors by the numbers that sentences are: ``s7`` and ``t7`` say the same."""

    name = "planted"
    centred = False
    languages = None

    def __init__(self, dim: int) -> None:
        self._spread = 1 / np.sqrt(np.arange(1, dim + 1))

    def encode(self, sentences: list[str]) -> NDArray[np.float32]:
        """Rows of uneven spectrum, as a real encoder's; shape ``(n, dim)``."""
        numbers = np.array([int(sentence[1:] or 0) for sentence in sentences], dtype=np.int64)
        is_target = np.array([sentence[0] == "t" for sentence in sentences], dtype=np.float32)
        rows = self._drawn(0, numbers)
        if is_target.any():
            rows += NOISE * is_target[:, None] * self._drawn(1, numbers)
        return rows * self._spread

    def _drawn(self, seed: int, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """A row of random numbers for each of these, drawn many at once."""
        rows = np.empty((len(numbers), len(self._spread)), dtype=np.float32)
        blocks, places = np.divmod(numbers, PLANTED_AT_ONCE)
        for block in np.unique(blocks).tolist():
            drawn = np.random.default_rng([seed, block]).standard_normal(
                (PLANTED_AT_ONCE, len(self._spread)), dtype=np.float32
            )
            rows[blocks == block] = drawn[places[blocks == block]]
        return rows


def time_stages() -> dict[str, float]:
    """From now on the CPU seconds of each stage, by name."""
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def run(*args: Any, **named: Any) -> Any:
            start = process_time()
            try:
                return work(*args, **named)
            finally:
                seconds[name] = seconds.get(name, 0.0) + process_time() - start

        return run

    for place, name in STAGES:
        work = vars(place)[name]
        if isinstance(work, staticmethod):
            setattr(place, name, staticmethod(timed(f"{place.__name__}.{name}", work.__func__)))
        else:
            setattr(place, name, timed(f"{place.__name__}.{name}", work))
    return seconds


def measure(n: int, dim: int, max_memory: int, index: str) -> Row:
    """Mine ``n`` sentences a side, of which half have a translation."""
    sources, targets = ([f"{side}{start + i}" for i in range(n)] for side, start in (("s", 0), ("t", n // 2)))
    gold = [Bead((i,), (i - n // 2,)) for i in range(n // 2, n)]
    logging.basicConfig()
    stages = time_stages()
    wall, cpu = perf_counter(), process_time()
    with limited(max_memory), peaks() as peak:
        mined = Mining(Embedder(Planted(dim))).mine(sources, targets, index)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    print(", ".join(f"{name} {spent:.1f}" for name, spent in stages.items()), file=sys.stderr)
    score = evaluation.score_documents([(mined, gold)]).strict.f1
    return Row(n, wall, cpu, peak["RssAnon"], peak["RssFile"], score)


@contextmanager
def peaks() -> Iterator[dict[str, float]]:
    """The highest figures of memory seen meanwhile, looked at ten times a second; MiB."""
    found, is_done = {"RssAnon": 0.0, "RssFile": 0.0}, Event()

    def look() -> None:
        for line in Path("/proc/self/status").read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] = max(found[name], int(value.split()[0]) / 1024)

    def watch() -> None:
        look()
        while not is_done.wait(0.1):
            look()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        is_done.set()
        watcher.join()


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 50_000], metavar="N")
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--max-memory", type=int, default=MAX_MEMORY, metavar="BYTES")
    parser.add_argument("--index", choices=list(SEARCHES), default=EXACT)
    arguments = parser.parse_args()
    rows = []
    for n in arguments.sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, n, arguments.dim, arguments.max_memory, arguments.index).result())
        print(f"{n:,} done", file=sys.stderr)
    print(format_rows(rows))


def format_rows(rows: list[Row]) -> str:
    """The table, with the exponents where there are several sizes."""
    head = ("sentences a side", "s", "s of all cores", "MiB of its own", "MiB mapped", "F1")
    cells = [
        (f"{row.n:,}", *(f"{value:.0f}" for value in (row.seconds, row.cpu, row.own, row.mapped)), f"{row.f1:.3f}")
        for row in rows
    ]
    table = markdown([head, *cells])
    if len(rows) < 2:
        return table
    sizes = [row.n for row in rows]
    time, memory = (exponent(sizes, [getattr(row, name) for row in rows]) for name in ("cpu", "own"))
    return f"{table}\n\nexponents: cpu time {time:.2f}, memory {memory:.2f}"


if __name__ == "__main__":
    main()
