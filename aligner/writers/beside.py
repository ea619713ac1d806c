"""Files that another file names: found beside it or in its folders, in a zip there too, and nowhere else."""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from aligner.errors import GoldError
from aligner.writers.cells import clean
from aligner.writers.streams import bare_name, opened

_UNSAFE = re.compile(r"[^\w-]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_LONGEST = 50
"""Characters of a safe name; of any script they are fewer than the 255 bytes that a file system allows."""

_PACKINGS = ("", ".gz")


def safe_name(name: str, otherwise: str) -> str:
    """A name for a file or folder that resembles this one, whatever it holds: letters, digits, ``_`` and ``-``."""
    return _UNSAFE.sub("_", _SUFFIX.sub("", name)).strip("_")[:_LONGEST] or otherwise


@dataclass(frozen=True, slots=True)
class Beside:
    """The folder of a file that names others, and the folders in it where they may lie."""

    folder: Path
    within: Sequence[str] = (".",)

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO | None]:
        """A file by the name that it is called, unpacked; none if there is no such file within the folder.

        Raises:
            GoldError: it cannot be read.
        """
        path = self._find(name)
        if path is not None:
            with opened(path) as file:
                yield file
            return
        with self._zipped(name) as file:
            yield file

    def _find(self, name: str) -> Path | None:
        bare = bare_name(name)
        places = (self.folder / folder / (bare + packing) for folder in self.within for packing in _PACKINGS)
        return next((place for place in places if self._holds(place)), None)

    def _holds(self, place: Path) -> bool:
        """Whether a regular file is there, and links do not lead to it out of the folder."""
        try:
            return place.is_file() and place.resolve().is_relative_to(self.folder.resolve())
        except (OSError, RuntimeError):
            return False

    @contextmanager
    def _zipped(self, name: str) -> Iterator[BinaryIO | None]:
        """The same from the zip of its first folder, as OPUS ships them: ``en.zip`` or ``Corpus_v1_raw_en.zip``."""
        bare = bare_name(name)
        lang = PurePosixPath(bare).parts[0] if "/" in bare else ""
        for path in sorted(self.folder.glob("*.zip") if lang else ()):
            if path.stem.split("_")[-1] != lang or not self._holds(path):
                continue
            try:
                with ZipFile(path) as packed:
                    member = next((one for one in packed.namelist() if f"/{one}".endswith(f"/{bare}")), None)
                    if member is not None:
                        with packed.open(member) as file:
                            yield cast(BinaryIO, file)
                            return
            except (BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
                raise GoldError(f"{clean(str(path))}: cannot be unpacked ({error}); fetch the file again") from error
        yield None
