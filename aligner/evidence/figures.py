"""Numbers, dates, times, percentages and money, in digits or in words."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

from aligner.evidence.bounds import bound_before, collective
from aligner.evidence.locales import LocaleTables, tables
from aligner.evidence.mention import Mention

_DIGITS = re.compile(r"\d+(?:[.,٫٬’'\u00a0\u202f ]\d{3}(?!\d))+(?:[.,٫]\d+)?|\d+(?:[.,٫:]\d+)?")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_GAP = re.compile(r"\s*-?\s*")
_PERCENT = re.compile(r"\s*(?:[%٪%]|per\s?cento?\b|por ciento\b|por cento\b|pour cent\b|Prozent\b)")
_BETWEEN = re.compile(r"(?:[\s,.º°]|st\b|nd\b|rd\b|th\b|\bde[l]?\b|\bof\b)*")


def figures(text: str, lang: str) -> list[Mention]:
    """The figures of a text, in order, none over another."""
    table = tables(lang)
    months = [
        (word.start(), word.end(), month)
        for word in _WORD.finditer(text)
        if (month := table.months.get(word[0].casefold())) and word[0] not in ("may", "mar", "set", "mai", "march")
    ]
    found = _dates(text, months)
    _add(found, _in_digits(text, lang, table))
    _add(found, _in_words(text, lang))
    return sorted(found, key=lambda mention: mention.span)


def _add(found: list[Mention], more: list[Mention]) -> None:
    found.extend(
        [one for one in more if all(one.span[1] <= had.span[0] or had.span[1] <= one.span[0] for had in found)]
    )


def _dates(text: str, months: list[tuple[int, int, int]]) -> list[Mention]:
    found: list[Mention] = []
    for start, end, month in months:
        day = year = ""
        before = re.search(r"(?<!\d)(\d{1,2})" + _BETWEEN.pattern + r"$", text[max(0, start - 14) : start])
        if before and 1 <= int(before[1]) <= 31:
            day, start = before[1], max(0, start - 14) + before.start()
        else:
            after = re.match(_BETWEEN.pattern + r"(\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d|\d)", text[end : end + 14])
            if after and 1 <= int(after[1]) <= 31:
                day, end = after[1], end + after.end()
        behind = re.match(_BETWEEN.pattern + r"(\d{4})(?!\d)", text[end : end + 14])
        if behind:
            year, end = f"{int(behind[1]):04}", end + behind.end()
        if day or year:
            value = f"{year or '-'}-{month:02}" + (f"-{int(day):02}" if day else "")
            _add(found, [Mention("date", value, (start, end))])
    return found


def _in_digits(text: str, lang: str, table: LocaleTables) -> list[Mention]:
    found = []
    for match in _DIGITS.finditer(text):
        digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in match[0])
        if ":" in digits:
            hours, minutes = digits.split(":")
            found.append(Mention("time", f"{int(hours):02}:{minutes}", match.span()))
        elif re.fullmatch(r"1\d{3}|20\d{2}", digits):
            found.append(Mention("date", digits, match.span()))
        else:
            found.append(_with_unit(text, _plain(digits, table), match.span(), lang))
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
    table = tables(lang)
    start, end = span
    sign = "~" if collective(text[start:end].casefold(), lang) else bound_before(text, start, lang)
    word = _WORD.match(text, end + 1) if text[end : end + 1].isspace() else None
    if word and (scale := table.scales.get(word[0].casefold())):
        amount, end = amount * scale, word.end()
    kind, unit = "number", ""
    if percent := _PERCENT.match(text, end):
        kind, unit, end = "percentage", "%", percent.end()
    elif text[start - 1 : start] in table.currencies:
        kind, unit, start = "money", table.currencies[text[start - 1]], start - 1
    elif (after := re.match(r"\s*(?:di |de )?([^\W\d_]+|[€$£¥])", text[end:])) and (
        code := table.currencies.get(after[1].casefold())
    ):
        kind, unit, end = "money", code, end + after.end()
    return Mention(kind, f"{sign}{amount:.12g}{' ' + unit if unit else ''}", (start, end))


def _in_words(text: str, lang: str) -> list[Mention]:
    found: list[Mention] = []
    run: list[re.Match[str]] = []
    for word in [*_WORD.finditer(text), None]:
        if (
            word
            and _value(word[0].casefold(), lang) is not None
            and (not run or _GAP.fullmatch(text, run[-1].end(), word.start()))
        ):
            run.append(word)
            continue
        for first in range(len(run)):
            value = _value(" ".join(part[0].casefold() for part in run[first:]), lang)
            if value is not None and value > 1:
                found.append(_with_unit(text, value, (run[first].start(), run[-1].end()), lang))
                break
        run = [word] if word and _value(word[0].casefold(), lang) is not None else []
    return found


@lru_cache(maxsize=1 << 16)
def _value(words: str, lang: str) -> int | None:
    if amount := collective(words, lang):
        return amount
    known = _words_of(lang.partition("-")[0])
    if known is None:
        return None
    try:
        return int(known(words, lang.partition("-")[0]))
    except ValueError:
        return None


@cache
def _words_of(lang: str) -> Callable[[str, str], int] | None:
    from text_to_num import text2num

    return text2num if lang in ("it", "en", "fr", "de", "es", "pt", "nl") else None
