"""hunalign's text: the source text, the target text and the score on a line, tabs between; no header row.

``~~~`` with blanks around stands between the sentences of a text. They are known where the bitext was made by an
alignment, whose lone sentences then stand here too, each beside an empty cell; a text that was read is written as one.
ladder2text puts the score first. A file is read so where each of its first lines begins with a number and not each ends
with one; such a file is told from mined pairs by a ``~~~``, or by its suffix.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TextIO

from aligner.bitext import Bitext, SegmentPair, Span, by_documents
from aligner.document import Document
from aligner.writers.cells import clean, number_cell, row
from aligner.writers.formats import TEXTS, Head, Record, TextFormat
from aligner.writers.lines import Line, read_lines
from aligner.writers.mining import read_number

_SUFFIX = ".hunalign.tsv"
_MARK = " ~~~ "
_LINES = 100
"""So many lines tell on which side the score stands."""

# Kana, Chinese characters with their marks, Thai, Lao, Burmese and Khmer: no blank between sentences.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_UNSPACED_MARK = re.compile(f"(?<=[{_UNSPACED}]){_MARK}(?=[{_UNSPACED}])")


def write(bitext: Bitext, file: TextIO) -> None:
    """Write one line a record, and one a lone sentence."""
    documents = {
        document.id: document
        for alignment in bitext.alignments
        for document in (alignment.pair.source, alignment.pair.target)
    }
    for pair in chain(*by_documents(bitext).values()):
        source = _marked(pair.source_text, pair.source_sentences, pair.source_span, documents.get(pair.source_doc))
        target = _marked(pair.target_text, pair.target_sentences, pair.target_span, documents.get(pair.target_doc))
        file.write(row((source, target, number_cell(pair.score) or "nan")))


def read(file: TextIO) -> Iterator[Record]:
    """The records of a file, with how many sentences a side."""
    lines = read_lines(file)
    first = [*islice(lines, _LINES)]
    score_first = _has_score_first([line.text.split("\t") for line in first])
    return (_record(line, score_first) for line in chain(first, lines))


def _marked(text: str, sentences: Iterable[int], span: Span, document: Document | None) -> str:
    """The text of a segment, with marks between its sentences where it is all of them."""
    indices = tuple(sentences)
    if not document or not indices or document.span(indices) != span:
        return clean(text)
    texts = document.sentence_texts()
    return _MARK.join(clean(texts[index]).strip() for index in indices)


def _record(line: Line, score_first: bool) -> Record:
    cells = line.text.split("\t")
    texts, score = (cells[1:], cells[0]) if score_first else (cells[:-1], cells[-1])
    number = read_number(score)
    if number is None or len(texts) != 2:
        order = "the score, the source text and" if score_first else "the source text,"
        end = "the target text" if score_first else "the target text and the score"
        return line.broken(f"write {order} {end}, with tabs between")
    source, target = texts
    bead = f"{_count(source)}-{_count(target)}"
    return SegmentPair(source_text=_joined(source), target_text=_joined(target), score=number, bead=bead)


def _count(text: str) -> int:
    return text.count(_MARK) + 1 if text else 0


def _joined(text: str) -> str:
    return _UNSPACED_MARK.sub("", text).replace(_MARK, " ")


def _has_score_first(rows: Iterable[list[str]]) -> bool:
    held = [[read_number(cell) is not None for cell in (cells[0], cells[-1])] for cells in rows if len(cells) == 3]
    return bool(held) and all(first for first, _ in held) and not all(last for _, last in held)


def _known(head: Head) -> bool:
    cells = head.cells
    if len(cells) != 3 or not any(read_number(cell) is not None for cell in (cells[0], cells[2])):
        return False
    rows = [line.split("\t") for line in head.lines]
    return head.name.endswith(_SUFFIX) or not _has_score_first(rows) or any(_MARK in line for line in head.lines)


FORMAT = TextFormat(write=write, read=read, known=_known, carries=TEXTS | {"score"}, nulls=True)
