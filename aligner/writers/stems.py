"""Files that belong together by their stems: ``a.gold`` and ``a.vecalign``, in a folder each or picked by a pattern."""

from collections.abc import Collection
from pathlib import Path

from aligner.errors import GoldError
from aligner.writers.cells import clean


def holds_several(place: Path) -> bool:
    """Whether this is a folder or a pattern with ``*``, not one file."""
    return place.is_dir() or ("*" in place.name and not place.exists())


def files_by_stem(place: Path, suffixes: Collection[str] = ()) -> dict[str, Path]:
    """The regular files of a folder, or those that a pattern as ``folder/*.gold`` matches, by stem, in name order.

    Args:
        place: the folder or pattern; files in folders below and hidden files do not count.
        suffixes: in a folder, only files with one of these, unless there are none.

    Raises:
        GoldError: the folder cannot be read, there is no file, or two have the same stem.
    """
    shown = clean(str(place))
    try:
        found = place.iterdir() if place.is_dir() else place.parent.glob(place.name)
        every = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise GoldError(f"{shown}: {error.strerror or error}; name a folder that can be read") from error
    chosen = [path for path in every if place.is_dir() and path.suffix.lower() in suffixes] or every
    files: dict[str, Path] = {}
    for path in chosen:
        if path.stem in files:
            raise GoldError(
                f"{shown}: both {clean(files[path.stem].name)!r} and {clean(path.name)!r} are there; "
                "keep one for each document, or pick them as 'folder/*.gold'"
            )
        files[path.stem] = path
    if not files:
        raise GoldError(f"{shown}: holds no files; put one there for each document pair")
    return files
