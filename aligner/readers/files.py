"""The bytes of one file: opened with care, unpacked if compressed, and never more than a limit."""

import gzip
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO

from aligner.errors import ReadError

MAX_BYTES = 64 << 20
"""The largest file, as it lies there and unpacked; the works of Shakespeare have 5 MB."""

MAX_RATIO = 100
"""How many bytes a compressed byte may give beyond the first ``RATIO_FREE``; text gives 3 to 10."""

RATIO_FREE = 8 << 20

_GZIP_MAGIC = b"\x1f\x8b"
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
# O_NONBLOCK: a FIFO that took the file's place since it was looked at must not hang us. Windows has but O_BINARY.
_FLAGS = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)


def read_bytes(path: Path, text_id: str) -> bytes:
    """The content of a regular file, unpacked where its name ends in ``.gz``.

    Raises:
        ReadError: no regular file, not to be opened, larger than ``MAX_BYTES``, or damaged.
    """
    try:
        _refuse_irregular(path.lstat(), text_id)
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            _refuse_irregular(status, text_id)
            if status.st_size > MAX_BYTES:
                raise ReadError(f"{text_id}: {status.st_size >> 20} MiB; {_TOO_LARGE}")
            if path.name.lower().endswith(".gz"):
                return _unpack(file, status.st_size, text_id)
            return _at_most(file, MAX_BYTES, text_id)
    except OSError as error:
        raise ReadError(f"{text_id}: {error.strerror or error}; check the file and its permissions") from error


_TOO_LARGE = f"cut it into files of at most {MAX_BYTES >> 20} MiB"


def _refuse_irregular(status: os.stat_result, text_id: str) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "a special file")
    raise ReadError(f"{text_id}: {kind}; only regular files are read")


def _at_most(file: BinaryIO | gzip.GzipFile, limit: int, text_id: str) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise ReadError(f"{text_id}: more than {limit >> 20} MiB; {_TOO_LARGE}")
    return data


def _unpack(file: BinaryIO, size: int, text_id: str) -> bytes:
    """The content of a gzip file; what it unpacks to is bounded by ``MAX_BYTES`` and by its own size."""
    limit = RATIO_FREE + MAX_RATIO * size
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            data = _at_most(unpacked, MAX_BYTES, text_id) if limit > MAX_BYTES else unpacked.read(limit + 1)
    except EOFError as error:
        raise ReadError(f"{text_id}: the gzip data is cut short; fetch or pack the file again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ReadError(f"{text_id}: no sound gzip data; pack it again, or drop .gz from its name") from error
    if len(data) > limit:
        raise ReadError(f"{text_id}: unpacks to more than {MAX_RATIO} times its size; no text does, leave it out")
    if data.startswith(_GZIP_MAGIC):
        raise ReadError(f"{text_id}: gzip within gzip; unpack it once")
    return data
