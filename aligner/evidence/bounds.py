"""Bounds and approximations: what ``at least 150``, ``about thirty`` and ``a dozen`` leave open.

A bound is written before the amount: ``>=150``, ``<=150``, ``~30``.
"""

import re
from functools import cache
from math import inf

from aligner.evidence.locales import either, words

_SIGNS = {"at_least": ">=", "at_most": "<=", "about": "~"}
_NEAR = 0.1
"""How far off an amount ``about`` may be, as a share of it."""
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


def interval(value: str) -> tuple[float, float, str]:
    """The least and greatest amount that a figure's value allows, and its unit."""
    amount, _, unit = value.partition(" ")
    number = float(amount.lstrip("<>=~"))
    if amount.startswith(">="):
        return number, inf, unit
    if amount.startswith("<="):
        return -inf, number, unit
    near = _NEAR * number if amount.startswith("~") else 0.0
    return number - near, number + near, unit
