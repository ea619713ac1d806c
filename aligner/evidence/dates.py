"""Dates and times of day, in the notation of ISO 8601; what is left open is written as in EDTF.

``2013-04-23``, ``--04-23`` (no year), ``1995-01``, ``1995``, ``19XX`` (the 20th century), ``-W-2`` (a Tuesday),
``10:30``. EDTF: Library of
Congress 2019, "Extended Date/Time Format Specification".
"""

import re
from functools import cache

from aligner.evidence.locales import either, tables, words
from aligner.evidence.mention import Mention
from aligner.evidence.numerals import numeral, ordinal

_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?<![\d./-])(?<!\d,)(?:1\d{3}|20\d{2})(?![\d/]|[.,-]\d)")
_LAST_WORDS = re.compile(r"(?<!\w)(?:[^\W\d_]+[\s-]+){0,2}[^\W\d_]+$")
_YEARS = re.compile(r"(?<![\d.,/-])(1\d{3}|20\d{2})[-–/]((?:1\d|20)?\d{2})(?![\d/-]|[.,–]\d)")
"""Two years as ``2010-2011`` and ``2010-11``."""
_NUMERIC = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<first>\d{1,2})([./])(?P<second>\d{1,2})\5(?P<year>\d{4}))(?!\d)"
)
_DECADE = re.compile(r"\s['’]?(\d0|[^\W\d_]+)(?!\w)")
_DECADE_IN_DIGITS = re.compile(r"(?<![\w.,])(1\d|20)?(\d)0['’]?s\b")
_EAST_ASIAN = re.compile(
    r"(?:(?P<y>\d{4})\s?[年년]\s?)?(?P<m>\d{1,2})\s?[月월](?:\s?(?P<d>\d{1,2})\s?[日号號일])?|(?P<only>\d{4})[年년]|(?P<century>\d{1,2})\s?(?:世[纪紀]|세기)"
)
_ENDS = re.compile(r"\s*(?:[.,;:!?)]|$)")
_ROMAN = re.compile(r"(?=[IVX])(X{0,2})(IX|IV|V?I{0,3})(?!\w)")
_NUMBERED = re.compile(r"(?<![\w.,])(?:([IVX]+)(?:e|ème)?|(\d{1,2})\s?(?:st|nd|rd|th|\.[ºª]?|[º°ª]|e|ème))[\s-]+$")


def dates(text: str, lang: str) -> list[Mention]:
    """The dates of a text: days, months of a year, centuries and days in digits; bare years come last."""
    found = [
        Mention("date", value, span)
        for pattern in (_NUMERIC, _EAST_ASIAN)
        for match in pattern.finditer(text)
        if (value := _numeric(match.groupdict(), lang)) and (span := match.span())
    ]
    found += [
        Mention("date", f"{match[1] or 'XX'}{match[2]}X", match.span()) for match in _DECADE_IN_DIGITS.finditer(text)
    ]
    for word in _WORD.finditer(text):
        if month := tables(lang).months.get(word[0]):
            found += _around(text, word, month, lang)
        elif (unit := tables(lang).units.get(word[0].casefold())) == "century":
            found += _century(text, word, lang)
        elif unit == "year" and (decade := _DECADE.match(text, word.end())):
            found += _decade(decade, word.start(), lang)
    return found


def weekdays(text: str, lang: str) -> list[Mention]:
    """The days of the week that a text names. A kind of their own: no date hangs on them, but when news was written."""
    return [
        Mention("weekday", f"-W-{tables(lang).weekdays[match[0].casefold()]}", match.span())
        for match in _weekday(lang).finditer(text)
    ]


def years(text: str) -> list[Mention]:
    """Numbers that are most likely years; in ``2010-11`` the second is ``2011``."""
    found = [Mention("date", match[0], match.span()) for match in _YEAR.finditer(text)]
    for match in _YEARS.finditer(text):
        first, last = match[1], match[1][: -len(match[2])] + match[2]
        if last < first and int(first) % 100 == 99:
            last = f"{int(first) + 1}"
        if first < last:
            found += [Mention("date", first, match.span(1)), Mention("date", last, match.span(2))]
    return found


def times(text: str, lang: str) -> list[Mention]:
    """The times of day of a text."""
    found = []
    for match in _clock(lang).finditer(text):
        hour, minute, half = int(match["hour"]), match["minute"], match["half"]
        marked = match["separator"] in (":", "h", "H") or half or match["behind"] or match["before"]
        is_alone = match["clock"] and match["clock"].casefold() in words(lang).get("clock_alone", ())
        if marked or (match["clock"] and minute) or (is_alone and _ENDS.match(text, match.end())):
            if half:
                hour = hour % 12 + (12 if half.strip()[0] in "pP" else 0)
            span = match.start("before") if match["before"] else match.start("hour"), match.end()
            found.append(Mention("time", f"{hour:02}:{minute or '00'}", span))
    return found


@cache
def _clock(lang: str) -> re.Pattern[str]:
    known = words(lang)
    before, clock = either(known.get("hour_before", ())), either(known.get("clock_before", ()))
    return re.compile(
        rf"(?:(?<!\w)(?:(?P<before>{before})|(?P<clock>{clock}))\s+)?"
        r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-3])(?:(?P<separator>[:.h])(?P<minute>[0-5]\d))?(?![\d]|[:.,]\d)"
        rf"(?P<half>\s?[ap]\.?m\b\.?)?(?P<behind>\s?(?:{either(known.get('hour_after', ()))})(?!\w))?",
        re.IGNORECASE,
    )


@cache
def _weekday(lang: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(tables(lang).weekdays)})(?!\w)", re.IGNORECASE)


def _numeric(parts: dict[str, str | None], lang: str) -> str:
    """The date of a match whose parts are digits; empty where there is no such day."""
    if parts.get("only"):
        return f"{parts['only']}"
    if century := parts.get("century"):
        return f"{int(century) - 1:02}XX"
    year, month, day = (parts.get(name) or "" for name in "ymd")
    if first := parts.get("first"):
        year, day, month = parts["year"] or "", first, parts["second"] or ""
        if int(month) > 12 or (lang in ("en", "en-US") and int(day) <= 12):
            day, month = month, day
    return _written(year, int(month), day) if 1 <= int(month) <= 12 and 0 < int(day or 1) <= 31 else ""


def _written(year: str, month: int, day: str) -> str:
    return f"{year or '-'}-{month:02}" + (f"-{int(day):02}" if day else "")


def _around(text: str, word: re.Match[str], month: int, lang: str) -> list[Mention]:
    """The date whose month a word names: its day before or behind it, in digits or in words; its year behind."""
    between = rf"[\s,.º°]*(?:(?:{either(words(lang).get('date_words', ()))})\b[\s,.]*)*"
    start, end = word.span()
    day = year = ""
    if before := re.search(rf"(?<!\d)(\d{{1,2}}){between}$", text[max(0, start - 14) : start]):
        day, start = before[1], max(0, start - 14) + before.start()
    elif after := re.match(rf"{between}(\d{{1,2}})(?!\d|[:.]\d|,\d(?!\d{{3}}(?!\d)))", text[end : end + 14]):
        day, end = after[1], end + after.end()
    elif gap := re.search(rf"\s{between}$", text[max(0, start - 14) : start]):
        day, start = _said_day(text, max(0, start - 14) + gap.start(), lang) or ("", start)
    if day and not 1 <= int(day) <= 31:
        return []
    if behind := re.match(rf"{between}(\d{{4}})(?!\d)", text[end : end + 14]):
        year, end = behind[1], end + behind.end()
    return [Mention("date", _written(year, month, day), (start, end))] if day or year else []


def _said_day(text: str, end: int, lang: str) -> tuple[str, int] | None:
    """The day that the last words before a place say, the most that say one, and where they start."""
    if last := _LAST_WORDS.search(text[:end], max(0, end - 30)):
        for word in _WORD.finditer(text, last.start(), end):
            said = text[word.start() : end].casefold()
            number = numeral(said, lang) or 0
            if number > 1 or ordinal(said, lang):
                return str(number), word.start()
    return None


def _century(text: str, word: re.Match[str], lang: str) -> list[Mention]:
    """The century that a word names: its number before it, or behind it in Roman figures."""
    start, end = word.span()
    number = 0
    if before := _NUMBERED.search(text[max(0, start - 10) : start]):
        number, start = roman(before[1]) if before[1] else int(before[2]), max(0, start - 10) + before.start()
    elif behind := _ROMAN.match(text, end + 1):
        number, end = roman(behind[0]), behind.end()
    elif last := re.search(r"[^\W\d_]+(?:-[^\W\d_]+)?(?=[\s-]$)", text[max(0, start - 30) : start]):
        number, start = ordinal(last[0].casefold(), lang) or 0, max(0, start - 30) + last.start()
    return [Mention("date", f"{number - 1:02}XX", (start, end))] if 1 <= number <= 30 else []


def _decade(behind: re.Match[str], start: int, lang: str) -> list[Mention]:
    """The decade of ``anni 80`` or ``anni Ottanta``, whichever the century."""
    said = behind[1]
    tens = int(said) if said.isdigit() else numeral(said.casefold(), lang) or 0
    is_decade = 20 <= tens < 100 and tens % 10 == 0 and (said.isdigit() or said[0].isupper())
    return [Mention("date", f"XX{tens // 10}X", (start, behind.end()))] if is_decade else []


def roman(figure: str) -> int:
    """The number that a Roman figure writes, up to 39; 0 if it is none."""
    match = _ROMAN.fullmatch(figure)
    units = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    return 10 * len(match[1]) + units.index(match[2]) if match else 0
