"""The bytes of one file: opened with care, unpacked if compressed, and never more than a limit."""

import lzma
import os
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from aligner.errors import ReadError

MAX_BYTES = 64 << 20
"""The largest file, as it lies there and unpacked; the works of Shakespeare have 5 MB."""

MAX_RATIO = 100
"""How many bytes a compressed byte may give beyond the first ``RATIO_FREE``; text gives 3 to 10."""

RATIO_FREE = 8 << 20

MAX_MEMORY = 128 << 20
"""Bytes that unpacking may take for itself; xz takes 65 MiB and zstd 128 MiB at their highest usual levels."""

_STEP = 256
"""Packed bytes taken at once, so that what they give (up to 8 MiB in zstd) is counted before there is more."""

_MAX_STREAMS = 10_000
"""Streams in a row; bgzip begins one every 64 KiB, and 7 million empty ones would take two minutes."""

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


class _Unpacking(Protocol):
    """One compressed stream on its way: an object of ``zlib``, ``lzma`` or ``zstandard``."""

    def decompress(self, data: bytes, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


def _zstd() -> _Unpacking:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=MAX_MEMORY).decompressobj()


@dataclass(frozen=True, slots=True)
class _Packing:
    """A way to compress a file: what it is called, how its data begins, and what unpacks one stream of it."""

    name: str
    magic: bytes
    start: Callable[[], _Unpacking]


PACKINGS = {
    ".gz": _Packing("gzip", b"\x1f\x8b", partial(zlib.decompressobj, wbits=16 + zlib.MAX_WBITS)),
    ".xz": _Packing("xz", b"\xfd7zXZ\0", partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=MAX_MEMORY)),
    ".zst": _Packing("zstd", b"\x28\xb5\x2f\xfd", _zstd),
}
"""What may stand after a format's suffix, in any case."""


def split_packing(name: str) -> tuple[str, str]:
    """A file name without the suffix of its compression, and that suffix in lower case; ``""`` where it has none."""
    suffix = name[name.rfind(".") :].lower()
    return (name[: -len(suffix)], suffix) if suffix in PACKINGS else (name, "")


def read_bytes(path: Path, text_id: str) -> bytes:
    """The content of a regular file, unpacked where its name ends in ``.gz``, ``.xz`` or ``.zst``.

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
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{text_id}: {error.strerror or error}; check the file and its permissions") from error
    packing = split_packing(path.name)[1]
    return _bounded(_unpack(data, packing, text_id) if packing else data, text_id)


_TOO_LARGE = f"cut it into files of at most {MAX_BYTES >> 20} MiB"


def _refuse_irregular(status: os.stat_result, text_id: str) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "a special file")
    raise ReadError(f"{text_id}: {kind}; only regular files are read")


def _bounded(data: bytes, text_id: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise ReadError(f"{text_id}: more than {MAX_BYTES >> 20} MiB; {_TOO_LARGE}")
    return data


def _unpack(data: bytes, suffix: str, text_id: str) -> bytes:
    """The content of a compressed file; what it unpacks to is bounded by ``MAX_BYTES`` and by its own size."""
    packing = PACKINGS[suffix]
    try:
        unpacked = _streams(data, packing.start)
    except EOFError as error:
        raise ReadError(f"{text_id}: the {packing.name} data is cut short; fetch or pack the file again") from error
    except _unsound() as error:
        remedy = f"pack it again, or drop {suffix} from its name"
        raise ReadError(f"{text_id}: no sound {packing.name} data ({error}); {remedy}") from error
    if len(unpacked) > most_unpacked(len(data)):
        raise ReadError(f"{text_id}: unpacks to more than {MAX_RATIO} times its size; no text does, leave it out")
    for inner in PACKINGS.values():
        if unpacked.startswith(inner.magic):
            raise ReadError(f"{text_id}: {inner.name} within {packing.name}; unpack it once")
    return unpacked


def _unsound() -> tuple[type[Exception], ...]:
    import zstandard

    return ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError


def most_unpacked(size: int) -> int:
    """How many bytes of text so many packed bytes may give."""
    return RATIO_FREE + MAX_RATIO * size


def _streams(data: bytes, start: Callable[[], _Unpacking]) -> bytes:
    """What the streams in the data give, one after the other; a little more than the limit where that is passed.

    Raises:
        EOFError: the last stream does not end.
        ValueError: there are too many of them.
    """
    limit = min(MAX_BYTES, most_unpacked(len(data)))
    stream, n_streams, unpacked = start(), 1, bytearray()
    for position in range(0, len(data), _STEP):
        rest = data[position : position + _STEP]
        # NULs may pad what follows a stream.
        while rest := rest.lstrip(b"\0") if stream.eof else rest:
            if stream.eof:
                stream, n_streams = start(), n_streams + 1
            unpacked += stream.decompress(rest)
            if len(unpacked) > limit:
                return bytes(unpacked)
            rest = stream.unused_data
        if n_streams > _MAX_STREAMS:
            raise ValueError(f"more than {_MAX_STREAMS} streams")
    if not stream.eof:
        raise EOFError
    return bytes(unpacked)
