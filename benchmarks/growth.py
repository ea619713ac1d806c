"""How time and memory grow: with the documents of a corpus, with the sentences of two documents, and on the whole road.

    growth.py documents    the pairing of n documents a side
    growth.py pair         one pair of n sentences a side, from two documents to their records
    growth.py corpus       a folder of n documents a side, from its files to the report's data

Planted texts whose vectors cost little, so that all but encoding is measured; what looking them up takes is taken off.
Each size runs in a process of its own. Memory is told in two parts: what the process came to hold by itself, and
what it has mapped of files, which the system takes back where it needs it. Exponents are fitted to processor time.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from cost import exponent
from damage import make_document
from mining import peaks
from planted import BLOCK, DIM, SEED, PlantedEncoder, blurs, plant, unit, word
from rows import markdown

from aligner import DocumentPair, Relation, align_corpus, align_documents, evaluation
from aligner.corpus import split
from aligner.document import Document, Text
from aligner.embedding import Embedder
from aligner.pairing import TRANSLATIONS, Pairing
from aligner.report import summarise
from aligner.splitters.lines import LineSplitter
from aligner.viewer.data import view
from aligner.writers.run import write_run

LENGTH = 20
"""Sentences of a document."""

N_SHARED = 5
"""Sentences that two comparable documents have in common."""

TOPIC = 50
"""Documents a side about one topic."""

BOILERPLATE = np.array([1, 1, 100])
"""Lines that stand in many documents of both sides: each in every so manieth one."""

THEME, TOPICAL = 0.15, 0.2
"""What a sentence's direction has of that of all texts, and of its topic's; the rest is its own."""

SIZES = {"documents": [1_250, 5_000, 20_000], "pair": [1_000, 4_000, 16_000], "corpus": [250, 500, 1_000]}
"""Documents, or sentences of one, a side."""

Cell = tuple[int, int]


@dataclass(frozen=True)
class Documents:
    """Sentences of documents of both sides, which of them are translations and which comparable, and their encoder."""

    sources: list[list[str]]
    targets: list[list[str]]
    translations: set[Cell]
    comparable: set[Cell]
    encoder: PlantedEncoder


@dataclass(frozen=True)
class Row:
    """What one size took; memory in MiB; figures are named by the table."""

    n: int
    seconds: float
    cpu: float
    own: float
    mapped: float
    figures: dict[str, float]


def plant_documents(n: int) -> Documents:
    """``n`` documents a side: half have a translation, a quarter are comparable with one, the rest are alone.

    Boilerplate stands at their end, the same on both sides but for the language.
    """
    chance = np.random.default_rng([SEED, n])
    place = chance.permutation(n).tolist()
    sources, targets = np.arange(2 * n * LENGTH).reshape(2, n, LENGTH)
    translated, alike = range(n // 2), range(n // 2, n * 3 // 4)
    targets[translated] = sources[translated]
    for i in alike:
        targets[i, chance.permutation(LENGTH)[:N_SHARED]] = chance.permutation(sources[i])[:N_SHARED]
    common = 2 * n * LENGTH + np.arange(len(BOILERPLATE))
    ours, theirs = (
        [
            _sentences(side, [*row, *common[number % BOILERPLATE == 0].tolist()])
            for number, row in enumerate(rows.tolist())
        ]
        for side, rows in enumerate((sources, targets))
    )
    shuffled = [theirs[number] for number in np.argsort(place).tolist()]
    translations, comparable = ({(i, place[i]) for i in those} for those in (translated, alike))
    encoder = PlantedEncoder(_concepts(n, chance), blurs(chance))
    return Documents(ours, shuffled, translations, comparable, encoder)


def _sentences(side: int, concepts: Iterable[int]) -> list[str]:
    return [word(side, concept, 10 + 7919 * concept % 80) for concept in concepts]


def _concepts(n: int, chance: np.random.Generator) -> Any:
    """Unit vectors about one theme, those of a document about its topic, too; kept small by half precision."""
    table = np.empty((2 * n * LENGTH + len(BOILERPLATE), DIM), dtype=np.float16)
    theme = unit(chance.standard_normal((1, DIM), dtype=np.float32))
    topics = unit(chance.standard_normal((n // TOPIC + 1, DIM), dtype=np.float32))
    for start in range(0, len(table), BLOCK):
        numbers = np.arange(start, min(start + BLOCK, len(table)))
        topic = topics[numbers // LENGTH % n // TOPIC]
        own = unit(chance.standard_normal((len(numbers), DIM), dtype=np.float32))
        parts = ((THEME, theme), (TOPICAL, topic), (1 - THEME - TOPICAL, own))
        table[numbers] = sum(np.float32(np.sqrt(share)) * part for share, part in parts)
    return table


def measured(n: int, encoder: PlantedEncoder, work: Callable[[], dict[str, float]]) -> Row:
    """What the work took, less the looking up of vectors."""
    encoder.seconds = encoder.cpu_seconds = 0.0
    with peaks() as before:
        pass
    wall, cpu = perf_counter(), process_time()
    with peaks() as peak:
        figures = work()
    wall, cpu = perf_counter() - wall - encoder.seconds, process_time() - cpu - encoder.cpu_seconds
    return Row(n, wall, cpu, peak["RssAnon"] - before["RssAnon"], peak["RssFile"], figures)


def pair_documents(n: int) -> Row:
    """The pairing of ``n`` documents a side."""
    planted = plant_documents(n)
    sides = [
        [
            split(Text(f"{lang}/{number}", lang, "\n".join(sentences)), LineSplitter())
            for number, sentences in enumerate(documents)
        ]
        for lang, documents in (("it", planted.sources), ("en", planted.targets))
    ]

    def work() -> dict[str, float]:
        return _scores(Pairing(Embedder(planted.encoder)).pair(*sides, {}), planted)

    return measured(n, planted.encoder, work)


def align_pair(n: int) -> Row:
    """Two documents of ``n`` sentences each, compared and aligned."""
    planted = plant(n)
    source, target = make_document(planted.sources, "it"), make_document(planted.targets, "en")

    def work() -> dict[str, float]:
        found = align_documents(source, target, encoder=planted.encoder)
        return {"strict F1": evaluation.score(found.beads, planted.gold).strict.f1}

    return measured(n, planted.encoder, work)


def align_folder(n: int) -> Row:
    """A folder of ``n`` documents a side on the whole road, with the summary and what the report shows."""
    planted = plant_documents(n)
    with TemporaryDirectory() as name:
        for lang, documents in (("it", planted.sources), ("en", planted.targets)):
            folder = Path(name, lang)
            folder.mkdir()
            for number, sentences in enumerate(documents):
                (folder / f"{number}.txt").write_text("\n".join(sentences), "utf-8")

        def work() -> dict[str, float]:
            run = align_corpus(Path(name), encoder=planted.encoder, splitter="lines")
            summarise(run, write_run(run, Path(name, "out")))
            view(run)
            pairs = [alignment.pair for alignment in run.alignments]
            return {**_scores(pairs, planted), "facts": len(run.facts), "kin": len(run.same_language)}

        return measured(n, planted.encoder, work)


def _scores(pairs: Iterable[DocumentPair], planted: Documents) -> dict[str, float]:
    """F1 of the translations, and of the comparable pairs."""
    numbers: dict[bool, set[Cell]] = {True: set(), False: set()}
    for pair in pairs:
        if pair.relation is not Relation.UNRELATED:
            cell = _number(pair.source), _number(pair.target)
            numbers[pair.relation in TRANSLATIONS].add(cell)
    return {
        "F1 translations": _f1(numbers[True], planted.translations),
        "F1 comparable": _f1(numbers[False], planted.comparable),
    }


def _number(document: Document) -> int:
    return int(Path(document.id).stem)


def _f1(found: set[Cell], gold: set[Cell]) -> float:
    return 2 * len(found & gold) / max(1, len(found) + len(gold))


MEASURES: dict[str, Callable[[int], Row]] = {"documents": pair_documents, "pair": align_pair, "corpus": align_folder}


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="documents, or sentences of one, a side")
    arguments = parser.parse_args()
    rows = []
    for n in arguments.sizes or SIZES[arguments.what]:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(MEASURES[arguments.what], n).result())
        print(rows[-1], file=sys.stderr, flush=True)
    print(format_rows(rows))


def format_rows(rows: Sequence[Row]) -> str:
    """The table, with the exponents where there are several sizes."""
    head = ("n", "s", "s of all cores", "MiB of its own", "MiB mapped", *rows[0].figures)
    cells = [
        (
            f"{row.n:,}",
            *(f"{value:.1f}" for value in (row.seconds, row.cpu)),
            *(f"{value:.0f}" for value in (row.own, row.mapped)),
            *(f"{value:,}" if isinstance(value, int) else f"{value:.3f}" for value in row.figures.values()),
        )
        for row in rows
    ]
    table = markdown([head, *cells])
    if len(rows) < 2:
        return table
    sizes = [row.n for row in rows]
    time, memory = exponent(sizes, [row.cpu for row in rows]), exponent(sizes, [max(row.own, 1) for row in rows])
    last = exponent(sizes[-2:], [row.cpu for row in rows[-2:]])
    return f"{table}\n\nexponents: cpu time {time:.2f} (between the last two {last:.2f}), memory {memory:.2f}"


if __name__ == "__main__":
    main()
