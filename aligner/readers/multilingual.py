"""Files that hold the same text in several languages, segment by segment: each language is a text of its own."""

from collections.abc import Iterable, Iterator

from aligner.document import UNDETERMINED, Text
from aligner.errors import ReadError
from aligner.languages import stated
from aligner.readers.ids import printable

Segment = tuple[str, str]
"""A language's tag, and what the file says in it."""

_LONGEST = 35
"""Characters of the longest tag that BCP 47 (RFC 5646, section 4.4.1) asks programs to take."""


def texts(segments: Iterable[Segment | ReadError], text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """A text for each language in the file, as ``FILE#it``, its segments as blocks.

    Where the caller knows the language and the file holds it, that one alone, as ``FILE``. A ``ReadError`` among the
    segments passes through.
    """
    blocks: dict[str, list[str]] = {}
    for segment in segments:
        if isinstance(segment, ReadError):
            yield segment
        elif segment[1].strip():
            blocks.setdefault(_tag(segment[0]), []).append(segment[1].strip())
    own = [tag for tag in blocks if stated(tag) == stated(lang) is not None]
    if own:
        yield Text(text_id, lang, "\n\n".join(block for tag in own for block in blocks[tag]))
        return
    for tag, held in blocks.items():
        yield Text(f"{text_id}#{printable(tag)}", tag, "\n\n".join(held))


def _tag(name: str) -> str:
    name = name.strip()
    return name if 0 < len(name) <= _LONGEST else UNDETERMINED
