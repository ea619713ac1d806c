"""What mining finds of runs and of parts of sentences, in comparable documents made of news sentences and their gold.

    python benchmarks/stretches.py --data ../shared/data [--encoder use+e5]

Each pair of documents is drawn from ``line/pud-ita-eng``: the sentences of most lines stand on one side only. Of some
both sides have the sentence (``1-1``). Of two neighbouring lines one side has one sentence, their full stop replaced by
"and", the other both, next to each other (``1-2``, ``2-1``), or far apart (``apart``: two links that share a sentence),
or one of the two (``part``). The sentences, or runs of them, stand in random order. Also counted is what is linked in
documents that share nothing: those drawn from different lines, and pairs of documents of different sets.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from noise import load_encoder
from sets import read_lines

from aligner import Alignment, Bead, Document, DocumentPair, Embedder, Mining, Relation, Text, read_beads
from aligner.document import Sentence

SEED = 11
N_DRAWS = 12
N_ALONE, N_ONE, N_EACH = 30, 6, 3
"""Lines that one side only holds, for each side; pairs ``1-1``; and of each other kind, for each side."""

AND = {"it": " e ", "en": " and "}
CUTS = (0.5, 0.9)
N_SENTENCES = 200
"""Of each document of another set."""

SCRAMBLED = ("textberg-dev-de-fr", "hard-pinocchio-it-en", "john-it-en")
KEPT = {"1-1": 0.15, "1-2": 0.5, "2-1": 0.5}
"""The share of the beads of each kind of which both sides are kept."""

SUBJECTS = {
    "Debian": {"ddtp", "debian-faq", "instguide"},
    "Pinocchio": {"pinocchio", "hard-pinocchio"},
    "gospel": {"john"},
    "rights": {"udhr"},
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A pair of documents and its gold links by kind."""

    pair: DocumentPair
    gold: tuple[tuple[str, Bead], ...]


def plant(sources: Sequence[str], targets: Sequence[str], ids: Sequence[str], seed: int) -> Planted:
    """A pair of documents made of these lines; ``ids`` tell which lines are neighbours."""
    chance = np.random.default_rng([SEED, seed])
    follows = [i for i in range(len(ids) - 1) if ids[i].split()[0] == ids[i + 1].split()[0]]
    used: set[int] = set()
    texts, langs = (sources, targets), ("it", "en")

    def take(candidates: Sequence[int], n: int, width: int) -> list[int]:
        taken: list[int] = []
        for i in chance.permutation(candidates).tolist():
            if len(taken) < n and not used & set(range(i, i + width)):
                used.update(range(i, i + width))
                taken.append(i)
        return taken

    pieces: tuple[list[list[tuple[str, list[int], str]]], ...] = ([], [])
    for one in (0, 1):
        other = 1 - one
        for kind in ("run", "apart", "part"):
            for i in take(follows, N_EACH, 2):
                both = [texts[one][i], texts[one][i + 1]]
                pieces[one].append([(_joined(*both, langs[one]), [i, i + 1], kind)])
                alone = [[(texts[other][k], [k], kind)] for k in (i, i + 1)]
                if kind == "run":
                    pieces[other].append([alone[0][0], alone[1][0]])
                elif kind == "apart":
                    pieces[other].extend(alone)
                else:
                    pieces[other].append(alone[int(chance.integers(2))])
        for i in take(range(len(ids)), N_ALONE, 1):
            pieces[one].append([(texts[one][i], [i], "")])
    for i in take(range(len(ids)), N_ONE, 1):
        for side in (0, 1):
            pieces[side].append([(texts[side][i], [i], "1-1")])
    documents, places = [], []
    for side in (0, 1):
        order = chance.permutation(len(pieces[side])).tolist()
        sentences = [piece for number in order for piece in pieces[side][number]]
        documents.append(document([text for text, *_ in sentences], langs[side]))
        places.append([(set(lines), kind) for _, lines, kind in sentences])
    gold = []
    for i, (lines, kind) in enumerate(places[0]):
        for j, (others, _) in enumerate(places[1]):
            if lines & others:
                gold.append((kind, Bead((i,), (j,))))
    return Planted(DocumentPair(*documents, Relation.COMPARABLE, 0.5), tuple(_merged(gold)))


def _merged(gold: Sequence[tuple[str, Bead]]) -> Iterator[tuple[str, Bead]]:
    """The links, those of a run as one, named by its kind."""
    for kind, bead in gold:
        if kind != "run":
            yield kind, bead
    links = [bead for kind, bead in gold if kind == "run"]
    for side in (0, 1):
        by_one: dict[int, list[int]] = {}
        for bead in links:
            by_one.setdefault(bead.sides[side][0], []).append(bead.sides[1 - side][0])
        for one, others in by_one.items():
            if len(others) == 2:
                sides = (one,), tuple(sorted(others))
                bead = Bead(*(sides if side == 0 else sides[::-1]))
                yield bead.kind, bead


def _joined(one: str, other: str, lang: str) -> str:
    """Two sentences as one."""
    return one.rstrip().rstrip('.!?"”»') + "," + AND[lang] + other[:1].lower() + other[1:]


def document(sentences: Sequence[str], lang: str) -> Document:
    """A document of one paragraph."""
    starts = np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)]).tolist()
    spans = [Sentence(start, start + len(text)) for start, text in zip(starts, sentences, strict=False)]
    return Document(Text(lang, lang, " ".join(sentences)), tuple(spans))


def drawn(data: Path, *, shared: bool) -> list[Planted]:
    """Planted pairs; where nothing is shared, the target of each has lines of another half."""
    folder = data / "line" / "pud-ita-eng"
    it, en, ids = (read_lines(folder / f"{name}.txt") for name in ("it", "en", "ids"))
    half = len(ids) // 2
    found = []
    for seed in range(N_DRAWS):
        if shared:
            found.append(plant(it, en, ids, seed))
            continue
        one, other = plant(it[:half], en[:half], ids[:half], seed), plant(it[half:], en[half:], ids[half:], seed)
        found.append(Planted(DocumentPair(one.pair.source, other.pair.target, Relation.COMPARABLE, 0.5), ()))
    return found


def scrambled(data: Path) -> list[Planted]:
    """Translations aligned by hand as comparable documents: most beads lose a side, all stand in random order."""
    chance = np.random.default_rng(SEED)
    found = []
    for name in SCRAMBLED:
        folder = data / "block" / name
        langs = name.split("-")[-2:]
        for path in sorted(folder.glob("*.gold")):
            fine = path.with_suffix(".fine")
            texts = [read_lines(path.with_suffix(f".{lang}")) for lang in langs]
            beads = [bead for bead in read_beads(fine if fine.exists() else path)["", ""] if bead.is_link]
            sentences: tuple[list[str], list[str]] = ([], [])
            gold = []
            for number in chance.permutation(len(beads)).tolist():
                bead = beads[number]
                kept = KEPT.get(bead.kind, 0) > chance.random()
                sides = (0, 1) if kept else (int(chance.integers(2)),)
                starts = [len(side) for side in sentences]
                for side in sides:
                    sentences[side].extend(texts[side][i] for i in bead.sides[side])
                if kept:
                    ends = [len(side) for side in sentences]
                    gold.append((bead.kind, Bead(*(tuple(range(*span)) for span in zip(starts, ends, strict=True)))))
            one, other = (document(side, lang) for side, lang in zip(sentences, langs, strict=True))
            found.append(Planted(DocumentPair(one, other, Relation.COMPARABLE, 0.5), tuple(gold)))
    return found


def strangers(data: Path) -> list[Planted]:
    """Documents of different sets, each with each, but those of two sets on one subject."""
    folders = sorted(data.glob("block/*-it-en"))
    texts = {
        (lang, folder.name): document([line for line in read_lines(path) if line.strip()][:N_SENTENCES], lang)
        for lang in ("it", "en")
        for folder in folders
        for path in sorted(folder.glob(f"*.{lang}"))[:1]
    }
    return [
        Planted(DocumentPair(texts["it", one.name], texts["en", other.name], Relation.COMPARABLE, 0.5), ())
        for one in folders
        for other in folders
        if subject(one.name) != subject(other.name)
    ]


def subject(name: str) -> str:
    """What a set of documents is about."""
    return next(subject for subject, names in SUBJECTS.items() if name.removesuffix("-it-en") in names)


def report(title: str, planted: Sequence[Planted], alignments: Sequence[Alignment]) -> Iterator[str]:
    """Of each kind, links found, links touched, links in gold; and the links that touch none, at each cut.

    A run counts as found where each of its sentences is linked with a part of the one on the other side.
    """
    n_sentences = sum(len(one.pair.source) + len(one.pair.target) for one in planted)
    wanted = Counter(kind for one in planted for kind, _ in one.gold)
    for cut in CUTS:
        exact: Counter[str] = Counter()
        touched: Counter[str] = Counter()
        n_links = n_right = n_false = 0
        for one, alignment in zip(planted, alignments, strict=True):
            links = [link for link in alignment.links if link.p >= cut]
            sides = {link.sides for link in links}
            for kind, gold in one.gold:
                exact[kind] += gold.sides in sides or _is_in_parts(gold, links)
                touched[kind] += any(_touch(gold, link) for link in links)
            n_links += len(links)
            n_right += sum(link.sides in {gold.sides for _, gold in one.gold} for link in links)
            n_false += sum(not any(_touch(gold, link) for _, gold in one.gold) for link in links)
        kinds = "  ".join(f"{kind} {exact[kind]}/{touched[kind]}/{wanted[kind]}" for kind in sorted(wanted))
        yield f"{title}  p {cut}  {n_sentences} sentences, {n_links} links, {n_right} as gold, {n_false} false  {kinds}"


def _is_in_parts(gold: Bead, links: Sequence[Bead]) -> bool:
    """Whether a gold link of a sentence and two others is found as two links, each of a part of the one."""
    if gold.kind == "1-1":
        return False
    inside = [link for link in links if set(link.source) <= set(gold.source) and set(link.target) <= set(gold.target)]
    return all({i for link in inside for i in link.sides[side]} == set(gold.sides[side]) for side in (0, 1))


def _touch(one: Bead, other: Bead) -> bool:
    return all(set(a) & set(b) for a, b in zip(one.sides, other.sides, strict=True))


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", default="use")
    options = parser.parse_args()
    mining = Mining(Embedder(load_encoder(options.encoder)))
    for title, planted in (
        ("planted", drawn(options.data, shared=True)),
        ("scrambled", scrambled(options.data)),
        ("other lines", drawn(options.data, shared=False)),
        ("other sets", strangers(options.data)),
    ):
        for line in report(title, planted, mining.align_all([one.pair for one in planted])):
            print(line, file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
