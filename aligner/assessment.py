"""All that can be told of predicted beads beside gold: figures with their intervals, mistakes, and another system.

The figures are those of ``evaluation``, the units that are resampled those of ``units``, the statistics those of
``significance``, and the mistakes those of ``mistakes``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.evaluation import (
    COUNTS,
    DEFINITIONS,
    PRF,
    KindScores,
    Names,
    Scores,
    figures,
    kinds,
    match,
    score,
    scores_of,
)
from aligner.mistakes import Mistake, find_mistakes
from aligner.significance import CONFIDENCE, exchange, interval, p_value, resample
from aligner.units import Units, units

RESAMPLES = 1000
SEED = 2

MIN_UNITS = 5
"""Fewer units give no interval: four have only 35 different resamples, too few for a tail of 2.5 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a 95 % bootstrap interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """The intervals of one definition's figures."""

    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True, slots=True)
class DocumentScores:
    """One document pair, by its names as the files have them, and its scores."""

    source_doc: str
    target_doc: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much F1 lies above another system's; negative where it lies below.

    Attributes:
        difference: ours less theirs.
        interval: around ``difference``, by paired bootstrap.
        p: how probable a difference as large, of either sign, is by chance, by approximate randomisation.

    Both are None where there are too few units.
    """

    difference: float
    interval: Interval | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Against:
    """Another system on the same gold: its scores, and by definition what ours gain on it."""

    scores: Scores
    gains: Mapping[str, Gain]


@dataclass(frozen=True, slots=True)
class Resampling:
    """What the intervals rest on: ``kind`` of units, how many, and how they were drawn."""

    kind: str
    n_units: int
    n_resamples: int = RESAMPLES
    seed: int = SEED
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class Assessment:
    """Predicted beads beside gold.

    Attributes:
        scores: over all document pairs, every link weighs the same (micro).
        macro: by definition, the mean over the documents that have links, predicted or in gold.
        intervals: by definition, around ``scores``; None where there are too few units.
        resampling: what the intervals rest on.
        kinds: by type of bead, those with an empty side among them where the files hold them.
        documents: each document pair by itself, in name order.
        mistakes: for each of ``documents`` what is wrong in it.
        against: another system, if one was given.
    """

    scores: Scores
    macro: Mapping[str, PRF]
    intervals: Mapping[str, Intervals] | None
    resampling: Resampling
    kinds: tuple[KindScores, ...]
    documents: tuple[DocumentScores, ...]
    mistakes: tuple[tuple[Mistake, ...], ...]
    against: Against | None = None

    @property
    def names(self) -> list[Names]:
        """The names of ``documents``."""
        return [(document.source_doc, document.target_doc) for document in self.documents]


def assess(
    predicted: Mapping[Names, Sequence[Bead]],
    gold: Mapping[Names, Sequence[Bead]],
    against: Mapping[Names, Sequence[Bead]] | None = None,
) -> Assessment:
    """Everything about predicted beads beside gold, document pairs matched by name as in ``evaluation.match``.

    Args:
        predicted: the beads of each document pair, as ``read_beads`` gives them.
        gold: the same, right.
        against: another system's, to be compared with ours.

    Raises:
        GoldError: there are several document pairs, and no name is both in gold and in a system.
    """
    matched = match(gold, predicted, *([against] if against is not None else []))
    pairs = [(beads[1], beads[0]) for beads in matched.values()]
    documents = tuple(DocumentScores(*names, score(*pair)) for names, pair in zip(matched, pairs, strict=True))
    drawn = units([(right, ours) for ours, right in pairs])
    return Assessment(
        scores=scores_of(drawn.counts[0].sum(axis=0)),
        macro=_macro([document.scores for document in documents]),
        intervals=_intervals(drawn),
        resampling=Resampling(drawn.kind, len(drawn)),
        kinds=kinds(pairs),
        documents=documents,
        mistakes=tuple(tuple(find_mistakes(*pair)) for pair in pairs),
        against=None if against is None else _against(units(matched.values())),
    )


def describe(assessment: Assessment) -> dict[str, Any]:
    """All of it, ready for JSON: the fields of ``scores`` themselves, the others by name, and mistakes as indices."""
    told = asdict(assessment.scores)
    told["macro"] = {name: asdict(prf) for name, prf in assessment.macro.items()}
    told["intervals"] = assessment.intervals and {name: asdict(one) for name, one in assessment.intervals.items()}
    told["resampling"] = asdict(assessment.resampling)
    told["kinds"] = [asdict(kind) for kind in assessment.kinds]
    told["documents"] = [asdict(document) for document in assessment.documents]
    told["mistakes"] = [
        {
            "source_doc": document.source_doc,
            "target_doc": document.target_doc,
            "kind": mistake.kind.value,
            "predicted": [[bead.source, bead.target] for bead in mistake.predicted],
            "gold": [[bead.source, bead.target] for bead in mistake.gold],
        }
        for document, mistakes in zip(assessment.documents, assessment.mistakes, strict=True)
        for mistake in mistakes
    ]
    told["against"] = assessment.against and asdict(assessment.against)
    return told


def summarise(assessment: Assessment) -> str:
    """The figures for a person to read; what there is none of (another system, several documents) is left out."""
    return "\n".join(
        [
            *_figures_told(assessment),
            *_macro_told(assessment),
            *_kinds_told(assessment.kinds),
            *_mistakes_told(assessment),
            *_against_told(assessment),
            *_resampling_told(assessment.resampling),
        ]
    )


_LABELS = {
    "strict": "strict",
    "lax": "lax, Vecalign",
    "lax_sentalign": "lax, SentAlign",
    "strict_nulls": "strict, nulls too",
    "lax_nulls": "lax, nulls too",
}
_WIDTH = max(map(len, _LABELS.values()))


def _figures_told(assessment: Assessment) -> Iterator[str]:
    scores, intervals = assessment.scores, assessment.intervals
    yield f"{'':{_WIDTH}}  precision  recall      F1{'   95 % interval of F1' if intervals else ''}"
    for name in _shown(scores):
        around = f"   {_interval_told(intervals[name].f1, '.4f')}" if intervals else ""
        yield f"{_LABELS[name]:{_WIDTH}}  {_prf_told(getattr(scores, name))}{around}"
    yield f"inside {scores.inside:.4f}  covered {scores.covered:.4f}"
    yield f"links: {scores.n_predicted} predicted, {scores.n_gold} in gold"


def _shown(scores: Scores) -> Iterator[str]:
    """The definitions to show: those that count beads with an empty side only where that makes a difference."""
    nulls = {"strict_nulls": scores.strict, "lax_nulls": scores.lax}
    return (name for name in DEFINITIONS if getattr(scores, name) != nulls.get(name))


def _macro_told(assessment: Assessment) -> Iterator[str]:
    if (n_documents := len(assessment.documents)) < 2:
        return
    of_documents = [document.scores for document in assessment.documents]
    lone = {
        "without predicted links": sum(scores.n_gold > scores.n_predicted == 0 for scores in of_documents),
        "without gold links": sum(scores.n_predicted > scores.n_gold == 0 for scores in of_documents),
    }
    told = "".join(f", {n} {what}" for what, n in lone.items() if n)
    yield f"\nmean of {n_documents} documents{told}"
    for name in _shown(assessment.scores):
        yield f"{_LABELS[name]:{_WIDTH}}  {_prf_told(assessment.macro[name])}"


def _kinds_told(counted: Sequence[KindScores]) -> Iterator[str]:
    if counted:
        yield "\ntype   gold  predicted  right  precision  recall      F1"
    for kind in counted:
        right, n_gold, n_predicted = kind.scores, kind.n_gold, kind.n_predicted
        told = [
            f"{right.precision:.4f}" if n_predicted else "-",
            f"{right.recall:.4f}" if n_gold else "-",
            f"{right.f1:.4f}" if n_predicted and n_gold else "-",
        ]
        counts = f"{n_gold:6}  {n_predicted:9}  {kind.n_right:5}"
        yield f"{kind.kind:<5}{counts}  {told[0]:>9}  {told[1]:>6}  {told[2]:>6}"


def _mistakes_told(assessment: Assessment) -> Iterator[str]:
    counts = Counter(mistake.kind.value for mistakes in assessment.mistakes for mistake in mistakes)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    yield f"\nmistakes {counts.total()}{f': {told}' if told else ''}"


def _against_told(assessment: Assessment) -> Iterator[str]:
    if (against := assessment.against) is None:
        return
    yield f"\n{'against the other':{_WIDTH}}   their F1  ours - theirs   95 % interval           p"
    both = set(_shown(assessment.scores)).intersection(_shown(against.scores))
    for name in DEFINITIONS:
        if name in both:
            gain = against.gains[name]
            chance = f"   {_interval_told(gain.interval, '+.4f')}  {gain.p:.4f}" if gain.interval else ""
            theirs = getattr(against.scores, name).f1
            yield f"{_LABELS[name]:{_WIDTH}}  {theirs:9.4f}  {gain.difference:+13.4f}{chance}"


def _resampling_told(drawn: Resampling) -> Iterator[str]:
    what = "documents" if drawn.kind == "documents" else "blocks of neighbouring beads"
    if drawn.n_units < MIN_UNITS:
        yield f"\nno intervals: {drawn.n_units} {what}, fewer than {MIN_UNITS}"
    else:
        yield f"\nintervals: {drawn.n_resamples} resamples of {drawn.n_units} {what}, seed {drawn.seed}"


def _prf_told(prf: PRF) -> str:
    return f"{prf.precision:9.4f}  {prf.recall:6.4f}  {prf.f1:6.4f}"


def _interval_told(ends: Interval, form: str) -> str:
    return f"{ends.low:{form}} to {ends.high:{form}}"


def _macro(documents: Sequence[Scores]) -> dict[str, PRF]:
    with_links = [scores for scores in documents if scores.n_predicted or scores.n_gold]
    return {
        name: PRF(*np.mean([_triple(getattr(scores, name)) for scores in with_links] or [(0.0,) * 3], axis=0).tolist())
        for name in DEFINITIONS
    }


def _triple(prf: PRF) -> tuple[float, float, float]:
    return prf.precision, prf.recall, prf.f1


def _intervals(drawn: Units) -> dict[str, Intervals] | None:
    if len(drawn) < MIN_UNITS:
        return None
    ends = interval(figures(resample(drawn.counts[0], RESAMPLES, SEED)))
    return {
        name: Intervals(*(Interval(*map(float, ends[:, number, figure])) for figure in range(3)))
        for number, name in enumerate(DEFINITIONS)
    }


def _against(drawn: Units) -> Against:
    ours, theirs = drawn.counts
    scores = scores_of(theirs.sum(axis=0))
    differences = _gain(ours.sum(axis=0), theirs.sum(axis=0))
    if len(drawn) < MIN_UNITS:
        gains = [Gain(float(difference), None, None) for difference in differences]
    else:
        both = resample(np.hstack([ours, theirs]), RESAMPLES, SEED)
        ends = interval(_gain(both[:, : len(COUNTS)], both[:, len(COUNTS) :]))
        p = p_value(differences, _gain(*exchange(ours, theirs, RESAMPLES, SEED)))
        gains = [
            Gain(float(difference), Interval(float(low), float(high)), float(chance))
            for difference, low, high, chance in zip(differences, *ends, p, strict=True)
        ]
    return Against(scores, dict(zip(DEFINITIONS, gains, strict=True)))


def _gain(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.float64]:
    """The difference in F1 by each definition, shape ``(…, len(DEFINITIONS))``."""
    return figures(ours)[..., 2] - figures(theirs)[..., 2]
