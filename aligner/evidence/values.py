"""What the values of figures leave open: the amounts, days and hours that each allows."""

from math import inf

_NEAR = 0.1
"""How far off an amount ``about`` may be, as a share of it; so may one that was converted, which writers round."""
_OF_ONE_ORDER = 5.0
"""Units farther apart measure other things: a distance in kilometres, a height in feet."""

_INCH = 0.0254
_POUND = 0.45359237
_GALLON = 3.785411784
_SCALES: dict[str, dict[str, float]] = {
    "length": {
        "millimeter": 0.001,
        "centimeter": 0.01,
        "meter": 1,
        "kilometer": 1000,
        "inch": _INCH,
        "foot": 12 * _INCH,
        "yard": 36 * _INCH,
        "mile": 63360 * _INCH,
    },
    "mass": {"gram": 0.001, "kilogram": 1, "tonne": 1000, "ounce": _POUND / 16, "pound": _POUND},
    "area": {
        "square-meter": 1,
        "hectare": 1e4,
        "square-kilometer": 1e6,
        "square-foot": (12 * _INCH) ** 2,
        "acre": 4840 * (36 * _INCH) ** 2,
        "square-mile": (63360 * _INCH) ** 2,
    },
    "volume": {"liter": 1, "gallon": _GALLON},
    "speed": {"kilometer-per-hour": 1, "mile-per-hour": 63.36 * _INCH},
    "duration": {"minute": 1, "hour": 60, "day": 1440, "week": 10080},
}
"""Units, as CLDR calls them, in one of their kind. Exact, by the International Yard and Pound Agreement of 1959."""
_MEASURES = {unit: (measure, scale) for measure, units in _SCALES.items() for unit, scale in units.items()}

DEGREES = frozenset({"celsius", "fahrenheit", "degree"})
"""The units of temperatures; ``degree`` is of either scale."""
_TEMPERATURES = {("celsius", "fahrenheit"): (9 / 5, 32), ("fahrenheit", "celsius"): (5 / 9, -160 / 9)}
_OF_A_DEGREE = 1.0
"""How far off a temperature may be that was converted: an amount that may be 0 has no share."""


def amounts(value: str) -> tuple[float, float]:
    """The least and greatest amount that an amount's value allows."""
    amount = value.partition(" ")[0]
    if ".." in amount:
        low, _, high = amount.partition("..")
        return float(low), float(high)
    number = float(amount.lstrip("<>=~"))
    if amount.startswith(">="):
        return number, inf
    if amount.startswith("<="):
        return -inf, number
    near = _NEAR * abs(number) if amount.startswith("~") else 0.0
    return number - near, number + near


def unit(value: str) -> str:
    """What an amount counts; empty where it does not say."""
    return value.partition(" ")[2]


def converted(value: str, wanted: str) -> str:
    """An amount in another unit, about; itself if it has that unit, and empty where the two do not convert."""
    if unit(value) == wanted:
        return value
    low, high = amounts(value)
    if (unit(value), wanted) in _TEMPERATURES:
        scale, zero = _TEMPERATURES[unit(value), wanted]
        return f"{low * scale + zero - _OF_A_DEGREE}..{high * scale + zero + _OF_A_DEGREE} {wanted}"
    measure, scale = _MEASURES.get(unit(value), ("", 1.0))
    wanted_measure, wanted_scale = _MEASURES.get(wanted, ("", 1.0))
    if not measure or measure != wanted_measure or inf in (high, -low):
        return ""
    near = 1 + _NEAR
    return f"{low * scale / wanted_scale / near}..{high * scale / wanted_scale * near} {wanted}"


def are_of_one_order(one: str, other: str) -> bool:
    """Whether two units that convert are used of the same things: miles and kilometres, but not feet."""
    ratio = _MEASURES[one][1] / _MEASURES[other][1] if one != other and one not in DEGREES else 1.0
    return 1 / _OF_ONE_ORDER <= ratio <= _OF_ONE_ORDER


def on_dial(time: str) -> tuple[int, int]:
    """Hour and minute on a dial of twelve hours: which half of the day is often left unsaid."""
    hour, minute = map(int, time.split(":"))
    return hour % 12, minute


def parts(date: str) -> tuple[str, str, str]:
    """Year, month and day; those left open are empty."""
    if date.startswith("-"):
        _, _, month, *day = date.split("-")
        return "", month, day[0] if day else ""
    year, month, day_part, *_ = [*date.split("-"), "", ""]
    return year, month, day_part


def share(one: str, other: str) -> bool:
    """Whether two dates say the same part of a date, be it differently."""
    return any(a and b for a, b in zip(parts(one), parts(other), strict=True))


def differ(one: str, other: str) -> bool:
    """Whether two dates say a part of a date differently."""
    return any(a and b and not _meets(a, b) for a, b in zip(parts(one), parts(other), strict=True))


def _meets(one: str, other: str) -> bool:
    """Whether two parts of dates may be the same; an ``X`` is any digit."""
    return all(a == b or "X" in (a, b) for a, b in zip(one, other, strict=False))
