"""Seeds and facts beside the gold of the repo's corpus; ``--fit`` prints what ``aligner/data/seeds.toml`` holds.

    python benchmarks/facts.py [--encoder use+e5] [--fit]

Rows that are held out are measured alone and never fitted on. The figures of the tuned rows are those of the shipped
coefficients, which were fitted on these very rows; ``--fit`` prints what coefficients fitted without the fact in
question reach (leave one fact out). The regression is a logistic one with a ridge (le Cessie and
van Houwelingen 1992, "Ridge estimators in logistic regression").
"""

import argparse
import csv
from collections.abc import Mapping, Sequence, Set
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aligner import align_corpus, encoders, find_facts
from aligner.document import Relation
from aligner.embedding import Embedder
from aligner.pipeline import align_same_language, inspect_corpus
from aligner.seeds import MEASURES, NOT_STATED, Comparisons, Seed, follow_seeds, measures, read_seeds

ROOT = Path(__file__).parent.parent
RIDGE = 0.01
Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A pair of a seed and a sentence."""

    fact: str
    document: str
    sentence: str


def gold() -> dict[Row, Mapping[str, str]]:
    """Each row of ``facts.tsv`` that speaks of a seed."""
    with (ROOT / "tests/gold/facts.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {Row(row["fact"], row["document"], row["sentence"]): row for row in rows}


def score(found: Set[object], right: Set[object]) -> str:
    """Precision and recall in words."""
    both = len(found & right)
    precision, recall = both / max(1, len(found)), both / max(1, len(right))
    return f"P {precision:.3f}  R {recall:.3f}  ({both} of {len(right)}, {len(found)} found)"


def fit(values: Floats, labels: Floats) -> Floats:
    """The coefficients of a logistic regression by Newton's method, the last one the bias; ``values`` is ``(n, d)``."""
    columns = np.column_stack([values, np.ones(len(values))])
    ridge = np.diag([RIDGE] * values.shape[1] + [1e-9])
    weights = np.zeros(columns.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (labels - p) - ridge @ weights
        step = np.linalg.solve((columns * (p * (1 - p))[:, None]).T @ columns + ridge, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def print_fit(
    seeds: Sequence[Seed], embedders: Sequence[Embedder], right: Mapping[Row, Mapping[str, str]], held_out: set[str]
) -> None:
    """The table of coefficients, and what they reach on facts that they were not fitted on."""
    _, documents = inspect_corpus(ROOT / "corpus")
    compared = Comparisons(seeds, documents, embedders)
    rows, values = [], []
    for seed in seeds:
        for number, (document, _, text) in enumerate(compared.sentences):
            rows.append(Row(seed.id, document.id, text))
            values.append(measures(*compared.closest(seed, number)))
    table, labels = np.array(values), np.array([float(row in right) for row in rows])
    facts = np.array([row.fact for row in rows])
    tuned = ~np.isin(facts, list(held_out))
    chosen: set[Row] = set()
    for seed in seeds:
        weights = fit(table[tuned & (facts != seed.id)], labels[tuned & (facts != seed.id)])
        odds = table[facts == seed.id] @ weights[:-1] + weights[-1]
        own = [row for row in rows if row.fact == seed.id]
        chosen |= {row for row, value in zip(own, odds, strict=True) if value >= 0 and seed.id not in held_out}
    print(f"leave one fact out  {score(chosen, {row for row in right if row.fact not in held_out})}")
    print(f'["{"+".join(embedder.name for embedder in embedders)}"]')
    for name, weight in zip((*MEASURES, "bias"), fit(table[tuned], labels[tuned]), strict=True):
        print(f"{name} = {weight:.2f}")


def print_seeds(
    seeds: Sequence[Seed], embedders: Sequence[Embedder], right: Mapping[Row, Mapping[str, str]], held_out: set[str]
) -> None:
    """Precision and recall of rows, and of rows with their stance, of tuned facts and of those held out."""
    _, documents = inspect_corpus(ROOT / "corpus")
    by_id = {document.id: document for document in documents}
    stances = {
        Row(one.seed, one.doc, by_id[one.doc].segment((one.sentence,))): one.stance
        for one in follow_seeds(seeds, documents, embedders)
        if one.stance != NOT_STATED
    }
    for title, is_held in (("tuned", False), ("held out", True)):
        found = {row for row in stances if (row.fact in held_out) is is_held}
        wanted = {row for row in right if (row.fact in held_out) is is_held}
        agreed = sum(stances[row] == right[row]["stance"] for row in found & wanted)
        print(f"seeds, {title:9} {score(found, wanted)}, stance right in {agreed} of {len(found & wanted)}")


def print_clusters(right: Mapping[Row, Mapping[str, str]], held_out: set[str]) -> None:
    """Pairwise precision and recall of the sentences that one fact holds, and how many records are right.

    Pairs within translations are left out; a pair that speaks of no seed counts as wrong on both lines.
    """
    run = align_same_language(align_corpus(ROOT / "corpus"))
    facts_of: dict[tuple[str, str], set[str]] = {}
    for row in right:
        facts_of.setdefault(row[1:], set()).add(row.fact)
    whole = {document.id: document.segment for document in run.documents}
    facts = find_facts(run.bitext, run.documents)
    by_fact = [[(one.doc, whole[one.doc](one.sentences)) for one in fact.statements] for fact in facts]
    translated = {
        frozenset((found.pair.source.id, found.pair.target.id))
        for found in run.alignments
        if found.pair.relation != Relation.COMPARABLE
    }
    found = {
        frozenset(pair)
        for members in by_fact
        for pair in combinations(members, 2)
        if pair[0][0] != pair[1][0] and frozenset((pair[0][0], pair[1][0])) not in translated
    }
    wanted = {
        frozenset(pair)
        for pair in combinations(sorted(facts_of), 2)
        if facts_of[pair[0]] & facts_of[pair[1]] and pair[0][0] != pair[1][0]
        if frozenset((pair[0][0], pair[1][0])) not in translated
    }
    for title, is_held in (("tuned", False), ("held out", True)):
        other = {row[1:] for row in right if (row.fact in held_out) is not is_held}
        parts = ({pair for pair in pairs if not pair & other} for pairs in (found, wanted))
        print(f"pairs of sentences in one fact, {title:9} {score(*parts)}")
    with (ROOT / "tests/gold/records.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        records = {(row["source_sentence"], row["target_sentence"]) for row in rows}
    mined = {
        (whole[one.source_doc](one.source_sentences), whole[one.target_doc](one.target_sentences))
        for one in run.bitext.pairs
        if one.doc_relation == Relation.COMPARABLE and one.source_lang != one.target_lang
    }
    print(f"records of comparable pairs  {score(mined, records)}")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    right = gold()
    held_out = {row.fact for row, cells in right.items() if cells["held_out"] == "yes"}
    seeds = read_seeds(ROOT / "seeds")
    embedders = [Embedder(encoders.load(name)) for name in options.encoder.split("+")]
    if options.fit:
        print_fit(seeds, embedders, right, held_out)
    else:
        print_seeds(seeds, embedders, right, held_out)
        print_clusters(right, held_out)


if __name__ == "__main__":
    main()
