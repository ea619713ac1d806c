"""Runs that are finished: asked for again with nothing changed, there is nothing left to do.

Remembered is what a run told and the hash of each file it wrote, by all that it depends on: the files of the corpus,
all that was asked for, our code, the weights, the packages and the machine. It counts only while every file is still
as it was written.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from aligner.cache import Cache, fingerprint, key_of
from aligner.corpus import walk
from aligner.encoders import BY_LANGUAGE, ENCODERS
from aligner.encoders.remembered import surroundings
from aligner.errors import AlignerError


@dataclass(frozen=True)
class Finished:
    """A finished run.

    Attributes:
        told: what it said of its results.
        warnings: what it warned of, one line each.
        status: its exit status.
        files: the hash of what it wrote, by the absolute path.
    """

    told: str
    warnings: tuple[str, ...]
    status: int
    files: Mapping[str, str]


def question(corpus: Path, encoder: str | None, **asked: object) -> str | None:
    """The key of a run over a corpus, by all that its results depend on; None where that cannot be told.

    Args:
        corpus: the folder.
        encoder: the name of one of ours, None for the choice of them, or a folder; of any other nothing is known here.
        asked: everything else, as values of which ``repr`` tells all.
    """
    try:
        model = list(_models(encoder))
        code = our_code()
        texts = list(_texts(corpus))
    except (OSError, LookupError, AlignerError):
        return None
    settings = repr((str(corpus), encoder, sorted(asked.items())))
    return key_of(
        "run", settings, code, surroundings(), sys.version, repr(sorted(_installed())), *model, "texts", *texts
    )


def our_code() -> str:
    """A hash of our code, its tables and pages included.

    Raises:
        OSError: a file of it cannot be read.
    """
    return fingerprint(path for path in _files(Path(__file__).parent) if path.suffix != ".pyc")


def recall(cache: Cache, question: str) -> Finished | None:
    """The finished run that answers this question, if every file of it is still as it was written."""
    held = cache.get(question)
    if held is None:
        return None
    told = json.loads(held)
    found = Finished(told["told"], tuple(told["warnings"]), told["status"], told["files"])
    try:
        is_whole = _hashes(map(Path, found.files)) == found.files
    except OSError:
        return None
    return found if is_whole else None


def keep(cache: Cache, question: str, told: str, warnings: Iterable[str], status: int, written: Iterable[Path]) -> None:
    """Remember a run that is finished, and the files that it wrote."""
    try:
        files = _hashes(path.absolute() for path in written)
    except OSError:
        return
    cache.put(question, json.dumps(asdict(Finished(told, tuple(warnings), status, files))).encode())


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {str(path): fingerprint([path]) for path in paths}


def _texts(corpus: Path) -> Iterator[str]:
    """The files that are read, by name and content, and why each other one is not."""
    for path, skip in walk(corpus):
        place = corpus.joinpath(*path)
        yield "/".join(path)
        # What is no regular file is no text: to open a FIFO would be to wait for whoever writes into it.
        yield fingerprint([place]) if skip is None and place.is_file() else repr(skip)


def _models(encoder: str | None) -> Iterator[str]:
    """The versions of the encoders that may be asked.

    Raises:
        LookupError: nothing is known of this one.
    """
    if encoder is None or encoder in ENCODERS:
        for name in BY_LANGUAGE if encoder is None else (encoder,):
            if not ENCODERS[name].missing():
                yield ENCODERS.load(name)().version
    elif Path(encoder).is_dir():
        from aligner.encoders.sentence_transformer import engine_version

        yield from (engine_version(), fingerprint(_files(Path(encoder))))
    else:
        raise LookupError(encoder)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _installed() -> Iterator[str]:
    """The packages that are installed, with their versions."""
    for folder in filter(Path.is_dir, map(Path, sys.path)):
        yield from (path.name for path in folder.glob("*.dist-info"))
