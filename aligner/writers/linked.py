"""Files of links whose documents lie beside: ``<link xtargets="s1 s2;s1"/>`` in a ``linkGrp`` of two documents."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from aligner.bitext import SegmentPair
from aligner.errors import GoldError
from aligner.languages import normalise
from aligner.markup import Element, iterate
from aligner.writers.beside import Beside
from aligner.writers.cells import clean
from aligner.writers.formats import Record
from aligner.writers.sentences import Sentences, joined, read_sentences
from aligner.writers.streams import opened

_NUMBERED = re.compile(r"s?([1-9][0-9]{0,14})")
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a record: what the document tells, or where it is not there, what the link does."""

    doc: str
    lang: str
    sentences: tuple[int, ...]
    text: str


def read_links(
    path: Path, beside: Beside, told: Callable[[Mapping[str, str]], Mapping[str, Any]], *, swapped: bool = False
) -> Iterator[Record]:
    """The records of a file of links, with texts where the documents are there.

    Args:
        path: the file.
        beside: where the documents may lie.
        told: what a link's attributes tell of a record, by its fields; ``ValueError`` says what is wrong with them.
        swapped: the first half of a link is of ``toDoc``; it is the target all the same.

    Raises:
        GoldError: the file cannot be opened, or is broken XML from a place on.
    """
    shown = clean(str(path))
    library = _Library(beside)
    with opened(path) as file:
        try:
            for link in iterate(file, "link"):
                names = _documents(link)
                yield from library.turn_to(names)
                try:
                    halves = _halves(link.get("xtargets"), swapped)
                    source, target = (library.side(name, ids) for name, ids in zip(names, halves, strict=True))
                    if source and target:
                        yield _record(source, target, told(link.attrib))
                except ValueError as error:
                    found = clean(link.get("xtargets", ""))[:_QUOTED]
                    yield GoldError(f"{shown}:{link.sourceline}: found the link {found!r}; {error}")
        except ValueError as error:
            raise GoldError(f"{shown}: {error}") from error


class _Library:
    """The two documents that links are of, and which others were missed."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._held: dict[str, Sentences | None] = {}
        self._missed: set[str] = set()

    def turn_to(self, names: Sequence[str]) -> Iterator[GoldError]:
        """Have these documents at hand; what is wrong with them, once."""
        if self._held.keys() == set(names):
            return
        problems: list[GoldError] = []
        self._held = {name: self._held.get(name) or self._load(name, problems) for name in names}
        yield from problems

    def side(self, name: str, ids: Sequence[str]) -> _Side | None:
        """A side of a link; none where the document is not there and the ids are no numbers.

        Raises:
            ValueError: the document has no such sentence.
        """
        document = self._held[name]
        lang = (document and document.lang) or _lang(name)
        if document is None:
            numbers = [_NUMBERED.fullmatch(id) for id in ids]
            sentences = tuple(int(number[1]) - 1 for number in numbers if number)
            return _Side(name, lang, sentences, "") if all(numbers) else None
        found = [document.by_id.get(id) for id in ids]
        if None in found:
            raise ValueError(f"{name!r:.80} has no sentence {ids[found.index(None)]!r:.40}; mend the link")
        known = [one for one in found if one is not None]
        doc = name if document.name is None else document.name
        return _Side(doc, lang, tuple(index for index, _ in known), joined((text for _, text in known), lang))

    def _load(self, name: str, problems: list[GoldError]) -> Sentences | None:
        shown = clean(f"{self._beside.folder}/{name}")
        try:
            with self._beside.opened(name) as file:
                if file is not None:
                    return read_sentences(file)
            error = GoldError(
                f"{shown}: no such document here; put it there, or its links hold numbers of sentences at most"
            )
        except GoldError as broken:
            error = broken
        except ValueError as broken:
            error = GoldError(f"{shown}: {broken}")
        if name not in self._missed:
            self._missed.add(name)
            problems.append(error)
        return None


def _documents(link: Element) -> tuple[str, str]:
    """The names of the documents that a link is of: source, target."""
    group = link.getparent()
    return ("", "") if group is None else (group.get("fromDoc", ""), group.get("toDoc", ""))


def _halves(targets: str | None, swapped: bool) -> Sequence[Sequence[str]]:
    """The ids of both sides: source, target."""
    halves = [half.split() for half in (targets or "").split(";")]
    if len(halves) != 2:
        raise ValueError("its xtargets must be ids, a semicolon and ids; mend the link")
    return halves[::-1] if swapped else halves


def _record(source: _Side, target: _Side, told: Mapping[str, Any]) -> SegmentPair:
    return SegmentPair(
        source_text=source.text,
        target_text=target.text,
        bead=f"{len(source.sentences)}-{len(target.sentences)}",
        source_lang=source.lang,
        target_lang=target.lang,
        source_doc=source.doc,
        target_doc=target.doc,
        source_sentences=source.sentences,
        target_sentences=target.sentences,
        **told,
    )


def _lang(name: str) -> str:
    """The language that a folder on a document's path names."""
    return next((part for part in PurePosixPath(name).parts[:-1] if normalise(part)), "")
