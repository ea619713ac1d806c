"""Figures: dates and times, and amounts with what they count, in digits or in words."""

import re
import unicodedata
from functools import cache

from aligner.evidence.bounds import bound_before
from aligner.evidence.dates import dates, times, weekdays, years
from aligner.evidence.locales import LocaleTables, either, tables, words
from aligner.evidence.mention import Mention
from aligner.evidence.numerals import collective, numeral

_DIGITS = re.compile(r"\d+(?:[.,٫٬’'\u00a0\u202f ]\d{3}(?!\d))+(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)?")
_LONGEST_WORDS = 12
"""Characters of the longest words before a range or an age, and the space behind them."""
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEHIND = re.compile(r"[\s-]?(?:di |de |d['’])?((?:[^\W\d_]+|[€$£¥])(?: [^\W\d_]+){0,2})")


def figures(text: str, lang: str) -> list[Mention]:
    """The figures of a text, in order, none over another."""
    text = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text)
    found: list[Mention] = []
    for more in (
        dates(text, lang),
        weekdays(text, lang),
        times(text, lang),
        _fractions(text, lang),
        _in_digits(text, lang),
        _in_words(text, lang),
        _seconds(text, lang),
    ):
        found += [one for one in more if all(one.span[1] <= had.span[0] or had.span[1] <= one.span[0] for had in found)]
    return _with_ranges(text, sorted(found, key=lambda mention: mention.span), lang)


def _fractions(text: str, lang: str) -> list[Mention]:
    """Parts of a whole, about: ``metà dei`` is ``~50 %``."""
    known = words(lang).get("fractions", {})
    return [
        Mention("percentage", f"~{known[match[0].casefold()]} %", match.span())
        for match in _fraction(lang).finditer(text)
    ]


@cache
def _fraction(lang: str) -> re.Pattern[str]:
    fractions, of = (either(words(lang).get(name, ())) for name in ("fractions", "fraction_of"))
    return re.compile(rf"(?<![\w-])(?:{fractions})(?=\s+(?:{of})(?<=[\w'’])(?:(?<=['’])|(?!\w)))", re.IGNORECASE)


def _with_ranges(text: str, found: list[Mention], lang: str) -> list[Mention]:
    """The figures with two amounts as one where they are the ends of a range: ``tra 20 e 30`` is ``20..30``."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if last and (low_high := _range(text, last, mention, lang)):
            joined[-1] = Mention(mention.kind, low_high, (last.span[0], mention.span[1]))
        else:
            joined.append(mention)
    return joined


def _range(text: str, one: Mention, other: Mention, lang: str) -> str:
    """The value of the range from one figure to the next; empty where they are none."""
    if {one.kind, other.kind} & {"date", "weekday", "time"} or one.kind not in ("number", other.kind):
        return ""
    before, between = text[max(0, one.span[0] - _LONGEST_WORDS) : one.span[0]], text[one.span[1] : other.span[0]]
    if not (_between(lang).search(before) and _range_and(lang).fullmatch(between)):
        return ""
    low, high = one.value.partition(" ")[0], other.value.partition(" ")[0]
    is_plain = low[:1].isdigit() and high[:1].isdigit() and ".." not in low
    return f"{low}..{other.value}" if is_plain and float(low) < float(high) else ""


@cache
def _between(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(words(lang).get('between', ()))})\s+$", re.IGNORECASE)


@cache
def _range_and(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{either(words(lang).get('range_and', ()))})\s+", re.IGNORECASE)


def _in_digits(text: str, lang: str) -> list[Mention]:
    bare = {mention.span: mention for mention in years(text)}
    found = []
    for match in _DIGITS.finditer(text):
        amount = _with_unit(text, _plain(match[0], tables(lang)), match.span(), lang)
        is_counted = amount.kind != "number" and not amount.value.endswith(" year")
        found.append(amount if is_counted or match.span() not in bare else bare[match.span()])
    return found


def _plain(digits: str, table: LocaleTables) -> float:
    for mark in "’'\u00a0\u202f ٬":
        digits = digits.replace(mark, "")
    digits = digits.replace("٫", ".")
    if re.fullmatch(r"\d+(?:[.,]\d{3})+", digits) and (table.decimal not in digits or digits.count(table.decimal) > 1):
        return float(re.sub(r"[.,]", "", digits))
    whole, _, fraction = digits.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{fraction}" if whole else fraction)


def _with_unit(text: str, amount: float, span: tuple[int, int], lang: str) -> Mention:
    """The figure of an amount that stands in a text, with its bound, its power of ten and what it counts."""
    table = tables(lang)
    start, end = span
    sign = "~" if collective(text[start:end].casefold(), lang) else bound_before(text, start, lang)
    if scale := _scale(lang).match(text, end):
        power, end = table.scales[scale[1].casefold()], scale.end()
        half = _and_half(lang).match(text, end)
        amount, end = (amount + (0.5 if half else 0)) * power, half.end() if half else end
    kind, unit = "number", ""
    if percent := _percent(lang).match(text, end):
        kind, unit, end = "percentage", "%", percent.end()
    elif before := table.currencies.get(text[max(0, start - 1) : start]):
        kind, unit, start = "money", before, start - 1
    elif behind := _BEHIND.match(text, end):
        kind, unit, end = _counted(behind, table, end)
    if not unit and _age_before(lang).search(text[max(0, span[0] - _LONGEST_WORDS) : span[0]]):
        kind, unit = "quantity", "year"
    return Mention(kind, f"{sign}{amount:.12g}{' ' + unit if unit else ''}", (start, end))


def _counted(behind: re.Match[str], table: LocaleTables, end: int) -> tuple[str, str, int]:
    """The kind and unit of the words behind an amount, the longest that are known, and where they end."""
    phrase = behind[1].casefold()
    while phrase:
        for kind, units in (("money", table.currencies), ("quantity", table.units)):
            if unit := units.get(phrase):
                return kind, unit, behind.start(1) + len(phrase)
        phrase = phrase.rpartition(" ")[0]
    return "number", "", end


@cache
def _scale(lang: str) -> re.Pattern[str]:
    """Words for powers of ten; those of scripts without case are followed by others without a space."""
    scales = tables(lang).scales
    spaced = [word for word in scales if word.lower() != word.upper()]
    return re.compile(rf"\s?((?:{either(spaced)})(?!\w)|{either(scales.keys() - spaced)})", re.IGNORECASE)


@cache
def _age_before(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(words(lang).get('age_before', ()))})\s+$", re.IGNORECASE)


@cache
def _and_half(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{either(words(lang).get('and_half', ()))})(?!\w)", re.IGNORECASE)


@cache
def _percent(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:[%٪％]|(?:{either(words(lang).get('percent', ()))})\b)", re.IGNORECASE)


def _in_words(text: str, lang: str) -> list[Mention]:
    found: list[Mention] = []
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if numeral(word[0].casefold(), lang) is None:
            continue
        if run and not _continues(text, run, word, lang):
            found += _in_run(text, run, lang)
            run = []
        run.append(word)
    return found + _in_run(text, run, lang)


def _seconds(text: str, lang: str) -> list[Mention]:
    """The ordinal of two, whose word means something else too where no article or possessive stands before it."""
    return [Mention("number", "2", match.span(1)) for match in _second(lang).finditer(text)]


@cache
def _second(lang: str) -> re.Pattern[str]:
    before, second = (either(words(lang).get(name, ())) for name in ("before_second", "second"))
    return re.compile(rf"(?:(?<!\w)|(?<=['’]))(?:{before})\s+({second})(?!\w)", re.IGNORECASE)


def _in_run(text: str, run: list[re.Match[str]], lang: str) -> list[Mention]:
    """The amounts that consecutive numerals say: each is as many of them as say one number."""
    found = []
    first = 0
    while first < len(run):
        start, last = run[first].start(), len(run)
        while (amount := numeral(text[start : run[last - 1].end()].casefold(), lang)) is None and last > first + 1:
            last -= 1
        if amount is not None and amount > 1:
            found.append(_with_unit(text, amount, (start, run[last - 1].end()), lang))
        first = last
    return found


def _continues(text: str, run: list[re.Match[str]], word: re.Match[str], lang: str) -> bool:
    """Whether a numeral belongs to those before it: ``and`` joins hundreds to tens, but not two amounts of millions."""
    gap = text[run[-1].end() : word.start()]
    return bool(_gap(lang).fullmatch(gap)) and (not gap.strip(" -") or run[-1][0].casefold() not in tables(lang).scales)


@cache
def _gap(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\s*-?\s*|\s+(?:{either(words(lang).get('between_numerals', ()))})\s+", re.IGNORECASE)
