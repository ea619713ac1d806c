"""From what was measured of a run's pairs to the probability that each says the same. Only arrays.

Three small steps, their coefficients in ``data/calibration.toml``, fitted by ``benchmarks/calibrate.py``:

1. *Contrast*: the weighted sum of score and gap, each counted in standard deviations above its null: what pairs reach
   that are surely not meant, since each sentence's best partner was set aside. So encoders, languages and numbers of
   sentences become comparable, as the null has all of them in it.
2. *Mixture*: the contrasts of the pairs that are best for both sides come from two normal distributions, true pairs and
   false ones. Expectation maximisation fits them to the run (Dempster, Laird and Rubin 1977, "Maximum Likelihood from
   Incomplete Data via the EM Algorithm"), with what was learnt beforehand as pseudo-counts. It tells how likely a match
   is in this corpus at all, as local false discovery rates do (Efron 2007, "Size, power and false discovery rates"),
   and the level of its true pairs' scores: close translations stand higher than reports of one event.
3. *Verdict*: a logistic regression on the contrast, the mixture's share, the score above that level and the lengths
   (Platt 1999, "Probabilistic outputs for support vector machines").

Each step has as few terms as will do: with more, texts unlike those of the fit were judged far worse.
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
"""The coefficients for an encoder without its own: those that ask for no level of scores."""

NULL_WEIGHT = 15
"""A run's own null counts as its number of samples, what was learnt beforehand as this many."""

FALSE_WEIGHT, TRUE_WEIGHT = 1000, 20
"""Pairs that the priors of the mixture's two parts count as: false ones look alike everywhere, true ones do not."""

PRIOR_TRUE, PRIOR_FALSE = 0.5, 1.0
"""Pairs that the prior share of true pairs counts as."""

LEVEL_WEIGHT = 5
"""True pairs that the prior level of their scores counts as."""

ROUNDS = 30
"""Of expectation maximisation; the estimates stand still well before."""

TOLERANCE = 1e-12
"""Rounding of sums that must not cost a pair."""

LIMIT = 15.0
"""Log odds beyond this are cut: no finite sample supports them."""


@dataclass(frozen=True, slots=True)
class Null:
    """What ``n`` pairs reach that are surely not meant: mean and standard deviation."""

    score_mean: float
    score_sd: float
    gap_mean: float
    gap_sd: float
    n: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of the pairs of one comparison; all but ``pairs`` of shape ``(p,)``.

    Attributes:
        pairs: shape ``(p, 2)``, indices of a source and a target sentence.
        cosine, score, margin: as a bead's.
        gap: cosine less that of the best rival of either side.
        length: how far the log ratio of the lengths lies from the texts', at least 0.
        null: what pairs of these texts reach by chance.
    """

    pairs: Indices
    cosine: Floats
    score: Floats
    margin: Floats
    gap: Floats
    length: Floats
    null: Null


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The table of one encoder in ``data/calibration.toml``."""

    null: Mapping[str, float]
    contrast: Mapping[str, float]
    mixture: Mapping[str, Any]
    verdict: Mapping[str, float]


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
    contrasts = [contrast_of(measures, table) for measures in runs]
    champions = [champions_of(run.pairs, contrast) for run, contrast in zip(runs, contrasts, strict=True)]
    found, scores = (
        np.concatenate([np.zeros(0), *(part[is_best] for part, is_best in zip(parts, champions, strict=True))])
        for parts in (contrasts, [run.score for run in runs])
    )
    return fit_mixture(found, scores, table.mixture)


def probability(measures: Measures, mixture: "Mixture", table: Coefficients) -> Floats:
    """The probability of each pair in a run of this mixture. Shape ``(p,)``."""
    return _sigmoid(weighted_sum(table.verdict, verdict_terms(measures, contrast_of(measures, table), mixture)))


def contrast_of(measures: Measures, table: Coefficients) -> Floats:
    """The contrast of each pair. Shape ``(p,)``."""
    return weighted_sum(table.contrast, contrast_terms(measures, table))


def contrast_terms(measures: Measures, table: Coefficients) -> dict[str, Floats]:
    """Score and gap in standard deviations above their null."""
    null, learnt = measures.null, table.null

    def drawn(name: str) -> float:
        own: float = getattr(null, name)
        return (own * null.n + learnt[name] * NULL_WEIGHT) / (null.n + NULL_WEIGHT)

    return {
        "score": (measures.score - drawn("score_mean")) / drawn("score_sd"),
        "gap": (measures.gap - drawn("gap_mean")) / drawn("gap_sd"),
    }


def verdict_terms(measures: Measures, contrast: Floats, mixture: "Mixture") -> dict[str, Floats]:
    """What the last step weighs."""
    return {
        "contrast": contrast,
        "prior": np.full(len(contrast), np.log(mixture.share / (1 - mixture.share))),
        "score": measures.score - mixture.level,
        "length": measures.length,
    }


def weighted_sum(weights: Mapping[str, float], terms: Mapping[str, Floats]) -> Floats:
    """The intercept and each term times its weight."""
    parts = [terms[name] * weight for name, weight in weights.items() if name != "intercept"]
    return np.asarray(weights["intercept"] + sum(parts), dtype=np.float64)


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
    """Two normal distributions, of false and of true pairs.

    ``share`` is that of the true ones, in ``(0, 1)``; ``level`` the mean of their scores, in ``[0, 1]``.
    """

    false_mean: float
    false_sd: float
    true_mean: float
    true_sd: float
    share: float
    level: float

    def log_odds(self, values: Floats) -> Floats:
        """Log odds of a pair being true, rising: below the false mean and above the true one the tails are cut."""
        false = np.maximum(values, self.false_mean)
        true = np.minimum(values, self.true_mean)
        log_false = -(((false - self.false_mean) / self.false_sd) ** 2) / 2 - np.log(self.false_sd)
        log_true = -(((true - self.true_mean) / self.true_sd) ** 2) / 2 - np.log(self.true_sd)
        return np.asarray(log_true - log_false + np.log(self.share / (1 - self.share)))


def fit_mixture(values: Floats, scores: Floats, prior: Mapping[str, Any]) -> Mixture:
    """The mixture that pairs come from which are best for both their sides, by contrast and score; shapes ``(n,)``."""
    (false_mean, false_sd), (true_mean, true_sd), level = prior["false"], prior["true"], prior["level"]
    share = PRIOR_TRUE / (PRIOR_TRUE + PRIOR_FALSE)
    mixture = Mixture(false_mean, false_sd, true_mean, true_sd, share, level)
    for _ in range(ROUNDS):
        true = _sigmoid(mixture.log_odds(values))
        n_true = float(true.sum())
        mixture = Mixture(
            *_fit_part(values, 1 - true, false_mean, false_sd, FALSE_WEIGHT),
            *_fit_part(values, true, true_mean, true_sd, TRUE_WEIGHT),
            (PRIOR_TRUE + n_true) / (PRIOR_TRUE + PRIOR_FALSE + len(values)),
            (LEVEL_WEIGHT * level + float(true @ scores)) / (LEVEL_WEIGHT + n_true),
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
