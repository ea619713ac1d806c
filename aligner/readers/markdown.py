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

MAX_BRACKETS = 2_000_000
"""The most open square brackets, summed over all brackets (up to ``_MAX_NESTING`` each), which the parser goes through
again for each: some 1 s."""

_BRACKET = re.compile(r"[\[\]]|\n[ \t]*\n")
_SPACES = re.compile(" {2,}")


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The page as one text: headings, paragraphs, list items and table cells are blocks.

    Front matter, code blocks, link targets, images and marks of emphasis are left out; a line that is only wrapped
    is joined by a space.

    Raises:
        ReadError: the bytes are no text, or too many, or nest square brackets by the thousands.
    """
    content = decode_text(data, text_id)
    if len(content) > MAX_CHARACTERS:
        raise ReadError(f"{text_id}: {len(content)} characters of Markdown; cut it into files of {MAX_CHARACTERS}")
    if _n_brackets(content) > MAX_BRACKETS:
        raise ReadError(f"{text_id}: thousands of square brackets within each other; close them, or read it as .txt")
    yield Text(text_id, lang, "\n\n".join(filter(None, map(str.strip, _blocks(content)))))


def _n_brackets(content: str) -> int:
    """How many square brackets of their paragraph are open at each one, summed up."""
    total = depth = 0
    for found in _BRACKET.finditer(content):
        depth = depth + 1 if found[0] == "[" else max(0, depth - 1) if found[0] == "]" else 0
        total += min(depth, _MAX_NESTING)
    return total


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
