r"""One JSON object a line, its fields those of ``SegmentPair``; texts are verbatim, newlines and all.

Numbers are rounded to 4 decimals and ``null`` where nothing was measured; sentences and spans are arrays of integers,
``crossing`` is ``true`` or ``false``, ``evidence`` an array of objects, their fields those of ``Tie``.
Letters of every script stand as themselves. Control characters, line and paragraph separators, marks of direction with
reach and lone surrogates are written ``\uXXXX``, so that a line stays a line and a terminal stays as it is.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from math import isfinite, nan
from typing import Any, TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import Dropped
from aligner.errors import GoldError
from aligner.evidence import Tie
from aligner.readers.ids import escaped
from aligner.writers.formats import Head, Record, TextFormat
from aligner.writers.lines import Line, read_lines

_TRANSLATION = re.compile(r'\s*\{(?:.*[{,\s])?"translation"\s*:\s*\{')


def write(bitext: Bitext, file: TextIO) -> None:
    """Write one line a record."""
    file.writelines(map(object_line, map(values_of, bitext.pairs)))


def write_dropped(dropped: Iterable[Dropped], file: TextIO) -> None:
    """Write the same fields and ``reason``, one line a record; ``read`` passes over the reason."""
    file.writelines(object_line({**values_of(one.pair), "reason": one.reason}) for one in dropped)


def read(file: TextIO) -> Iterator[Record]:
    """The records of a file; what an object does not hold has its default, what we do not know is passed over."""
    return map(_record, read_lines(file))


def holds_translation(head: Head) -> bool:
    """Whether the first object holds its texts as a ``translation`` by language, as Hugging Face has it."""
    return bool(head.lines and _TRANSLATION.match(head.lines[0]))


def read_object(line: Line) -> dict[str, Any] | GoldError:
    """The object on a line, or that there is none."""
    try:
        found = json.loads(line.text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else line.broken("each line must be one JSON object")


def record(found: Mapping[str, object], broken: Callable[[str], GoldError]) -> Record:
    """The record of an object; where a field cannot be read, the error that ``broken`` makes of why."""
    values: dict[str, Any] = {}
    for name in found.keys() & _KINDS.keys():
        try:
            values[name] = _probability(found[name]) if name == "p" else _READ[_KINDS[name]](found[name])
        except ValueError as error:
            return broken(f"its {name} must be {error}")
    return SegmentPair(**values)


def values_of(pair: SegmentPair) -> dict[str, object]:
    """The fields of a record as JSON has them."""
    return {name: _WRITE[kind](getattr(pair, name)) for name, kind in _KINDS.items()}


def object_line(values: Mapping[str, object]) -> str:
    """An object as one line of a file."""
    return escaped(json.dumps(values, ensure_ascii=False)) + "\n"


def _record(line: Line) -> Record:
    found = read_object(line)
    return found if isinstance(found, GoldError) else record(found, line.broken)


def _rounded(number: float) -> float | None:
    return round(float(number), 4) + 0.0 if isfinite(number) else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a string")
    return value


def _number(value: object) -> float:
    if value is None:
        return nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number or null")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("a number that fits a float") from None


def _probability(value: object) -> float:
    number = _number(value)
    if number < 0 or number > 1:
        raise ValueError("a number from 0 to 1, or null")
    return number


def _indices(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(index) is int and index >= 0 for index in value):
        raise ValueError("an array of integers from 0 on")
    return tuple(value)


def _span(value: object) -> tuple[int, ...]:
    if len(span := _indices(value)) != 2:
        raise ValueError("an array of two integers")
    return span


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError("an array of strings")
    return tuple(value)


def _ties(value: object) -> tuple[Tie, ...]:
    if not isinstance(value, list):
        raise ValueError("an array of objects")
    return tuple(map(_tie, value))


def _tie(value: object) -> Tie:
    kinds = {field.name: field.type for field in fields(Tie)}
    if not isinstance(value, dict) or not kinds.keys() <= value.keys():
        raise ValueError(f"an array of objects, each with {', '.join(kinds)}")
    found: dict[str, Any] = {}
    for name, kind in kinds.items():
        try:
            found[name] = _READ[kind](value[name])
        except ValueError as error:
            raise ValueError(f"an array of objects, the {name} of each {error}") from error
    return Tie(**found)


_KINDS: Mapping[str, Any] = {field.name: field.type for field in fields(SegmentPair)}

_WRITE: Mapping[Any, Callable[[Any], object]] = {
    str: str,
    float: _rounded,
    bool: bool,
    tuple[int, ...]: list,
    tuple[int, int]: list,
    tuple[str, ...]: list,
    tuple[Tie, ...]: lambda ties: list(map(asdict, ties)),
}

_READ: Mapping[Any, Callable[[object], object]] = {
    str: _text,
    float: _number,
    bool: _flag,
    tuple[int, ...]: _indices,
    tuple[int, int]: _span,
    tuple[str, ...]: _texts,
    tuple[Tie, ...]: _ties,
}

FORMAT = TextFormat(
    write=write,
    read=read,
    known=lambda head: bool(head.lines) and head.lines[0].lstrip().startswith("{") and not holds_translation(head),
    carries=frozenset(_KINDS),
    nulls=True,
)
