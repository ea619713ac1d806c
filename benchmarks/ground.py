"""What the coefficients of seeds are fitted on: seeds beside documents, and which sentences speak of which."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sets import ROOT, read_lines

from aligner import split
from aligner.document import Document, Text
from aligner.evidence import FIGURES, gather
from aligner.pipeline import inspect_corpus
from aligner.seeds import Seed, read_seeds

PUD_LINES, PUD_STEP = 480, 8
"""How much of PUD is read, and every how manieth line there is a seed: as much as a minute allows."""

Label = tuple[str, str, int]
"""A seed's id, a document's, and a sentence there."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Seeds beside documents; ``speak`` are the sentences that speak of a seed, ``unclear`` those left out of all."""

    name: str
    seeds: Sequence[Seed]
    documents: Sequence[Document]
    speak: frozenset[Label]
    unclear: frozenset[Label] = frozenset()


def grounds(data: Path) -> Iterator[Ground]:
    """All sets; ``data`` is the folder of development data."""
    yield corpus()
    yield context()
    yield facts_it_en(data / "comparable/facts-it-en")
    yield itn_pt_en(data / "comparable/itn-pt-en")
    yield tldr_it_en(data / "comparable/tldr-it-en")
    yield pud(data / "line/pud-ita-eng")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a TSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def corpus() -> Ground:
    """The repo's corpus; the rows of facts that are held out are unclear, so that nothing sees them."""
    _, documents = inspect_corpus(ROOT / "corpus")
    told = {(row["fact"], row["document"], row["sentence"]) for row in rows(ROOT / "tests/gold/facts.tsv")}
    held_out = {row["fact"] for row in rows(ROOT / "tests/gold/facts.tsv") if row["held_out"] == "yes"}
    seeds = read_seeds(ROOT / "seeds")
    labels = [
        (seed.id, document.id, index, text)
        for seed in seeds
        for document in documents
        for index, text in enumerate(document.sentence_texts())
    ]
    return Ground(
        "corpus",
        seeds,
        documents,
        frozenset((seed, doc, i) for seed, doc, i, text in labels if (seed, doc, text) in told),
        frozenset((seed, doc, i) for seed, doc, i, _ in labels if seed in held_out),
    )


def context() -> Ground:
    """Facts told over two sentences: the second has a pronoun where the first has the name."""
    table = rows(ROOT / "tests/gold/context.tsv")
    told = {row["document"]: [one for one in table if one["document"] == row["document"]] for row in table}
    seeds = {row["fact"]: Seed(row["fact"], row["fact"], {row["lang"]: (row["phrasing"],)}) for row in table}
    return Ground(
        "context",
        list(seeds.values()),
        [_document(id, own[0]["text_lang"], [row["sentence"] for row in own]) for id, own in told.items()],
        frozenset(
            (row["fact"], id, i) for id, own in told.items() for i, row in enumerate(own) if row["speaks"] == "yes"
        ),
    )


def facts_it_en(folder: Path) -> Ground:
    """News told anew; one that gives other details of the event is unclear."""
    gold = [row for row in rows(folder / "gold.tsv") if row["en"] != "-"]
    details = frozenset((row["it"], row["en"], 0) for row in gold if row["relation"] == "detail")
    everything = frozenset((row["it"], row["en"], 0) for row in gold)
    return Ground(
        "facts-it-en", _seeds(folder / "it.txt", "it"), _lone(folder / "en.txt", "en"), everything - details, details
    )


def itn_pt_en(folder: Path) -> Ground:
    """News of one event, written independently; one that answers no figure of a seed that has some is unclear."""
    seeds, documents = _seeds(folder / "pt.txt", "pt"), _lone(folder / "en.txt", "en")
    pairs = [tuple(map(int, line.split("\t"))) for line in read_lines(folder / "gold.tsv") if line]
    unclear = frozenset(
        (str(i), str(j), 0)
        for i, j in pairs
        if _answers_nothing(seeds[i].phrasings["pt"][0], documents[j].text.content, ("pt", "en"))
    )
    return Ground("itn-pt-en", seeds, documents, frozenset((str(i), str(j), 0) for i, j in pairs) - unclear, unclear)


def tldr_it_en(folder: Path) -> Ground:
    """Pages of one command that drifted apart; each line of the one is a seed."""
    seeds: list[Seed] = []
    documents = []
    speak = set()
    for file in sorted(folder.glob("*.it")):
        page = file.stem
        seeds += _seeds(file, "it", f"{page}-")
        documents.append(_document(page, "en", read_lines(file.with_suffix(".en"))))
        for line in read_lines(file.with_suffix(".gold")):
            source, _, target = line.partition(":")
            speak |= {(f"{page}-{i}", page, j) for i in _indices(source) for j in _indices(target)}
    return Ground("tldr-it-en", seeds, documents, frozenset(speak))


def pud(folder: Path) -> Ground:
    """Translated news and encyclopaedia: the own line states, those of its document are on the topic."""
    english = read_lines(folder / "en.txt")[:PUD_LINES]
    documents: dict[str, list[int]] = {}
    for number, line in enumerate(read_lines(folder / "ids.txt")[:PUD_LINES]):
        documents.setdefault(line.split()[0], []).append(number)
    return Ground(
        "pud-ita-eng",
        _seeds(folder / "it.txt", "it")[:PUD_LINES:PUD_STEP],
        [_document(id, "en", [english[number] for number in own]) for id, own in documents.items()],
        frozenset(
            (str(number), id, i)
            for id, own in documents.items()
            for i, number in enumerate(own)
            if number % PUD_STEP == 0
        ),
    )


def _answers_nothing(phrasing: str, sentence: str, langs: tuple[str, str]) -> bool:
    evidence = gather(phrasing, sentence, *langs)
    answered = any(tie.kind in FIGURES for tie in evidence.ties)
    return not answered and any(mention.kind in FIGURES for mention in evidence.source_only)


def _seeds(path: Path, lang: str, prefix: str = "") -> list[Seed]:
    """Each line a seed, its number the id."""
    lines = enumerate(read_lines(path))
    return [Seed(f"{prefix}{number}", "", {lang: (line,)}) for number, line in lines if line.strip()]


def _lone(path: Path, lang: str) -> list[Document]:
    """Each line a document, its number the id."""
    return [_document(str(number), lang, [line]) for number, line in enumerate(read_lines(path)) if line.strip()]


def _document(id: str, lang: str, lines: Sequence[str]) -> Document:
    return split(Text(id, lang, "\n".join(lines)), "lines")


def _indices(cell: str) -> list[int]:
    return [int(number) for number in cell.strip("[] ").split(",") if number.strip()]
