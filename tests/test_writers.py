"""Every writer and its reader, and files that are written whole."""

import csv
import io
import json
import os
import re
import stat
import sys
from dataclasses import astuple, fields, replace
from math import isnan, nan
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Alignment, Bead
from aligner.bitext import Bitext, SegmentPair, document_rows, join, unaligned
from aligner.document import Document, DocumentPair, Relation, Sentence, Text
from aligner.errors import GoldError, OutputError, UnknownName
from aligner.evidence import Tie
from aligner.facts import Conflict, Fact, Statement
from aligner.seeds import Sighting
from aligner.writers import beads, cells, columns, format_for, jsonl, tsv
from aligner.writers.facts import write_facts, write_facts_json, write_sightings, write_sightings_json
from aligner.writers.formats import sound
from aligner.writers.lines import Line
from aligner.writers.tables import write_documents, write_unaligned
from aligner.writers.ties import text_ties, ties_text
from aligner.writers.whole import check_folder, check_writable, make_folder, write_whole

OURS = (".tsv", ".jsonl", ".vecalign")
"""Of these the tests here know every byte; tests/test_formats.py is for all formats."""

HOSTILE = (
    "Una\ttab qui.",
    "Due righe\nqui\r\ne\rqui.",
    "\u2028uno\u2029due\x85tre\x0bquattro\x0ccinque\x1csei",
    "=cmd|'/C calc'!A0",
    "+SOMMA(1;2)",
    "-2+3",
    "@SUM(A1)",
    " =1+1",
    "＝1",
    "'=1",
    "''- due",
    "'Ndrangheta e l'altro",
    '"Virgolette ""doppie"" qui.',
    "\x1b[31mrosso\x1b[0m \x07\x00\x7f\x90\x9f",
    "<b>&amp;</b> ]]> {{x}} ${y} %s {0} \\t \\n \\\\",
    "שלום עולם \u200f(123)\u200e مرحبا \u061c",
    "\u202egnirts\u202c \u2066x\u2069",
    "👩‍👩‍👧‍👦 🇮🇹 e\u0301 \ufeff\u200b",
    "mezza \ud83d coppia",
    "",
)
TRAPS = st.sampled_from(
    [
        *"\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029=+-@＝＋－＠'\"\\ \x00\x1b\x7f\x9b\u202e\u2069\ud83d\udc00🎉שم",
        "\r\n",
    ]
)
TEXTS = st.lists(TRAPS | st.characters(), max_size=12).map("".join)


def document(id: str, lang: str, *sentences: str) -> Document:
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Sentence(start, start + len(sentence)))
        start += len(sentence)
    return Document(Text(id, lang, "".join(sentences)), tuple(spans))


def align(sources: tuple[str, ...], targets: tuple[str, ...], *found: Bead, id: str = "a.txt") -> Alignment:
    pair = DocumentPair(
        document(f"it/{id}", "it", *sources), document(f"en/{id}", "en", *targets), Relation.PARTIAL, 0.5
    )
    return Alignment(pair, found, "monotone")


def one_to_one(texts: tuple[str, ...], id: str = "a.txt") -> Alignment:
    links = (Bead((i,), (i,), 0.5, -0.25, 0.125) for i in range(len(texts)))
    return align(texts, tuple(reversed(texts)), *links, id=id)


class Named(io.StringIO):
    name = "input"


def written(bitext: Bitext, suffix: str) -> str:
    file = io.StringIO()
    format_for(f"x{suffix}").write(bitext, file)
    return file.getvalue()


def read(text: str, suffix: str) -> list[SegmentPair]:
    return list(sound(format_for(f"x{suffix}").read(Named(text, newline=None))))


def links(records: list[SegmentPair]) -> list[SegmentPair]:
    return [one for one in records if one.is_link]


def comparable(pair: SegmentPair) -> tuple[object, ...]:
    """The record as a value that equals another's, ``nan`` included."""
    return tuple("nan" if isinstance(value, float) and isnan(value) else value for value in astuple(pair))


def as_utf16(text: str) -> str:
    """The text with adjacent halves of a surrogate pair joined, as JSON cannot keep them apart."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") if _pairs(text) else text


def _pairs(text: str) -> bool:
    return re.search("[\ud800-\udbff][\udc00-\udfff]", text) is not None


# --- every writer


@pytest.mark.parametrize("suffix", OURS)
def test_every_writer_brings_back_which_sentences_correspond(suffix: str) -> None:
    alignment = align(("a", "b", "c", "d"), ("x", "y", "z"), Bead((0,), (0,), 0.9), Bead((1, 2), (1, 2), 0.25))
    found = links(read(written(join([alignment], "s"), suffix), suffix))
    assert [(one.source_sentences, one.target_sentences, one.score, one.bead) for one in found] == [
        ((0,), (0,), 0.9, "1-1"),
        ((1, 2), (1, 2), 0.25, "2-2"),
    ]


@pytest.mark.parametrize("suffix", OURS)
def test_every_writer_keeps_several_document_pairs_apart(suffix: str) -> None:
    bitext = join([one_to_one(("a", "b"), "a.txt"), one_to_one(("c",), "b.txt")], "s")
    found = read(written(bitext, suffix), suffix)
    assert [one.source_doc == found[0].source_doc for one in found] == [True, True, False]


@pytest.mark.parametrize("suffix", OURS)
def test_every_writer_writes_lines_without_control_characters_that_utf_8_can_hold(suffix: str) -> None:
    text = written(join([one_to_one(HOSTILE, "\x1b[31m=\n\u202e\udce8.txt")], "s"), suffix)
    assert text.endswith("\n")
    assert text.splitlines() == text[:-1].split("\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert text.encode("utf-8")
    assert len(read(text, suffix)) == len(HOSTILE)


@pytest.mark.parametrize("suffix", OURS)
def test_every_writer_writes_an_empty_bitext_that_its_reader_reads(suffix: str) -> None:
    assert read(written(join([], "s"), suffix), suffix) == []
    assert read("", suffix) == []


@pytest.mark.parametrize("suffix", OURS)
def test_every_reader_names_the_broken_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_text(written(join([one_to_one(("a", "b"))], "s"), suffix) + "\n\x1b[broken\n")
    n_lines = path.read_text().count("\n")
    with path.open(encoding="utf-8") as file:
        *sound, broken = format_for(path).read(file)
    assert len(sound) == 2
    assert isinstance(broken, GoldError)
    assert str(broken).startswith(f"{path}:{n_lines}: found '\\x1b[broken'; ")
    assert "\n" not in str(broken)


@pytest.mark.parametrize("suffix", OURS)
def test_every_reader_passes_over_a_byte_order_mark_blank_lines_and_windows_newlines(suffix: str) -> None:
    text = written(join([one_to_one(("a", "b"))], "s"), suffix)
    expected = [comparable(one) for one in read(text, suffix)]
    assert [comparable(one) for one in read("\ufeff" + text.replace("\n", "\r\n\r\n"), suffix)] == expected


@pytest.mark.parametrize("suffix", OURS)
def test_every_reader_says_where_a_file_is_no_utf_8(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "latin"
    path.write_bytes(b"\xff\xfe caff\xe8\n")
    with path.open(encoding="utf-8") as file, pytest.raises(GoldError, match=r"latin:1: not UTF-8"):
        list(format_for(f"x{suffix}").read(file))


def test_the_longest_suffix_names_the_format_in_any_case_and_wherever_the_file_is() -> None:
    assert format_for(Path("out/a.b/X.TSV")) is tsv.FORMAT
    assert format_for("x.tsv.gz") is tsv.FORMAT
    assert format_for("x.columns.tsv") is columns.FORMAT
    assert format_for("x.jsonl") is jsonl.FORMAT


@pytest.mark.parametrize("name", ["x.docx", "x", "x.gz"])
def test_an_unknown_suffix_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownName, match=r"suffix.*; choose one of \.tsv, \.jsonl, \.vecalign"):
        format_for(name)


@pytest.mark.parametrize("suffix", [".tsv", ".jsonl"])
def test_a_record_that_stands_out_of_order_says_so(suffix: str) -> None:
    links = Bead((0,), (1,), 0.5), Bead((1,), (0,), 0.5, crossing=True)
    found = read(written(join([align(("a", "b"), ("x", "y"), *links)], "s"), suffix), suffix)
    assert [one.crossing for one in found] == [False, True]


@pytest.mark.parametrize(("text", "suffix"), [("score\n0.5\n", ".tsv"), ('{"score": 0.5}\n', ".jsonl")])
def test_a_record_of_a_file_that_does_not_tell_stands_in_order(text: str, suffix: str) -> None:
    (record,) = read(text, suffix)
    assert record.crossing is False


# --- cells and TSV


def test_the_columns_are_those_that_were_promised() -> None:
    assert written(join([], "s"), ".tsv") == (
        "source_text\ttarget_text\tp\trelation\tscore\tcosine\tmargin\tbead\tdoc_relation\tmethod\tsource_lang\t"
        "target_lang\tsource_doc\ttarget_doc\tsource_sentences\ttarget_sentences\tsource_span\ttarget_span\tcrossing\t"
        "flags\tevidence\tunit\tdecision\tnote\n"
    )


def test_a_record_is_one_row() -> None:
    alignment = align(("Ciao. ", "Come\tva?"), ("- Hi.",), Bead((0, 1), (0,), 0.81236, nan, -0.00001))
    assert written(join([alignment], "s"), ".tsv").splitlines()[1].split("\t") == [
        *("Ciao. Come va?", "'- Hi.", "", "", "0.8124", "", "0.0000", "2-1", "partial", "monotone"),
        *("it", "en", "it/a.txt", "en/a.txt", "0,1", "0", "0-14", "0-5", "0", "", "", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a\tb\nc\r\nd", "a b c d"),
        ("=1+1", "'=1+1"),
        ("\t=1+1", "' =1+1"),
        ("\x1b\u202e=1+1", "'=1+1"),
        ("+39 06", "'+39 06"),
        ("-", "'-"),
        ("@ciao", "'@ciao"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'Ndrangheta", "'Ndrangheta"),
        ("a=b", "a=b"),
        ("— Ciao", "— Ciao"),
        ("\x1b[31mrosso", "[31mrosso"),
        ("\ud83d!", "\ufffd!"),
        ("\u200fשלום\u202c", "\u200fשלום"),
        ("", ""),
    ],
)
def test_a_cell_is_clean_and_harmless_in_a_spreadsheet(text: str, cell: str) -> None:
    assert cells.text_cell(text) == cell
    assert cells.cell_text(cell) == cells.clean(text)


@given(TEXTS)
def test_any_text_comes_back_from_its_cell_as_it_was_cleaned(text: str) -> None:
    cell = cells.text_cell(text)
    assert cells.cell_text(cell) == cells.clean(text)
    assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert len(f"{cell}.".splitlines()) == 1
    assert "\t" not in cell
    assert cell.encode().decode() == cell


def test_no_character_that_cells_are_cleaned_of_is_printable() -> None:
    patterns = (cells._NEWLINE, cells._CONTROL, cells._SURROGATE)
    cleaned = [one for one in map(chr, range(sys.maxunicode + 1)) if any(pattern.match(one) for pattern in patterns)]
    assert len(cleaned) > 2000
    assert [one for one in cleaned if one.isprintable()] == []


@given(TEXTS.filter(lambda text: text == cells.clean(text)))
def test_a_text_without_control_characters_comes_back_whole(text: str) -> None:
    assert cells.cell_text(cells.text_cell(text)) == text


NUMBERS = st.floats(-1, 1).map(lambda number: round(number, 4) + 0.0) | st.just(nan)
INDICES = st.lists(st.integers(0, 10**9), max_size=4).map(tuple)
SPANS = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))
WHOLE = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())


def ties(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Tie]:
    values = dict.fromkeys(["kind", "source_value", "target_value"], texts)
    return st.builds(Tie, **values, **dict.fromkeys(["source_span", "target_span"], SPANS), agrees=st.booleans())


TIES = ties(WHOLE)
RECORDS = st.builds(
    SegmentPair,
    **dict.fromkeys(
        [
            *("source_text", "target_text", "bead", "relation", "doc_relation", "method"),
            *("source_lang", "target_lang", "source_doc", "target_doc"),
        ],
        TEXTS,
    ),
    p=st.just(nan) | st.floats(0, 1).map(lambda p: round(p, 4)),
    **dict.fromkeys(["score", "cosine", "margin"], NUMBERS),
    **dict.fromkeys(["source_sentences", "target_sentences"], INDICES),
    **dict.fromkeys(["source_span", "target_span"], SPANS),
    crossing=st.booleans(),
    flags=st.lists(st.sampled_from(["empty_side", "length_ratio"]), max_size=2).map(tuple),
    evidence=st.lists(TIES, max_size=3).map(tuple),
)


@given(st.lists(ties(TEXTS), max_size=4).map(tuple))
def test_any_ties_come_back_from_one_cell(found: tuple[Tie, ...]) -> None:
    cell = cells.text_cell(ties_text(found))
    assert text_ties(cells.cell_text(cell)) == found


def test_ties_can_be_read_by_people() -> None:
    found = (
        Tie("name", True, "Bielorussia", "Belarus", (3, 14), (0, 7)),
        Tie("number", False, "30", "100", (5, 7), (9, 12)),
    )
    assert ties_text(found) == "name Bielorussia@3-14=Belarus@0-7; number 30@5-7≠100@9-12"


def test_an_evidence_that_is_no_list_of_ties_is_told_with_its_line() -> None:
    with pytest.raises(GoldError, match=r":2.*evidence.*no list of ties"):
        read("p\tevidence\n0.5\tnumber 30\n", ".tsv")
    with pytest.raises(GoldError, match=r":1.*evidence must be an array of objects, each with kind"):
        read('{"evidence": [{"kind": "number"}]}\n', ".jsonl")


def each_text(pair: SegmentPair, change: object) -> SegmentPair:
    assert callable(change)
    texts = {field.name: change(getattr(pair, field.name)) for field in fields(SegmentPair) if field.type is str}
    return replace(pair, **texts)


@given(st.lists(RECORDS, max_size=4))
def test_any_records_come_back_from_tsv_with_their_texts_cleaned(records: list[SegmentPair]) -> None:
    found = read(written(Bitext(tuple(records), "s"), ".tsv"), ".tsv")
    assert [comparable(one) for one in found] == [comparable(each_text(one, cells.clean)) for one in records]


@given(st.lists(RECORDS, max_size=4))
def test_any_records_come_back_from_jsonl_verbatim(records: list[SegmentPair]) -> None:
    found = read(written(Bitext(tuple(records), "s"), ".jsonl"), ".jsonl")
    assert [comparable(one) for one in found] == [comparable(each_text(one, as_utf16)) for one in records]


def test_a_table_is_read_by_other_programs_with_their_quoting_off() -> None:
    text = written(join([one_to_one(HOSTILE)], "s"), ".tsv")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [row["source_text"] for row in rows] == [cells.text_cell(text) for text in HOSTILE]


def test_columns_are_read_in_any_order_beside_unknown_ones() -> None:
    (record,) = read("target_text\tmood\tsource_text\tscore\nHi.\tgood\t'=Ciao.\t0.5\n", ".tsv")
    assert (record.source_text, record.target_text, record.score) == ("=Ciao.", "Hi.", 0.5)
    assert record.source_sentences == ()
    assert isnan(record.cosine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ciao\thi\n", "input:1: found 'ciao\\\\thi'; the first line must name the columns"),
        ("score\tscore\n", "each once"),
        ("score\tbead\n0.5\n", r"input:2: .*it has 1 cells, and the header row 2"),
        ("score\nmany\n", r"input:2: .*its score is 'many', which is no number"),
        ("source_sentences\n0,1\n0;1\n", r"input:3: .*its source_sentences is '0;1', which is no list"),
        ("score\tcrossing\n0.5\tyes\n", r"input:2: .*its crossing is 'yes', which is neither 1 nor 0"),
        ("target_span\n3\n", r"input:2: .*its target_span is '3', which is no span"),
    ],
)
def test_a_broken_row_is_named_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(GoldError, match=message):
        read(text, ".tsv")


def test_a_message_quotes_only_the_beginning_of_a_line() -> None:
    assert len(str(Line("f", 1, "x" * 10_000).broken("mend it"))) < 100


# --- JSONL


def test_a_record_is_one_typed_object() -> None:
    alignment = align(("È così.\n", "Sì\u2028."), ("Yes.",), Bead((0, 1), (0,), 0.81236, nan, float("-inf")))
    text = written(join([alignment], "s"), ".jsonl")
    assert "È così.\\nSì\\u2028." in text
    assert json.loads(text) == {
        **{
            "source_text": "È così.\nSì\u2028.",
            "target_text": "Yes.",
            "p": None,
            "relation": "",
            "score": 0.8124,
            "cosine": None,
            "margin": None,
        },
        **{"bead": "2-1", "doc_relation": "partial", "method": "monotone", "source_lang": "it", "target_lang": "en"},
        **{"source_doc": "it/a.txt", "target_doc": "en/a.txt", "source_sentences": [0, 1], "target_sentences": [0]},
        **{"source_span": [0, 12], "target_span": [0, 4], "crossing": False, "flags": [], "evidence": []},
        **{"unit": "", "decision": "", "note": ""},
    }
    assert list(json.loads(text)) == list(tsv.COLUMNS)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", "one JSON object"),
        ("[" * 100_000, "one JSON object"),
        ('{"score": "high"}', "its score must be a number or null"),
        ('{"score": true}', "its score must be a number or null"),
        (f'{{"score": {10**400}}}', "its score must be a number that fits a float"),
        ('{"source_text": 1}', "its source_text must be a string"),
        ('{"source_sentences": [0, -1]}', "its source_sentences must be an array of integers"),
        ('{"source_sentences": "0"}', "its source_sentences must be an array of integers"),
        ('{"crossing": 1}', "its crossing must be true or false"),
        ('{"source_span": [0]}', "its source_span must be an array of two integers"),
    ],
)
def test_an_object_of_the_wrong_type_is_named(line: str, message: str) -> None:
    with pytest.raises(GoldError, match=rf"input:2: .*{message}"):
        read('{"bead": "1-1", "more": {}}\n' + line + "\n", ".jsonl")


# --- Vecalign


def bead_lines(text: str) -> list[Bead]:
    found = sound(format_for("x.vecalign").read(Named(text)))
    return [Bead(one.source_sentences, one.target_sentences, one.score) for one in found]


def test_every_sentence_stands_in_one_bead_at_its_place() -> None:
    found = (Bead((3,), (1,), 0.5), Bead((0, 1), (2,), 0.81236), Bead((2,), ()), Bead((), (4,)))
    alignment = align(tuple("abcde"), tuple("vwxyz"), *found)
    assert written(join([alignment], "s"), ".vecalign").splitlines() == [
        *("[]:[0]:0.0000", "[0, 1]:[2]:0.8124", "[2]:[]:0.0000", "[3]:[1]:0.5000"),
        *("[4]:[]:0.0000", "[]:[3]:0.0000", "[]:[4]:0.0000"),
    ]


def test_two_documents_without_a_link_are_all_null_beads() -> None:
    assert (
        written(join([align(("a",), ("x", "y"))], "s"), ".vecalign") == "[0]:[]:0.0000\n[]:[0]:0.0000\n[]:[1]:0.0000\n"
    )


@given(st.integers(0, 8), st.integers(0, 8), st.data())
def test_any_links_come_back_among_beads_that_hold_every_sentence_once(
    n_sources: int, n_targets: int, data: st.DataObject
) -> None:
    sources = data.draw(st.permutations(range(n_sources)))
    targets = data.draw(st.permutations(range(n_targets)))
    links: list[Bead] = []
    for _ in range(data.draw(st.integers(0, 4))):
        if not sources or not targets:
            break
        n, m = data.draw(st.integers(1, min(3, len(sources)))), data.draw(st.integers(1, min(3, len(targets))))
        links.append(Bead(tuple(sorted(sources[:n])), tuple(sorted(targets[:m])), 0.5))
        sources, targets = sources[n:], targets[m:]
    alignment = align(("a",) * n_sources, ("x",) * n_targets, *links)
    text = written(join([alignment], "s"), ".vecalign")
    found = bead_lines(text)
    assert sorted(i for bead in found for i in bead.source) == list(range(n_sources))
    assert sorted(j for bead in found for j in bead.target) == list(range(n_targets))
    assert {(b.source, b.target, b.score) for b in found if b.is_link} == {(b.source, b.target, b.score) for b in links}
    assert written(join([replace(alignment, beads=tuple(found))], "s"), ".vecalign") == text


def test_several_document_pairs_have_a_leading_column() -> None:
    bitext = join([align(("a",), ("x",), Bead((0,), (0,), 0.5)), align(("b",), (), id="b")], "s")
    assert written(bitext, ".vecalign") == "0:[0]:[0]:0.5000\n1:[0]:[]:0.0000\n"
    assert [one.source_doc for one in read(written(bitext, ".vecalign"), ".vecalign")] == ["0", "1"]


@pytest.mark.parametrize(
    ("line", "source", "target", "score"),
    [
        ("[0]:[1, 2]", (0,), (1, 2), nan),
        ("[0]:[1, 2]:0.16", (0,), (1, 2), 0.16),
        ("[0,1]:[2]:0.8123", (0, 1), (2,), 0.8123),
        ("  [ 0 , 1 ] : [ 2 ] : 1e-05 ", (0, 1), (2,), 1e-05),
        ("[]:[3]:0.000000", (), (3,), 0.0),
        ("[]:[3]:-inf", (), (3,), float("-inf")),
        ("0:[0]:[0]:0.15", (0,), (0,), 0.15),
        ("12:[0]:[0]", (0,), (0,), nan),
        ("[]:[]:0", (), (), 0.0),
    ],
)
def test_beads_are_read_with_two_to_four_fields(
    line: str, source: tuple[int, ...], target: tuple[int, ...], score: float
) -> None:
    (bead,) = bead_lines(line)
    assert (bead.source, bead.target) == (source, target)
    assert bead.score == pytest.approx(score, nan_ok=True)


@pytest.mark.parametrize(
    "line",
    [
        "[0]",
        "[0]:[1",
        "[0]:[a]",
        "[0]:[-1]",
        "[0.0]:[1]",
        "[0]:[1]:high",
        "[0]:[1]:0.1:0.2",
        "[٣]:[1]",
        "0\t0",
        "[0 1]:[2]",
    ],
)
def test_a_line_that_is_no_bead_is_named(line: str) -> None:
    with pytest.raises(GoldError, match=r"^input:1: found .*; a bead is written"):
        bead_lines(line)


def test_a_bitext_that_was_read_is_written_with_the_beads_that_it_holds() -> None:
    records = (SegmentPair(source_sentences=(0, 1), target_sentences=(2,)), SegmentPair(target_sentences=(3,)))
    assert written(Bitext(records, "s"), ".vecalign") == "[0, 1]:[2]:nan\n[]:[3]:nan\n"


# --- beads from any file


@pytest.mark.parametrize("suffix", OURS)
def test_beads_are_read_from_whatever_a_writer_wrote(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "beads"
    alignment = align(tuple("abc"), tuple("xy"), Bead((0, 1), (0,), 0.5), Bead((2,), (1,), 0.25))
    path.write_text(written(join([alignment], "s"), suffix))
    names = ("", "") if suffix == ".vecalign" else ("it/a.txt", "en/a.txt")
    assert {key: [(b.source, b.target, b.score) for b in found] for key, found in beads.read_beads(path).items()} == {
        names: [((0, 1), (0,), 0.5), ((2,), (1,), 0.25)]
    }


def test_mined_pairs_are_read_as_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "gold.tsv"
    path.write_text("0\t41\n2\t103\n")
    assert [(b.source, b.target) for b in beads.read_beads(path)["", ""]] == [((0,), (41,)), ((2,), (103,))]


def test_a_file_without_lines_holds_no_beads(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text("\n\n")
    assert beads.read_beads(tmp_path / "gold") == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[0]:[0]\n[1]:[\n", r"gold:2: found '\[1\]:\['; a bead is written"),
        (b"0\t1\n0\t1\t2\n", r"gold:2: .*two line numbers"),
        (b"Dear editor,\n", r"gold: begins with 'Dear editor,', which is no bitext"),
        (b"source_text\ttarget_text\na\tb\n", r"gold: record 0 names no sentences"),
        (b"\x89PNG\r\n\x1a\n\x00", r"gold: begins with .*, which is no bitext"),
        (b"[0]:[0]\n\xff\n", r"gold:1: not UTF-8"),
    ],
)
def test_a_file_that_holds_no_beads_is_told_by_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "gold").write_bytes(content)
    with pytest.raises(GoldError, match=message):
        beads.read_beads(tmp_path / "gold")


def test_a_file_of_beads_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "no\nne", tmp_path):
        with pytest.raises(GoldError, match=r"^[^\n]*: (no such file|holds no files)[^\n]*; [^\n]*$"):
            beads.read_beads(path)


def test_a_long_line_of_blanks_is_refused_at_once() -> None:
    with pytest.raises(GoldError):
        bead_lines("[" + " " * 200_000 + "x")


# --- tables


def test_the_table_of_documents_has_a_row_for_everything() -> None:
    file = io.StringIO()
    alignment = align(("a", "b"), ("x",), Bead((0,), (0,), 0.5))
    rows = document_rows([alignment], [document("=b.txt", "fr", "c")], [("c\n.txt", "binary\tfile")])
    write_documents(rows, file)
    assert [line.split("\t") for line in file.getvalue().splitlines()] == [
        [
            *("source_doc", "target_doc", "relation", "score", "source_lang", "target_lang"),
            *("records", "source_coverage", "target_coverage", "reason"),
        ],
        ["it/a.txt", "en/a.txt", "partial", "0.5000", "it", "en", "1", "0.5000", "1.0000", ""],
        ["'=b.txt", "", "unpaired", "", "fr", "", "0", "", "", ""],
        ["c .txt", "", "skipped", "", "", "", "0", "", "", "binary file"],
    ]


def test_the_table_of_unaligned_sentences_says_where_they_stand() -> None:
    file = io.StringIO()
    alignment = align(("a", "=b"), ("x",), Bead((0,), (0,), 0.5))
    write_unaligned(unaligned([alignment], [alignment.pair.source, alignment.pair.target]), file)
    assert file.getvalue() == "doc\tlang\tsentence\tspan\ttext\tnote\nit/a.txt\tit\t1\t1-3\t'=b\t\n"


# --- whole or not at all


def put(text: str) -> object:
    return lambda file: file.write(text)


def fail(file: TextIO) -> None:
    file.write("half")
    raise KeyboardInterrupt


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_as_utf_8_with_lf_and_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.tsv", lambda file: file.write("perché\n"))
    assert (tmp_path / "a.tsv").read_bytes() == "perché\n".encode()
    assert names(tmp_path) == ["a.tsv"]


@pytest.mark.parametrize("old", [None, "old\n"])
def test_an_interruption_leaves_what_was_there(old: str | None, tmp_path: Path) -> None:
    if old is not None:
        (tmp_path / "a.tsv").write_text(old)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.tsv", fail)
    assert names(tmp_path) == ([] if old is None else ["a.tsv"])
    assert old is None or (tmp_path / "a.tsv").read_text() == old


def test_a_disk_that_fails_at_the_end_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.tsv").write_text("old\n")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.tsv: cannot be written \(No space left on device\); "):
        write_whole(tmp_path / "a.tsv", lambda file: file.write("new\n"))
    assert names(tmp_path) == ["a.tsv"]
    assert (tmp_path / "a.tsv").read_text() == "old\n"


def test_a_file_that_is_replaced_keeps_its_permissions_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    (tmp_path / "a.tsv").touch()
    (tmp_path / "a.tsv").chmod(0o640)
    for name in ("a.tsv", "b.tsv"):
        write_whole(tmp_path / name, lambda file: file.write("x"))
    assert stat.S_IMODE((tmp_path / "a.tsv").stat().st_mode) == 0o640
    assert (tmp_path / "b.tsv").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a.tsv").symlink_to(tmp_path / "real" / "b.tsv")
    write_whole(tmp_path / "a.tsv", lambda file: file.write("x"))
    assert (tmp_path / "a.tsv").is_symlink()
    assert (tmp_path / "real" / "b.tsv").read_text() == "x"


def test_the_longest_file_name_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("L" * 251 + ".tsv"), lambda file: file.write("x"))
    assert len(names(tmp_path)) == 1


def test_a_place_that_cannot_be_written_is_told_before_and_when_writing(tmp_path: Path) -> None:
    (tmp_path / "folder.tsv").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "fifo.tsv")
    (tmp_path / "null.tsv").symlink_to("/dev/null")
    for name, message in {
        "none/a.tsv": r"a\.tsv: cannot be written \(No such file or directory\); make its folder first",
        "file/a.tsv": r"a\.tsv: cannot be written \(Not a directory\); choose another place",
        "folder.tsv": r"folder\.tsv: is a folder; name a file in it",
        "fifo.tsv": r"fifo\.tsv: is no regular file; ",
        "null.tsv": r"null\.tsv: is no regular file; ",
    }.items():
        with pytest.raises(OutputError, match=message):
            check_writable(tmp_path / name)
        with pytest.raises(OutputError, match=message):
            write_whole(tmp_path / name, lambda file: file.write("x"))
    assert names(tmp_path) == ["fifo.tsv", "file", "folder.tsv", "null.tsv"]


def test_trying_a_place_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.tsv")
    check_folder(tmp_path)
    check_folder(tmp_path / "b" / "c")
    assert names(tmp_path) == []


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "b" / "c")
    make_folder(tmp_path / "b" / "c")
    assert names(tmp_path / "b") == ["c"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "b"):
        for attempt in (check_folder, make_folder):
            with pytest.raises(
                OutputError, match=r"cannot be written \((File exists|Not a directory)\); choose another place"
            ):
                attempt(folder)


FACT = Fact(
    id="fact-1",
    statements=(
        Statement("it/a", "it", (0,), (0, 4), "=Uno\u2028due", 0.87654),
        Statement("en/a", "en", (1,), (2, 5), "One", 0.9),
    ),
    p=0.9,
    langs=("en", "it"),
    stated_in=("en/a", "it/a"),
    not_stated_in=("fr/a",),
    not_stated_langs=("fr",),
    conflicts=(Conflict("it/a", "en/a", ("date 1998 / 1997",)),),
    relations=(("conflicting", 1),),
    first="1997",
    last="1998",
)
SEEN = Sighting(
    seed="m", title="M", doc="it/a", lang="it", stance="states", p=0.98765, sentence=3, span=(5, 9), text="Si."
)
UNSEEN = Sighting(seed="m", title="M", doc="en/a", lang="en", stance="not stated", p=0.1)


def test_a_fact_is_one_row_and_one_object() -> None:
    table, lines = io.StringIO(), io.StringIO()
    write_facts([FACT], table)
    write_facts_json([FACT], lines)
    header, cells = (line.split("\t") for line in table.getvalue().splitlines())
    told = dict(zip(header, cells, strict=True))
    assert (told["p"], told["n_documents"]) == ("0.9000", "2")
    assert (told["not_stated_in"], told["not_stated_langs"]) == ("fr/a", "fr")
    assert told["conflicts"] == "it/a / en/a: date 1998 / 1997"
    assert told["statements"] == "it/a: =Uno due; en/a: One"
    assert len(lines.getvalue().splitlines()) == 1
    read = json.loads(lines.getvalue())
    assert read["statements"][0]["text"] == "=Uno\u2028due"
    assert (read["statements"][0]["p"], read["n_documents"], read["relations"]) == (0.8765, 2, {"conflicting": 1})


def test_a_seed_that_is_not_stated_has_neither_sentence_nor_span() -> None:
    table, lines = io.StringIO(), io.StringIO()
    write_sightings([SEEN, UNSEEN], table)
    write_sightings_json([SEEN, UNSEEN], lines)
    header, *rows = (line.split("\t") for line in table.getvalue().splitlines())
    seen, unseen = (dict(zip(header, cells, strict=True)) for cells in rows)
    assert (seen["p"], seen["sentence"], seen["span"]) == ("0.9877", "3", "5-9")
    assert (unseen["stance"], unseen["sentence"], unseen["span"], unseen["text"]) == ("not stated", "", "", "")
    assert [json.loads(line)["sentence"] for line in lines.getvalue().splitlines()] == [3, None]
