"""The heavy work of the same road on a Ray cluster: encoding, search, and the alignment of documents.

Every piece of work is a task of its own, which Ray does anew where its process or its machine is lost. The driver,
which is this process, gives tasks their items, takes the results in order, and does the rest of the road. Workers are
plain processes of one core each: the first task loads an encoder, those after it find it there.
"""

import logging
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from re import fullmatch
from socket import create_connection
from typing import Any

import numpy as np

from aligner.cores import on_one_core
from aligner.engine import Item, Result, engaged
from aligner.errors import AlignerError, EngineError, MissingExtra
from aligner.finished import our_code
from aligner.library import Library
from aligner.progress import follow

TASKS_PER_CORE = 8
"""So many tasks make a stage, at least: what the slowest of them takes longer is little then."""

MAX_SIZE = 20_000
"""The most work of a task, in sentences: what it holds is bounded, and no lost worker costs much."""

AHEAD = 3
"""Tasks a core that are given out before their turn: none waits for work, and results do not pile up."""

SECONDS_TO_ANSWER = 5
"""A cluster that does not answer for so long is not there."""

Packed = tuple[bytes, list[Any]]
"""Work as bytes, and the arrays in it, which all processes of a machine share."""


@contextmanager
def on_ray(address: str | None = None, *, num_gpus: float = 0) -> Iterator[None]:
    """Meanwhile, in this thread, have heavy work done on a Ray cluster; the results are the same.

    All machines need the same version of this package. Where the cache is a folder that all of them share, each
    document is encoded once; otherwise each machine encodes what it needs.

    Args:
        address: of a running cluster, as ``10.0.0.1:6379``; where ``None``, that in ``RAY_ADDRESS``, or else a cluster
            of this machine's cores, for as long as this lasts.
        num_gpus: the share of a GPU that each task takes; encoders that are a ``SentenceTransformer`` use it.

    Raises:
        MissingExtra: Ray is not installed.
        EngineError: there is no cluster at this address, it has no such GPU, or a machine of it has another version of
            this package.
    """
    if find_spec("ray") is None:
        raise MissingExtra("engine 'ray': the package ray is not installed; run: pip install 'aligner[ray]'")
    with _connected(address), engaged(_Ray(num_gpus)):
        yield


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """A connection to a cluster; one that was there before stays."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    if ray.is_initialized():
        yield
        return
    address = address or os.environ.get("RAY_ADDRESS")
    try:
        _knock(address)
        # Without an address Ray would take any cluster that somebody has started on this machine.
        ray.init(address or "local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(
            f"engine 'ray': no cluster at {address or 'this machine'} ({reason}); start one with `ray start --head`, "
            "or name another with --ray-address"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str | None) -> None:
    """Make sure that somebody listens there: Ray itself would try for ten minutes.

    Raises:
        OSError: nobody does.
    """
    if address and (found := fullmatch(r"(?:ray://)?\[?([^/]+?)\]?:(\d+)", address)):
        create_connection((found[1], int(found[2])), timeout=SECONDS_TO_ANSWER).close()


class _Ray:
    """The engine: see ``engine.each``."""

    def __init__(self, num_gpus: float) -> None:
        import ray

        if num_gpus > (n_gpus := ray.cluster_resources().get("GPU", 0)):
            raise EngineError(
                f"engine 'ray': the cluster has {n_gpus:g} GPUs, and each task would wait for {num_gpus:g}; "
                "ask for less with --ray-gpus"
            )
        self._task: Any = ray.remote(num_cpus=1, num_gpus=num_gpus, max_retries=-1)(_done)
        self._code = _code()

    def __call__(
        self, work: Callable[[Item], Result], items: Sequence[Item], what: str, size: Callable[[Item], int]
    ) -> Iterator[Result]:
        import ray

        n_cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        sizes = [max(1, size(item)) for item in items]
        chunks = list(_chunks(sizes, min(MAX_SIZE, sum(sizes) / (TASKS_PER_CORE * n_cores))))
        sent = ray.put(_packed(work))
        queue = iter(chunks)
        pending: deque[Any] = deque()
        try:
            for _ in follow(chunks, what, lambda some: sum(sizes[i] for i in some)):
                while len(pending) < 1 + AHEAD * n_cores and (ahead := next(queue, None)):
                    pending.append(self._task.remote(self._code, sent, [items[i] for i in ahead]))
                yield from _results(pending.popleft())
        finally:
            for task in pending:
                with suppress(Exception):
                    ray.cancel(task, force=False)


def _chunks(sizes: Sequence[int], enough: float) -> Iterator[range]:
    """Ranges of items that follow each other, each of so much work, about."""
    start, held = 0, 0
    for i, size in enumerate(sizes):
        held += size
        if held >= enough or i == len(sizes) - 1:
            yield range(start, i + 1)
            start, held = i + 1, 0


def _results(task: Any) -> list[Any]:
    """What a task found.

    Raises:
        AlignerError: as the work did.
        EngineError: the cluster lost it for good.
    """
    import ray

    try:
        found, warnings = ray.get(task)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, AlignerError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(
            f"engine 'ray': a task was lost ({reason}); look after the cluster, and run the same again"
        ) from error
    for warning in warnings:
        _warn_once(warning)
    return list(found)


def _done(code: str, work: Packed, items: list[Any]) -> tuple[list[Any], list[str]]:
    """What a worker does: the work of some items, and what it warned of meanwhile."""
    if _code() != code:
        raise EngineError(
            f"engine 'ray': {os.uname().nodename} has another version of aligner; install the same on all machines"
        )
    with on_one_core(), _warnings() as warned:
        return list(map(_unpacked(work), items)), warned


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What our log warns of meanwhile."""
    found: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("aligner")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)


@cache
def _warn_once(warning: str) -> None:
    logging.getLogger("aligner").warning("%s", warning)


_code = cache(our_code)
"""What all machines must have the same; read once a process."""


def _packed(work: Callable[[Any], Any]) -> Packed:
    """The work to be sent; an encoder in it is named, so that a process that has it already does not load it again."""
    from ray import cloudpickle

    class Pickler(cloudpickle.CloudPickler):  # type: ignore[misc]
        def persistent_id(self, held: Any) -> tuple[str, bytes] | None:
            return (held.key, cloudpickle.dumps(held.encoder)) if isinstance(held, Library) else None

    arrays: list[pickle.PickleBuffer] = []
    with BytesIO() as file:
        Pickler(file, protocol=5, buffer_callback=arrays.append).dump(work)
        return file.getvalue(), [np.frombuffer(array.raw(), dtype=np.uint8) for array in arrays]


def _unpacked(work: Packed) -> Callable[[Any], Any]:
    data, arrays = work
    unpacked: Callable[[Any], Any] = _Unpickler(BytesIO(data), buffers=arrays).load()
    return unpacked


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: tuple[str, bytes]) -> Library:
        key, encoder = pid
        if key not in _LIBRARIES:
            _LIBRARIES[key] = Library(pickle.loads(encoder))
        return _LIBRARIES[key]


_LIBRARIES: dict[str, Library] = {}
"""In a worker: the encoders that the driver named, each with what it has read."""
