r"""Cells of a tab-separated table: one line each, without control characters, harmless in a spreadsheet.

What a cell does to its text:

1. Tabs and everything that some program takes for a newline (``\t \n \r \v \f``, U+001C to U+001E, U+0085, U+2028,
   U+2029; ``\r\n`` as one) become a space. This cannot be undone; JSONL holds the text verbatim.
2. The other control characters (C0, DEL, C1) and the nine marks that set the direction of all that follows (U+202A to
   U+202E, U+2066 to U+2069), which would run on into the next cell, are left out; the marks without reach (U+200E,
   U+200F, U+061C) stay. A lone surrogate becomes U+FFFD.
3. A cell that a spreadsheet would run as a formula, because its first character after any white space and
   apostrophes is one of ``= + - @`` or their full-width forms, gets an apostrophe in front. A reader takes one
   apostrophe away from every such cell that begins with one, so nothing is lost.

There is no quoting: a quotation mark is a character like any other, so readers must switch their csv quoting off
(``quoting=csv.QUOTE_NONE``). A spreadsheet may take the bead ``1-2`` for a date: import that column as text.
"""

import re
from collections.abc import Iterable
from math import isfinite

_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NEWLINE = re.compile("\r\n|[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_XML = re.compile("[\ufffe\uffff]")
_FORMULA = re.compile(r"(?=[\s']*[=+\-@＝＋－＠])")
_GUARDED = re.compile(r"'(?=[\s']*[=+\-@＝＋－＠])")


def clean(text: str) -> str:
    """The text on one line, without control characters: fit for a cell and for a terminal."""
    if text.isprintable():
        # Most texts are, and to ask costs a fifth of looking three times for what is not.
        return text
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", _NEWLINE.sub(" ", text)))


def block(text: str) -> str:
    """The text cleaned line by line, with LF between its lines: fit for a cell that may hold several, and for XML."""
    return "\n".join(_NO_XML.sub("", clean(line)) for line in _BREAK.split(text))


def whole(text: str) -> str:
    """The text verbatim, but for lone surrogates: fit for UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def guarded(cell: str) -> str:
    """The cell, harmless in a spreadsheet."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def text_cell(text: str) -> str:
    """The text, cleaned, and harmless in a spreadsheet."""
    return guarded(clean(text))


def cell_text(cell: str) -> str:
    """The (cleaned) text that a cell was made from."""
    return cell[1:] if _GUARDED.match(cell) else cell


def number_cell(number: float) -> str:
    """The number with 4 decimals; empty where there is none."""
    return f"{round(number, 4) + 0.0:.4f}" if isfinite(number) else ""


def row(cells: Iterable[str]) -> str:
    """The cells as one line of a file."""
    return "\t".join(cells) + "\n"
