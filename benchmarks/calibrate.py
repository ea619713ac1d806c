"""Fit ``aligner/data/calibration.toml`` on the development data, or measure it with each set left out in turn.

Every set of sentences is drawn from in many ways: dense, sparse and without any true pair, from a thousand sentences a
side down to a dozen. Each draw is one run. Every set weighs the same, and within it every way of drawing.
``--evaluate`` prints, for coefficients that never saw the set: F1 at p of 0.5 and at the best cut of all, the best F1
of LASER's method (ratio margin, both directions), the expected calibration error and the false records; with
``--by family`` they never saw a set of its kind either (the gospel in any language, say). ``--picture`` draws observed
against stated probability.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import laser
import numpy as np
from noise import load_encoder
from numpy.typing import NDArray
from sets import MAX_LINES, SEED, Draw, draw, read_gold, read_lines
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from aligner import Bead, Embedder
from aligner.calibration import (
    GENERIC,
    Coefficients,
    Measures,
    champions_of,
    contrast_of,
    contrast_terms,
    mixture_of,
    probabilities,
    verdict_terms,
)
from aligner.judging import Comparison, Judge

Floats = NDArray[np.float64]

WAYS = {
    "1000 of 1000": (1.0, 0.0, 0.0, 1),
    "500 of 750": (1 / 2, 1 / 4, 1 / 4, 1),
    "50 of 525": (1 / 20, 19 / 40, 19 / 40, 2),
    "0 of 500": (0.0, 1 / 2, 1 / 2, 1),
    "100 of 200": (1 / 10, 1 / 10, 1 / 10, 2),
    "10 of 200": (1 / 100, 19 / 100, 19 / 100, 2),
    "30 of 60": (3 / 100, 3 / 100, 3 / 100, 6),
    "6 of 60": (6 / 1000, 54 / 1000, 54 / 1000, 6),
    "0 of 60": (0.0, 6 / 100, 6 / 100, 6),
    "22 of 25": (22 / 1000, 3 / 1000, 3 / 1000, 10),
    "10 of 25": (10 / 1000, 15 / 1000, 15 / 1000, 10),
    "2 of 25": (2 / 1000, 23 / 1000, 23 / 1000, 10),
    "0 of 25": (0.0, 25 / 1000, 25 / 1000, 10),
    "4 of 12": (4 / 1000, 8 / 1000, 8 / 1000, 12),
    "10 of 30 and 400": (10 / 1000, 20 / 1000, 390 / 1000, 3),
    "10 of 400 and 30": (10 / 1000, 390 / 1000, 20 / 1000, 3),
    "0 of 30 and 400": (0.0, 30 / 1000, 400 / 1000, 3),
}
"""Shares of a set's sentences that both sides hold, that each side alone holds, and how many draws."""

FOREIGN = {"foreign 200": (200, 200), "foreign 40 and 400": (40, 400), "foreign 400 and 40": (400, 40)}
"""Sentences of a set beside the English of another: corpora that share nothing."""

ENCODERS = ("use", "e5", "use+e5")
BINS = 10
CAUTION = 1.0
"""Taken from the log odds of an encoder that nothing is known of."""

SHOWN = 0.02
"""Pairs of lower probability are no candidates for a record: they would make any calibration error small."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: what is compared, and the true pairs of each comparison."""

    set: str
    way: str
    draws: tuple[Draw, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A trial as the encoders see it: ``true`` and ``ratio`` (LASER's margin) for each comparison's pairs."""

    trial: Trial
    measures: tuple[Measures, ...]
    true: tuple[NDArray[np.bool_], ...]

    @property
    def group(self) -> tuple[str, str]:
        return self.trial.set, self.trial.way


def trials(data: Path) -> Iterator[Trial]:
    """Every run of every set, sentences that stand twice on a side left out."""
    english = {folder: read_lines(folder / "en.txt")[:MAX_LINES] for folder in sorted((data / "line").glob("*"))}
    folders = list(english)
    for number, (folder, targets) in enumerate(english.items()):
        others = (*folders[number:], *folders[:number])
        other = next(one for one in others if family_of(one.name) != family_of(folder.name))
        for path in sorted(folder.glob("*.txt")):
            if path.stem not in ("ids", "en"):
                yield from _drawn(f"{folder.name}/{path.stem}", read_lines(path)[:MAX_LINES], targets, english[other])
    folder = data / "comparable"
    for name, lang in (("itn-pt-en", "pt"), ("itn-de-en", "de"), ("facts-it-en", "it")):
        rows = [line.split("\t") for line in (folder / name / "gold.tsv").read_text("utf-8").split("\n") if line]
        gold = [Bead((int(i),), (int(j),)) for i, j, *_ in rows if i.isdigit() and j.isdigit()]
        sides = (read_lines(folder / name / f"{one}.txt") for one in (lang, "en"))
        yield Trial(name, "as it is", (distinct(Draw(*sides, gold)),))
    pages = sorted((folder / "tldr-it-en").glob("*.gold"))
    yield Trial("tldr-it-en", "as it is", tuple(distinct(_page(path)) for path in pages))


def _drawn(name: str, sources: Sequence[str], targets: Sequence[str], others: Sequence[str]) -> Iterator[Trial]:
    """Every run of one set of lines; the other sentences have nothing to do with it."""
    for way, (both, alone, their_own, times) in WAYS.items():
        for seed in range(SEED, SEED + times):
            share = max(both, 1.5 * bool(both) / len(sources))
            yield Trial(name, way, (distinct(draw(sources, targets, share, alone, seed, their_own)),))
    for way, (n_sources, n_targets) in FOREIGN.items():
        shuffle = np.random.default_rng(SEED).permutation
        sides = (
            [side[i] for i in shuffle(len(side))[:n].tolist()]
            for side, n in ((sources, n_sources), (others, n_targets))
        )
        yield Trial(name, way, (distinct(Draw(*sides, [])),))


def _page(path: Path) -> Draw:
    return Draw(read_lines(path.with_suffix(".it")), read_lines(path.with_suffix(".en")), read_gold(path))


def distinct(one: Draw) -> Draw:
    """The draw without second copies of a sentence, its gold between the copies that are left."""
    sides, places = [], []
    for sentences in (one.sources, one.targets):
        first: dict[str, int] = {}
        for sentence in sentences:
            if sentence.strip():
                first.setdefault(sentence, len(first))
        sides.append(list(first))
        places.append([first.get(sentence, -1) for sentence in sentences])
    cells = {(places[0][i], places[1][j]) for bead in one.gold for i in bead.source for j in bead.target}
    return Draw(sides[0], sides[1], [Bead((i,), (j,)) for i, j in sorted(cells) if i >= 0 and j >= 0])


def measure(judge: Judge, trial: Trial) -> Measured:
    measures = tuple(judge.measure(Comparison(one.sources, one.targets)) for one in trial.draws)
    true = []
    for one, found in zip(trial.draws, measures, strict=True):
        gold = {(bead.source[0], bead.target[0]) for bead in one.gold}
        true.append(np.array([tuple(pair) in gold for pair in found.pairs.tolist()], dtype=bool))
    return Measured(trial, measures, tuple(true))


# Fitting


def fit(measured: Sequence[Measured], *, is_generic: bool = False) -> Coefficients:
    """The coefficients for these runs."""
    flat = [one for run in measured for one in run.measures]
    true = np.concatenate([true for run in measured for true in run.true])
    weights = _weights(measured)
    names = ("score_mean", "score_sd", "gap_mean", "gap_sd")
    null = {name: round(float(np.mean([getattr(one.null, name) for one in flat if one.null.n])), 4) for name in names}
    draft = Coefficients(null, {}, {}, {})
    draft = replace(draft, contrast=_regress([contrast_terms(one, draft) for one in flat], true, weights))
    contrasts = [contrast_of(one, draft) for one in flat]
    best = np.concatenate([champions_of(one.pairs, values) for one, values in zip(flat, contrasts, strict=True)])
    values, scores = np.concatenate(contrasts), np.concatenate([one.score for one in flat])
    mixture: dict[str, Any] = {
        name: [round(float(figure), 4) for figure in _moments(values[part], weights[part])]
        for name, part in (("false", best & ~true), ("true", best & true))
    }
    mixture["level"] = round(_moments(scores[true], weights[true])[0], 4)
    draft = replace(draft, mixture=mixture)
    terms: list[dict[str, Floats]] = []
    for run in measured:
        shared = mixture_of(run.measures, draft)
        terms += [verdict_terms(one, contrast_of(one, draft), shared) for one in run.measures]
    if is_generic:
        for one in terms:
            del one["score"]
    return replace(draft, verdict=_regress(terms, true, weights, best))


def _regress(
    terms: Sequence[Mapping[str, Floats]], true: NDArray[np.bool_], weights: Floats, rows: Any = slice(None)
) -> dict[str, float]:
    """Logistic regression of truth on these terms: the weight of each."""
    matrix = np.column_stack([np.concatenate([one[name] for one in terms]) for name in terms[0]])[rows]
    scaler = StandardScaler().fit(matrix)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(matrix), true[rows], weights[rows])
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - slopes @ scaler.mean_)
    return {"intercept": round(intercept, 4), **dict(zip(terms[0], slopes.round(4).tolist(), strict=True))}


def _weights(measured: Sequence[Measured]) -> Floats:
    """The weight of every pair: each way of drawing from each set weighs the same."""
    sizes: defaultdict[tuple[str, str], int] = defaultdict(int)
    for run in measured:
        sizes[run.group] += sum(map(len, run.true))
    total = sum(sizes.values())
    parts = [np.full(sum(map(len, run.true)), total / len(sizes) / sizes[run.group]) for run in measured]
    return np.concatenate(parts)


def _moments(values: Floats, weights: Floats) -> tuple[float, float]:
    mean = np.average(values, weights=weights)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


# Measuring


@dataclass(frozen=True, slots=True)
class Records:
    """The pairs left when each takes its sentences, most probable first."""

    p: Floats
    true: NDArray[np.bool_]
    n_gold: int
    n_sentences: int


def records(run: Measured, ps: Sequence[Floats]) -> Records:
    """What a run's probabilities make records of, at any cut."""
    kept = [_one_to_one(one.pairs, p) for one, p in zip(run.measures, ps, strict=True)]
    return Records(
        np.concatenate([p[rows] for p, rows in zip(ps, kept, strict=True)]),
        np.concatenate([true[rows] for true, rows in zip(run.true, kept, strict=True)]),
        sum(len(one.gold) for one in run.trial.draws),
        sum(len(one.sources) + len(one.targets) for one in run.trial.draws),
    )


def _one_to_one(pairs: NDArray[np.int64], values: Floats) -> list[int]:
    taken: tuple[set[int], set[int]] = (set(), set())
    kept = []
    for number in np.argsort(-values, kind="stable").tolist():
        i, j = pairs[number].tolist()
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            kept.append(number)
    return kept


def laser_records(run: Measured, embedder: Embedder) -> Records:
    """What LASER's method makes records of, its ratio in place of ``p``."""
    values, true = [], []
    for one in run.trial.draws:
        gold = {bead.sides for bead in one.gold}
        for bead in laser.mine(*(embedder.side(side).vectors for side in (one.sources, one.targets))):
            values.append(bead.margin)
            true.append(bead.sides in gold)
    whole = records(run, [np.zeros(len(one.pairs)) for one in run.measures])
    return Records(np.array(values), np.array(true, dtype=bool), whole.n_gold, whole.n_sentences)


def pooled(runs: Iterable[Records]) -> Records:
    parts = list(runs)
    return Records(
        np.concatenate([one.p for one in parts]),
        np.concatenate([one.true for one in parts]),
        sum(one.n_gold for one in parts),
        sum(one.n_sentences for one in parts),
    )


def f1_at(found: Records, cut: float) -> tuple[float, float, float]:
    """F1, precision and recall of the records at least this probable."""
    kept = found.p >= cut
    right = float((kept & found.true).sum())
    return 2 * right / max(1, kept.sum() + found.n_gold), right / max(1, kept.sum()), right / max(1, found.n_gold)


def best_f1(found: Records) -> float:
    hits = np.cumsum(found.true[np.argsort(-found.p, kind="stable")])
    return float(max(2 * hits / (np.arange(1, len(hits) + 1) + found.n_gold), default=0.0)) if found.n_gold else 0.0


def reliability(found: Records) -> list[tuple[int, float, float]]:
    """For each tenth of stated probability: how many pairs, mean stated, and share observed."""
    bins = np.minimum((found.p * BINS).astype(int), BINS - 1)
    shown = found.p >= SHOWN
    parts = [(bins == number) & shown for number in range(BINS)]
    return [
        (int(part.sum()), float(found.p[part].mean()), float(found.true[part].mean())) for part in parts if part.any()
    ]


def calibration_error(found: Records) -> float:
    """Expected calibration error (Guo et al. 2017) over the pairs that could be records."""
    table = reliability(found)
    return sum(n * abs(stated - observed) for n, stated, observed in table) / max(1, sum(n for n, *_ in table))


def family_of(name: str) -> str:
    """What a set is one of: sets of one family hold texts of one kind in several languages."""
    return name.split("-")[0]


def left_out(measured: Sequence[Measured], part_of: Callable[[str], str]) -> Callable[[str], Coefficients]:
    """For each set's name the coefficients fitted without the part that it belongs to."""
    parts = dict.fromkeys(part_of(run.trial.set) for run in measured)
    tables = {part: fit([run for run in measured if part_of(run.trial.set) != part]) for part in parts}
    return lambda name: tables[part_of(name)]


def evaluate(
    measured: Sequence[Measured], embedder: Embedder, table: Callable[[str], Coefficients]
) -> list[dict[str, Any]]:
    """A row for each set and way of drawing, by the coefficients that ``table`` gives for the set."""
    groups: defaultdict[tuple[str, str], list[Measured]] = defaultdict(list)
    for run in measured:
        groups[run.group].append(run)
    rows = []
    for (name, way), runs in groups.items():
        found = pooled(records(run, probabilities(run.measures, table(name))) for run in runs)
        f1, precision, recall = f1_at(found, 0.5)
        false = ~found.true & (found.p >= 0.9)
        rows.append(
            {
                "set": name,
                "way": way,
                "F1": f1,
                "P": precision,
                "R": recall,
                "best": best_f1(found),
                "LASER best": best_f1(pooled(laser_records(run, embedder) for run in runs)),
                "ECE": calibration_error(found),
                "false at .9": float(false.sum()) / found.n_sentences * 1000,
                "false at .5": float((~found.true & (found.p >= 0.5)).sum()) / found.n_sentences * 1000,
                "records": found,
            }
        )
    return rows


def summarise(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a family of sets and kind of draw, then one a set over all its draws."""
    keys = ("F1", "P", "R", "best", "LASER best", "ECE", "false at .9", "false at .5")
    parts: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        parts[family_of(row["set"]), row["way"]].append(row)
    yield f"| sets | drawn | {' | '.join(keys)} | largest loss |\n|{'---|' * (len(keys) + 3)}"
    for (family, way), members in parts.items():
        means = " | ".join(f"{np.mean([row[key] for row in members]):.3f}" for key in keys)
        yield f"| {family} | {way} | {means} | {max(row['best'] - row['F1'] for row in members):.3f} |"
    yield "\n| set | ECE over all draws |\n|---|---|"
    for name, members in by_set(rows).items():
        yield f"| {name} | {calibration_error(pooled(row['records'] for row in members)):.3f} |"


def by_set(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Mapping[str, Any]]]:
    """The rows of each set."""
    sets: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        sets[row["set"]].append(row)
    return sets


def draw_picture(curves: Mapping[str, list[tuple[int, float, float]]], path: Path) -> None:
    """Observed against stated probability, one line a family of sets, as SVG."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "aligner"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], color="0.7", linestyle=":", label="ideal")
    for name, table in curves.items():
        axes.plot([stated for _, stated, _ in table], [observed for *_, observed in table], marker="o", label=name)
    axes.set(xlabel="stated p", ylabel="share observed to be right", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def write_tables(tables: Mapping[str, Coefficients], path: Path) -> None:
    lines = ["# Written by benchmarks/calibrate.py; aligner/calibration.py says what each is. Do not edit."]
    for name, table in tables.items():
        for part in ("null", "contrast", "mixture", "verdict"):
            lines.append(f'\n["{name}".{part}]')
            lines += [f"{key} = {json.dumps(value)}" for key, value in getattr(table, part).items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--evaluate", action="store_true", help="leave each set out in turn instead of writing")
    parser.add_argument("--by", choices=("set", "family"), default="set", help="what is left out, with --evaluate")
    parser.add_argument("--encoder", choices=ENCODERS, help="only this one, with --evaluate")
    parser.add_argument("--picture", type=Path, help="draw the reliability curves here, as SVG, with --evaluate")
    options = parser.parse_args()
    if options.picture and find_spec("matplotlib") is None:
        parser.error("--picture needs matplotlib; run: pip install --constraint constraints.txt '.[bench]'")
    embedders = {name: Embedder(load_encoder(name)) for name in ("use", "e5")}
    found = list(trials(options.data))
    tables, seen, curves = {}, [], {}
    for name in [options.encoder] if options.encoder else ENCODERS:
        own = [embedders[part] for part in name.split("+")]
        judge = Judge(own)
        measured = [measure(judge, trial) for trial in found]
        if options.evaluate:
            rows = evaluate(measured, own[0], left_out(measured, str if options.by == "set" else family_of))
            print(f"## {name}\n", *summarise(rows), sep="\n", flush=True)
            for family in dict.fromkeys(family_of(row["set"]) for row in rows):
                part = pooled(row["records"] for row in rows if family_of(row["set"]) == family)
                curves[f"{family}, {name}"] = reliability(part)
        else:
            tables[name] = fit(measured)
            seen += measured if "+" not in name else []
            print(f"fitted {name}", file=sys.stderr, flush=True)
    if options.picture:
        draw_picture(curves, options.picture)
    if not options.evaluate:
        tables[GENERIC] = fit(seen, is_generic=True)
        tables[GENERIC].verdict["intercept"] -= CAUTION
        write_tables(tables, Path(__file__).parent.parent / "aligner" / "data" / "calibration.toml")


if __name__ == "__main__":
    main()
