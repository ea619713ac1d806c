"""Seeds: facts that a person wants to follow through a corpus; ``seeds/README.md`` documents their files."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aligner.errors import SeedError
from aligner.languages import normalise
from aligner.readers.ids import printable

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = {"id", "title", "phrasings"}


@dataclass(frozen=True, slots=True)
class Seed:
    """A fact to follow: ``phrasings`` holds for each language, as BCP 47, the sentences that state it."""

    id: str
    title: str
    phrasings: Mapping[str, tuple[str, ...]]


def read_seeds(path: Path | str) -> tuple[Seed, ...]:
    """The seeds of a TOML file, or of all the TOML files of a folder, in order of the files' names.

    Raises:
        SeedError: nothing to read there, a file that is no TOML, or a fact that is not as ``seeds/README.md`` says.
    """
    path = Path(path)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        raise SeedError(f"{printable(str(path))}: holds no .toml file; name a file or folder of seeds")
    homes: dict[str, Path] = {}
    seeds = []
    for file in files:
        for seed in _read(file):
            if seed.id in homes:
                where = printable(str(homes[seed.id]))
                raise SeedError(f"{printable(str(file))}: fact {seed.id!r} stands in {where} already; rename one")
            homes[seed.id] = file
            seeds.append(seed)
    return tuple(seeds)


def _read(file: Path) -> Iterator[Seed]:
    name = printable(str(file))
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SeedError(f"{name}: {error.strerror or error}; name a file or folder of seeds") from error
    except UnicodeDecodeError as error:
        raise SeedError(f"{name}: is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{name}: is no TOML: {error}; mend it there") from error
    _check_keys(table, {"fact"}, name)
    facts = table.get("fact")
    if not isinstance(facts, list) or not facts:
        raise SeedError(f"{name}: holds no fact; write each below a line [[fact]]")
    for number, fact in enumerate(facts, 1):
        yield _seed(fact, name, number)


def _seed(fact: Any, name: str, number: int) -> Seed:
    where = f"{name}: fact {number}"
    if not isinstance(fact, dict):
        raise SeedError(f"{where} is no table; write each fact below a line [[fact]]")
    id = fact.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise SeedError(f"{where} has the id {id!r}; give it one of a-z, 0-9 and hyphens, as mission-1998")
    where = f"{name}: fact {id!r}"
    _check_keys(fact, _KEYS, where)
    title = fact.get("title")
    if not isinstance(title, str) or not title.strip():
        raise SeedError(f"{where} has no title; give it a short label for people")
    phrasings = fact.get("phrasings")
    if not isinstance(phrasings, dict) or not phrasings:
        raise SeedError(f"{where} has no phrasings; give one sentence in one language at least")
    return Seed(id, title, dict(_phrasings(code, texts, where) for code, texts in phrasings.items()))


def _phrasings(code: str, texts: object, where: str) -> tuple[str, tuple[str, ...]]:
    lang = normalise(code)
    if lang is None:
        raise SeedError(f"{where} has phrasings in {code!r}, which is no language code; write one as it or en")
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise SeedError(f'{where} has no list of sentences for {code!r}; write them as ["…"]')
    return lang, tuple(texts)


def _check_keys(table: Mapping[str, object], known: set[str], where: str) -> None:
    if unknown := sorted(table.keys() - known):
        raise SeedError(f"{where} has the unknown key {unknown[0]!r}; there are only {', '.join(sorted(known))}")
