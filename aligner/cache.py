"""What was computed once, kept on the disk by what it was computed from; all processes of a user share it.

Every entry is one file, which appears whole and begins with the hash of its key and its value. So nothing has to be
locked, a process may be killed at any moment, and whatever is torn, damaged or of an older form is no entry.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from time import time

MAX_BYTES = 4 << 30
"""What a cache may take up: some 600,000 sentences of the default encoder."""

_FORM = "entries-1"
"""Raise the number when what an entry's file holds changes; what an older form left goes as what is not used does."""

_MAGIC = b"aligner\n"
_DIGEST = 32
_KEPT_SHARE = 0.9
"""Where entries must go, so many go that this share of the limit is left: not each new one sweeps the folder."""

_STALE_SECONDS = 3600
"""A temporary file older than this is what a killed process left."""


class Cache:
    """Values by key in a folder; those not asked for longest go where they are more than ``max_bytes`` together.

    It never fails: where the folder cannot be read or written, nothing is remembered, and the log warns once. Nothing
    is written before the first ``put``.
    """

    def __init__(self, folder: Path | str | None = None, max_bytes: int = MAX_BYTES) -> None:
        """``folder``: None for the user's cache folder, as ``~/.cache/aligner``."""
        self.folder = user_folder() if folder is None else Path(folder)
        self.max_bytes = max_bytes
        self._n_bytes: int | None = None
        self._is_writable = True

    def get(self, key: str) -> bytes | None:
        """The value of this key, as ``key_of`` makes it; None where there is none that can be trusted."""
        place = self._place(key)
        try:
            held = place.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error)
            return None
        value = held[len(_MAGIC) + _DIGEST :]
        if held[: len(_MAGIC) + _DIGEST] != _head(key, value):
            with suppress(OSError):
                place.unlink()
            return None
        with suppress(OSError):
            os.utime(place)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep a value; one that is larger than the whole cache may be is not kept."""
        if not self._is_writable or len(value) > self.max_bytes:
            return
        place = self._place(key)
        temporary = place.with_name(f".{token_hex(8)}.tmp")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                file.write(_head(key, value))
                file.write(value)
            temporary.replace(place)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            self._give_up(error)
            return
        if self._n_bytes is None:
            self._n_bytes = self.usage()[1]
        else:
            self._n_bytes += len(_MAGIC) + _DIGEST + len(value)
        if self._n_bytes > self.max_bytes:
            self._make_room()

    def usage(self) -> tuple[int, int]:
        """How many entries there are, and their bytes."""
        sizes = [size for _, size, place in self._files() if place.suffix != ".tmp"]
        return len(sizes), sum(sizes)

    def clear(self) -> tuple[int, int]:
        """Remove all entries; how many there were, and their bytes."""
        usage = self.usage()
        for _, _, place in self._files():
            with suppress(OSError):
                place.unlink()
        return usage

    def _place(self, key: str) -> Path:
        return self.folder / _FORM / key[:2] / key[2:]

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """All files of entries, of older forms too, with the time of their last use and their bytes."""
        for place in self.folder.glob("entries-*/??/*"):
            with suppress(OSError):
                status = place.stat()
                yield status.st_mtime, status.st_size, place

    def _make_room(self) -> None:
        """Remove what killed processes left, and the entries that were not used for longest."""
        files = sorted(self._files())
        n_bytes = sum(size for _, size, _ in files)
        for used, size, place in files:
            if place.suffix == ".tmp":
                is_superfluous = used < time() - _STALE_SECONDS
            else:
                is_superfluous = n_bytes > _KEPT_SHARE * self.max_bytes
            if is_superfluous:
                with suppress(OSError):
                    place.unlink()
                    n_bytes -= size
        self._n_bytes = n_bytes

    def _give_up(self, error: OSError) -> None:
        """Write nothing more, and say so once."""
        if self._is_writable:
            self._is_writable = False
            logging.getLogger("aligner").warning(
                "%s: the cache cannot be used (%s), so nothing is remembered; mend it or name another with --cache",
                self.folder,
                error.strerror or error,
            )


def user_folder() -> Path:
    """The user's cache folder, in ``XDG_CACHE_HOME`` or ``~/.cache``; where the system has another place, there."""
    from platformdirs import user_cache_path

    return user_cache_path("aligner")


def key_of(*parts: str | bytes) -> str:
    """The key of what was computed from these parts, in this order: a hash of them all."""
    digest = blake2b(digest_size=_DIGEST)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def fingerprint(paths: Iterable[Path]) -> str:
    """A hash of what these files hold, in this order.

    Raises:
        OSError: one cannot be read.
    """
    return key_of(*map(_content_hash, paths))


def _content_hash(path: Path) -> bytes:
    digest = blake2b(digest_size=_DIGEST)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def _head(key: str, value: bytes) -> bytes:
    """What the file of an entry begins with."""
    return _MAGIC + blake2b(value, digest_size=_DIGEST, key=bytes.fromhex(key)).digest()
