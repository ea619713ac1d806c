"""Files to texts, one module a format; opening, limits, compression and tidying are shared and stand here.

A reader is a function ``read(data, text_id, lang)`` over the bytes of one file. It yields a ``Text`` for each text in
it, and a ``ReadError`` (as a value, not raised) for each part that cannot be read, so that a bad line costs nothing
but itself; it raises ``ReadError`` where nothing can be read at all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from aligner.document import UNDETERMINED, Text
from aligner.errors import ReadError
from aligner.readers.files import read_bytes, split_packing
from aligner.registry import Part, Registry

Reader = Callable[[bytes, str, str], Iterator[Text | ReadError]]

READERS = Registry(
    "reader",
    {
        ".txt": Part("aligner.readers.plain:read", "plain text in any encoding"),
        ".md": Part("aligner.readers.markdown:read", "Markdown: its text, without code blocks"),
        ".markdown": Part("aligner.readers.markdown:read", "Markdown, as .md"),
        ".html": Part("aligner.readers.html:read", "web pages: the main text"),
        ".htm": Part("aligner.readers.html:read", "web pages, as .html"),
        ".docx": Part("aligner.readers.docx:read", "Word documents, with notes and text boxes"),
        ".odt": Part("aligner.readers.odt:read", "OpenDocument texts, with notes and text boxes"),
        ".rtf": Part("aligner.readers.rtf:read", "rich text in any code page, with notes and text boxes"),
        ".epub": Part("aligner.readers.epub:read", "electronic books: their chapters in reading order"),
        ".pdf": Part(
            "aligner.readers.pdf:read",
            "PDF with a text layer: its paragraphs, without running headers",
            extra="pdf",
            requires=("pypdfium2",),
        ),
        ".srt": Part("aligner.readers.subtitles:read", "subtitles: sentences, joined over cues"),
        ".vtt": Part("aligner.readers.subtitles:read", "subtitles of the web (WebVTT), as .srt"),
        ".ass": Part("aligner.readers.subtitles:read_ass", "subtitles (SubStation Alpha), as .srt"),
        ".jsonl": Part("aligner.readers.jsonl:read", "one JSON object a line: id, lang, text"),
        ".csv": Part("aligner.readers.csv:read", "a table with columns id, lang, text, or one for each language"),
        ".tsv": Part("aligner.readers.csv:read_tsv", "a table as .csv, with tabs"),
        ".parquet": Part(
            "aligner.readers.parquet:read", "a table as .csv, in Parquet", extra="parquet", requires=("pyarrow",)
        ),
        ".xml": Part("aligner.readers.xml:read", "XML: its paragraphs (TEI, DocBook, JATS, DITA and others)"),
        ".tei": Part("aligner.readers.xml:read", "TEI, as .xml"),
        ".xliff": Part("aligner.readers.xliff:read", "XLIFF 1.2 and 2: a text for each language"),
        ".xlf": Part("aligner.readers.xliff:read", "XLIFF, as .xliff"),
        ".tmx": Part("aligner.readers.tmx:read", "a translation memory: a text for each language"),
        ".po": Part("aligner.readers.po:read", "a gettext catalogue: a text for each language"),
    },
)

_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,9}", re.IGNORECASE)
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*>\s*)?(?:<!--[^<>]*-->\s*)*<(?:!doctype\s+html|html)\b", re.I)
_NEWLINE = re.compile(r"\r\n?")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: its texts, and what in it could not be read."""

    texts: tuple[Text, ...]
    problems: tuple[ReadError, ...] = ()


def split_suffix(name: str) -> tuple[str, str]:
    """A file name as its stem and its suffix in lower case; ``.gz``, ``.xz`` and ``.zst`` belong to neither.

    ``a.it.TXT.gz`` gives ``("a.it", ".txt")``; a name without a suffix (or with an odd one: ``No. 5``) has ``""``.
    """
    stem = split_packing(name)[0]
    dot = stem.rfind(".")
    if dot < 0 or not _SUFFIX.fullmatch(stem, dot):
        return stem, ""
    return stem[:dot], stem[dot:].lower()


def is_page(name: str) -> bool:
    """Whether a file is a web page, by its name: one of many on a site, perhaps."""
    suffix = split_suffix(name)[1]
    return suffix in READERS and READERS[suffix].target == READERS[".html"].target


def read(path: Path, text_id: str, lang: str = UNDETERMINED) -> Reading:
    r"""The texts of one file, by its suffix; a file without a suffix is read as plain text.

    Newlines come out as ``\n`` whatever they were, a byte order mark and NULs are left out, and lone surrogates
    become U+FFFD; nothing else of the content is changed.

    Args:
        path: a regular file; a symbolic link, a FIFO, a socket or a device is refused without being opened.
        text_id: the id of the text, or the start of the ids where a file holds several.
        lang: the language that the texts have unless the file itself says otherwise.

    Raises:
        ReadError: the file cannot be opened, is too large, is damaged or holds no text.
    """
    texts, problems = [], []
    for part in read_parts(path, text_id, lang):
        if isinstance(part, Text):
            texts.append(part)
        else:
            problems.append(part)
    return Reading(tuple(texts), tuple(problems))


def read_parts(path: Path, text_id: str, lang: str = UNDETERMINED) -> Iterator[Text | ReadError]:
    """The same, texts and what could not be read in the order in which they stand in the file."""
    suffix = split_suffix(path.name)[1]
    reader: Reader = READERS.load(suffix if suffix in READERS else ".txt")
    data = read_bytes(path, text_id)
    if reader is READERS.load(".txt") and _HTML.match(data):
        reader = READERS.load(".html")
    for part in reader(data, text_id, lang):
        yield replace(part, content=_tidy(part.content)) if isinstance(part, Text) else part


def _tidy(content: str) -> str:
    return _SURROGATE.sub("\ufffd", _NEWLINE.sub("\n", content.replace("\0", "")))
