"""Boundary precision, recall and F1 of a splitter, a set and language a row.

The lines of a document are joined by one space and cut again. A boundary after a line without final punctuation (a
headline) is left out: nothing in the joined text shows it. Lines that hold several sentences (verses, paragraphs)
make precision look too low there.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import regex

from aligner.splitters import Splitter, load

FINAL = regex.compile(r"""[.!?…。！？؟۔।]["'”’»›“‘«)\]}」』】）*_]*$""")
LANGS = ("it", "en", "ar", "de", "es", "fr", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")


def documents(data: Path) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Set, language and the documents, each a list of lines."""
    for folder in sorted([*data.glob("line/*"), *data.glob("block/*"), *data.glob("comparable/*")]):
        for lang in LANGS:
            files = sorted(folder.glob(f"{lang}.txt")) or sorted(folder.glob(f"*.{lang}"))
            texts = [[line.strip() for line in file.read_text("utf-8").split("\n") if line.strip()] for file in files]
            ids = folder / "ids.txt"
            if ids.is_file() and texts:
                groups = defaultdict(list)
                for key, line in zip(ids.read_text("utf-8").split("\n"), texts[0], strict=False):
                    groups[regex.split(r"[\s:]", key)[0]].append(line)
                texts = list(groups.values())
            if texts:
                yield f"{folder.parent.name}/{folder.name}", lang, texts


def graded(data: Path) -> Iterator[tuple[str, str, list[list[str]]]]:
    """The distinct sentences of the graded pairs, ten to a document; nobody looked at them when the rules were made."""
    for file in sorted(data.glob("graded/*.tsv")):
        header, *rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
        for column, lang in enumerate(header[1:], 1):
            lines = list(dict.fromkeys(row[column].strip() for row in rows))
            yield f"graded/{file.stem}", lang, [lines[start : start + 10] for start in range(0, len(lines), 10)]


def boundaries(lines: list[str]) -> tuple[set[int], set[int]]:
    """Where the lines end in the joined text: those that count and those left out."""
    counted, left_out, end = set(), set(), -1
    for line in lines[:-1]:
        end += len(line) + 1
        (counted if FINAL.search(line) else left_out).add(end)
    return counted, left_out


def compare(splitter: Splitter, lang: str, lines: list[str], errors: bool) -> tuple[int, int, int]:
    """Numbers of predicted, gold and common boundaries."""
    text = " ".join(lines)
    gold, left_out = boundaries(lines)
    found = {end for _, end in splitter.split(text, lang)} - left_out - {len(text)}
    if errors:
        for end in sorted(found ^ gold):
            print("+" if end in found else "-", f"{text[max(0, end - 60) : end]} | {text[end + 1 : end + 40]}")
    return len(found), len(gold), len(found & gold)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splitter", default="rules")
    parser.add_argument("--only", default="", help="part of a set's name")
    parser.add_argument("--lang", default="")
    parser.add_argument("--errors", action="store_true", help="show boundaries that are too many (+) or missed (-)")
    options = parser.parse_args()
    splitter = load(options.splitter)
    print(f"left out: boundaries after lines that do not end in {FINAL.pattern}")
    print(f"{'set':32} lang boundaries      P      R     F1")
    for name, lang, texts in chain(documents(options.data), graded(options.data)):
        if options.only not in name or options.lang not in ("", lang):
            continue
        counts = [compare(splitter, lang, lines, options.errors) for lines in texts]
        found, gold, common = (sum(column) for column in zip(*counts, strict=True))
        if not gold:
            continue
        precision, recall = common / max(found, 1), common / gold
        score = 2 * common / max(found + gold, 1)
        print(f"{name:32} {lang:4} {gold:10} {precision:6.1%} {recall:6.1%} {score:6.1%}")


if __name__ == "__main__":
    main()
