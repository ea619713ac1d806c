"""Rich text: what its control words leave of it.

The pass is our own, over the flat row of tokens: striprtf drops notes and text boxes, writes a link's address into the
text, keeps what is hidden or deleted, halves characters beyond U+FFFF (emoji), and raises whatever Python raises.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.decoding import NotTextError, decode
from aligner.readers.paragraphs import Paragraphs

MAX_TOKENS = 3_000_000
"""Control words, braces and stretches of text that a file may hold; they take 3 to 8 s."""

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf", re.IGNORECASE)
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|(?P<hexes>(?:\\'[0-9a-fA-F]{2})+)"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)

_APART_WORDS = """
fonttbl colortbl stylesheet info pict nonshppict shprslt header headerl headerr headerf footer footerl footerr footerf
listtext pntext pntxta pntxtb xe tc rxe txe upr objname objclass objdata ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn
fldinst filetbl listtable listoverridetable revtbl private nextfile template
"""
_APART = frozenset(_APART_WORDS.split())
"""Destinations that hold no text of the document; so does every other that is marked as new by ``\\*``, but for:"""

_WITHIN = {"footnote": "", "shptxt": "shpinst", "ud": "upr"}
"""Destinations with text, and the one in which each must stand: notes, text boxes, Unicode beside a code page."""

_FIELDS = frozenset({b"TOC", b"TOA", b"INDEX", b"PAGE", b"NUMPAGES", b"SECTIONPAGES", b"PAGEREF", b"NOTEREF"})
_NAME = 64
"""Characters of a field's instruction in which its name stands."""

_ENDS = frozenset({"par", "sect", "page", "cell", "row", "nestcell", "nestrow"})
_CHARACTERS = {
    "tab": " ",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "ltrmark": "\u200e",
    "rtlmark": "\u200f",
}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\"}
_UNITS = "utf-16-le"
"""As ``\\u`` counts them."""

_PAGES = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_CHARSETS = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950"},
    **{161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251"},
    **{222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850"},
}
"""What the numbers of a font's character set mean, as the specification lists them; others are the document's own."""


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The document as one text: paragraphs, list items, table cells; text boxes and notes after what they hang on.

    Headers, footers, comments, pictures, hidden and deleted text, tables of contents and the numbers of lists are left
    out. A file that is cut short comes out as far as it goes, with a ``ReadError`` that says so.

    Raises:
        ReadError: the data is no rich text, or has too many control words.
    """
    if not _START.match(data):
        raise ReadError(f"{text_id}: {_why_no_rtf(data)}")
    parse = _Parse()
    if not parse.run(data):
        raise ReadError(f"{text_id}: more than {MAX_TOKENS} control words; cut the document into several")
    yield Text(text_id, lang, "\n\n".join(parse.blocks()))
    if parse.depth:
        yield ReadError(f"{text_id}: cut short, {parse.depth} groups are never closed; fetch or save the file again")


def _why_no_rtf(data: bytes) -> str:
    try:
        decode(data)
    except NotTextError:
        return "binary data, no rich text; take it out of the corpus"
    return "text or nothing, no rich text; name it for what it is, as .txt"


class _Group(NamedTuple):
    r"""What holds until the group's closing brace.

    ``n_stand_ins`` characters after a ``\u`` stand in for it where Unicode is not known; ``is_flow``: its text comes
    out after the paragraph in which it stands.
    """

    destination: str = ""
    font: int | None = None
    n_stand_ins: int = 1
    is_apart: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    is_flow: bool = False

    @property
    def is_shown(self) -> bool:
        return not (self.is_apart or self.is_hidden or self.is_deleted)


@dataclass(slots=True)
class _Parse:
    """One pass over a file's tokens."""

    _group: _Group = field(default_factory=_Group)
    _outer: list[_Group] = field(default_factory=list)
    _paragraphs: Paragraphs = field(default_factory=Paragraphs)
    _page: str = "cp1252"
    _fonts: dict[int | None, str] = field(default_factory=dict)
    _listed_font: int | None = None
    _default_font: int | None = None
    _raw: bytearray = field(default_factory=bytearray)
    _encoding: str = ""
    _instruction: bytearray = field(default_factory=bytearray)
    _n_to_pass: int = 0
    _is_new: bool = False

    @property
    def depth(self) -> int:
        return len(self._outer)

    def blocks(self) -> list[str]:
        self._flush()
        return self._paragraphs.blocks()

    def run(self, data: bytes) -> bool:
        """Take the tokens in, up to the brace that ends the document; False where there are too many."""
        position = 0
        for _ in range(MAX_TOKENS):
            token = _TOKEN.search(data, position)
            if token is None:
                return True
            position = token.end()
            word, number, hexes, symbol, brace, text = token.groups()
            if word:
                count = int(number) if number else None
                position += max(count or 0, 0) if word == b"bin" else 0
                self._word(word.decode("ascii"), count)
            elif text:
                self._text(text)
            elif brace == b"{":
                self._open()
            elif brace:
                if self._close():
                    return True
            elif hexes:
                self._text(bytes.fromhex(hexes.translate(None, b"\\'").decode("ascii")))
            else:
                self._symbol(symbol.decode("latin-1"))
        return False

    def _open(self) -> None:
        self._n_to_pass, self._is_new = 0, False
        self._outer.append(self._group)
        if self._group.is_flow:
            self._group = self._group._replace(is_flow=False)

    def _close(self) -> bool:
        """Go back to the outer group; True where it was the outermost one that ended."""
        self._n_to_pass, self._is_new = 0, False
        if self._group.is_flow:
            self._flush()
            self._paragraphs.close()
        if self._outer:
            self._group = self._outer.pop()
        return not self._outer

    def _word(self, word: str, number: int | None) -> None:
        is_new, self._is_new, self._n_to_pass = self._is_new, False, 0
        group = self._group
        if word in _WITHIN and group.destination == _WITHIN[word]:
            self._enter(word)
        elif group.is_apart:
            self._list_font(word, number)
        elif is_new or word in _APART or (word == "fldrslt" and self._is_result_left_out()):
            self._group = group._replace(destination=word, is_apart=True)
        else:
            self._obey(word, number)

    def _enter(self, destination: str) -> None:
        self._group = self._group._replace(destination="", is_apart=False, is_flow=destination != "ud")
        if self._group.is_flow:
            self._flush()
            self._paragraphs.open()

    def _list_font(self, word: str, number: int | None) -> None:
        if self._group.destination != "fonttbl":
            return
        if word == "f":
            self._listed_font = number
        elif word == "fcharset" and number in _CHARSETS:
            self._fonts[self._listed_font] = _CHARSETS[number]
        elif word == "cpg":
            self._fonts[self._listed_font] = _codec(number)

    def _is_result_left_out(self) -> bool:
        return bytes(self._instruction.strip().partition(b" ")[0].upper()) in _FIELDS

    def _obey(self, word: str, number: int | None) -> None:
        group = self._group
        match word:
            case "u":
                self._unicode(number or 0)
                self._n_to_pass = group.n_stand_ins
            case "f":
                self._group = group._replace(font=number)
            case "plain":
                self._group = group._replace(font=None, is_hidden=False, is_deleted=False)
            case "v":
                self._group = group._replace(is_hidden=number != 0)
            case "deleted":
                self._group = group._replace(is_deleted=number != 0)
            case "uc":
                self._group = group._replace(n_stand_ins=max(number or 0, 0))
            case "deff":
                self._default_font = number
            case "ansi" | "mac" | "pc" | "pca":
                self._page = _PAGES[word]
            case "ansicpg":
                self._page = _codec(number)
            case "field":
                self._instruction.clear()
            case _ if group.is_shown:
                self._put(word)

    def _put(self, word: str) -> None:
        if word in _ENDS:
            self._flush()
            self._paragraphs.end()
        elif word == "line":
            self._flush()
            self._paragraphs.break_line()
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word].encode(_UNITS), _UNITS)

    def _unicode(self, number: int) -> None:
        """A character, or half of one: its code, less 65536 in writers that count with a sign."""
        if number < 0:
            number += 1 << 16
        if not 0 <= number <= 0x10FFFF:
            number = 0xFFFD
        if self._group.is_shown:
            self._write(chr(number).encode(_UNITS, "surrogatepass"), _UNITS)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._is_new = True
        elif self._n_to_pass:
            self._n_to_pass -= 1
        elif symbol in "\r\n" and self._group.is_shown:
            self._put("par")
        elif symbol in _SYMBOLS and self._group.is_shown:
            self._write(_SYMBOLS[symbol].encode(_UNITS), _UNITS)

    def _text(self, text: bytes) -> None:
        n_passed = min(self._n_to_pass, len(text))
        self._n_to_pass -= n_passed
        if self._group.is_shown:
            font = self._default_font if self._group.font is None else self._group.font
            self._write(text[n_passed:], self._fonts.get(font, self._page))
        elif self._group.destination == "fldinst" and len(self._instruction) < _NAME:
            self._instruction += text[:_NAME]

    def _write(self, raw: bytes, encoding: str) -> None:
        """Keep bytes until those of another encoding follow: a character may be spread over several tokens."""
        if raw and encoding != self._encoding:
            self._flush()
            self._encoding = encoding
        self._raw += raw

    def _flush(self) -> None:
        if self._raw:
            self._paragraphs.add(self._raw.decode(self._encoding, "replace"))
            self._raw.clear()


def _codec(number: int | None) -> str:
    """The encoding of a code page; Windows-1252 for one that is none."""
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return "cp1252"
