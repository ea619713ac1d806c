"""Bounds and approximations: what ``at least 150``, ``about thirty`` and ``a dozen`` leave open.

A bound is written before the amount: ``>=150``, ``<=150``, ``~30``.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any

_SIGNS = {"at_least": ">=", "at_most": "<=", "about": "~"}
_NEAR = 0.1
"""How far off an amount ``about`` may be, as a share of it."""


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("aligner.evidence").joinpath("data/bounds.toml").read_text("utf-8"))


@cache
def _pattern(lang: str) -> re.Pattern[str] | None:
    words = _words().get(lang.partition("-")[0])
    if words is None:
        return None
    groups = (f"(?P<{name}>{'|'.join(map(re.escape, words[name]))})" for name in _SIGNS)
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})\s*$", re.IGNORECASE)


def bound_before(text: str, start: int, lang: str) -> str:
    """The sign of the bound whose words end where an amount starts; empty where there is none."""
    pattern = _pattern(lang)
    match = pattern.search(text[max(0, start - 24) : start]) if pattern else None
    return _SIGNS[match.lastgroup] if match and match.lastgroup and len(match[0].strip()) > 3 else ""


def collective(word: str, lang: str) -> int | None:
    """The amount a case-folded noun as ``trentina`` or ``dozen`` stands for."""
    amount = _words().get(lang.partition("-")[0], {}).get("collectives", {}).get(word)
    return amount if amount is None else int(amount)


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
