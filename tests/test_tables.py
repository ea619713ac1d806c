"""The formats of tables, lines of scored texts, and the page: written, told from each other by content, and read."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from test_writers import HOSTILE, RECORDS, TEXTS, align, comparable, each_text

from aligner.alignment import Bead
from aligner.bitext import Bitext, SegmentPair, join
from aligner.errors import GoldError, MissingExtra, OutputError
from aligner.evidence import Tie
from aligner.pipeline import write_bitext
from aligner.writers import cells, format_for, format_of, read_records
from aligner.writers.formats import Record
from aligner.writers.mining import unquoted

TABLES = (".parquet", ".xlsx", ".csv")
OURS = (*TABLES, ".bitextor.tsv", ".hf.jsonl", ".hunalign.tsv", ".mining.tsv", ".html")
ENDING_WITH_NULLS = tuple(suffix for suffix in OURS if suffix != ".mining.tsv")

HELLO = SegmentPair(
    source_text="Ciao, mondo.",
    target_text="Hello, world.",
    p=0.75,
    score=-0.25,
    bead="1-2",
    relation="equivalent",
    source_lang="it",
    target_lang="en",
    source_doc="a/it",
    target_doc="a/en",
    source_sentences=(0,),
    target_sentences=(0, 1),
    evidence=(Tie("number", False, "30", "100", (0, 2), (3, 6)),),
)


def saved(pairs: Iterable[SegmentPair], path: Path) -> Path:
    write_bitext(Bitext(tuple(pairs), "made:so|<by>:us"), path)
    return path


def records(path: Path) -> list[Record]:
    return list(format_for(path).records(path))


def read(path: Path) -> list[SegmentPair]:
    """The records, all of which must be sound, read in the format that the content tells."""
    found = list(read_records(path))
    assert all(isinstance(one, SegmentPair) for one in found), found
    return found  # type: ignore[return-value]


def put(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8", newline="")
    return path


def texts(found: Iterable[Record]) -> list[tuple[str, str]]:
    return [(one.source_text, one.target_text) for one in found if isinstance(one, SegmentPair)]


def kept(pair: SegmentPair, suffix: str) -> dict[str, object]:
    values = {name: getattr(pair, name) for name in sorted(format_for(f"x{suffix}").carries)}
    return {name: "nan" if isinstance(value, float) and isnan(value) else value for name, value in values.items()}


# --- every one of them


@pytest.mark.parametrize("suffix", [*OURS, ".parquet.zst", ".xlsx.gz", ".mining.tsv.xz"])
def test_what_a_format_carries_comes_back(suffix: str, tmp_path: Path) -> None:
    (found,) = read(saved([HELLO], tmp_path / f"x{suffix}"))
    assert kept(found, suffix) == kept(HELLO, suffix)


@pytest.mark.parametrize("suffix", ENDING_WITH_NULLS)
def test_records_with_an_empty_side_come_back(suffix: str, tmp_path: Path) -> None:
    pairs = [replace(HELLO, source_text=""), replace(HELLO, target_text="")]
    assert texts(read(saved(pairs, tmp_path / f"x{suffix}"))) == texts(pairs)


@pytest.mark.parametrize("suffix", OURS)
def test_no_records_are_a_file_that_is_read(suffix: str, tmp_path: Path) -> None:
    assert records(saved([], tmp_path / f"x{suffix}")) == []
    empty = put(tmp_path / f"y{suffix}", "")
    if suffix in (".parquet", ".xlsx", ".html"):
        with pytest.raises(GoldError, match=r"/y\."):
            records(empty)
    else:
        assert records(empty) == []


@pytest.mark.parametrize("suffix", OURS)
def test_the_same_records_make_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    one, other = (saved([HELLO] * 3, tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert one == other


@pytest.mark.parametrize("suffix", OURS)
def test_hostile_texts_come_back_cleaned_as_the_format_needs(suffix: str, tmp_path: Path) -> None:
    pairs = [replace(HELLO, source_text=f"{text} ", target_text=f"x{text}") for text in HOSTILE]
    clean = {
        **dict.fromkeys([".parquet", ".hf.jsonl"], cells.whole),
        **dict.fromkeys([".xlsx", ".csv", ".html"], cells.block),
    }.get(suffix, cells.clean)
    expected = [(clean(pair.source_text), clean(pair.target_text)) for pair in pairs]
    assert texts(read(saved(pairs, tmp_path / f"x{suffix}"))) == expected


@pytest.mark.parametrize("suffix", OURS)
def test_a_format_is_told_by_its_content_whatever_the_name(suffix: str, tmp_path: Path) -> None:
    path = saved([HELLO, replace(HELLO, source_text="Due. ~~~ Tre.")], tmp_path / f"x{suffix}")
    for name in ("bare", "x.txt", "x.tsv", "x.jsonl", "x.vecalign", "x.csv", "x.parquet"):
        other = path.rename(tmp_path / name)
        # Scores that come first beside ~~~ are what ladder2text writes; otherwise the content tells.
        expected = ".hunalign.tsv" if suffix == ".mining.tsv" else suffix
        assert format_of(other) is format_for(f"x{expected}"), name
        path = other


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        ("Ciao\tHello\n", ".columns.tsv"),
        ("0.9\tCiao\tHello\n", ".mining.tsv"),
        ("1.07\tCiao\tHello\n1.06\tAnno\t1990\n", ".mining.tsv"),
        ("Ciao\tHello\t0.9\n", ".hunalign.tsv"),
        ("1990\tHello\t0.9\nCiao\tHi\t0.8\n", ".hunalign.tsv"),
        ("\tHello\t-0.3\n", ".hunalign.tsv"),
        ("0.9\tCiao ~~~ tu\tHello\n", ".hunalign.tsv"),
        ("0\t0\t0.3\n1\t1\t0.2\n", ".ladder"),
        ("trg_text\tsrc_text\n", ".bitextor.tsv"),
        ("source_text\ttarget_text\n", ".tsv"),
        ('"source_text"\t"target_text"\n', ".csv"),
        ("Source Text;Target Text\n", ".csv"),
        ('{"translation": {"it": "Ciao", "en": "Hello"}}\n', ".hf.jsonl"),
        ('{"id": "0", "translation":{"it": "Ciao"}}\n', ".hf.jsonl"),
        ('{"source_text": "{\\"translation\\": {}}"}\n', ".jsonl"),
    ],
)
def test_lines_of_others_are_told_apart(content: str, suffix: str, tmp_path: Path) -> None:
    assert format_of(put(tmp_path / "x", content)) is format_for(f"x{suffix}")


def test_a_suffix_decides_where_the_content_does_not(tmp_path: Path) -> None:
    content = "0.9\tCiao\tHello\n"
    for suffix in (".mining.tsv", ".hunalign.tsv"):
        (found,) = read(put(tmp_path / f"x{suffix}", content))
        assert (found.source_text, found.target_text, found.score) == ("Ciao", "Hello", 0.9)
        assert found.bead == ("1-1" if suffix == ".hunalign.tsv" else "")


@given(st.lists(RECORDS, max_size=3))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@pytest.mark.parametrize("suffix", TABLES)
def test_any_records_come_back_from_a_table(suffix: str, tmp_path: Path, pairs: list[SegmentPair]) -> None:
    pairs = [replace(pair, source_text=f"{pair.source_text}.") for pair in pairs]
    found = read(saved(pairs, tmp_path / f"x{suffix}"))
    clean = cells.whole if suffix == ".parquet" else cells.block
    expected = [each_text(pair, clean) for pair in pairs]
    assert [comparable(one) for one in found] == [comparable(one) for one in expected]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@pytest.mark.parametrize("suffix", [".bitextor.tsv", ".hf.jsonl", ".hunalign.tsv", ".mining.tsv", ".html"])
def test_any_texts_come_back_from_the_other_formats(suffix: str, tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    held = [replace(HELLO, source_text=f"{source}.", target_text=f"{target}!") for source, target in pairs]
    clean = {".hf.jsonl": cells.whole, ".html": cells.block}.get(suffix, cells.clean)
    expected = [(clean(pair.source_text), clean(pair.target_text)) for pair in held]
    assert texts(records(saved(held, tmp_path / f"x{suffix}"))) == expected


# --- CSV


def test_a_csv_is_what_rfc_4180_says_and_harmless(tmp_path: Path) -> None:
    path = saved([replace(HELLO, source_text="=1+1", target_text='Due,\n"tre"')], tmp_path / "x.csv")
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfsource_text,target_text,p,")
    assert data.endswith(b"\r\n")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert (row["source_text"], row["target_text"], row["bead"]) == ("'=1+1", 'Due,\n"tre"', "1-2")


@pytest.mark.parametrize(
    "content",
    [
        "\n\nSCORE;Target Text;source_text\n0,5;Hello;Ciao\n;;\n",
        'source_text\ttarget_text\tscore\n"Ciao"\tHello\t0.5\n',
        "\ufeffnote,source_text,target_text,score\nx,Ciao,Hello,0.5\n",
    ],
)
def test_a_csv_is_read_with_other_marks_and_headers(content: str, tmp_path: Path) -> None:
    (found,) = records(put(tmp_path / "x.csv", content))
    assert isinstance(found, SegmentPair)
    assert (found.source_text, found.target_text, found.score) == ("Ciao", "Hello", 0.5)


def test_broken_rows_of_a_csv_are_named_and_the_others_read(tmp_path: Path) -> None:
    content = 'source_text,target_text,p\nA,a,0.5\nB,b\nC,c,2\n"D\nd",e,\nF,"f' + "x\n" * 200_000 + 'G,g,0.5\nH,"h\n'
    first, short, wrong, two_lines, *others = records(put(tmp_path / "x.csv", content))
    assert isinstance(first, SegmentPair)
    assert isinstance(two_lines, SegmentPair)
    assert two_lines.source_text == "D\nd"
    assert re.search(r"x\.csv:3: found 'B,b'; it has 2 cells, and the header row 3", str(short))
    assert re.search(r"x\.csv:4: .*its p is '2', which is no probability", str(wrong))
    assert re.search(r"x\.csv:7: .*a quotation is not closed", str(others[0]))
    assert ("G", "g") in texts(others)


def test_a_text_that_is_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    for suffix, longest in ((".csv", 131_072), (".xlsx", 32_767)):
        (found,) = read(saved([replace(HELLO, source_text="x" * longest)], tmp_path / f"x{suffix}"))
        assert len(found.source_text) == longest
        with pytest.raises(OutputError, match=rf"record 2 holds a source_text of more than {longest:,} characters"):
            saved([HELLO, replace(HELLO, source_text="🎉" * (longest // 2 + 1))], tmp_path / f"y{suffix}")
        assert not (tmp_path / f"y{suffix}").exists()


# --- XLSX


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    pair = replace(HELLO, source_text="=1+1", target_text="#N/A", bead="1-2")
    sheet = load_workbook(saved([pair], tmp_path / "x.xlsx")).active
    assert sheet is not None
    header, row = sheet.iter_rows()
    found = {name.value: (cell.value, cell.data_type) for name, cell in zip(header, row, strict=True)}
    assert found["source_text"] == ("=1+1", "s")
    assert found["target_text"] == ("#N/A", "s")
    assert found["bead"] == ("1-2", "s")
    assert found["score"] == (-0.25, "n")
    assert sheet.freeze_panes == "A2"
    assert row[0].alignment.wrap_text


def test_a_code_in_a_text_is_no_letter_to_excel(tmp_path: Path) -> None:
    pair = replace(HELLO, source_text="_x0041_ _x005F_x0041_ _x005F_")
    path = saved([pair], tmp_path / "x.xlsx")
    assert read(path)[0].source_text == pair.source_text
    assert b"_x005F_x0041_ " in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_a_workbook_of_others_is_read_and_broken_rows_named(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [[None], ["Score", "SOURCE TEXT", "target_text", "mood"], [0.5, "Ciao", 7, True], [], ["x", "Sì"], [1]]:
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    first, broken, last = read_records(tmp_path / "x.xlsx")
    assert isinstance(first, SegmentPair)
    assert (first.source_text, first.target_text, first.score) == ("Ciao", "7", 0.5)
    assert re.search(r"x\.xlsx:5: found 'x \| Sì'; its score is 'x', which is no number", str(broken))
    assert isinstance(last, SegmentPair)


def rezipped(path: Path, name: str, data: bytes) -> Path:
    held = {part: zipfile.ZipFile(path).read(part) for part in zipfile.ZipFile(path).namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in {**held, name: data}.items():
            archive.writestr(part, content)
    return path


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)


@pytest.mark.parametrize(
    "sheet",
    [
        b"<" + b" " * (300 << 20),
        (LAUGHS + SHEET.format('<row r="1"><c t="inlineStr"><is><t>&a9;</t></is></c></row>')).encode(),
        SHEET.format('<row r="1"><c><v>1</v></c></row>' * 3)[:-40].encode(),
    ],
    ids=["bomb", "entities", "cut"],
)
def test_a_workbook_that_fills_the_memory_or_is_damaged_is_refused(sheet: bytes, tmp_path: Path) -> None:
    path = rezipped(saved([HELLO], tmp_path / "x.xlsx"), "xl/worksheets/sheet1.xml", sheet)
    with pytest.raises(GoldError, match=r"x\.xlsx: (unpacks to more|damaged|1: )|x\.xlsx:1: "):
        list(read_records(path))


def test_cells_far_out_cost_nothing(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n * 10_000_000}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 50))
    path = rezipped(saved([HELLO], tmp_path / "x.xlsx"), "xl/worksheets/sheet1.xml", SHEET.format(rows).encode())
    assert list(read_records(path)) == []


# --- Parquet


def test_parquet_has_types_and_says_how_it_was_made(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(saved([HELLO], tmp_path / "x.parquet"))
    assert table.schema.metadata[b"aligner"] == b"made:so|<by>:us"
    assert str(table.schema.field("target_sentences").type) == "list<element: int64>"
    (row,) = table.to_pylist()
    assert (row["p"], row["cosine"], row["crossing"]) == (0.75, None, False)
    assert row["evidence"][0]["source_span"] == [0, 2]


def test_parquet_of_others_is_read_and_broken_rows_named(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    ours = {"source_text": ["Ciao", "Sì"], "target_text": ["Hello", None], "p": [0.5, 2.0], "mood": [1, 2]}
    parquet.write_table(pa.table(ours), tmp_path / "x.parquet")
    first, broken = read_records(tmp_path / "x.parquet")
    assert texts([first]) == [("Ciao", "Hello")]
    assert re.search(r"x\.parquet:2: .*its p must be a number from 0 to 1", str(broken))
    theirs = {"id": ["0"], "translation": [{"it": "Ciao", "en": "Hello", "fr": "Salut"}]}
    parquet.write_table(pa.table(theirs), tmp_path / "y.parquet")
    assert texts(read(tmp_path / "y.parquet")) == [("Ciao", "Hello"), ("Ciao", "Salut")]
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "z.parquet")
    with pytest.raises(GoldError, match=r"z\.parquet: must have columns"):
        read(tmp_path / "z.parquet")
    put(tmp_path / "cut.parquet", "PAR1 and so on")
    with pytest.raises(GoldError, match=r"cut\.parquet: damaged, or no Parquet"):
        read(tmp_path / "cut.parquet")


def test_rows_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"source_text": ["x" * (2 << 20)] * 256}), tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size < 1 << 20
    with pytest.raises(GoldError, match=r"x\.parquet: rows of more than 1 MiB"):
        read(tmp_path / "x.parquet")


def test_a_parquet_without_pyarrow_is_told_and_other_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [saved([HELLO], tmp_path / name) for name in ("x.parquet", "x.hf.jsonl")]
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"needs pyarrow; run: pip install 'aligner\[parquet\]'"):
        read(paths[0])
    assert len(read(paths[1])) == 1


# --- mined pairs


def test_mined_pairs_come_best_first_by_one_measure_and_ties_keep_their_order(tmp_path: Path) -> None:
    pairs = [
        replace(HELLO, source_text=name, p=p, score=1) for name, p in zip("abcd", (0.5, nan, 0.9, 0.5), strict=True)
    ]
    lines = saved([*pairs, replace(HELLO, target_text="")], tmp_path / "x.mining.tsv").read_text().splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["0.9000", "c"], ["0.5000", "a"], ["0.5000", "d"], ["nan", "b"]]
    unsure = [replace(pair, p=nan, score=nan, margin=1.25) for pair in pairs]
    assert saved(unsure, tmp_path / "y.mining.tsv").read_text().startswith("1.2500\ta\t")


def test_mined_pairs_are_read_raw_and_quoted_and_a_margin_is_a_score(tmp_path: Path) -> None:
    content = '1.07\t"Disse ""ciao""."\tHe said "hi".\n1.0\t"Uno"\tOne\nbest\tx\ty\n0.9\tx\n'
    first, second, *broken = records(put(tmp_path / "x.mining.tsv", content))
    assert texts([first, second]) == [('Disse "ciao".', 'He said "hi".'), ('"Uno"', "One")]
    assert isinstance(first, SegmentPair)
    assert (first.score, isnan(first.p)) == (1.07, True)
    assert [str(one).partition(": ")[0].rpartition(":")[2] for one in broken] == ["3", "4"]


@given(TEXTS.map(cells.clean))
def test_a_text_that_python_quotes_is_read_as_it_was(text: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter="\t", lineterminator="").writerow(["0", text])
    if '"' in text:
        assert unquoted(file.getvalue()[2:]) == text


# --- bitextor


def test_bitextor_s_columns_are_read_in_any_order(tmp_path: Path) -> None:
    header = "trg_text src_text hunalign_score src_url trg_url src_paragraph_id bicleaner_ai_score src_num_tokens"
    rows = ["Hello Ciao 0.3 a b p1:1 0.91 1", "Hi Sì x y", "Hi Sì 0.3 a b p1:1 many 1"]
    content = "\n".join([header, *rows, ""]).replace(" ", "\t")
    first, short, wrong = records(put(tmp_path / "x.bitextor.tsv", content))
    assert isinstance(first, SegmentPair)
    assert (first.source_text, first.source_doc, first.score) == ("Ciao", "a", 0.91)
    assert isnan(first.p)
    assert re.search(r":3: .*it has 4 cells, and the header row 8", str(short))
    assert re.search(r":4: .*its score is 'many'", str(wrong))


def test_bicleaner_finds_the_texts_by_name_and_in_columns_3_and_4(tmp_path: Path) -> None:
    header, row = (line.split("\t") for line in saved([HELLO], tmp_path / "x.bitextor.tsv").read_text().splitlines())
    assert (header[2:4], row[2:4]) == (["src_text", "trg_text"], ["Ciao, mondo.", "Hello, world."])


# --- Hugging Face


def test_a_text_in_three_languages_is_one_object(tmp_path: Path) -> None:
    in_unit = replace(HELLO, unit="u7")
    pairs = [
        replace(HELLO, source_text="Sì", target_text="Yes"),
        in_unit,
        replace(in_unit, target_lang="fr", target_text="Salut"),
        replace(in_unit, source_lang="en", source_text="Hello, world.", target_lang="fr", target_text="Salut"),
    ]
    path = saved(pairs, tmp_path / "x.hf.jsonl")
    assert path.read_text(encoding="utf-8") == (
        '{"translation": {"it": "Sì", "en": "Yes"}}\n'
        '{"translation": {"it": "Ciao, mondo.", "en": "Hello, world.", "fr": "Salut"}, "unit": "u7"}\n'
    )
    found = read(path)
    assert [(one.source_lang, one.target_lang, one.unit) for one in found] == [
        ("it", "en", ""),
        ("it", "en", "u7"),
        ("it", "fr", "u7"),
    ]


def test_a_unit_with_two_texts_in_a_language_stays_as_it_is(tmp_path: Path) -> None:
    pairs = [replace(HELLO, unit="u1"), replace(HELLO, unit="u1", target_text="Hi.")]
    assert texts(read(saved(pairs, tmp_path / "x.hf.jsonl"))) == texts(pairs)


def test_texts_without_two_languages_cannot_stand_by_language(tmp_path: Path) -> None:
    for pair in (replace(HELLO, source_lang=""), replace(HELLO, source_lang="en")):
        with pytest.raises(OutputError, match="record 1 does not tell two languages"):
            saved([pair], tmp_path / "x.hf.jsonl")


def test_broken_objects_are_named(tmp_path: Path) -> None:
    lines = [
        '{"translation": {"it": "Ciao", "en": "Hello", "fr": null}, "p": 0.5, "id": 3}',
        '{"translation": {"it": "Ciao"}}',
        '{"translation": {"it": "Ciao", "en": 1}}',
        "[]",
        '{"translation": {"it": "A", "en": "B", "fr": "C"}}',
    ]
    first, *broken, fourth, fifth = records(put(tmp_path / "x.hf.jsonl", "\n".join(lines)))
    assert isinstance(first, SegmentPair)
    assert (first.p, first.unit) == (0.5, "")
    assert [str(one).partition(": ")[0].rpartition(":")[2] for one in broken] == ["2", "3", "4"]
    assert [one.unit for one in (fourth, fifth) if isinstance(one, SegmentPair)] == ["u5", "u5"]


# --- hunalign's text


def test_sentences_are_marked_where_they_are_known(tmp_path: Path) -> None:
    alignment = align(("Uno. ", "Due. ", "Tre."), ("One. Two.", "Four."), Bead((0, 1), (0,), 0.5))
    path = tmp_path / "x.hunalign.tsv"
    write_bitext(join([alignment], "s"), path)
    assert path.read_text().splitlines() == [
        "Uno. ~~~ Due.\tOne. Two.\t0.5000",
        "Tre.\t\t0.0000",
        "\tFour.\t0.0000",
    ]
    assert [(one.source_text, one.bead) for one in read(path)] == [("Uno. Due.", "2-1"), ("Tre.", "1-0"), ("", "0-1")]


def test_sentences_are_joined_without_a_blank_where_their_script_has_none(tmp_path: Path) -> None:
    lines = "一。 ~~~ 二。\tOne. ~~~ Two.\t0.5\n하나. ~~~ 둘.\tหนึ่ง ~~~ สอง\t0.5\n"
    found = read(put(tmp_path / "x.hunalign.tsv", lines))
    assert texts(found) == [("一。二。", "One. Two."), ("하나. 둘.", "หนึ่งสอง")]
    assert [one.bead for one in found] == ["2-2", "2-2"]


def test_a_score_may_come_first_and_broken_lines_are_named(tmp_path: Path) -> None:
    path = put(tmp_path / "x.hunalign.tsv", "0.5\tUno. ~~~ Due.\tOne.\n0.3\tNel\t1990\n0.2\tz\n")
    *found, broken = records(path)
    assert texts(found) == [("Uno. Due.", "One."), ("Nel", "1990")]
    assert "x.hunalign.tsv:3: " in str(broken)


# --- the page


def test_a_page_is_one_file_without_script_whatever_it_shows(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"' onload=x &amp; </td></table>"
    fields = dict.fromkeys(["source_text", "target_text", "source_lang", "source_doc", "relation"], evil)
    tie = Tie(evil, False, evil, evil, (0, 1), (0, 1))
    page = saved([replace(HELLO, **fields, evidence=(tie,))], tmp_path / "x.html").read_bytes()
    elements = [element for element in html.document_fromstring(page).iter() if isinstance(element.tag, str)]
    assert {str(element.tag) for element in elements} == set(
        "html head meta title style body table tr th td span ul li footer".split()
    )
    attributes = {name for element in elements for name in element.attrib}
    assert attributes == set("xmlns charset name content http-equiv class lang dir".split())
    assert b"url(" not in page
    (found,) = read(tmp_path / "x.html")
    assert (found.source_text, found.source_lang, found.relation) == (evil, evil, evil)


def test_a_page_tells_languages_and_what_the_texts_contradict(tmp_path: Path) -> None:
    page = saved([HELLO], tmp_path / "x.html").read_text()
    assert '<td class="source" lang="it" dir="auto">Ciao, mondo.</td>' in page
    assert '<li class="differs">number 30 / 100</li>' in page
    assert "made:so|&lt;by&gt;:us" in page


def test_another_s_page_is_no_bitext(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="which is no bitext"):
        list(read_records(put(tmp_path / "x.html", "<html><body><tr><td>x</td></tr></body></html>")))
    cut = saved([HELLO, HELLO], tmp_path / "y.html").read_text()[:-60]
    with pytest.raises(GoldError, match=r"y\.html: line \d+: not well-formed XML"):
        list(read_records(put(tmp_path / "y.html", cut)))
