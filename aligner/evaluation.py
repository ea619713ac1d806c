"""Beads against gold: precision, recall and F1 by every published definition, and what each unit of a test set adds.

Links are beads with sentences on both sides. A predicted link is *strictly* right where gold has exactly that link, and
*laxly* right where it shares at least one source and one target sentence with some gold link. The definitions:

``strict``
    Strictly right links over predicted links, and over gold links.
``lax``
    Vecalign's: laxly right links over predicted links; gold links that some predicted link shares a source and a target
    sentence with, over gold links. Brian Thompson and Philipp Koehn, "Vecalign: Improved Sentence Alignment in Linear
    Time and Space", EMNLP 2019, after Rico Sennrich and Martin Volk, NODALIDA 2011.
``lax_sentalign``
    SentAlign's: precision as in ``lax``; recall is ``right / (right + lost)`` with the laxly right predicted links and
    the gold links that are not predicted exactly. Steinþór Steingrímsson, Hrafn Loftsson and Andy Way, "SentAlign:
    Accurate and Scalable Sentence Alignment", EMNLP 2023, and its ``evaluate.py`` as its published figures use it,
    without beads that have an empty side. Its strict figures are ``strict``.
``strict_nulls``, ``lax_nulls``
    As ``strict`` and ``lax``, but precision also counts the predicted beads with an empty side, right where gold has
    exactly that bead. This is what Vecalign's ``score.py`` prints.

Differs from the published scorers: a bead that a file holds twice counts twice. Mined pairs are links ``1-1`` and are
scored the same way.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from aligner.alignment import Bead
from aligner.disjoint import DisjointSets
from aligner.errors import GoldError

Names = tuple[str, str]
"""The ids of a source and a target document, each empty where a file of beads does not name them."""

DEFINITIONS = ("strict", "lax", "lax_sentalign", "strict_nulls", "lax_nulls")
"""The names of all definitions; each is a field of ``Scores``."""

COUNTS = (
    *("predicted", "same", "lax_predicted", "inside", "null_predicted", "null_same"),
    *("gold", "found", "lax_gold", "covered"),
)
"""What is counted, the first six over predicted beads, the others over gold links; every figure is made of these."""

KINDS = ("0-1", "1-0", "1-1", "1-2", "2-1", "2-2", "many")
"""The types that beads are counted by; ``many`` is all others."""

_N_OF_PREDICTED = 6

T = TypeVar("T")

_Sentence = tuple[bool, int]
"""Whether it is of the target, and its index."""

_NOWHERE: _Sentence = False, -1
"""Where a bead without sentences stands."""


@dataclass(frozen=True, slots=True)
class PRF:
    """Precision, recall and their harmonic mean, each in ``[0, 1]``, higher is better."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Predicted beads against gold.

    Attributes:
        strict: the very same links.
        lax: links that share a source and a target sentence; Vecalign's definition.
        lax_sentalign: the same with SentAlign's recall.
        strict_nulls, lax_nulls: as Vecalign's ``score.py``: beads with an empty side count in precision.
        inside: the share of predicted links that lie wholly inside one gold link; for coarse gold, as paragraphs.
        covered: the share of gold links that such a link touches.
        n_predicted, n_gold: how many links were compared.
    """

    strict: PRF
    lax: PRF
    lax_sentalign: PRF
    strict_nulls: PRF
    lax_nulls: PRF
    inside: float
    covered: float
    n_predicted: int
    n_gold: int


@dataclass(frozen=True, slots=True)
class KindScores:
    """The beads of one type, ``kind``, an empty side allowed: how many gold has, were predicted, and are in both."""

    kind: str
    n_gold: int
    n_predicted: int
    n_right: int
    scores: PRF


def score(predicted: Iterable[Bead], gold: Iterable[Bead]) -> Scores:
    """The scores of one document pair's beads."""
    return score_documents([(predicted, gold)])


def score_documents(documents: Iterable[tuple[Iterable[Bead], Iterable[Bead]]]) -> Scores:
    """The scores over several document pairs, each its predicted and its gold beads; every link weighs the same."""
    none = np.zeros(len(COUNTS), dtype=np.int64)
    return scores_of(
        sum((count(tuple(predicted), tuple(gold)).sum(axis=0) for predicted, gold in documents), start=none)
    )


def evaluate(predicted: Mapping[Names, Sequence[Bead]], gold: Mapping[Names, Sequence[Bead]]) -> Scores:
    """The scores over all document pairs, matched by their names; a pair that only one of the two holds scores 0.

    Where each side holds one pair, or none, names do not matter.

    Raises:
        GoldError: there are several pairs, and no name is in both.
    """
    return score_documents((ours, right) for right, ours in match(gold, predicted).values())


def match(gold: Mapping[Names, Sequence[T]], *systems: Mapping[Names, Sequence[T]]) -> dict[Names, list[Sequence[T]]]:
    """For each document pair its gold beads and those of each system, none where one does not hold it; in name order.

    Where gold and all systems hold one pair each, or none, names do not matter.

    Raises:
        GoldError: there are several pairs, and no name is both in gold and in one of the systems.
    """
    if all(len(beads) <= 1 for beads in (gold, *systems)):
        name = next(chain(gold, *systems), ("", ""))
        return {name: [tuple(chain(*beads.values())) for beads in (gold, *systems)]}
    for predicted in systems:
        if gold and predicted and not gold.keys() & predicted.keys():
            raise GoldError(
                f"gold: none of its document pairs ({_example(gold)}) is among the predicted ({_example(predicted)}); "
                "name the documents alike, or evaluate one pair at a time"
            )
    names = sorted({*gold, *chain(*systems)})
    return {name: [beads.get(name, ()) for beads in (gold, *systems)] for name in names}


def kinds(documents: Iterable[tuple[Iterable[Bead], Iterable[Bead]]]) -> tuple[KindScores, ...]:
    """The scores of each type of bead, over document pairs as for ``score_documents``.

    A bead is right where gold has exactly that bead. Types that neither side has are left out.
    """
    in_gold: Counter[str] = Counter()
    in_predicted: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for predicted, gold in documents:
        ours, theirs = Counter(bead.sides for bead in predicted), Counter(bead.sides for bead in gold)
        for counter, sides in ((in_predicted, ours), (in_gold, theirs), (right, ours & theirs)):
            for (source, target), n in sides.items():
                counter[_kind(source, target)] += n
    return tuple(
        KindScores(kind, n_gold, n_predicted, right[kind], _prf(right[kind], n_predicted, right[kind], n_gold))
        for kind in KINDS
        if (n_gold := in_gold[kind]) + (n_predicted := in_predicted[kind])
    )


def count(predicted: Sequence[Bead], gold: Sequence[Bead]) -> NDArray[np.int64]:
    """What each bead adds to the ``COUNTS`` of a document pair: a row for each predicted bead, then each gold bead.

    Shape ``(len(predicted) + len(gold), len(COUNTS))``; every entry is 0 or 1.
    """
    rows = np.zeros((len(predicted) + len(gold), len(COUNTS)), dtype=np.int64)
    in_gold, in_predicted = BeadIndex(gold), BeadIndex(predicted)
    gold_sides, predicted_sides = {bead.sides for bead in gold}, {bead.sides for bead in predicted}
    covered = set()
    for number, bead in enumerate(predicted):
        same = bead.sides in gold_sides
        if bead.is_link:
            touched = in_gold.touched(bead)
            last = max(touched, default=-1)
            inside = last >= 0 and in_gold.holds(last, bead)
            if inside:
                covered.add(last)
            rows[number, :_N_OF_PREDICTED] = 1, same, bool(touched), inside, 0, 0
        elif bead.source or bead.target:
            rows[number, :_N_OF_PREDICTED] = 0, 0, 0, 0, 1, same
    for number, bead in enumerate(gold):
        if bead.is_link:
            found = bead.sides in predicted_sides
            touched = in_predicted.touched(bead)
            rows[len(predicted) + number, _N_OF_PREDICTED:] = 1, found, bool(touched), number in covered
    return rows


def scores_of(counts: NDArray[np.int64]) -> Scores:
    """The scores that these ``COUNTS`` come to, shape ``(len(COUNTS),)``."""
    of = dict(zip(COUNTS, map(int, counts), strict=True))
    return Scores(
        **{name: PRF(*map(float, prf)) for name, prf in zip(DEFINITIONS, figures(counts), strict=True)},
        inside=of["inside"] / max(of["predicted"], 1),
        covered=of["covered"] / max(of["gold"], 1),
        n_predicted=of["predicted"],
        n_gold=of["gold"],
    )


def figures(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1 by each of the ``DEFINITIONS``.

    From ``COUNTS`` in the last axis, shape ``(…, len(COUNTS))``, to shape ``(…, len(DEFINITIONS), 3)``.
    """
    of = dict(zip(COUNTS, np.moveaxis(counts, -1, 0), strict=True))
    lax, beads = of["lax_predicted"], of["predicted"] + of["null_predicted"]
    return np.stack(
        [
            _ratios(of["same"], of["predicted"], of["same"], of["gold"]),
            _ratios(lax, of["predicted"], of["lax_gold"], of["gold"]),
            _ratios(lax, of["predicted"], lax, lax + of["gold"] - of["found"]),
            _ratios(of["same"] + of["null_same"], beads, of["same"], of["gold"]),
            _ratios(lax + of["null_same"], beads, of["lax_gold"], of["gold"]),
        ],
        axis=-2,
    )


def components(beads: Iterable[Bead]) -> list[int]:
    """For each bead the number of its group: beads that share a sentence, directly or through others, are in one.

    Groups are numbered from 0 in order of their first sentence, by how far down its document it stands. What is counted
    of a bead depends on its group alone, if the beads are those of gold and of all systems.
    """
    held = [_sentences(bead) or [_NOWHERE] for bead in beads]
    sentences = sorted({sentence for of_bead in held for sentence in of_bead})
    groups = DisjointSets(sentences)
    for first, *others in held:
        for other in others:
            groups.join(first, other)
    ends = [max([0, *(index for is_target, index in sentences if is_target == side)]) + 1 for side in (False, True)]
    places: dict[_Sentence, tuple[float, bool, int]] = {}
    for is_target, index in sentences:
        places.setdefault(groups.root((is_target, index)), (index / ends[is_target], is_target, index))
    numbers = {top: number for number, top in enumerate(sorted(places, key=places.__getitem__))}
    return [numbers[groups.root(of_bead[0])] for of_bead in held]


class BeadIndex:
    """Which beads hold a sentence, on either side."""

    def __init__(self, beads: Sequence[Bead]) -> None:
        self._source: defaultdict[int, set[int]] = defaultdict(set)
        self._target: defaultdict[int, set[int]] = defaultdict(set)
        for number, bead in enumerate(beads):
            for i in bead.source:
                self._source[i].add(number)
            for j in bead.target:
                self._target[j].add(number)

    def touched(self, link: Bead) -> Set[int]:
        """The links that share a source and a target sentence with this one."""
        sources = set().union(*(self._source.get(i, ()) for i in link.source))
        return sources.intersection(*[set().union(*(self._target.get(j, ()) for j in link.target))])

    def holds(self, number: int, link: Bead) -> bool:
        """Whether that bead holds all the sentences of this one."""
        return all(number in self._source.get(i, ()) for i in link.source) and all(
            number in self._target.get(j, ()) for j in link.target
        )


def _sentences(bead: Bead) -> list[_Sentence]:
    return [*((False, i) for i in bead.source), *((True, j) for j in bead.target)]


def _kind(source: tuple[int, ...], target: tuple[int, ...]) -> str:
    kind = Bead(source, target).kind
    return kind if kind in KINDS else "many"


def _prf(n_right: int, n_predicted: int, n_found: int, n_gold: int) -> PRF:
    return PRF(*map(float, _ratios(*map(np.asarray, (n_right, n_predicted, n_found, n_gold)))))


def _ratios(
    n_right: NDArray[np.int64], n_predicted: NDArray[np.int64], n_found: NDArray[np.int64], n_gold: NDArray[np.int64]
) -> NDArray[np.float64]:
    precision, recall = n_right / np.maximum(n_predicted, 1), n_found / np.maximum(n_gold, 1)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    return np.stack([precision, recall, f1], axis=-1)


def _example(beads: Mapping[Names, Any]) -> str:
    return " and ".join(map(repr, next(iter(beads))))
