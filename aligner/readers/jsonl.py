"""JSON lines: an object a line with the fields ``id``, ``lang`` and ``text``; others are ignored."""

import json
from collections.abc import Iterator
from typing import Any

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.ids import part_id
from aligner.readers.plain import decode_text


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """One text a line, as ``FILE#id``, or ``FILE#line`` where a line has no id or one that was there before.

    A line that is no such object comes out as a ``ReadError`` that names it; blank lines are passed over.

    Raises:
        ReadError: the bytes are no text.
    """
    taken: set[str] = set()
    # Not splitlines: U+2028 and the like may stand within a JSON string.
    for number, line in enumerate(decode_text(data, text_id).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            name, line_lang, content = _fields(line)
        except ValueError as error:
            yield ReadError(f'{text_id}: line {number}: {error}; write {{"id": …, "lang": …, "text": …}}')
            continue
        yield Text(part_id(text_id, name, number, taken), line_lang or lang, content)


def _fields(line: str) -> tuple[str, str, str]:
    """The id, the language and the text of a line; the first two may be empty.

    Raises:
        ValueError: the line is no object with a text.
    """
    try:
        record: Any = json.loads(line)
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error
    except ValueError as error:
        raise ValueError("not JSON") from error
    if not isinstance(record, dict):
        raise ValueError("no JSON object")
    name, lang, text = record.get("id"), record.get("lang"), record.get("text")
    if not isinstance(text, str):
        raise ValueError('no "text" that is a string')
    return (
        "" if name is None or isinstance(name, dict | list) else str(name),
        lang if isinstance(lang, str) else "",
        text,
    )
