"""Beads against gold: strict and lax precision, recall and F1, as Vecalign's scorer defines them.

Brian Thompson and Philipp Koehn, "Vecalign: Improved Sentence Alignment in Linear Time and Space", EMNLP 2019, and its
``score.py``. *Strict*: a predicted link counts where gold has exactly that link. *Lax*: it counts where it shares at
least one source and one target sentence with some gold link. Links with an empty side are left out of both. Differs
from the paper: nothing. Mined pairs are links ``1-1`` and are scored the same way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import astuple, dataclass

from aligner.alignment import Bead
from aligner.errors import GoldError

Names = tuple[str, str]
"""The ids of a source and a target document, each empty where a file of beads does not name them."""


@dataclass(frozen=True, slots=True)
class PRF:
    """Precision, recall and their harmonic mean, each in ``[0, 1]``, higher is better."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Predicted links against gold.

    Attributes:
        strict: the very same links.
        lax: links that share a source and a target sentence.
        inside: the share of predicted links that lie wholly inside one gold link; for coarse gold, as paragraphs.
        covered: the share of gold links that such a link touches.
        n_predicted, n_gold: how many links were compared.
    """

    strict: PRF
    lax: PRF
    inside: float
    covered: float
    n_predicted: int
    n_gold: int


@dataclass(frozen=True, slots=True)
class _Counts:
    """Over one document pair or, summed, over several."""

    n_predicted: int = 0
    n_gold: int = 0
    n_same: int = 0
    n_lax_predicted: int = 0
    n_lax_gold: int = 0
    n_inside: int = 0
    n_covered: int = 0

    def __add__(self, other: "_Counts") -> "_Counts":
        return _Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def score(predicted: Iterable[Bead], gold: Iterable[Bead]) -> Scores:
    """The scores of one document pair's beads."""
    return score_documents([(predicted, gold)])


def score_documents(documents: Iterable[tuple[Iterable[Bead], Iterable[Bead]]]) -> Scores:
    """The scores over several document pairs, each its predicted and its gold beads; every link weighs the same."""
    counts = sum((_count(predicted, gold) for predicted, gold in documents), _Counts())
    return Scores(
        strict=_prf(counts.n_same, counts.n_predicted, counts.n_same, counts.n_gold),
        lax=_prf(counts.n_lax_predicted, counts.n_predicted, counts.n_lax_gold, counts.n_gold),
        inside=counts.n_inside / max(counts.n_predicted, 1),
        covered=counts.n_covered / max(counts.n_gold, 1),
        n_predicted=counts.n_predicted,
        n_gold=counts.n_gold,
    )


def evaluate(predicted: Mapping[Names, Sequence[Bead]], gold: Mapping[Names, Sequence[Bead]]) -> Scores:
    """The scores over all document pairs, matched by their names; a pair that only one of the two holds scores 0.

    Where each side holds one pair, or none, names do not matter.

    Raises:
        GoldError: there are several pairs, and no name is in both.
    """
    if len(gold) <= 1 and len(predicted) <= 1:
        return score(_all(predicted), _all(gold))
    if gold and predicted and not gold.keys() & predicted.keys():
        raise GoldError(
            f"gold: none of its document pairs ({_example(gold)}) is among the predicted ({_example(predicted)}); "
            "name the documents alike, or evaluate one pair at a time"
        )
    names = list(dict.fromkeys([*gold, *predicted]))
    return score_documents((predicted.get(name, ()), gold.get(name, ())) for name in names)


class _Index:
    """Which links hold a sentence, on either side."""

    def __init__(self, links: Sequence[Bead]) -> None:
        self._source: defaultdict[int, set[int]] = defaultdict(set)
        self._target: defaultdict[int, set[int]] = defaultdict(set)
        for number, link in enumerate(links):
            for i in link.source:
                self._source[i].add(number)
            for j in link.target:
                self._target[j].add(number)

    def touched(self, link: Bead) -> Set[int]:
        """The links that share a source and a target sentence with this one."""
        sources = set().union(*(self._source.get(i, ()) for i in link.source))
        return sources.intersection(*[set().union(*(self._target.get(j, ()) for j in link.target))])

    def holds(self, number: int, link: Bead) -> bool:
        """Whether that link holds all the sentences of this one."""
        return all(number in self._source.get(i, ()) for i in link.source) and all(
            number in self._target.get(j, ()) for j in link.target
        )


def _count(predicted: Iterable[Bead], gold: Iterable[Bead]) -> _Counts:
    gold_links = [bead for bead in gold if bead.is_link]
    predicted_links = [bead for bead in predicted if bead.is_link]
    same = {(link.source, link.target) for link in gold_links}
    in_gold, in_predicted = _Index(gold_links), _Index(predicted_links)
    inside = list(_inside(predicted_links, in_gold))
    return _Counts(
        n_predicted=len(predicted_links),
        n_gold=len(gold_links),
        n_same=sum((link.source, link.target) in same for link in predicted_links),
        n_lax_predicted=sum(bool(in_gold.touched(link)) for link in predicted_links),
        n_lax_gold=sum(bool(in_predicted.touched(link)) for link in gold_links),
        n_inside=len(inside),
        n_covered=len(set(inside)),
    )


def _inside(links: Iterable[Bead], gold: _Index) -> Iterator[int]:
    """For each link that lies wholly inside one gold link, the number of that one; of several, the last counts."""
    for link in links:
        last = max(gold.touched(link), default=None)
        if last is not None and gold.holds(last, link):
            yield last


def _prf(n_right: int, n_predicted: int, n_found: int, n_gold: int) -> PRF:
    precision, recall = n_right / max(n_predicted, 1), n_found / max(n_gold, 1)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return PRF(precision, recall, f1)


def _all(beads: Mapping[Names, Sequence[Bead]]) -> list[Bead]:
    return [bead for of_pair in beads.values() for bead in of_pair]


def _example(beads: Mapping[Names, Sequence[Bead]]) -> str:
    return " and ".join(map(repr, next(iter(beads))))
