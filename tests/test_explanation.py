"""Explanations say of each sentence what the alignment says of it, and what else it could have said."""

from math import isnan

import pytest
from conftest import BagOfWords, document

from aligner.document import DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.explanation import N_OTHERS
from aligner.methods.monotone import Monotone
from aligner.methods.surface import shared_words


def sentences(*numbers):
    return [f"a{n} b{n} c{n} d{n}" for n in numbers]


def pair(source, target, relation=Relation.PARALLEL):
    return DocumentPair(document(source), document(target, "en"), relation, 1.0)


MOVED = [*range(4), *range(8, 12), *range(4, 8), *range(12, 16)]
PAIRS = {
    "in order": pair(sentences(*range(6)), sentences(*range(6))),
    "split and merged": pair(
        [*sentences(0, 1, 2, 3), "e4 f4", "g4 h4"], [*sentences(0), "a1 b1", "c1 d1", *sentences(2, 3), "e4 f4 g4 h4"]
    ),
    "left out": pair(sentences(0, 1, 2, 3, 4, 5), sentences(0, 1, 4, 9, 5)),
    "swapped": pair(sentences(0, 1, 2, 3, 4, 5), sentences(0, 1, 3, 2, 4, 5)),
    "moved": pair(sentences(*range(16)), sentences(*MOVED)),
    "blank lines": pair([*sentences(0), "", *sentences(1)], sentences(0, 1)),
    "no target": pair(sentences(0, 1), []),
}


def mirrored(both):
    return DocumentPair(both.target, both.source, both.relation, both.score)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("turn", [lambda both: both, mirrored])
def test_the_chosen_bead_is_that_of_the_alignment_and_no_detour(embedder, name, turn):
    both = turn(PAIRS[name])
    method = Monotone(embedder)
    for bead in method.align(both).beads:
        for sentence in bead.source:
            found = method.explain(both, sentence)
            assert repr(found.chosen.bead) == repr(bead)
            assert found.chosen.detour == pytest.approx(0, abs=1e-4) or not bead.is_link
            assert sum(found.chosen.terms.values()) == pytest.approx(found.chosen.cost, abs=1e-5)
