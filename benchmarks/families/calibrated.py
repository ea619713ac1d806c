"""What ``p`` is worth by coefficients that never saw the set, as ``calibrate.py --evaluate`` measures it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import calibrate
from bench import Bench
from rows import Row, at_most, markdown

MAX_ERROR = 0.05
MAX_LOSS = 0.01
"""How far F1 at p of 0.5 may lie below that at the best cut."""

DRAWN = {"500 of 750": "dense", "50 of 525": "sparse", "as it is": "whole"}
"""The ways of drawing that are told, each by what it is called in the table."""

FIGURES = ("F1", "best", "LASER best")


def files(data: Path) -> list[Path]:
    """What the figures depend on: all the sets that coefficients are fitted on."""
    return [path for kind in ("line", "comparable") for path in sorted(data.glob(f"{kind}/*"))]


def measure(data: Path, bench: Bench) -> Iterator[Row]:
    """Expected calibration error over all draws of a set; F1 of its dense and its sparse draws beside LASER's best."""
    measured = [calibrate.measure(bench.mining.judge, trial) for trial in calibrate.trials(data)]
    rows = calibrate.evaluate(measured, bench.embedder, calibrate.left_out(measured, str))
    for name, members in calibrate.by_set(rows).items():
        more = {
            f"{DRAWN[row['way']]} {figure}": row[figure] for row in members if row["way"] in DRAWN for figure in FIGURES
        }
        error = calibrate.calibration_error(calibrate.pooled(row["records"] for row in members))
        yield Row(f"calibration/{name}", f"{len(members)} ways", "ECE", error, more, at_most(MAX_ERROR))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One way of drawing from one set: F1 at p of 0.5, at our best cut, and at LASER's."""

    set: str
    way: str
    error: float
    f1: float
    best: float
    laser: float

    @property
    def loss(self) -> float:
        return self.best - self.f1

    @property
    def cells(self) -> tuple[str, ...]:
        figures = [f"{figure:.3f}" for figure in (self.error, self.f1, self.best, self.loss, self.laser)]
        return self.set, self.way, *figures, f"{self.best - self.laser:+.3f}"


def format_targets(rows: Iterable[Row]) -> str:
    """The rows of this family, a line for each way of drawing, and how many reach each target; empty without rows."""
    drawn = [one for row in rows if row.set.startswith("calibration/") for one in _drawn(row)]
    if not drawn:
        return ""
    head = ("set", "drawn", "ECE", "F1 at .5", "best cut", "loss", "LASER best", "above LASER")
    errors = {one.set: one.error <= MAX_ERROR for one in drawn}
    reached = (
        f"{sum(errors.values())} of {len(errors)} sets",
        "",
        "",
        f"{sum(one.loss <= MAX_LOSS for one in drawn)} of {len(drawn)}",
        "",
        f"{sum(one.best >= one.laser for one in drawn)} of {len(drawn)}",
    )
    target = ("target", "", f"at most {MAX_ERROR}", "", "", f"at most {MAX_LOSS}", "", "not below")
    return markdown([head, *(one.cells for one in drawn), target, ("reached by", "", *reached)])


def _drawn(row: Row) -> Iterator[Drawn]:
    for way in DRAWN.values():
        if f"{way} F1" in row.more:
            figures = (float(row.more[f"{way} {figure}"]) for figure in FIGURES)
            yield Drawn(row.set.removeprefix("calibration/"), way, row.value, *figures)
