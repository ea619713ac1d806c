"""The corpus, the gold and the seeds of the repo are whole and agree with each other."""

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
GOLD = ROOT / "tests" / "gold"
SEEDS = ROOT / "seeds"
LANGS = ("it", "en")
DOCUMENTS = sorted(path.relative_to(CORPUS).as_posix() for lang in LANGS for path in (CORPUS / lang).glob("*.txt"))
NAMES = sorted(path.stem for path in GOLD.glob("*.gold"))


def table(name: str) -> list[dict[str, str]]:
    header, *rows = (GOLD / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    columns = header.split("\t")
    return [dict(zip(columns, row.split("\t"), strict=True)) for row in rows]


def content(document: str) -> str:
    return (CORPUS / document).read_text(encoding="utf-8")


def lines(name: str, lang: str) -> list[str]:
    return (GOLD / f"{name}.{lang}.lines").read_text(encoding="utf-8").removesuffix("\n").split("\n")


def beads(name: str) -> list[tuple[list[int], list[int]]]:
    rows = (GOLD / f"{name}.gold").read_text(encoding="utf-8").splitlines()
    return [(json.loads(source), json.loads(target)) for source, target in (row.split(":") for row in rows)]


def translations() -> dict[str, tuple[str, str, str]]:
    """The stem of the Italian side -> its document, its partner and their relation."""
    rows = [row for row in table("documents.tsv") if row["relation"] in {"parallel", "partial"}]
    return {Path(row["source_doc"]).stem: (row["source_doc"], row["target_doc"], row["relation"]) for row in rows}


def seeds() -> list[dict[str, Any]]:
    return [
        fact
        for path in sorted(SEEDS.glob("*.toml"))
        for fact in tomllib.loads(path.read_text(encoding="utf-8"))["fact"]
    ]


def facts_by_document() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {document: set() for document in DOCUMENTS}
    for row in table("facts.tsv"):
        found[row["document"]].add(row["fact"])
    return found


def test_there_are_eight_texts_a_side():
    assert [sum(document.startswith(lang) for document in DOCUMENTS) for lang in LANGS] == [8, 8]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_text_is_a_headline_and_paragraphs_with_a_blank_line_between(document: str):
    text = content(document)
    paragraphs = text.removesuffix("\n").split("\n\n")
    assert text.endswith("\n")
    assert len(paragraphs) >= 5
    assert not paragraphs[0].endswith(".")
    for paragraph in paragraphs:
        assert paragraph
        assert "\n" not in paragraph
        assert "  " not in paragraph
        assert paragraph == paragraph.strip()


def test_every_document_of_the_corpus_is_listed_and_every_listed_document_exists():
    rows = table("documents.tsv")
    assert {row[side] for row in rows for side in ("source_doc", "target_doc")} - {""} == set(DOCUMENTS)
    assert len({(row["source_doc"], row["target_doc"]) for row in rows}) == len(rows)


def test_pairs_have_a_relation_and_italian_first_and_unpaired_documents_stand_alone():
    rows = table("documents.tsv")
    paired = [row for row in rows if row["relation"] != "unpaired"]
    unpaired = [row["source_doc"] or row["target_doc"] for row in rows if row["relation"] == "unpaired"]
    for row in rows:
        assert row["relation"] in {"parallel", "partial", "comparable", "unpaired"}
        assert row["source_doc"].startswith("it/") or not row["source_doc"]
        assert row["target_doc"].startswith("en/") or not row["target_doc"]
        assert bool(row["source_doc"] and row["target_doc"]) == (row["relation"] != "unpaired")
    assert len(unpaired) == 4
    assert not {row[side] for row in paired for side in ("source_doc", "target_doc")} & set(unpaired)


def test_comparable_documents_share_two_facts_and_unlisted_pairs_share_none():
    relations = {(row["source_doc"], row["target_doc"]): row["relation"] for row in table("documents.tsv")}
    facts = facts_by_document()
    for source in (document for document in DOCUMENTS if document.startswith("it/")):
        for target in (document for document in DOCUMENTS if document.startswith("en/")):
            n_shared = len(facts[source] & facts[target])
            assert n_shared >= 2 if (source, target) in relations else n_shared == 0, (source, target)


def test_there_is_bead_gold_for_exactly_the_translations():
    assert set(translations()) == set(NAMES)
    assert sorted(relation for _, _, relation in translations().values()) == ["parallel", "partial"]


@pytest.mark.parametrize("name", NAMES)
def test_the_lines_are_the_whole_document_in_order(name: str):
    for document, lang in zip(translations()[name][:2], LANGS, strict=True):
        text, end = content(document), 0
        for line in lines(name, lang):
            start = text.find(line, end)
            assert line, (document, lang)
            assert start >= 0, line
            assert not text[end:start].strip(), f"{text[end:start]!r} is in no line"
            end = start + len(line)
        assert not text[end:].strip()


@pytest.mark.parametrize("name", NAMES)
def test_each_sentence_is_in_exactly_one_bead(name: str):
    pairs = beads(name)
    assert all(source or target for source, target in pairs)
    for side, lang in enumerate(LANGS):
        indices = [index for bead in pairs for index in bead[side]]
        assert sorted(indices) == list(range(len(lines(name, lang))))


def is_monotone(pairs: list[tuple[list[int], list[int]]]) -> bool:
    links = sorted((source, target) for source, target in pairs if source and target)
    return all(before[1][-1] < after[1][0] for before, after in pairwise(links))


@pytest.mark.parametrize("name", NAMES)
def test_only_the_partial_pair_has_omissions_and_crossing_beads(name: str):
    is_parallel = translations()[name][2] == "parallel"
    kinds = {(len(source), len(target)) for source, target in beads(name)}
    assert {(1, 1), (1, 2), (2, 1)} <= kinds
    assert ((1, 0) not in kinds) == is_parallel
    assert is_monotone(beads(name)) == is_parallel


def test_fact_sentences_stand_verbatim_and_once_in_their_document():
    for row in table("facts.tsv"):
        assert content(row["document"]).count(row["sentence"]) == 1, row


def test_a_fact_has_one_row_a_document_and_a_known_stance():
    rows = table("facts.tsv")
    assert len({(row["fact"], row["document"]) for row in rows}) == len(rows)
    assert {row["stance"] for row in rows} == {"states", "contains", "contradicts"}


def test_a_third_of_the_facts_is_held_out_whole():
    held = {row["fact"] for row in table("facts.tsv") if row["held_out"] == "yes"}
    tuned = {row["fact"] for row in table("facts.tsv") if row["held_out"] == "no"}
    assert not held & tuned
    assert len(held) * 3 == len(held | tuned)


def test_every_fact_is_a_seed_and_every_seed_but_one_is_stated_in_both_languages():
    stated = {
        (row["fact"], row["document"].split("/")[0]) for row in table("facts.tsv") if row["stance"] != "contradicts"
    }
    ids = {fact["id"] for fact in seeds()}
    assert {row["fact"] for row in table("facts.tsv")} == ids - {"mines-2007"}
    assert {fact for fact, lang in stated if lang == "it"} == ids - {"mines-2007"}
    assert {fact for fact, lang in stated if lang == "en"} == ids - {"mines-2007", "unit-size"}


def test_records_are_the_sentences_on_every_shared_fact_of_every_comparable_pair():
    sentences = {(row["document"], row["fact"]): row["sentence"] for row in table("facts.tsv")}
    facts = facts_by_document()
    wanted = {
        (source, target, sentences[source, fact], sentences[target, fact], fact)
        for source, target in (
            (row["source_doc"], row["target_doc"]) for row in table("documents.tsv") if row["relation"] == "comparable"
        )
        for fact in facts[source] & facts[target]
    }
    columns = ("source_doc", "target_doc", "source_sentence", "target_sentence", "fact")
    records = [tuple(row[column] for column in columns) for row in table("records.tsv")]
    assert set(records) == wanted
    assert len(records) == len(wanted)


def test_a_record_conflicts_where_exactly_one_side_contradicts_the_seed():
    stances = {(row["document"], row["fact"]): row["stance"] for row in table("facts.tsv")}
    for row in table("records.tsv"):
        sides = [stances[row[side], row["fact"]] for side in ("source_doc", "target_doc")]
        assert row["kind"] in {"equivalent", "contains", "overlapping", "conflicting"}
        assert (row["kind"] == "conflicting") == (sides.count("contradicts") == 1)
        assert (row["container"] in {"source", "target"}) == (row["kind"] == "contains")


def test_seeds_have_unique_ids_and_a_phrasing_in_each_language():
    facts = seeds()
    ids = [fact["id"] for fact in facts]
    assert len(set(ids)) == len(ids)
    for fact in facts:
        assert set(fact) == {"id", "title", "phrasings"}
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fact["id"])
        assert fact["title"].strip()
        for lang in LANGS:
            assert fact["phrasings"][lang]
            assert all(phrasing.strip() for phrasing in fact["phrasings"][lang])


def test_no_seed_is_worded_as_a_sentence_of_the_corpus():
    sentences = {row["sentence"] for row in table("facts.tsv")}
    assert not sentences & {phrasing for fact in seeds() for lang in LANGS for phrasing in fact["phrasings"][lang]}


def test_each_passage_of_context_tells_its_fact_in_its_second_sentence_only():
    rows = table("context.tsv")
    for start in range(0, len(rows), 3):
        own = rows[start : start + 3]
        assert len({(row["fact"], row["phrasing"], row["document"]) for row in own}) == 1
        assert [row["speaks"] for row in own] == ["no", "yes", "no"]
