"""Clauses: the parts of a sentence that state something of their own."""

import re
import tomllib
from functools import cache
from importlib.resources import files

_MARKS = r"(?<=[,;:–—)，；：、）])(?!\d)\s*|\s*(?=[(（])"
_WORDS = re.compile(r"[^\W\d_]{2,}")
_WORDS_OF_A_CLAUSE = 3
_LETTERS_OF_A_CLAUSE = 6
"""What a clause has at least; letters count where words are not spaced."""


def clauses(text: str, lang: str) -> tuple[tuple[int, int], ...]:
    """The spans of a sentence's clauses, in order, without gap or overlap; one at least.

    A sentence is cut behind marks and before the words of its language that open a clause, where both sides have enough
    words to state something. ``lang`` is BCP 47; an unknown language is cut at marks only.
    """
    spans = []
    start = 0
    for match in _cuts(lang.partition("-")[0]).finditer(text):
        if states(text[start : match.end()]) and states(text[match.end() :]):
            spans.append((start, match.end()))
            start = match.end()
    return (*spans, (start, len(text)))


def states(part: str, n_clauses: int = 1) -> bool:
    """Whether a text has words, or letters where these are not spaced, for so many clauses."""
    words = _WORDS.findall(part)
    unspaced = not part.isascii() and max(map(len, words), default=0) >= n_clauses * _LETTERS_OF_A_CLAUSE
    return len(words) >= n_clauses * _WORDS_OF_A_CLAUSE or (unspaced and _is_unspaced(part))


def _is_unspaced(part: str) -> bool:
    return re.search(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]", part) is not None


@cache
def _cuts(lang: str) -> re.Pattern[str]:
    words = tomllib.loads(files("aligner").joinpath("data/clauses.toml").read_text("utf-8")).get(lang)
    opening = rf"|\s+(?=(?:{'|'.join(words)})\b)" if words else ""
    return re.compile(_MARKS + opening)
