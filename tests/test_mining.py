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


def test_copies_may_differ_in_white_space_and_in_compatible_characters(embedder):
    (line,) = sentences(1)
    beads = Mining(embedder).mine([line, "a1\tb1  c1 d1"], ["\N{FULLWIDTH LATIN SMALL LETTER A}1 b1 c1 d1", f" {line}"])
    assert [(bead.source, bead.target) for bead in beads] == [((0,), (0,)), ((1,), (1,))]


@pytest.mark.parametrize("boilerplate", [lambda i: "x " + " " * i + "y z w", lambda i: f"x y z {i}"])
def test_a_line_that_stands_there_hundreds_of_times_costs_the_others_nothing(embedder, boilerplate):
    lines, many = sentences(*range(20)), [boilerplate(i) for i in range(300)]
    beads = Mining(embedder).mine([*lines, *many], [*lines, *many])
    assert [(bead.source, bead.target) for bead in beads][:20] == [((i,), (i,)) for i in range(20)]


def test_a_lonely_pair_below_the_floor_is_no_link(embedder):
    assert Mining(embedder).mine(["a b c d"], ["a x y z"]) == []
    assert len(Mining(embedder, min_p=0.01).mine(["a b c d"], ["a x y z"])) == 1


def test_measures_are_those_of_the_pair(embedder):
    (bead,) = Mining(embedder).mine(["a b c d"], ["a b c x"])
    rows = embedder.embed(["a b c d", "a b c x"])
    assert bead.cosine == pytest.approx(float(rows[0] @ rows[1]), abs=2e-4)
    assert bead.margin == pytest.approx(bead.cosine / 2)
    assert 0.5 <= bead.p < 1


def test_a_comparable_pair_of_documents_is_mined(embedder):
    source, target = document(sentences(1, 2, 3, 4, 5)), document(sentences(9, 8, 7, 3), "en")
    pair = DocumentPair(source, target, Relation.COMPARABLE, 0.5)
    alignment = Mining(embedder).align(pair)
    assert [(bead.source, bead.target) for bead in alignment.beads] == [((2,), (3,))]
    assert alignment.method == "mining"


def mined(embedder, sources, targets):
    pair = DocumentPair(document(sources), document(targets, "en"), Relation.COMPARABLE, 0.5)
    return Mining(embedder).align(pair).beads


OTHERS = sentences(*range(20, 30)), sentences(*range(40, 50))
TWO = "a1 b1 cc1 dd1 ee1 ff1 gg1 hh1, a2 b2 cc2 dd2 ee2 ff2 gg2 hh2"
ONE, OTHER = TWO[: TWO.index(",") + 1], TWO[TWO.index(",") + 2 :]
"""A sentence of two clauses, and each of them; the toy encoder takes a comma for a part of the word before it."""


def test_a_sentence_with_two_facts_is_linked_with_both_sentences_that_tell_them_by_its_parts(embedder):
    for turned in (False, True):
        sides = [[*OTHERS[0], TWO], [ONE, *OTHERS[1], OTHER]]
        beads = mined(embedder, *(sides[::-1] if turned else sides))
        parts = [bead.target_part if turned else bead.source_part for bead in beads]
        assert [bead.sides[::-1] if turned else bead.sides for bead in beads] == [((10,), (0,)), ((10,), (11,))]
        assert parts == [(0, len(ONE)), (len(ONE) + 1, len(TWO))]


def test_a_sentence_is_linked_with_a_run_of_two_that_say_it_together(embedder):
    whole = "a1 b1 c1 d1 a2 b2 c2 d2"
    for turned in (False, True):
        sides = [[*OTHERS[0], whole], [*OTHERS[1], *sentences(1, 2)]]
        beads = mined(embedder, *(sides[::-1] if turned else sides))
        assert [bead.sides[::-1] if turned else bead.sides for bead in beads] == [((10,), (10, 11))]


def test_a_sentence_that_matches_as_a_whole_is_not_cut(embedder):
    (bead,) = (bead for bead in mined(embedder, [*OTHERS[0], TWO], [TWO, *OTHERS[1]]) if 10 in bead.source)
    assert (bead.target, bead.source_part, bead.target_part) == ((0,), None, None)


def test_lists_are_mined_by_whole_sentences(embedder):
    beads = Mining(embedder).mine([*OTHERS[0], TWO], [ONE, *OTHERS[1], OTHER])
    assert all((bead.kind, bead.source_part) == ("1-1", None) for bead in beads)
