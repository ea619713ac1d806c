"""Printed pages to paragraphs: lines with their places on the page, joined to what was written.

What shows where a paragraph ends: a gap, a change of size, a line that had room for the next one's first word, an
indented line after a full stop. Where the signs are at odds, a lower-case word goes on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import regex

from aligner.readers.flow import FINAL, join


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, in points from the page's lower left corner; ``size`` is the height of its letters' boxes."""

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float


_EDGE_ROWS = 3
"""Rows of a page, from its top and from its bottom, among which headers and footers are sought."""

_ROW = 6.0
"""Points within which lines stand at the same height, on one page or on several."""

_NEAR = (-2, -1, 1, 2)
"""How far the pages are apart that have the same header, left and right ones by turns; chapters are longer."""

_GAP = 1.3
"""Times the usual distance of lines from which two are parted."""

_SIZE = 1.1
"""Ratio of sizes from which two lines are set in different ones."""

_INDENT = 0.6
"""Sizes by which the first line of a paragraph stands in."""

_RAISED = 0.6
"""Sizes by which a raised number stands above its line."""

_WORD_GAP = 0.15
"""Sizes between two pieces of one row from which there is a space."""

_CELL_GAP = 2.0
"""Sizes between two pieces of one row from which they are cells."""

_ROOM = 1.4
"""Times a word's estimated width from which it surely had room; letters differ in theirs."""

_USUAL = 0.3
"""Quantile of the distances between lines that is taken for the usual one; paragraphs of one line make it a low one."""

_DIGITS = regex.compile(r"\d+|(?<![\p{L}\p{N}])[ivxlc]+(?![\p{L}\p{N}])", regex.IGNORECASE)
_FIRST_WORD = regex.compile(r"\S{1,25}")
_LOWER = regex.compile(r"[^\p{L}\p{N}]{0,2}\p{Ll}")
_ITEM = regex.compile(r"[•·▪◦‣●○■□–—*-]\s|\(?(?:\d{1,3}|\p{L})[.)]\s")
_ENDED = regex.compile(rf"{FINAL.pattern}|:\Z")
_OPEN_END = regex.compile(r"(?r)(?:\S/|[\p{L}\p{N}][–—])\Z")  # of an address, a range
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-‐][\p{L}\p{M}\p{N}]+)*")
_SOFT = frozenset("\u00ad\u2010")
"""Hyphens that only the end of a line has made."""

_MIN_BROKEN = 0.02
"""Share of lines with a plain hyphen at the end above which words are broken; below, the hyphens are the words' own."""

_BROKEN = regex.compile(r"(?r)(?P<first>[\p{L}\p{M}\p{N}]+)(?P<hyphen>[-\u00ad\u2010])\Z")
_REST = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def blocks(lines: Sequence[Line]) -> list[str]:
    """The paragraphs and headings of a document, without what runs along the pages' edges.

    ``lines`` are in reading order. A paragraph goes on over columns and pages; footnotes follow it.
    """
    body_size = _body_size(lines)
    lines = _whole_rows(_without_running(lines))
    notes, body = _footnotes(lines, body_size)
    words = _Words(lines)
    waiting = sorted(notes)
    found = []
    for paragraph in _paragraphs(body, body_size):
        while waiting and waiting[0] < paragraph[0].page:
            found += [words.join(note) for note in _paragraphs(notes[waiting.pop(0)], body_size)]
        found.append(words.join(paragraph))
    for page in waiting:
        found += [words.join(note) for note in _paragraphs(notes[page], body_size)]
    return found


def _body_size(lines: Iterable[Line]) -> float:
    """The size that most characters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=sizes.__getitem__, default=0.0)


def _without_running(lines: Sequence[Line]) -> list[Line]:
    """The lines but for headers and footers: what stands at one height of pages near each other, numbers aside."""
    edges = {id(line) for _, page in groupby(lines, lambda line: line.page) for line in _edges(list(page))}
    places = {(line.page, *_running_key(line)) for line in lines if id(line) in edges}

    def runs(line: Line) -> bool:
        text, row = _running_key(line)
        return any((line.page + i, text, row + j) in places for i in _NEAR for j in (-1, 0, 1))

    return [line for line in lines if id(line) not in edges or not runs(line)]


def _edges(page: list[Line]) -> Iterator[Line]:
    rows = sorted({_row(line) for line in page})
    outer = {*rows[:_EDGE_ROWS], *rows[-_EDGE_ROWS:]}
    return (line for line in page if _row(line) in outer)


def _row(line: Line) -> int:
    return round(line.base / _ROW)


def _running_key(line: Line) -> tuple[str, int]:
    return " ".join(_DIGITS.sub("#", line.text).split()), _row(line)


def _whole_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines, with pieces of one row in one: raised numbers, words in another font."""
    rows: list[Line] = []
    for line in lines:
        if rows and _goes_on_in_row(rows[-1], line):
            rows[-1] = _in_one(rows[-1], line)
        else:
            rows.append(line)
    return rows


def _goes_on_in_row(line: Line, after: Line) -> bool:
    size = max(line.size, after.size)
    is_beside = -0.2 * size <= after.left - line.right < _CELL_GAP * size
    return line.page == after.page and abs(line.base - after.base) < _RAISED * size and is_beside


def _in_one(line: Line, after: Line) -> Line:
    main = max(line, after, key=lambda piece: piece.size)
    space = " " if after.left - line.right > _WORD_GAP * main.size else ""
    return replace(main, text=f"{line.text}{space}{after.text}", left=line.left, right=after.right)


def _footnotes(lines: Iterable[Line], body_size: float) -> tuple[dict[int, list[Line]], list[Line]]:
    """The lines in small letters below all others of their page, by page; and the rest."""
    notes: dict[int, list[Line]] = {}
    body: list[Line] = []
    for number, page in groupby(lines, lambda line: line.page):
        held = list(page)
        lowest = min((line.base for line in held if line.size * _SIZE > body_size), default=0.0)
        if below := [line for line in held if line.base < lowest]:
            notes[number] = below
        body += [line for line in held if line.base >= lowest]
    return notes, body


def _paragraphs(lines: Sequence[Line], body_size: float) -> Iterator[list[Line]]:
    usual = _usual_distance(lines)
    margins = _margins(lines, usual)
    held: list[Line] = []
    for i, line in enumerate(lines):
        if held and not _goes_on(held, line, margins[i - 1], usual, is_heading=line.size > body_size * _SIZE):
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _usual_distance(lines: Sequence[Line]) -> float:
    """The distance of two lines in sizes."""
    distances = sorted(
        (line.base - after.base) / line.size
        for line, after in pairwise(lines)
        if line.page == after.page and _is_alike(line, after) and 0.7 < (line.base - after.base) / line.size < 3
    )
    return distances[int(_USUAL * len(distances))] if distances else 1.2


def _margins(lines: Sequence[Line], usual: float) -> list[float]:
    """How far to the right each line could have gone: as those that stand close above and below, or the page's."""
    pages: dict[int, float] = defaultdict(float)
    for line in lines:
        pages[line.page] = max(pages[line.page], line.right)
    margins: list[float] = []
    for start, end in pairwise([0, *_parting(lines, usual), len(lines)]):
        chunk = lines[start:end]
        margin = max(line.right for line in chunk) if len(chunk) > 1 else pages[chunk[0].page] if chunk else 0.0
        margins += [margin] * len(chunk)
    return margins


def _parting(lines: Sequence[Line], usual: float) -> Iterator[int]:
    """Where a line does not stand just below the one before."""
    for i, (line, after) in enumerate(pairwise(lines), start=1):
        if not (_is_alike(line, after) and _is_below(line, after, usual)):
            yield i


def _is_alike(line: Line, after: Line) -> bool:
    """Whether two lines are set in one size."""
    return max(line.size, after.size) <= _SIZE * min(line.size, after.size)


def _is_below(line: Line, after: Line, usual: float) -> bool:
    return line.page == after.page and _RAISED * line.size <= line.base - after.base <= _GAP * usual * line.size


def _goes_on(paragraph: Sequence[Line], after: Line, margin: float, usual: float, *, is_heading: bool) -> bool:
    """Whether a line belongs to the paragraph so far."""
    line = paragraph[-1]
    if not _is_alike(line, after) or _ITEM.match(after.text):
        return False
    is_below = _is_below(line, after, usual)
    # Lower by more than a line is another paragraph; higher, or on another page, may be the next column.
    if not is_below and line.page == after.page and after.base < line.base + _RAISED * line.size:
        return False
    if is_below and is_heading:
        return True
    is_ended = _ENDED.search(line.text) is not None
    if _BROKEN.search(line.text) or (_LOWER.match(after.text) and not is_ended):
        return True
    if is_ended and not (is_below and after.left <= line.left + _INDENT * line.size):
        return False
    return not _had_room(line, after, margin, surely=not is_ended)


def _had_room(line: Line, after: Line, margin: float, *, surely: bool) -> bool:
    """Whether the next line's first word, and a space, would have fitted into a line."""
    word = _FIRST_WORD.match(after.text)
    per_character = (line.right - line.left) / max(len(line.text), 1)
    n_needed = (_ROOM if surely else 1) * (1 + len(word[0]) if word else 0)
    return line.right + per_character * n_needed < margin


class _Words:
    """The words that a document has within its lines: they tell whether a hyphen at a line's end is a word's own."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._known: set[str] = set()
        hyphens = []
        for line in lines:
            broken = _BROKEN.search(line.text)
            if broken:
                hyphens.append(broken["hyphen"])
            self._known.update(
                word.lower() for word in _WORD.findall(line.text, endpos=broken.start() if broken else None)
            )
        self._breaks_with_hard = len(hyphens) > _MIN_BROKEN * len(lines) and _SOFT.isdisjoint(hyphens)

    def join(self, lines: Sequence[Line]) -> str:
        """The text of a paragraph: its lines joined, words that were broken made whole."""
        pieces = [lines[0].text]
        for line in lines[1:]:
            broken = _BROKEN.search(pieces[-1])
            rest = _REST.match(line.text)
            if broken and rest:
                pieces[-1] = pieces[-1][: broken.end("first")] + self._hyphen(broken, rest[0]) + line.text
            elif _OPEN_END.search(pieces[-1]):
                pieces[-1] += line.text
            else:
                pieces.append(line.text)
        return join(pieces)

    def _hyphen(self, broken: "regex.Match[str]", rest: str) -> str:
        """What stands between the two parts of a word that a line's end parts: nothing or a hyphen."""
        first = broken["first"]
        if f"{first}{rest}".lower() in self._known:
            return ""
        if f"{first}-{rest}".lower() in self._known or not rest[0].islower():
            return "-"
        return "" if self._breaks_with_hard or broken["hyphen"] in _SOFT else "-"
