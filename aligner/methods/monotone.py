"""Monotone alignment: the cheapest path of beads through two translations, then what stands elsewhere.

The cost of a bead joins what published aligners found to matter: cosine normalised by chance (Thompson and Koehn 2019,
"Vecalign", equation 3), the neighbour margin (Liu and Zhu 2022, "Bertalign") and the length ratio (Gale and Church
1993). Differs from the papers: a bead weighs as the mean of its two sides rather than as their product, each merged
sentence has a price and must earn its place, runs are embedded as joined text rather than as means of sentence vectors,
two neighbouring beads may change places, and the price of leaving a sentence alone follows the texts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Alignment, Bead, alone
from aligner.cores import on_all_cores
from aligner.document import Document, DocumentPair
from aligner.embedding import Embedder
from aligner.engine import each
from aligner.explanation import N_OTHERS, Candidate, Explanation, check_sentence
from aligner.judging import Judge
from aligner.methods.competition import Competition
from aligner.methods.costs import EmbeddedPair, EmbeddedText, Grid, Sides, Weights
from aligner.methods.crossings import is_searched_backwards, with_crossings
from aligner.methods.decided import Decided, turned
from aligner.methods.division import Stretch, divide
from aligner.methods.matches import Landmarks
from aligner.methods.moved import contradicted, dissolved, left_out, moved_blocks, put_in, still_free
from aligner.path import Floats, cheapest_path, detours

Indices = NDArray[np.int64]
Run = tuple[int, int]
"""A run of sentences: the first, and how many follow it."""

Skips = tuple[NDArray[np.float64], NDArray[np.float64]]
"""What it costs to leave each sentence of both sides alone."""

MAX_DETOUR = 0.15
"""Where runs must be encoded one by one, those are of which a bead makes the path dearer by no more than this."""

MAX_ROUNDS = 6
"""Times that beads near the path are looked for, at most; each with the vectors that the last one asked for."""

MAX_FIRST = 2_000
"""Source sentences that the first path goes through, about; of longer documents only every so manieth stretch."""

KEPT_BYTES = 64 << 20
"""What priced stretches may take up in memory between the first path and the second; others are priced again."""

MAX_PASSES = 5
"""Searches for moved blocks, at most; each among what the last one left."""

USUAL_ALONE, USUAL_SIZE = 0.05, 40
"""The share of sentences without counterpart that is expected before a text is seen, as if of so many sentences."""

USUAL_SCORE, FEW_SCORES = 0.65, 5
"""The score of most links of usual texts; fewer links than this do not tell that of a text."""

MIN_GAP = 10
"""So many sentences alone in a row are missing in one piece."""

MAX_ALONE = 0.25
"""Beyond this share of sentences without counterpart, leaving one alone becomes no cheaper."""


@dataclass(frozen=True)
class Monotone:
    """Aligns two documents that translate each other, in whole or in part.

    One setting for all languages and genres, measured on the development sets (``docs/quality.md``). Swapping the two
    documents gives the mirrored beads.

    Attributes:
        embedder: the door to the encoder.
        max_run: sentences on one side of a bead, at most.
        max_bead: sentences in a bead, at most.
        skip: the cost of a sentence without counterpart, in usual texts.
        relief: how much cheaper that becomes, times the share of such sentences that a first path finds.
        rigour: how much cheaper, times how far the scores on that path stand above the usual ones.
        skip_moved: the cost of a sentence without counterpart among what the main path left out and no block holds.
        swap: what it costs to take two neighbouring beads the other way round.
        weights: what a bead costs.
    """

    embedder: Embedder = field(repr=False)
    max_run: int = 5
    max_bead: int = 6
    skip: float = 0.5
    relief: float = 0.3
    rigour: float = 0.4
    skip_moved: float = 0.25
    swap: float = 0.2
    weights: Weights = field(default_factory=Weights)

    name = "monotone"

    def align(self, pair: DocumentPair) -> Alignment:
        """The beads in order of the source; sentences without counterpart stand in beads with an empty side.

        Blocks that stand elsewhere in the target are beads out of order: what the path left out, or linked although
        it clearly belongs elsewhere, is searched again until nothing more is found.

        What the pair has locked stands as it is, and is searched around; what it has rejected is not found.

        Sums of floats depend on the order of what is summed, and of two equal paths one must be taken: so the search
        always runs from the document whose sentences come first in the order of the alphabet.
        """
        return Alignment(pair, tuple(self._search_pair(pair).beads), self.name)

    @property
    def judge(self) -> Judge:
        """What says how probable its links are."""
        return Judge([self.embedder])

    def align_all(self, pairs: Sequence[DocumentPair]) -> list[Alignment]:
        """Each pair aligned, for itself."""
        found = each(self._beads_anew, pairs, "aligning", lambda pair: len(pair.source) + len(pair.target))
        return [Alignment(pair, beads, self.name) for pair, beads in zip(pairs, found, strict=True)]

    def _beads_anew(self, pair: DocumentPair) -> tuple[Bead, ...]:
        return replace(self, embedder=self.embedder.anew()).align(pair).beads

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation:
        """Why this sentence of the source stands in its bead, and what the next best ones would cost.

        They are told as they competed where the bead was found: on the main path, or in a block that stands elsewhere.
        The detour of the chosen one is 0 but in two cases: its sentence is alone since the counterpart on the main path
        went to such a block, or the encoder cannot read and joined sentences were encoded after the path was found.

        Raises:
            ValueError: the source has no such sentence.
        """
        check_sentence(pair, sentence)
        search = self._search_pair(pair)
        chosen = next(bead for bead in search.beads if sentence in bead.source)
        ours, *others = self._candidates(search, chosen, sentence)
        return Explanation(
            pair=pair,
            sentence=sentence,
            method=self.name,
            chosen=replace(ours, bead=chosen),
            others=tuple(sorted(others, key=lambda candidate: candidate.detour)),
            trust=search.embedded.trust,
        )

    def _candidates(self, search: "_Search", chosen: Bead, sentence: int) -> Iterator[Candidate]:
        """The chosen bead, then its rivals, the sides as in the pair; one that a person decided on has none."""
        if chosen.decision:
            yield Candidate(chosen)
            return
        side = int(search.is_mirrored)
        bead = turned(chosen) if search.is_mirrored else chosen
        walk = search.walk_of(bead, side, sentence)
        stretch, place = walk.stretch, walk.stretch.place(side, sentence)
        skips = _skips(search.embedded, stretch, walk.skip)
        if stretch.is_one_sided:
            cost = float(skips[side][place])
            yield Candidate(chosen, cost, {"alone": cost}, 0.0)
            return
        priced = self._priced(search.embedded, stretch)
        competition = Competition(priced.grid, priced.costs, skips, self.swap)
        step = stretch.step(bead)
        for one in [step, *competition.rivals(step, side, place, N_OTHERS)]:
            candidate = competition.candidate(one)
            yield _turned_candidate(candidate) if search.is_mirrored else candidate

    def _search_pair(self, pair: DocumentPair) -> "_Search":
        """The search, from the document that comes first in the order of the alphabet."""
        there, is_mirrored = Decided.of(pair), is_searched_backwards(pair)
        sides = (pair.target, pair.source) if is_mirrored else (pair.source, pair.target)
        decided = there.mirrored if is_mirrored else there
        embedded = self._embedded(*sides, decided.barred)
        found, walks = self._beads(embedded, decided)
        beads = with_crossings(pair, _mirrored(found) if is_mirrored else found)
        return _Search(embedded, is_mirrored, list(beads), walks)

    def _embedded(self, source: Document, target: Document, barred: Sequence[Sides] = ()) -> EmbeddedPair:
        return EmbeddedPair.of(self._text(source), self._text(target), barred)

    def _text(self, document: Document) -> EmbeddedText:
        return EmbeddedText.of(self.embedder.document(document.sentence_texts()), self.max_run)

    def _beads(self, pair: EmbeddedPair, decided: Decided) -> tuple[list[Bead], list["_Walk"]]:
        """The beads of the main path, of what stands elsewhere and of what was decided, and the walks on the way."""
        vectors = pair.source.side.vectors, pair.target.side.vectors
        locked = self._measured(pair, decided.beads)
        wholes = decided.stretches(len(vectors[0]), len(vectors[1]), pair.matches, pair.trust)
        stretches, kept = self._divided(pair, wholes), _Kept()
        step = -(-len(pair.source.lengths) // MAX_FIRST) or 1
        first = self._search(pair, stretches[::step], self.skip, kept)
        skip = self._adapted_skip(pair, [*_beads_on(first), *locked])
        walks = self._search(pair, stretches, skip, kept)
        beads = _beads_on(walks)
        doubtful = contradicted(*vectors, beads)
        beads = dissolved(beads, doubtful)
        for _ in range(MAX_PASSES):
            more = self._moved(pair, left_out(beads), skip)
            found = [bead for bead in _beads_on(more) if bead.is_link]
            if not found:
                break
            walks += more
            beads = put_in(beads, found)
        return _in_order([*put_in(beads, still_free(doubtful, beads)), *locked]), walks

    def _measured(self, pair: EmbeddedPair, beads: Iterable[Bead]) -> list[Bead]:
        """Beads that a person decided on, the links with their scores."""
        return [self._measured_link(pair, bead) if bead.is_link else bead for bead in beads]

    def _measured_link(self, pair: EmbeddedPair, bead: Bead) -> Bead:
        rows, columns = (np.arange(side[0], side[-1] + 1) for side in bead.sides)
        for side, indices in ((pair.source.side, rows), (pair.target.side, columns)):
            run = int(indices[0]), len(indices) - 1
            if side.missing(indices[:1], len(indices))[0, -1]:
                side.encode([run])
        move = len(rows), len(columns)
        grid = Grid(pair, pair.source.part(rows, move[0]), pair.target.part(columns, move[1]), [move], self.weights)
        (found,) = grid.beads([(0, move[0], 0, move[1])])
        return replace(bead, score=found.score, cosine=found.cosine, margin=found.margin)

    def _moved(self, pair: EmbeddedPair, left: tuple[Indices, Indices], skip: float) -> list["_Walk"]:
        """The paths through blocks that stand elsewhere, among the sentences that were left alone."""
        blocks = moved_blocks(pair.source.side.vectors, pair.target.side.vectors, *left)
        walks = []
        for is_sure, price in ((True, skip), (False, self.skip_moved)):
            chosen = self._divided(pair, [block.stretch for block in blocks if block.is_sure == is_sure])
            walks += self._search(pair, chosen, price, _Kept())
        return walks

    def _adapted_skip(self, pair: EmbeddedPair, beads: Sequence[Bead]) -> float:
        """What it costs to leave a sentence alone in texts of which these beads are a first guess."""
        scores = [bead.score for bead in beads if bead.kind == "1-1"] if pair.trust == 1 else []
        above = float(np.median(scores)) - USUAL_SCORE if len(scores) >= FEW_SCORES else 0.0
        return self.skip - self.relief * _share_alone(pair, beads) - self.rigour * above

    def _divided(self, pair: EmbeddedPair, blocks: Iterable[Stretch]) -> list[Stretch]:
        """The stretches of these blocks, one after the other."""
        vectors = pair.source.side.vectors, pair.target.side.vectors
        landmarks = Landmarks(pair.source.landmarks, pair.target.landmarks)
        return [stretch for block in blocks for stretch in divide(*vectors, landmarks, block)]

    def _search(self, pair: EmbeddedPair, stretches: Sequence[Stretch], skip: float, kept: "_Kept") -> list["_Walk"]:
        """The cheapest paths through these stretches, one after the other.

        Where runs are encoded one by one, those of all beads that come near a path are, until it rests on such only.
        """

        def walk(number: int) -> _Walk:
            stretch = stretches[number]
            if stretch.is_one_sided:
                return _Walk(alone(stretch.rows.tolist(), stretch.columns.tolist()), stretch, skip)
            priced = kept.stretches.get(_start(stretch)) or self._priced(pair, stretch)
            kept.keep(_start(stretch), priced)
            return self._walk(pair, stretch, priced, skip)

        walks: dict[int, _Walk] = {}
        pending = list(range(len(stretches)))
        for _ in range(MAX_ROUNDS):
            walks |= zip(pending, on_all_cores(walk, pending), strict=True)
            pending = [number for number in pending if walks[number].is_open]
            if not pending:
                break
            kept.forget(_start(stretches[number]) for number in pending)
            pair.source.side.encode(run for number in pending for run in walks[number].source_runs)
            pair.target.side.encode(run for number in pending for run in walks[number].target_runs)
        return [walks[number] for number in range(len(stretches))]

    def _walk(self, pair: EmbeddedPair, stretch: Stretch, priced: "_Priced", skip: float) -> "_Walk":
        """The cheapest path through one stretch."""
        grid, costs = priced.grid, priced.costs
        skips = _skips(pair, stretch, skip)
        path = cheapest_path(costs, grid.moves, skips[0], skips[1], self.swap)
        return _Walk(list(grid.beads(path)), stretch, skip, *self._runs_near(grid, costs, skips))

    def _priced(self, pair: EmbeddedPair, stretch: Stretch) -> "_Priced":
        """The costs of all beads in a stretch."""
        max_run = self.max_run if stretch.is_anchored else 1
        sizes = range(1, max_run + 1)
        moves = [(a, b) for a in sizes for b in sizes if a + b <= self.max_bead]
        parts = pair.source.part(stretch.rows, max_run), pair.target.part(stretch.columns, max_run)
        grid = Grid(pair, *parts, moves, self.weights)
        costs = np.array(list(grid.cost_rows()))
        for cell in grid.barred():
            costs[cell] = np.inf
        return _Priced(grid, costs)

    def _runs_near(self, grid: Grid, costs: Floats, skips: Skips) -> tuple[list[Run], list[Run]]:
        """The runs of both sides in beads near the cheapest path that have not been encoded."""
        missing = grid.rows.missing, grid.columns.missing
        if not any(one.any() for one in missing):
            return [], []
        near: NDArray[np.bool_] = detours(costs, grid.moves, skips[0], skips[1]).moves <= MAX_DETOUR
        sizes = np.array(grid.moves).T
        return (
            _runs_in(np.any(near, axis=2), sizes[0], missing[0], grid.rows.indices),
            _runs_in(np.any(near, axis=0).T, sizes[1], missing[1], grid.columns.indices),
        )


@dataclass(frozen=True, slots=True)
class _Priced:
    """A stretch's beads and their costs, shape ``(n, moves, m)``."""

    grid: Grid
    costs: Floats

    @property
    def nbytes(self) -> int:
        return self.costs.nbytes + self.grid.rows.nbytes + self.grid.columns.nbytes


@dataclass
class _Kept:
    """Stretches that need not be priced again, by their first sentences, up to ``KEPT_BYTES``."""

    stretches: dict[tuple[int, int], _Priced] = field(default_factory=dict)
    nbytes: int = 0

    def keep(self, start: tuple[int, int], priced: _Priced) -> None:
        if start not in self.stretches and self.nbytes + priced.nbytes <= KEPT_BYTES:
            self.stretches[start] = priced
            self.nbytes += priced.nbytes

    def forget(self, starts: Iterable[tuple[int, int]]) -> None:
        for start in set(starts) & self.stretches.keys():
            self.nbytes -= self.stretches.pop(start).nbytes


@dataclass(frozen=True, slots=True)
class _Walk:
    """The beads of a cheapest path, and the runs on its way that should be encoded before it is trusted.

    ``skip`` is what it cost to leave a sentence of this stretch alone.
    """

    beads: list[Bead]
    stretch: Stretch
    skip: float
    source_runs: list[Run] = field(default_factory=list)
    target_runs: list[Run] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.source_runs or self.target_runs)


@dataclass(frozen=True, slots=True)
class _Search:
    """A finished search: ``embedded`` and ``walks`` in its own direction, ``beads`` as the pair of documents stands."""

    embedded: EmbeddedPair
    is_mirrored: bool
    beads: list[Bead]
    walks: list[_Walk]

    def walk_of(self, bead: Bead, side: int, sentence: int) -> _Walk:
        """The walk on which a bead was found; where it was not, as it is what was left, the first past its sentence."""
        found = [walk for walk in self.walks if any(one.sides == bead.sides for one in walk.beads)]
        return found[0] if found else next(walk for walk in self.walks if walk.stretch.holds(side, sentence))


def _beads_on(walks: Iterable[_Walk]) -> list[Bead]:
    return [bead for walk in walks for bead in walk.beads]


def _start(stretch: Stretch) -> tuple[int, int]:
    return int(stretch.rows[0]), int(stretch.columns[0])


def _skips(pair: EmbeddedPair, stretch: Stretch, skip: float) -> Skips:
    """What it costs to leave each sentence of a stretch alone: nothing where it is blank."""
    rows, columns = pair.source.is_full[stretch.rows], pair.target.is_full[stretch.columns]
    return rows.astype(np.float64) * skip, columns.astype(np.float64) * skip


def _share_alone(pair: EmbeddedPair, beads: Iterable[Bead]) -> float:
    """The share of sentences that a path leaves alone, up to ``MAX_ALONE``; a short text says little of its kind.

    What is missing in one piece, as a chapter, does not count: it says nothing of the rest.
    """
    rows_full, columns_full = pair.source.is_full.tolist(), pair.target.is_full.tolist()
    n_alone = n_linked = 0
    for is_link, group in groupby(beads, key=lambda bead: bead.is_link):
        n_sentences = sum(
            sum(rows_full[i] for i in bead.source) + sum(columns_full[j] for j in bead.target) for bead in group
        )
        if is_link:
            n_linked += n_sentences
        elif n_sentences < MIN_GAP:
            n_alone += n_sentences
    return min(MAX_ALONE, (n_alone + USUAL_ALONE * USUAL_SIZE) / (n_alone + n_linked + USUAL_SIZE))


def _runs_in(near: NDArray[np.bool_], sizes: Indices, missing: NDArray[np.bool_], indices: Indices) -> list[Run]:
    """The missing runs of one side that stand in a bead near the path.

    Args:
        near: shape ``(p, moves)``, whether such a bead begins at this sentence.
        sizes: shape ``(moves,)``, how many sentences of this side each move takes.
        missing: shape ``(p, max_run)``.
        indices: shape ``(p,)``, the sentences.
    """
    return [
        (int(indices[place]), k)
        for k in range(1, missing.shape[1])
        for place in np.flatnonzero(near[:, sizes == k + 1].any(axis=1) & missing[:, k])
    ]


def _mirrored(beads: Iterable[Bead]) -> list[Bead]:
    return _in_order([turned(bead) for bead in beads])


def _turned_candidate(candidate: Candidate) -> Candidate:
    return replace(candidate, bead=turned(candidate.bead), length_ratio=1 / candidate.length_ratio)


def _in_order(beads: list[Bead]) -> list[Bead]:
    """The beads by their sentences in the source; those without any before the first link that lies behind them."""
    starts = sorted((bead.target[0], bead.source[0]) for bead in beads if bead.is_link)
    targets = np.array([j for j, _ in starts], dtype=np.int64)

    def place(bead: Bead) -> tuple[float, bool, int]:
        if bead.source:
            return bead.source[0], True, (bead.source_part or (0,))[0]
        behind = int(np.searchsorted(targets, bead.target[0]))
        return (starts[behind][1] if behind < len(starts) else np.inf), False, bead.target[0]

    return sorted(beads, key=place)
