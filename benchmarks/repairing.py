"""How `align repair` mends line pairs that were damaged by rule, and what it breaks in pairs that were right.

Each set of line pairs is damaged in one place at a time: a target line is missing for a stretch of lines (``drop``),
stands too often (``double``), is merged with the next (``merge``), or changes places with it (``swap``). A damage is
found if a repair overlaps it, and right if at least 0.9 of the pairs in the stretch are true ones after it.

Run: ``python benchmarks/repairing.py [SET …]``, by default ``line/pud-ita-eng`` and ``line/john-verses`` of ../shared.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.pipeline import repair_bitext

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
STRETCH = 12
"""Lines that are shifted, after which an opposite damage brings the two sides together again."""

EVERY = 60
"""Lines from one damage to the next."""

LINES = 600
"""Lines of a set that are used."""


def drop(lines: list[str], at: int) -> list[str]:
    """One line missing, and an empty one where the stretch ends."""
    return [*lines[:at], *lines[at + 1 : at + STRETCH], "", *lines[at + STRETCH :]]


def double(lines: list[str], at: int) -> list[str]:
    """One line twice, and the last of the stretch missing."""
    return [*lines[: at + 1], lines[at], *lines[at + 1 : at + STRETCH - 1], *lines[at + STRETCH :]]


def merge(lines: list[str], at: int) -> list[str]:
    """Two lines in one, and an empty one where the stretch ends."""
    return [*lines[:at], f"{lines[at]} {lines[at + 1]}", *lines[at + 2 : at + STRETCH], "", *lines[at + STRETCH :]]


def swap(lines: list[str], at: int) -> list[str]:
    """Two lines the other way round."""
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


DAMAGES: tuple[Callable[[list[str], int], list[str]], ...] = (drop, double, merge, swap)


def bitext(sources: list[str], targets: list[str], langs: tuple[str, str]) -> Bitext:
    """The lines side by side."""
    pairs = (
        SegmentPair(source_text=source, target_text=target, source_lang=langs[0], target_lang=langs[1])
        for source, target in zip(sources, targets, strict=True)
    )
    return Bitext(tuple(pairs), "")


def measure(sources: list[str], targets: list[str], langs: tuple[str, str], damage: Callable[..., list[str]]) -> str:
    """Damages every so many lines, and how many of them were found and set right."""
    places = range(EVERY // 2, len(targets) - STRETCH, EVERY)
    damaged = targets
    for at in places:
        damaged = damage(damaged, at)
    found, repairs = repair_bitext(bitext(sources, damaged, langs))
    held = {(pair.source_text, pair.target_text) for pair in found.pairs}
    stretch = 2 if damage is swap else STRETCH
    offset = 0 if damage is swap else 2
    n_found = sum(any(one.start < at + stretch and one.end > at for one in repairs) for at in places)
    n_right = sum(
        sum((sources[i], targets[i]) in held for i in range(at + offset, at + stretch)) >= 0.9 * (stretch - offset)
        for at in places
    )
    n_false = sum(not any(one.start < at + STRETCH and one.end > at for at in places) for one in repairs)
    return f"{damage.__name__}: {len(places)} damages, {n_found} found, {n_right} right, {n_false} false repairs"


def main(names: list[str]) -> None:
    """Print the figures of each set."""
    for name in names:
        langs = "it", "en"
        paths = (DATA / name / f"{lang}.txt" for lang in langs)
        sources, targets = (path.read_text(encoding="utf-8").splitlines()[:LINES] for path in paths)
        _, repairs = repair_bitext(bitext(sources, targets, langs))
        print(f"{name} {langs[0]}-{langs[1]} undamaged: {len(sources)} lines, {len(repairs)} false repairs", flush=True)
        for damage in DAMAGES:
            print(f"{name} {langs[0]}-{langs[1]} {measure(sources, targets, langs, damage)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["line/pud-ita-eng", "line/john-verses"])
