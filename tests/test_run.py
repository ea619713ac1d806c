"""A run in its folder: written, and read back as it was."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SHARED

from aligner import align_corpus, read_run, read_seeds, write_run
from aligner.bitext import in_document_order
from aligner.cli import main
from aligner.decisions import Decision
from aligner.errors import AlignerError, CorpusError, GoldError
from aligner.report import Run, describe
from aligner.viewer.report import report

Change = Callable[[list[str]], list[str]]

ROOT = Path(__file__).resolve().parent.parent
CHOSEN = ("it/corridoio-nord.txt", "en/afghan-freight-line.txt", "it/minsk-mediatore.txt", "en/good-fences.txt")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A translation and comparable reports, with seeds."""
    folder = tmp_path_factory.mktemp("four") / "news"
    for name in CHOSEN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "corpus" / name, folder / name)
    (folder / "it" / "empty.txt").write_text("")
    return align_corpus(folder, encoder="use", seeds=read_seeds(ROOT / "seeds"))


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    write_run(run, tmp_path / "out")
    return tmp_path / "out"


def test_what_is_read_back_is_what_was_written(run: Run, folder: Path) -> None:
    again = read_run(folder)
    assert [document.text.content for document in again.documents] == [one.text.content for one in run.documents]
    assert [document.sentences for document in again.documents] == [one.sentences for one in run.documents]
    assert again.bitext.signature == run.bitext.signature
    assert {row.reason for row in again.rows} == {row.reason for row in run.rows}
    for found, had in zip(again.alignments, run.alignments, strict=True):
        assert (found.pair.source.id, found.pair.target.id) == (had.pair.source.id, had.pair.target.id)
        assert (found.pair.relation, found.method) == (had.pair.relation, had.method)
        links, told = in_document_order(found.links), in_document_order(had.links)
        assert [(bead.sides, bead.p) for bead in links] == [(bead.sides, round(bead.p, 4)) for bead in told]
    assert [fact.stated_in for fact in again.facts] == [fact.stated_in for fact in run.facts]
    assert [(one.seed, one.doc, one.sentence) for one in again.sightings] == [
        (one.seed, one.doc, one.sentence) for one in run.sightings
    ]
    assert describe(again)["languages"] == describe(run)["languages"]


def test_a_run_that_was_read_back_is_written_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_run(read_run(folder), tmp_path / "again")
    for name in ("bitext.tsv", "bitext.jsonl", "texts.jsonl", "documents.tsv", "facts.jsonl", "seeds.tsv"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_report_of_a_folder_is_the_one_that_the_run_wrote(run: Run, folder: Path) -> None:
    assert run.dots
    again = replace(read_run(folder), dots=run.dots)
    assert "".join(report(again)) == (folder / "report.html").read_text("utf-8")


def test_align_report_writes_beside_or_where_it_is_told(folder: Path, tmp_path: Path) -> None:
    written = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    done = CliRunner().invoke(main, ["report", str(folder), "--encoder", "use"])
    assert (done.exit_code, done.output) == (0, f"wrote {folder / 'report.html'}\n")
    assert (folder / "report.html").read_bytes() == written
    for suffix in (".tsv", ".jsonl", ".tmx"):
        bitext, page = tmp_path / f"x{suffix}", tmp_path / "x.html"
        assert CliRunner().invoke(main, ["convert", str(folder / "bitext.jsonl"), str(bitext)]).exit_code == 0
        done = CliRunner().invoke(main, ["report", str(bitext), "-o", str(page), "--encoder", "use"])
        assert done.exit_code == 0, done.output
        assert "Rete di distribuzione del Nord" in page.read_text("utf-8")
    assert CliRunner().invoke(main, ["report", str(bitext), "-o", "-"]).stdout.startswith("<!DOCTYPE html>")


def test_align_report_never_writes_over_what_it_reads(folder: Path, tmp_path: Path) -> None:
    bitext = tmp_path / "x.tsv"
    shutil.copy(folder / "bitext.tsv", bitext)
    (tmp_path / "link.tsv").symlink_to(bitext)
    (tmp_path / "linked").symlink_to(folder)
    before = {path.name: path.read_bytes() for path in (bitext, *folder.iterdir())}
    for read, output in (
        (bitext, bitext),
        (bitext, tmp_path / "." / "none" / ".." / "x.tsv"),
        (bitext, tmp_path / "link.tsv"),
        (tmp_path / "link.tsv", bitext),
        (folder, folder / "texts.jsonl"),
        (folder, tmp_path / "linked" / "run.json"),
        (tmp_path / "linked", folder / "bitext.tsv"),
    ):
        (tmp_path / "none").mkdir(exist_ok=True)
        done = CliRunner().invoke(main, ["report", str(read), "-o", str(output), "--encoder", "use"])
        assert (done.exit_code, done.output) == (1, f"Error: {output}: is what is read; name another file\n")
    assert {path.name: path.read_bytes() for path in (bitext, *folder.iterdir())} == before
    done = CliRunner().invoke(main, ["report", str(folder), "-o", str(folder / "report.html"), "--encoder", "use"])
    assert done.exit_code == 0, done.output


def test_without_the_texts_there_is_no_report_and_the_error_says_so(run: Run, tmp_path: Path) -> None:
    written = write_run(run, tmp_path / "out", keep_text=False)
    assert not {"texts.jsonl", "report.html"} & {path.name for path in written}
    with pytest.raises(CorpusError, match=r"out: holds no texts\.jsonl; name the folder of a run, made without --no-"):
        read_run(tmp_path / "out")
    with pytest.raises(CorpusError, match=r"holds no texts\.jsonl"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("texts.jsonl", "{}\n"),
        ("texts.jsonl", "[1]\n"),
        ("texts.jsonl", '{"id": "a", "lang": "it", "text": "x", "sentences": 3, "foreign": {}}\n'),
        ("documents.tsv", "source_doc\ttarget_doc\nonly one cell\n"),
        ("documents.tsv", "source_doc\tscore\na\thigh\n"),
        ("facts.jsonl", '{"id": "fact-1"}\n'),
        ("seeds.jsonl", "not JSON\n"),
        ("run.json", "{}"),
        ("run.json", "{"),
        ("bitext.jsonl", "not JSON\n"),
        ("texts.jsonl", '{"id": "a", "lang": "it", "text": "x", "sentences": [[0, 9]], "foreign": {}}\n'),
        ("texts.jsonl", '{"id": "a", "lang": "it", "text": "abc", "sentences": [[2, 1]], "foreign": {}}\n'),
        ("run.json", '{"signature": "", "corpus": 3, "warnings": []}'),
        ("run.json", '{"signature": "", "corpus": "c", "warnings": 3}'),
        pytest.param("run.json", "[" * 100_000, id="nested"),
    ],
)
def test_a_damaged_folder_is_named_with_its_file(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=name.replace(".", r"\.")):
        read_run(folder)


@pytest.mark.parametrize(
    ("name", "told", "message"),
    [
        ("documents.tsv", lambda lines: [*lines, lines[1]], r"documents\.tsv: names .* and .* 2 times"),
        ("texts.jsonl", lambda lines: lines[1:], r"facts\.jsonl: .* is not in texts\.jsonl"),
        ("facts.jsonl", lambda lines: [lines[0].replace('"p": ', '"p": null, "x": '), *lines], r"facts\.jsonl:1: "),
        ("facts.jsonl", lambda lines: [lines[0].replace('"doc": "', '"doc": "no/'), *lines], r"no/.* is not in texts"),
    ],
)
def test_what_a_folder_cannot_say_is_told(folder: Path, name: str, told: Change, message: str) -> None:
    lines = (folder / name).read_text("utf-8").splitlines()
    (folder / name).write_text("".join(f"{line}\n" for line in told(lines)), encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        read_run(folder)


def test_files_of_different_runs_are_told(folder: Path) -> None:
    texts = [json.loads(line) for line in (folder / "texts.jsonl").read_text("utf-8").splitlines()]
    short = [{**text, "sentences": text["sentences"][:2]} for text in texts]
    (folder / "texts.jsonl").write_text("".join(f"{json.dumps(text)}\n" for text in short), encoding="utf-8")
    with pytest.raises(GoldError, match="different runs"):
        read_run(folder)


@pytest.mark.shared
def test_every_hostile_file_in_a_folder_is_an_error_of_ours_or_a_run(folder: Path, shared: Path) -> None:
    assert shared == SHARED
    hostile = [path for path in sorted((shared / "data" / "hostile").rglob("*")) if path.is_file()]
    for name in ("texts.jsonl", "documents.tsv", "facts.jsonl", "bitext.jsonl", "run.json"):
        had = (folder / name).read_bytes()
        for path in hostile:
            if path.stat().st_size < 100_000:
                (folder / name).write_bytes(path.read_bytes())
                try:
                    read_run(folder)
                except AlignerError:
                    continue
        (folder / name).write_bytes(had)


def test_a_folder_holds_one_run_although_an_earlier_one_wrote_more(run: Run, tmp_path: Path) -> None:
    decision = Decision(source_doc=run.documents[0].id, target_doc=run.documents[1].id, decision="rejected")
    more, less = replace(run, decisions=(decision,)), replace(run, sightings=())
    write_run(less, tmp_path / "plain")
    folder = tmp_path / "out"
    (folder / "notes").mkdir(parents=True)
    for name in ("decisions.tsv", "seeds.txt"):
        (folder / name).write_text("the user's")
    assert {"seeds.tsv", "seeds.jsonl", "decided.tsv"} <= {path.name for path in write_run(more, folder)}
    assert read_run(folder).sightings
    write_run(less, folder)
    names = {path.name for path in (tmp_path / "plain").iterdir()}
    assert {path.name for path in folder.iterdir()} == {*names, "notes", "decisions.tsv", "seeds.txt"}
    assert read_run(folder).sightings == ()
    write_run(less, folder, keep_text=False)
    assert {path.name for path in folder.iterdir()} & {"texts.jsonl", "report.html"} == set()


def test_files_that_no_run_lists_are_the_users_and_stay(run: Run, tmp_path: Path) -> None:
    less = replace(run, sightings=())
    write_run(less, tmp_path)
    theirs = {name: f"the user's {name}" for name in ("seeds.tsv", "seeds.jsonl", "decided.tsv")}
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    assert read_run(tmp_path).sightings == ()
    write_run(less, tmp_path)
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs
    (tmp_path / "texts.jsonl").rename(tmp_path / "kept")
    write_run(less, tmp_path, keep_text=False)
    (tmp_path / "kept").rename(tmp_path / "texts.jsonl")
    with pytest.raises(CorpusError, match=r"holds no texts\.jsonl"):
        read_run(tmp_path)


@pytest.mark.parametrize("listed", [["../bitext.tsv", "decisions.tsv", "/etc/passwd"], [3], "seeds.tsv", None])
def test_a_list_can_have_nothing_removed_but_what_runs_write(run: Run, folder: Path, listed: object) -> None:
    described = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps({**described, "files": listed}))
    for place in (folder / "decisions.tsv", folder.parent / "bitext.tsv"):
        place.write_text("the user's")
    write_run(replace(run, sightings=()), folder)
    assert (folder / "seeds.tsv").exists()
    assert {place.read_text() for place in (folder / "decisions.tsv", folder.parent / "bitext.tsv")} == {"the user's"}


def test_a_folder_of_an_older_version_which_lists_no_files_is_read_as_ever(run: Run, folder: Path) -> None:
    described = json.loads((folder / "run.json").read_text("utf-8"))
    assert set(described.pop("files")) == {path.name for path in folder.iterdir()} - {"run.json"}
    (folder / "run.json").write_text(json.dumps(described))
    assert len(read_run(folder).sightings) == len(run.sightings) > 0
    write_run(replace(run, sightings=()), folder)
    assert (folder / "seeds.tsv").exists(), "whose it was is not known"
    assert read_run(folder).sightings == ()


def test_a_link_in_the_place_of_an_outlived_file_goes_and_what_it_leads_to_stays(run: Run, folder: Path) -> None:
    (folder / "seeds.tsv").rename(folder.parent / "mine.tsv")
    (folder / "seeds.tsv").symlink_to(folder.parent / "mine.tsv")
    write_run(replace(run, sightings=()), folder)
    assert not os.path.lexists(folder / "seeds.tsv")
    assert (folder.parent / "mine.tsv").is_file()
