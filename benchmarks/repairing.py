"""How `align repair` mends line pairs that were damaged by rule, and what it breaks in pairs that were right.

Each set of line pairs is damaged in one place at a time: a target line is missing for a stretch of lines (``drop``),
stands too often (``double``), is merged with the next (``merge``), or changes places with it (``swap``); twelve or a
hundred lines are missing for a longer stretch (``missing 12``, ``missing 100``); and once a line is missing in the
middle and nothing closes the shift (``open``). A damage is found if a repair overlaps it, and right if at least 0.9 of
the pairs in its stretch are true ones after it. Of block sets the 1-1 beads in their ``.fine`` files are taken.

Run: ``python benchmarks/repairing.py [NAME …]``, a name of ``SETS``; by default all of them, in ../shared.
"""

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.pipeline import repair_bitext

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

SETS: Mapping[str, tuple[str, str, str]] = {
    "pud-it-en": ("line/pud-ita-eng", "it", "en"),
    "john-it-en": ("line/john-verses", "it", "en"),
    "john-de-en": ("line/john-verses", "de", "en"),
    "john-zh-en": ("line/john-verses", "zh", "en"),
    "john-ar-pt": ("line/john-verses", "ar", "pt"),
    "instguide-it-en": ("block/instguide-it-en/whole", "it", "en"),
    "debian-faq-it-en": ("block/debian-faq-it-en/whole", "it", "en"),
}
"""Folder of line pairs or stem of a block set, and the two languages."""

LINES = 600
"""Lines of a set that are used."""


@dataclass(frozen=True)
class Damage:
    """A rule that damages lines at a place: ``stretch`` lines are shifted, of which ``lost`` lose their partner."""

    name: str
    stretch: int
    lost: int
    every: int
    apply: Callable[[list[str], int], list[str]]


def missing(n: int, stretch: int) -> Callable[[list[str], int], list[str]]:
    """So many lines missing, and empty ones where the stretch ends."""
    return lambda lines, at: [*lines[:at], *lines[at + n : at + stretch], *[""] * n, *lines[at + stretch :]]


def double(lines: list[str], at: int) -> list[str]:
    """One line twice, and the last of the stretch missing."""
    return [*lines[: at + 1], lines[at], *lines[at + 1 : at + 11], *lines[at + 12 :]]


def merge(lines: list[str], at: int) -> list[str]:
    """Two lines in one, and an empty one where the stretch ends."""
    return [*lines[:at], f"{lines[at]} {lines[at + 1]}", *lines[at + 2 : at + 12], "", *lines[at + 12 :]]


def swap(lines: list[str], at: int) -> list[str]:
    """Two lines the other way round."""
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def never_closed(lines: list[str], at: int) -> list[str]:
    """A line missing, and an empty one at the very end."""
    return [*lines[:at], *lines[at + 1 :], ""]


DAMAGES = (
    Damage("drop", 12, 1, 60, missing(1, 12)),
    Damage("double", 12, 2, 60, double),
    Damage("merge", 12, 2, 60, merge),
    Damage("swap", 2, 0, 60, swap),
    Damage("missing 12", 40, 12, 100, missing(12, 40)),
    Damage("missing 100", 200, 100, 400, missing(100, 200)),
    Damage("open", 50, 1, LINES, never_closed),
)


def read(name: str) -> tuple[Bitext, list[str], list[str]]:
    """The line pairs of a set as a bitext, and its two sides."""
    place, *langs = SETS[name]
    if place.startswith("line/"):
        sides = [(DATA / place / f"{lang}.txt").read_text(encoding="utf-8").splitlines() for lang in langs]
        sources, targets = sides
    else:
        texts = [(DATA / f"{place}.{lang}").read_text(encoding="utf-8").splitlines() for lang in langs]
        beads = (line.split(":") for line in (DATA / f"{place}.fine").read_text(encoding="utf-8").split("\n") if line)
        links = [(ast.literal_eval(source), ast.literal_eval(target)) for source, target, *_ in beads]
        links = [(source, target) for source, target in links if len(source) == len(target) == 1]
        sources, targets = ([texts[side][link[side][0]] for link in links] for side in (0, 1))
    return bitext(sources[:LINES], targets[:LINES], langs), sources[:LINES], targets[:LINES]


def bitext(sources: list[str], targets: list[str], langs: list[str]) -> Bitext:
    """The lines side by side."""
    pairs = (
        SegmentPair(source_text=source, target_text=target, source_lang=langs[0], target_lang=langs[1])
        for source, target in zip(sources, targets, strict=True)
    )
    return Bitext(tuple(pairs), "")


def measure(sources: list[str], targets: list[str], langs: list[str], damage: Damage) -> str:
    """Damages every so many lines, and how many of them were found and set right."""
    places = range(damage.every // 2 if damage.every < LINES else len(targets) // 2, len(targets), damage.every)
    places = [at for at in places if at + damage.stretch <= len(targets)]
    damaged = targets
    for at in places:
        damaged = damage.apply(damaged, at)
    found, repairs = repair_bitext(bitext(sources, damaged, langs))
    held = {(pair.source_text, pair.target_text) for pair in found.pairs}
    n_found = n_right = 0
    for at in places:
        stretch = range(at + damage.lost, at + damage.stretch)
        n_found += any(one.start < at + damage.stretch and one.end > at for one in repairs)
        n_right += sum((sources[i], targets[i]) in held for i in stretch) >= 0.9 * len(stretch)
    n_false = sum(not any(one.start < at + damage.stretch and one.end > at for at in places) for one in repairs)
    return f"{damage.name}: {len(places)} damages, {n_found} found, {n_right} right, {n_false} false repairs"


def main(names: list[str]) -> None:
    """Print the figures of each set."""
    for name in names:
        given, sources, targets = read(name)
        found, repairs = repair_bitext(given)
        same = "unchanged" if found == given else "CHANGED"
        print(f"{name} undamaged: {len(given)} lines, {len(repairs)} false repairs, {same}", flush=True)
        for damage in DAMAGES:
            print(f"{name} {measure(sources, targets, list(SETS[name][1:]), damage)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(SETS))
