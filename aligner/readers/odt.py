"""OpenDocument texts, as their last reader sees them."""

from collections.abc import Iterator

from aligner.document import Text
from aligner.errors import ReadError
from aligner.markup import Element, attribute, local_name, walk
from aligner.readers.archives import Archive
from aligner.readers.paragraphs import Paragraphs

_LEFT_OUT_TAGS = """
tracked-changes annotation note-citation number ruby-text hidden-text hidden-paragraph page-number page-count script
table-of-content illustration-index table-index object-index user-index alphabetical-index
forms binary-data title desc
"""
_LEFT_OUT = frozenset(_LEFT_OUT_TAGS.split())
"""Deletions, comments, marks and numbers, furigana, what is hidden, indexes, forms, and pictures with their captions
for those who cannot see them."""

_PARAGRAPHS = frozenset({"p", "h"})
_SPACES = frozenset({"s", "tab"})
_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The document as one text: paragraphs, list items, table cells; text boxes and notes after what they hang on.

    Headers and footers, comments, tracked deletions, indexes and the numbers of lists are left out.

    Raises:
        ReadError: the data is no sound OpenDocument text.
    """
    archive = Archive(data, text_id, ".odt")
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise ReadError(f"{text_id}: encrypted; save the file without a password")
    root = archive.xml(_CONTENT)
    body = root.find("{*}body/{*}text")
    if body is None:
        kinds = ", ".join(local_name(kind) for kind in root.iterfind("{*}body/*")) or "nothing"
        raise ReadError(f"{archive.where(_CONTENT)}: no text but {kinds}; name the file for what it is")
    yield Text(text_id, lang, "\n\n".join(_blocks(body)))


def _blocks(body: Element) -> list[str]:
    paragraphs = Paragraphs()
    for name, element, is_start in walk(body, _is_left_out):
        if name in _PARAGRAPHS:
            paragraphs.open() if is_start else paragraphs.close()
        elif is_start and name in _SPACES:
            paragraphs.add(" ")
        elif is_start and name == "line-break":
            paragraphs.break_line()
        paragraphs.add((element.text if is_start else element.tail) or "")
    return paragraphs.blocks()


def _is_left_out(name: str, element: Element) -> bool:
    if name == "section":
        return attribute(element, "display") == "none"
    return name in _LEFT_OUT
