"""Figures: dates and times, and amounts with what they count, in digits or in words."""

import re
import unicodedata
from functools import cache

from aligner.evidence.bounds import bound_before
from aligner.evidence.dates import dates, roman, times, weekdays, years
from aligner.evidence.locales import LocaleTables, either, tables, words
from aligner.evidence.mention import Mention
from aligner.evidence.numerals import collective, numeral
from aligner.evidence.values import DEGREES

_ROMAN = re.compile(r"(?<![\w.-])([IVX]{2,})(?:e|ème)?(?![\w-]|\.\w)")
"""Roman figures of one letter are rather initials."""
_LETTERS_OF_A_SCALE = 4
"""Shorter are abbreviations, which stand behind digits."""
_MINUS = re.compile(r"(?<!\d\s)(?<![^\s(])[-−–]$")
_LONGEST_WORDS = 12
"""Characters of the longest words before a range or an age, and the space behind them."""
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEHIND = re.compile(r"[\s-]?(?:di |de |d['’])?((?:[^\W\d_]+|[€$£¥℃℉]|°\s?[CF])(?: [^\W\d_]+){0,2})")


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
        _of_scale(text, lang),
        _in_words(text, lang),
        _seconds(text, lang),
        _in_roman(text),
    ):
        for one in more:
            if all(one.span[1] <= had.span[0] or had.span[1] <= one.span[0] for had in found):
                found.append(one)
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
    for match in _digits(lang).finditer(text):
        amount = _with_unit(text, _plain(match[0], tables(lang)), match.span(), lang)
        is_counted = amount.kind != "number" and not amount.value.endswith(" year")
        found.append(amount if is_counted or match.span() not in bare else bare[match.span()])
    return found


@cache
def _digits(lang: str) -> re.Pattern[str]:
    decimals = tables(lang).decimals
    return re.compile(rf"\d+(?:[.,٫٬’'\u00a0\u202f ]\d{{3}}(?!\d))+(?:[{decimals}]\d+)?|\d+(?:[{decimals}]\d+)?")


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
        power, end = table.scales[scale["scale"].casefold()], scale.end()
        amount = (amount + (0.5 if scale["half"] else 0)) * power
    else:
        power = table.scales.get(text[start:end].rpartition(" ")[2].casefold(), 0)
    if power and (half := _behind("and_half", lang).match(text, end)):
        amount, end = amount + power / 2, half.end()
    kind, unit = "number", ""
    if percent := _percent(lang).match(text, end):
        kind, unit, end = "percentage", "%", percent.end()
    elif before := table.currencies.get(text[max(0, start - 1) : start]):
        kind, unit, start = "money", before, start - 1
    elif behind := _BEHIND.match(text, end):
        kind, unit, end = _counted(behind, table, end)
        if unit in DEGREES and not sign:
            amount, start, end = _with_minus(text, amount, (start, end), lang)
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


def _with_minus(text: str, amount: float, span: tuple[int, int], lang: str) -> tuple[float, int, int]:
    """Degrees below zero where a sign or a word says so, and where they start and end."""
    start, end = span
    before, behind = text[max(0, start - _LONGEST_WORDS) : start], _behind("below_zero", lang).match(text, end)
    minus = _MINUS.search(before) or _minus(lang).search(before)
    start -= len(before) - minus.start() if minus else 0
    return -amount if minus or behind else amount, start, behind.end() if behind else end


@cache
def _minus(lang: str) -> re.Pattern[str]:
    """Words for a minus, but not in ``plus or minus``."""
    minus = either(words(lang).get("minus", ()))
    return re.compile(rf"(?<!\w)(?<!\bo )(?<!\bor )(?<!\bou )(?:{minus})\s+$", re.IGNORECASE)


@cache
def _behind(key: str, lang: str) -> re.Pattern[str]:
    """Words that stand behind an amount: ``below_zero``, ``and_half``."""
    return re.compile(rf"\s+(?:{either(words(lang).get(key, ()))})(?!\w)", re.IGNORECASE)


@cache
def _scale(lang: str) -> re.Pattern[str]:
    """Words for powers of ten; those of scripts without case are followed by others without a space."""
    scales = tables(lang).scales
    spaced = {word for word in scales if word.lower() != word.upper()}
    half = either(words(lang).get("and_half", ()))
    scale = rf"(?P<scale>(?:{either(spaced)})(?!\w)|{either(scales.keys() - spaced)})"
    return re.compile(rf"(?P<half>\s+(?:{half}))?[\s-]?{scale}", re.IGNORECASE)


@cache
def _age_before(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(words(lang).get('age_before', ()))})\s+$", re.IGNORECASE)


@cache
def _percent(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:[%٪％]|(?:{either(words(lang).get('percent', ()))})\b)", re.IGNORECASE)


def _of_scale(text: str, lang: str) -> list[Mention]:
    """Amounts of which the scale is the number: ``un milione``, ``half a million``."""
    parts = words(lang).get("of_scale", {})
    found = []
    for match in _before_scale(lang).finditer(text):
        half = _half_before(lang).search(text[: match.end()], max(0, match.start() - _LONGEST_WORDS))
        if not half or half.start() >= match.start():
            found.append(_with_unit(text, parts[match[0].casefold()], match.span(), lang))
    return found


@cache
def _half_before(lang: str) -> re.Pattern[str]:
    """A half that belongs to the number before it: ``two and a half million``."""
    return re.compile(rf"\s(?:{either(words(lang).get('and_half', ()))})$", re.IGNORECASE)


@cache
def _before_scale(lang: str) -> re.Pattern[str]:
    scales = either(word for word in tables(lang).scales if len(word) >= _LETTERS_OF_A_SCALE)
    return re.compile(
        rf"(?<!\w)(?:{either(words(lang).get('of_scale', ()))})(?=[\s-](?:{scales})(?!\w))", re.IGNORECASE
    )


def _in_roman(text: str) -> list[Mention]:
    """Roman figures, as of chapters and kings; none where all letters are capitals."""
    if text.isupper():
        return []
    found = ((roman(match[1]), match.span()) for match in _ROMAN.finditer(text))
    return [Mention("number", str(number), span) for number, span in found if number]


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
