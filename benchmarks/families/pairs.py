"""Pairs of documents: ``docpair`` and ``docs``."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import Bench
from rows import Row, at_least
from sets import read_cells, set_name

from aligner import AlignerError, Bead, DocumentPair, Relation, Run, align_corpus, align_files, evaluation

TRANSLATIONS = (Relation.PARALLEL, Relation.PARTIAL)
TARGETS = {"docpair/ddtp-it-en": 0.99, "docpair/ddtp-families-it-en": 0.97}
"""The F1 that the project asked for, with ``use``."""


def measure_docpair(folder: Path, bench: Bench) -> Iterator[Row]:
    """F1 of the pairs that ``align_corpus`` calls translations."""
    gold = _gold_pairs(folder)
    yield _pairs_row(folder, align_corpus(folder, langs=("it", "en"), encoder=bench.encoder), gold)


def measure_docs(folder: Path, bench: Bench) -> Iterator[Row]:
    """Real documents: as ``docpair``, then with their names hidden; or, of one guide in many forms, each form."""
    if folder.name == "formats":
        yield from _forms(folder, bench)
        return
    gold = _gold_pairs(folder)
    run = align_corpus(folder, langs=("it", "en"), encoder=bench.encoder)
    sources, targets = ([document for document in run.documents if document.lang == lang] for lang in ("it", "en"))
    nameless = _translations(bench.pairing.pair(sources, targets, {}))
    yield _pairs_row(folder, run, gold, **{"names hidden": _pairs_prf(nameless, gold).f1})


def _gold_pairs(folder: Path) -> set[tuple[str, str]]:
    """The true pairs of ids: as ``pairs.tsv`` says, else the files of equal name."""
    table = folder / "pairs.tsv"
    if table.exists():
        return {(source, target) for source, target, *_ in read_cells(table)}
    both = {path.name for path in folder.glob("it/*")} & {path.name for path in folder.glob("en/*")}
    return {(f"it/{name}", f"en/{name}") for name in both}


def _translations(pairs: Iterable[DocumentPair]) -> set[tuple[str, str]]:
    return {(pair.source.id, pair.target.id) for pair in pairs if pair.relation in TRANSLATIONS}


def _pairs_prf(found: set[tuple[str, str]], gold: set[tuple[str, str]]) -> evaluation.PRF:
    """Precision, recall and F1 of pairs, by the library's own scorer: each document a sentence of one large text."""
    numbers = {name: number for number, name in enumerate(sorted({name for pair in found | gold for name in pair}))}
    beads = ([Bead((numbers[source],), (numbers[target],)) for source, target in pairs] for pairs in (found, gold))
    return evaluation.score(*beads).strict


def _pairs_row(folder: Path, run: Run, gold: set[tuple[str, str]], **more: float) -> Row:
    pairs = [alignment.pair for alignment in run.alignments]
    scores = _pairs_prf(_translations(pairs), gold)
    counts = Counter(pair.relation for pair in pairs)
    figures = {"P": scores.precision, "R": scores.recall, **more, "comparable": counts[Relation.COMPARABLE]}
    more = {**figures, "records": len(run.bitext)}
    name = set_name(folder)
    target = at_least(TARGETS[name]) if name in TARGETS else None
    return Row(name, f"{len(gold)} pairs", "F1 of pairs", scores.f1, more, target)


def _forms(folder: Path, bench: Bench) -> Iterator[Row]:
    """One row for all forms of a guide, then one for each that can be read: is it found to be a translation?"""
    pairs = sorted(_gold_pairs(folder))
    rows, unread = [], []
    for source, target in pairs:
        try:
            bitext = align_files(folder / source, folder / target, encoder=bench.encoder)
        except AlignerError:
            unread.append(Path(source).suffix)
            continue
        pair = bitext.alignments[0].pair
        more: dict[str, float | str] = {"relation": pair.relation.value, "score": pair.score}
        name, n = f"{set_name(folder)} {Path(source).name}", f"{len(bitext)} records"
        rows.append(Row(name, n, "translation", float(pair.relation in TRANSLATIONS), more))
    readable = len(rows) / max(1, len(pairs))
    yield Row(set_name(folder), f"{len(pairs)} forms", "readable", readable, {"skipped": " ".join(unread) or "none"})
    yield from rows
