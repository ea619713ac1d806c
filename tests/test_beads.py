"""Beads and texts from files and folders of every kind, and the file that shows the mistakes."""

import io
import os
from math import isnan, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.assessment import assess
from aligner.bitext import SegmentPair
from aligner.errors import GoldError, ReadError
from aligner.writers import ladder, mistakes
from aligner.writers.beads import read_beads
from aligner.writers.lines import Line
from aligner.writers.texts import PairTexts, read_texts, texts_of

UNNAMED = ("", "")

Sides = list[tuple[tuple[int, ...], tuple[int, ...]]]


def sides(beads: list[Bead]) -> Sides:
    return [(bead.source, bead.target) for bead in beads]


def read(tmp_path: Path, content: str, name: str = "beads") -> Sides:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    (found,) = read_beads(path).values()
    return sides(found)


# --- ladders

LADDER = "0\t0\t0.3\n1\t1\t-0.3\n2\t1\t1e-3\n4\t3\n4\t4\t0.5\n"
HELD: Sides = [((0,), (0,)), ((1,), ()), ((2, 3), (1, 2)), ((), (3,))]


@pytest.mark.parametrize("content", [LADDER, "0 0\n1 1\n2 1\n4 3\n4 4\n", "0\t0\n1\t1\n2\t1\n4\t3\n4\t4\n"])
def test_a_ladder_is_told_by_what_it_holds(content: str, tmp_path: Path) -> None:
    assert read(tmp_path, content) == HELD
    assert read(tmp_path, content, "x.tsv") == HELD


def test_the_quality_of_a_rung_belongs_to_the_bead_that_starts_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(LADDER)
    scores = [bead.score for bead in read_beads(tmp_path / "x")[UNNAMED]]
    assert scores[:3] == [0.3, -0.3, 0.001]
    assert isnan(scores[3])


def test_pairs_of_line_numbers_are_no_ladder(tmp_path: Path) -> None:
    identity = "0\t0\n1\t1\n2\t2\n"
    assert read(tmp_path, identity) == [((i,), (i,)) for i in range(3)]
    assert read(tmp_path, "0\t0\n5\t3\n2\t9\n") == [((0,), (0,)), ((5,), (3,)), ((2,), (9,))]
    assert read(tmp_path, "\t0\t7\n3\t5\n") == [((0,), (7,)), ((3,), (5,))]
    assert read(tmp_path, "3\t3\n4\t4\n4\t5\n") == [((3,), (3,)), ((4,), (4,)), ((4,), (5,))]


def test_numbers_that_could_be_either_are_told_by_their_suffix_or_refused(tmp_path: Path) -> None:
    either = "0\t0\n1\t1\n3\t2\n"
    assert read(tmp_path, either, "x.ladder") == [((0,), (0,)), ((1, 2), (1,))]
    assert read(tmp_path, either, "x.tsv") == [((0,), (0,)), ((1,), (1,)), ((3,), (2,))]
    with pytest.raises(GoldError, match=r"x.txt:1: .*could be a ladder or pairs.*suffix .ladder or .tsv"):
        read(tmp_path, either, "x.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1\t1\t0.5\n2\t2\t0.5\n", "x:1: .*starts at 0 0"),
        ("0 0\n2 2\n1 3\n", "x:3: found '1 3'; a rung lies above the one before, 2 2"),
        ("0 0\n1 1\n1 1\n", "x:3: .*lies above"),
        ("0 0\n1 1\nend\n", "x:3: found 'end'; a rung is two numbers"),
        ("0 0\n1 999999999999\n", "x:2: .*mend the number"),
    ],
)
def test_a_rung_that_cannot_be_is_named(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=message):
        read(tmp_path, content, "x")


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(any), max_size=12)


@given(STEPS)
def test_any_beads_in_order_make_a_ladder_that_gives_them_back(steps: list[tuple[int, int]]) -> None:
    beads, rungs, i, j = [], ["0 0"], 0, 0
    for n_source, n_target in steps:
        beads.append((tuple(range(i, i + n_source)), tuple(range(j, j + n_target))))
        i, j = i + n_source, j + n_target
        rungs.append(f"{i} {j}")
    lines = [Line("f", number, rung) for number, rung in enumerate(rungs, 1)]
    assert sides(list(ladder.parse_beads(lines))) == beads


def test_a_long_line_of_blanks_is_no_rung_and_refused_at_once() -> None:
    assert ladder.read_rung("0 0" + " " * 200_000 + "x") is None


# --- the other formats


def test_beads_with_an_empty_side_are_read_where_a_file_holds_them(tmp_path: Path) -> None:
    assert read(tmp_path, "[0]:[0]\n[1]:[]\n[]:[1]\n") == [((0,), (0,)), ((1,), ()), ((), (1,))]


def test_a_record_without_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"x: record 1 names no sentences, .*source_sentences and target_sentences"):
        read(tmp_path, '{"source_sentences": [0], "target_sentences": [0]}\n{"source_text": "a"}\n', "x")


# --- folders


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def test_each_file_of_beads_in_a_folder_is_a_document_pair(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", b__gold="[0]:[0]\n", a__vecalign="[1]:[1]\n", a__txt="Text.\n", c__ladder="0 0\n1 2\n")
    (folder / "deeper.gold").mkdir()
    put(folder, __hidden__gold="no beads")
    found = read_beads(folder)
    assert {names: sides(beads) for names, beads in found.items()} == {
        ("a", "a"): [((1,), (1,))],
        ("b", "b"): [((0,), (0,))],
        ("c", "c"): [((0,), (0, 1))],
    }


def test_where_no_suffix_is_known_every_file_counts(tmp_path: Path) -> None:
    assert list(read_beads(put(tmp_path / "d", test1__txt="[0]:[0]\n", test2__txt=""))) == [
        ("test1", "test1"),
        ("test2", "test2"),
    ]


def test_a_pattern_picks_files(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__gold="no beads", a__fine="[0]:[0]\n", b__fine="[1]:[1]\n")
    assert list(read_beads(folder / "*.fine")) == [("a", "a"), ("b", "b")]


def test_several_pairs_in_one_file_of_a_folder_keep_their_names(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__gold="0:[0]:[0]\n1:[0]:[0]\n", b__gold="[0]:[0]\n")
    assert list(read_beads(folder)) == [("a/0", "a/0"), ("a/1", "a/1"), ("b", "b")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no files; put one there"),
        ({"a__gold": "", "a__tsv": ""}, "both 'a.gold' and 'a.tsv' are there; keep one"),
        ({"a__gold": "[0]:[0]\n[1\n"}, "a.gold:2: found"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(files: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=message):
        read_beads(put(tmp_path / "d", **files))


def test_a_fifo_in_a_folder_is_passed_by(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__gold="[0]:[0]\n")
    os.mkfifo(folder / "b.gold")
    assert list(read_beads(folder)) == [("a", "a")]


# --- texts


def beads(*links: tuple[list[int], list[int]]) -> list[Bead]:
    return [Bead(tuple(source), tuple(target), nan) for source, target in links]


def test_records_give_the_shortest_segment_of_each_sentence() -> None:
    records = [
        SegmentPair(source_sentences=(0,), target_sentences=(0, 1), source_text="a", target_text="x y"),
        SegmentPair(source_sentences=(1,), target_sentences=(1,), source_text="b", target_text="y"),
        SegmentPair(source_sentences=(2,)),
    ]
    texts = texts_of(records)
    assert {index: segment.text for index, segment in texts.source.items()} == {0: "a", 1: "b"}
    assert {index: segment.text for index, segment in texts.target.items()} == {0: "x y", 1: "y"}


def test_lines_are_sentences_and_blank_ones_count(tmp_path: Path) -> None:
    put(tmp_path, a__it="uno\n\ntre\n", a__en="one\r\nthree\r\n")
    texts = read_texts(tmp_path / "a.it", tmp_path / "a.en", {UNNAMED: beads(([2], [1]))})[UNNAMED]
    assert [segment.text for segment in texts.source.values()] == ["uno", "", "tre"]
    assert [segment.text for segment in texts.target.values()] == ["one", "three"]


def test_the_texts_of_a_folder_are_found_by_stem(tmp_path: Path) -> None:
    it, en = put(tmp_path / "it", a__txt="a\n", b__txt="b\n"), put(tmp_path / "en", a__txt="x\n", b__txt="y\n")
    pairs = {("b", "b"): beads(([0], [0])), ("it/a.txt", "en/a.txt"): beads(([0], [0]))}
    texts = read_texts(it, en / "*.txt", pairs)
    assert [(pair.source[0].text, pair.target[0].text) for pair in texts.values()] == [("b", "y"), ("a", "x")]


@pytest.mark.parametrize(
    ("names", "link", "error", "message"),
    [
        (["a"], ([1], [0]), GoldError, r"it/a.txt: has 1 lines, and a bead names the sentence 1, counted from 0; name"),
        (["a", "c"], ([0], [0]), GoldError, r"it: holds no file for the document 'c'; put one there"),
    ],
)
def test_texts_that_do_not_fit_are_told(
    names: list[str], link: tuple[list[int], list[int]], error: type[Exception], message: str, tmp_path: Path
) -> None:
    folder = put(tmp_path / "it", a__txt="a\n", b__txt="b\n")
    with pytest.raises(error, match=message):
        read_texts(folder, folder, {(name, name): beads(link) for name in names})


def test_one_file_is_no_text_of_several_documents_and_a_missing_one_of_none(tmp_path: Path) -> None:
    put(tmp_path, a__it="a\n")
    with pytest.raises(GoldError, match="is one file for 2 documents; name a folder"):
        read_texts(tmp_path / "a.it", tmp_path / "a.it", {("a", "a"): [], ("b", "b"): []})
    with pytest.raises(ReadError, match="no such file"):
        read_texts(tmp_path / "b.it", tmp_path / "a.it", {UNNAMED: []})


# --- mistakes, shown


def shown(predicted: list[Bead], gold: list[Bead], texts: PairTexts, names: tuple[str, str] = UNNAMED) -> str:
    file = io.StringIO()
    mistakes.write(assess({names: predicted}, {names: gold}), {names: texts}, file)
    return file.getvalue()


def line_texts(tmp_path: Path, source: str, target: str) -> PairTexts:
    put(tmp_path, a__it=source, a__en=target)
    return read_texts(tmp_path / "a.it", tmp_path / "a.en", {UNNAMED: []})[UNNAMED]


def test_a_mistake_is_shown_with_its_kind_its_beads_its_text_and_its_neighbours(tmp_path: Path) -> None:
    gold = beads(([0], [0]), ([1], [1]), ([2], [2]), ([3], [3]), ([4], [4]))
    predicted = [*beads(([0], [0])), Bead((1, 2), (1, 2), 0.75), *beads(([3], [3]), ([4], [4]))]
    texts = line_texts(tmp_path, "zero\nuno\ndue\ntre\nquattro\n", "nought\none\ntwo\nthree\nfour\n")
    assert shown(predicted, gold, texts, ("it/a", "en/a")) == (
        "# Mistakes\n\n"
        "1 in all. Sentences are numbered from 0, as in the files; those marked `>` stand in a wrong or "
        "missed bead, the others in the nearest right beads before and after.\n\n"
        "- 1 merged: one predicted bead over several of gold\n\n"
        "## 1. merged, `it/a` and `en/a`\n\n"
        "    gold       [1]:[1]\n"
        "    gold       [2]:[2]\n"
        "    predicted  [1, 2]:[1, 2]  0.7500\n"
        "\n"
        "    source\n"
        "      0  zero\n"
        "    > 1  uno\n"
        "    > 2  due\n"
        "      3  tre\n"
        "\n"
        "    target\n"
        "      0  nought\n"
        "    > 1  one\n"
        "    > 2  two\n"
        "      3  three\n"
    )


def test_no_text_can_break_out_of_its_line_or_be_taken_for_markup(tmp_path: Path) -> None:
    texts = texts_of(
        [
            SegmentPair(
                source_sentences=(0,), target_sentences=(0,), source_text="a\n# b\x1b[2J\u202e", target_text="```"
            )
        ]
    )
    lines = shown([], beads(([0], [0])), texts, ("`a`\n# b", "c")).splitlines()
    assert [line for line in lines if line.startswith("#")] == ["# Mistakes", "## 1. missed, ` a  # b` and `c`"]
    assert "    > 0  a # b[2J" in lines
    assert "    > 0  ```" in lines
    assert "    predicted  nothing" in lines


def test_a_sentence_without_text_is_shown_by_its_number() -> None:
    assert "    > 7  (no text at hand)" in shown([], beads(([7], [8])), PairTexts()).splitlines()


def test_where_nothing_is_wrong_there_is_nothing_to_show() -> None:
    right = beads(([0], [0]))
    told = shown(right, right, PairTexts())
    assert "0 in all" in told
    assert "##" not in told
