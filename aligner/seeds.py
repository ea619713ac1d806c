"""Seeds: facts that a person wants to follow through a corpus; ``seeds/README.md`` documents their files."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aligner.document import Document
from aligner.embedding import Embedder
from aligner.errors import SeedError
from aligner.evidence import FIGURES, Evidence, compare, mentions
from aligner.languages import normalise
from aligner.readers.ids import printable

Floats = NDArray[np.float64]

STATES, CONTAINS, CONTRADICTS, NOT_STATED = "states", "contains", "contradicts", "not stated"
"""Stances of a document towards a seed."""

MIN_P = 0.5
"""The probability from which a sentence speaks of a seed: more likely than not."""
RIVAL = 0.4
"""The cosine that a sentence on the topic has to a seed that it does not state: the least that a lead is counted from,
so that a seed followed alone, or beside seeds on other subjects, has no easier play."""
FIGURES_COUNTED = 2
"""Two figures in common are more than one; more of them say little that two did not."""
GENERIC = "generic"

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = {"id", "title", "phrasings"}


@dataclass(frozen=True, slots=True)
class Seed:
    """A fact to follow: ``phrasings`` holds for each language, as BCP 47, the sentences that state it."""

    id: str
    title: str
    phrasings: Mapping[str, tuple[str, ...]]


def read_seeds(path: Path | str) -> tuple[Seed, ...]:
    """The seeds of a TOML file, or of all the TOML files of a folder, in order of the files' names.

    Raises:
        SeedError: nothing to read there, a file that is no TOML, or a fact that is not as ``seeds/README.md`` says.
    """
    path = Path(path)
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not found:
        raise SeedError(f"{printable(str(path))}: holds no .toml file; name a file or folder of seeds")
    homes: dict[str, Path] = {}
    seeds = []
    for file in found:
        for seed in _read(file):
            if seed.id in homes:
                where = printable(str(homes[seed.id]))
                raise SeedError(f"{printable(str(file))}: fact {seed.id!r} stands in {where} already; rename one")
            homes[seed.id] = file
            seeds.append(seed)
    return tuple(seeds)


def _read(file: Path) -> Iterator[Seed]:
    name = printable(str(file))
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise SeedError(f"{name}: {error.strerror or error}; name a file or folder of seeds") from error
    except UnicodeDecodeError as error:
        raise SeedError(f"{name}: is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{name}: is no TOML: {error}; mend it there") from error
    _check_keys(table, {"fact"}, f"{name}: the file")
    facts = table.get("fact")
    if not isinstance(facts, list) or not facts:
        raise SeedError(f"{name}: holds no fact; write each below a line [[fact]]")
    for number, fact in enumerate(facts, 1):
        yield _seed(fact, name, number)


def _seed(fact: Any, name: str, number: int) -> Seed:
    where = f"{name}: fact {number}"
    if not isinstance(fact, dict):
        raise SeedError(f"{where} is no table; write each fact below a line [[fact]]")
    id = fact.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise SeedError(f"{where} has the id {id!r}; give it one of a-z, 0-9 and hyphens, as mission-1998")
    where = f"{name}: fact {id!r}"
    _check_keys(fact, _KEYS, where)
    title = fact.get("title")
    if not isinstance(title, str) or not title.strip():
        raise SeedError(f"{where} has no title; give it a short label for people")
    phrasings = fact.get("phrasings")
    if not isinstance(phrasings, dict) or not phrasings:
        raise SeedError(f"{where} has no phrasings; give one sentence in one language at least")
    return Seed(id, title, dict(_phrasings(code, texts, where) for code, texts in phrasings.items()))


def _phrasings(code: str, texts: object, where: str) -> tuple[str, tuple[str, ...]]:
    lang = normalise(code)
    if lang is None:
        raise SeedError(f"{where} has phrasings in {code!r}, which is no language code; write one as it or en")
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise SeedError(f'{where} has no list of sentences for {code!r}; write them as ["…"]')
    return lang, tuple(texts)


def _check_keys(table: Mapping[str, object], known: set[str], where: str) -> None:
    if unknown := sorted(table.keys() - known):
        raise SeedError(f"{where} has the unknown key {unknown[0]!r}; there are only {', '.join(sorted(known))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one document says of one seed; one for each sentence that speaks of it, or a single one that none does.

    Attributes:
        seed: the seed's id.
        title: the seed's title.
        doc, lang: the document's id and language.
        stance: ``states``; ``contains``: the sentence has a date of another event beside; ``contradicts``: the same
            event with another date or number; ``not stated``.
        p: the probability that the sentence speaks of the seed's event; where none does, that of the likeliest one.
        sentence: its 0-based index; ``-1`` where it is not stated.
        span: ``(start, end)`` of the sentence in the document's content, in code points.
        text: what stands there.
        differences: what contradicts, the phrasing's first, as ``date 1998 / 1997``.
    """

    seed: str
    title: str
    doc: str
    lang: str
    stance: str
    p: float
    sentence: int = -1
    span: tuple[int, int] = (0, 0)
    text: str = ""
    differences: tuple[str, ...] = ()


def follow_seeds(
    seeds: Sequence[Seed], documents: Sequence[Document], embedders: Sequence[Embedder], *, min_p: float = MIN_P
) -> tuple[Sighting, ...]:
    """What each document says of each seed, in order of the seeds, then of the documents.

    A sentence is compared with every phrasing, of any language, and judged by the closest; ``Measures`` says by what.
    What is likely enough and has a figure that contradicts the phrasing's, contradicts the seed, unless the document
    states the seed elsewhere. As seeds are told apart by one another, ``p`` depends on which others are followed.

    Args:
        seeds: as ``read_seeds`` gives them.
        documents: of any languages.
        embedders: the doors to one or several encoders, whose cosines are averaged.
        min_p: the least probability of a sentence that speaks of a seed.

    Raises:
        EncoderError: an encoder fails.
    """
    compared = Comparisons(seeds, documents, embedders)
    weights = _weights("+".join(embedder.fitted_as for embedder in embedders))
    sightings: list[Sighting] = []
    for place, seed in enumerate(seeds):
        for document in documents:
            numbers = compared.numbers.get(document.id, ())
            seen = [_sighting(seed, compared.sentences[n], *compared.judge(place, n), weights) for n in numbers]
            found = [one for one in seen if one.p >= min_p]
            sightings += _without_others(found) or [_unstated(seed, document, seen)]
    return tuple(sightings)


class Measures(NamedTuple):
    """What tells how probable it is that a sentence speaks of a seed.

    Attributes:
        cosine: to the closest phrasing. A sentence that answers a figure of the phrasing, and comes nearer to it
            together with the sentence before it than either does alone, is read together with that one: ``The unit
            leaves in May. It is 30 strong.``
        lead: the cosine less that to the closest phrasing of any other seed, or less ``RIVAL`` if that is more. What
            is merely on the topic of all seeds is as near to one as to another.
        shared_figures: how many of the phrasing's figures (dates, numbers) the sentence shares, ``FIGURES_COUNTED`` at
            most.
        lacking_figures: the share of them to which nothing in the sentence answers, neither agreeing nor contradicting,
            in ``[0, 1]``.
    """

    cosine: float
    lead: float
    shared_figures: float
    lacking_figures: float


class Comparisons:
    """The phrasings of seeds beside the sentences of documents, by their numbers.

    Attributes:
        sentences: each document, the sentence's index there, and its text; blank ones left out.
        numbers: for each document's id which of the sentences are its own.
    """

    def __init__(self, seeds: Sequence[Seed], documents: Sequence[Document], embedders: Sequence[Embedder]) -> None:
        self.sentences = [
            (document, index, text)
            for document in documents
            for index, text in enumerate(document.sentence_texts())
            if text.strip()
        ]
        self.numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, (document, _, _) in enumerate(self.sentences):
            self.numbers[document.id].append(number)
        phrasings = [(lang, text) for seed in seeds for lang, own in seed.phrasings.items() for text in own]
        self._asked = [mentions(text, lang) for lang, text in phrasings]
        self._mentioned = [mentions(text, document.lang) for document, _, text in self.sentences]
        told = [(document.lang, text) for document, _, text in self.sentences]
        runs = dict(self._runs())
        cosines = _cosines(phrasings, [*told, *runs.values()], embedders)
        self._cosines, joined = np.split(cosines, [len(told)], axis=1)
        self._joined = dict(zip(runs, joined.T, strict=True))
        self._rows: list[range] = []
        for seed in seeds:
            first = self._rows[-1].stop if self._rows else 0
            self._rows.append(range(first, first + sum(map(len, seed.phrasings.values()))))
        best = [self._cosines[rows.start : rows.stop].max(axis=0) for rows in self._rows]
        self._rivals = _best_others(np.array(best).reshape(len(seeds), len(told)))

    def _runs(self) -> Iterator[tuple[int, tuple[str, str]]]:
        """Each sentence with a figure, by its number, together with the one before it; language and text."""
        for numbers in self.numbers.values():
            for before, number in pairwise(numbers):
                if any(mention.kind in FIGURES for mention in self._mentioned[number]):
                    document, index, _ = self.sentences[number]
                    yield number, (document.lang, document.segment((self.sentences[before][1], index)))

    def judge(self, place: int, number: int) -> tuple[Measures, Evidence]:
        """How a sentence lies to the seed in this place, and the evidence of the two."""
        row = max(self._rows[place], key=lambda row: self._cosines[row, number])
        evidence = compare(self._asked[row], self._mentioned[number])
        shared = sum(tie.kind in FIGURES for tie in evidence.shared)
        lacking = sum(mention.kind in FIGURES for mention in evidence.source_only)
        answered = shared + len(evidence.conflicts)
        cosine = self._with_before(row, number) if answered else float(self._cosines[row, number])
        lead = cosine - float(self._rivals[place, number])
        return Measures(cosine, lead, min(shared, FIGURES_COUNTED), lacking / max(1, answered + lacking)), evidence

    def _with_before(self, row: int, number: int) -> float:
        """The cosine of a sentence, or that of it and the one before together if they are nearer than either."""
        alone = float(self._cosines[row, number])
        if number not in self._joined:
            return alone
        both = float(self._joined[number][row])
        return both if both > max(alone, self._cosines[row, number - 1]) else alone


def _best_others(cosines: Floats) -> Floats:
    """For each seed and sentence the best cosine of any other seed, ``RIVAL`` at least; shape as given, ``(s, n)``."""
    if len(cosines) < 2:
        return np.full_like(cosines, RIVAL)
    second, best = np.partition(cosines, -2, axis=0)[-2:]
    others: Floats = np.where(cosines == best, second, best)
    return np.maximum(others, RIVAL)


def _sighting(
    seed: Seed,
    sentence: tuple[Document, int, str],
    measures: Measures,
    evidence: Evidence,
    weights: Mapping[str, float],
) -> Sighting:
    """What a sentence says of a seed, if it speaks of it: how probable that is, ``p`` tells."""
    document, index, text = sentence
    return Sighting(
        seed=seed.id,
        title=seed.title,
        doc=document.id,
        lang=document.lang,
        stance=_stance(evidence),
        p=_probability(measures, weights),
        sentence=index,
        span=document.span((index,)),
        text=text,
        differences=tuple(tie.difference for tie in evidence.conflicts),
    )


def _stance(evidence: Evidence) -> str:
    """How a sentence that speaks of a seed stands to it."""
    if evidence.conflicts:
        return CONTRADICTS
    return CONTAINS if any(mention.kind == "date" for mention in evidence.target_only) else STATES


def _without_others(found: Sequence[Sighting]) -> list[Sighting]:
    """The sightings of a document; where it states the seed, a sentence with other figures is on another event."""
    agreeing = [one for one in found if one.stance != CONTRADICTS]
    return agreeing or list(found)


def _unstated(seed: Seed, document: Document, seen: Sequence[Sighting]) -> Sighting:
    p = max((one.p for one in seen), default=0.0)
    return Sighting(seed=seed.id, title=seed.title, doc=document.id, lang=document.lang, stance=NOT_STATED, p=p)


def _probability(measures: Measures, weights: Mapping[str, float]) -> float:
    odds = weights["bias"] + sum(weights[name] * value for name, value in measures._asdict().items())
    return 1 / (1 + exp(-odds))


@cache
def _weights(name: str) -> Mapping[str, float]:
    tables = tomllib.loads(files("aligner").joinpath("data/seeds.toml").read_text("utf-8"))
    weights: Mapping[str, float] = tables.get(name, tables[GENERIC])
    return weights


def _cosines(
    phrasings: Sequence[tuple[str, str]], told: Sequence[tuple[str, str]], embedders: Sequence[Embedder]
) -> Floats:
    """The mean cosine of each phrasing and each text, shape ``(p, n)``; texts of one language are one side."""
    texts = [*phrasings, *told]
    total = np.zeros((len(phrasings), len(told)))
    for embedder in embedders:
        vectors: dict[int, Floats] = {}
        for lang in dict.fromkeys(lang for lang, _ in texts):
            numbers = [number for number, (other, _) in enumerate(texts) if other == lang]
            side = embedder.side([texts[number][1] for number in numbers])
            vectors.update(zip(numbers, side.vectors.astype(np.float64), strict=True))
        if told and phrasings:
            rows = np.stack([vectors[number] for number in range(len(texts))])
            total += rows[: len(phrasings)] @ rows[len(phrasings) :].T
    return total / max(1, len(embedders))
