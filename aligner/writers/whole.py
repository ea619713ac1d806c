"""Files that are written whole or not at all."""

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from aligner.errors import OutputError
from aligner.writers.cells import clean


def write_whole(path: Path, write: Callable[[TextIO], object]) -> None:
    """Have ``write`` fill a file at this path, UTF-8 with LF; what was there before stays until all is on the disk.

    A link is followed to the file that it points to, and a file that is replaced keeps its permissions. Whatever goes
    wrong, an interruption too, leaves the old file as it was and nothing new beside it.

    Raises:
        OutputError: the file cannot be written here.
    """
    try:
        place = _resolve(path)
        temporary = _temporary(place.parent)
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                shutil.copymode(place, temporary)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _output_error(path, error) from error
    _sync_folder(place.parent)


def check_writable(path: Path) -> None:
    """Make sure that ``write_whole`` can write here, and leave no trace.

    Raises:
        OutputError: it cannot.
    """
    try:
        _try_folder(_resolve(path).parent)
    except OSError as error:
        raise _output_error(path, error) from error


def check_folder(folder: Path) -> None:
    """Make sure that files can be written in a folder, or that it can be made; leave no trace.

    Raises:
        OutputError: they cannot.
    """
    try:
        _try_folder(next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place)))
    except OSError as error:
        raise _output_error(folder, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it, if it is not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _output_error(folder, error) from error


def _resolve(path: Path) -> Path:
    """The regular file that is, or will be, at this path."""
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise OutputError(f"{_shown(path)}: is a folder; name a file in it")
    if place.exists() and not stat.S_ISREG(place.stat().st_mode):
        raise OutputError(f"{_shown(path)}: is no regular file; name another, or - for standard output")
    return place


def _temporary(folder: Path) -> Path:
    # Short, since the name of the file itself may be as long as the file system allows.
    return folder / f".aligner-{token_hex(8)}.tmp"


def _try_folder(folder: Path) -> None:
    temporary = _temporary(folder)
    with temporary.open("x"):
        pass
    temporary.unlink()


def _sync_folder(folder: Path) -> None:
    """Put the new name itself on the disk, where the system can: by now the file is in place, so no failure counts."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _output_error(path: Path, error: OSError) -> OutputError:
    remedy = "make its folder first" if isinstance(error, FileNotFoundError) else "choose another place"
    return OutputError(f"{_shown(path)}: cannot be written ({error.strerror or error}); {remedy}")


def _shown(path: Path) -> str:
    return clean(str(path))
