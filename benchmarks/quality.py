"""The quality of the library on every set of the development data: one command, one table, with its signature.

Every figure comes from the library as users have it, each method with its one default setting. Progress goes to
standard error. ``docs/quality.md`` says what the figures mean.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import laser
import numpy as np
from noise import load_encoder
from numpy.typing import NDArray

from aligner import (
    AlignerError,
    Bead,
    Document,
    DocumentPair,
    Embedder,
    Mining,
    Monotone,
    Pairing,
    Relation,
    Run,
    Text,
    align_corpus,
    align_documents,
    align_files,
    evaluation,
    read_beads,
    split,
)
from aligner.bitext import settings, sign
from aligner.evidence import gather
from aligner.neighbours import nearest
from aligner.splitters.lines import LineSplitter

SEED = 2
MAX_LINES = 1000
"""Lines of each file of a ``line`` set that are used."""

DRAWS = 5
"""Times that sentences are drawn for each of the mining variants."""

VARIANTS = {"dense": (1 / 2, 1 / 4), "sparse": (1 / 20, 19 / 40)}
"""Of a set's sentences, the share that both sides hold, and the share that only one side holds, for each side."""

TRANSLATIONS = (Relation.PARALLEL, Relation.PARTIAL)
MINED = "F1 mined"

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

REFERENCES = {
    "docpair/ddtp-it-en": (0.99, "target"),
    "docpair/ddtp-families-it-en": (0.97, "target"),
    "comparable/itn-pt-en": (0.88, "target"),
    "comparable/tldr-it-en": (0.85, "target"),
    "comparable/facts-it-en": (0.92, "target"),
}
"""What the figures of other sets are measured against, with ``use``.

What the project asked for: F1 of pairs of documents, F1 of records at p of 0.5, recall of records of ``facts-it-en``.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a set, how much there is of it, its one figure, and what else is worth knowing."""

    set: str
    n: str
    measure: str
    value: float
    more: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def reference(self) -> tuple[float, str] | None:
        return best_peer(self.set) or REFERENCES.get(self.set)


def best_peer(set_name: str) -> tuple[float, str] | None:
    """Strict F1 and name of the best peer on a set, the first of those that share it; None where none was measured."""
    figures = PEER_FIGURES.get(set_name)
    return max(zip((strict for strict, _ in figures), PEERS, strict=True), key=lambda one: one[0]) if figures else None


class Bench:
    """The parts under measurement, one encoder for all of them."""

    def __init__(self, encoder: str) -> None:
        self.encoder = load_encoder(encoder)
        self.embedder = Embedder(self.encoder)
        self.monotone = Monotone(self.embedder)
        self.mining = Mining(self.embedder)
        self.uncut = Mining(self.embedder, min_p=0)
        self.pairing = Pairing(self.embedder)

    def cosines(self, sources: Sequence[str], targets: Sequence[str]) -> NDArray[np.float32]:
        """Every source sentence against every target sentence; shape ``(n, m)``."""
        return self.embedder.side(sources).vectors @ self.embedder.side(targets).vectors.T


# Beads in order: block


def measure_block(folder: Path, bench: Bench) -> Iterator[Row]:
    """Strict F1 of the monotone method on lines, relation known; ``.fine`` gold where there is any."""
    predicted, gold, coarse = [], [], []
    for path in sorted(folder.glob("*.gold")):
        pair = DocumentPair(*_documents(path), Relation.PARALLEL, 1.0)
        fine = path.with_suffix(".fine")
        predicted.append(bench.monotone.align(pair).beads)
        gold.append(_beads(fine if fine.exists() else path))
        coarse.append(_beads(path) if fine.exists() else [])
    scores = evaluation.score_documents(zip(predicted, gold, strict=True))
    more = {"lax": scores.lax.f1}
    if any(coarse):
        whole = evaluation.score_documents(zip(predicted, coarse, strict=True))
        more |= {"inside": whole.inside, "covered": whole.covered}
    yield Row(_name(folder), f"{scores.n_gold} links", "strict F1", scores.strict.f1, more)


def _documents(gold: Path) -> tuple[Document, Document]:
    """The two documents that lie beside a gold file, one sentence a line."""
    source, target = gold.parent.name.split("-")[-2:]
    return _document(gold.with_suffix(f".{source}"), source), _document(gold.with_suffix(f".{target}"), target)


def _document(path: Path, lang: str) -> Document:
    return split(Text(path.name, lang, path.read_text("utf-8")), LineSplitter())


def _beads(path: Path) -> list[Bead]:
    return [bead for beads in read_beads(path).values() for bead in beads]


# Sentences in no order: line


def measure_line(folder: Path, bench: Bench) -> Iterator[Row]:
    """Each language against English: mining all lines, shuffled, and two variants in which some have no partner."""
    langs = sorted({path.stem for path in folder.glob("*.txt")} - {"ids", "en"})
    targets = read_lines(folder / "en.txt")[:MAX_LINES]
    for lang in langs:
        sources = read_lines(folder / f"{lang}.txt")[:MAX_LINES]
        mined = _mine(bench, [draw(sources, targets, 1, 0, SEED)])
        more: dict[str, float | str] = {"P": mined.precision, "R": mined.recall}
        more["search error"] = _search_error(bench, sources, targets)
        for variant, (both, alone) in VARIANTS.items():
            draws = [draw(sources, targets, both, alone, SEED + number) for number in range(DRAWS)]
            drawn = _mine(bench, draws)
            more |= {variant: drawn.f1, f"{variant} P": drawn.precision}
            more |= {f"{variant} {name}": figure for name, figure in _bests(bench, draws).items()}
        name = _name(folder) if len(langs) == 1 else f"{_name(folder)} {lang}-en"
        yield Row(name, f"{len(sources)} pairs", MINED, mined.f1, more)


def _search_error(bench: Bench, sources: Sequence[str], targets: Sequence[str]) -> float:
    """Share of the lines whose nearest by cosine is not their translation, mean of both directions."""
    rows, columns = bench.embedder.side(sources).vectors, bench.embedder.side(targets).vectors
    found = [nearest(*sides, 1).indices[:, 0] for sides in ((rows, columns), (columns, rows))]
    return float(np.mean([np.mean(indices != np.arange(len(indices))) for indices in found]))


@dataclass(frozen=True, slots=True)
class Draw:
    """Two lists of sentences, and the beads that a perfect search would find in them."""

    sources: list[str]
    targets: list[str]
    gold: list[Bead]


def draw(
    sources: Sequence[str], targets: Sequence[str], both: float, alone: float, seed: int, their_own: float | None = None
) -> Draw:
    """Some of the sentences, shuffled: a share with, and on each side another share without its translation.

    ``their_own`` is the share of the target side alone, where it is another.
    """
    n = len(sources)
    shuffle = np.random.default_rng(seed).permutation
    cuts = np.cumsum([int(both * n), int(alone * n), int((alone if their_own is None else their_own) * n)])
    shared, ours, theirs, _ = np.split(shuffle(n), cuts)
    rows, columns = (shuffle(np.concatenate([shared, rest])).tolist() for rest in (ours, theirs))
    place = {line: j for j, line in enumerate(columns)}
    gold = [Bead((i,), (place[line],)) for i, line in enumerate(rows) if line in place]
    return Draw([sources[line] for line in rows], [targets[line] for line in columns], gold)


def _mine(bench: Bench, draws: Iterable[Draw]) -> evaluation.PRF:
    """The scores over several draws at the method's own cut."""
    mined = ((bench.mining.mine(draw.sources, draw.targets), draw.gold) for draw in draws)
    return evaluation.score_documents(mined).strict


def _bests(bench: Bench, draws: Sequence[Draw]) -> dict[str, float]:
    """The best F1 over all cuts, one cut for all draws: ours by p, and LASER's by its ratio with the same encoder."""
    ours = [(bench.uncut.mine(draw.sources, draw.targets), draw.gold) for draw in draws]
    sides = [[bench.embedder.side(side).vectors for side in (draw.sources, draw.targets)] for draw in draws]
    theirs = [(laser.mine(*both), draw.gold) for both, draw in zip(sides, draws, strict=True)]
    return {"best": best_f1(ours), "LASER best": best_f1(theirs, by="margin")}


def best_f1(documents: Iterable[tuple[Sequence[Bead], Sequence[Bead]]], by: str = "p") -> float:
    """The best F1 that any single cut by this measure gives to these mined pairs against their gold."""
    n_gold, judged = 0, []
    for mined, gold in documents:
        right = {bead.sides for bead in gold}
        n_gold += len(right)
        judged += [(getattr(bead, by), bead.sides in right) for bead in mined]
    hits = np.cumsum([is_right for _, is_right in sorted(judged, reverse=True)])
    return float(max(2 * hits / (np.arange(1, len(hits) + 1) + n_gold), default=0.0))


# Pairs of documents: docpair and docs


def measure_docpair(folder: Path, bench: Bench) -> Iterator[Row]:
    """F1 of the pairs that ``align_corpus`` calls translations."""
    gold = _gold_pairs(folder)
    yield _pairs_row(folder, align_corpus(folder, langs=("it", "en"), encoder=bench.encoder), gold)


def measure_docs(folder: Path, bench: Bench) -> Iterator[Row]:
    """Real documents: as ``docpair``, then with their names hidden; or, of one guide in many forms, each form."""
    if folder.name == "formats":
        yield from _forms(folder, bench)
        return
    gold = _gold_pairs(folder)
    run = align_corpus(folder, langs=("it", "en"), encoder=bench.encoder)
    sources, targets = ([document for document in run.documents if document.lang == lang] for lang in ("it", "en"))
    nameless = _translations(bench.pairing.pair(sources, targets, {}))
    yield _pairs_row(folder, run, gold, **{"names hidden": _pairs_prf(nameless, gold).f1})


def _gold_pairs(folder: Path) -> set[tuple[str, str]]:
    """The true pairs of ids: as ``pairs.tsv`` says, else the files of equal name."""
    table = folder / "pairs.tsv"
    if table.exists():
        return {(source, target) for source, target, *_ in _cells(table)}
    both = {path.name for path in folder.glob("it/*")} & {path.name for path in folder.glob("en/*")}
    return {(f"it/{name}", f"en/{name}") for name in both}


def _translations(pairs: Iterable[DocumentPair]) -> set[tuple[str, str]]:
    return {(pair.source.id, pair.target.id) for pair in pairs if pair.relation in TRANSLATIONS}


def _pairs_prf(found: set[tuple[str, str]], gold: set[tuple[str, str]]) -> evaluation.PRF:
    """Precision, recall and F1 of pairs, by the library's own scorer: each document a sentence of one large text."""
    numbers = {name: number for number, name in enumerate(sorted({name for pair in found | gold for name in pair}))}
    beads = ([Bead((numbers[source],), (numbers[target],)) for source, target in pairs] for pairs in (found, gold))
    return evaluation.score(*beads).strict


def _pairs_row(folder: Path, run: Run, gold: set[tuple[str, str]], **more: float) -> Row:
    pairs = [alignment.pair for alignment in run.alignments]
    scores = _pairs_prf(_translations(pairs), gold)
    counts = Counter(pair.relation for pair in pairs)
    figures = {"P": scores.precision, "R": scores.recall, **more, "comparable": counts[Relation.COMPARABLE]}
    return Row(_name(folder), f"{len(gold)} pairs", "F1 of pairs", scores.f1, {**figures, "records": len(run.bitext)})


def _forms(folder: Path, bench: Bench) -> Iterator[Row]:
    """One row for all forms of a guide, then one for each that can be read: is it found to be a translation?"""
    pairs = sorted(_gold_pairs(folder))
    rows, unread = [], []
    for source, target in pairs:
        try:
            bitext = align_files(folder / source, folder / target, encoder=bench.encoder)
        except AlignerError:
            unread.append(Path(source).suffix)
            continue
        pair = bitext.alignments[0].pair
        more: dict[str, float | str] = {"relation": pair.relation.value, "score": pair.score}
        name, n = f"{_name(folder)} {Path(source).name}", f"{len(bitext)} records"
        rows.append(Row(name, n, "translation", float(pair.relation in TRANSLATIONS), more))
    readable = len(rows) / max(1, len(pairs))
    yield Row(_name(folder), f"{len(pairs)} forms", "readable", readable, {"skipped": " ".join(unread) or "none"})
    yield from rows


# Independent texts: comparable


def measure_comparable(folder: Path, bench: Bench) -> Iterator[Row]:
    """Pairs mined at p of 0.5 against gold; each set has its own shape."""
    measure = {"facts-it-en": _facts, "tldr-it-en": _drifted_pages}.get(folder.name, _events)
    yield measure(folder, bench)


def _events(folder: Path, bench: Bench) -> Row:
    """Sentences on the same event, written independently."""
    source, target = folder.name.split("-")[-2:]
    sources, targets = read_lines(folder / f"{source}.txt"), read_lines(folder / f"{target}.txt")
    gold = _beads(folder / "gold.tsv")
    one = Draw(sources, targets, gold)
    scores = _mine(bench, [one])
    more = {"P": scores.precision, "R": scores.recall, **_bests(bench, [one])}
    return Row(_name(folder), f"{len(gold)} pairs", MINED, scores.f1, more)


def _facts(folder: Path, bench: Bench) -> Row:
    """Sentences that tell the same event; some of them have none."""
    sources, targets = read_lines(folder / "it.txt"), read_lines(folder / "en.txt")
    gold = [Bead((int(i),), (int(j),)) for i, j, relation in _cells(folder / "gold.tsv")[1:] if relation != "none"]
    cosines = bench.cosines(sources, targets)
    right = np.mean([cosines[bead.source[0]].argmax() == bead.target[0] for bead in gold])
    scores = evaluation.score(bench.mining.mine(sources, targets), gold)
    has_partner = np.isin(np.arange(len(sources)), [bead.source[0] for bead in gold])
    best = cosines.max(axis=1)
    separates = np.mean(best[has_partner, None] > best[~has_partner])
    more = {"P": scores.strict.precision, "mined": scores.n_predicted, "conflict F1": _conflicts(folder)}
    more |= {"right by cosine": float(right), "AUC": float(separates)}
    return Row(_name(folder), f"{len(gold)} of {len(sources)}", "R mined", scores.strict.recall, more)


def _conflicts(folder: Path) -> float:
    """F1 of telling the right pairs that contradict each other from those that state the same."""
    sources, targets = read_lines(folder / "it.txt"), read_lines(folder / "en.txt")
    rows = [(int(i), int(j), kind) for i, j, kind in _cells(folder / "gold.tsv")[1:] if kind in ("same", "conflict")]
    told = [bool(gather(sources[i], targets[j], "it", "en").conflicts) for i, j, _ in rows]
    beads = (
        [Bead((i,), (j,)) for (i, j, _), is_one in zip(rows, flags, strict=True) if is_one]
        for flags in (told, [kind == "conflict" for *_, kind in rows])
    )
    return evaluation.score(*beads).strict.f1


def _drifted_pages(folder: Path, bench: Bench) -> Row:
    """Two versions of a page that drifted apart: mined, and aligned by the relation that the library finds."""
    pages = [(*_documents(path), _beads(path)) for path in sorted(folder.glob("*.gold"))]
    draws = [Draw(source.sentence_texts(), target.sentence_texts(), gold) for source, target, gold in pages]
    pairs = [DocumentPair(source, target, Relation.COMPARABLE, 1.0) for source, target, _ in pages]
    together = zip(bench.mining.align_all(pairs), draws, strict=True)
    mined = evaluation.score_documents((one.links, draw.gold) for one, draw in together).strict
    found = [align_documents(source, target, encoder=bench.encoder) for source, target, _ in pages]
    auto = evaluation.score_documents((one.beads, draw.gold) for one, draw in zip(found, draws, strict=True)).strict
    more = {"P": mined.precision, "R": mined.recall, **_bests(bench, draws)}
    more |= {"auto P": auto.precision, "auto R": auto.recall, "auto": auto.f1}
    relations = Counter(one.pair.relation.value for one in found)
    n = sum(len(draw.gold) for draw in draws)
    return Row(_name(folder), f"{n} links", MINED, mined.f1, {**more, **relations})


# Degrees of similarity: graded


def measure_graded(path: Path, bench: Bench) -> Iterator[Row]:
    """Rank correlation of cosine with human similarity."""
    _, *rows = _cells(path)
    gold = np.array([float(similarity) for similarity, _, _ in rows])
    sources, targets = (bench.embedder.side([row[column] for row in rows]).vectors for column in (1, 2))
    cosines = (sources * targets).sum(axis=1)
    yield Row(_name(path), f"{len(rows)} pairs", "Spearman", spearman(gold, cosines))


def spearman(xs: NDArray[np.floating], ys: NDArray[np.floating]) -> float:
    """Spearman's rank correlation; ties have their mean rank."""
    return float(np.corrcoef(_ranks(xs), _ranks(ys))[0, 1])


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean_ranks: NDArray[np.float64] = ends - (counts - 1) / 2
    return mean_ranks[inverse]


# The whole


KINDS: dict[str, Callable[[Path, Bench], Iterator[Row]]] = {
    "block": measure_block,
    "line": measure_line,
    "docpair": measure_docpair,
    "comparable": measure_comparable,
    "graded": measure_graded,
    "docs": measure_docs,
}
"""How each kind of set is measured; ``hostile`` is no quality set."""


def find_sets(data: Path, pattern: str = "*") -> list[Path]:
    """The sets under a folder whose names, as ``block/john-it-en``, match a shell pattern, by kind."""
    paths = (path for kind in KINDS for path in sorted(data.glob(f"{kind}/*")))
    return [path for path in paths if fnmatch(_name(path), pattern)]


def measure(path: Path, bench: Bench) -> list[Row]:
    """The rows of one set."""
    return list(KINDS[path.parent.name](path, bench))


def fingerprint(paths: Iterable[Path]) -> str:
    """Eight hexadecimal digits that tell these sets' files, names and contents, from any other."""
    digest = hashlib.blake2b(digest_size=4)
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(path.parent.parent).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def signature(bench: Bench, paths: Sequence[Path]) -> str:
    """What the figures depend on: our version, encoder, splitters, every setting, seed and data."""
    return sign(
        encoder=bench.embedder.name,
        splitter=("lines", "rules"),
        monotone=settings(bench.monotone),
        mining=settings(bench.mining),
        pairing=settings(bench.pairing),
        seed=str(SEED),
        sets=str(len(paths)),
        data=fingerprint(paths),
    )


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
    return row.set, row.n, row.measure, f"{row.value:.3f}", *_versus(row), more


def _peer_cells(row: Row) -> tuple[str, ...]:
    figures = PEER_FIGURES.get(row.set)
    peers = [f"{strict:.3f}/{lax:.3f}" for strict, lax in figures] if figures else [""] * len(PEERS)
    return row.set, f"{row.value:.3f}/{row.more['lax']:.3f}", *peers, *_versus(row)


def _versus(row: Row) -> tuple[str, str]:
    """The reference, and how far the figure is above it."""
    if row.reference is None:
        return "", ""
    figure, name = row.reference
    return f"{figure:.3f} {name}", f"{row.value - figure:+.3f}"


def _told(value: float | str) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem if path.suffix == '.tsv' else path.name}"


def read_lines(path: Path) -> list[str]:
    """The lines of a file, each a sentence."""
    return _document(path, "und").sentence_texts()


def _cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").split("\n") if line]


def _write_json(path: Path, rows: Iterable[Row], signature: str) -> None:
    content = {"signature": signature, "rows": [asdict(row) | {"reference": row.reference} for row in rows]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds block, line, docpair and so on")
    parser.add_argument("--encoder", default="use", help="as for the library, or noise (default: use)")
    parser.add_argument("--sets", default="*", metavar="PATTERN", help="only these, as 'block/*'")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here, too")
    options = parser.parse_args()
    paths = find_sets(options.data, options.sets)
    if not paths:
        parser.error(f"{options.data}: no set matches {options.sets!r}; sets lie in {', '.join(KINDS)}")
    try:
        bench = Bench(options.encoder)
    except AlignerError as error:
        parser.error(str(error))
    rows: list[Row] = []
    for path in paths:
        started = time.perf_counter()
        rows += measure(path, bench)
        print(f"{_name(path):32} {time.perf_counter() - started:6.1f} s", file=sys.stderr, flush=True)
    signed = signature(bench, paths)
    tables = [table for table in (format_table(rows), format_peers(rows)) if table]
    print("\n\n".join([*tables, f"signature: {signed}"]))
    if options.json:
        _write_json(options.json, rows, signed)


if __name__ == "__main__":
    main()
