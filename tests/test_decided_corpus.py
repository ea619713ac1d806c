"""From a run over a corpus, over what people decide of it, to the next run: as files that travel."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import BagOfWords
from openpyxl import load_workbook

from aligner import Relation, align_corpus, read_run, write_bitext, write_run
from aligner.bitext import by_documents
from aligner.cli import main
from aligner.decisions import Decision, of_bead, of_record, settle
from aligner.embedders import Embedders
from aligner.errors import GoldError, MissingExtra
from aligner.pipeline import read_bitext, realign
from aligner.report import Run, describe, summarise
from aligner.review.session import Session
from aligner.workbench import open_workbench
from aligner.writers.decisions import read_decisions, write_decisions


def story(numbers, lang):
    """A sentence a number, a line each, in words that no other number has, but for the one that is the language."""
    return "".join(f"A{i} b{i} c{i} {lang} d{i}.\n" for i in numbers)


def write_corpus(folder: Path, **stories) -> Path:
    for lang, members in stories.items():
        (folder / lang).mkdir(parents=True)
        for name, numbers in members.items():
            (folder / lang / f"{name}.txt").write_text(story(numbers, lang), encoding="utf-8")
    return folder


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A translation, two reports of one event, two texts with a name in common, and two without."""
    return write_corpus(
        tmp_path / "toy",
        it={
            "a": range(100, 110),
            "b": [*range(200, 205), *range(210, 230)],
            "c": range(300, 310),
            "d": range(400, 410),
        },
        en={
            "a": range(100, 110),
            "x": [*range(250, 270), *range(200, 205)],
            "c": range(350, 360),
            "y": range(450, 460),
        },
    )


def run_of(toy, *decisions, **options) -> Run:
    return align_corpus(toy, encoder=BagOfWords(), decisions=decisions, **options)


def relations(run):
    return {(one.pair.source.id, one.pair.target.id): one.pair.relation.value for one in run.alignments}


def texts(run, **told):
    """Source and target text of the records of which this is true."""
    chosen = (record for record in run.bitext.pairs if all(getattr(record, name) == told[name] for name in told))
    return [(record.source_text, record.target_text) for record in chosen]


def link(run, source, target, i=(), j=(), **told):
    """What is decided of these sentences of two documents of a run."""
    documents = {document.id: document for document in run.documents}
    one, other = documents[source], documents[target]
    return Decision(
        source_doc=source,
        target_doc=target,
        source_span=one.span(i),
        target_span=other.span(j),
        source_text=one.segment(i),
        target_text=other.segment(j),
        **({"decision": "accepted"} | told),
    )


def decided(run, number, **told):
    return replace(of_record(run.bitext.pairs[number]), **told)


def test_records_are_accepted_and_rejected_in_both_modes(toy):
    run = run_of(toy)
    assert relations(run) == {
        ("it/a.txt", "en/a.txt"): "parallel",
        ("it/b.txt", "en/x.txt"): "comparable",
        ("it/c.txt", "en/c.txt"): "unrelated",
    }
    assert len(run.bitext) == 15
    choices = {0: "accepted", 1: "rejected", 10: "accepted", 11: "rejected"}
    decisions = [decided(run, n, decision=choice, note=f"note {n}") for n, choice in choices.items()]
    again = run_of(toy, *decisions)
    by_place = {(record.source_doc, record.source_span): record for record in again.bitext.pairs}
    for number, choice in choices.items():
        record = run.bitext.pairs[number]
        found = by_place.get((record.source_doc, record.source_span))
        if choice == "accepted":
            assert (found.decision, found.note, found.p) == ("accepted", f"note {number}", 1.0)
            assert found.target_span == record.target_span
        else:
            assert found is None or found.target_span != record.target_span
    assert again.stale == ()
    assert len(again.bitext) == 13


def test_a_lone_sentence_and_a_link_that_was_not_found_are_kept(toy):
    run = run_of(toy)
    alone = link(run, "it/a.txt", "en/a.txt", i=(4,), note="no such thing")
    missed = link(run, "it/b.txt", "en/x.txt", i=(20,), j=(3, 4), relation="overlapping")
    again = run_of(toy, alone, missed)
    assert "A104 b104 c104 it d104." not in [source for source, _ in texts(again)]
    (found,) = (record for record in again.bitext.pairs if record.decision)
    assert (found.source_sentences, found.target_sentences, found.relation) == ((20,), (3, 4), "overlapping")
    lone = [one for one in by_documents(again.bitext)["it/a.txt", "en/a.txt"] if one.decision]
    assert [(one.source_sentences, one.target_sentences, one.note) for one in lone] == [((4,), (), "no such thing")]


def test_accepted_links_are_kept_however_improbable(toy):
    run = run_of(toy)
    again = run_of(toy, link(run, "it/a.txt", "en/a.txt", i=(4,), j=(5,)), min_p=0.99)
    assert len(texts(again, decision="accepted")) == 1


def test_documents_belong_together_as_was_said(toy):
    def about(source, target, relation):
        return Decision(source_doc=source, target_doc=target, relation=relation)

    run = run_of(
        toy,
        about("en/a.txt", "it/a.txt", "unrelated"),
        about("it/b.txt", "en/x.txt", "partial"),
        about("it/c.txt", "en/c.txt", "comparable"),
        about("it/d.txt", "en/y.txt", "parallel"),
    )
    assert relations(run) == {
        ("it/a.txt", "en/a.txt"): "unrelated",
        ("it/b.txt", "en/x.txt"): "partial",
        ("it/c.txt", "en/c.txt"): "comparable",
        ("it/d.txt", "en/y.txt"): "parallel",
    }
    assert texts(run, source_doc="it/a.txt") == []
    assert run.stale == ()


def test_documents_with_an_accepted_link_are_comparable_if_they_were_not_found(toy):
    run = run_of(toy)
    links = [link(run, "it/c.txt", "en/c.txt", (0,), (1,)), link(run, "it/d.txt", "en/y.txt", (2,), (3,))]
    again = run_of(toy, *links)
    assert relations(again)["it/c.txt", "en/c.txt"] == relations(again)["it/d.txt", "en/y.txt"] == "comparable"
    assert len(texts(again, decision="accepted")) == 2
    rejected = [replace(one, decision="rejected") for one in links]
    assert relations(run_of(toy, *rejected)) == relations(run)


def test_what_the_corpus_no_longer_has_is_stale_and_the_rest_is_done(toy):
    run = run_of(toy)
    decisions = [
        replace(decided(run, 0, decision="accepted"), where="d.tsv:2"),
        replace(decided(run, 1, decision="accepted", source_doc="it/gone.txt", source_text="Gone."), where="d.tsv:3"),
        replace(decided(run, 2, decision="accepted", target_doc="it/b.txt"), where="d.tsv:4"),
        replace(decided(run, 3, decision="accepted", source_text="Gone."), where="d.tsv:5"),
    ]
    again = run_of(toy, *decisions)
    assert again.stale == (
        "d.tsv:3: the corpus has no document it/gone.txt, nor one that alone has its texts",
        "d.tsv:4: it/a.txt and it/b.txt are in one language, and not aligned",
        "d.tsv:5: it/a.txt does not hold 'Gone.', or holds it several times; decide again",
    )
    assert len(texts(again, decision="accepted")) == 1
    assert describe(again)["decisions"] == {"accepted": 4}
    assert describe(again)["stale"] == list(again.stale)
    assert "decisions  4: 4 accepted\n  3 of them could not be kept" in summarise(again, [])


def test_a_document_that_was_renamed_is_found_by_its_texts(toy):
    run = run_of(toy)
    decisions = [decided(run, number, decision="accepted") for number in range(3)]
    (toy / "it" / "a.txt").rename(toy / "it" / "renamed.txt")
    again = run_of(toy, *decisions)
    assert again.stale == ()
    assert len(texts(again, decision="accepted", source_doc="it/renamed.txt")) == 3


def test_the_signature_tells_decisions_by_their_content(toy):
    run = run_of(toy)
    assert "decisions" not in run.bitext.signature
    assert "decisions" not in describe(run)
    one, other = (decided(run, number, decision="accepted") for number in (0, 1))
    there, back = (run_of(toy, *pair).bitext.signature for pair in ((one, other), (other, one)))
    assert there == back
    assert "|decisions:2@" in there
    assert run_of(toy, one, replace(other, note="n")).bitext.signature != there
    assert there.startswith(run.bitext.signature)


def test_a_pair_is_realigned_around_its_locks(toy):
    run = run_of(toy)
    pair = run.alignments[0].pair
    settled = settle(pair, [link(run, "it/a.txt", "en/a.txt", (4,), (5,), note="so")]).pair
    embedders = Embedders(BagOfWords())
    found = realign(settled, encoder=embedders, min_p=0.5)
    (kept,) = (bead for bead in found.links if bead.decision)
    assert (kept.source, kept.target, kept.p, kept.note) == ((4,), (5,), 1.0, "so")
    assert kept.relation
    assert len(found.links) == 9
    mined = realign(replace(settled, relation=Relation.COMPARABLE), encoder=embedders)
    assert [bead.target for bead in mined.links if bead.decision] == [(5,)]
    assert realign(replace(settled, relation=Relation.UNRELATED), encoder=embedders).beads == ()
    assert of_bead(pair, kept).source_text == "A104 b104 c104 it d104."


def test_decisions_about_languages_that_no_encoder_knows_are_stale(toy, monkeypatch):
    run = run_of(toy)
    elsewhere = replace(link(run, "it/a.txt", "en/a.txt", (0,), (0,)), target_doc="sw/a.txt", where="d.tsv:3")
    gone = replace(elsewhere, target_doc="sw/b.txt", target_text="Gone.", where="d.tsv:4")
    write_corpus(toy, sw={"a": range(100, 110)})

    def choose(langs):
        if "sw" in langs:
            raise MissingExtra("encoder 'use': does not know sw")
        return "use"

    monkeypatch.setattr("aligner.encoders.choose", choose)
    monkeypatch.setattr("aligner.encoders.load", lambda _: BagOfWords())
    again = align_corpus(toy, decisions=[elsewhere, gone, replace(elsewhere.mirrored, note="n", where="d.tsv:5")])
    assert again.stale == (
        "d.tsv:4: the corpus has no document sw/b.txt, nor one that alone has its texts",
        "d.tsv:3: it/a.txt and sw/a.txt are not aligned: encoder 'use': does not know sw",
        "d.tsv:5: it/a.txt and sw/a.txt are not aligned: encoder 'use': does not know sw",
    )


# --- files that people work in


def test_decisions_in_a_workbook_count_in_the_next_run(toy, tmp_path):
    run = run_of(toy)
    write_bitext(run.bitext, tmp_path / "bitext.xlsx")
    book = load_workbook(tmp_path / "bitext.xlsx")
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    assert list(columns)[:4] == ["source_text", "target_text", "decision", "note"]
    (choices,) = sheet.data_validations.dataValidation
    assert (choices.formula1, str(choices.sqref)) == ('"accepted,rejected"', "C2:C1048576")
    for row, (decision, note) in {2: ("Accepted", "good"), 3: ("rejected", None), 12: ("accept", None)}.items():
        sheet.cell(row, columns["decision"]).value = decision
        sheet.cell(row, columns["note"]).value = note
    book.save(tmp_path / "bitext.xlsx")

    decisions = read_decisions(tmp_path / "bitext.xlsx")
    again = run_of(toy, *decisions)
    assert again.stale == ()
    kept = [(record.source_text, record.note) for record in again.bitext.pairs if record.decision]
    assert kept == [(run.bitext.pairs[0].source_text, "good"), (run.bitext.pairs[10].source_text, "")]
    assert run.bitext.pairs[1].source_text not in [record.source_text for record in again.bitext.pairs]
    write_bitext(again.bitext, tmp_path / "again.xlsx")
    assert read_decisions(tmp_path / "again.xlsx") == tuple(one for one in decisions if one.decision == "accepted")


def test_links_confirmed_in_intertext_count_in_the_next_run(toy, tmp_path):
    run = run_of(toy)
    pairs = tuple(record for record in run.bitext.pairs if record.source_doc == "it/a.txt")
    bitext = replace(run.bitext, pairs=pairs, alignments=run.alignments[:1])
    write_bitext(bitext, tmp_path / "a.intertext.xml")
    file = tmp_path / "a.intertext.xml"
    told = file.read_text(encoding="utf-8")
    wanted = '<link type="1-1" xtargets="1:2;1:2" status="auto"/>\n<link type="1-1" xtargets="1:3;1:3" status="auto"/>'
    assert wanted in told
    edited = '<link type="1-2" xtargets="1:2;1:2 1:3" status="man"/>\n<link type="1-0" xtargets="1:3;" status="man"/>'
    file.write_text(told.replace(wanted, edited), encoding="utf-8")

    again = run_of(toy, *read_decisions(file))
    assert again.stale == ()
    (kept,) = (record for record in again.bitext.pairs if record.decision)
    assert (kept.source_sentences, kept.target_sentences) == ((1, 2), (1,))
    assert 2 not in [record.target_sentences[0] for record in again.bitext.pairs if record.source_doc == "it/a.txt"]
    accepted = [record for record in by_documents(again.bitext)["it/a.txt", "en/a.txt"] if record.decision]
    assert [record.target_sentences for record in accepted if not record.is_link] == [(2,)]
    bitext = replace(again.bitext, pairs=tuple(by_documents(again.bitext)["it/a.txt", "en/a.txt"]), alignments=())
    write_bitext(replace(bitext, alignments=again.alignments[:1], pairs=pairs[:0]), tmp_path / "b.intertext.xml")
    assert (tmp_path / "b.intertext.xml").read_text(encoding="utf-8").count('status="man"') == 1


def test_documents_that_intertext_names_by_their_files_are_found_by_their_texts(toy, tmp_path):
    run = run_of(toy)
    write_bitext(
        replace(run.bitext, pairs=run.bitext.pairs[:10], alignments=run.alignments[:1]), tmp_path / "a.intertext.xml"
    )
    for file in tmp_path.glob("a.*"):
        told = file.read_text(encoding="utf-8").replace('status="auto"', 'status="man"')
        file.write_text(
            told.replace('<doc id="it/a.txt" lang="it">', "<doc>").replace(' lang="en"', ""), encoding="utf-8"
        )
    decisions = read_decisions(tmp_path / "a.intertext.xml")
    assert {(one.source_doc, one.target_doc) for one in decisions} == {("a.it.xml", "a.en.xml")}
    again = run_of(toy, *decisions)
    assert len(texts(again, decision="accepted", source_doc="it/a.txt", target_doc="en/a.txt")) == 10


# --- the command


def invoke(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def written(path: Path, *decisions) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        write_decisions(decisions, file)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    sentences = {
        "it": ["Il treno parte alle sette.", "Il museo è chiuso.", "Piove a Minsk.", "Il pane è finito."],
        "en": ["The train leaves at seven.", "The museum is closed.", "It is raining in Minsk.", "The bread is gone."],
    }
    for lang, lines in sentences.items():
        (tmp_path / "small" / lang).mkdir(parents=True)
        (tmp_path / "small" / lang / "a.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "small"


def test_the_command_keeps_decisions_of_several_files(small, tmp_path):
    run = align_corpus(small)
    assert len(run.bitext) == 4
    one = written(tmp_path / "one.tsv", decided(run, 0, decision="rejected"))
    other = written(tmp_path / "other.tsv", decided(run, 1, decision="accepted", note="checked"))
    result = invoke(small, "-o", tmp_path / "out", "--decisions", one, "--decisions", other)
    assert result.exit_code == 0, result.output
    assert "decisions  2: 1 accepted, 1 rejected" in result.output
    rows = [line.split("\t") for line in (tmp_path / "out" / "bitext.tsv").read_text("utf-8").splitlines()]
    assert rows[1][0] == run.bitext.pairs[1].source_text
    assert rows[1][-2:] == ["accepted", "checked"]
    told = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert (told["decisions"], told["stale"]) == ({"accepted": 1, "rejected": 1}, [])


def test_stale_decisions_are_warnings_and_end_in_status_1_with_all_written(small, tmp_path):
    run = align_corpus(small)
    file = written(tmp_path / "d.tsv", decided(run, 0, decision="accepted", source_text="Gone."))
    result = invoke(small, "-o", tmp_path / "out", "--decisions", file)
    assert result.exit_code == 1
    assert f"warning: {file}:2: it/a.txt does not hold 'Gone.'" in result.stderr
    assert (tmp_path / "out" / "bitext.tsv").exists()


def test_decisions_that_contradict_each_other_stop_the_command_before_it_starts(tmp_path):
    one = Decision(source_doc="a", target_doc="b", source_span=(0, 1), target_span=(0, 1), decision="accepted")
    files = [written(tmp_path / f"{choice}.tsv", replace(one, decision=choice)) for choice in ("accepted", "rejected")]
    result = invoke(
        tmp_path / "missing", "-o", tmp_path / "out", *(part for file in files for part in ("--decisions", file))
    )
    assert result.exit_code == 1
    assert f"{files[1]}:2: contradicts {files[0]}:2; keep one of the two lines" in result.stderr
    assert not (tmp_path / "out").exists()


def test_decisions_among_the_outputs_are_left_alone_and_told_of(small, tmp_path):
    run = align_corpus(small)
    file = written(tmp_path / "out" / "decisions.tsv", decided(run, 0, decision="rejected"))
    before = file.read_bytes()
    result = invoke(small, "-o", tmp_path / "out")
    assert f"{file} was not used; give it with --decisions {file}" in result.stderr
    assert file.read_bytes() == before
    result = invoke(small, "-o", tmp_path / "out", "--decisions", file)
    assert "was not used" not in result.stderr
    assert file.read_bytes() == before
    write_run(run, tmp_path / "out")
    assert file.read_bytes() == before


def test_review_takes_over_all_that_a_run_was_told_elsewhere(small, tmp_path):
    run = align_corpus(small)
    told = [
        decided(run, 0, decision="accepted"),
        decided(run, 1, decision="rejected", note="not so"),
        decided(run, 2, decision="accepted"),
        decided(run, 3, note="sure?"),
        decided(run, 3, decision="accepted", source_text="Gone.", source_span=(0, 0)),
        Decision(source_doc="it/a.txt", target_doc="en/a.txt", relation="partial", note="cut"),
        Decision(source_doc="it/gone.txt", target_doc="en/a.txt", relation="parallel"),
    ]
    told[3] = replace(told[3], relation="overlapping")
    (small / "it" / "a.txt").rename(small / "it" / "renamed.txt")
    file = written(tmp_path / "elsewhere.tsv", *told)
    out = tmp_path / "out"
    assert invoke(small, "-o", out, "--decisions", file).exit_code == 1
    again = read_run(out)
    assert set(again.decisions) == set(read_decisions(file))
    assert [line.partition(": ")[2][:20] for line in again.stale] == ["the corpus has no do", "it/renamed.txt does "]

    session = Session(again, out / "decisions.tsv", lambda pair: again.alignments[0])
    pair = session.pair(0)
    assert [(bead["decision"], bead["note"], bead["relation"]) for bead in pair["beads"]] == [
        ("accepted", "", "equivalent"),
        ("accepted", "", "equivalent"),
        ("", "sure?", "overlapping"),
    ]
    assert [(bead["decision"], bead["note"]) for bead in pair["rejected"]] == [("rejected", "not so")]
    assert (pair["relation"], pair["note"]) == ("partial", "cut")
    assert session.view()["warnings"] == list(again.stale)
    start, end = pair["beads"][2]["spans"]
    named = f"{start[0]}-{start[1]}:{end[0]}-{end[1]}"
    session.act(0, {"version": pair["version"], "action": "accept", "key": named})
    kept = {(one.source_doc, one.decision, one.relation, one.note) for one in read_decisions(out / "decisions.tsv")}
    assert kept == {
        ("it/renamed.txt", "accepted", "", ""),
        ("it/renamed.txt", "rejected", "", "not so"),
        ("it/renamed.txt", "accepted", "overlapping", "sure?"),
        ("it/renamed.txt", "", "partial", "cut"),
        ("it/gone.txt", "", "parallel", ""),
    }


def test_what_an_earlier_run_was_told_does_not_count(small, tmp_path):
    run = align_corpus(small)
    out = tmp_path / "out"
    file = written(tmp_path / "d.tsv", decided(run, 0, decision="rejected"))
    assert invoke(small, "-o", out, "--decisions", file).exit_code == 0
    assert (out / "decided.tsv").read_bytes() == file.read_bytes()
    assert len(read_run(out).decisions) == 1
    (out / "decided.tsv").write_text((out / "decided.tsv").read_text("utf-8").replace("rejected", "accepted"), "utf-8")
    with pytest.raises(GoldError, match="is not what the run was told; the files are of different runs"):
        read_run(out)
    assert invoke(small, "-o", out).exit_code == 0
    assert read_run(out).decisions == ()


def test_what_a_run_was_cut_at_is_told_and_counts_when_it_is_worked_on(small, tmp_path):
    run = align_corpus(small)
    assert "|min_p" not in run.bitext.signature
    assert open_cut(run, tmp_path / "a") is None
    cut = align_corpus(small, min_p=0.9)
    assert cut.bitext.signature.endswith("|min_p:0.9")
    assert open_cut(cut, tmp_path / "b") == 0.9
    precise = align_corpus(small, min_precision=0.95)
    assert precise.bitext.signature.endswith("|min_precision:0.95")
    least = min(record.p for record in precise.bitext.pairs)
    assert open_cut(precise, tmp_path / "c") == pytest.approx(least, abs=1e-4)


def open_cut(run, folder):
    write_run(run, folder)
    return open_workbench(folder).min_p


def test_two_files_are_aligned_around_decisions_about_them(small, tmp_path):
    run = align_corpus(small)
    choices = [
        decided(run, 0, decision="rejected"),
        decided(run, 1, decision="accepted", note="checked"),
        decided(run, 2, decision="accepted"),
        decided(run, 3, decision="accepted", source_text="Gone."),
    ]
    file, out = written(tmp_path / "d.tsv", *choices), tmp_path / "out.tsv"
    result = invoke("pair", small / "it" / "a.txt", small / "en" / "a.txt", "-o", out, "--decisions", file)
    assert result.exit_code == 1
    assert "does not hold 'Gone.', or holds it several times; decide again" in result.stderr
    records = read_bitext(out).pairs
    assert [(one.source_sentences, one.target_sentences, one.decision, one.note) for one in records] == [
        ((1,), (1,), "accepted", "checked"),
        ((2,), (2,), "accepted", ""),
        ((3,), (3,), "", ""),
    ]
    result = invoke("pair", small / "it" / "a.txt", small / "en" / "a.txt", "-o", out)
    assert (result.exit_code, len(read_bitext(out).pairs)) == (0, 4)
