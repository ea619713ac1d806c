"""Numbers said in words: cardinals, ordinals and collectives."""

from collections.abc import Callable
from functools import cache, lru_cache

from aligner.evidence.locales import words

_FILLERS = ("", *"oaeiy")
"""Last letters that cardinals lose before the ending of the ordinal: ``ventuno``, ``ventunesimo``."""


def collective(word: str, lang: str) -> int | None:
    """The amount a case-folded noun as ``trentina`` or ``dozen`` stands for."""
    amount: int | None = words(lang).get("collectives", {}).get(word)
    return amount


@lru_cache(maxsize=1 << 16)
def numeral(said: str, lang: str) -> int | None:
    """The number that case-folded words say, of whichever sort."""
    return collective(said, lang) or ordinal(said, lang) or _cardinal(said, lang)


@lru_cache(maxsize=1 << 16)
def ordinal(word: str, lang: str) -> int | None:
    """The number of a case-folded ordinal as ``trentunesimo`` or ``thirty-first``."""
    known = words(lang)
    tens, _, last = word.rpartition("-")
    if last in known.get("ordinals", {}):
        more = _cardinal(tens, lang) if tens else 0
        return None if more is None else more + int(known["ordinals"][last])
    for ending in sorted(known.get("ordinal_endings", ()), key=len, reverse=True):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            found = filter(None, (_cardinal(stem + letter, lang) for letter in _FILLERS))
            return next(found, None)
    return None


def _cardinal(said: str, lang: str) -> int | None:
    read = _reader(lang.partition("-")[0])
    if read is None or not said:
        return None
    try:
        return int(read(said, lang.partition("-")[0]))
    except ValueError:
        return None


@cache
def _reader(lang: str) -> Callable[[str, str], int] | None:
    from text_to_num import text2num

    read: Callable[[str, str], int] = text2num
    try:
        read("1", lang)
    except ValueError as error:
        return None if "unsupported" in str(error) else read
    return read
