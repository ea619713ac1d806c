"""Tables with named columns, from whatever file: which columns hold text, and what texts their rows make."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from aligner.document import Text
from aligner.errors import ReadError
from aligner.languages import normalise
from aligner.readers.ids import part_id
from aligner.readers.multilingual import Segment, texts

Row = tuple[int, Mapping[str, str]]
"""The number of a row and its cells by the names of their columns, as far as it has them."""

_TEXT = ("text", "content")
_BITEXT = (("source_lang", "source_text"), ("target_lang", "target_text"))
_SAMPLE = 100
_FILE_NAME = re.compile(r"[^\s.][^\s]*\.[A-Za-z0-9]{1,5}")
_PROSE = re.compile(r"(?:\S+\s+){4}")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that matter, by their names as they are written."""

    text: str | None
    id: str | None
    lang: str | None
    bitext: tuple[tuple[str, str], ...]
    langs: tuple[str, ...]


def find_columns(names: Iterable[str]) -> _Columns:
    """The columns that hold text, by their names in whatever case.

    ``text`` or ``content``, with ``id`` and ``lang`` beside; else those of a bitext as we write it; else those named
    for a language (``it``, ``it-IT``, ``ita_Latn``).
    """
    known = {name.strip().lower(): name for name in reversed(list(names))}
    text = next((known[key] for key in _TEXT if key in known), None)
    bitext = tuple((known[tag], known[key]) for tag, key in _BITEXT if tag in known and key in known)
    langs = () if text or bitext else tuple(name for key, name in reversed(known.items()) if _is_tag(key))
    return _Columns(text, known.get("id"), known.get("lang"), bitext, langs)


def read_rows(
    names: Sequence[str], rows: Iterable[Row | ReadError], text_id: str, lang: str
) -> Iterator[Text | ReadError]:
    """The texts of a table: one a row where a column ``text`` is, else one a language, its cells as blocks.

    Columns of file names hold no text; neither do tables without one of the columns that ``find_columns`` knows.

    Raises:
        ReadError: no column is named as one that holds text, but there is prose in the table.
    """
    columns = find_columns(names)
    rows = iter(rows)
    first = list(islice(rows, _SAMPLE))
    sample = [row[1] for row in first if not isinstance(row, ReadError)]
    rows = chain(first, rows)
    if columns.text:
        return _by_row(columns, rows, text_id, lang)
    langs = tuple(name for name in columns.langs if not _names_files(name, sample))
    if not langs and not columns.bitext:
        _refuse_prose(names, sample, text_id)
    return texts(_segments(columns.bitext, langs, rows), text_id, lang)


def _is_tag(name: str) -> bool:
    # Indonesian is "id" too, but a column of that name numbers the rows.
    return name != "id" and normalise(name) is not None


def _names_files(name: str, sample: Iterable[Mapping[str, str]]) -> bool:
    cells = [cell.strip() for row in sample if (cell := row.get(name, ""))]
    return bool(cells) and all(map(_FILE_NAME.fullmatch, cells))


def _refuse_prose(names: Sequence[str], sample: Sequence[Mapping[str, str]], text_id: str) -> None:
    cells = chain(names, *(row.values() for row in sample))
    if any(map(_PROSE.match, cells)):
        raise ReadError(f"{text_id}: no column is named text, or for a language; name them in the first row, as it,en")


def _by_row(columns: _Columns, rows: Iterable[Row | ReadError], text_id: str, lang: str) -> Iterator[Text | ReadError]:
    taken: set[str] = set()
    for row in rows:
        if isinstance(row, ReadError):
            yield row
            continue
        number, cells = row
        name, row_lang = (cells.get(key, "").strip() if key else "" for key in (columns.id, columns.lang))
        yield Text(part_id(text_id, name, number, taken), row_lang or lang, cells.get(columns.text or "", ""))


def _segments(
    bitext: Iterable[tuple[str, str]], langs: Iterable[str], rows: Iterable[Row | ReadError]
) -> Iterator[Segment | ReadError]:
    for row in rows:
        if isinstance(row, ReadError):
            yield row
            continue
        _, cells = row
        yield from ((cells.get(tag, ""), cells.get(key, "")) for tag, key in bitext)
        yield from ((name, cells.get(name, "")) for name in langs)
