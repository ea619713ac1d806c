"""Ids and JSON that can be shown: what a terminal, a table or a line would trip over is escaped, reversibly."""

import re

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON may hold raw and a line, a terminal or UTF-8 may not."""


def printable(name: str) -> str:
    r"""The name with backslashes doubled and everything that does not print as an escape.

    Control characters, bidi overrides and odd spaces become ``\x1b`` or ``\u202e``; a byte of a file name that is not
    UTF-8 (a lone surrogate, as ``os.fsdecode`` gives it) becomes ``\xe8``.
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(_escape(character) for character in name)


def part_id(text_id: str, name: str, number: int, taken: set[str]) -> str:
    """The id of a part of a file, ``FILE#name``, or by its number where it has no name or one that is taken.

    The id is added to those that are ``taken``.
    """
    found = f"{text_id}#{printable(name) or number}"
    if found in taken:
        found = f"{text_id}#{number}" if f"{text_id}#{number}" not in taken else f"{found}#{number}"
    taken.add(found)
    return found


def escaped(json: str) -> str:
    r"""JSON with what a line, a terminal or UTF-8 may not hold raw written as ``\uXXXX``."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
