"""Files named for a pair of languages, ``NAME.it-en.it`` beside ``NAME.it-en.en``, and records by such pairs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from aligner.bitext import SegmentPair
from aligner.languages import normalise
from aligner.writers.formats import Unfit
from aligner.writers.streams import SUFFIXES, bare_name

Langs = tuple[str, str]

_CODE = re.compile(r"[A-Za-z0-9]{2,8}(?:[_-][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class PairFiles:
    """The files of one pair of languages, ``stem.CODE`` each with the suffix of a compression or none.

    ``stem`` ends in the pair: ``a.it-en``, or as in the BUCC shared task ``it-en.training``.
    """

    stem: Path
    codes: Langs
    packing: str = ""

    def path(self, ending: str) -> Path:
        """The file with this ending, as it is to be written."""
        return self.stem.with_name(f"{self.stem.name}.{ending}{self.packing}")

    def found(self, ending: str) -> Path | None:
        """The file with this ending that is there, compressed or not."""
        places = (self.stem.with_name(f"{self.stem.name}.{ending}{packing}") for packing in ("", *SUFFIXES))
        return next((place for place in places if place.is_file()), None)

    @property
    def is_there(self) -> bool:
        """Whether both texts are."""
        return all(self.found(code) for code in self.codes)


def by_langs(records: Iterable[SegmentPair]) -> dict[Langs, list[SegmentPair]]:
    """The records of each pair of languages.

    Raises:
        Unfit: a record tells no two different languages that can name files.
    """
    groups: dict[Langs, list[SegmentPair]] = {}
    for record in records:
        groups.setdefault((record.source_lang, record.target_lang), []).append(record)
    for source, target in groups:
        if not (_CODE.fullmatch(source) and _CODE.fullmatch(target)) or source.lower() == target.lower():
            raise Unfit(
                f"its files are named for two languages, and records have {source!r:.20} and {target!r:.20}; "
                "tell them with --langs"
            )
    return groups


def new_files(path: Path, suffix: str, langs: Iterable[Langs], tag: str = "") -> dict[Langs, PairFiles]:
    """The files to write for these pairs: for each where the path has the suffix, for one where it names that one.

    For a path with the suffix they are called by its name without it, the tag, and the pair.

    Raises:
        Unfit: the path names one pair, and there are others.
    """
    bare = bare_name(path.name)
    packing = path.name[len(bare) :]
    if bare.lower().endswith(suffix):
        base = bare[: -len(suffix)] + tag
        return {pair: PairFiles(path.with_name(f"{base}.{'-'.join(pair)}"), pair, packing) for pair in langs}
    files = {}
    for pair in langs:
        fitting = [one for one in candidates(path) if [*map(_spelling, one.codes)] == [*map(_spelling, pair)]]
        if not fitting:
            raise Unfit(f"the name is for one pair of languages, and records are {'-'.join(pair)}; write NAME{suffix}")
        files[pair] = replace(fitting[0], packing=packing)
    return files


def found_files(path: Path, suffix: str, tag: str = "") -> list[PairFiles]:
    """The files that are there for a path with the suffix, by name, or for one that names a pair; see ``new_files``."""
    bare = bare_name(path.name)
    if not bare.lower().endswith(suffix):
        return [one for one in candidates(path) if one.is_there][:1]
    base = bare[: -len(suffix)] + tag
    try:
        names = {bare_name(place.name) for place in path.parent.iterdir()}
    except OSError:
        return []
    of_base = sorted(name for name in names if name.startswith(f"{base}.") and name.count(".") == base.count(".") + 2)
    found = (one for name in of_base for one in candidates(path.with_name(name)))
    return list(dict.fromkeys(one for one in found if one.is_there))


def candidates(path: Path) -> list[PairFiles]:
    """What ``NAME.it-en`` or ``NAME.it-en.it`` may mean: ``pt-BR-en`` can be cut in two ways."""
    name, _, last = bare_name(path.name).rpartition(".")
    cuts = [cut for cut in cut_pair(name.rpartition(".")[2]) if last in cut] if "." in name else []
    if cuts:
        return [PairFiles(path.with_name(name), cut) for cut in cuts]
    return [PairFiles(path.with_name(f"{name}.{last}"), cut) for cut in cut_pair(last)] if name else []


def cut_pair(pair: str) -> list[Langs]:
    """The ways to cut a pair in two codes."""
    cuts = ((pair[: mark.start()], pair[mark.end() :]) for mark in re.finditer("-", pair))
    return [cut for cut in cuts if all(map(_CODE.fullmatch, cut))]


def names_pair(name: str) -> bool:
    """Whether a file's name ends in a pair of languages that we know, as ``a.it-en`` or ``a.it-en.it``."""
    return any(all(map(normalise, one.codes)) for one in candidates(Path(name)))


def _spelling(code: str) -> str:
    return normalise(code) or code
