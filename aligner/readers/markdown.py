"""Markdown: the text that a reader of the page would see, a blank line between blocks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.plain import decode_text

# Blocks of HTML that hold no prose; the text of all others (`<aside>`, `<div>`, `<p>`) is read as Markdown.
_NO_PROSE = re.compile(r"\s*<(?:script|style|pre|textarea|!|\?)", re.IGNORECASE)
MAX_CHARACTERS = 4 << 20
"""The longest page; the parser takes 1 s a million characters of prose, and 10 s of brackets."""

_MAX_NESTING = 200
"""Levels below which text is left out; a list item has two. The usual 20 loses lists of ten levels."""

MAX_SCANNED = 10_000_000
"""The most characters, summed over all square brackets from each to its end or its paragraph's, which the parser goes
through in search of links: some 2 s."""

_BRACKET = re.compile(r"[\[\]]|\n[ \t]*\n")
_SPACES = re.compile(" {2,}")


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The page as one text: headings, paragraphs, list items and table cells are blocks.

    Front matter, code blocks, link targets, images and marks of emphasis are left out; a line that is only wrapped
    is joined by a space.

    Raises:
        ReadError: the bytes are no text, or too many, or leave square brackets open by the hundreds.
    """
    content = decode_text(data, text_id)
    if len(content) > MAX_CHARACTERS:
        raise ReadError(f"{text_id}: {len(content)} characters of Markdown; cut it into files of {MAX_CHARACTERS}")
    if _n_scanned(content) > MAX_SCANNED:
        raise ReadError(f"{text_id}: too many square brackets that are not closed; close them, or read it as .txt")
    yield Text(text_id, lang, "\n\n".join(filter(None, map(str.strip, _blocks(content)))))


def _n_scanned(content: str) -> int:
    """How many characters lie between each square bracket and its end, or its paragraph's, summed up."""
    total, opened = 0, list[int]()
    for found in _BRACKET.finditer(content):
        if found[0] == "[":
            opened.append(found.start())
        elif found[0] == "]":
            total += found.start() - opened.pop() if opened else 0
        else:
            total += found.start() * len(opened) - sum(opened)
            opened.clear()
    return total + len(content) * len(opened) - sum(opened)


def _blocks(content: str) -> Iterator[str]:
    for token in _parser().parse(content):
        if token.type == "inline":
            yield _plain(token.children or ())
        elif token.type == "html_block" and not _NO_PROSE.match(token.content):
            for inner in _html_parser().parse(token.content):
                if inner.type == "inline":
                    yield _plain(inner.children or ())


def _plain(tokens: Iterable[Token]) -> str:
    return _SPACES.sub(" ", "".join(_visible(token) for token in tokens))


def _visible(token: Token) -> str:
    if token.type in {"text", "text_special", "code_inline"}:
        return token.content
    if token.type == "hardbreak":
        return "\n"
    return " " if token.type == "softbreak" else ""


def _build(without: Sequence[str]) -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"]).disable(without)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _build([]).use(front_matter_plugin)


@lru_cache(maxsize=1)
def _html_parser() -> MarkdownIt:
    """For what stands between the tags of an HTML block, where indentation means nothing."""
    return _build(["html_block", "code"])
