"""Translations damaged by rule, and what an aligner still finds: a damage a row, a set a column.

Lines of known translation become documents with known beads; then something is inserted, dropped, moved, swapped or
repeated, and the gold with it. Every figure comes from the library's one default setting, the pair's relation known,
or from a published recipe (``--aligner``) on the same texts. Progress goes to standard error. ``docs/quality.md`` says
what the figures mean.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np
from noise import load_encoder
from recipes import Bertalign, Follower, Vecalign
from rows import markdown
from sets import fingerprint, read_lines

from aligner import (
    AlignerError,
    Bead,
    Document,
    DocumentPair,
    Embedder,
    Monotone,
    Relation,
    Text,
    evaluation,
    read_beads,
    split,
)
from aligner.bitext import settings, sign
from aligner.methods import Method
from aligner.splitters.lines import LineSplitter

SEED = 3
MAX_BEADS = 1000
"""Beads of a set that are used, from its beginning, unless more are asked for: enough to see a damage, soon done."""

JOINED = {(1, 2): 0.08, (2, 1): 0.08, (1, 3): 0.015, (3, 1): 0.015}
"""Of the beads made from lines, the share of each type that is not 1-1; ``(1, 2)`` has two lines joined on the left."""

LINE_SETS = ("pud-ita-eng", "john-verses")
BLOCK_SETS = ("debian-faq-it-en", "instguide-it-en")
MAIN_SETS = (
    "line/pud-ita-eng",
    "line/john-verses it-en",
    "line/john-verses de-en",
    "line/john-verses zh-en",
    "block/debian-faq-it-en",
    "block/instguide-it-en",
)
"""What is measured where nothing is asked for; ``*`` takes the gospel in all its languages."""

UNSPACED = frozenset({"zh", "ja", "th"})
"""Languages whose sentences are joined without a space."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some consecutive sentences of one side: those of one bead, known by its number, or text without counterpart."""

    key: int | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Two texts in pieces. A bead joins the pieces of the same number, wherever they stand."""

    source: tuple[Piece, ...]
    target: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Two documents and their true beads.

    Attributes:
        set: its name, as ``line/pud-ita-eng`` or ``line/john-verses de-en``.
        damage: the name of what was done to it.
        sources, targets: the sentences.
        langs: the two languages.
        links: for each bead the links that are right; more than one where a text stands there twice.
    """

    set: str
    damage: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    langs: tuple[str, str]
    links: tuple[tuple[Bead, ...], ...]

    @property
    def pair(self) -> DocumentPair:
        """The documents, their relation known: a damaged translation is a partial one."""
        relation = Relation.PARALLEL if self.damage == "none" else Relation.PARTIAL
        source, target = self.langs
        return DocumentPair(make_document(self.sources, source), make_document(self.targets, target), relation, 1.0)

    def gold(self, predicted: Iterable[Bead] = ()) -> list[Bead]:
        """One right link for each bead: of several that are right, the one that these beads have or come closest to.

        Nothing in two copies of a text says which one the counterpart translates. So each bead is judged by the copy
        that was chosen for it; where neither was touched, by the first.
        """
        found = [bead for bead in predicted if bead.is_link]
        exact = {bead.sides for bead in found}
        touched = {(i, j) for bead in found for i in bead.source for j in bead.target}

        def closeness(link: Bead) -> tuple[bool, int]:
            shared = sum((i, j) in touched for i in link.source for j in link.target)
            return link.sides in exact, shared

        return [max(links, key=closeness) for links in self.links]


def make_document(sentences: Sequence[str], lang: str) -> Document:
    """A document of these sentences, one a line."""
    return split(Text(f"damaged.{lang}", lang, "\n".join(sentences)), LineSplitter())


# Undamaged texts


def undamaged(
    data: Path, pattern: str | None = None, max_beads: int = MAX_BEADS
) -> Iterator[tuple[str, tuple[str, str], Texts]]:
    """Name, languages and texts of every set whose name matches a shell pattern; of the main sets where it is None.

    Of each set so many beads from its beginning.
    """
    for name, langs, read in _sets(data):
        if name in MAIN_SETS if pattern is None else fnmatch(name, pattern):
            yield name, langs, read(max_beads)


def _sets(data: Path) -> Iterator[tuple[str, tuple[str, str], Callable[[int], Texts]]]:
    for folder in (data / "line" / name for name in LINE_SETS):
        langs = sorted({path.stem for path in folder.glob("*.txt")} - {"ids", "en"})
        for lang in langs:
            name = f"line/{folder.name}" if len(langs) == 1 else f"line/{folder.name} {lang}-en"
            yield name, (lang, "en"), partial(_from_lines, folder, lang, name)
    for folder in (data / "block" / name for name in BLOCK_SETS):
        if (folder / "whole.fine").exists():
            source, target = folder.name.split("-")[-2:]
            yield f"block/{folder.name}", (source, target), partial(_from_beads, folder / "whole.fine")


def _from_lines(folder: Path, lang: str, name: str, max_beads: int) -> Texts:
    """The lines in order; some neighbours are one sentence on one side, so that not all beads are 1-1."""
    sources, targets = read_lines(folder / f"{lang}.txt"), read_lines(folder / "en.txt")
    generator = _generator(name, "none")
    kinds, shares = [(1, 1), *JOINED], [1 - sum(JOINED.values()), *JOINED.values()]
    source_pieces, target_pieces = [], []
    line = 0
    for key, choice in enumerate(generator.choice(len(kinds), size=len(sources), p=shares)[:max_beads]):
        if line == len(sources):
            break
        a, b = kinds[choice]
        n_lines = min(max(a, b), len(sources) - line)
        lines = slice(line, line + n_lines)
        source_pieces.append(Piece(key, _joined(sources[lines], lang) if a == 1 else tuple(sources[lines])))
        target_pieces.append(Piece(key, _joined(targets[lines], "en") if b == 1 else tuple(targets[lines])))
        line += n_lines
    return Texts(tuple(source_pieces), tuple(target_pieces))


def _joined(lines: Sequence[str], lang: str) -> tuple[str]:
    return (("" if lang in UNSPACED else " ").join(lines),)


def _from_beads(gold: Path, max_beads: int) -> Texts:
    """A document of a ``block`` set with its gold beads, each sentence in one of them."""
    source, target = gold.parent.name.split("-")[-2:]
    sources, targets = read_lines(gold.with_suffix(f".{source}")), read_lines(gold.with_suffix(f".{target}"))
    beads = [bead for beads in read_beads(gold).values() for bead in beads][:max_beads]
    return Texts(
        tuple(Piece(key, tuple(sources[i] for i in bead.source)) for key, bead in enumerate(beads)),
        tuple(Piece(key, tuple(targets[j] for j in bead.target)) for key, bead in enumerate(beads)),
    )


def foreign_lines(data: Path, name: str, lang: str) -> list[str]:
    """Sentences in a language from all ``line`` sets but the named one."""
    own = name.split(" ")[0].removeprefix("line/")
    folders = [folder for folder in sorted((data / "line").glob("*")) if folder.name != own]
    return [line for folder in folders for line in _lines_if_any(folder / f"{lang}.txt")]


def _lines_if_any(path: Path) -> list[str]:
    return read_lines(path) if path.exists() else []


# Damages


@dataclass(frozen=True)
class Material:
    """What a damage works with: chance, and text of other sets, on the source side wherever there is enough of it."""

    chance: np.random.Generator
    foreign: Mapping[str, Sequence[str]]
    """Sentences of other sets by side, ``source`` and ``target``."""

    def inserts(self, count: int) -> tuple[str, list[Piece]]:
        """A side, and so many sentences in its language that nothing on the other side translates."""
        side = "source" if len(self.foreign["source"]) >= count else "target"
        return side, [Piece(None, (sentence,)) for sentence in self.foreign[side][:count]]


Damage = Callable[[Texts, Material], Texts]


def insert(count: int) -> Damage:
    """So many foreign sentences in one place, somewhere in the middle half."""

    def damage(texts: Texts, material: Material) -> Texts:
        side, inserts = material.inserts(count)
        pieces = getattr(texts, side)
        place = int(material.chance.integers(len(pieces) // 4, 3 * len(pieces) // 4))
        return replace(texts, **{side: (*pieces[:place], *inserts, *pieces[place:])})

    return damage


def frame(count: int) -> Damage:
    """A preface and an appendix of so many foreign sentences each, on one side."""

    def damage(texts: Texts, material: Material) -> Texts:
        side, inserts = material.inserts(2 * count)
        return replace(texts, **{side: (*inserts[:count], *getattr(texts, side), *inserts[count:])})

    return damage


def miss_first(count: int) -> Damage:
    """The first beads are missing in the target: so many, but at most half of all."""
    return lambda texts, _: replace(texts, target=texts.target[min(count, len(texts.target) // 2) :])


def miss_middle(count: int) -> Damage:
    """So many beads in the middle, but at most half of all, are missing in the source."""

    def damage(texts: Texts, _: Material) -> Texts:
        n = len(texts.source)
        start = (n - min(count, n // 2)) // 2
        return replace(texts, source=(*texts.source[:start], *texts.source[n - start :]))

    return damage


def drop(share: float) -> Damage:
    """Each sentence of either side is dropped with this probability; what is left of a bead is still one."""

    def damage(texts: Texts, material: Material) -> Texts:
        return Texts(*(_thinned(pieces, share, material.chance) for pieces in (texts.source, texts.target)))

    return damage


def _thinned(pieces: Iterable[Piece], share: float, chance: np.random.Generator) -> tuple[Piece, ...]:
    kept = (
        Piece(piece.key, tuple(sentence for sentence in piece.sentences if chance.random() >= share))
        for piece in pieces
    )
    return tuple(piece for piece in kept if piece.sentences)


def swap(pairs: int, size: int) -> Damage:
    """So many pairs of neighbouring sections of the target change places; fewer where the text is short."""

    def damage(texts: Texts, material: Material) -> Texts:
        blocks = _sections(len(texts.target), pairs, 2 * size, material.chance)
        pieces = list(texts.target)
        for start in blocks:
            pieces[start : start + 2 * size] = [
                *pieces[start + size : start + 2 * size],
                *pieces[start : start + size],
            ]
        return replace(texts, target=tuple(pieces))

    return damage


def permute(count: int, size: int) -> Damage:
    """So many sections of the target, far apart, change places so that none stays; fewer where the text is short."""

    def damage(texts: Texts, material: Material) -> Texts:
        starts = _sections(len(texts.target), count, size, material.chance)
        sections = [texts.target[start : start + size] for start in starts]
        pieces = list(texts.target)
        order = _derangement(len(sections), material.chance)
        for start, section in zip(starts, order, strict=True):
            pieces[start : start + size] = sections[section]
        return replace(texts, target=tuple(pieces))

    return damage


def move(size: int) -> Damage:
    """A block of the target moves from the first third into the last."""

    def damage(texts: Texts, material: Material) -> Texts:
        third = len(texts.target) // 3
        start = int(material.chance.integers(0, max(1, third - size)))
        block, rest = texts.target[start : start + size], (*texts.target[:start], *texts.target[start + size :])
        place = int(material.chance.integers(2 * third, len(rest)))
        return replace(texts, target=(*rest[:place], *block, *rest[place:]))

    return damage


def repeat(size: int) -> Damage:
    """A section of the source stands there once more, somewhere after itself."""

    def damage(texts: Texts, material: Material) -> Texts:
        n = len(texts.source)
        start = int(material.chance.integers(0, max(1, n // 2 - size)))
        place = int(material.chance.integers(start + size, n))
        copy = texts.source[start : start + size]
        return replace(texts, source=(*texts.source[:place], *copy, *texts.source[place:]))

    return damage


def _sections(n: int, count: int, size: int, chance: np.random.Generator) -> list[int]:
    """Where so many sections begin that do not overlap, at random in order; so few that they hold at most half of all.

    At least two, so that they can change places.
    """
    count = max(2, min(count, n // (2 * size)))
    room = n - count * size
    gaps = np.sort(chance.integers(0, room + 1, size=count))
    return [int(gap) + number * size for number, gap in enumerate(gaps)]


def _derangement(n: int, chance: np.random.Generator) -> list[int]:
    """A random permutation in which nothing stays in its place."""
    order = chance.permutation(n)
    while (order == np.arange(n)).any():
        order = chance.permutation(n)
    return [int(place) for place in order]


DAMAGES: dict[str, Damage] = {
    "none": lambda texts, _: texts,
    "insert 50": insert(50),
    "insert 500": insert(500),
    "first 500 missing": miss_first(500),
    "middle 300 missing": miss_middle(300),
    "drop 20 % a side": drop(0.2),
    "swap 10 x 25": swap(10, 25),
    "permute 10 x 25": permute(10, 25),
    "move 25": move(25),
    "move 100": move(100),
    "preface, appendix": frame(60),
    "repeat 50": repeat(50),
}
"""What is done to the texts of each set."""


def documents(
    data: Path, pattern: str | None = None, damages: Iterable[str] = tuple(DAMAGES), max_beads: int = MAX_BEADS
) -> Iterator[Case]:
    """Every main set under a folder of development data, or each that matches a shell pattern, with these damages.

    Of each set so many beads from its beginning.
    """
    for name, langs, texts in undamaged(data, pattern, max_beads):
        sides = zip(("source", "target"), langs, strict=True)
        foreign = {side: foreign_lines(data, name, lang) for side, lang in sides}
        for damage in damages:
            damaged = DAMAGES[damage](texts, Material(_generator(name, damage), foreign))
            yield make_case(name, damage, langs, damaged)


def make_case(name: str, damage: str, langs: tuple[str, str], texts: Texts) -> Case:
    """The documents that these pieces make, and their beads by the pieces' numbers."""
    source_places, target_places = _places(texts.source), _places(texts.target)
    links = (
        tuple(Bead(i, j) for i in source_places[key] for j in target_places[key])
        for key in source_places
        if key in target_places
    )
    sources, targets = (
        tuple(sentence for piece in pieces for sentence in piece.sentences) for pieces in (texts.source, texts.target)
    )
    return Case(name, damage, sources, targets, langs, tuple(links))


def _places(pieces: Iterable[Piece]) -> Mapping[int, list[tuple[int, ...]]]:
    """For each bead the indices of its sentences, once for each time that they stand there."""
    places = defaultdict(list)
    start = 0
    for piece in pieces:
        stop = start + len(piece.sentences)
        if piece.key is not None:
            places[piece.key].append(tuple(range(start, stop)))
        start = stop
    return places


def _generator(name: str, damage: str) -> np.random.Generator:
    return np.random.default_rng([SEED, crc32(f"{name}\0{damage}".encode())])


# Figures


@dataclass(frozen=True, slots=True)
class Figures:
    """How one case went: F1 by Vecalign's definition, and the share of sentences without counterpart left alone."""

    set: str
    damage: str
    n_links: int
    n_nulls: int
    strict: float
    lax: float
    null_recall: float | None
    seconds: float


def measure(case: Case, method: Method) -> Figures:
    """The method's beads for this case against its gold."""
    started = time.perf_counter()
    beads = method.align(case.pair).beads
    seconds = time.perf_counter() - started
    gold = case.gold(beads)
    scores = evaluation.score(beads, gold)
    n_nulls, null_recall = _null_recall(case, beads, gold)
    return Figures(
        case.set, case.damage, len(gold), n_nulls, scores.strict.f1, scores.lax.f1, null_recall, round(seconds, 2)
    )


def _null_recall(case: Case, beads: Iterable[Bead], gold: Iterable[Bead]) -> tuple[int, float | None]:
    """How many sentences stand in no gold link, and the share of them that stand in no predicted one."""
    nulls = _unlinked(case, gold)
    left_alone = nulls & _unlinked(case, beads)
    return len(nulls), len(left_alone) / len(nulls) if nulls else None


def _unlinked(case: Case, beads: Iterable[Bead]) -> set[tuple[str, int]]:
    links = [bead for bead in beads if bead.is_link]
    linked = {("source", i) for bead in links for i in bead.source} | {
        ("target", j) for bead in links for j in bead.target
    }
    every = {("source", i) for i in range(len(case.sources))} | {("target", j) for j in range(len(case.targets))}
    return every - linked


def format_table(rows: Sequence[Figures]) -> str:
    """A Markdown table: a damage a row, a set a column, and the mean of all sets."""
    sets = list(dict.fromkeys(row.set for row in rows))
    cells = {(row.damage, row.set): row for row in rows}
    table = [("damage", "mean", *sets)]
    for damage in dict.fromkeys(row.damage for row in rows):
        of_damage = [cells[damage, name] for name in sets]
        table.append((damage, _cell(of_damage), *(_cell([one]) for one in of_damage)))
    return markdown(table)


def _cell(rows: Sequence[Figures]) -> str:
    """``strict/lax null recall``, means over some sets."""
    nulls = [row.null_recall for row in rows if row.null_recall is not None]
    told = f"{np.mean(nulls):.2f}" if nulls else "–"
    return f"{np.mean([row.strict for row in rows]):.3f}/{np.mean([row.lax for row in rows]):.3f} {told}"


ALIGNERS: dict[str, Callable[[Embedder], Monotone | Follower]] = {
    "ours": Monotone,
    "bertalign": partial(Follower, Bertalign()),
    "vecalign": partial(Follower, Vecalign(max_run=4)),
}
"""Who can be measured; of Vecalign's recipe only the runs that its beads can use are encoded."""


def signature(method: Monotone | Follower, data: Path, cases: int, max_beads: int) -> str:
    """What the figures depend on: our version, encoder, settings, seed and data."""
    blocks = [data / "block" / name for name in BLOCK_SETS]
    folders = [*sorted((data / "line").glob("*")), *(folder for folder in blocks if folder.exists())]
    return sign(
        encoder=method.embedder.name,
        splitter="lines",
        **{_told(method): settings(method.recipe if isinstance(method, Follower) else method)},
        seed=str(SEED),
        cases=str(cases),
        beads=str(max_beads),
        data=fingerprint(folders),
    )


def _told(method: Monotone | Follower) -> str:
    return method.recipe.name if isinstance(method, Follower) else method.name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds line and block")
    parser.add_argument("--encoder", default="use", help="as for the library, or noise (default: use)")
    parser.add_argument("--aligner", choices=ALIGNERS, default="ours", help="or a published recipe (default: ours)")
    parser.add_argument("--sets", metavar="PATTERN", help="these, as 'line/*', instead of the main ones")
    parser.add_argument("--damages", default="*", metavar="PATTERN", help="only these, as 'insert*'")
    parser.add_argument("--beads", type=int, default=MAX_BEADS, help=f"of a set at most (default: {MAX_BEADS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args()
    damages = [name for name in DAMAGES if fnmatch(name, options.damages)]
    try:
        method = ALIGNERS[options.aligner](Embedder(load_encoder(options.encoder)))
    except AlignerError as error:
        parser.error(str(error))
    rows = []
    for case in documents(options.data, options.sets, damages, options.beads):
        rows.append(measure(case, method))
        print(f"{case.set:28} {case.damage:20} {rows[-1].seconds:6.1f} s", file=sys.stderr, flush=True)
    if not rows:
        parser.error(
            f"{options.data}: no set matches {options.sets or 'the main ones'!r} or no damage {options.damages!r}; "
            f"sets are line/pud-ita-eng and so on, damages {', '.join(DAMAGES)}"
        )
    signed = signature(method, options.data, len(rows), options.beads)
    print(f"{format_table(rows)}\n\nstrict/lax F1, null recall; signature: {signed}")
    if options.json:
        content = {"signature": signed, "rows": [asdict(row) for row in rows]}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
