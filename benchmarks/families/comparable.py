"""Independent texts: ``comparable``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import evidence
import numpy as np
from bench import Bench
from rows import Row, at_least, at_most
from sets import Draw, read_cells, read_documents, read_gold, read_lines, set_name

from aligner import Bead, DocumentPair, Relation, align_documents, evaluation

TARGETS = {"comparable/itn-pt-en": at_least(0.88), "comparable/tldr-it-en": at_least(0.85)}
"""The F1 of records at p of 0.5 that the project asked for."""


def measure(folder: Path, bench: Bench) -> Iterator[Row]:
    """Pairs mined at p of 0.5 against gold; each set has its own shape."""
    measure_it = {"facts-it-en": _facts, "tldr-it-en": _drifted_pages}.get(folder.name, _events)
    yield from measure_it(folder, bench)


def _events(folder: Path, bench: Bench) -> Iterator[Row]:
    """Sentences on the same event, written independently."""
    source, target = folder.name.split("-")[-2:]
    sources, targets = read_lines(folder / f"{source}.txt"), read_lines(folder / f"{target}.txt")
    gold = read_gold(folder / "gold.tsv")
    one = Draw(sources, targets, gold)
    scores = bench.score([one])
    more = {"P": scores.precision, "R": scores.recall, **bench.bests([one])}
    yield _row(folder, f"{len(gold)} pairs", scores.f1, more)


def _facts(folder: Path, bench: Bench) -> Iterator[Row]:
    """Sentences that tell the same event; some of them have none. Conflicts are told from those that state the same."""
    sources, targets = read_lines(folder / "it.txt"), read_lines(folder / "en.txt")
    gold = [Bead((int(i),), (int(j),)) for i, j, relation in read_cells(folder / "gold.tsv")[1:] if relation != "none"]
    partnered = {bead.source[0] for bead in gold}
    mined = bench.mining.mine(sources, targets)
    scores = evaluation.score(mined, gold)
    more = {"P": scores.strict.precision, "mined": scores.n_predicted, **_by_cosine(bench, sources, targets, gold)}
    name, n = set_name(folder), f"{len(gold)} of {len(sources)}"
    yield Row(name, n, "R mined", scores.strict.recall, more, at_least(0.92))
    n_false = sum(bead.source[0] not in partnered for bead in mined)
    yield Row(name, f"{len(sources) - len(gold)} of {len(sources)}", "false matches of none", n_false, {}, at_most(1))
    told = evidence.tell_conflicts(folder, beside=("same",))
    yield Row(name, f"{told.n_conflicts} of {told.n}", "conflict F1", told.f1, {}, at_least(0.7))


def _by_cosine(bench: Bench, sources: list[str], targets: list[str], gold: list[Bead]) -> dict[str, float]:
    """How often the nearest sentence is the right one, and how well its cosine tells who has a partner."""
    cosines = bench.cosines(sources, targets)
    right = np.mean([cosines[bead.source[0]].argmax() == bead.target[0] for bead in gold])
    has_partner = np.isin(np.arange(len(sources)), [bead.source[0] for bead in gold])
    best = cosines.max(axis=1)
    separates = np.mean(best[has_partner, None] > best[~has_partner])
    return {"right by cosine": float(right), "AUC": float(separates)}


def _drifted_pages(folder: Path, bench: Bench) -> Iterator[Row]:
    """Two versions of a page that drifted apart: mined, and aligned by the relation that the library finds."""
    pages = [(*read_documents(path), read_gold(path)) for path in sorted(folder.glob("*.gold"))]
    draws = [Draw(source.sentence_texts(), target.sentence_texts(), gold) for source, target, gold in pages]
    pairs = [DocumentPair(source, target, Relation.COMPARABLE, 1.0) for source, target, _ in pages]
    together = zip(bench.mining.align_all(pairs), draws, strict=True)
    mined = evaluation.score_documents((one.links, draw.gold) for one, draw in together).strict
    found = [align_documents(source, target, encoder=bench.encoder) for source, target, _ in pages]
    auto = evaluation.score_documents((one.beads, draw.gold) for one, draw in zip(found, draws, strict=True)).strict
    more = {"P": mined.precision, "R": mined.recall, **bench.bests(draws)}
    more |= {"auto P": auto.precision, "auto R": auto.recall, "auto": auto.f1}
    relations = Counter(one.pair.relation.value for one in found)
    n = sum(len(draw.gold) for draw in draws)
    yield _row(folder, f"{n} links", mined.f1, {**more, **relations})


def _row(folder: Path, n: str, f1: float, more: Mapping[str, float | str]) -> Row:
    name = set_name(folder)
    return Row(name, n, "F1 mined", f1, more, TARGETS.get(name))
