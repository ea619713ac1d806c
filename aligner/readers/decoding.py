"""Bytes to text when nobody says how they were encoded."""

import codecs
import re

_BOMS = (
    # UTF-32 LE starts like UTF-16 LE, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\a\x1b\x1a")) + b"\x7f"
_MAX_CONTROLS = 0.02
"""Share of control characters from which bytes are no text in an 8-bit encoding; random bytes have 0.1."""

_FEW = 3
"""Control characters that a short text may hold."""

_MAX_DAMAGE = 0.25
"""Share of undecodable bytes in the non-ASCII ones up to which text is damaged UTF-8 rather than something else."""

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_COMMON = re.compile(r"[\t\n\r ,.\u3000\u3001\u3002\uff0c]")
_WORD = re.compile(r"[\w\s]")
_LATIN, _OTHER = re.compile("[A-Za-z]"), re.compile("[\u0370-\u07ff\u0e00-\u0e7f]")
_MIXED = re.compile(f"{_LATIN.pattern}{_OTHER.pattern}|{_OTHER.pattern}{_LATIN.pattern}")
_SUPERSETS = dict.fromkeys(
    ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii", "windows-1252"), "cp1252"
) | {"gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949", "shift_jis": "cp932"}
_ABOUT = 0.9
"""Share of the best candidate's confidence from which Windows-1252 is preferred."""

_SAMPLE = 1 << 20


class NotTextError(Exception):
    """The bytes are no text in any encoding."""


def decode(data: bytes, declared: str = "") -> str:
    """The text that the bytes encode, without a byte order mark; NULs may remain.

    In this order: byte order mark, UTF-8, UTF-16 without a mark, UTF-8 with some damage (which becomes U+FFFD),
    the ``declared`` encoding if it decodes, what chardet finds, Windows-1252.

    Raises:
        NotTextError: the bytes are a picture, a program or the like.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark) and (encoding != "utf-32" or _try(data, encoding) is not None):
            return data.decode(encoding, "replace")
    if _is_binary(data.rstrip(b"\0")):
        return _decode_wide(data)
    data = data.rstrip(b"\0")
    text = data.decode("utf-8", "replace")
    damage = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if damage <= _MAX_DAMAGE * len(data.translate(None, _ASCII)):
        return text
    for encoding in (declared, _detected(data)):
        decoded = _try(data, _alias(encoding))
        if decoded is not None and not _is_mixed(decoded[:_SAMPLE]):
            return decoded
    return data.decode("cp1252", "replace")


def _is_binary(data: bytes) -> bool:
    n_controls = len(data) - len(data.translate(None, _CONTROLS))
    return n_controls > max(_FEW, _MAX_CONTROLS * len(data)) or 4 * n_controls > len(data)


def _decode_wide(data: bytes) -> str:
    """Bytes with many control characters as UTF-16, if they make words that way."""
    readings = [text for encoding in ("utf-16-le", "utf-16-be") if (text := _try(data, encoding)) is not None]
    text = max(readings, key=lambda reading: len(_COMMON.findall(reading[:_SAMPLE])), default="")
    sample = text[:_SAMPLE]
    if len(_WORD.findall(sample)) <= 0.8 * len(sample) or "\0" in sample.rstrip("\0"):
        raise NotTextError
    return text


def _try(data: bytes, encoding: str) -> str | None:
    """The decoded bytes, or None where they do not decode or the encoding is none of text."""
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _is_mixed(text: str) -> bool:
    """Latin text whose accents came out as letters of another script: ``Perchй``."""
    return bool(_MIXED.search(text)) and len(_LATIN.findall(text)) > len(_OTHER.findall(text))


def _alias(encoding: str) -> str:
    """What is meant by an encoding's name: the larger set of which it is a part, as browsers have it."""
    name = encoding.strip().lower()
    # Had it been Unicode, it would have been read as such before.
    return "" if name.startswith(("utf-", "utf8")) else _SUPERSETS.get(name, name)


def _detected(data: bytes) -> str:
    """What chardet finds; Windows-1252 where that is about as probable, since short texts tell little."""
    import chardet

    first = _NOT_ASCII.search(data)
    # It looks at 200 kB; in a long text the first accent may stand beyond.
    start = max(0, first.start() - 1000) if first else 0
    era = chardet.EncodingEra.MODERN_WEB | chardet.EncodingEra.LEGACY_ISO
    candidates = chardet.detect_all(data[start : start + _SAMPLE], encoding_era=era)
    best = max((candidate["confidence"] for candidate in candidates), default=0.0)
    names = [_alias(found["encoding"] or "") for found in candidates if found["confidence"] >= _ABOUT * best]
    if "cp1252" in names and _try(data, "cp1252") is not None:
        return "cp1252"
    return names[0] if names else ""
