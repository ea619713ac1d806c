"""Plain text."""

from collections.abc import Iterator

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.decoding import NotTextError, decode


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The file as one text.

    Raises:
        ReadError: the bytes are no text.
    """
    yield Text(text_id, lang, decode_text(data, text_id))


def decode_text(data: bytes, text_id: str, declared: str = "") -> str:
    """The text that the bytes encode.

    Raises:
        ReadError: the bytes are no text.
    """
    try:
        return decode(data, declared)
    except NotTextError as error:
        raise ReadError(f"{text_id}: binary data, no text; take it out of the corpus") from error
