"""Conflicts that evidence sees in translations: each is a mistake, ours or the translator's."""

from collections.abc import Iterator
from pathlib import Path

import evidence
from bench import Bench
from rows import Row


def files(data: Path) -> list[Path]:
    """What the figures depend on."""
    return evidence.translations(data)


def measure(data: Path, bench: Bench) -> Iterator[Row]:  # noqa: ARG001
    """How many pairs of lines conflict, in all sets and in each that has one."""
    found = {folder.name: evidence.gather_lines(folder) for folder in files(data)}
    counts = {name: n for name, pairs in found.items() if (n := evidence.n_conflicts(pairs))}
    n_pairs = sum(map(len, found.values()))
    yield Row("evidence/translations", f"{n_pairs} pairs", "false conflicts", sum(counts.values()), counts)
