"""Electronic books: their chapters in reading order, without what only helps to find them."""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from aligner.document import UNDETERMINED, Text
from aligner.errors import ReadError
from aligner.markup import Element
from aligner.readers.archives import Archive
from aligner.readers.html import decode_page, page_blocks

_CONTAINER = "META-INF/container.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"})
_ASIDE = frozenset({"cover", "toc"})
"""Pages that a book's guide points out and that hold no text of it."""

_EMPTY = re.compile(r"<(?!br\b|hr\b)[a-z][^<>]*+(?<=/)>", re.IGNORECASE)
"""An element without content, as XHTML writes it; HTML would take ``<a id="p7"/>`` for a link that never ends."""

_MARK = re.compile(
    r"<(?P<tag>a|sup)\b(?=[^<>]*?\bnoteref\b)[^<>]*+>(?:(?!</?(?P=tag)\b).){0,200}</(?P=tag)>", re.I | re.S
)
"""The mark of a note, as ``<a epub:type="noteref">1</a>``."""


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The book as one text; its language is the book's own where the caller knows none.

    Cover, tables of contents and what stands outside the reading order are left out. A chapter that cannot be read
    comes out as a ``ReadError`` that names it.

    Raises:
        ReadError: the data is no sound book, or no chapter of it can be read.
    """
    archive = Archive(data, text_id, ".epub")
    place = _package(archive)
    package = archive.xml(place)
    texts, problems = [], []
    for name in _spine(package, posixpath.dirname(place)):
        try:
            texts += _chapter(archive, name)
        except ReadError as error:
            problems.append(error)
    if problems and not texts:
        raise problems[0]
    yield from problems
    if lang == UNDETERMINED:
        lang = next((tag.text.strip() for tag in package.iter("{*}language") if tag.text), "") or lang
    yield Text(text_id, lang, "\n\n".join(texts))


def _package(archive: Archive) -> str:
    """The name of the member that says what the book is made of."""
    for root in archive.xml(_CONTAINER).iter("{*}rootfile"):
        return _resolve("", root.get("full-path", ""))
    raise ReadError(f"{archive.where(_CONTAINER)}: names no book; save it anew with the program that made it")


def _spine(package: Element, folder: str) -> list[str]:
    """The names of the book's pages in reading order, each once."""
    items = {item.get("id", ""): item for item in package.iterfind("{*}manifest/{*}item")}
    aside = {
        _resolve(folder, reference.get("href", ""))
        for reference in package.iterfind("{*}guide/{*}reference")
        if reference.get("type", "").lower() in _ASIDE
    }
    names = [
        _resolve(folder, item.get("href", ""))
        for reference in package.iterfind("{*}spine/{*}itemref")
        if reference.get("linear") != "no" and (item := items.get(reference.get("idref", ""))) is not None
        if item.get("media-type", "") in _PAGES and "nav" not in item.get("properties", "").split()
    ]
    return [name for name in dict.fromkeys(names) if name not in aside]


def _resolve(folder: str, href: str) -> str:
    """The name of the member that a reference in this folder means."""
    path = unquote(href.partition("#")[0], errors="replace")
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def _chapter(archive: Archive, name: str) -> list[str]:
    page = decode_page(archive.read(name), archive.where(name))
    return page_blocks(_MARK.sub("", _EMPTY.sub("", page)))
