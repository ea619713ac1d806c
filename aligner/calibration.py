"""From what was measured of a run's pairs to the probability that each says the same. Only arrays.

Three small steps, their coefficients in ``data/calibration.toml``, fitted by ``benchmarks/calibrate.py``:

1. *Contrast*: a weighted sum of margins and gaps, each counted in standard deviations above its null: what pairs reach
   that are surely not meant, since each sentence's best partner was set aside. So encoders, languages and numbers of
   sentences become comparable, as the null has all of them in it.
2. *Mixture*: the contrasts of the pairs that are best for both sides come from two normal distributions, true pairs and
   false ones. Expectation maximisation fits them to the run (Dempster, Laird and Rubin 1977, "Maximum Likelihood from
   Incomplete Data via the EM Algorithm"), with what was learnt beforehand as pseudo-counts. It tells how likely a match
   is in this corpus at all, as local false discovery rates do (Efron 2007, "Size, power and false discovery rates").
3. *Verdict*: a logistic regression on the contrast, the mixture's share, the absolute measures and the lengths
   (Platt 1999, "Probabilistic outputs for support vector machines").
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

GENERIC = "generic"
"""The coefficients for an encoder without its own: those that ask for no absolute cosine."""

NULL_WEIGHT = 15
"""A run's own null counts as its number of samples, what was learnt beforehand as this many."""

FALSE_WEIGHT, TRUE_WEIGHT = 1000, 20
"""Pairs that the priors of the mixture's two parts count as: false ones look alike everywhere, true ones do not."""

PRIOR_TRUE, PRIOR_FALSE = 0.5, 1.0
"""Pairs that the prior share of true pairs counts as."""

ROUNDS = 30
"""Of expectation maximisation; the estimates stand still well before."""

TOLERANCE = 1e-12
"""Rounding of sums that must not cost a pair."""

LIMIT = 15.0
"""Log odds beyond this are cut: no finite sample supports them."""


@dataclass(frozen=True, slots=True)
class Null:
    """What pairs reach that are surely not meant: mean and standard deviation, each of shape ``(views,)``."""

    margin_mean: Floats
    margin_sd: Floats
    gap_mean: Floats
    gap_sd: Floats
    n: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of the pairs of one comparison.

    Attributes:
        pairs: shape ``(p, 2)``, indices of a source and a target sentence.
        cosine, score, margin: shape ``(p, views)``, one column for each encoder, then for all of them together.
        low_gap, high_gap: ``(p, views)``: cosine less that of the best rival, on the side where it is less and more.
        length: ``(p,)``: how far the log ratio of the lengths lies from the texts', at least 0.
        shorter: ``(p,)``: logarithm of the shorter length.
        null: what pairs of these texts reach by chance.
    """

    pairs: Indices
    cosine: Floats
    score: Floats
    margin: Floats
    low_gap: Floats
    high_gap: Floats
    length: Floats
    shorter: Floats
    null: Null


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The table of one encoder in ``data/calibration.toml``."""

    null: Mapping[str, Sequence[float]]
    contrast: Mapping[str, Any]
    mixture: Mapping[str, Sequence[float]]
    verdict: Mapping[str, Any]


@cache
def coefficients(name: str) -> Coefficients:
    """The coefficients for an encoder of this name, or the generic ones."""
    tables = tomllib.loads(files("aligner").joinpath("data/calibration.toml").read_text("utf-8"))
    return Coefficients(**tables.get(name, tables[GENERIC]))


def is_fitted(name: str) -> bool:
    """Whether an encoder of this name has coefficients of its own."""
    return coefficients(name) != coefficients(GENERIC)


def probabilities(runs: Sequence[Measures], table: Coefficients) -> list[Floats]:
    """The probability of each pair, one array a comparison; the comparisons are one run and share its mixture."""
    mixture = mixture_of(runs, table)
    return [probability(measures, mixture, table) for measures in runs]


def mixture_of(runs: Sequence[Measures], table: Coefficients) -> "Mixture":
    """The mixture that the pairs of one run come from."""
    contrasts = [weighted_sum(table.contrast, contrast_terms(measures, table)) for measures in runs]
    champions = [champions_of(run.pairs, contrast) for run, contrast in zip(runs, contrasts, strict=True)]
    found = [contrast[is_best] for contrast, is_best in zip(contrasts, champions, strict=True)]
    return fit_mixture(np.concatenate(found) if found else np.zeros(0), table.mixture)


def probability(measures: Measures, mixture: "Mixture", table: Coefficients) -> Floats:
    """The probability of each pair in a run of this mixture. Shape ``(p,)``."""
    contrast = weighted_sum(table.contrast, contrast_terms(measures, table))
    return _sigmoid(weighted_sum(table.verdict, verdict_terms(measures, contrast, mixture)))


def contrast_terms(measures: Measures, table: Coefficients) -> dict[str, Floats]:
    """Margins and gaps in standard deviations above their null."""
    null, learnt = measures.null, table.null

    def drawn(own: Floats, name: str) -> Floats:
        prior = np.resize(np.asarray(learnt[name]), own.shape)
        mixed: Floats = (own * null.n + prior * NULL_WEIGHT) / (null.n + NULL_WEIGHT)
        return mixed

    gap_mean, gap_sd = drawn(null.gap_mean, "gap_mean"), drawn(null.gap_sd, "gap_sd")
    return {
        "margin": (measures.margin - drawn(null.margin_mean, "margin_mean")) / drawn(null.margin_sd, "margin_sd"),
        "low_gap": (measures.low_gap - gap_mean) / gap_sd,
        "high_gap": (measures.high_gap - gap_mean) / gap_sd,
    }


def verdict_terms(measures: Measures, contrast: Floats, mixture: "Mixture") -> dict[str, Floats]:
    """What the last step weighs."""
    return {
        "contrast": contrast,
        "prior": np.full(len(contrast), np.log(mixture.share / (1 - mixture.share))),
        "score": measures.score,
        "margin": measures.margin,
        "length": measures.length,
        "shorter": measures.shorter,
    }


def weighted_sum(weights: Mapping[str, Any], terms: Mapping[str, Floats]) -> Floats:
    """The intercept and each term times its weight; a term ``(p, views)`` has a weight a view."""
    parts = [
        terms[name] @ np.resize(np.asarray(weight, dtype=np.float64), terms[name].shape[1])
        if terms[name].ndim == 2
        else terms[name] * weight
        for name, weight in weights.items()
        if name != "intercept"
    ]
    return np.asarray(float(weights["intercept"]) + sum(parts), dtype=np.float64)


def cut_for_precision(p: Floats, precision: float) -> float:
    """The lowest probability to keep so that the expected precision of what is kept is at least this.

    The expected precision is the mean probability of the pairs at or above the cut: as good as the calibration is.

    Args:
        p: probabilities, in ``[0, 1]``, in any order; shape ``(n,)``.
        precision: in ``[0, 1]``.

    Returns:
        One of the probabilities; infinity where no cut reaches the precision, so that nothing is kept.
    """
    falling = np.sort(np.asarray(p, dtype=np.float64))[::-1]
    expected = np.cumsum(falling) / np.arange(1, len(falling) + 1)
    is_last = np.append(np.diff(falling) != 0, True)[: len(falling)]
    reached = falling[is_last & (expected >= precision - TOLERANCE)]
    return float(reached[-1]) if len(reached) else np.inf


def champions_of(pairs: Indices, values: Floats) -> NDArray[np.bool_]:
    """Which pairs are the best of both their sentences. Shape ``(p,)``."""
    if not len(pairs):
        return np.zeros(0, dtype=bool)
    is_best = np.ones(len(pairs), dtype=bool)
    for sentence in pairs.T:
        best = np.full(sentence.max() + 1, -np.inf)
        np.maximum.at(best, sentence, values)
        is_best &= values >= best[sentence]
    return is_best


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two normal distributions, of false and of true pairs, and the share of true ones, in ``(0, 1)``."""

    false_mean: float
    false_sd: float
    true_mean: float
    true_sd: float
    share: float

    def log_odds(self, values: Floats) -> Floats:
        """Log odds of a pair being true, rising: below the false mean and above the true one the tails are cut."""
        false = np.maximum(values, self.false_mean)
        true = np.minimum(values, self.true_mean)
        log_false = -(((false - self.false_mean) / self.false_sd) ** 2) / 2 - np.log(self.false_sd)
        log_true = -(((true - self.true_mean) / self.true_sd) ** 2) / 2 - np.log(self.true_sd)
        return np.asarray(log_true - log_false + np.log(self.share / (1 - self.share)))


def fit_mixture(values: Floats, prior: Mapping[str, Sequence[float]]) -> Mixture:
    """The mixture that these contrasts, one for each pair that is best for both its sides, come from."""
    (false_mean, false_sd), (true_mean, true_sd) = prior["false"], prior["true"]
    mixture = Mixture(false_mean, false_sd, true_mean, true_sd, PRIOR_TRUE / (PRIOR_TRUE + PRIOR_FALSE))
    for _ in range(ROUNDS):
        true = _sigmoid(mixture.log_odds(values))
        mixture = Mixture(
            *_fit_part(values, 1 - true, false_mean, false_sd, FALSE_WEIGHT),
            *_fit_part(values, true, true_mean, true_sd, TRUE_WEIGHT),
            (PRIOR_TRUE + float(true.sum())) / (PRIOR_TRUE + PRIOR_FALSE + len(values)),
        )
    return mixture


def _fit_part(values: Floats, weights: Floats, mean: float, sd: float, n_prior: int) -> tuple[float, float]:
    """Mean and standard deviation of one part, drawn towards the prior's as by ``n_prior`` values of it."""
    total = n_prior + float(weights.sum())
    found = (n_prior * mean + float(weights @ values)) / total
    spread = n_prior * (sd**2 + (mean - found) ** 2) + float(weights @ (values - found) ** 2)
    return found, float(np.sqrt(spread / total))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -LIMIT, LIMIT))))
