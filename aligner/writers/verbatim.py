r"""Texts in XML: verbatim, newlines and blanks too, but for what XML 1.0 cannot hold.

1. Of the control characters that XML forbids, those that some program takes for a newline (``\v \f``, U+001C to U+001E)
   become a space, the others are left out, as in the cells of a table.
2. A lone surrogate, U+FFFE and U+FFFF become U+FFFD.

A carriage return is written as a reference, since a parser makes a line feed of it otherwise.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from aligner.markup import Element, local_name
from aligner.readers.inline import CODES

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_BREAKING = re.compile("[\x0b\x0c\x1c-\x1e]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_NAMED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_RETURN = {"\r": "&#13;"}
_WHITE = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}

_BEFORE_ROOT = re.compile(r"\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]++:)?([\w.-]++)([^>]*+)")

_LINE_BREAKS = frozenset({"lb", "xlf:lb"})


def storable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NO_CHARACTER.sub("\ufffd", _CONTROL.sub("", _BREAKING.sub(" ", text)))


def content(text: str) -> str:
    """The text as it stands between tags."""
    return escape(storable(text), _RETURN)


def coded(text: str) -> str:
    """The text between tags of XLIFF 2, which names control characters that XML forbids: ``<cp hex="000B"/>``."""
    return _NAMED.sub(lambda found: f'<cp hex="{ord(found[0]):04X}"/>', escape(_SURROGATE.sub("\ufffd", text), _RETURN))


def attributes(values: Mapping[str, str]) -> str:
    """Attributes, a blank before each."""
    return "".join(f" {name}={quoteattr(storable(value), _WHITE)}" for name, value in values.items())


def root(beginning: str) -> tuple[str, str]:
    """The name of a document's outermost element, without its namespace, and its attributes as they are written.

    Both are empty for what is no XML.
    """
    # Without its mark, UTF-16 shows as letters with NULs between.
    text, place = beginning.replace("\0", ""), 0
    while before := _BEFORE_ROOT.match(text, place):
        place = before.end()
    found = _ROOT.match(text, place)
    return (found[1], found[2]) if found else ("", "")


def plain(element: Element) -> str:
    """The text of a segment without its tags.

    The codes that tags hold or stand for are left out; a tag for a line break is a newline. A text within a code, as
    that of a footnote or of a picture, is set apart by blanks.

    Raises:
        ValueError: a ``cp`` names no character.
    """
    return "".join(_parts(element))


def _parts(element: Element) -> Iterator[str]:
    is_code = local_name(element) in CODES
    if local_name(element) == "cp":
        yield _character(element.get("hex", ""))
    elif not _LINE_BREAKS.isdisjoint(map(element.get, ("type", "ctype", "subType"))):
        yield "\n"
    if not is_code:
        yield element.text or ""
    for child in element:
        yield f" {plain(child)} " if is_code else plain(child)
        if not is_code:
            yield child.tail or ""


def _character(code: str) -> str:
    if not re.fullmatch("[0-9A-Fa-f]{1,8}", code) or int(code, 16) > sys.maxunicode:
        raise ValueError(f"names the character {code!r:.20}, which there is not; mend its cp")
    return chr(int(code, 16))
