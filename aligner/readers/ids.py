"""Ids that can be shown: what a terminal or a table would trip over is escaped, reversibly."""


def printable(name: str) -> str:
    r"""The name with backslashes doubled and everything that does not print as an escape.

    Control characters, bidi overrides and odd spaces become ``\x1b`` or ``\u202e``; a byte of a file name that is not
    UTF-8 (a lone surrogate, as ``os.fsdecode`` gives it) becomes ``\xe8``.
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(_escape(character) for character in name)


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
