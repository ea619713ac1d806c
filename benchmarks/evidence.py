"""What evidence is worth: conflicts and ties of true pairs beside those of pairs that were shuffled.

Sets of lines have translations only, so each conflict there is a mistake of ours, or of the translator. The set of
facts says which pairs contradict each other. Times are of one processor. Run: ``python benchmarks/evidence.py``.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from aligner.evidence import Evidence, gather

LANGS = {"ita": "it", "deu": "de", "fra": "fr", "spa": "es", "cmn": "zh", "rus": "ru", "ara": "ar", "eng": "en"}
SHIFT = 7
"""A pair of lines so far apart is no translation."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    print("| set | pairs | with a conflict | ties a pair | of shuffled pairs | µs a pair |\n|---|---|---|---|---|---|")
    for folder in translations(data):
        print_lines(folder)
    folder = data / "comparable" / "facts-it-en"
    told = tell_conflicts(folder, beside=("same", "detail"))
    print(f"\n{folder.name}: conflict told from same and detail with F1 {told.f1:.2f}")


def translations(data: Path) -> list[Path]:
    """The sets of which each line translates one in English."""
    return sorted((data / "line").glob("*-eng"))


def gather_lines(folder: Path, shift: int = 0) -> list[Evidence]:
    """What the lines of a set share with their translations, or with the lines so far behind them."""
    lang = LANGS[folder.name.split("-")[1]]
    source, target = (lines(folder / f"{name}.txt") for name in (lang, "en"))
    return [gather(*pair, lang, "en") for pair in zip(source, target[shift:] + target[:shift], strict=True)]


def n_conflicts(found: Iterable[Evidence]) -> int:
    """How many pairs conflict."""
    return sum(bool(one.conflicts) for one in found)


def print_lines(folder: Path) -> None:
    start = process_time()
    true = gather_lines(folder)
    micros = 1e6 * (process_time() - start) / len(true)
    shuffled = gather_lines(folder, SHIFT)
    counts = f"{len(true)} | {n_conflicts(true)}"
    print(f"| {folder.name} | {counts} | {ties(true):.2f} | {ties(shuffled):.2f} | {micros:.0f} |")


@dataclass(frozen=True, slots=True)
class Told:
    """Of so many pairs that conflict or do not, how many conflicts were told right, and how many of both wrong."""

    n: int
    n_conflicts: int
    n_right: int
    n_wrong: int

    @property
    def f1(self) -> float:
        return 2 * self.n_right / max(1, 2 * self.n_right + self.n_wrong)


def tell_conflicts(folder: Path, beside: Collection[str]) -> Told:
    """The conflicts of a set told from its right pairs of these other relations."""
    source, target = lines(folder / "it.txt"), lines(folder / "en.txt")
    told: Counter[tuple[bool, bool]] = Counter()
    with (folder / "gold.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["relation"] == "conflict" or row["relation"] in beside:
                pair = source[int(row["it"])], target[int(row["en"].split(",")[0])]
                told[row["relation"] == "conflict", bool(gather(*pair, "it", "en").conflicts)] += 1
    right, missed, wrong = told[True, True], told[True, False], told[False, True]
    return Told(told.total(), right + missed, right, missed + wrong)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def ties(found: Iterable[Evidence]) -> float:
    counts = [len(one.shared) for one in found]
    return sum(counts) / len(counts)


if __name__ == "__main__":
    main()
