"""Lists of any size: what stands several times, vectors on the disk, and how neighbours are searched."""

import logging
import random

import numpy as np
import pytest
from conftest import BagOfWords

from aligner import Embedder, Mining, clusters, mine, mine_files
from aligner.lists import SEARCHES, Distinct


def sentences(*numbers):
    return [f"a{n} b{n} c{n} d{n}" for n in numbers]


def sides(beads):
    return [(bead.source[0], bead.target[0]) for bead in beads]


@pytest.fixture
def clusters_for_few(monkeypatch):
    monkeypatch.setattr(clusters, "MIN_PAIRS", 0)
    monkeypatch.setattr(clusters, "MIN_SIDE", 20)


def test_copies_of_a_line_have_one_number_and_blank_ones_none():
    lines = ["b", "", "a  c", "\N{FULLWIDTH LATIN SMALL LETTER B}", " ", "a\tc", "d"]
    distinct = Distinct.of(lines)
    assert distinct.texts(lines) == ["b", "a  c", "d"]
    assert [distinct.copies(number) for number in range(len(distinct))] == [[0, 3], [2, 5], [6]]


@pytest.mark.parametrize("lines", [[], ["", " ", "\t"]])
def test_of_no_lines_and_of_blank_ones_none_is_distinct(lines):
    assert (len(Distinct.of(lines)), Distinct.of(lines).texts(lines)) == (0, [])


@pytest.mark.parametrize("index", SEARCHES)
def test_pairs_are_found_in_any_order_with_every_index(embedder, clusters_for_few, index):
    numbers = random.Random(1).sample(range(300), 300)
    found = Mining(embedder).mine(sentences(*range(200)), sentences(*numbers), index)
    assert [(i, numbers[j]) for i, j in sides(found)] == [(i, i) for i in range(200)]


@pytest.mark.parametrize("index", SEARCHES)
@pytest.mark.parametrize(
    ("sources", "targets", "expected"),
    [
        ([], [], []),
        ([], sentences(1), []),
        (["", " "], ["\t"], []),
        (sentences(1), sentences(1), [(0, 0)]),
        (["", *sentences(1)], ["", "", *sentences(1)], [(1, 2)]),
        (sentences(1, 2, 1), sentences(1, 1, 1), [(0, 0), (2, 1)]),
    ],
)
def test_lists_of_next_to_nothing(embedder, clusters_for_few, index, sources, targets, expected):
    assert sides(Mining(embedder).mine(sources, targets, index)) == expected


@pytest.mark.parametrize("index", SEARCHES)
def test_a_line_that_stands_there_thousands_of_times_is_encoded_once(clusters_for_few, index):
    asked = []

    class Counting(BagOfWords):
        def encode(self, sentences):
            asked.extend(sentences)
            return super().encode(sentences)

    lines = [*sentences(*range(50)), *["x y z"] * 5000]
    found = Mining(Embedder(Counting())).mine(lines, lines[::-1], index)
    assert asked.count("x y z") == 2
    assert len(found) == 5050
    assert sides(found)[:2] == [(0, 5049), (1, 5048)]


def test_an_index_that_there_is_none_of_is_the_callers_mistake(embedder):
    with pytest.raises(ValueError, match="got 'faiss', expected one of exact, clusters"):
        Mining(embedder).mine(sentences(1), sentences(1), "faiss")


def test_what_passes_is_not_remembered():
    asked = []

    class Counting(BagOfWords):
        def encode(self, sentences):
            asked.append(len(sentences))
            return super().encode(sentences)

    embedder = Embedder(Counting())
    rows = np.empty((3, 64), dtype=np.float16)
    for _ in range(2):
        embedder.write_side(sentences(3, 1, 9), rows)
    assert asked == [3, 3]


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("length", [1, 0.5])
def test_written_vectors_are_those_of_the_side_in_half_precision(centred, length):
    encoder = BagOfWords()
    encoder.centred = centred
    lines = sentences(*range(40))
    rows = np.empty((40, 64), dtype=np.float16)
    Embedder(encoder).write_side(lines, rows, length)
    np.testing.assert_allclose(rows, length * Embedder(encoder).side(lines).vectors, atol=1e-3)


def test_files_and_lists_are_mined_alike(tmp_path):
    lines = ["", *sentences(*range(30), 3)], [*sentences(*range(29, -1, -1)), "", "Nothing else."]
    files = [tmp_path / name for name in ("it.txt", "en.txt")]
    for path, side in zip(files, lines, strict=True):
        path.write_text("\n".join(side), encoding="utf-8")
    bitext = mine_files(*files, langs=["it", "en"], encoder=BagOfWords())
    beads = mine(*lines, encoder=BagOfWords())
    assert [(pair.source_sentences, pair.target_sentences, pair.p) for pair in bitext.pairs] == [
        (bead.source, bead.target, bead.p) for bead in beads
    ]
    assert {pair.doc_relation for pair in bitext.pairs} == {"comparable"}
    assert "index" not in bitext.signature


def test_records_of_lists_have_their_evidence_and_conflicts_are_told(tmp_path):
    for name, line in (("it", "Nel 1990 sono morte 14 persone."), ("en", "In 1990 15 people died.")):
        (tmp_path / f"{name}.txt").write_text(f"{line}\nUn altro.\n", encoding="utf-8")
    (record, *_) = mine_files(tmp_path / "it.txt", tmp_path / "en.txt", langs=["it", "en"], encoder="use").pairs
    assert record.relation == "conflicting"
    assert {(tie.agrees, tie.source_value, tie.target_value) for tie in record.evidence} >= {(True, "1990", "1990")}


def test_the_index_stands_in_the_signature_and_its_recall_in_the_log(clusters_for_few, tmp_path, caplog):
    for name in ("it", "en"):
        (tmp_path / f"{name}.txt").write_text("\n".join(sentences(*range(30))), encoding="utf-8")
    bitext = mine_files(
        tmp_path / "it.txt", tmp_path / "en.txt", langs=["it", "en"], encoder=BagOfWords(), index="clusters"
    )
    assert "|index:clusters" in bitext.signature
    (told,) = (record for record in caplog.records if "approximate" in record.getMessage())
    assert (told.name, told.levelno) == ("aligner", logging.WARNING)
