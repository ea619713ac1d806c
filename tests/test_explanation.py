"""Explanations say of each sentence what the alignment says of it, and what else it could have said."""

import json
import re
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest
from conftest import BagOfWords, document

from aligner import AlignerError, align_documents, explain_files, read_document
from aligner.alignment import Bead
from aligner.document import DocumentPair, Relation
from aligner.explanation import N_OTHERS
from aligner.methods import METHODS
from aligner.methods.monotone import Monotone
from aligner.methods.surface import shared_words
from aligner.mining import Mining
from aligner.writers.explanations import describe, differences, summarise

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
PARTIAL = CORPUS / "it" / "corridoio-nord.txt", CORPUS / "en" / "afghan-freight-line.txt"


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


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_explains_the_bead_that_it_gives(embedder, method, name):
    both, used = PAIRS[name], METHODS.load(method)(embedder)
    beads = used.align(both).beads
    for sentence in range(len(both.source)):
        found = used.explain(both, sentence)
        held = [bead for bead in beads if sentence in bead.source]
        assert repr(found.chosen.bead) == repr(held[0] if held else Bead((sentence,), ()))
        assert (found.pair, found.sentence, found.method) == (both, sentence, method)
        assert len(found.others) <= N_OTHERS
        shapes = [(one.bead.source, one.bead.target) for one in (found.chosen, *found.others)]
        assert len(set(shapes)) == len(shapes)
        assert all(sentence in source for source, _ in shapes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("sentence", [-1, 6])
def test_no_method_explains_a_sentence_that_is_not_there(embedder, method, sentence):
    with pytest.raises(ValueError, match=f"sentence: got {sentence}, expected 0 to 5"):
        METHODS.load(method)(embedder).explain(PAIRS["in order"], sentence)


@pytest.mark.parametrize("turn", [lambda both: both, mirrored])
def test_the_others_are_the_cheapest_with_leaving_the_sentence_alone_among_them(embedder, turn):
    both = turn(PAIRS["in order"])
    found = Monotone(embedder).explain(both, 2)
    dearer = [other.detour for other in found.others]
    assert dearer == sorted(dearer)
    assert dearer[0] > 0
    assert [other.bead for other in found.others if not other.bead.is_link] == [Bead((2,), ())]
    every = Monotone(embedder, max_run=1).explain(both, 2)
    assert {other.bead.target for other in every.others} > {(), (1,), (3,)}


def test_a_forced_rival_costs_what_its_detour_says(embedder):
    source, target = sentences(0, 1, 2), sentences(0, 1, 2)
    found = Monotone(embedder, relief=0, rigour=0).explain(pair(source, target), 1)
    (alone,) = (other for other in found.others if not other.bead.is_link)
    assert alone.cost == Monotone.skip
    assert alone.detour == pytest.approx(2 * Monotone.skip - found.chosen.cost, abs=1e-5)


def test_the_measures_of_a_candidate_are_those_of_the_pair_whichever_way_it_is_searched(embedder):
    both = pair(["Anna 1995 x", *sentences(1, 2)], ["Anna 1995 x y y y y y", *sentences(1, 2)])
    there, back = Monotone(embedder).explain(both, 0).chosen, Monotone(embedder).explain(mirrored(both), 0).chosen
    assert there.shared == back.shared == ("anna", "1995")
    assert there.length_ratio == pytest.approx(1 / back.length_ratio)
    assert there.length_ratio < 1
    assert (there.cost, there.terms) == (back.cost, back.terms)


def test_what_makes_the_difference_adds_up_to_it(embedder):
    found = Monotone(embedder).explain(PAIRS["split and merged"], 1)
    for other in found.others:
        parts = differences(found.chosen, other)
        assert sum(parts.values()) == pytest.approx(other.detour - found.chosen.detour, abs=1e-5)
        assert list(parts)[-1] == "rest of the path"


def test_a_mined_link_tells_what_each_near_sentence_fails(embedder):
    source, target = sentences(1, 2, 2, 7), ["a1 b1 c1 x", *sentences(1, 2), "a7 x y z"]
    method = Mining(embedder)
    both = pair(source, target, Relation.COMPARABLE)
    linked = method.explain(both, 0)
    assert linked.chosen.bead.target == (1,)
    assert {other.bead.target[0]: other.reason for other in linked.others}[0] == "p below 0.5"
    copy = method.explain(both, 2)
    assert not copy.chosen.bead.is_link
    assert copy.others[0].reason == "target sentence 2 goes to source sentence 1"
    alone = method.explain(both, 3)
    assert {other.reason for other in alone.others} == {"p below 0.5"}
    assert isnan(alone.chosen.cost)
    assert alone.chosen.terms == {}


def test_shared_words_are_numbers_and_longer_words_without_case():
    assert shared_words("La NATO a Minsk, 23.4.2013 via il", "il via: Nato in MINSK 2013 (4)") == (
        *("nato", "minsk", "4", "2013"),
    )
    assert shared_words("", "Minsk") == ()


def test_an_explanation_of_files_is_that_of_their_alignment():
    source, target = (read_document(path, path.parent.name, splitter="rules") for path in PARTIAL)
    alignment = align_documents(source, target, encoder="use")
    crossing = next(bead for bead in alignment.beads if bead.crossing)
    found = explain_files(*PARTIAL, crossing.source[0], langs=["it", "en"], encoder="use")
    measured = {"p": crossing.p, "relation": crossing.relation, "evidence": crossing.evidence}
    assert repr(replace(found.chosen.bead, **measured)) == repr(crossing)
    assert found.chosen.detour == pytest.approx(0, abs=1e-4)
    assert "  crossing\n" in summarise(found)


def test_the_summary_tells_the_sentence_the_numbers_and_what_is_dearer(embedder):
    both = pair(["Uno.\tA1 b1\x1b", *sentences(*range(1, 12))], ["Uno. A1 b1", *sentences(*range(1, 12))])
    lines = summarise(Monotone(embedder).explain(both, 0)).splitlines()
    heading = "sentence 0 of it/text, parallel, aligned by monotone"
    assert lines[:5] == [heading, "", "chosen  [0]:[0]", "  it  Uno. A1 b1", "  en  Uno. A1 b1"]
    assert any(re.fullmatch(r" {4}distance +-?\d\.\d\d", line) for line in lines)
    alone = r"not {5}\[0\]:\[\]  left alone  dearer by \d\.\d\d: .*rest of the path [+-]"
    assert any(re.match(alone, line) for line in lines)
    assert "\x1b" not in "".join(lines)


def test_texts_of_which_the_encoder_knows_nothing_are_told_so(embedder):
    known = pair(sentences(*range(12)), sentences(*range(12)))
    strange = pair(sentences(*range(12)), sentences(7, 2, 9, 4, 11, 0, 5, 10, 3, 8, 1, 6))
    assert Monotone(embedder).explain(known, 0).trust == 1
    assert "trusted" not in summarise(Monotone(embedder).explain(known, 0))
    found = Monotone(embedder).explain(strange, 0)
    assert found.trust == 0
    assert "the encoder is trusted with these texts by 0.00 only" in summarise(found)
    assert "surface" in found.others[0].terms


@pytest.mark.parametrize("method", METHODS)
def test_all_of_an_explanation_is_json(embedder, method):
    told = json.loads(
        json.dumps(describe(METHODS.load(method)(embedder).explain(PAIRS["in order"], 3)), allow_nan=False)
    )
    assert told["sentence"] == 3
    assert told["source_text"] == told["chosen"]["target_text"] == "a3 b3 c3 d3"
    assert told["chosen"]["target_sentences"] == [3]
    assert set(told["chosen"]) == set(told["others"][0])


def test_a_missing_sentence_and_unrelated_texts_are_told_in_one_line(tmp_path):
    here, there = tmp_path / "a.txt", tmp_path / "b.txt"
    here.write_text("A1 b1 c1.\nA2 b2 c2.\n", encoding="utf-8")
    there.write_text("X1 y1 z1.\n", encoding="utf-8")
    for source, sentence, message in (
        (here, 2, r"a\.txt: has no sentence 2, but 2 sentences; give 0 to 1$"),
        (here, 0, r"a\.txt: unrelated to .*b\.txt, so that nothing was aligned; give --mode parallel to take them"),
    ):
        with pytest.raises(AlignerError, match=message):
            explain_files(source, there, sentence, encoder=BagOfWords(), splitter="lines")
    found = explain_files(here, there, 0, mode="parallel", encoder=BagOfWords(), splitter="lines")
    assert found.pair.relation == Relation.PARALLEL
