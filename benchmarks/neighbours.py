"""Exact nearest neighbours both ways: time beside faiss, the matrix product alone and the machine's limit.

All are measured by turns in one run, so that the ratios hold on a busy machine, too; the best of all turns counts.
faiss is no dependency: ``pip install faiss-cpu`` for the comparison. ``--precision float16 --on-disk`` measures what
vectors in memory-mapped files cost, and how many neighbours float16 changes.
"""

import argparse
import resource
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.cores import n_threads, on_all_cores
from aligner.judging import K
from aligner.neighbours import TILE, Neighbours, nearest_both_ways

Vectors = NDArray[Any]
Both = tuple[Neighbours, Neighbours]

SEED = 7
LIMIT_SIZE = 2048
"""Rows and columns of the product that stands for the limit: large enough for the best rate."""

NOISE = 0.7
"""Length of what sets a translation's vector apart from the source's: their cosine is about 0.8."""


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of all cores, the best of all turns."""

    wall: float = np.inf
    cpu: float = np.inf

    def best(self, other: "Cost") -> "Cost":
        """The lesser of both."""
        return Cost(min(self.wall, other.wall), min(self.cpu, other.cpu))


def plant(n: int, m: int, dim: int) -> tuple[Vectors, Vectors]:
    """Unit rows of uneven spectrum, as an encoder's; every other source has a target near it, the rest have none."""
    random = np.random.default_rng(SEED)
    spread = (1 / np.sqrt(np.arange(1, dim + 1))).astype(np.float32)
    source, target = (random.standard_normal((rows, dim), dtype=np.float32) * spread for rows in (n, m))
    paired = np.arange(0, min(n, m), 2)
    target[paired] = source[paired] + NOISE * target[paired]
    for rows in (source, target):
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return source, target[random.permutation(m)]


def timed(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """What the work gives, and what it costs."""
    wall, cpu = perf_counter(), process_time()
    result = work()
    return result, Cost(perf_counter() - wall, process_time() - cpu)


def product(source: Vectors, target: Vectors) -> None:
    """All similarities, in the same blocks as the search, and nothing else."""

    def multiply(column: int) -> None:
        keys = np.asarray(target[column : column + TILE], dtype=np.float32)
        for row in range(0, len(source), TILE):
            np.asarray(source[row : row + TILE], dtype=np.float32) @ keys.T

    on_all_cores(multiply, range(0, len(target), TILE))


def limit(dim: int) -> float:
    """Floating-point operations a second of a large product, each core with one of its own."""
    rows = np.ones((LIMIT_SIZE, dim), dtype=np.float32)
    tasks = range(4 * n_threads())
    _, cost = timed(lambda: on_all_cores(lambda _: np.matmul(rows, rows.T).shape, tasks))
    return 2 * LIMIT_SIZE**2 * dim * len(tasks) / cost.wall


def faiss_both_ways(source: Vectors, target: Vectors, k: int) -> Both:
    """The same from faiss: two flat indices, searched one after the other."""
    import faiss

    faiss.omp_set_num_threads(n_threads())
    found = []
    for queries, keys in ((source, target), (target, source)):
        index = faiss.IndexFlatIP(keys.shape[1])
        index.add(keys)
        found.append(Neighbours(*index.search(queries, min(k, len(keys)))))
    return found[0], found[1]


def agreement(ours: Both, theirs: Both) -> tuple[float, float]:
    """The share of equal neighbours, place by place, and the largest difference of two cosines."""
    is_same = np.concatenate([(a.indices == b.indices).ravel() for a, b in zip(ours, theirs, strict=True)])
    apart = max(float(np.abs(a.cosines - b.cosines).max()) for a, b in zip(ours, theirs, strict=True))
    return float(is_same.mean()), apart


def kept(rows: Vectors, precision: str, folder: Path | None, name: str) -> Vectors:
    """The rows in this precision; in a memory-mapped file if there is a folder."""
    if folder is None:
        return rows.astype(precision)
    np.save(folder / name, rows.astype(precision))
    mapped: Vectors = np.load(folder / f"{name}.npy", mmap_mode="r")
    return mapped


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs=2, default=(10_000, 10_000), metavar=("N", "M"))
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("-k", type=int, default=K + 2, help="neighbours, by default as many as mining asks for")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--precision", choices=("float32", "float16"), default="float32")
    parser.add_argument("--on-disk", action="store_true", help="search memory-mapped files")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(arguments, Path(folder) if arguments.on_disk else None)


def measure(arguments: argparse.Namespace, folder: Path | None) -> None:
    """Run all by turns, and print what came out."""
    source, target = plant(*arguments.sizes, arguments.dim)
    given = [kept(rows, arguments.precision, folder, name) for rows, name in ((source, "source"), (target, "target"))]
    works: dict[str, Callable[[], Any]] = {
        "ours": lambda: nearest_both_ways(given[0], given[1], arguments.k),
        "product": lambda: product(source, target),
    }
    if find_spec("faiss"):
        works["faiss"] = lambda: faiss_both_ways(source, target, arguments.k)
    costs, found, rate = dict.fromkeys(works, Cost()), {}, 0.0
    for _ in range(arguments.turns):
        rate = max(rate, limit(arguments.dim))
        for name, work in works.items():
            found[name], cost = timed(work)
            costs[name] = costs[name].best(cost)
    n, m = arguments.sizes
    print(f"{n:,} x {m:,}, {arguments.dim} dimensions, {arguments.k} neighbours both ways, {n_threads()} threads")
    for name, cost in costs.items():
        print(f"{name}: {cost.wall:.2f} s, {cost.cpu:.2f} s of all cores")
    print(f"share of the product: {costs['product'].cpu / costs['ours'].cpu:.0%}")
    operations = 2 * n * m * arguments.dim
    print(f"of the limit ({rate / 1e9:.0f} GFLOP/s): {operations / costs['ours'].wall / rate:.0%}")
    if arguments.precision != "float32":
        same, apart = agreement(found["ours"], nearest_both_ways(source, target, arguments.k))
        print(f"{arguments.precision}: {same:.3%} of the neighbours as with float32, cosines within {apart:.1e}")
    if "faiss" in works:
        same, apart = agreement(found["ours"], found["faiss"])
        print(f"faiss: {same:.4%} of the neighbours the same, cosines within {apart:.1e}")
        print(f"ratio {costs['faiss'].wall / costs['ours'].wall:.1f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
