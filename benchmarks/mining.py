"""Mining two lists of sentences with vectors kept on the disk: time and memory by size, with fitted exponents.

The encoder gives planted vectors, which cost little, so that all but encoding is measured; half of the sentences have a
translation. Each size runs in a process of its own. Memory is told in two parts: what the process holds by itself, and
what it has mapped of files, which the system takes back where it needs it.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time

import numpy as np
from cost import exponent
from numpy.typing import NDArray
from rows import markdown

from aligner import Embedder, Mining, evaluation
from aligner.alignment import Bead
from aligner.memory import MAX_MEMORY, limited

NOISE = 0.7
"""Length of what sets a translation's vector apart from the source's: their cosine is about 0.8."""


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
        return np.array([self._row(sentence) for sentence in sentences], dtype=np.float32)

    def _row(self, sentence: str) -> NDArray[np.float64]:
        side, number = sentence[0], int(sentence[1:])
        shared = np.random.default_rng([0, number]).standard_normal(len(self._spread))
        own = np.random.default_rng([1, number]).standard_normal(len(self._spread)) if side == "t" else 0
        return (shared + NOISE * own) * self._spread


def measure(n: int, dim: int, max_memory: int) -> Row:
    """Mine ``n`` sentences a side, of which half have a translation."""
    sources, targets = ([f"{side}{start + i}" for i in range(n)] for side, start in (("s", 0), ("t", n // 2)))
    gold = [Bead((i,), (i - n // 2,)) for i in range(n // 2, n)]
    wall, cpu = perf_counter(), process_time()
    with limited(max_memory), peaks() as peak:
        mined = Mining(Embedder(Planted(dim))).mine(sources, targets)
    score = evaluation.score_documents([(mined, gold)]).strict.f1
    return Row(n, perf_counter() - wall, process_time() - cpu, peak["RssAnon"], peak["RssFile"], score)


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
    arguments = parser.parse_args()
    rows = []
    for n in arguments.sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(measure, n, arguments.dim, arguments.max_memory).result())
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
