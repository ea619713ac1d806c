"""The fields of a record that are no texts as formats write them: numbers, sentences, spans, flags, ties.

Numbers have 4 decimals and are empty where nothing was measured, sentences are written ``0,1``, spans ``12-80``,
``crossing`` is ``1`` or ``0``, ``flags`` have commas between, ``evidence`` is written as ``ties`` says.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from math import nan
from typing import Any

from aligner.writers.cells import number_cell
from aligner.writers.ties import text_ties, ties_text

_SENTENCES = re.compile(r"(?:[0-9]{1,15}(?:, ?[0-9]{1,15})*)?")
_SPAN = re.compile(r"([0-9]{1,15})-([0-9]{1,15})")

NUMBERS = ("p", "score", "cosine", "margin")
"""Fields that are numbers with decimals."""

_INDICES = ("source_sentences", "target_sentences")
_SPANS = ("source_span", "target_span")


def written(field: str, value: Any) -> str:
    """A field's value as text; texts are as they are."""
    return _WRITE.get(field, str)(value)


def parsed(field: str, text: str) -> Any:
    """The value of a field that was written so.

    Raises:
        ValueError: it was not; the message says what the field is and why it cannot be.
    """
    try:
        return _READ.get(field, str)(text)
    except ValueError as error:
        raise ValueError(f"its {field} is {text!r:.40}, which is {error}") from None


def _number(text: str) -> float:
    try:
        return float(text) if text else nan
    except ValueError:
        raise ValueError("no number") from None


def _probability(text: str) -> float:
    number = _number(text)
    if number < 0 or number > 1:
        raise ValueError("no probability, from 0 to 1")
    return number


def _sentences(text: str) -> tuple[int, ...]:
    if not _SENTENCES.fullmatch(text):
        raise ValueError("no list of sentences, as 0,1")
    return tuple(map(int, text.split(","))) if text else ()


def _span(text: str) -> tuple[int, int]:
    if not (found := _SPAN.fullmatch(text)):
        raise ValueError("no span, as 12-80")
    return int(found[1]), int(found[2])


def _crossing(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise ValueError("neither 1 nor 0")
    return text == "1"


def _joined(separator: str) -> Callable[[Iterable[int]], str]:
    return lambda numbers: separator.join(map(str, numbers))


_WRITE: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(NUMBERS, number_cell),
    **dict.fromkeys(_INDICES, _joined(",")),
    **dict.fromkeys(_SPANS, _joined("-")),
    "crossing": lambda crossing: str(int(crossing)),
    "flags": ",".join,
    "evidence": ties_text,
}

_READ: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(NUMBERS, _number),
    "p": _probability,
    **dict.fromkeys(_INDICES, _sentences),
    **dict.fromkeys(_SPANS, _span),
    "crossing": _crossing,
    "flags": lambda text: tuple(text.split(",")) if text else (),
    "evidence": text_ties,
}
