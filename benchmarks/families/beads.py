"""Beads in order: ``block``."""

from collections.abc import Iterator
from pathlib import Path

from bench import Bench
from rows import Row, best_peer
from sets import read_documents, read_gold, set_name

from aligner import DocumentPair, Relation, evaluation


def measure(folder: Path, bench: Bench) -> Iterator[Row]:
    """Strict F1 of the monotone method on lines, relation known; ``.fine`` gold where there is any."""
    predicted, gold, coarse = [], [], []
    for path in sorted(folder.glob("*.gold")):
        pair = DocumentPair(*read_documents(path), Relation.PARALLEL, 1.0)
        fine = path.with_suffix(".fine")
        predicted.append(bench.monotone.align(pair).beads)
        gold.append(read_gold(fine if fine.exists() else path))
        coarse.append(read_gold(path) if fine.exists() else [])
    scores = evaluation.score_documents(zip(predicted, gold, strict=True))
    more = {"lax": scores.lax.f1}
    if any(coarse):
        whole = evaluation.score_documents(zip(predicted, coarse, strict=True))
        more |= {"inside": whole.inside, "covered": whole.covered}
    name = set_name(folder)
    yield Row(name, f"{scores.n_gold} links", "strict F1", scores.strict.f1, more, best_peer(name))
