"""What people decided, as a table that lives in git, and taken from any bitext that they worked in.

``decisions.tsv`` has a header row and one decision a line, sorted, so that git merges it line by line (the driver
``union`` does, and leaves what is the same once); cells are as in the bitext's TSV, and a side that holds nothing has
an empty span.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from aligner.bitext import SegmentPair
from aligner.decisions import ACCEPTED, NOWHERE, REJECTED, Decision, contradictions, in_order, of_record, united
from aligner.document import Relation
from aligner.errors import DecisionError, GoldError
from aligner.relations import SegmentRelation
from aligner.writers import read_records
from aligner.writers.cells import cell_text, clean, row, text_cell
from aligner.writers.formats import Head, read_head, sound
from aligner.writers.lines import Line, read_rows
from aligner.writers.notation import parsed, written
from aligner.writers.streams import opened_text

_UNWRITTEN = ("where", "source_sentences", "target_sentences")
COLUMNS = tuple(field.name for field in fields(Decision) if field.name not in _UNWRITTEN)
"""The columns in the order in which they are written; a reader accepts any order, and lacks what is not there."""

_NEEDED = {"source_doc", "target_doc", "decision"}
_SPANS = ("source_span", "target_span")
_WORDS = {
    "accept": ACCEPTED,
    "accepted": ACCEPTED,
    "reject": REJECTED,
    "rejected": REJECTED,
    "": "",
}
"""What a person may write in a decision's cell, in any case."""

_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
"""What git puts around two versions of some lines that it could not merge."""

_QUOTED = 40


def write_decisions(decisions: Iterable[Decision], file: TextIO) -> None:
    """Write ``decisions.tsv``: the header row, and one line a decision, in order; what is the same once."""
    file.write(row(COLUMNS))
    file.writelines(row(_cells(one)) for one in in_order(united(decisions)))


def read_decisions(*paths: Path) -> tuple[Decision, ...]:
    """The decisions of these files together, in order: tables of decisions, or bitexts in any format with such columns.

    Of a bitext those records count that have a decision or a note; its relations were measured, and decide nothing.

    Raises:
        DecisionError: a file cannot be read, a line of it says no decision, or two decisions contradict each other.
        MissingExtra: a package that a format needs is not installed.
    """
    found = [one for path in paths for one in _read(path)]
    for one, other in contradictions(found):
        raise DecisionError(f"{other.where}: contradicts {one.where}; keep one of the two lines")
    return tuple(in_order(united(found)))


def digest(decisions: Sequence[Decision]) -> str:
    """How many decisions there are, and the beginning of the hash of the file that they make."""
    file = StringIO()
    write_decisions(decisions, file)
    return f"{len(decisions)}@{sha256(file.getvalue().encode()).hexdigest()[:8]}"


def is_table(path: Path) -> bool:
    """Whether a file is such a table, and nothing that holds more; an empty one is, and one that is not there.

    Raises:
        GoldError: the file cannot be opened.
    """
    head = read_head(path)
    return not head.lines or _is_table(head)


def _read(path: Path) -> Iterator[Decision]:
    """The decisions of one file."""
    try:
        if _is_table(read_head(path)):
            with opened_text(path) as file:
                yield from _rows(file)
        else:
            yield from _records(path)
    except GoldError as error:
        raise DecisionError(str(error)) from error


def _is_table(head: Head) -> bool:
    """Whether a file that begins so is a table of decisions, in conflict or not, and no bitext."""
    return _NEEDED <= set(head.cells) <= set(COLUMNS) or (bool(head.lines) and head.lines[0].startswith(_CONFLICT))


def _rows(file: TextIO) -> Iterator[Decision]:
    lines = read_rows(file)
    header = _sound(next(lines))
    columns = header.text.split("\t")
    for line in lines:
        if _sound(line).text != header.text:
            yield _row_decision(line, columns)


def _sound(line: Line) -> Line:
    """A line that is none of git's own."""
    if line.text.startswith(_CONFLICT):
        raise line.broken("git could not merge these lines; resolve the conflict first")
    return line


def _row_decision(line: Line, columns: list[str]) -> Decision:
    cells = line.text.split("\t")
    if len(cells) != len(columns):
        raise line.broken(f"it has {len(cells)} cells, and the header row {len(columns)}")
    try:
        values = _values(dict(zip(columns, map(cell_text, cells), strict=True)))
        return checked(Decision(**values, where=f"{line.file}:{line.number}"))
    except ValueError as error:
        raise line.broken(str(error)) from error


def _values(cells: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a decision; an empty span is that of a side that holds nothing."""
    return {
        column: (parsed(column, cell) if cell else NOWHERE) if column in _SPANS else cell
        for column, cell in cells.items()
    }


def _records(path: Path) -> Iterator[Decision]:
    shown = clean(str(path))
    for number, record in enumerate(sound(read_records(path)), 1):
        if record.decision.strip() or record.note.strip():
            where = f"{shown}: record {number}"
            try:
                yield checked(replace(of_record(record), where=where, note=record.note.strip()))
            except ValueError as error:
                raise DecisionError(f"{where} ({_beginning(record)!r}): {error}") from error


def _beginning(record: SegmentPair) -> str:
    return clean(record.source_text or record.target_text)[:_QUOTED]


def checked(decision: Decision) -> Decision:
    """A decision as a person wrote it, in our words; it names two documents, and says something.

    Raises:
        ValueError: it does not.
    """
    one = replace(decision, decision=_decided(decision.decision))
    if not one.source_doc or not one.target_doc:
        raise ValueError("it names no documents; keep the columns source_doc and target_doc")
    if any(span != NOWHERE and span[0] >= span[1] for span, *_ in one.sides):
        raise ValueError("a span of it ends where it begins, or before; a span is START-END")
    known = list(map(str, Relation if one.is_about_documents else SegmentRelation))
    if one.relation and one.relation not in known:
        raise ValueError(f"its relation is {one.relation!r:.40}; write one of {', '.join(known)}, or leave it empty")
    if one.is_about_documents and one.decision:
        raise ValueError("it is about two documents, which are neither accepted nor rejected; write their relation")
    if one.decision == REJECTED and not (one.has(0) and one.has(1)):
        raise ValueError("it rejects a sentence that has no counterpart; reject links, accept what stands alone")
    if not (one.decision or one.relation or one.note):
        raise ValueError("it decides nothing; write a decision, a relation or a note, or take the line out")
    return one


def _decided(told: str) -> str:
    decision = _WORDS.get(told.strip().lower())
    if decision is None:
        raise ValueError(f"its decision is {told!r:.40}; write accepted or rejected, or leave it empty")
    return decision


def _cells(decision: Decision) -> Iterator[str]:
    for column in COLUMNS:
        value = getattr(decision, column)
        yield text_cell("" if value == NOWHERE else written(column, value))
