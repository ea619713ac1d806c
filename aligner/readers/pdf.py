"""PDF: the text layer, as paragraphs.

pdfium says what letters stand where; ``typeset`` makes paragraphs of the lines.
"""

import re
import zlib
from collections.abc import Iterator
from ctypes import c_double
from statistics import median

import pypdfium2
from pypdfium2 import raw

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.files import MAX_RATIO
from aligner.readers.typeset import Line, blocks

_HYPHEN = "\ufffe"
"""What pdfium writes for a hyphen at a line's end, and no newline after it."""

_LINE = re.compile(rf"[^\n{_HYPHEN}]*[\n{_HYPHEN}]|[^\n{_HYPHEN}]+\Z")
_STREAM = re.compile(rb"\bstream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78])")
"""The beginning of a stream, and of the zlib data in it."""

MAX_BOMB = 16 << 20
"""Bytes to which streams may unpack that grow more than ``MAX_RATIO`` times; text grows 3 to 10 times."""

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}

_MAX_ODD = 0.3
"""Share of letters that are none (private use, unknown) above which a font does not say what it shows."""

_N_SAMPLES = 5
"""Letters of a line that are measured. The median of their heights passes over a raised number at the line's end, the
largest size over words in a smaller font."""

_MIN_SIZE, _MAX_MEASURE = 0.1, 1e6
_MAGIC_BYTES, _END_BYTES = 1024, 4096
_UNSOUND = (pypdfium2.PdfiumError, OSError, ValueError, IndexError, AssertionError)


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The document as one text, without what runs along the pages' edges; see ``typeset`` for what a block is.

    Pictures, forms and comments are left out. A page that is damaged is told; so is a file without its end, of which
    pdfium finds what is there.

    Raises:
        ReadError: no PDF, damaged, locked by a password, or without a text layer.
    """
    if b"%PDF-" not in data[:_MAGIC_BYTES]:
        raise ReadError(f"{text_id}: no PDF; give it the suffix of what it is")
    _refuse_bomb(data, text_id)
    lines: list[Line] = []
    with _open(data, text_id) as document:
        for number in range(len(document)):
            try:
                lines += _page_lines(document, number)
            except _UNSOUND:
                yield ReadError(
                    f"{text_id}: page {number + 1}: damaged; save the file anew with the program that made it"
                )
    if not lines:
        raise ReadError(f"{text_id}: no text layer; run OCR first, as with ocrmypdf")
    _refuse_gibberish(lines, text_id)
    if b"%%EOF" not in data[-_END_BYTES:]:
        yield ReadError(f"{text_id}: cut short, some of it may be missing; fetch it again")
    yield Text(text_id, lang, "\n\n".join(blocks(lines)))


def _refuse_bomb(data: bytes, text_id: str) -> None:
    """Make sure that the streams do not fill the memory; where pdfium gets none, it ends the process."""
    unpacked = 0
    for match in _STREAM.finditer(data):
        packed = data[match.end() : data.find(b"endstream", match.end())]
        try:
            size = len(zlib.decompressobj().decompress(packed, MAX_BOMB + 1))
        except zlib.error:
            continue
        if size > MAX_RATIO * len(packed):
            unpacked += size
        if unpacked > MAX_BOMB:
            raise ReadError(f"{text_id}: unpacks to more than {MAX_RATIO} times its size; no text does, leave it out")


def _open(data: bytes, text_id: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except _UNSOUND as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise ReadError(f"{text_id}: locked by a password; save it without one") from error
        raise ReadError(f"{text_id}: a damaged PDF, or one cut short; fetch it again or save it anew") from error


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> Iterator[Line]:
    page = document[number]
    letters = page.get_textpage()
    start = 0
    for match in _LINE.finditer(letters.get_text_range()):
        text = match[0].replace(_HYPHEN, "-")
        if cleaned := " ".join(text.translate(_LIGATURES).split()):
            yield _measured(letters, start, text, cleaned, number)
        # pdfium counts UTF-16 units.
        start += len(text.encode("utf-16-le", "surrogatepass")) // 2
    letters.close()
    page.close()


def _measured(letters: pypdfium2.PdfTextPage, start: int, text: str, cleaned: str, page: int) -> Line:
    """The line with its place; ``text`` begins at ``start`` of the page's text."""
    # Spaces that pdfium has put in have no size.
    black = [start + i for i, character in enumerate(text) if not character.isspace()]
    sample = [black[(len(black) - 1) * i // (_N_SAMPLES - 1)] for i in range(_N_SAMPLES)]
    places = [raw.FPDFText_GetCharIndexFromTextIndex(letters, i) for i in sample]
    boxes = [letters.get_charbox(place, loose=True) for place in places]
    size = max(top - bottom for _, bottom, _, top in boxes)
    base = median(_base(letters, place) for place in places)
    return Line(cleaned, page, *map(_finite, (boxes[0][0], boxes[-1][2], base, max(size, _MIN_SIZE))))


def _finite(measure: float) -> float:
    """The measure; damaged files have letters at no place and of no size."""
    return measure if abs(measure) < _MAX_MEASURE else _MIN_SIZE


def _base(letters: pypdfium2.PdfTextPage, place: int) -> float:
    """The height on which a letter stands; boxes begin below it, in each font elsewhere."""
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(letters, place, x, y)
    return y.value


def _refuse_gibberish(lines: list[Line], text_id: str) -> None:
    """Make sure that the fonts say which letters they show."""
    text = "".join(line.text for line in lines)
    n_odd = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in text)
    if n_odd > _MAX_ODD * len(text):
        raise ReadError(f"{text_id}: its fonts do not say which letters they show; run OCR on it, as with ocrmypdf")
