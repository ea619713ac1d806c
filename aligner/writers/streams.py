"""Files of bitexts opened: compressed or not, and text in the encoding that its first bytes tell."""

import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from aligner.errors import GoldError
from aligner.writers.cells import clean

SUFFIXES = (".gz", ".xz", ".zst")
"""Compressed files, by suffix when they are written; what is read tells by its first bytes."""

_MAGICS = {b"\x1f\x8b": ".gz", b"\xfd7zXZ\x00": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
_MAX_HELD = 1 << 30
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def bare_name(name: str) -> str:
    """A file's name without the suffix of its compression."""
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def compressed(raw: BinaryIO, name: str) -> BinaryIO:
    """What compresses into an open file, if its name says so; closing it leaves the file itself open."""
    suffix = name[len(bare_name(name)) :].lower()
    if suffix == ".gz":
        # Without a time and a name in it, the same records make the same bytes.
        return cast(BinaryIO, gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.LZMAFile(raw, "wb"))
    if suffix == ".zst":
        return cast(BinaryIO, ZstdCompressor().stream_writer(raw, closefd=False))
    return raw


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked.

    Raises:
        GoldError: the file cannot be opened or unpacked.
    """
    shown = clean(str(path))
    try:
        with path.open("rb") as raw, _unpacked(raw) as file:
            yield file
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, ZstdError) as error:
        raise GoldError(f"{shown}: damaged or cut short ({error}); fetch or pack the file again") from error
    except OSError as error:
        raise GoldError(f"{shown}: {error.strerror or error}; name a bitext that can be read") from error


@contextmanager
def opened_text(path: Path, newline: str | None = None) -> Iterator[TextIO]:
    """The text of a file, unpacked: UTF-8, or UTF-16 where a byte order mark says so; lines end as ``newline`` says.

    Raises:
        GoldError: the file cannot be opened or unpacked.
    """
    with opened(path) as file:
        buffered = io.BufferedReader(cast(io.RawIOBase, file)) if not isinstance(file, io.BufferedReader) else file
        encoding = "utf-16" if buffered.peek(2)[:2] in _WIDE else "utf-8"
        yield _Named(buffered, str(path), encoding, newline)


def seekable(file: BinaryIO, name: str) -> BinaryIO:
    """The bytes of an open file where one can go back; those of a compressed one are held in memory.

    Raises:
        GoldError: these are more than 1 GiB.
    """
    if isinstance(file, io.BufferedReader):
        return file
    data = file.read(_MAX_HELD + 1)
    if len(data) > _MAX_HELD:
        raise GoldError(f"{name}: more than 1 GiB when it is unpacked; unpack it first")
    return io.BytesIO(data)


class _Named(io.TextIOWrapper):
    """Text that knows the name of its file, whatever it was unpacked from."""

    def __init__(self, file: BinaryIO, path: str, encoding: str, newline: str | None) -> None:
        super().__init__(file, encoding=encoding, newline=newline)
        self._path = path

    @property
    def name(self) -> str:
        return self._path


def _unpacked(raw: IO[bytes]) -> BinaryIO:
    start = raw.read(max(map(len, _MAGICS)))
    raw.seek(0)
    suffix = next((suffix for magic, suffix in _MAGICS.items() if start.startswith(magic)), "")
    if suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.LZMAFile(raw))
    if suffix == ".zst":
        return cast(BinaryIO, ZstdDecompressor().stream_reader(raw))
    return cast(BinaryIO, raw)
