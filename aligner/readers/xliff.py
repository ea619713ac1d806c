"""XLIFF 1.2 and 2, what translators' programs exchange: every segment of a language is a block of its text."""

import re
from collections.abc import Iterator
from io import BytesIO

from aligner.document import Text
from aligner.errors import ReadError
from aligner.markup import Element, iterate, local_name, refuse_bulk
from aligner.readers.inline import XML_LANG, segments
from aligner.readers.multilingual import Segment, texts

_VERSION_2 = re.compile(rb"<(?:[\w.-]+:)?xliff\b[^<>]*?\sversion\s*=\s*[\"']2")
_HEAD_BYTES = 16384

_UNTRANSLATED = frozenset({"new", "needs-translation", "initial"})
"""States in which a target is but a copy of the source."""


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The texts of the source and of the target language, or the one that the caller names; see ``multilingual``.

    Codes are left out, as ``inline`` says; so are units that are not to be translated, alternatives, and targets
    whose state says that nobody has translated them yet. What stands before a fault in the XML is read, and the fault
    told.
    """
    return texts(_segments(data, text_id), text_id, lang)


def _segments(data: bytes, text_id: str) -> Iterator[Segment | ReadError]:
    # UTF-16 has a NUL in every character of a tag.
    is_2 = _VERSION_2.search(data[:_HEAD_BYTES].replace(b"\0", b""))
    try:
        refuse_bulk(data)
        for unit in iterate(BytesIO(data), "unit" if is_2 else "trans-unit"):
            if unit.get("translate") != "no":
                yield from _unit(unit)
    except ValueError as error:
        yield ReadError(f"{text_id}: {error}")


def _unit(unit: Element) -> Iterator[Segment]:
    """The segments of a unit: its own, as in version 1.2, or those of its ``segment`` and ``ignorable`` parts."""
    for part in (unit, *unit):
        if part is unit or local_name(part) in {"segment", "ignorable"}:
            for child in part:
                name = local_name(child)
                if name == "source" or (name == "target" and not _is_untranslated(part, child)):
                    tag = child.get(XML_LANG) or _declared(unit, name)
                    yield from ((tag, segment) for segment in segments(child))


def _is_untranslated(part: Element, target: Element) -> bool:
    return bool(_UNTRANSLATED & {part.get("state"), target.get("state")})


def _declared(unit: Element, name: str) -> str:
    """The language of sources or targets that the file's outer elements declare."""
    keys = ("source-language", "srcLang") if name == "source" else ("target-language", "trgLang")
    declared = (outer.get(key) for outer in unit.iterancestors() for key in keys)
    return next(filter(None, declared), "")
