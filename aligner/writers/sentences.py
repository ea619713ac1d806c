"""Documents in XML whose sentences have ids, ``<s id="s1.1">``: as OPUS, InterText and TEI have them.

A sentence that is split into words, ``<w>``, is their texts with blanks between, as OpusTools reads it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from aligner.languages import normalise
from aligner.markup import Element, iterate, local_name
from aligner.writers.apart import Names, Place
from aligner.writers.tags import attributes, content
from aligner.writers.verbatim import DECLARATION

ROOTS = ("document", "doc")
"""The outermost element: OPUS's, of which not every document has it, and InterText's."""

MAX_CHARACTERS = 1 << 28
"""Of a document's sentences; what unpacks to more than the largest book is no document."""

_WITHOUT_SPACES = frozenset(("zh", "ja", "th", "lo", "km", "my"))


@dataclass(frozen=True, slots=True)
class Sentences:
    """A document's sentences, by id the 0-based index and the text; ``name`` is there only if it says ``lang`` too."""

    by_id: Mapping[str, tuple[int, str]]
    name: str | None = None
    lang: str = ""


def document_lines(
    root: str, names: Names, paragraphs: Sequence[Sequence[str]], id_of: Callable[[Place], str]
) -> Iterator[str]:
    """A document as lines of XML, a sentence a line; ``root`` is the name of its outermost element."""
    yield f"{DECLARATION}<{root}{attributes(id=names.id, lang=names.lang)}>\n"
    for number, paragraph in enumerate(paragraphs, 1):
        yield f"<p{attributes(id=str(number))}>\n"
        for place, text in enumerate(paragraph, 1):
            yield f"<s{attributes(id=id_of((number, place)))}>{content(text)}</s>\n"
        yield "</p>\n"
    yield f"</{root}>\n"


def read_sentences(file: BinaryIO) -> Sentences:
    """The sentences of an open document.

    Raises:
        ValueError: it is no XML that we read, or too large; the message says what was found and what to do.
    """
    found: dict[str, tuple[int, str]] = {}
    size = index = 0
    name, lang = None, ""
    for element in iterate(file, "s", *ROOTS):
        if local_name(element) in ROOTS:
            name = element.get("id") if "lang" in element.attrib else None
            lang = element.get("lang") or element.get("language", "")
            continue
        text = text_of(element)
        size += len(text)
        if size > MAX_CHARACTERS:
            raise ValueError(f"more than {MAX_CHARACTERS} characters; give one document a file")
        found.setdefault(element.get("id", ""), (index, text))
        index += 1
    return Sentences(found, name, lang)


def text_of(element: Element) -> str:
    """The text of a sentence on one line: verbatim where it stands on one, else with single blanks."""
    words = ["".join(word.itertext()).strip() for word in element.iter("{*}w")]
    text = " ".join(words) if words else "".join(element.itertext())
    return " ".join(text.split()) if "\n" in text else text


def joined(texts: Iterable[str], lang: str) -> str:
    """The texts of sentences as one segment."""
    return ("" if normalise(lang) in _WITHOUT_SPACES else " ").join(texts)
