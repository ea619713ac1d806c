"""Web pages: the main text, a blank line between blocks.

trafilatura finds where a page's main text lies, but drops headings and short blocks within it; our own pass keeps
every block but does not know an article from its surroundings. So trafilatura says where the text begins and ends,
and our blocks are what is taken. The pass works on the flat row of tags: nothing is fetched or expanded, broken
markup cannot break it, and no depth of nesting is too deep.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from aligner.document import UNDETERMINED, Text
from aligner.readers.plain import decode_text

# Every alternative stops at the next "<", or takes the rest of the page, so that time stays linear in bad markup.
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|noscript|template|iframe|textarea|title|svg|math|object)\b[^<>]*+(?:(?<=/)>|>.*?(?:</(?P=raw)\b[^<>]*+>|\Z))"
    r"|<!doctype[^<>\[]*+\[.*?(?:\]\s*>|\Z)"
    r"|<[!?][^<>]*+>"
    r"|<(?P<end>/?)(?P<tag>[a-z][a-z0-9:-]*+)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>"
    r"|<(?P<end2>/?)(?P<tag2>[a-z][a-z0-9:-]*+)[^<>]*+(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_INLINE_TAGS = """
a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr q rb ruby s samp small
span strike strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SURROUNDINGS = frozenset({"nav", "footer", "form", "button", "select", "menu", "dialog", "rp", "rt"})
_LANG = re.compile(rb"<html\b[^<>]*?\s(?:xml:)?lang\s*=\s*[\"']?([a-z0-9_-]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta\b[^<>]*?charset\s*=\s*[\"']?\s*([a-z0-9_:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml[^<>]*?encoding\s*=\s*[\"']([a-z0-9_-]+)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HEAD_BYTES = 16384

_MAX_LINKED = 0.7
"""Share of linked characters from which a block without a full stop is navigation."""

_MIN_SHARE = 0.75
"""Share of our text that what trafilatura points out must hold; below, it has lost something."""

_OPENING = 24
"""Letters at a block's beginning by which it is found in the main text; shorter blocks must be a line of it."""

_MAX_PAGE = 4 << 20
_MAX_TAGS = 20_000
_MAX_DEPTH = 200
"""Characters, tags and depth of nesting up to which trafilatura is asked; beyond, it is slow or sees nothing."""


@dataclass(slots=True)
class _Block:
    """A run of text between two block tags."""

    text: str
    n_linked: int = 0
    is_heading: bool = False

    @property
    def is_navigation(self) -> bool:
        return self.n_linked > _MAX_LINKED * len(self.text) and not self.is_heading


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The page's main text; its language is the page's own ``lang`` where the caller knows none.

    Raises:
        ReadError: the bytes are no text.
    """
    page = decode_page(data, text_id)
    if lang == UNDETERMINED and (declared := _LANG.search(data[:_HEAD_BYTES])):
        lang = declared[1].decode("ascii")
    yield Text(text_id, lang, "\n\n".join(_main_text(page)))


def decode_page(data: bytes, text_id: str) -> str:
    """The page that the bytes encode, by its own word where that is to be believed.

    Raises:
        ReadError: the bytes are no text.
    """
    head = data[:_HEAD_BYTES]
    charset = _CHARSET.search(head) or _XML_ENCODING.match(head)
    return decode_text(data, text_id, charset[1].decode("ascii") if charset else "").replace("\0", "")


def page_blocks(page: str) -> list[str]:
    """The text of every block of a page but navigation: of one that is all main text, as a chapter is."""
    parse = _Parse()
    parse.run(page)
    return [block.text for block in parse.blocks if not block.is_navigation]


def _main_text(page: str) -> list[str]:
    parse = _Parse()
    parse.run(page)
    blocks = [block for block in parse.blocks if not block.is_navigation]
    if not blocks:
        # A page of nothing but links, or one that never closes its <nav>.
        parse = _Parse(surroundings=frozenset())
        parse.run(page)
        blocks = parse.blocks
    if len(page) <= _MAX_PAGE and parse.n_tags <= _MAX_TAGS and parse.depth <= _MAX_DEPTH:
        blocks = _within(blocks, _trafilatura(page))
    return [block.text for block in blocks]


@dataclass(slots=True)
class _Parse:
    """One pass over a page's tags."""

    surroundings: frozenset[str] = _SURROUNDINGS
    blocks: list[_Block] = field(default_factory=list)
    depth: int = 0
    n_tags: int = 0
    _pieces: list[str] = field(default_factory=list)
    _n_linked: int = 0
    _n_open: dict[str, int] = field(default_factory=dict)
    _n_nested: int = 0
    _is_heading: bool = False

    def run(self, page: str) -> None:
        end = 0
        for token in _TOKEN.finditer(page):
            self._add(page[end : token.start()])
            end = token.end()
            tag = (token["tag"] or token["tag2"] or "").lower()
            if tag:
                self._step(tag, is_end=bool(token["end"] or token["end2"]))
        self._add(page[end:])
        self._close()

    def _add(self, text: str) -> None:
        if not text or any(self._n_open.get(tag) for tag in self.surroundings):
            return
        text = unescape(text)
        self._pieces.append(text)
        if self._n_open.get("a"):
            self._n_linked += len("".join(text.split()))

    def _step(self, tag: str, *, is_end: bool) -> None:
        self.n_tags += 1
        self._n_nested = max(0, self._n_nested + (-1 if is_end else tag not in {"br", "img", "hr", "input", "p", "li"}))
        self.depth = max(self.depth, self._n_nested)
        if tag not in _INLINE:
            self._close()
            self._is_heading = tag in _HEADINGS and not is_end
            # A link does not outlive its block; one that is never closed would make the rest navigation.
            self._n_open["a"] = 0
        if tag == "br":
            self._pieces.append("\v")
        if tag == "a" or tag == "pre" or tag in self.surroundings:
            self._n_open[tag] = max(0, self._n_open.get(tag, 0) + (-1 if is_end else 1))

    def _close(self) -> None:
        text = "".join(self._pieces)
        if not self._n_open.get("pre"):
            text = _SPACE.sub(" ", text)
        text = "\n".join(line.strip(" ") for line in text.split("\v")).strip()
        if text:
            n_linked = self._n_linked + text.count(" ") if self._n_linked else 0
            self.blocks.append(_Block(text, n_linked, self._is_heading))
        self._pieces.clear()
        self._n_linked = 0


def _trafilatura(page: str) -> str:
    import trafilatura

    found = trafilatura.bare_extraction(
        page, favor_recall=True, include_tables=True, include_comments=False, with_metadata=False
    )
    # The road that gives a dict is closed in version 2; its type is still in the signature.
    return "" if found is None or isinstance(found, dict) else found.text or ""


def _squeeze(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _within(blocks: list[_Block], main: str) -> list[_Block]:
    """The blocks from the first to the last that stand in the main text, and the headings just before them."""
    lines = {_squeeze(line) for line in main.splitlines()}
    letters = _squeeze(main)
    # Membership in a set, since looking for each block in the whole text would take quadratic time.
    openings = {letters[i : i + _OPENING] for i in range(len(letters) - _OPENING + 1)}
    inside = [
        i for i, block in enumerate(blocks) if (own := _squeeze(block.text)) in lines or own[:_OPENING] in openings
    ]
    if not inside:
        return blocks
    start = inside[0]
    while start and blocks[start - 1].is_heading:
        start -= 1
    kept = blocks[start : inside[-1] + 1]
    n_kept, n_all = (sum(len(block.text) for block in some) for some in (kept, blocks))
    return kept if n_kept >= _MIN_SHARE * n_all else blocks
