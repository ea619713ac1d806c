"""What is known of a language: CLDR's tables, through Babel, and the few words that CLDR lacks."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

_SYMBOLS = ("meter", "gram", "watt", "byte", "celsius")
"""Units whose symbols are known too; others are words as well (``in`` for inch, Italian ``ha`` for hectare)."""
_DEGREES = {
    f"°{gap}{letter}": unit for letter, unit in (("c", "celsius"), ("f", "fahrenheit")) for gap in ("", " ")
} | {
    "℃": "celsius",
    "℉": "fahrenheit",
}
_LETTERS_OF_A_UNIT = 3
"""Shorter are symbols."""
_LETTERS_OF_A_STEM = 5
"""Shorter stems belong to other words."""
_NO_UNITS = ("concentr-", "-person", "-imperial", "-scandinavian")
"""Units whose words belong to others: per cent is no quantity, and years of work are written as years."""


@dataclass(frozen=True, slots=True)
class LocaleTables:
    """A language's words for what all languages mention; keys are case-folded, but months.

    Attributes:
        decimal, group: the separators of digits.
        decimals: those before a fraction; a comma only where it is not known to be the other one.
        months: name or abbreviation to 1-12, as it is written.
        weekdays: name to 1-7, from Monday.
        scales: words as ``million`` to their power.
        units: words as ``kilometers``, some of several words, to CLDR's unit.
        currencies: name or symbol to ISO 4217.
        names: names of territories and of the cities of time zones to CLDR's code.
        demonyms: names of languages, and their stems, to the territory they are named for, or to CLDR's code.
        initials: acronyms of names of several words, as they are written, to CLDR's code.
    """

    decimal: str = "."
    group: str = ","
    decimals: str = ".,٫"
    months: dict[str, int] = field(default_factory=dict)
    weekdays: dict[str, int] = field(default_factory=dict)
    scales: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    demonyms: dict[str, str] = field(default_factory=dict)
    initials: dict[str, str] = field(default_factory=dict)


@cache
def words(lang: str) -> dict[str, Any]:
    """Our own words of a language that go with figures; ``data/figures.toml`` says which."""
    known: dict[str, Any] = _figures().get(lang.partition("-")[0], {})
    return known


@cache
def _figures() -> dict[str, Any]:
    return tomllib.loads(files("aligner.evidence").joinpath("data/figures.toml").read_text("utf-8"))


def either(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first; one that never matches where there are none."""
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True))) or "(?!)"


@cache
def tables(lang: str) -> LocaleTables:
    """CLDR's tables of a language; those without words where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return LocaleTables()
    symbols = locale.number_symbols.get("latn") or {}
    return LocaleTables(
        symbols.get("decimal", "."),
        symbols.get("group", ","),
        ".٫" if symbols.get("decimal") == "." else ".,٫",
        _months(locale),
        {name.casefold(): number + 1 for number, name in locale.days["stand-alone"]["wide"].items()},
        _scales(locale) | words(lang).get("scales", {}),
        _units(locale) | _DEGREES,
        _currencies(locale) | words(lang).get("currencies", {}),
        _names(locale),
        _demonyms(locale),
        _initials(locale),
    )


def _months(locale: Any) -> dict[str, int]:
    """Months as CLDR writes them and with a capital: ``may`` and ``march`` are no months in English."""
    months: dict[str, int] = {}
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for number, name in locale.months[context][width].items():
                if name and not name[0].isdigit():
                    months |= {name.rstrip("."): number, name[0].upper() + name[1:].rstrip("."): number}
    return months


def _scales(locale: Any) -> dict[str, int]:
    scales: dict[str, int] = {}
    formats = locale.compact_decimal_formats
    for patterns in (formats.get("long") or formats.get("short", {})).values():
        for power, pattern in patterns.items():
            word = re.sub(r"[0'\s.¤]", "", pattern.pattern.split(";")[0]).casefold()
            zeros = re.sub(r"[^0]", "", pattern.pattern.split(";")[0])
            if word and len(zeros) == 1 and int(power) >= 1000:
                scales[word] = int(power)
    return scales


def _units(locale: Any) -> dict[str, str]:
    units: dict[str, str] = {}
    for unit, widths in locale._data["unit_patterns"].items():
        if any(part in unit for part in _NO_UNITS):
            continue
        for form, pattern in (item for width in ("short", "long") for item in dict(widths.get(width, {})).items()):
            word = str(pattern).partition("{0}")[2].strip().casefold()
            if form != "per" and "{" not in word and (len(word) >= _LETTERS_OF_A_UNIT or unit.endswith(_SYMBOLS)):
                units.setdefault(word, unit.partition("-")[2])
    return units


def _currencies(locale: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, forms in locale._data["currency_names_plural"].items():
        found.update((form.casefold(), code) for form in forms.values())
    found.update((name.casefold(), code) for code, name in locale.currencies.items())
    found.update((code.casefold(), code) for code in locale.currencies)
    return found | {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}


def _names(locale: Any) -> dict[str, str]:
    from babel.core import get_global

    found = {zone.rpartition("/")[2].replace("_", " ").casefold(): zone for zone in get_global("zone_territories")}
    found.update((facts["city"].casefold(), zone) for zone, facts in locale.time_zones.items() if facts.get("city"))
    found.update((name.casefold(), code) for code, name in locale.territories.items() if len(name) > 1)
    return found


def _demonyms(locale: Any) -> dict[str, str]:
    """Names of languages serve as adjectives too: ``Belarusian`` is said of Belarus."""
    named_for = _territories_of_languages()
    found: dict[str, str] = {}
    for code, name in locale.languages.items():
        word = name.casefold()
        if " " not in word:
            for cut in range(3):
                if len(word) - cut >= (_LETTERS_OF_A_STEM if cut else 4):
                    found.setdefault(word[: len(word) - cut], named_for.get(code, code))
    return found


@cache
def _territories_of_languages() -> dict[str, str]:
    """Languages named for the territory where most speak them and where they are official.

    That is told by the first letter of their English names: Danish and Denmark, but not English and United States.
    """
    from babel import Locale
    from babel.core import get_global
    from babel.languages import get_official_languages

    english = Locale("en")
    found = {}
    for code, name in english.languages.items():
        territory = get_global("likely_subtags").get(code, "").rpartition("_")[2]
        named = english.territories.get(territory, "")
        if named[:1] == name[0] and code in get_official_languages(territory):
            found[code] = territory
    return found


def _initials(locale: Any) -> dict[str, str]:
    """Acronyms that are no other territory's code: in Portuguese ``EU`` is not Estados Unidos."""
    found: dict[str, str] = {}
    for code, name in locale.territories.items():
        letters = "".join(word[0] for word in re.findall(r"[^\W\d_]{4,}", name)).upper()
        if len(letters) > 1 and not code.isdigit() and (letters == code or letters not in locale.territories):
            found.setdefault(letters, code)
    return found


def is_place(code: str) -> bool:
    """Whether a code is that of one territory (``BY``) or of a city of a time zone (``Europe/Minsk``)."""
    return _territory(code) is not None


def exclude(one: str, other: str) -> bool:
    """Whether two places are of one kind and neither holds the other: two territories, or two cities."""
    return one != other and ("/" in one) == ("/" in other)


@cache
def _territory(code: str) -> str | None:
    """The territory that a place is or lies in; not so the world's regions, unions and languages."""
    from babel.core import get_global

    territories = get_global("zone_territories")
    if "/" in code:
        return territories.get(code)
    return code if code.isalpha() and code in set(territories.values()) else None
