"""What is suspicious about the records of a bitext, apart from what they mean: a name for each fault.

The reasons for the thresholds stand beside them; each errs on the side of saying nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median

from aligner.bitext import SegmentPair
from aligner.document import UNDETERMINED
from aligner.evidence import FIGURES, Mention, gather
from aligner.languages import detect

MIN_WORDS = 4
"""Fewer words may well be the same in two languages: names, titles, addresses."""

MIN_LETTERS = 40
"""Shorter segments do not tell their language."""

MIN_CONFIDENCE = 0.99
"""A segment with foreign names or a quotation is not yet in another language."""

MAX_RATIO = 3.0
"""So many times longer or shorter than is usual in this bitext."""

SMOOTHING = 15
"""Characters added to both sides: short segments vary more than long ones."""

_WORD = re.compile(r"[^\W\d_]+")
_FOLDED = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\d(?:[\d.,:'’\s]*\d)?")
_PLAIN = re.compile(r"(?<![\w'’.,])\d[\d.,'’\s]*\d(?![A-Za-z\d])")
"""Several digits. One digit, the 16th, the 1970s and the '70s are often words or Roman numerals in another language."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A record and what the rest of its bitext says of it: the usual ratio of lengths, and whether it came before."""

    pair: SegmentPair
    usual: float
    is_repeated: bool


def flag(pairs: Sequence[SegmentPair]) -> list[tuple[str, ...]]:
    """The flags of each record, in the order of ``FLAGS``; the pairs are one bitext, in their order."""
    usual = _usual(pairs)
    seen: set[tuple[str, str]] = set()
    found = []
    for pair in pairs:
        folded = _folded(pair.source_text), _folded(pair.target_text)
        record = _Record(pair, usual, any(folded) and folded in seen)
        seen.add(folded)
        found.append(tuple(name for name, holds in FLAGS.items() if holds(record)))
    return found


def _is_empty(record: _Record) -> bool:
    return not all(map(str.strip, _texts(record)))


def _has_number_mismatch(record: _Record) -> bool:
    """A figure that nothing answers, or that contradicts the other side's, has digits that do not stand there.

    That the same digits are a number here and money there, as 6.30 and 6:30 or 5.000 and $5,000, is no fault.
    """
    if _is_empty(record):
        return False
    pair = record.pair
    evidence = gather(pair.source_text, pair.target_text, *pair.langs)
    conflicts = [tie for tie in evidence.conflicts if tie.kind in FIGURES]
    ones = [tie.source_span for tie in conflicts] + _plain(evidence.source_only, pair.source_text)
    others = [tie.target_span for tie in conflicts] + _plain(evidence.target_only, pair.target_text)
    return _has_digits_of_its_own(pair.source_text, ones, pair.target_text) or (
        _has_digits_of_its_own(pair.target_text, others, pair.source_text)
    )


def _is_copy(record: _Record) -> bool:
    source, target = _texts(record)
    return len(_WORD.findall(source)) >= MIN_WORDS and _folded(source) == _folded(target)


def _is_in_wrong_language(record: _Record) -> bool:
    """A side is in the other's language or in English, where neither is its own: related languages are not told."""
    pair = record.pair
    sides = zip((pair.source_text, pair.target_text), pair.langs, strict=True)
    return any(_is_foreign(text, lang, {*pair.langs, "en"}) for text, lang in sides)


def _is_foreign(text: str, lang: str, langs: Iterable[str]) -> bool:
    if lang in ("", UNDETERMINED) or sum(map(len, _WORD.findall(text))) < MIN_LETTERS:
        return False
    found = detect(text, tuple(code for code in langs if code))
    return found.lang not in (lang, UNDETERMINED) and found.confidence >= MIN_CONFIDENCE


def _has_odd_lengths(record: _Record) -> bool:
    return not _is_empty(record) and abs(_ratio(record.pair) - record.usual) > log(MAX_RATIO)


def _is_repeated(record: _Record) -> bool:
    return record.is_repeated


FLAGS: Mapping[str, Callable[[_Record], bool]] = {
    "empty_side": _is_empty,
    "number_mismatch": _has_number_mismatch,
    "untranslated_copy": _is_copy,
    "wrong_language": _is_in_wrong_language,
    "length_ratio": _has_odd_lengths,
    "near_duplicate": _is_repeated,
}
"""Every flag. A near duplicate is a pair that came before, but for case, spaces and punctuation; the first stays."""


def _texts(record: _Record) -> tuple[str, str]:
    return record.pair.source_text, record.pair.target_text


def _usual(pairs: Iterable[SegmentPair]) -> float:
    """The usual logarithm of the ratio of lengths."""
    ratios = [_ratio(pair) for pair in pairs if pair.source_text.strip() and pair.target_text.strip()]
    return median(ratios) if ratios else 0.0


def _ratio(pair: SegmentPair) -> float:
    return log((len(pair.target_text) + SMOOTHING) / (len(pair.source_text) + SMOOTHING))


def _folded(text: str) -> str:
    return _FOLDED.sub(" ", text.casefold()).strip()


def _plain(mentions: Iterable[Mention], text: str) -> list[tuple[int, int]]:
    """Where figures stand that languages write in digits alike."""
    starts = [match.start() for match in _PLAIN.finditer(text)]
    spans = (mention.span for mention in mentions if mention.kind in FIGURES)
    return [(start, end) for start, end in spans if any(start <= plain < end for plain in starts)]


def _has_digits_of_its_own(text: str, spans: Iterable[tuple[int, int]], other: str) -> bool:
    found = {_digits(figure) for span in spans for figure in _FIGURE.findall(text[slice(*span)])}
    return not found <= set(map(_digits, _FIGURE.findall(other)))


def _digits(figure: str) -> str:
    """The digits alone, as ASCII, without zeros that lead."""
    return "".join(str(int(digit)) for digit in figure if digit.isdecimal()).lstrip("0")
