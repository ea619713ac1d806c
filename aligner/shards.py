"""A list of sentences that lies in shards: files of a folder, which in the order of their names are one list.

A shard is plain text of one sentence a line, or a ``.jsonl`` or ``.parquet`` of one sentence a row; any of them may be
compressed. The list is read as one document, so that what is found in it does not depend on how it was cut; what was
found is then told of the shards.
"""

import os
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from sys import intern

from aligner.alignment import Alignment, Bead
from aligner.corpus import read_document
from aligner.document import UNDETERMINED, Document, DocumentPair, Mark, Sentence, Text
from aligner.errors import MissingExtra, ReadError
from aligner.languages import detect, stated
from aligner.progress import follow
from aligner.readers import read, read_parts, split_suffix
from aligner.readers.ids import printable
from aligner.splitters.lines import LineSplitter, stripped

ROWS = frozenset({".jsonl", ".parquet"})
"""Suffixes of shards of one sentence a row."""

SUFFIXES = frozenset({"", ".txt", *ROWS})
"""Suffixes of all shards; what has none is plain text."""

_PUT = "put .txt, .jsonl or .parquet files there"


@dataclass(frozen=True, slots=True)
class Extent:
    """What of a list lies in a shard: ``n_sentences``, in ``length`` code points of the list's text from ``start``."""

    id: str
    n_sentences: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Shards:
    """A list as one document, the shards that it was read from, and what of them could not be read."""

    whole: Document
    extents: tuple[Extent, ...]
    problems: tuple[ReadError | MissingExtra, ...] = ()


def find_shards(path: Path) -> list[Path]:
    """The files that a list lies in, in the order of their names; hidden ones and folders below do not count.

    Raises:
        ReadError: the folder cannot be read, or holds none.
    """
    if not path.is_dir():
        return [path]
    shown = printable(str(path))
    try:
        every = sorted(path.iterdir(), key=lambda one: os.fsencode(one.name))
    except OSError as error:
        raise ReadError(f"{shown}: {error.strerror or error}; check the folder and its permissions") from error
    found = [one for one in every if not one.name.startswith(".") and not one.is_dir()]
    if not found:
        raise ReadError(f"{shown}: a folder without files; {_PUT}")
    return found


def read_list(path: Path, lang: str | None = None) -> Shards:
    """The list in a folder of shards, or in a file: of rows, or any other that ``read_document`` reads, by its lines.

    Its language is the one given, else what most of its rows say, else what it reads as. A row that says another one
    stands in that. A row that cannot be read is a blank sentence, so that the others keep their numbers.

    Raises:
        ReadError: there is no file, or none that can be read.
    """
    if path.is_dir() or split_suffix(path.name)[1] in ROWS:
        return _read_shards(path, lang)
    document = read_document(path, lang, "lines")
    return Shards(document, (Extent(document.id, len(document), 0, len(document.text.content)),))


def _read_shards(path: Path, lang: str | None) -> Shards:
    parts: list[_Part] = []
    problems: list[ReadError | MissingExtra] = []
    for file in follow(find_shards(path), "reading"):
        try:
            parts.append(_read(file, problems))
        except (ReadError, MissingExtra) as error:
            problems.append(error)
    if not parts:
        if len(problems) == 1:
            raise problems[0]
        raise ReadError(f"{printable(str(path))}: none of {len(problems)} files can be read ({problems[0]}); {_PUT}")
    return _joined(parts, lang, problems)


def spread(alignment: Alignment, sources: Sequence[Extent], targets: Sequence[Extent]) -> list[Alignment]:
    """What was found in two lists, told of their shards: an alignment for each two that have something in common.

    A sentence that no link holds is lone in one alignment only: the first of its shard. A shard that has nothing in
    common with any other gets one for that, with the first shard of the other side. Sentences and spans are counted in
    the shards.
    """
    if len(sources) == len(targets) == 1:
        return [alignment]
    first = tuple([0, *accumulate(one.n_sentences for one in side)] for side in (sources, targets))
    held: defaultdict[tuple[int, int], tuple[list[Bead], list[Bead]]] = defaultdict(lambda: ([], []))
    for kind, beads in enumerate((alignment.links, alignment.related)):
        for bead in beads:
            (i, source), (j, target) = (_within(one, starts) for one, starts in zip(bead.sides, first, strict=True))
            held[i, j][kind].append(replace(bead, source=source, target=target))
    for i in set(range(len(sources))) - {i for i, _ in held}:
        held[i, 0] = [], []
    for j in set(range(len(targets))) - {j for _, j in held}:
        held[0, j] = [], []
    pair = alignment.pair
    documents = [_cut(pair.source, sources), _cut(pair.target, targets)]
    lone = _Lone(alignment, first)
    return [
        Alignment(
            DocumentPair(documents[0][i], documents[1][j], pair.relation, pair.score),
            tuple(links),
            alignment.method,
            tuple(related),
            (lone.take(0, i), lone.take(1, j)),
        )
        for (i, j), (links, related) in sorted(held.items())
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """A shard as it was read, with the spans of its sentences and, where these are rows, the languages they say."""

    text: Text
    spans: Sequence[tuple[int, int]]
    langs: Sequence[str] = ()


def _read(file: Path, problems: list[ReadError | MissingExtra]) -> _Part:
    """One shard; what is wrong with a row is added to the problems.

    Raises:
        ReadError, MissingExtra: it cannot be read.
    """
    shown, suffix = printable(str(file)), split_suffix(file.name)[1]
    if suffix not in SUFFIXES:
        raise ReadError(f"{shown}: {suffix} holds no list of sentences; write them as .txt, .jsonl or .parquet")
    try:
        place = file.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ReadError(f"{shown}: no such file; check the path") from error
    if split_suffix(place.name)[1] != suffix:
        raise ReadError(f"{shown}: a link to a file that is no {suffix or 'plain text'} by its name; copy the file")
    if suffix in ROWS:
        return _rows(list(read_parts(place, shown)), shown, problems)
    (text,) = read(place, shown).texts
    return _Part(text, LineSplitter().split(text.content, text.lang))


def _rows(parts: Sequence[Text | ReadError], shown: str, problems: list[ReadError | MissingExtra]) -> _Part:
    """A shard of rows, each one sentence, whatever newlines it holds."""
    texts = [part for part in parts if isinstance(part, Text)]
    faults = [part for part in parts if isinstance(part, ReadError)]
    if faults and not texts:
        raise faults[0]
    if texts and all(text.id == f"{shown}#{printable(text.lang)}" for text in texts):
        raise ReadError(f"{shown}: a column for each language, none of sentences; name one text")
    problems += faults
    rows = [part.content if isinstance(part, Text) else "" for part in parts]
    langs = [intern(part.lang) if isinstance(part, Text) else UNDETERMINED for part in parts]
    starts = accumulate((len(row) + 1 for row in rows), initial=0)
    content = "\n".join(rows)
    spans = [stripped(content, start, start + len(row)) for start, row in zip(starts, rows, strict=False)]
    return _Part(Text(shown, UNDETERMINED, content), spans, langs)


def _joined(parts: Sequence[_Part], lang: str | None, problems: Iterable[ReadError | MissingExtra]) -> Shards:
    """The shards one after the other, each on lines of its own."""
    contents: list[str] = []
    extents: list[Extent] = []
    sentences: list[Sentence] = []
    marks: list[Mark] = []
    start = 0
    for part in parts:
        content = part.text.content
        extents.append(Extent(part.text.id, len(part.spans), start, len(content)))
        sentences += [Sentence(start + one, start + end) for one, end in part.spans]
        contents.append(content if content.endswith("\n") or not content else f"{content}\n")
        start += len(contents[-1])
    told = _language(lang, parts)
    for part, extent in zip(parts, extents, strict=True):
        marks += [Mark(extent.start + one.start, extent.start + one.end, one.lang) for one in _marks(part, told)]
    text = Text(extents[0].id if len(extents) == 1 else "", told, "".join(contents), tuple(marks))
    if told == UNDETERMINED:
        text = replace(text, lang=detect(text.unmarked).lang)
    return Shards(Document(text, tuple(sentences)), tuple(extents), tuple(problems))


def _language(lang: str | None, parts: Iterable[_Part]) -> str:
    """Our code of the language given, or else of what most rows say; ``und`` where none says any."""
    if lang is not None:
        return stated(lang) or UNDETERMINED
    said = Counter(lang for part in parts for lang in (*part.langs, part.text.lang))
    codes: Counter[str] = Counter()
    for name, count in said.items():
        codes[stated(name) or UNDETERMINED] += count
    del codes[UNDETERMINED]
    return max(codes, key=lambda code: codes[code], default=UNDETERMINED)


def _marks(part: _Part, lang: str) -> Iterator[Mark]:
    """The passages of a shard that it says to be in another language than this one, in its own code points."""
    yield from part.text.marks
    codes = {name: stated(name) for name in set(part.langs)}
    for (start, end), name in zip(part.spans, part.langs, strict=False):
        if codes[name] not in (None, lang):
            yield Mark(start, end, name)


def _cut(document: Document, extents: Sequence[Extent]) -> list[Document]:
    """A document for each shard."""
    documents = []
    first = 0
    for extent in extents:
        content = document.text.content[extent.start : extent.start + extent.length]
        sentences = document.sentences[first : first + extent.n_sentences]
        first += extent.n_sentences
        moved = tuple(Sentence(one.start - extent.start, one.end - extent.start, one.lang) for one in sentences)
        documents.append(Document(Text(extent.id, document.lang, content), moved))
    return documents


def _within(sentences: Sequence[int], first: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """The shard that holds these sentences, and their numbers there; ``first`` is each shard's first sentence."""
    shard = bisect_right(first, sentences[0]) - 1
    return shard, tuple(sentence - first[shard] for sentence in sentences)


class _Lone:
    """The sentences of both lists that no link holds, by shard; each is given out once."""

    def __init__(self, alignment: Alignment, first: Sequence[Sequence[int]]) -> None:
        self._first = first
        self._linked = [
            {index for bead in alignment.links for index in bead.sides[0]},
            {index for bead in alignment.links for index in bead.sides[1]},
        ]
        self._given: set[tuple[int, int]] = set()

    def take(self, side: int, shard: int) -> Sequence[int]:
        """Those of a shard, counted in it; none when they were taken before."""
        if (side, shard) in self._given:
            return ()
        self._given.add((side, shard))
        start, end = self._first[side][shard : shard + 2]
        return array("q", (index - start for index in range(start, end) if index not in self._linked[side]))
