"""What evidence is worth: conflicts and ties of true pairs beside those of pairs that were shuffled.

Sets of lines have translations only, so each conflict there is a mistake of ours, or of the translator. The set of
facts says which pairs contradict each other. Times are of one processor. Run: ``python benchmarks/evidence.py``.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
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
    for folder in sorted((data / "line").glob("*-eng")):
        lang = LANGS[folder.name.split("-")[1]]
        print_lines(folder, lang)
    print_facts(data / "comparable" / "facts-it-en")


def print_lines(folder: Path, lang: str) -> None:
    source, target = (lines(folder / f"{name}.txt") for name in (lang, "en"))
    start = process_time()
    true = [gather(*pair, lang, "en") for pair in zip(source, target, strict=True)]
    micros = 1e6 * (process_time() - start) / len(source)
    shuffled = [gather(*pair, lang, "en") for pair in zip(source, target[SHIFT:] + target[:SHIFT], strict=True)]
    conflicts = sum(bool(one.conflicts) for one in true)
    print(f"| {folder.name} | {len(true)} | {conflicts} | {ties(true):.2f} | {ties(shuffled):.2f} | {micros:.0f} |")


def print_facts(folder: Path) -> None:
    source, target = lines(folder / "it.txt"), lines(folder / "en.txt")
    told: Counter[tuple[bool, bool]] = Counter()
    with (folder / "gold.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["relation"] != "none":
                pair = source[int(row["it"])], target[int(row["en"].split(",")[0])]
                told[row["relation"] == "conflict", bool(gather(*pair, "it", "en").conflicts)] += 1
    right, wrong = told[True, True], told[False, True] + told[True, False]
    print(f"\n{folder.name}: conflict told from same and detail with F1 {2 * right / (2 * right + wrong):.2f}")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def ties(found: Iterable[Evidence]) -> float:
    counts = [len(one.shared) for one in found]
    return sum(counts) / len(counts)


if __name__ == "__main__":
    main()
