"""What of a document stands in another language than its own: passages that were left untranslated, or quoted.

Such a sentence is no translation of anything: it takes part in no link and in no fact, and is told to a person. That
two sides are equal does not show it, since names, commands and figures are the same in any language; what counts is
that a sentence reads as prose of the other language.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby

import regex

from aligner.document import Document
from aligner.languages import RELIABLE, detect, normalise

MIN_CONFIDENCE = 0.95
"""Share in the probability of its two languages that a sentence in the other one must have."""

MIN_PROSE, MIN_PROSE_OF_COPY = 0.9, 0.5
"""Confidence among all languages. Commands and lists of names, which the identifier takes for many, have below 0.45."""

MIN_LETTERS = 40
"""Letters (bytes in UTF-8) from which a sentence tells its language by itself."""

MIN_WORDS = 3
"""Words from which it does where a document in the other language holds the same sentence."""

MIN_SHARE = 0.5
"""Share of a copied passage, or of a document, that must tell its language, for the rest of it to have that, too."""

MIN_WHOLE = 120
"""Letters in another language from which there may be nothing in a document's own."""

MAX_OWN = 0.1
"""For each of these letters so many in a document's own language may be chance."""

_LETTER = regex.compile(r"\p{L}")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_FOLDED = regex.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a sentence reads as: ``lang`` is empty where it may be either its document's language or another."""

    n_letters: int
    is_copy: bool
    lang: str


def mark_languages(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents, with every sentence that stands in another of their languages, or is marked so, told its own."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for document in documents:
        held[document.lang].update(map(_folded, document.sentence_texts()))
    return tuple(_with_langs(document, _marked(document), _foreign(document, held)) for document in documents)


def _with_langs(document: Document, marked: Sequence[str], read: Sequence[str]) -> Document:
    """The document, its sentences with the languages that they are marked with or else read as."""
    sentences = zip(document.sentences, marked, read, strict=True)
    return replace(document, sentences=tuple(replace(one, lang=own or other) for one, own, other in sentences))


def _marked(document: Document) -> list[str]:
    """For each sentence the other language that its text says it to be in, if any."""
    marks = [mark for mark in document.text.marks if (normalise(mark.lang) or document.lang) != document.lang]
    starts = [mark.start for mark in marks]
    places = [bisect_right(starts, sentence.start) - 1 for sentence in document.sentences]
    return [
        marks[place].lang if place >= 0 and sentence.end <= marks[place].end else ""
        for sentence, place in zip(document.sentences, places, strict=True)
    ]


def _foreign(document: Document, held: Mapping[str, Set[str]]) -> list[str]:
    """For each sentence the other language that it stands in, if any; ``held`` is what documents in each say."""
    own, others = document.lang, {lang: held[lang] for lang in held.keys() & RELIABLE if lang != document.lang}
    if own not in RELIABLE or not others:
        return [""] * len(document)
    readings = [_read(text, own, others) for text in document.sentence_texts()]
    if whole := _whole(readings, own):
        return [whole] * len(document)
    langs: list[str] = []
    for is_copy, group in groupby(readings, key=lambda reading: reading.is_copy):
        passage = list(group)
        most = _most(passage, own)[0] if is_copy else ""
        langs += [most or reading.lang for reading in passage]
    return ["" if lang == own else lang for lang in langs]


def _read(text: str, own: str, others: Mapping[str, Set[str]]) -> _Reading:
    n_letters, folded = len("".join(_LETTER.findall(text)).encode("utf-8", "replace")), _folded(text)
    is_copy = any(folded in texts for texts in others.values())
    if n_letters < MIN_LETTERS and len(_WORD.findall(text)) < MIN_WORDS:
        return _Reading(n_letters, is_copy, "")
    found = detect(text)
    if found.lang == own:
        return _Reading(n_letters, is_copy, own)
    is_clear = n_letters >= MIN_LETTERS and found.confidence >= MIN_PROSE
    if found.lang not in others or not (is_clear or (is_copy and found.confidence >= MIN_PROSE_OF_COPY)):
        return _Reading(n_letters, is_copy, "")
    nearer = detect(text, (own, found.lang))
    is_sure = nearer.lang == found.lang and nearer.confidence >= MIN_CONFIDENCE
    return _Reading(n_letters, is_copy, found.lang if is_sure else "")


def _most(readings: Iterable[_Reading], own: str) -> tuple[str, int]:
    """The other language of most of these letters, and how many are in it; none where they do not tell enough."""
    sizes: Counter[str] = Counter()
    for reading in readings:
        sizes[reading.lang] += reading.n_letters
    langs = [(size, lang) for lang, size in sizes.items() if lang not in ("", own)]
    size, lang = max(langs, default=(0, ""))
    return (lang, size) if size >= MIN_SHARE * sizes.total() else ("", 0)


def _whole(readings: Sequence[_Reading], own: str) -> str:
    """The other language that all of a document stands in; empty where some of it is in its own."""
    lang, size = _most(readings, own)
    n_own = sum(reading.n_letters for reading in readings if reading.lang == own)
    return lang if size >= MIN_WHOLE and n_own <= MAX_OWN * size else ""


def _folded(text: str) -> str:
    return str(_FOLDED.sub(" ", text.casefold())).strip()
