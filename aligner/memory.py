"""Room for large arrays: in memory where there is enough, otherwise in files that the system maps into memory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from aligner.errors import OutputError

Vectors: TypeAlias = NDArray[np.floating]
"""Vectors as they are kept: float32, or float16 in half the room; perhaps on the disk (``numpy.memmap``)."""

Stored: TypeAlias = Path | Vectors
"""Vectors, or the file that they are in, which other processes can read, too."""

MAX_MEMORY = 4 << 30
"""What arrays may take up in memory unless it is ``limited``: 4 GiB."""

_SHARE = 8
"""A list of sentences is held in two or three arrays, and each of its two sides is."""


def share() -> int:
    """How many bytes one array may take up in memory."""
    return _LIMIT.get() // _SHARE


@contextmanager
def limited(max_memory: int) -> Iterator[None]:
    """Meanwhile, in this thread, the arrays may take up so many bytes in memory, about; the results are the same."""
    token = _LIMIT.set(max_memory)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def room(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array of this shape, to be filled; one that is more than its share is a file mapped into memory.

    The file is in the folder for temporary files (``TMPDIR``); it has no name, and goes with the array.

    Raises:
        OutputError: there is no room on the disk.
    """
    n_bytes = np.dtype(dtype).itemsize * prod(shape)
    if n_bytes <= share():
        return np.empty(shape, dtype=dtype)
    try:
        with tempfile.TemporaryFile() as file:
            _reserve(file.fileno(), n_bytes)
            return np.asarray(np.memmap(file, dtype=dtype, mode="r+", shape=shape))
    except OSError as error:
        raise _no_room(n_bytes, error) from error


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for files of vectors, among those for temporary files (``TMPDIR``); it goes with all that is in it."""
    with tempfile.TemporaryDirectory(prefix="aligner-") as place:
        yield Path(place)


def file_of(path: Path, shape: tuple[int, int]) -> NDArray[np.float16]:
    """A new file of vectors in half precision, mapped into memory, to be filled; ``opened`` reads it, anywhere.

    Raises:
        OutputError: there is no room on the disk.
    """
    try:
        if not prod(shape):
            np.save(path, np.empty(shape, dtype=np.float16))
            return np.empty(shape, dtype=np.float16)
        rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        with path.open("r+b") as file:
            _reserve(file.fileno(), path.stat().st_size)
    except OSError as error:
        raise _no_room(2 * prod(shape), error) from error
    return np.asarray(rows)


def opened(vectors: Stored) -> Vectors:
    """Vectors to be read: the array itself, or what a file of ``numpy.save`` holds, mapped into memory."""
    if not isinstance(vectors, Path):
        return vectors
    with vectors.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    rows: Vectors = np.asarray(np.load(vectors, mmap_mode="r")) if prod(shape) else np.empty(shape, dtype=dtype)
    return rows


def _no_room(n_bytes: int, error: OSError) -> OutputError:
    return OutputError(
        f"{tempfile.gettempdir()}: no room for {n_bytes >> 20} MiB of vectors ({error.strerror or error}); "
        "free some, name another folder in TMPDIR, or allow more memory with --max-memory"
    )


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Make the file so long, with its room on the disk: holes would end the process where the disk gets full."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, n_bytes)
    else:
        os.truncate(descriptor, n_bytes)


_LIMIT: ContextVar[int] = ContextVar("limit", default=MAX_MEMORY)
