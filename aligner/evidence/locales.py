"""What CLDR, through Babel, knows of a language: its months, separators, large numbers, and names of the world."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class LocaleTables:
    """A language's words for what all languages mention; all keys are case-folded.

    Attributes:
        decimal, group: the separators of digits.
        months: name or abbreviation to 1-12.
        scales: words as ``million`` to their power.
        currencies: name or symbol to ISO 4217.
        names: names of territories, languages and the cities of time zones to CLDR's code.
    """

    decimal: str = "."
    group: str = ","
    months: dict[str, int] = field(default_factory=dict)
    scales: dict[str, int] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


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
        _months(locale),
        _scales(locale),
        _currencies(locale),
        _names(locale),
    )


def _months(locale: Any) -> dict[str, int]:
    return {
        name.casefold().rstrip("."): number
        for context in ("stand-alone", "format")
        for width in ("abbreviated", "wide")
        for number, name in locale.months[context][width].items()
        if name and not name[0].isdigit()
    }


def _scales(locale: Any) -> dict[str, int]:
    scales: dict[str, int] = {}
    for patterns in locale.compact_decimal_formats.get("long", {}).values():
        for power, pattern in patterns.items():
            word = re.sub(r"[0'\s.¤]", "", pattern.pattern.split(";")[0]).casefold()
            zeros = re.sub(r"[^0]", "", pattern.pattern.split(";")[0])
            if word and len(zeros) == 1 and int(power) >= 1000:
                scales[word] = int(power)
    return scales


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
    found.update((facts["city"].casefold(), zone) for zone, facts in locale.time_zones.items() if "city" in facts)
    found.update((name.casefold(), code) for code, name in locale.languages.items() if len(name) > 3)
    found.update((name.casefold(), code) for code, name in locale.territories.items() if len(name) > 2)
    return found
