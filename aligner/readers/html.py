"""Web pages: the main text, a blank line between blocks.

A page that tells what surrounds its main text is believed (``regions``). Of any other, trafilatura finds where the main
text lies, but drops headings and short blocks within it; our own pass keeps every block but does not know an article
from its surroundings. So trafilatura says where the text begins and ends, and our blocks are what is taken. The pass
works on the flat row of tags: nothing is fetched or expanded, broken markup cannot break it, and no depth of nesting is
too deep.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aligner.document import UNDETERMINED, Mark, Text
from aligner.readers.entities import unescape
from aligner.readers.plain import decode_text
from aligner.readers.regions import Regions, attributes

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
_CHARSET = re.compile(rb"<meta\b[^<>]*?charset\s*=\s*[\"']?\s*([a-z0-9_:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml[^<>]*?encoding\s*=\s*[\"']([a-z0-9_-]+)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HEAD_BYTES = 16384
_LANGUAGE_METAS = frozenset({"content-language", "og:locale", "language", "dc.language", "dc.language.iso"})

_MAX_LINKED = 0.7
"""Share of linked characters from which a block without a full stop is navigation."""

_MIN_INSIDE = 0.05
"""Share of a page's text that must stand outside of its surroundings; below, one of these was never closed."""

_MIN_SHARE = 0.75
"""Share of our text that what trafilatura points out must hold; below, it has lost something."""

_OPENING = 24
"""Letters at a block's beginning by which it is found in the main text; shorter blocks must be a line of it."""

_MAX_FIRST_LINE = 10_000
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
    is_main: bool = False
    lang: str = ""

    @property
    def is_navigation(self) -> bool:
        return self.n_linked > _MAX_LINKED * len(self.text) and not self.is_heading


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The page's main text, with marks where it is said to be in another language than the most of it.

    Its language is the one that the page declares for most of it where the caller knows none.

    Raises:
        ReadError: the bytes are no text.
    """
    page = decode_page(data, text_id)
    blocks, declared = _main_text(page.replace("\r\n", "\n").replace("\r", "\n"))
    most = _most(blocks)
    lang = (most or declared or lang) if lang == UNDETERMINED else lang
    yield Text(text_id, lang, "\n\n".join(block.text for block in blocks), tuple(_marks(blocks, most)))


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
    parse = _Parse(Regions(with_surroundings=False))
    parse.run(page)
    return [block.text for block in parse.blocks if not block.is_navigation]


def _most(blocks: Sequence[_Block]) -> str:
    """The language that most of the text is said to be in; empty where that is none."""
    sizes: Counter[str] = Counter()
    for block in blocks:
        sizes[block.lang] += len(block.text)
    return max(sizes, key=sizes.__getitem__, default="")


def _marks(blocks: Sequence[_Block], most: str) -> Iterator[Mark]:
    start = 0
    for block in blocks:
        end = start + len(block.text)
        if block.lang and _primary(block.lang) != _primary(most):
            yield Mark(start, end, _primary(block.lang))
        start = end + len("\n\n")


def _primary(lang: str) -> str:
    """A tag without script and region."""
    return re.split("[-_]", lang)[0].lower()


def _main_text(page: str) -> tuple[list[_Block], str]:
    """The blocks of the main text, and the language that the page's head declares."""
    parse = _Parse(Regions(with_surroundings=False))
    parse.run(page)
    blocks = [block for block in parse.blocks if not block.is_navigation]
    n_inside = sum(len(block.text) for block in blocks)
    if n_inside <= _MIN_INSIDE * (n_inside + parse.n_outside):
        # A page of nothing but links, or one that never closes its <nav>.
        parse = _Parse(Regions(with_surroundings=True))
        parse.run(page)
        blocks = parse.blocks
    if parse.regions.are_told:
        return [block for block in blocks if block.is_main] or blocks, parse.declared
    if len(page) <= _MAX_PAGE and parse.n_tags <= _MAX_TAGS and parse.depth <= _MAX_DEPTH:
        blocks = _within(blocks, _trafilatura(page))
    return blocks, parse.declared


@dataclass(slots=True)
class _Parse:
    """One pass over a page's tags."""

    regions: Regions
    blocks: list[_Block] = field(default_factory=list)
    declared: str = ""
    depth: int = 0
    n_tags: int = 0
    n_outside: int = 0
    _pieces: list[str] = field(default_factory=list)
    _n_linked: int = 0
    _n_links: int = 0
    _n_pre: int = 0
    _n_nested: int = 0
    _is_heading: bool = False
    _langs: Counter[str] = field(default_factory=Counter)

    def run(self, page: str) -> None:
        end = 0
        for token in _TOKEN.finditer(page):
            self._add(page[end : token.start()])
            end = token.end()
            tag = (token["tag"] or token["tag2"] or "").lower()
            if tag and (token["end"] or token["end2"]):
                self._end(tag)
            elif tag:
                self._start(tag, token[0])
        self._add(page[end:])
        self._close()

    def _add(self, text: str) -> None:
        if not text:
            return
        text = unescape(text)
        n_letters = len("".join(text.split()))
        if self.regions.is_outside:
            self.n_outside += 0 if self._n_links else n_letters
            return
        self._pieces.append(text)
        self._langs[self.regions.lang] += n_letters
        self._n_linked += n_letters if self._n_links else 0

    def _start(self, tag: str, written: str) -> None:
        self._step(tag, is_heading=tag in _HEADINGS)
        self._nest(tag not in {"br", "img", "hr", "input", "p", "li"})
        given = attributes(written)
        if tag == "meta" and _LANGUAGE_METAS.intersection(map(str.lower, given.values())):
            self.declared = self.declared or given.get("content", "")
        if not written.endswith("/>"):
            self.regions.start(tag, given)
        if tag == "br":
            self._pieces.append("\v")
        self._n_links += tag == "a"
        self._n_pre += tag == "pre"

    def _end(self, tag: str) -> None:
        self._step(tag, is_heading=False)
        self._nest(-1)
        self.regions.end(tag)
        self._n_links = max(0, self._n_links - (tag == "a"))
        self._n_pre = max(0, self._n_pre - (tag == "pre"))

    def _step(self, tag: str, *, is_heading: bool) -> None:
        self.n_tags += 1
        if tag not in _INLINE:
            self._close()
            self._is_heading = is_heading
            # A link does not outlive its block; one that is never closed would make the rest navigation.
            self._n_links = 0

    def _nest(self, n: int) -> None:
        self._n_nested = max(0, self._n_nested + n)
        self.depth = max(self.depth, self._n_nested)

    def _close(self) -> None:
        text = "".join(self._pieces)
        if not self._n_pre:
            text = _SPACE.sub(" ", text)
        text = "\n".join(line.strip(" ") for line in text.split("\v")).strip()
        if text:
            n_linked = self._n_linked + text.count(" ") if self._n_linked else 0
            lang = max(self._langs, key=self._langs.__getitem__)
            self.blocks.append(_Block(text, n_linked, self._is_heading, self.regions.is_main, lang))
        self._pieces.clear()
        self._langs.clear()
        self._n_linked = 0


def _trafilatura(page: str) -> str:
    import trafilatura

    if "\n" not in page[:_MAX_FIRST_LINE]:
        # Its search for a faulty doctype takes quadratic time over the first line.
        page = "\n" + page
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
