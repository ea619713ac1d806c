"""The `align` command: what it prints, what it writes, and how it ends."""

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aligner import align_files
from aligner.cli import main
from aligner.evidence import Tie
from aligner.pipeline import FAMILIES, inspect_corpus
from aligner.readers.ids import printable
from aligner.writers.cells import text_cell
from aligner.writers.ties import ties_text

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
GOLD = ROOT / "tests" / "gold"
ALIGN = Path(sys.executable).with_name("align")
FILES = {
    "bitext.tsv",
    "bitext.jsonl",
    "documents.tsv",
    "unaligned.tsv",
    "run.json",
    "related.tsv",
    "facts.tsv",
    "facts.jsonl",
    "texts.jsonl",
    "report.html",
}
COLUMNS = (
    "source_text target_text p relation score cosine margin bead doc_relation method source_lang target_lang "
    "source_doc target_doc source_sentences target_sentences source_span target_span crossing flags evidence unit "
    "decision note"
)
IT, EN = CORPUS / "it" / "partenariato-1995.txt", CORPUS / "en" / "minsk-mission-brussels.txt"
Rows = list[dict[str, str]]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def align(*arguments: object) -> Result:
    """The command, which must succeed."""
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result


def table(path: Path) -> Rows:
    header, *rows = path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    return [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")]


def beads(text: str) -> list[tuple[list[int], list[int]]]:
    return [(json.loads(line.split(":")[0]), json.loads(line.split(":")[1])) for line in text.splitlines()]


def numbers(cell: str) -> list[int]:
    return [int(number) for number in cell.replace("-", ",").split(",")]


# The main job


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that `align corpus` wrote by default, and what it printed."""
    folder = tmp_path_factory.mktemp("job")
    shutil.copytree(CORPUS, folder / "corpus")
    done = subprocess.run(
        [ALIGN, "corpus", "--encoder", "use"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "outputs" / "corpus", done.stdout


@pytest.fixture
def written(job: tuple[Path, str]) -> Path:
    return job[0]


def test_the_main_job_writes_its_files_and_nothing_else(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == FILES


def test_the_summary_tells_documents_pairs_records_coverage_and_files(job: tuple[Path, str]) -> None:
    folder, told = job
    pairs = [row for row in table(folder / "documents.tsv") if row["target_doc"]]
    lines = told.splitlines()
    assert lines[0].split() == ["documents", "16"]
    assert any(line.split()[:3] == ["it", "8", "documents,"] and "% of them aligned" in line for line in lines)
    assert any(line.split()[:3] == ["en", "8", "documents,"] and "% of them aligned" in line for line in lines)
    assert any(line.startswith(f"pairs      {len(pairs)}: 1 parallel, 1 partial, ") for line in lines)
    assert any(line.split() == ["unpaired", "4", "documents"] for line in lines)
    assert any(line.startswith(f"records    {len(table(folder / 'bitext.tsv'))}: ") for line in lines)
    assert {line.strip() for line in lines} >= {f"outputs/corpus/{name}" for name in FILES}


def test_the_tsv_has_the_promised_columns_and_no_carriage_return(written: Path) -> None:
    content = (written / "bitext.tsv").read_bytes()
    assert content.decode("utf-8").split("\n")[0].split("\t") == COLUMNS.split()
    assert b"\r" not in content
    assert content.endswith(b"\n")


def test_each_records_text_is_the_span_of_its_document(written: Path) -> None:
    for row in table(written / "bitext.tsv"):
        for side in ("source", "target"):
            start, end = numbers(row[f"{side}_span"])
            content = (CORPUS / row[f"{side}_doc"]).read_text(encoding="utf-8")
            assert row[f"{side}_text"] == text_cell(content[start:end])


def test_each_record_agrees_with_itself(written: Path) -> None:
    for row in table(written / "bitext.tsv"):
        sizes = [len(numbers(row[f"{side}_sentences"])) for side in ("source", "target")]
        assert row["bead"] == f"{sizes[0]}-{sizes[1]}"
        assert 0 <= float(row["score"]) <= 1
        assert -1 <= float(row["cosine"]) <= 1
        assert row["method"] == {"comparable": "mining"}.get(row["doc_relation"], "monotone")
        assert (row["source_lang"], row["target_lang"]) == ("it", "en")


def test_jsonl_holds_the_same_records_typed(written: Path) -> None:
    typed, rows = records(written / "bitext.jsonl"), table(written / "bitext.tsv")
    assert len(typed) == len(rows)
    for record, row in zip(typed, rows, strict=True):
        assert list(record) == COLUMNS.split()
        for column, value in record.items():
            if column.endswith(("_sentences", "_span")):
                assert value == numbers(row[column])
            elif column in ("score", "cosine", "margin"):
                assert isinstance(value, float)
                assert f"{value:.4f}" == row[column]
            elif column == "p":
                assert ("" if value is None else f"{value:.4f}") == row[column]
            elif column == "flags":
                assert ",".join(value) == row[column]
            elif column == "evidence":
                assert text_cell(ties_text(Tie(**tie) for tie in value)) == row[column]
            elif column == "crossing":
                assert isinstance(value, bool)
                assert row[column] == str(int(value))
            else:
                assert isinstance(value, str)
                assert text_cell(value) == row[column]


def test_documents_are_pairs_then_unpaired(written: Path) -> None:
    rows = table(written / "documents.tsv")
    assert list(rows[0])[:4] == ["source_doc", "target_doc", "relation", "score"]
    kinds = [row["relation"] == "unpaired" for row in rows]
    assert kinds == sorted(kinds)
    assert {row[side] for row in rows for side in ("source_doc", "target_doc")} - {""} == {
        path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*.txt")
    }
    for row in rows:
        assert bool(row["target_doc"]) == (row["relation"] in {"parallel", "partial", "comparable"})
        assert bool(row["score"]) == bool(row["target_doc"])


def test_every_sentence_is_in_a_record_or_unaligned_and_never_both(written: Path) -> None:
    linked: set[tuple[str, int]] = set()
    for row in table(written / "bitext.tsv"):
        for side in ("source", "target"):
            linked |= {(row[f"{side}_doc"], number) for number in numbers(row[f"{side}_sentences"])}
    left = [(row["doc"], int(row["sentence"])) for row in table(written / "unaligned.tsv")]
    _, documents = inspect_corpus(CORPUS)
    assert len(left) == len(set(left))
    assert not linked & set(left)
    assert linked | set(left) == {(document.id, number) for document in documents for number in range(len(document))}


def test_unaligned_sentences_are_the_spans_of_their_documents(written: Path) -> None:
    for row in table(written / "unaligned.tsv"):
        start, end = numbers(row["span"])
        content = (CORPUS / row["doc"]).read_text(encoding="utf-8")
        assert row["text"] == text_cell(content[start:end])
        assert row["doc"].startswith(f"{row['lang']}/")


def test_run_json_tells_how_it_was_made(written: Path) -> None:
    told = json.loads((written / "run.json").read_text(encoding="utf-8"))
    assert told["signature"].startswith("aligner:")
    assert "encoder:use|splitter:rules" in told["signature"]
    assert told["records"] == len(table(written / "bitext.tsv"))
    assert told["languages"]["it"]["documents"] == 8
    assert set(told["versions"]) >= {"python", "numpy"}


@pytest.mark.parametrize("arguments", [["corpus"], ["run", "corpus"]])
def test_a_second_run_and_the_long_form_give_the_same_bytes(
    arguments: list[str], written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written.parent.parent)
    align(*arguments, "-o", tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


def test_langs_turn_the_sides_round(written: Path, tmp_path: Path) -> None:
    align(CORPUS, "--langs", "en,it", "-o", tmp_path)
    turned, rows = table(tmp_path / "bitext.tsv"), table(written / "bitext.tsv")
    assert {(row["source_lang"], row["target_lang"]) for row in turned} == {("en", "it")}
    other = {"source_contains_target": "target_contains_source", "target_contains_source": "source_contains_target"}
    assert {(row["source_doc"], row["target_doc"], row["relation"]) for row in turned} == {
        (row["target_doc"], row["source_doc"], other.get(row["relation"], row["relation"])) for row in rows
    }
    assert {(row["source_text"], row["target_text"]) for row in turned} == {
        (row["target_text"], row["source_text"]) for row in rows
    }


def test_langs_leave_the_others_out_and_say_so(tmp_path: Path) -> None:
    shutil.copytree(CORPUS, tmp_path / "corpus")
    (tmp_path / "corpus" / "de").mkdir()
    german = "Der Zug nach Bologna fährt um sieben Uhr ab, und der Regen hört nicht auf. Das Museum ist geschlossen."
    (tmp_path / "corpus" / "de" / "zug.txt").write_text(german, encoding="utf-8")
    align(tmp_path / "corpus", "--langs", "it,en", "-o", tmp_path / "out")
    (row,) = [row for row in table(tmp_path / "out" / "documents.tsv") if row["relation"] == "skipped"]
    assert (row["source_doc"], row["reason"]) == ("de/zug.txt", "language de, not among en, it")


def test_results_inside_the_corpus_are_not_read_as_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang, path in (("it", IT), ("en", EN)):
        (tmp_path / lang).mkdir()
        shutil.copy(path, tmp_path / lang)
    monkeypatch.chdir(tmp_path)
    align(".")
    first = (tmp_path / "outputs" / tmp_path.name / "bitext.tsv").read_bytes()
    align(".")
    assert (tmp_path / "outputs" / tmp_path.name / "bitext.tsv").read_bytes() == first


# Two files


@pytest.mark.parametrize("mode", ["auto", "parallel", "comparable"])
@pytest.mark.parametrize("suffix", ["tsv", "jsonl", "vecalign"])
def test_two_files_are_aligned_in_each_mode_and_format(suffix: str, mode: str, tmp_path: Path) -> None:
    output = tmp_path / f"out.{suffix}"
    result = align("pair", IT, EN, "-o", output, "--mode", mode)
    assert result.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    if suffix == "vecalign":
        assert len([bead for bead in beads(output.read_text(encoding="utf-8")) if bead[0] and bead[1]]) >= 10
        return
    found = records(output) if suffix == "jsonl" else table(output)
    assert len(found) >= 10
    assert {row["doc_relation"] for row in found} == {"parallel" if mode == "auto" else mode}
    assert {row["method"] for row in found} == {"mining" if mode == "comparable" else "monotone"}


def test_vecalign_holds_every_sentence_of_both_files_once(tmp_path: Path) -> None:
    source, target = (CORPUS / name for name in ("it/corridoio-nord.txt", "en/afghan-freight-line.txt"))
    align("pair", source, target, "-o", tmp_path / "out.vecalign")
    (alignment,) = align_files(source, target).alignments
    found = beads((tmp_path / "out.vecalign").read_text(encoding="utf-8"))
    assert sorted(i for bead in found for i in bead[0]) == list(range(len(alignment.pair.source)))
    assert sorted(j for bead in found for j in bead[1]) == list(range(len(alignment.pair.target)))
    assert any(not bead[0] or not bead[1] for bead in found)


@pytest.mark.parametrize("arguments", [[], ["-o", "-"]])
def test_standard_output_is_the_tsv(arguments: list[str], tmp_path: Path) -> None:
    align("pair", IT, EN, "-o", tmp_path / "out.tsv")
    assert align("pair", IT, EN, *arguments).stdout == (tmp_path / "out.tsv").read_text(encoding="utf-8")


def test_the_splitter_lines_takes_one_sentence_a_line(tmp_path: Path) -> None:
    for lang in ("it", "en"):
        shutil.copy(GOLD / f"partenariato-1995.{lang}.lines", tmp_path / f"{lang}.txt")
    result = align("pair", tmp_path / "it.txt", tmp_path / "en.txt", "--splitter", "lines")
    header, *rows = (line.split("\t") for line in result.stdout.splitlines())
    lines = (tmp_path / "it.txt").read_text(encoding="utf-8").splitlines()
    for row in rows:
        record = dict(zip(header, row, strict=True))
        assert record["source_text"] == " ".join(lines[number] for number in numbers(record["source_sentences"]))


def test_the_languages_of_two_files_may_be_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Minsk.", encoding="utf-8")
    result = align("pair", tmp_path / "a.txt", tmp_path / "a.txt", "--langs", "pl,en", "--mode", "parallel")
    row = result.stdout.splitlines()[1].split("\t")
    assert row[COLUMNS.split().index("source_lang")] == "pl"
    assert row[COLUMNS.split().index("target_lang")] == "en"


def test_unrelated_files_give_no_records(tmp_path: Path) -> None:
    result = align("pair", CORPUS / "it" / "golfo-di-guinea.txt", EN)
    assert result.stdout.splitlines() == ["\t".join(COLUMNS.split())]


# Explaining


def test_a_bead_is_explained_in_words_and_in_json() -> None:
    told = align("explain", IT, EN, "--source-sentence", 2).stdout
    found = json.loads(align("explain", IT, EN, "--source-sentence", 2, "--json").stdout)
    assert told.startswith(f"sentence 2 of {printable(str(IT))}, parallel, aligned by monotone\n")
    assert found["source_text"] in told
    chosen = f"chosen  {found['chosen']['source_sentences']}:{found['chosen']['target_sentences']}"
    assert chosen in told.splitlines()
    assert told.count("dearer by ") == len(found["others"]) == 5


def test_an_explanation_says_what_it_lacks() -> None:
    result = invoke("explain", IT, EN, "--source-sentence", 999)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: .*partenariato-1995\.txt: has no sentence 999, but \d+ sentences; .*\n", result.stderr)
    assert invoke("explain", IT, EN).exit_code == 2
    assert invoke("explain", IT, EN, "--source-sentence", "-1").exit_code == 2


# Mining


def test_mined_sentences_are_line_numbers_from_0_and_blank_lines_count(tmp_path: Path) -> None:
    italian = ["", "Il treno per Bologna parte alle 7.45.", "La signora ha perso l'ombrello verde.", "", "Ha piovuto."]
    english = ["Mrs Bianchi has lost her green umbrella.", "", "", "", "The train to Bologna leaves at 7:45."]
    (tmp_path / "it.txt").write_text("\n".join(italian) + "\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("\r\n".join(english), encoding="utf-8")
    output = tmp_path / "out.tsv"
    align("mine", tmp_path / "it.txt", tmp_path / "en.txt", "--langs", "it,en", "-o", output)
    found = {(row["source_sentences"], row["target_sentences"]) for row in table(output)}
    assert found == {("1", "4"), ("2", "0")}
    assert {(row["source_text"], row["method"]) for row in table(output)} == {
        (italian[1], "mining"),
        (italian[2], "mining"),
    }


def test_mining_finds_the_same_in_any_memory(tmp_path: Path) -> None:
    outputs = []
    for size in ("1", "64k", "2G"):
        outputs.append(tmp_path / f"{size}.tsv")
        align("mine", IT, EN, "--langs", "it,en", "--max-memory", size, "-o", outputs[-1])
    assert len({output.read_bytes() for output in outputs}) == 1
    assert len(table(outputs[0])) > 1


def test_an_approximate_index_tells_its_recall_and_finds_the_same_in_any_memory(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("aligner.clusters.MIN_PAIRS", 0)
    monkeypatch.setattr("aligner.clusters.MIN_SIDE", 10)
    sides = [GOLD / f"partenariato-1995.{lang}.lines" for lang in ("it", "en")]
    outputs = []
    for size in ("1", "2G"):
        outputs.append(tmp_path / f"{size}.jsonl")
        result = align(
            "mine", *sides, "--langs", "it,en", "--index", "clusters", "--max-memory", size, "-o", outputs[-1]
        )
        (told,) = (line for line in result.stderr.splitlines() if "approximate" in line)
        assert re.fullmatch(
            r"warning: the search was approximate: by \d+ sentences searched exactly, [\d.]+% have their nearest "
            r"neighbour, and [\d.]+% of the 6 nearest are there",
            told,
        )
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert invoke("mine", IT, EN, "--index", "faiss").exit_code == 2


@pytest.mark.parametrize("size", ["", "G", "-1", "0", "0M", "1.5G", "8 GB", "\N{SUPERSCRIPT TWO}"])
def test_a_size_that_is_none_is_a_usage_error(size: str) -> None:
    result = invoke("mine", IT, EN, "--max-memory", size)
    assert result.exit_code == 2
    assert "not a size, as in 500M or 8G" in result.stderr


# Evaluation


def test_evaluation_of_gold_against_itself_is_perfect() -> None:
    gold = GOLD / "corridoio-nord.gold"
    told = json.loads(align("evaluate", gold, gold, "--json").stdout)
    assert (told["strict"]["f1"], told["lax"]["f1"], told["n_gold"]) == (1, 1, 22)


def test_evaluation_prints_a_table(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text("[0]:[0]\n[1]:[1]\n[2]:[]\n", encoding="utf-8")
    (tmp_path / "predicted").write_text("[0]:[0]:0.16\n[1]:[1, 2]:0.5\n", encoding="utf-8")
    lines = [line.split() for line in align("evaluate", tmp_path / "predicted", tmp_path / "gold").stdout.splitlines()]
    assert lines[0] == ["precision", "recall", "F1"]
    assert lines[1] == ["strict", "0.5000", "0.5000", "0.5000"]
    assert lines[2] == ["lax,", "Vecalign", "1.0000", "1.0000", "1.0000"]
    assert lines[3] == ["lax,", "SentAlign", "1.0000", "0.6667", "0.8000"]
    assert lines[4] == ["inside", "0.5000", "covered", "0.5000"]
    assert ["1-1", "2", "1", "1", "1.0000", "0.5000", "0.6667"] in lines
    assert ["mistakes", "1:", "1", "boundary"] in lines


@pytest.fixture
def systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with gold for 12 documents, their texts, and what two systems made of them."""
    for folder in ("gold", "good", "bad", "it", "en"):
        (tmp_path / folder).mkdir()
    for document in range(12):
        links = [(i, i) for i in range(10)]
        moved = {"gold": 10, "good": 9, "bad": document % 5}
        for folder, n_right in moved.items():
            lines = [f"[{i}]:[{j + (i >= n_right)}]\n" for i, j in links]
            (tmp_path / folder / f"{document}.vecalign").write_text("".join(lines), encoding="utf-8")
        for lang in ("it", "en"):
            lines = [f"{lang} {document} {i}\n" for i in range(11)]
            (tmp_path / lang / f"{document}.txt").write_text("".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders_are_evaluated_document_by_document(systems: Path) -> None:
    lines = align("evaluate", "bad", "gold").stdout.splitlines()
    assert "mean of 12 documents" in lines
    assert "intervals: 1000 resamples of 12 documents, seed 2" in lines
    told = json.loads(align("evaluate", "bad", "gold", "--json").stdout)
    assert [document["source_doc"] for document in told["documents"]][:3] == ["0", "1", "10"]
    assert told["macro"]["strict"]["f1"] == pytest.approx(told["strict"]["f1"])


def test_two_systems_are_compared(systems: Path) -> None:
    (strict,) = (
        line.split()
        for line in align("evaluate", "good", "gold", "--against", "bad").stdout.splitlines()
        if line.startswith("strict") and "+" in line
    )
    assert strict[1:3] == ["0.1750", "+0.7250"]
    assert float(strict[-1]) < 0.01
    told = json.loads(align("evaluate", "good", "gold", "--against", "bad", "--json").stdout)["against"]
    assert told["gains"]["strict"]["difference"] == pytest.approx(0.9 - told["scores"]["strict"]["f1"])


def test_mistakes_are_shown_with_their_texts(systems: Path) -> None:
    align("evaluate", "good", "gold", "--diff", "m.md", "--source", "it", "--target", "en/*.txt")
    lines = (systems / "m.md").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("## ") for line in lines) == 12
    start = lines.index("## 12. shifted, `9`")
    assert lines[start + 2 :] == [
        *(
            "    gold       [9]:[9]",
            "    predicted  [9]:[10]",
            "",
            "    source",
            "      8  it 9 8",
            "    > 9  it 9 9",
            "",
        ),
        *("    target", "       8  en 9 8", "    >  9  en 9 9", "    > 10  en 9 10"),
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("good gold --diff m.md", "good: holds no texts to show; name them, one sentence a line"),
        ("good gold --diff m.md --source it --target gone", "gone: no such file; check the path"),
        ("good gold --diff m.md --source it/1.txt --target en", "it/1.txt: is one file for 12 documents"),
        ("good gold --diff none/m.md", "none/m.md: cannot be written"),
        ("good gold --against it", "it/0.txt: begins with 'it 0 0', which is no bitext"),
    ],
)
def test_an_evaluation_that_cannot_be_made_leaves_nothing_behind(options: str, told: str, systems: Path) -> None:
    before = everything(systems)
    result = invoke("evaluate", *options.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr
    assert everything(systems) == before


def test_a_tsv_holds_the_texts_of_its_mistakes(tmp_path: Path, here: Path) -> None:
    align("pair", IT, EN, "-o", "pair.tsv")
    (tmp_path / "gold").write_text("[0]:[0]\n[1, 2]:[1, 2]\n", encoding="utf-8")
    align("evaluate", "pair.tsv", "gold", "--diff", "m.md")
    first = table(tmp_path / "pair.tsv")[1]["source_text"]
    assert first in (tmp_path / "m.md").read_text(encoding="utf-8")


@pytest.mark.shared
@pytest.mark.parametrize("suffix", ["vecalign", "tsv"])
def test_evaluation_says_what_the_reference_scorer_says(suffix: str, shared: Path, tmp_path: Path) -> None:
    for lang in ("it", "en"):
        shutil.copy(GOLD / f"corridoio-nord.{lang}.lines", tmp_path / f"{lang}.txt")
    gold, given = GOLD / "corridoio-nord.gold", [tmp_path / "it.txt", tmp_path / "en.txt", "--splitter", "lines"]
    for form in ("vecalign", suffix):
        align("pair", *given, "-o", tmp_path / f"out.{form}")
    told = json.loads(align("evaluate", tmp_path / f"out.{suffix}", gold, "--json").stdout)
    scorer = [sys.executable, shared / "data" / "score.py", gold, tmp_path / "out.vecalign"]
    done = subprocess.run(scorer, capture_output=True, text=True, check=True)
    wanted = {name: list(map(float, figures)) for name, *figures in map(str.split, done.stdout.splitlines())}
    for name in ("strict", "lax"):
        assert [told[name][key] for key in ("precision", "recall", "f1")] == pytest.approx(wanted[name], abs=5e-4)
    assert [told["inside"], told["covered"]] == pytest.approx([*wanted["inside"], *wanted["covered"]])


# What there is


def test_inspection_tells_languages_documents_sentences_and_what_cannot_be_read(tmp_path: Path) -> None:
    shutil.copytree(CORPUS, tmp_path / "corpus")
    assert align("inspect", tmp_path / "corpus").stdout.splitlines()[0].startswith("en\t8 documents\t")
    (tmp_path / "corpus" / "it" / "bad.txt").write_bytes(random.Random(0).randbytes(5000))
    (tmp_path / "corpus" / "it" / "sheet.xls").write_bytes(b"")
    result = invoke("inspect", tmp_path / "corpus")
    assert result.exit_code == 1
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert ["it", "it/partenariato-1995.txt", "26 sentences"] in lines
    assert {line[1] for line in lines if line[0] == "skipped"} == {"it/bad.txt", "it/sheet.xls"}


def test_every_part_is_listed_with_its_family_and_its_extra() -> None:
    lines = align("parts").stdout.splitlines()
    for family in FAMILIES:
        start = lines.index(f"{family.family}s")
        for name, part in family.items():
            (line,) = [line for line in lines[start + 1 :][: len(family)] if line.split()[0] == name]
            assert part.summary in line
            assert ("[extra " in line) == bool(part.extra)


@pytest.mark.parametrize("verb", [None, *main.commands])
def test_every_verb_has_help(verb: str | None) -> None:
    for option in ("-h", "--help"):
        told = align(*filter(None, [verb]), option).stdout
        assert told.startswith("Usage: ")
        assert len(told.splitlines()) > 5


def test_the_version_is_told() -> None:
    done = subprocess.run([ALIGN, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("align, version ")


# Bad input


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be wrong in: ``corpus``, ``empty``, ``one`` language, files and a file ``taken``."""
    shutil.copytree(CORPUS, tmp_path / "corpus")
    shutil.copytree(CORPUS / "it", tmp_path / "one" / "it")
    (tmp_path / "empty").mkdir()
    shutil.copy(IT, tmp_path / "a.txt")
    (tmp_path / "a.docx").write_bytes(b"PK\3\4" + bytes(range(256)) * 8)
    (tmp_path / "taken").write_text("", encoding="utf-8")
    (tmp_path / "bad.gold").write_text("[0]:[0]\n[1]:\n", encoding="utf-8")
    (tmp_path / "dir").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG = [
    ("empty", ("empty", "an empty folder", "put")),
    ("run empty", ("empty", "an empty folder", "put")),
    ("inspect empty", ("empty", "an empty folder", "put")),
    ("one", ("one", "all in it", "add documents in another language")),
    ("corpus --langs it", ("corpus", "all in it", "add documents")),
    ("corpus --langs fr,de", ("corpus", "among 16 files", "put")),
    ("missing", ("missing", "no such folder", "name the folder")),
    ("a.txt", ("a.txt", "not a folder", "name the folder")),
    ("inspect missing", ("missing", "no such folder", "name the folder")),
    ("corpus --encoder labse", ("labse", "no such encoder", "choose one of use, use-bf16, e5")),
    ("corpus --splitter spacy", ("spacy", "no such splitter", "choose one of rules, lines")),
    ("inspect corpus --splitter spacy", ("spacy", "no such splitter", "choose one of rules, lines")),
    ("corpus -o taken", ("taken", "cannot be written", "choose another place")),
    ("corpus -o taken/deep/er", ("taken", "cannot be written", "choose another place")),
    ("pair a.txt a.txt -o x.docx", ("x.docx", "'.docx'", "choose one of .tsv, .jsonl, .vecalign")),
    ("pair a.txt a.txt -o x", ("'x'", "no suffix", "choose one of .tsv")),
    ("pair a.txt a.txt -o none/x.tsv", ("none/x.tsv", "cannot be written", "make its folder first")),
    ("pair a.txt a.txt -o taken/x.tsv", ("taken/x.tsv", "cannot be written", "choose another place")),
    ("pair a.txt a.txt --encoder labse", ("labse", "no such encoder", "choose one of use, use-bf16, e5")),
    ("pair a.txt a.txt --splitter spacy", ("spacy", "no such splitter", "choose one of rules")),
    ("pair a.txt missing.txt", ("missing.txt", "no such file", "check the path")),
    ("pair missing.txt a.txt", ("missing.txt", "no such file", "check the path")),
    ("pair dir a.txt", ("dir", "a folder", "only regular files")),
    ("pair a.docx a.txt", ("a.docx", "damaged or cut short", "fetch it again")),
    ("mine a.txt missing.txt", ("missing.txt", "no such file", "check the path")),
    ("mine a.txt a.txt -o x.docx", ("x.docx", "'.docx'", "choose one of .tsv")),
    ("evaluate missing bad.gold", ("missing", "no such file", "name a bitext")),
    ("evaluate bad.gold bad.gold", ("bad.gold:2", "found '[1]:'", "a bead is written")),
    ("evaluate a.txt bad.gold", ("a.txt: begins with", "which is no bitext")),
    ("evaluate dir bad.gold", ("dir", "holds no files", "put one there")),
]


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize(("line", "told"), WRONG, ids=str)
def test_what_a_user_can_mend_is_one_line_that_says_what_where_and_what_to_do(
    line: str, told: tuple[str, str, str], here: Path
) -> None:
    before = everything(here)
    result = invoke(*line.split())
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (message,) = result.stderr.splitlines()
    assert message.startswith("Error: ")
    for part in told:
        assert part in message
    assert everything(here) == before


@pytest.mark.parametrize(
    "line",
    [
        *("corpus --encoder labse", "corpus --splitter spacy", "corpus -o taken", "inspect corpus --splitter spacy"),
        *("pair a.txt a.txt -o x.docx", "pair a.txt a.txt -o none/x.tsv", "pair a.txt a.txt --encoder labse"),
        *("mine a.txt a.txt -o x.docx", "mine a.txt a.txt --encoder labse", "pair a.txt a.txt --splitter spacy"),
    ],
)
def test_names_and_places_are_checked_before_anything_is_read(
    line: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("read too early")

    monkeypatch.setattr("aligner.pipeline.read_corpus", refuse)
    monkeypatch.setattr("aligner.pipeline.read_document", refuse)
    result = invoke(*line.split())
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.exception


@pytest.mark.parametrize(
    "line",
    [
        *("pair", "pair a.txt", "mine a.txt", "evaluate bad.gold", "run", "inspect", "corpus --wrong", "--wrong"),
        *("pair a.txt a.txt --mode wild", "corpus one", "parts corpus", "corpus -o"),
        *("corpus --langs it,it", "corpus --langs q1", "corpus --langs it,", "pair a.txt a.txt --langs it,klingon"),
        *("evaluate a.txt a.txt --diff x --source a.txt", "evaluate a.txt a.txt --source a.txt --target a.txt"),
        *("pair a.txt a.txt --langs it", "pair a.txt a.txt --langs it,en,fr", "mine a.txt a.txt --langs it"),
    ],
)
def test_wrong_usage_ends_with_2(line: str, here: Path) -> None:
    before = everything(here)
    result = invoke(*line.split())
    assert result.exit_code == 2, result.exception
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert everything(here) == before


def test_one_unreadable_file_is_listed_and_all_else_written(written: Path, tmp_path: Path) -> None:
    shutil.copytree(CORPUS, tmp_path / "corpus")
    (tmp_path / "corpus" / "it" / "rotto.txt.gz").write_bytes(b"\x1f\x8b\x08\x00rotto")
    result = invoke(tmp_path / "corpus", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "skipped    1 files, 1 of them could not be read; documents.tsv says why" in result.stdout
    assert (tmp_path / "out" / "bitext.tsv").read_bytes() == (written / "bitext.tsv").read_bytes()
    (row,) = [row for row in table(tmp_path / "out" / "documents.tsv") if row["relation"] == "skipped"]
    assert row["source_doc"] == "it/rotto.txt.gz"
    assert "gzip" in row["reason"]


PAIRS = "La missione ha aperto a Bruxelles.\tThe mission opened in Brussels.\nPiove a Minsk.\t\n"


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.tsv"
    file.write_text(PAIRS, encoding="utf-8")
    return file


def test_score_adds_what_was_measured_to_each_pair(pairs: Path, tmp_path: Path) -> None:
    align("score", pairs, "-o", tmp_path / "scored.tsv", "--langs", "it,en")
    rows = table(tmp_path / "scored.tsv")
    assert [row["target_text"] for row in rows] == ["The mission opened in Brussels.", ""]
    assert all(row["p"] for row in rows)
    assert rows[1]["flags"] == "empty_side"


def test_filter_tells_the_reason_of_each_dropped_record(pairs: Path, tmp_path: Path) -> None:
    kept, dropped = tmp_path / "kept.tsv", tmp_path / "dropped.tsv"
    options = ("--min-p", "0", "--drop", "empty_side,near_duplicate", "--langs", "it,en")
    align("filter", pairs, "-o", kept, "--dropped", dropped, *options)
    assert [row["source_text"] for row in table(kept)] == ["La missione ha aperto a Bruxelles."]
    assert [(row["source_text"], row["reason"]) for row in table(dropped)] == [("Piove a Minsk.", "empty_side")]


def test_what_is_kept_and_what_is_dropped_are_the_bitext_verbatim(pairs: Path, tmp_path: Path) -> None:
    scored, kept, dropped = tmp_path / "scored.tsv", tmp_path / "kept.tsv", tmp_path / "dropped.tsv"
    align("score", pairs, "-o", scored, "--langs", "it,en")
    align("filter", scored, "-o", kept, "--dropped", dropped, "--drop", "empty_side", "--min-p", "0")
    rest = [line.rpartition("\t")[0] for line in dropped.read_text(encoding="utf-8").splitlines()]
    assert [*kept.read_text(encoding="utf-8").splitlines(), *rest[1:]] == scored.read_text("utf-8").splitlines()


def test_two_texts_line_by_line_are_a_bitext_and_so_are_beads_with_their_texts(tmp_path: Path) -> None:
    source, target, beads = tmp_path / "it.txt", tmp_path / "en.txt", tmp_path / "beads.vecalign"
    source.write_text("Piove.\nTira vento.\n", encoding="utf-8")
    target.write_text("It rains.\nIt is windy.\n", encoding="utf-8")
    beads.write_text("[0, 1]:[0, 1]:0.9\n", encoding="utf-8")
    options = ("--source", source, "--target", target, "--langs", "it,en")
    align("score", *options, "-o", tmp_path / "lines.tsv")
    assert [row["target_text"] for row in table(tmp_path / "lines.tsv")] == ["It rains.", "It is windy."]
    align("score", beads, *options, "-o", tmp_path / "beads.tsv")
    assert [row["source_text"] for row in table(tmp_path / "beads.tsv")] == ["Piove. Tira vento."]
    assert "name a bitext" in invoke("score").output
    assert "given together" in invoke("score", "--source", source).output
    target.write_text("It rains.\n", encoding="utf-8")
    assert "2 and 1 lines" in invoke("score", *options).output


def test_dropped_records_are_written_by_suffix_or_to_standard_output(pairs: Path, tmp_path: Path) -> None:
    options = ("--min-p", "0", "--drop", "near_duplicate, empty_side", "--langs", "it,en")
    kept, dropped = tmp_path / "kept.tsv", tmp_path / "dropped.jsonl"
    align("filter", pairs, "-o", kept, "--dropped", dropped, *options)
    assert [(one["source_text"], one["reason"]) for one in records(dropped)] == [("Piove a Minsk.", "empty_side")]
    told = align("filter", pairs, "-o", kept, "--dropped", "-", *options)
    assert told.stdout.splitlines()[1].startswith("Piove a Minsk.\t")
    assert told.stderr.splitlines()[0] == "1 record kept, 1 dropped"
    assert {path.name for path in tmp_path.iterdir()} == {"pairs.tsv", "kept.tsv", "dropped.jsonl"}
    assert "name the same file" in invoke("filter", pairs, "--dropped", "-").output


@pytest.mark.parametrize(
    "line", ["score pairs.tsv -o x.txt", "repair pairs.tsv -o x", "filter pairs.tsv --dropped d.txt"]
)
def test_only_formats_that_a_verb_can_write_are_named(
    line: str, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(*line.split())
    assert result.exit_code == 1
    assert "; choose one of .tsv, .jsonl" in result.output
    assert "hold no numbers of sentences" in invoke("score", pairs, "-o", "x.vecalign").output


def test_filter_refuses_a_flag_that_is_none_before_any_work(pairs: Path, tmp_path: Path) -> None:
    result = invoke("filter", pairs, "--dropped", tmp_path / "dropped.tsv", "--drop", "bad")
    assert result.exit_code == 1
    assert "no such flag" in result.output
    assert not (tmp_path / "dropped.tsv").exists()


def test_repair_leaves_a_sound_bitext_alone(pairs: Path, tmp_path: Path) -> None:
    align("repair", pairs, "-o", tmp_path / "mended.tsv", "--langs", "it,en")
    assert [row["source_text"] for row in table(tmp_path / "mended.tsv")] == [
        "La missione ha aperto a Bruxelles.",
        "Piove a Minsk.",
    ]


def test_repair_counts_records_from_0(tmp_path: Path) -> None:
    langs = ("--langs", "it,en")
    align("pair", IT, EN, "-o", tmp_path / "pairs.jsonl", *langs)
    sound = records(tmp_path / "pairs.jsonl")
    moved = [sound[5], *sound[:5]]
    with (tmp_path / "shifted.tsv").open("w", encoding="utf-8") as file:
        for one, other in zip(sound, [*moved, *sound[6:]], strict=True):
            file.write(f"{text_cell(str(one['source_text']))}\t{text_cell(str(other['target_text']))}\n")
    told = align("repair", tmp_path / "shifted.tsv", "-o", tmp_path / "mended.tsv", *langs).stderr.splitlines()
    assert told[0].startswith("records 0 to 7: shifted by 1, ")
    assert told[-1].startswith("1 stretch realigned, ")


# Facts


def test_facts_and_seeds_are_told_and_written(tmp_path: Path) -> None:
    told = align("facts", CORPUS, "--seeds", CORPUS.parent / "seeds", "-o", tmp_path).stdout
    assert "seed       mines-2007: Stockpiled landmines destroyed\n  not stated in any document\n" in told
    assert re.search(r"contradicts 0\.[89]\d  en  en/parade-ground-pivot\.txt \(date 2013-11 / 2013-10\)", told)
    assert {path.name for path in tmp_path.iterdir()} == {"facts.tsv", "facts.jsonl", "seeds.tsv", "seeds.jsonl"}
    facts = table(tmp_path / "facts.tsv")
    assert [row["id"] for row in facts] == [f"fact-{number}" for number in range(1, len(facts) + 1)]
    assert f"facts      {len(facts)}: " in told
    assert {(row["seed"], row["doc"]) for row in table(tmp_path / "seeds.tsv")} >= {
        ("mines-2007", "en/good-fences.txt")
    }


def test_seeds_are_followed_in_a_corpus_of_one_language(tmp_path: Path) -> None:
    for name in ("lukashenko-generali", "scuola-di-pace"):
        shutil.copy(CORPUS / "it" / f"{name}.txt", tmp_path)
    told = align("facts", tmp_path, "--seeds", CORPUS.parent / "seeds", "-o", tmp_path / "out", "--langs", "it").stdout
    assert "seed       staff-exercise-2013: Joint staff exercise\n  states " in told
    assert {row["lang"] for row in table(tmp_path / "out" / "seeds.tsv")} == {"it"}


def test_a_broken_seed_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("fact = 1", encoding="utf-8")
    done = invoke("facts", CORPUS, "--seeds", tmp_path / "s.toml", "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "s.toml: holds no fact" in done.output
    assert not (tmp_path / "out").exists()


# --- convert


def test_convert_writes_each_format_names_broken_units_and_fails(tmp_path: Path) -> None:
    beads = tmp_path / "beads"
    beads.write_text("[0]:[0]:0.5\n[1]:[\n[1]:[]\n")
    result = invoke("convert", beads, tmp_path / "x.ladder", tmp_path / "x.vecalign.gz")
    assert result.exit_code == 1
    assert f"{beads}:2: found '[1]:['; a bead is written" in result.stderr
    assert "2 records\n" in result.stderr
    assert (tmp_path / "x.ladder").read_text() == "0\t0\t0.5000\n1\t1\n2\t1\n"
    assert invoke("convert", tmp_path / "x.vecalign.gz", "-").stdout.count("\n") == 3


def test_what_a_format_cannot_hold_is_refused_and_the_others_are_written(tmp_path: Path) -> None:
    crossed = tmp_path / "crossed.vecalign"
    crossed.write_text("[0]:[1]:0.5\n[1]:[0]:0.5\n")
    result = invoke("convert", crossed, tmp_path / "x.ladder", tmp_path / "x.jsonl")
    assert result.exit_code == 1
    assert "x.ladder: a ladder cannot hold beads that cross" in result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"crossed.vecalign", "x.jsonl"}


def test_languages_are_written_as_the_user_wrote_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Il treno parte alle 7.45.\nIl museo è aperto.\n")
    (tmp_path / "b").write_text("The train leaves at 7:45.\nThe museum is open.\n")
    out, again = tmp_path / "x.jsonl", tmp_path / "y.jsonl"
    assert invoke("pair", tmp_path / "a", tmp_path / "b", "--langs", "ita_Latn,en-GB", "-o", out).exit_code == 0
    assert invoke("score", out, "-o", again).exit_code == 0
    for path in (out, again):
        assert {(one["source_lang"], one["target_lang"]) for one in records(path)} == {("ita_Latn", "en-GB")}
    assert all(not one["flags"] for one in records(again))


def test_the_main_job_writes_files_beside_its_folder_and_lists_what_it_wrote(tmp_path: Path) -> None:
    for name, text in {
        "it/a.txt": "Il treno parte alle 7.45.\nIl museo è aperto.\n",
        "en/a.txt": "The train leaves at 7:45.\nThe museum is open.\n",
        "it/b.txt": "La signora Bianchi ha perso l'ombrello verde.\nCosì finì la storia.\n",
        "en/b.txt": "Mrs Bianchi has lost her green umbrella.\nSo the story ended.\n",
    }.items():
        (tmp_path / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "corpus" / name).write_text(text)
    out, memory, ladder = tmp_path / "out", tmp_path / "x.tmx", tmp_path / "x.ladder"
    result = invoke("run", tmp_path / "corpus", "-o", ladder, "-o", out, "-o", memory)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == [f"  {out / 'run.json'}", f"  {memory}"]
    assert "x.ladder: a ladder holds one document pair" in result.stderr
    assert not ladder.exists()
    assert memory.exists()
    texts = {one["id"]: one["text"] for one in records(out / "texts.jsonl")}
    for one in records(out / "bitext.jsonl"):
        assert texts[one["source_doc"]][slice(*one["source_span"])] == one["source_text"]
