"""Texts and values as XML holds them: one line each, without the characters that XML 1.0 forbids."""

import re
from xml.sax.saxutils import escape, quoteattr

from aligner.writers.cells import clean

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'

_ROOT = re.compile(
    r"\s*+(?:(?:(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?>))\s*+)*+<(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL,
)
_FORBIDDEN = re.compile("[\ufffe\uffff]")


def content(text: str) -> str:
    """A text between tags, cleaned as a cell is: tools that print it a line a sentence stay in step."""
    return escape(_allowed(text))


def attributes(**values: str) -> str:
    """Attributes with a blank before each; of ``xml_id`` and ``xml_lang`` the underscore is a colon."""
    return "".join(f" {name.replace('_', ':')}={quoteattr(_allowed(value))}" for name, value in values.items())


def root_name(beginning: str) -> str:
    """The name of the outermost element of XML that begins so, without its namespace; empty for what is no XML."""
    found = _ROOT.match(beginning)
    return found[1] if found else ""


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", clean(text))
