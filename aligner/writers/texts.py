"""Texts beside beads: those of sentences, from records or from files of one sentence a line, and whole documents'."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, TextIO

from aligner.alignment import Bead
from aligner.bitext import SegmentPair
from aligner.document import UNDETERMINED, Document, Sentence, Text
from aligner.errors import GoldError, ReadError
from aligner.evaluation import Names
from aligner.readers import read
from aligner.readers.ids import printable
from aligner.splitters.lines import LineSplitter
from aligner.writers.jsonl import object_line
from aligner.writers.lines import read_lines
from aligner.writers.stems import files_by_stem, holds_several
from aligner.writers.streams import opened_text


@dataclass(frozen=True, slots=True)
class Segment:
    """The text of one sentence, or of several where they are not known apart, with their 0-based indices."""

    sentences: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class PairTexts:
    """What is known of a document pair's texts: by sentence the shortest segment that holds it, on either side."""

    source: Mapping[int, Segment] = field(default_factory=dict)
    target: Mapping[int, Segment] = field(default_factory=dict)


def texts_of(records: Iterable[SegmentPair]) -> PairTexts:
    """The texts that the records of one document pair hold."""
    kept = list(records)
    return PairTexts(
        _by_sentence(Segment(record.source_sentences, record.source_text) for record in kept if record.source_text),
        _by_sentence(Segment(record.target_sentences, record.target_text) for record in kept if record.target_text),
    )


def read_texts(source: Path, target: Path, pairs: Mapping[Names, Iterable[Bead]]) -> dict[Names, PairTexts]:
    """The texts of document pairs from two files, or two folders (or patterns as ``folder/*.it``) of files.

    A line is a sentence, blank lines too. A document's file in a folder is the one with its stem.

    Args:
        source: the file or folder.
        target: the same of the other side.
        pairs: the document pairs, each with beads whose sentences its texts must have.

    Raises:
        ReadError: a file cannot be read.
        GoldError: there is no file for a document, or it has fewer sentences than the beads name.
    """
    beads = [list(held) for held in pairs.values()]
    sources = _read_side(source, [name for name, _ in pairs], [[bead.source for bead in held] for held in beads])
    targets = _read_side(target, [name for _, name in pairs], [[bead.target for bead in held] for held in beads])
    return {names: PairTexts(*both) for names, *both in zip(pairs, sources, targets, strict=True)}


def write_texts(documents: Iterable[Document], file: TextIO) -> None:
    """Write documents as JSON lines, as the corpus reader reads them: id, language, and the content verbatim.

    Beside stand the spans of the sentences, and which of them are in another language than their document.
    """
    for document in documents:
        values = {
            "id": document.id,
            "lang": document.lang,
            "text": document.text.content,
            "sentences": [[sentence.start, sentence.end] for sentence in document.sentences],
            "foreign": {str(index): document.sentences[index].lang for index in document.untranslated},
        }
        file.write(object_line(values))


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a file that ``write_texts`` wrote.

    Raises:
        GoldError: the file cannot be read, or a line is not as that wrote it.
    """
    with opened_text(path) as file:
        for line in read_lines(file):
            try:
                yield _document(json.loads(line.text))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise line.broken("it is no text with its sentences; run align again") from None


def _document(values: Mapping[str, Any]) -> Document:
    foreign, content = values["foreign"], str(values["text"])
    sentences = tuple(
        Sentence(int(start), int(end), str(foreign.get(str(index), "")))
        for index, (start, end) in enumerate(values["sentences"])
    )
    edges = [0, *(edge for sentence in sentences for edge in (sentence.start, sentence.end)), len(content)]
    if edges != sorted(edges):
        raise ValueError("its sentences do not follow each other in its text")
    return Document(Text(str(values["id"]), str(values["lang"]), content), sentences)


def _by_sentence(segments: Iterable[Segment]) -> dict[int, Segment]:
    by_length = sorted(segments, key=lambda segment: (-len(segment.sentences), segment.sentences))
    return {index: segment for segment in by_length for index in segment.sentences}


def _read_side(
    place: Path, documents: Sequence[str], named: Sequence[Iterable[tuple[int, ...]]]
) -> list[dict[int, Segment]]:
    """The sentences of each document, in this order; ``named`` are those that each must have."""
    return [
        _read_lines(path, max((index for indices in sentences for index in indices), default=-1))
        for path, sentences in zip(_paths(place, documents), named, strict=True)
    ]


def _paths(place: Path, documents: Sequence[str]) -> list[Path]:
    """The file of each document."""
    shown = printable(str(place))
    if not holds_several(place):
        if len(documents) > 1 and place.exists():
            raise GoldError(f"{shown}: is one file for {len(documents)} documents; name a folder with a file for each")
        return [place] * len(documents)
    files = files_by_stem(place)
    if len(files) == len(documents) == 1:
        return list(files.values())
    for document in documents:
        if document not in files and PurePath(document).stem not in files:
            raise GoldError(f"{shown}: holds no file for the document {document!r}; put one there, with its stem")
    return [files.get(document) or files[PurePath(document).stem] for document in documents]


def _read_lines(path: Path, last: int) -> dict[int, Segment]:
    """The lines of a file, which must go on to the one with the index ``last``."""
    shown = printable(str(path))
    try:
        place = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ReadError(f"{shown}: no such file; check the path") from error
    reading = read(place, shown, UNDETERMINED)
    if reading.problems or len(reading.texts) != 1:
        raise reading.problems[0] if reading.problems else ReadError(f"{shown}: holds several texts; give one a file")
    content = reading.texts[0].content
    spans = LineSplitter().split(content, UNDETERMINED)
    if last >= len(spans):
        raise GoldError(
            f"{shown}: has {len(spans)} lines, and a bead names the sentence {last}, counted from 0; "
            "name the text that was aligned, one sentence a line"
        )
    return {number: Segment((number,), content[start:end]) for number, (start, end) in enumerate(spans)}
