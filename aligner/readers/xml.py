"""XML: the text of its paragraphs, a blank line between them; TEI, DocBook, JATS, DITA, XCES, and whatever else.

One rule serves them all: an element with text of its own is a block, and what stands within it is part of its line;
elements that hold but elements are structure. Lists of names say what the rule cannot see: lines that hold nothing but
elements, blocks that hang in the text of another, and what is no text at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from aligner.document import UNDETERMINED, Text
from aligner.errors import ReadError
from aligner.markup import Element, local_name, parse
from aligner.readers import html, tmx, xliff
from aligner.readers.ids import part_id
from aligner.readers.inline import XML_LANG
from aligner.readers.multilingual import texts

_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_OTHERS = {"html": html.read, "tmx": tmx.read, "xliff": xliff.read}
"""Formats with readers of their own, by the names of their root elements."""

_LINE_NAMES = """
ab caption cell dd dt entry glossterm head item l label li p para s simpara speaker stage subtitle td term th title
titlePart trailer
"""
_LINES = frozenset(_LINE_NAMES.split())
"""Elements whose children are parts of their line, even where no text stands between them."""

_BLOCK_NAMES = """
blockquote body dd disp-quote div dl dt dlentry entry epigraph example fig figDesc figure floatingText formalpara
glossentry head informaltable item itemizedlist l lg li list list-item listitem literallayout ol orderedlist p para
procedure programlisting row screen section sec simpara simplelist sl sli sp step steps table tbody td tgroup th thead
tr ul variablelist varlistentry verse-group verse-line
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements that end the line of the element in which they stand."""

_ASIDES = frozenset({"fn", "footnote", "note", "stage"})
"""Elements that stand within a line, and whose text comes after it."""

_NO_TEXT_NAMES = """
teiHeader cesHeader facsimile sourceDoc standOff fw del surplus interp interpGrp
aff article-categories article-id author-notes contrib-group counts custom-meta-group elocation-id fpage history issue
journal-meta kwd-group lpage math permissions pub-date ref-list self-uri tex-math volume
author authorgroup copyright draft-comment indexterm metadata prolog pubdate releaseinfo remark revhistory
script style
"""
_NO_TEXT = frozenset(_NO_TEXT_NAMES.split())
"""Elements that tell about the text, hold formulas or code, or were struck out."""

_CHOICES = frozenset({"app", "choice"})
_CHOSEN = frozenset({"corr", "expan", "lem", "reg", "unclear"})
"""What is read of several readings: what an editor would print; where none is marked so, the first."""

_WORDS = frozenset({"pc", "tok", "w"})
_SPACE = re.compile(r"[ \t\r\n]+")
_BEFORE = re.compile(r" (?=[,.;:!?…)\]}»”%]|['’](?:s|t|re|ve|ll|d|m)\b|n['’]t\b)")
_AFTER = re.compile(r"(?<=[(\[{«“¿¡]) |(?<=\w['’]) (?=\w)")


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The text of the document, in its own ``xml:lang`` where the caller knows no language.

    A TEI corpus with several ``text`` elements gives as many: as ``FILE#it`` where each has a language of its own,
    else as ``FILE#id``. XHTML, TMX and XLIFF under this name are read as what they are. Notes follow the block in
    which they stand.

    Raises:
        ReadError: no well-formed XML, too large, or with entities of its own.
    """
    try:
        root = parse(data)
    except ValueError as error:
        raise ReadError(f"{text_id}: {error}") from error
    if local_name(root) in _OTHERS:
        return _OTHERS[local_name(root)](data, text_id, lang)
    return _texts(root, text_id, lang)


def _texts(root: Element, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    with_space = _has_spaces(root)
    parts = list(_outermost_texts(root)) or [root]
    contents = ["\n\n".join(_Flow(with_space).blocks_of(part)) for part in parts]
    tags = [_lang(part) for part in parts]
    if len(parts) == 1:
        yield Text(text_id, tags[0] if lang == UNDETERMINED else lang, contents[0])
    elif len(set(tags)) == len(tags):
        yield from texts(zip(tags, contents, strict=True), text_id, lang)
    else:
        taken: set[str] = set()
        for number, (part, tag, content) in enumerate(zip(parts, tags, contents, strict=True), start=1):
            part_lang = lang if tag == UNDETERMINED else tag
            yield Text(part_id(text_id, part.get(_XML_ID, ""), number, taken), part_lang, content)


def _outermost_texts(element: Element) -> Iterator[Element]:
    """The ``text`` elements of a TEI document; in a group of texts, the group's."""
    if local_name(element) == "text":
        yield element
    elif local_name(element) in {"TEI", "TEI.2", "teiCorpus", "teiCorpus.2"}:
        for child in element:
            yield from _outermost_texts(child)


def _lang(element: Element) -> str:
    around = (outer.get(XML_LANG) or outer.get("lang") for outer in (element, *element.iterancestors()))
    return next(filter(None, around), UNDETERMINED)


def _has_spaces(root: Element) -> bool:
    """Whether the spaces of a tokenised text are there; where each token has a line of its own, they are not."""
    words = list(root.iter(*(f"{{*}}{name}" for name in (*_WORDS, "c"))))
    return not words or any(
        local_name(word) == "c" or " " in (word.text or "") or _is_space(word.tail) for word in words
    )


def _is_space(tail: str | None) -> bool:
    return tail is not None and tail.isspace() and "\n" not in tail


@dataclass(slots=True)
class _Flow:
    """The way through a document, and the line that it is in."""

    with_space: bool
    _pieces: list[str] = field(default_factory=list)
    _asides: list[Element] = field(default_factory=list)

    def blocks_of(self, element: Element) -> Iterator[str]:
        """The blocks of an element that stands in no line."""
        if local_name(element) in _NO_TEXT:
            return
        if _is_line(element):
            yield from self._line(element)
            yield from self._end()
        else:
            for child in element:
                yield from self.blocks_of(child)

    def _line(self, element: Element) -> Iterator[str]:
        """Add an element's text to the line; what lines end within it are yielded."""
        self._pieces.append(element.text or "")
        for child in _chosen(element):
            name = local_name(child)
            if name in _ASIDES:
                self._asides.append(child)
            elif name in _BLOCKS:
                yield from self._end()
                yield from self.blocks_of(child)
            elif name not in _NO_TEXT:
                yield from self._line(child)
            self._pieces.append(self._space_after(child, name))
            self._pieces.append(child.tail or "")

    def _space_after(self, child: Element, name: str) -> str:
        if name in {"br", "lb"}:
            return "" if child.get("break") == "no" else " "
        return " " if name in {"s", "seg"} or (name in _WORDS and not self.with_space) else ""

    def _end(self) -> Iterator[str]:
        """The line so far, if any, and the asides in it."""
        line = _SPACE.sub(" ", "".join(self._pieces)).strip()
        if not self.with_space:
            line = _AFTER.sub("", _BEFORE.sub("", line))
        asides, self._asides = self._asides, []
        self._pieces = []
        if line:
            yield line
        for aside in asides:
            yield from _Flow(self.with_space).blocks_of(aside)


def _is_line(element: Element) -> bool:
    if local_name(element) in _LINES or (element.text or "").strip():
        return True
    return any(local_name(child) in _WORDS or (child.tail or "").strip() for child in element)


def _chosen(element: Element) -> list[Element]:
    """The children to be read; of several readings one."""
    children = list(element)
    if local_name(element) not in _CHOICES:
        return children
    return [child for child in children if local_name(child) in _CHOSEN][:1] or children[:1]
