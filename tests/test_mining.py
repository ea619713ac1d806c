import random

import pytest
from conftest import document

from aligner.document import DocumentPair, Relation
from aligner.mining import Mining


def sentences(*numbers):
    return [f"a{n} b{n} c{n} d{n}" for n in numbers]


def test_matches_are_found_in_any_order(embedder):
    order = random.Random(1).sample(range(20), 20)
    beads = Mining(embedder).mine(sentences(*range(20)), sentences(*order))
    assert [(bead.source[0], order[bead.target[0]]) for bead in beads] == [(i, i) for i in range(20)]


def test_texts_that_share_nothing_give_nothing(embedder):
    assert Mining(embedder).mine(sentences(*range(20)), sentences(*range(50, 80))) == []


def test_an_empty_side_and_blank_lines_give_nothing(embedder):
    assert Mining(embedder).mine([], sentences(1)) == []
    assert Mining(embedder).mine(["", " "], ["", *sentences(1)]) == []


def test_line_numbers_count_blank_lines(embedder):
    (bead,) = Mining(embedder).mine(["", *sentences(1)], ["", "", *sentences(1)])
    assert (bead.source, bead.target) == ((1,), (2,))


def test_copies_of_a_sentence_are_linked_in_turn(embedder):
    beads = Mining(embedder).mine(sentences(1, 2, 1), sentences(1, 1, 1))
    assert [(bead.source, bead.target) for bead in beads] == [((0,), (0,)), ((2,), (1,))]


def test_a_lonely_pair_below_the_floor_is_no_link(embedder):
    assert Mining(embedder).mine(["a b c d"], ["a x y z"]) == []
    assert len(Mining(embedder, min_p=0.01).mine(["a b c d"], ["a x y z"])) == 1


def test_measures_are_those_of_the_pair(embedder):
    (bead,) = Mining(embedder).mine(["a b c d"], ["a b c x"])
    rows = embedder.embed(["a b c d", "a b c x"])
    assert bead.cosine == pytest.approx(float(rows[0] @ rows[1]), abs=1e-6)
    assert bead.margin == pytest.approx(bead.cosine / 2)
    assert 0.5 <= bead.p < 1


def test_a_comparable_pair_of_documents_is_mined(embedder):
    source, target = document(sentences(1, 2, 3, 4, 5)), document(sentences(9, 8, 7, 3), "en")
    pair = DocumentPair(source, target, Relation.COMPARABLE, 0.5)
    alignment = Mining(embedder).align(pair)
    assert [(bead.source, bead.target) for bead in alignment.beads] == [((2,), (3,))]
    assert alignment.method == "mining"
