"""gettext catalogues: the messages, and what they were translated by, each a block of its language's text."""

import re
from collections.abc import Iterator

import polib

from aligner.document import UNDETERMINED, Text
from aligner.errors import ReadError
from aligner.readers.multilingual import Segment, texts
from aligner.readers.plain import decode_text

SOURCE_LANG = "en"
"""The language of messages where the header has no ``X-Source-Language``, as gettext's manual recommends."""

_MAX_BROKEN = 1000
"""Broken entries after which a file is taken for no catalogue."""

_CHARSET = re.compile(rb"charset=([\w-]+)")
_UNCLOSED = re.compile(r"""^(?![ \t]*#)[^"\n]*"[^\n]*[^"\s][ \t]*$""", re.MULTILINE)
_ENTRY = re.compile(r"^(?:[^\S\n]*+\S[^\n]*+(?:\n|\Z))+", re.MULTILINE)


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The texts of both languages, or the one that the caller names; see ``multilingual`` for the ids.

    Fuzzy and obsolete entries are left out; every plural form is a block. Marks of formats and accelerators are kept.

    Raises:
        ReadError: the bytes are no text.
    """
    charset = _CHARSET.search(data)
    content = decode_text(data, text_id, charset[1].decode("ascii") if charset else "")
    return texts(_segments(content, text_id), text_id, lang)


def _segments(content: str, text_id: str) -> Iterator[Segment | ReadError]:
    source, target = SOURCE_LANG, UNDETERMINED
    for catalogue in _catalogues(content, text_id):
        if isinstance(catalogue, ReadError):
            yield catalogue
            continue
        source = catalogue.metadata.get("X-Source-Language") or source
        target = catalogue.metadata.get("Language") or target
        for entry in catalogue:
            if not (entry.obsolete or entry.fuzzy):
                yield from ((source, message) for message in (entry.msgid, entry.msgid_plural))
                yield from ((target, message) for message in (entry.msgstr, *entry.msgstr_plural.values()))


def _catalogues(content: str, text_id: str) -> Iterator[polib.POFile | ReadError]:
    """The catalogue; entry by entry where it is broken, so that an entry costs but itself."""
    try:
        yield _parse(content)
    except (OSError, ValueError):
        number, end, n_broken = 1, 0, 0
        for entry in _ENTRY.finditer(content):
            number += content.count("\n", end, entry.start())
            end = entry.start()
            try:
                yield _parse(entry[0])
            except (OSError, ValueError):
                n_broken += 1
                if n_broken > _MAX_BROKEN:
                    yield ReadError(f"{text_id}: line {number}: too many broken entries; the rest is not read")
                    return
                yield ReadError(f"{text_id}: line {number}: a broken entry; mend it with the help of msgfmt --check")


def _parse(content: str) -> polib.POFile:
    if _UNCLOSED.search(content):
        raise ValueError("a string without its closing quote, of which polib would drop the last letter")
    # polib opens what is the name of a file; with a newline in front, nothing is one.
    return polib.pofile(f"\n{content}")
