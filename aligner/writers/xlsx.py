"""The columns of our table as a workbook for people: Excel, LibreOffice, Google's and Apple's sheets.

What people decide of a record they choose from a list in the column ``decision``, and write beside it why.

Texts keep their lines and are never run: they are strings in cells formatted as text, so that neither ``=1+1`` nor a
bead ``1-2`` becomes anything else. Numbers are numbers with 4 decimals. The same records make the same bytes.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO
from warnings import catch_warnings, simplefilter

from aligner.bitext import Bitext
from aligner.decisions import DECISIONS
from aligner.errors import GoldError
from aligner.writers.cells import block
from aligner.writers.commas import check_cells, columns_of
from aligner.writers.formats import BinaryFormat, Head, Record, Unfit
from aligner.writers.lines import Line
from aligner.writers.notation import NUMBERS
from aligner.writers.streams import seekable
from aligner.writers.tsv import COLUMNS, cells_of, record

_MAGIC = b"PK\x03\x04"
_MAX_CELL = 32_767
_MAX_ROWS = 1_048_576
"""What Excel can hold."""

_MAX_COLUMNS = 256
_MAX_BYTES, _MAX_RATIO = 1 << 30, 250
"""A workbook that unpacks to more in all, or a part to so many times its size, is meant to fill the memory."""

_FIRST = ("source_text", "target_text", "decision", "note")
_ORDER = (*_FIRST, *(column for column in COLUMNS if column not in _FIRST))
"""The columns as they stand in the sheet: what people read and write comes first."""

_WIDTHS = {"source_text": 70, "target_text": 70, "evidence": 40, "source_doc": 20, "target_doc": 20, "method": 12}
_WIDTHS |= {"decision": 12, "note": 40}
_WIDTH = 10
_THEN = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The earliest time that a ZIP can tell."""

# Excel reads `_x0041_` in a text as a letter's code; an underscore of our own before such a code is written as a code.
_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNDERSCORE = re.compile("_x005[Ff]_(?=x[0-9A-Fa-f]{4}_)")


def write(bitext: Bitext, file: BinaryIO) -> None:
    """Write one sheet: the header row, which stays in sight, and one row a record.

    Raises:
        Unfit: a text is longer than a cell can be, or the records are more than a sheet can hold.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    _check(bitext)
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _THEN
    sheet = book.create_sheet("bitext")
    _lay_out(sheet)
    sheet.append(_header(sheet))
    row = _blank_row(sheet)
    for pair in bitext.pairs:
        cells = dict(zip(COLUMNS, cells_of(pair, block), strict=True))
        sheet.append([_filled(cell, column, cells[column]) for cell, column in zip(row, _ORDER, strict=True)])
    with TemporaryFile() as packed, TemporaryFile() as timeless:
        # `book.save` does the same, and writes the time.
        ExcelWriter(book, zipfile.ZipFile(packed, "w")).save()
        _repack(packed, timeless)
        timeless.seek(0)
        copyfileobj(timeless, file)


def read(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of the first sheet, its columns told by the first row that is not blank, as in ``commas``.

    Raises:
        GoldError: the file is no workbook, is damaged, unpacks to more than can be meant, or has no header row.
    """
    rows = _rows(seekable(file, name), name)
    header = next(rows, None)
    if header is None:
        return
    columns = columns_of(*header)
    for row, line in rows:
        # Beyond the columns stands what someone noted.
        yield record(dict(zip(columns, row, strict=False)), line.broken, str)


def _check(bitext: Bitext) -> None:
    """Make sure that a sheet can hold these records; one that was begun can only be finished.

    Raises:
        Unfit: it cannot.
    """
    if len(bitext) >= _MAX_ROWS:
        raise Unfit(f"a sheet holds {_MAX_ROWS:,} rows, and the records are {len(bitext):,}; write .tsv or .parquet")
    for number, pair in enumerate(bitext.pairs, 1):
        check_cells(cells_of(pair, block), _MAX_CELL, number)


def _lay_out(sheet: Any) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "A2"
    for number, column in enumerate(_ORDER, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, _WIDTH)
    choices = DataValidation(type="list", formula1=f'"{",".join(filter(None, DECISIONS))}"', showErrorMessage=True)
    choices.error = "accepted, rejected or nothing"
    column = get_column_letter(_ORDER.index("decision") + 1)
    choices.add(f"{column}2:{column}{_MAX_ROWS}")
    sheet.data_validations.append(choices)


def _header(sheet: Any) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = [WriteOnlyCell(sheet, column) for column in _ORDER]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _blank_row(sheet: Any) -> list[Any]:
    """A row of cells in their style, to be filled for each record: styling a cell takes longer than writing it."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    cells = [WriteOnlyCell(sheet) for _ in _ORDER]
    for column, cell in zip(_ORDER, cells, strict=True):
        cell.number_format = "0.0000" if column in NUMBERS else "@"
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cells


def _filled(cell: Any, column: str, text: str) -> Any:
    if not text:
        return None
    if column in NUMBERS:
        cell.value = float(text)
    else:
        cell.value = _CODE.sub("_x005F_", text)
        cell.data_type = "s"
    return cell


def _repack(packed: IO[bytes], file: IO[bytes]) -> None:
    """Pack a workbook without the time at which its parts were written."""
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            timeless = zipfile.ZipInfo(part.filename)
            timeless.compress_type = zipfile.ZIP_DEFLATED
            with old.open(part) as source, new.open(timeless, "w", force_zip64=part.file_size >= 1 << 31) as target:
                copyfileobj(source, target)


def _rows(file: BinaryIO, name: str) -> Iterator[tuple[list[str], Line]]:
    """The rows of the first sheet that are not blank, as texts, each with where it stands."""
    from openpyxl import load_workbook

    with _told(name):
        _check_sizes(file, name)
        sheet = load_workbook(file, read_only=True, data_only=True, keep_links=False).worksheets[0]
        # What the sheet says of its own size may be wrong.
        sheet.reset_dimensions()
        rows = enumerate(sheet.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True), 1)
    while True:
        with _told(name):
            number, values = next(rows, (0, ()))
            row = [_text(value) for value in values]
        if not number:
            return
        if any(row):
            yield row, Line(name, number, " | ".join(filter(None, row)))


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever openpyxl meets in a damaged workbook as an error of ours; its warnings are not for our users."""
    try:
        with catch_warnings():
            simplefilter("ignore")
            yield
    except GoldError:
        raise
    except Exception as error:  # openpyxl has no errors of its own: a damaged part makes its code fail anywhere.
        told = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise GoldError(f"{name}: damaged, or no workbook ({told}); save it anew as .xlsx") from error


def _check_sizes(file: BinaryIO, name: str) -> None:
    """Make sure that the workbook is not meant to fill the memory; a part never unpacks to more than it says."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    if sum(part.file_size for part in parts) > _MAX_BYTES or any(
        part.file_size > _MAX_RATIO * max(part.compress_size, 1 << 12) for part in parts
    ):
        raise GoldError(f"{name}: unpacks to more than a workbook holds; save it anew, or as .csv")


def _text(value: object) -> str:
    """What a cell holds, as text."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else _UNDERSCORE.sub("_", str(value))


def _known(head: Head) -> bool:
    """Whether the file is a workbook: its parts are named early in it."""
    return head.data.startswith(_MAGIC) and (b"[Content_Types].xml" in head.data or b"xl/" in head.data)


FORMAT = BinaryFormat(write=write, read=read, known=_known, carries=frozenset(COLUMNS), nulls=True)
