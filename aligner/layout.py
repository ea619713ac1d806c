"""What the path of a document says: its language, and the name that it shares with its translations."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aligner.languages import normalise
from aligner.readers import split_suffix

Parts = tuple[str, ...]
"""A path, relative to its corpus, as its folders and its file name."""

_TAGS = (
    # a.it, a_it, a-it after a tag of two parts: a.pt-br, a_pt-BR, a.zh_Hans, a_pt_BR; or the code alone: it, ita_Latn.
    re.compile(
        r"(?P<base>.*)(?P<mark>[._-])(?P<code>[a-z]{2,3}(?:(?!(?P=mark))[_-](?:[a-z]{4}|[a-z]{2}))+)", re.I | re.S
    ),
    re.compile(r"(?P<base>.*)[._-](?P<code>[a-z]{2,3}(?:[_-][A-Z][a-z]{3})?[_-][A-Z]{2})", re.S),
    re.compile(r"(?P<base>.*)[._-](?P<code>[a-z]{2,3})", re.I | re.S),
    re.compile(r"(?P<base>)(?P<code>[a-z]{2,3}(?:[_-][A-Z][a-z]{3})?(?:[_-][A-Z]{2})?)"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document lies.

    ``lang`` is the language that its folder or file name tells, None if neither does. ``name`` is the path without
    language and suffix, equal for translations of each other. Short words are codes too (``how_to``, ``what_is``): a
    place that is not ``is_certain`` is to be believed if the text agrees, and else has the name ``plain_name``.
    """

    lang: str | None
    name: str
    is_certain: bool
    plain_name: str


def find_places(paths: Sequence[Parts]) -> list[Place]:
    """The places of a corpus's files.

    A folder named for a language tells it, the first such on the path; so does the end of a file name, as in
    ``a.it.txt``, ``a_it.txt`` or ``it.txt``. Either is certain where another language stands beside it: the folders
    ``it`` and ``en`` in one folder, or the files ``a.it.txt`` and ``a.en.html``. Where two such folders hold a file of
    one name, as ``it/a.it.txt`` and ``en/a.it.txt``, its end is part of the name.
    """
    same: dict[Parts, set[str]] = defaultdict(set)
    beside: dict[tuple[Parts, str | None], set[str]] = defaultdict(set)
    for path in paths:
        for i, lang in _folder_lang(path):
            # Three letters are too often a word: mon, sun, cat, fin.
            if len(path[i]) != 3:
                beside[path[:i], None].add(lang)
            same[_without(path, i)].add(lang)
        base, tag = _tagged(path)
        if tag:
            beside[path[:-1], base].add(tag)
    return [_place(path, beside, same) for path in paths]


def _place(path: Parts, beside: Mapping[tuple[Parts, str | None], set[str]], same: Mapping[Parts, set[str]]) -> Place:
    plain = "/".join((*path[:-1], split_suffix(path[-1])[0]))
    base, tag = _tagged(path)
    for i, lang in _folder_lang(path):
        *folders, stem = _without(path, i)
        is_tagged = tag == lang and len(same[*folders, stem]) < 2
        name = "/".join((*folders, base if is_tagged else stem))
        return Place(lang, name, len(path[i]) != 3 and len(beside[path[:i], None]) > 1, plain)
    if tag is None:
        return Place(None, plain, False, plain)
    return Place(tag, "/".join((*path[:-1], base)), len(beside[path[:-1], base]) > 1, plain)


def _without(path: Parts, i: int) -> Parts:
    """The path without one of its folders and without suffix."""
    return (*path[:i], *path[i + 1 : -1], split_suffix(path[-1])[0])


def _folder_lang(path: Parts) -> list[tuple[int, str]]:
    """The first folder on the path that names a language, by its position; empty if none does."""
    codes = ((i, normalise(part)) for i, part in enumerate(path[:-1]))
    return next(([(i, code)] for i, code in codes if code), [])


def _tagged(path: Parts) -> tuple[str, str | None]:
    """The file name without suffix and language, and the language; None where it ends in no code."""
    stem = split_suffix(path[-1])[0]
    for pattern in _TAGS:
        if (match := pattern.fullmatch(stem)) and (lang := normalise(match["code"])):
            return match["base"], lang
    return stem, None
