"""What a record tells beside its two texts, as named values of text, for formats that have room for any such."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.writers.formats import TEXTS, Record
from aligner.writers.notation import parsed, written
from aligner.writers.verbatim import storable

FIELDS = tuple(field.name for field in fields(SegmentPair) if field.name not in TEXTS)
"""Every field but the texts."""


def told(pair: SegmentPair, known: Mapping[str, str]) -> dict[str, str]:
    """The fields whose values differ from those that are known anyway; others have their default if nothing is told."""
    texts = {field: storable(written(field, getattr(pair, field))) for field in FIELDS}
    return {field: text for field, text in texts.items() if text != known.get(field, _DEFAULTS[field])}


def record(source: str, target: str, values: Mapping[str, str], broken: Callable[[str], GoldError]) -> Record:
    """The record of two texts and these values; where one cannot be read, the error that ``broken`` makes of why."""
    try:
        found: dict[str, Any] = {field: parsed(field, text) for field, text in values.items() if field in _DEFAULTS}
    except ValueError as error:
        return broken(str(error))
    return SegmentPair(source_text=source, target_text=target, **found)


def readable(field: str, text: str) -> bool:
    """Whether this is a value of a field."""
    try:
        parsed(field, text)
    except ValueError:
        return False
    return field in _DEFAULTS


_DEFAULTS = {field: written(field, getattr(SegmentPair(), field)) for field in FIELDS}
