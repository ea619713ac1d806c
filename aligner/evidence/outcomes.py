"""Outcomes: what came out one way or the other, as won or lost, approved or rejected.

Kind ``outcome``; the value is the outcome in English, ``won``, or ``not won`` where the text denies it.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aligner.evidence.mention import Mention

WON, BEAT = "won", "beat"
_NOT = "not "
_WORD = r"[^\s'’,;:.!?()—–]+"
"""A word of the same clause."""
_WORDS = re.compile(r"\w+")
_START = 3
"""Letters that tell most words from those that begin an outcome."""
_WORDS_BETWEEN = 3
"""Words that may stand between a negation and what it denies: ``has not yet been approved``."""
_WORDS_OF_A_GAP = 6
"""Words that ``…`` stands for at most."""
_REACH = 80
"""Characters before an outcome in which such words are looked for; of a negation farther off nobody knows its end."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """What a language says: each outcome a named group, and what denies it or leaves it open, before or behind it.

    ``starts`` are the first letters of the words with which outcomes begin: most words are none.
    """

    starts: frozenset[str]
    outcomes: re.Pattern[str]
    denied: re.Pattern[str]
    open: re.Pattern[str]
    denied_behind: re.Pattern[str]


def outcomes(text: str, lang: str) -> list[Mention]:
    """The outcomes that a text states or denies, in order; none for a language that ``data/outcomes.toml`` lacks."""
    phrases = _phrases(lang.partition("-")[0])
    if not phrases:
        return []
    found: list[Mention] = []
    for word in _WORDS.finditer(text):
        if word[0][:_START].casefold() not in phrases.starts or (found and word.start() < found[-1].span[1]):
            continue
        if (match := phrases.outcomes.match(text, word.start())) and (value := _value(match, text, phrases)):
            found.append(Mention("outcome", value, match.span()))
    return found


def _value(match: re.Match[str], text: str, phrases: _Phrases) -> str:
    """The value of an outcome that a text says; empty where it leaves open whether it came so."""
    outcome = match.lastgroup or ""
    if _data()[question(outcome)].get("undeniable"):
        return outcome
    before, behind = text[max(0, match.start() - _REACH) : match.start()], text[match.end() :]
    if phrases.open.search(before):
        return ""
    return _NOT + outcome if phrases.denied.search(before) or phrases.denied_behind.match(behind) else outcome


def question(value: str) -> str:
    """What a value answers: ``contest`` for ``won`` and ``not lost``."""
    return _questions()[_plain(value)]


def is_of_somebody(value: str) -> bool:
    """Whether a value says nothing but of somebody: one side's victory is the other's defeat."""
    return bool(_data()[question(value)].get("named"))


def is_of_many(value: str) -> bool:
    """Whether a number beside a value says of how many it holds, as of the dead and the injured."""
    return bool(_data()[question(value)].get("counted"))


def implied(value: str) -> str:
    """The outcome that a value comes to: who beat another has won."""
    return WON if value == BEAT else value


def oppose(one: str, other: str) -> bool:
    """Whether two values cannot both be: ``won`` and ``lost``, ``won`` and ``not won``; not two that are denied."""
    if question(one) != question(other):
        return False
    ones, others = implied(one), implied(other)
    if _is_denied(ones) != _is_denied(others):
        return _plain(ones) == _plain(others)
    return not _is_denied(ones) and ones != others


def _is_denied(value: str) -> bool:
    return value.startswith(_NOT)


def _plain(value: str) -> str:
    return value.removeprefix(_NOT)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("aligner.evidence").joinpath("data/outcomes.toml").read_text("utf-8"))


@cache
def _questions() -> dict[str, str]:
    return {
        outcome: name
        for name, outcomes in _data().items()
        if name != "negation"
        for outcome, said in outcomes.items()
        if isinstance(said, dict)
    }


@cache
def _phrases(lang: str) -> _Phrases | None:
    negation = _data()["negation"].get(lang)
    if negation is None:
        return None
    said = {name: _data()[asked][name][lang] for name, asked in _questions().items() if lang in _data()[asked][name]}
    groups = (f"(?P<{outcome}>{_either(phrases)})" for outcome, phrases in said.items())
    starts = (_WORDS.match(phrase) for phrases in said.values() for phrase in phrases)
    denial = rf"(?<!\w)(?:{_either(negation['not'])})(?!\w)(?!\s+(?:{_either(negation['only'])})\b)"
    near = rf"(?:[\s'’]+{_WORD}){{0,{_WORDS_BETWEEN}}}[\s'’]*$"
    far = rf"(?:[\s'’]+{_WORD}){{{_WORDS_BETWEEN + 1},}}[\s'’]*$"
    return _Phrases(
        frozenset(start[0][:_START] for start in starts if start),
        re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE),
        re.compile(denial + near, re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{_either(negation['perhaps'])})(?!\w){near}|{denial}{far}", re.IGNORECASE),
        re.compile(
            rf"(?:\s+{_WORD}){{0,{_WORDS_BETWEEN}}}\s+(?:{_either(negation.get('not_behind', ()))})(?!\w)",
            re.IGNORECASE,
        ),
    )


def _either(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases; it reaches to the ``…`` of those that have one."""
    return "|".join(map(_pattern, sorted(phrases, key=len, reverse=True))) or "(?!)"


def _pattern(phrase: str) -> str:
    head, _, tail = (re.escape(part).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for part in phrase.partition(" … "))
    return head + (rf"(?=(?:\s+{_WORD}){{0,{_WORDS_OF_A_GAP}}}?\s+{tail}(?!\w))" if tail else "")
