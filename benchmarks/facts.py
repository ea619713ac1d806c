"""Seeds and facts beside the gold of the repo's corpus; ``--fit`` prints what ``aligner/data/seeds.toml`` holds.

    python benchmarks/facts.py [--encoder use+e5]
    python benchmarks/facts.py --fit --data ../shared/data [--encoder use+e5]

Facts that are held out are measured alone and never fitted on. ``--fit`` weighs all sets of ``ground.py`` equally and
says of each what the coefficients reach there, with the set among those fitted on and without it; of the corpus also
what they reach fitted on all but the fact in question. The regression is a logistic one with a ridge (le Cessie and
van Houwelingen 1992, "Ridge estimators in logistic regression").
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ground import Ground, grounds, rows
from numpy.typing import NDArray
from sets import ROOT

from aligner import align_corpus, encoders
from aligner.document import Relation
from aligner.embedding import Embedder
from aligner.encoders import Encoder
from aligner.pipeline import inspect_corpus
from aligner.seeds import NOT_STATED, Comparisons, Measures, follow_seeds, read_seeds

RIDGE = 0.01
WEIGHT = 40
"""What the sentences of each set that speak of a seed weigh together: about as many as the corpus has."""
PARTS = {"tuned": False, "held out": True}
"""The parts of the gold, and whether each is held out."""

RECORDS = "records of comparable pairs"

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A pair of a seed and a sentence."""

    fact: str
    document: str
    sentence: str


def gold() -> dict[Row, Mapping[str, str]]:
    """Each row of ``facts.tsv`` that speaks of a seed."""
    return {Row(row["fact"], row["document"], row["sentence"]): row for row in rows(ROOT / "tests/gold/facts.tsv")}


@dataclass(frozen=True, slots=True)
class Score:
    """How many were found, how many are right, and how many are both; in words, precision and recall."""

    n_found: int
    n_right: int
    n_both: int

    @property
    def precision(self) -> float:
        return self.n_both / max(1, self.n_found)

    @property
    def recall(self) -> float:
        return self.n_both / max(1, self.n_right)

    def __str__(self) -> str:
        return f"P {self.precision:.3f}  R {self.recall:.3f}  ({self.n_both} of {self.n_right}, {self.n_found} found)"


def score(found: Set[object], right: Set[object]) -> Score:
    return Score(len(found), len(right), len(found & right))


def fit(values: Floats, labels: Floats, sizes: Floats) -> Floats:
    """The coefficients of a logistic regression by Newton's method, the last one the bias.

    Args:
        values: shape ``(n, d)``.
        labels: 1 or 0, shape ``(n,)``.
        sizes: how much each row weighs, shape ``(n,)``.
    """
    columns = np.column_stack([values, np.ones(len(values))])
    ridge = np.diag([RIDGE] * values.shape[1] + [1e-9])
    weights = np.zeros(columns.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (sizes * (labels - p)) - ridge @ weights
        step = np.linalg.solve((columns * (sizes * p * (1 - p))[:, None]).T @ columns + ridge, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


@dataclass(frozen=True, slots=True)
class Table:
    """The sentences of one set: ``values``, shape ``(n, d)``, ``labels`` 1 or 0, and each row's seed."""

    name: str
    values: Floats
    labels: Floats
    seeds: NDArray[np.str_]

    @property
    def weights(self) -> Floats:
        """One for each sentence that speaks of a seed on average over the sets, whatever the set's size."""
        return np.full(len(self.labels), WEIGHT / self.labels.sum())

    def without(self, seed: str) -> "Table":
        """All rows but those of this seed."""
        rest = self.seeds != seed
        return Table(self.name, self.values[rest], self.labels[rest], self.seeds[rest])


def measure(ground: Ground, embedders: Sequence[Embedder]) -> Table:
    """The measures of every seed and sentence that is not unclear."""
    compared = Comparisons(ground.seeds, ground.documents, embedders)
    found = [
        (compared.judge(place, number)[0], label in ground.speak, seed.id)
        for place, seed in enumerate(ground.seeds)
        for number, (document, index, _) in enumerate(compared.sentences)
        if (label := (seed.id, document.id, index)) not in ground.unclear
    ]
    values, labels, seeds = zip(*found, strict=True)
    return Table(ground.name, np.array(values), np.array(labels, dtype=float), np.array(seeds))


def fit_tables(tables: Sequence[Table]) -> Floats:
    """The coefficients that all these sets give, each weighing the same."""
    return fit(
        *(
            np.concatenate(parts)
            for parts in zip(*((one.values, one.labels, one.weights) for one in tables), strict=True)
        )
    )


def chosen(table: Table, weights: Floats) -> set[int]:
    """The rows that are more likely than not to speak of their seed."""
    return set(np.flatnonzero(table.values @ weights[:-1] + weights[-1] >= 0).tolist())


def print_fit(embedders: Sequence[Embedder], data: Path) -> None:
    """The table of coefficients, and what they reach on each set, with it and without it."""
    tables = [measure(ground, embedders) for ground in grounds(data)]
    weights = fit_tables(tables)
    for table in tables:
        right = set(np.flatnonzero(table.labels).tolist())
        others = fit_tables([one for one in tables if one is not table])
        print(f"{table.name:12} fitted    {score(chosen(table, weights), right)}")
        print(f"{table.name:12} left out  {score(chosen(table, others), right)}")
    corpus, *rest = tables
    found: set[int] = set()
    for seed in dict.fromkeys(corpus.seeds.tolist()):
        own = chosen(corpus, fit_tables([corpus.without(seed), *rest]))
        found |= {row for row in own if corpus.seeds[row] == seed}
    print(f"{corpus.name:12} each fact left out  {score(found, set(np.flatnonzero(corpus.labels).tolist()))}")
    print(f'["{"+".join(embedder.name for embedder in embedders)}"]')
    for name, weight in zip((*Measures._fields, "bias"), weights, strict=True):
        print(f"{name} = {weight:.2f}")


def held_out(right: Mapping[Row, Mapping[str, str]]) -> set[str]:
    """The facts that tuning never saw."""
    return {row.fact for row, cells in right.items() if cells["held_out"] == "yes"}


def score_seeds(
    embedders: Sequence[Embedder], right: Mapping[Row, Mapping[str, str]]
) -> Iterator[tuple[str, Score, int]]:
    """The rows of tuned facts and of those held out, and in how many of the right ones the stance is right, too."""
    _, documents = inspect_corpus(ROOT / "corpus")
    by_id = {document.id: document for document in documents}
    stances = {
        Row(one.seed, one.doc, by_id[one.doc].segment((one.sentence,))): one.stance
        for one in follow_seeds(read_seeds(ROOT / "seeds"), documents, embedders)
        if one.stance != NOT_STATED
    }
    unseen = held_out(right)
    for title, is_held in PARTS.items():
        found = {row for row in stances if (row.fact in unseen) is is_held}
        wanted = {row for row in right if (row.fact in unseen) is is_held}
        agreed = sum(stances[row] == right[row]["stance"] for row in found & wanted)
        yield title, score(found, wanted), agreed


def score_facts(
    right: Mapping[Row, Mapping[str, str]], encoder: str | Encoder | None = None
) -> Iterator[tuple[str, Score]]:
    """The pairs of sentences that one fact holds, of tuned facts and of those held out; last the records.

    Pairs within translations are left out; a pair that speaks of no seed counts as wrong in both parts.
    """
    run = align_corpus(ROOT / "corpus", encoder=encoder)
    facts_of: dict[tuple[str, str], set[str]] = {}
    for row in right:
        facts_of.setdefault(row[1:], set()).add(row.fact)
    whole = {document.id: document.segment for document in run.documents}
    by_fact = [[(one.doc, whole[one.doc](one.sentences)) for one in fact.statements] for fact in run.facts]
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
    unseen = held_out(right)
    for title, is_held in PARTS.items():
        other = {row[1:] for row in right if (row.fact in unseen) is not is_held}
        parts = ({pair for pair in pairs if not pair & other} for pairs in (found, wanted))
        yield f"pairs of sentences in one fact, {title}", score(*parts)
    records = {(row["source_sentence"], row["target_sentence"]) for row in rows(ROOT / "tests/gold/records.tsv")}
    mined = {
        (whole[one.source_doc](one.source_sentences), whole[one.target_doc](one.target_sentences))
        for one in run.bitext.pairs
        if one.doc_relation == Relation.COMPARABLE and one.source_lang != one.target_lang
    }
    yield RECORDS, score(mined, records)


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    embedders = [Embedder(encoders.load(name)) for name in options.encoder.split("+")]
    if options.fit:
        print_fit(embedders, options.data)
        return
    right = gold()
    for title, found, agreed in score_seeds(embedders, right):
        print(f"seeds, {title:9} {found}, stance right in {agreed} of {found.n_both}")
    for title, found in score_facts(right):
        print(f"{title:41} {found}")


if __name__ == "__main__":
    main()
