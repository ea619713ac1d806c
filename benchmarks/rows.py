"""Rows of the table of qualities, and the tables made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PEERS = ("Gale-Church", "hunalign", "Vecalign", "SentAlign", "Bertalign")
"""Published aligners, in the order of the figures below."""

PEER_FIGURES = {
    "block/textberg-dev-de-fr": ((0.482, 0.647), (0.707, 0.929), (0.797, 0.983), (0.823, 0.958), (0.860, 0.982)),
    "block/hard-pinocchio-it-en": ((0.659, 0.741), (0.829, 0.882), (0.851, 0.972), (0.919, 0.955), (0.903, 0.985)),
    "block/john-it-en": ((0.928, 0.997), (0.912, 0.979), (0.957, 1.0), (0.964, 0.997), (0.972, 1.0)),
    "block/john-fr-en": ((0.909, 0.984), (0.858, 0.953), (0.924, 0.997), (0.928, 0.996), (0.930, 0.997)),
    "block/john-de-en": ((0.951, 0.997), (0.886, 0.960), (0.950, 1.0), (0.957, 0.997), (0.965, 1.0)),
    "block/pinocchio-it-en": ((0.989, 1.0), (0.984, 0.998), (0.985, 0.999), (0.983, 0.994), (0.988, 1.0)),
    "block/ddtp-it-en": ((0.965, 0.986), (0.978, 1.0), (0.975, 0.999), (0.972, 0.994), (0.968, 0.999)),
    "block/udhr-it-en": ((1.0, 1.0), (1.0, 1.0), (0.966, 0.985), (0.976, 0.976), (0.966, 0.985)),
}
"""Strict and lax F1 of the peers on the sets where they were measured.

Source: ``../shared/design/findings.md``, table "Peers on the development sets, same encoder": hunalign without a
dictionary, Vecalign with ``a=5``, SentAlign the better of two cut-offs, all embedding aligners on ``use``.
"""


Reference = tuple[float, str]
"""What a figure is measured against: a number, and whose it is; a target is reached from above, a limit from below."""


def at_least(figure: float) -> Reference:
    return figure, "target"


def at_most(figure: float) -> Reference:
    return figure, "limit"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a set, how much there is of it, its one figure, and what else is worth knowing."""

    set: str
    n: str
    measure: str
    value: float
    more: Mapping[str, float | str] = field(default_factory=dict)
    reference: Reference | None = None


def best_peer(set_name: str) -> Reference | None:
    """Strict F1 and name of the best peer on a set, the first of those that share it; None where none was measured."""
    figures = PEER_FIGURES.get(set_name)
    return max(zip((strict for strict, _ in figures), PEERS, strict=True), key=lambda one: one[0]) if figures else None


def format_table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    head = ("set", "n", "measure", "figure", "reference", "difference", "more")
    return markdown([head, *map(_row_cells, rows)])


def format_peers(rows: Iterable[Row]) -> str:
    """Strict and lax F1 of the ``block`` rows beside every peer's, as a Markdown table; empty if there are none."""
    head = ("set", "ours", *PEERS, "best peer", "difference")
    table = [_peer_cells(row) for row in rows if row.set.startswith("block/")]
    return markdown([head, *table]) if table else ""


def markdown(table: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its first row the head, columns aligned."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in table]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in [lines[0], rule, *lines[1:]])


def _row_cells(row: Row) -> tuple[str, ...]:
    more = ", ".join(f"{key} {_told(one)}" for key, one in row.more.items())
    return row.set, row.n, row.measure, _told(row.value), *_versus(row), more


def _peer_cells(row: Row) -> tuple[str, ...]:
    figures = PEER_FIGURES.get(row.set)
    peers = [f"{strict:.3f}/{lax:.3f}" for strict, lax in figures] if figures else [""] * len(PEERS)
    return row.set, f"{row.value:.3f}/{row.more['lax']:.3f}", *peers, *_versus(row)


def _versus(row: Row) -> tuple[str, str]:
    """The reference, and how far the figure is above it."""
    if row.reference is None:
        return "", ""
    figure, name = row.reference
    return f"{_told(figure)} {name}", _told(row.value - figure, "+")


def _told(value: float | str, sign: str = "") -> str:
    """Counts as they are, all other figures to three places."""
    if isinstance(value, str):
        return value
    return f"{value:{sign}d}" if isinstance(value, int) else f"{value:{sign}.3f}"
