"""Hugging Face's translations: one JSON object a line, its texts by language, verbatim but for lone surrogates.

``{"translation": {"it": "Ciao.", "en": "Hello."}}``; a text in three or more languages is one object. Such a unit keeps
its name beside, as ``unit``. An object of three or more languages is read as records of the first with each other one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.multiway import sides, units
from aligner.writers.cells import whole
from aligner.writers.formats import LANGS, TEXTS, Record, TextFormat, Unfit
from aligner.writers.jsonl import holds_translation, object_line, read_object, record
from aligner.writers.lines import Line, read_lines

KEY = "translation"


def write(bitext: Bitext, file: TextIO) -> None:
    """Write one line a unit, or a record of two languages.

    Raises:
        Unfit: a record does not tell its two languages, or they are the same.
    """
    for number, pair in enumerate(bitext.pairs, 1):
        if not (pair.source_lang and pair.target_lang) or pair.source_lang == pair.target_lang:
            raise Unfit(f"record {number} does not tell two languages, and texts stand by language; name --langs it,en")
    for unit in units(bitext.pairs):
        for texts in _merged(unit):
            file.write(object_line({KEY: texts, **({"unit": unit[0].unit} if unit[0].unit else {})}))


def read(file: TextIO) -> Iterator[Record]:
    """The records of a file; fields of ours beside the texts are read, others are passed over."""
    for line in read_lines(file):
        found = read_object(line)
        yield from (found,) if isinstance(found, GoldError) else records(found, line)


def records(found: Mapping[str, Any], line: Line) -> Iterator[Record]:
    """The records of an object that holds a translation, or what is wrong with it."""
    texts = found.get(KEY)
    if isinstance(texts, dict):
        texts = {lang: text for lang, text in texts.items() if text is not None}
    if not isinstance(texts, dict) or len(texts) < 2 or not all(isinstance(text, str) for text in texts.values()):
        yield line.broken(f'its {KEY} must be two texts or more by language, as {{"it": "Ciao.", "en": "Hello."}}')
        return
    (source_lang, source_text), *others = texts.items()
    named = {"unit": f"u{line.number}"} if len(others) > 1 else {}
    for target_lang, target_text in others:
        langs = {"source_lang": source_lang, "target_lang": target_lang}
        yield record({**named, **found, **langs, "source_text": source_text, "target_text": target_text}, line.broken)


def _merged(unit: tuple[SegmentPair, ...]) -> list[dict[str, str]]:
    """The texts of a unit by language; where a language has several texts, those of each record."""
    held = {(side.lang, side.text) for pair in unit for side in sides(pair)}
    each = [{side.lang: whole(side.text) for side in sides(pair)} for pair in unit]
    if len(held) > len({lang for lang, _ in held}):
        return each
    return [{lang: text for texts in each for lang, text in texts.items()}]


FORMAT = TextFormat(
    write=write,
    read=read,
    known=holds_translation,
    carries=TEXTS | LANGS | {"unit"},
    nulls=True,
)
