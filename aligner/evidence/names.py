"""Names, acronyms, and words that stay alike in all languages."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from aligner.evidence.locales import LocaleTables, tables
from aligner.evidence.mention import Mention

_WORD = re.compile(r"(?:[DNO]['’](?=[A-Z]))?[^\W\d_][\w-]*")
_CODE = re.compile(r"`([^`\s][^`]*)`|\b[\w-]+(?:[./][\w-]+)*\.[a-z]{2,4}\b")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\u1000-\u109f\u1780-\u17ff]+")
_INITIALS = re.compile(r"(?<!\w)(?:[A-Z]\.){2,}")
_LONGEST = 4
"""Words of the longest names that are looked up."""
_ENDINGS = 2
"""Letters by which an adjective's forms differ at most: ``bielorusso``, ``bielorussi``."""
_STEM = 5
_LETTERS_OF_A_WORD = 7
"""Shorter words look alike by chance."""
_LETTERS_OF_A_NAME = 5
"""The same for a first word, which may be a name: few words begin both texts."""


def names(text: str, lang: str) -> list[Mention]:
    """The names of a text, in order; a sentence's first word only where it is known as a name.

    Names that CLDR knows are given by its code, whatever the language; all others word by word in Latin letters. So are
    long words, which may have cognates.
    """
    table = tables(lang)
    found = [Mention("word", match[1] or match[0], match.span()) for match in _CODE.finditer(text)]
    found += [Mention("acronym", _code(match[0], table), match.span()) for match in _INITIALS.finditer(text)]
    taken = [mention.span for mention in found]
    matches = [
        match
        for match in _WORD.finditer(text)
        if not _UNSPACED.match(match[0]) and all(match.end() <= start or end <= match.start() for start, end in taken)
    ]
    index = 0
    while index < len(matches):
        mention, n_words = _mention(text, matches[index : index + _LONGEST], index == 0, table)
        if mention:
            found.append(mention)
        index += n_words
    return sorted(found + _unspaced(text, table), key=lambda mention: mention.span)


def _mention(text: str, words: list[re.Match[str]], is_first: bool, table: LocaleTables) -> tuple[Mention | None, int]:
    """What the next words mention, and how many of them."""
    start, word = words[0].start(), words[0][0]
    if _is_capital(word):
        for n_words in range(len(words), 0, -1):
            end = words[n_words - 1].end()
            longest = max(words[:n_words], key=lambda part: len(part[0]))[0]
            if end - start > 2 and _is_capital(longest) and (code := table.names.get(text[start:end].casefold())):
                return Mention("name", code, (start, end)), n_words
    span = words[0].span()
    if code := _demonym(word.casefold(), table):
        return Mention("name", code, span), 1
    if word in _acronyms() or word in table.initials or (word.isupper() and 1 < len(word) < 7):
        return Mention("acronym", _code(word, table), span), 1
    if word[0].isupper() and not is_first and len(word) > 2:
        return Mention("name", _latin(word), span), 1
    if len(word) >= (_LETTERS_OF_A_NAME if is_first else _LETTERS_OF_A_WORD) and (
        is_first or word[0].upper() != word[0]
    ):
        return Mention("cognate", _latin(word), span), 1
    return None, 1


def _is_capital(word: str) -> bool:
    """Whether a word has a capital, or no script with capitals: ``la riunione`` is not the island La Riunione."""
    return word[0] != word[0].lower() or word[0].upper() == word[0].lower()


def _demonym(word: str, table: LocaleTables) -> str | None:
    stems = (word[: len(word) - cut] for cut in range(_ENDINGS + 1) if len(word) - cut >= _STEM)
    return next((code for stem in stems if (code := table.demonyms.get(stem))), None)


def _unspaced(text: str, table: LocaleTables) -> list[Mention]:
    """The names that CLDR knows in scripts without spaces, the longest first."""
    found = []
    for run in _UNSPACED.finditer(text):
        start = run.start()
        while start < run.end():
            ends = range(min(run.end(), start + 8), start + 1, -1)
            end = next((end for end in ends if text[start:end] in table.names or text[start:end] in _acronyms()), 0)
            if end:
                said = text[start:end]
                found.append(Mention("name", table.names.get(said) or _acronyms()[said], (start, end)))
            start = end or start + 1
    return found


def _code(acronym: str, table: LocaleTables) -> str:
    return _acronyms().get(acronym) or table.initials.get(acronym) or _latin(acronym)


@cache
def _acronyms() -> dict[str, str]:
    listed = tomllib.loads(files("aligner.evidence").joinpath("data/acronyms.toml").read_text("utf-8"))
    return {form: code for code, forms in listed.items() for form in forms}


@cache
def _latin(word: str) -> str:
    from anyascii import anyascii

    return anyascii(word).casefold().strip() or word.casefold()
