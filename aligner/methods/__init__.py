"""Methods: how the beads of one document pair are found."""

from collections.abc import Sequence
from typing import Protocol

from aligner.alignment import Alignment
from aligner.document import DocumentPair, Relation
from aligner.explanation import Explanation
from aligner.judging import Judge
from aligner.registry import Part, Registry


class Method(Protocol):
    """Finds the beads of one document pair, no character in two, and can say why."""

    @property
    def judge(self) -> Judge: ...

    def align(self, pair: DocumentPair) -> Alignment: ...

    def align_all(self, pairs: Sequence[DocumentPair]) -> list[Alignment]: ...

    def explain(self, pair: DocumentPair, sentence: int) -> Explanation: ...


METHODS = Registry(
    "method",
    {
        "monotone": Part("aligner.methods.monotone:Monotone", "translations: the cheapest path of beads, in order"),
        "mining": Part("aligner.mining:Mining", "comparable texts: best matches in both directions, in any order"),
    },
)

METHOD = {Relation.PARALLEL: "monotone", Relation.PARTIAL: "monotone", Relation.COMPARABLE: "mining"}
"""How each relation is aligned; unrelated documents are not."""
