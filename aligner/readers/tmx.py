"""TMX, the exchange format of translation memories: every segment of a language is a block of its text."""

from collections.abc import Iterator
from io import BytesIO

from aligner.document import Text
from aligner.errors import ReadError
from aligner.markup import Element, iterate, local_name, refuse_bulk
from aligner.readers.inline import XML_LANG, segments
from aligner.readers.multilingual import Segment, texts


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The text of each language, or of the one that the caller names; see ``multilingual`` for the ids.

    Any version, any number of languages. Inline codes are left out, highlighted text is kept, and translatable text
    within a code is a segment of its own. What stands before a fault in the XML is read, and the fault told.
    """
    return texts(_segments(data, text_id), text_id, lang)


def _segments(data: bytes, text_id: str) -> Iterator[Segment | ReadError]:
    try:
        refuse_bulk(data)
        for unit in iterate(BytesIO(data), "tu"):
            for variant in unit:
                if local_name(variant) == "tuv":
                    tag = variant.get(XML_LANG) or variant.get("lang") or ""
                    yield from ((tag, segment) for segment in _variant(variant))
    except ValueError as error:
        yield ReadError(f"{text_id}: {error}")


def _variant(variant: Element) -> Iterator[str]:
    for child in variant:
        if local_name(child) == "seg":
            yield from segments(child)
