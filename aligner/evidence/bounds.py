"""Bounds and approximations: what ``at least 150``, ``about thirty`` and ``a dozen`` leave open.

A bound is written before the amount: ``>=150``, ``<=150``, ``~30``.
"""

import re
from functools import cache

from aligner.evidence.locales import either, words

_SIGNS = {"at_least": ">=", "at_most": "<=", "about": "~"}
_LONGEST = 24
"""Characters of the longest words of a bound, and the space behind them."""


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    groups = (f"(?P<{name}>{either(words(lang).get(name, ()))})" for name in _SIGNS)
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})\s+$", re.IGNORECASE)


def bound_before(text: str, start: int, lang: str) -> str:
    """The sign of the bound whose words end where an amount starts; empty where there is none."""
    match = _pattern(lang).search(text[max(0, start - _LONGEST) : start])
    return _SIGNS[match.lastgroup] if match and match.lastgroup else ""
