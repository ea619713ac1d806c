"""Units of a large XML file, each parsed by itself: one that is broken harms no other, and memory stays flat.

A parser ends at the first fault, and files of translations that other tools wrote have many: an ``&`` that nobody
escaped, a control character from a word processor, an entity of their own. So the file is cut at the tags of its units
and each is parsed alone, within the start tags of the elements around it, which tell namespaces and languages. What can
only be meant one way is mended: an ``&`` that begins no reference, a ``<`` before what begins no tag, a character that
XML forbids.
"""

import codecs
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from aligner.errors import GoldError
from aligner.markup import Element, parse
from aligner.writers.cells import clean
from aligner.writers.verbatim import storable

_CHUNK = 1 << 16
_MAX_UNIT = 4 << 20
"""Characters of the longest unit."""

_MAX_TAG = 1 << 16
"""Characters of the longest start tag around units."""

_OVERLAP = 256
"""Characters at the end of what was read in which the beginning of a mark may stand."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CODEC = re.compile("ascii|utf-8|iso8859|cp|koi8|mac|euc|gb|big5|shift|tis")
"""Codecs of text that begins as ASCII; Python has others, which pack, encrypt or run."""

_CLOSED = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
"""What holds no tags, and how it ends."""

_END = {opened: re.compile(re.escape(closed)) for opened, closed in {**_CLOSED, "<": ">"}.items()}

_TAG = re.compile(r"""<([^\s<>"'/]+)[^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+>""")
_STRAY = re.compile(r"&(?!(?:[A-Za-z_][\w.-]*|#[0-9]+|#x[0-9A-Fa-f]+);)|<(?![A-Za-z_/!?])")
_REFERENCE = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_UNDECODED = re.compile("[\ud800-\udfff]")
_WITHIN = re.compile(r"^line \d+: |, line \d+, column \d+")
"""Where a fault stands in the text of its unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands in a file; ``number`` and ``line`` count from 1."""

    file: str
    number: int
    line: int

    def broken(self, what: str) -> GoldError:
        """The error that names this unit."""
        return GoldError(f"{self.file}: unit {self.number} (line {self.line}): {clean(what)}")


@dataclass(frozen=True, slots=True)
class Fragment:
    """One unit: its element stands within those around it, which hold nothing else."""

    place: Place
    element: Element


def fragments(file: BinaryIO, name: str, unit: Sequence[str], around: Sequence[str]) -> Iterator[Fragment | GoldError]:
    """The units of a file, elements with one of the names ``unit``, and what is wrong with each that cannot be parsed.

    ``around`` are the names of the elements that a unit is put into again, the outermost first: of each name the last
    one that began before the unit. Namespaces do not count.

    Raises:
        GoldError: nothing can be read beyond a place, or the file ends before its outermost element does.
    """
    text = _Text(name, _decoded(file, name))
    every, only = _marks((*unit, *around)), _marks(unit)
    tags: dict[str, str] = {}
    number, is_whole = 0, False
    while mark := text.seek(every):
        opened, end, element = mark.groups()
        if opened in _CLOSED:
            text.move(mark.end())
            text.move_behind(_END[opened])
        elif end:
            is_whole = is_whole or element == around[0]
            text.move(mark.end())
        elif element in around:
            place = Place(name, number + 1, text.line)
            tag = text.take_tag()
            if tag is None or not _is_sound(tag, [tags[one] for one in around[: around.index(element)] if one in tags]):
                yield place.broken(f"the tag <{element}> before it is not well-formed; mend it there")
            else:
                tags[element] = tag
        else:
            number += 1
            place = Place(name, number, text.line)
            taken = text.take_unit(only)
            if not text.is_cut:
                yield _parsed(taken, place, [tags[one] for one in around if one in tags])
    if not is_whole and (number or tags):
        where = f"{name}: ends within unit {number}, " if text.is_cut else f"{name}: ends after {number} units, "
        raise GoldError(f"{where}before </{around[0]}>; fetch or save the file again")


def _marks(names: Sequence[str]) -> re.Pattern[str]:
    """Where something that holds no tags begins, or one of these elements begins or ends."""
    return re.compile(rf"({'|'.join(map(re.escape, _CLOSED))})|<(/?)(?:[\w.-]{{1,99}}:)?({'|'.join(names)})(?=[\s/>])")


def _parsed(text: str | None, place: Place, around: Sequence[str]) -> Fragment | GoldError:
    """The unit in this text, within these start tags."""
    if text is None:
        return place.broken("another begins before it ends; close it")
    if _UNDECODED.search(text):
        return place.broken("holds bytes that are no text in the file's encoding; save the file as UTF-8")
    try:
        try:
            element = parse(_within(text, around))
        except ValueError:
            element = parse(_within(_mended(text), around))
    except ValueError as error:
        return place.broken(_WITHIN.sub("", str(error)))
    for _ in around:
        element = element[0]
    return Fragment(place, element)


def _within(text: str, around: Sequence[str]) -> bytes:
    """The text within these start tags, and their end tags behind."""
    behind = (f"</{_name(tag)}>" for tag in reversed(around))
    return "".join((*around, text, *behind)).encode("utf-8", "replace")


def _is_sound(tag: str, around: Sequence[str]) -> bool:
    try:
        parse(_within("", (*around, tag)))
    except ValueError:
        return False
    return True


def _name(tag: str) -> str:
    found = _TAG.match(tag)
    return found[1] if found else ""


def _mended(text: str) -> str:
    """The text with all that can only be meant one way written as XML has it."""
    if "<![CDATA[" in text:
        return text
    return _REFERENCE.sub(_referred, storable(_STRAY.sub(lambda found: escape(found[0]), text)))


def _referred(found: re.Match[str]) -> str:
    """A reference, or what is put for a character that XML forbids."""
    number = int(found[1]) if found[1] else int(found[2], 16)
    meant = chr(number) if number <= sys.maxunicode else "\ufffe"
    allowed = storable(meant)
    return found[0] if allowed == meant else allowed


class _Text:
    """A file's text on its way through: ``line`` is where what is still to come begins."""

    def __init__(self, name: str, chunks: Iterator[str]) -> None:
        self.line, self.is_cut = 1, False
        self._name, self._chunks = name, chunks
        self._held, self._at = "", 0

    def seek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move to the next mark; none if there is none to the end."""
        while not (mark := pattern.search(self._held, self._at)):
            self.move(max(self._at, len(self._held) - _OVERLAP))
            if not self._more():
                self.move(len(self._held))
                return None
        self.move(mark.start())
        return mark

    def move(self, place: int) -> None:
        """Move to a place that a mark has told."""
        self.line += self._held.count("\n", self._at, place)
        self._at = place

    def move_behind(self, pattern: re.Pattern[str]) -> None:
        """Move behind the next mark, or to the end if there is none."""
        if mark := self.seek(pattern):
            self.move(mark.end())

    def take_tag(self) -> str | None:
        """The start tag here, as one that is not empty, and move behind it; none if it is broken."""
        while len(self._held) - self._at < _MAX_TAG and self._more():
            pass
        found = _TAG.match(self._held, self._at)
        self.move(found.end() if found else self._at + 1)
        return re.sub(r"/?>$", ">", found[0]) if found else None

    def take_unit(self, marks: re.Pattern[str]) -> str | None:
        """The unit that begins here, and move behind it; none if another begins, or the file ends, before it ends."""
        end = 1
        while mark := self._find(marks, end):
            opened, is_end, _ = mark.groups()
            if not opened and not is_end:
                self.move(mark.start())
                return None
            closed = self._find(_END[opened or "<"], mark.end() - self._at)
            if not closed:
                break
            if is_end:
                text = self._held[self._at : closed.end()]
                self.move(closed.end())
                return text
            end = closed.end() - self._at
        self.is_cut = True
        self.move(len(self._held))
        return None

    def _find(self, pattern: re.Pattern[str], offset: int) -> re.Match[str] | None:
        """The next mark from so far behind here; the text does not move."""
        while not (mark := pattern.search(self._held, self._at + offset)):
            length = len(self._held) - self._at
            if length > _MAX_UNIT:
                raise GoldError(f"{self._name}:{self.line}: a unit of more than {_MAX_UNIT} characters; cut it")
            offset = max(offset, length - _OVERLAP)
            if not self._more():
                return None
        return mark

    def _more(self) -> bool:
        """Read on; whether there was anything."""
        chunk = next(self._chunks, "")
        self._held, self._at = self._held[self._at :] + chunk, 0
        return bool(chunk)


def _decoded(file: BinaryIO, name: str) -> Iterator[str]:
    """The text of a file, bytes that are none as lone surrogates.

    Raises:
        GoldError: the encoding that it declares is unknown, or a byte cannot be told apart from what follows.
    """
    data = file.read(_CHUNK)
    decoder = codecs.getincrementaldecoder(_encoding(data, name))
    decode = decoder("surrogatepass" if decoder.__module__.startswith("encodings.utf_16") else "surrogateescape").decode
    try:
        while data:
            if text := decode(data):
                yield text
            data = file.read(_CHUNK)
        yield decode(b"", True)
    except UnicodeDecodeError as error:
        raise GoldError(f"{name}: not {error.encoding} ({error.reason}); save the file as UTF-8") from error


def _encoding(data: bytes, name: str) -> str:
    """The encoding by the mark before the first bytes, by their width, or as they declare it; else UTF-8."""
    told = {**_MARKS, **_UNMARKED}
    if wide := next((told[mark] for mark in told if data.startswith(mark)), ""):
        return wide
    declared = _DECLARED.match(data)
    label = declared[1].decode("ascii", "replace") if declared else "utf-8"
    try:
        found = codecs.lookup(label).name
    except LookupError:
        found = ""
    # What declares a wide encoding in narrow letters was saved anew by a tool that knew no better.
    if found.startswith(("utf-16", "utf-32")):
        return "utf-8"
    if not _CODEC.match(found):
        raise GoldError(f"{name}: declares the encoding {label!r}, which is unknown; save the file as UTF-8")
    return found
