"""Room for large arrays: in memory where there is enough, otherwise in files that the system maps into memory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod

import numpy as np
from numpy.typing import NDArray

from aligner.errors import OutputError

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


def room(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """An array of this shape, float32, to be filled; one that is more than its share is a file mapped into memory.

    The file is in the folder for temporary files (``TMPDIR``); it has no name, and goes with the array.

    Raises:
        OutputError: there is no room on the disk.
    """
    n_bytes = 4 * prod(shape)
    if n_bytes <= share():
        return np.empty(shape, dtype=np.float32)
    try:
        with tempfile.TemporaryFile() as file:
            _reserve(file.fileno(), n_bytes)
            return np.asarray(np.memmap(file, dtype=np.float32, mode="r+", shape=shape))
    except OSError as error:
        raise OutputError(
            f"{tempfile.gettempdir()}: no room for {n_bytes >> 20} MiB of vectors ({error.strerror or error}); "
            "free some, name another folder in TMPDIR, or allow more memory with --max-memory"
        ) from error


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Make the file so long, with its room on the disk: holes would end the process where the disk gets full."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, n_bytes)
    else:
        os.truncate(descriptor, n_bytes)


_LIMIT: ContextVar[int] = ContextVar("limit", default=MAX_MEMORY)
