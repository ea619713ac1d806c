"""Which documents belong together, and how, told on toy texts whose words are their meaning."""

import random

import pytest
from conftest import document

from aligner import align_corpus, likeness
from aligner.document import Relation
from aligner.likeness import Likeness
from aligner.pairing import TRANSLATIONS, Pairing


def sentences(*numbers):
    return [f"a{number} b{number} c{number} d{number}" for number in numbers]


def story(number, n=12):
    """``n`` sentences that no other story has."""
    return sentences(*range(100 * number, 100 * number + n))


def texts(lang, *contents):
    return [document(content, lang, f"{lang}/{place}.txt") for place, content in enumerate(contents)]


def pair(embedder, source, target, names=None, **options):
    found = Pairing(embedder, **options).pair(texts("it", *source), texts("en", *target), names or {})
    return [(pair.source.id[3:-4], pair.target.id[3:-4], pair.relation.value) for pair in found]


def relation(embedder, source, target):
    return Pairing(embedder).compare(document(source), document(target, "en")).relation


# One pair


def test_the_same_text_is_parallel_with_a_score_of_one(embedder):
    found = Pairing(embedder).compare(document(story(1)), document(story(1), "en"))
    assert found.relation is Relation.PARALLEL
    assert found.score == pytest.approx(1, abs=1e-5)


def test_a_text_with_much_left_out_is_partial(embedder):
    text = story(1, 20)
    assert relation(embedder, text, text[:8] + text[10:]) is Relation.PARALLEL
    assert relation(embedder, text, text[:3] + text[12:]) is Relation.PARTIAL
    assert relation(embedder, text[:3] + text[12:], text) is Relation.PARTIAL


def test_a_text_with_a_block_moved_is_partial(embedder):
    text = story(1, 20)
    assert relation(embedder, text, text[8:] + text[:8]) is Relation.PARTIAL


def test_texts_that_share_some_sentences_in_another_order_are_comparable(embedder):
    source = [*sentences(1, 2, 3), *story(5, 10)]
    target = [*story(7, 6), *sentences(3), *story(8, 4), *sentences(1)]
    assert relation(embedder, source, target) is Relation.COMPARABLE


def test_texts_that_share_nothing_are_unrelated(embedder):
    assert relation(embedder, story(1), story(2)) is Relation.UNRELATED


@pytest.mark.parametrize(("source", "target"), [([], []), (sentences(1), []), ([], sentences(1)), ([""], ["", " "])])
def test_a_text_without_sentences_is_unrelated_to_any(source, target, embedder):
    found = Pairing(embedder).compare(document(source), document(target, "en"))
    assert (found.relation, found.score) == (Relation.UNRELATED, 0)


def test_blank_lines_and_repetitions_do_not_matter(embedder):
    source = [line for sentence in story(1) for line in ("", sentence, sentence)]
    assert relation(embedder, source, story(1)) is Relation.PARALLEL


def test_a_comparison_is_the_same_from_the_other_side(embedder):
    one, other = story(1, 20), story(1, 20)[8:] + story(1, 20)[:8]
    there, back = (Pairing(embedder).compare(document(a), document(b, "en")) for a, b in ((one, other), (other, one)))
    assert there.relation is back.relation
    assert there.score == pytest.approx(back.score)


def test_scores_lie_between_nought_and_one(embedder):
    for number in range(20):
        chosen = random.Random(number).choices(range(8), k=6)
        score = Pairing(embedder).compare(document(sentences(*range(5))), document(sentences(*chosen), "en")).score
        assert 0 <= score <= 1


# Judging


def alike(**changes):
    values = {"score": 0.8, "n": 30, "n_matches": 28, "shares": (0.9, 0.9), "order": 1.0, "flow": 0.9, "evidence": 3.0}
    return Likeness(**values | changes)


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({}, "parallel"),
        ({"shares": (0.9, 0.4)}, "partial"),
        ({"shares": (0.4, 0.9)}, "partial"),
        ({"order": 0.6}, "partial"),
        ({"score": 0.3, "flow": 0.1}, "comparable"),
        ({"flow": 0.1}, "comparable"),
        ({"score": 0.3, "flow": 0.1, "evidence": 0.05}, "unrelated"),
    ],
)
def test_a_likeness_is_judged_by_closeness_flow_wholeness_and_evidence(changes, relation, embedder):
    assert Pairing(embedder).judge(alike(**changes)) == relation


def test_a_run_of_matches_makes_a_translation_of_what_has_one_name_although_much_is_left_out(embedder):
    lacking = alike(score=0.5, shares=(0.5, 0.5))
    assert Pairing(embedder).judge(lacking) is Relation.COMPARABLE
    assert Pairing(embedder).judge(lacking, is_named=True) is Relation.PARTIAL


def test_few_sentences_must_be_closer_to_be_a_translation(embedder):
    few = alike(n=1, n_matches=1, score=0.6, shares=(1.0, 1.0))
    assert Pairing(embedder).judge(few) is Relation.COMPARABLE
    assert Pairing(embedder).judge(alike(score=0.6)) is Relation.PARALLEL


def test_cuts_may_be_moved(embedder):
    assert Pairing(embedder, min_translation=0.9).judge(alike(flow=0.3)) is Relation.COMPARABLE
    assert Pairing(embedder, min_evidence=5).judge(alike(score=0.3, flow=0.1)) is Relation.UNRELATED


# Many documents


def test_translations_are_found_by_content_alone(embedder):
    order = random.Random(2).sample(range(15), 15)
    found = pair(embedder, [story(n) for n in range(15)], [story(n) for n in order])
    assert {(int(i), order[int(j)]) for i, j, _ in found} == {(n, n) for n in range(15)}
    assert {relation for _, _, relation in found} == {"parallel"}


def test_a_document_has_one_translation_at_most(embedder):
    found = pair(embedder, [story(1), story(1)], [story(1)])
    assert len(found) == 1


def test_a_document_may_be_comparable_with_several(embedder):
    sources = [[*sentences(1, 2, 3), *story(5)]]
    targets = [[*story(6), *sentences(3)], [*sentences(1), *story(7)], story(8)]
    assert sorted(pair(embedder, sources, targets)) == [("0", "0", "comparable"), ("0", "1", "comparable")]


def test_of_equal_rivals_the_one_of_the_same_name_is_the_translation(embedder):
    names = {"it/0.txt": "x", "en/0.txt": "a", "en/1.txt": "b", "en/2.txt": "x"}
    assert pair(embedder, [story(1)], [story(1), story(1), story(1)], names) == [("0", "2", "parallel")]


def test_names_that_pair_over_texts_that_do_not_are_reported_as_unrelated(embedder):
    names = {"it/0.txt": "x", "en/0.txt": "x", "it/1.txt": "y", "en/1.txt": "z"}
    assert pair(embedder, [story(1), story(3)], [story(2), story(4)], names) == [("0", "0", "unrelated")]


def test_a_name_that_two_documents_of_a_side_have_pairs_nothing(embedder):
    names = dict.fromkeys(["it/0.txt", "it/1.txt", "en/0.txt"], "x")
    assert pair(embedder, [story(1), story(2)], [story(3)], names) == []


def test_content_is_believed_where_names_mislead(embedder):
    names = {"it/0.txt": "x", "it/1.txt": "y", "en/0.txt": "y", "en/1.txt": "x"}
    found = pair(embedder, [story(1), story(2)], [story(1), story(2)], names)
    assert [names for names in found if names[2] == "parallel"] == [("0", "0", "parallel"), ("1", "1", "parallel")]
    assert {names for names in found if names[2] != "parallel"} == {("0", "1", "unrelated"), ("1", "0", "unrelated")}


def test_pairs_come_in_the_order_of_the_sources(embedder):
    order = [3, 0, 2, 1]
    found = pair(embedder, [story(n) for n in range(4)], [story(n) for n in order])
    assert [int(i) for i, _, _ in found] == [0, 1, 2, 3]


def test_an_empty_side_gives_no_pairs(embedder):
    assert pair(embedder, [], [story(1)]) == pair(embedder, [story(1)], []) == pair(embedder, [], []) == []


def test_an_empty_document_pairs_with_none_and_hinders_none(embedder):
    assert pair(embedder, [[], story(1)], [story(1), [""]]) == [("1", "0", "parallel")]


def test_what_every_document_says_is_no_evidence(embedder):
    boilerplate = sentences(*range(900, 903))
    sources = [[*story(n), *boilerplate] for n in range(8)]
    targets = [[*story(20 + n), *boilerplate] for n in range(8)]
    assert pair(embedder, sources, targets) == []


@pytest.mark.shared
@pytest.mark.parametrize(("name", "least"), [("ddtp-it-en", 0.99), ("ddtp-families-it-en", 0.97)])
def test_real_documents_are_paired_by_content_alone(name, least, shared):
    folder = shared / "data" / "docpair" / name
    rows = (folder / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    gold = {tuple(row.split("\t")[:2]) for row in rows if row.startswith("it/")}
    pairs = [found.pair for found in align_corpus(folder, langs=("it", "en")).alignments]
    found = {(pair.source.id, pair.target.id) for pair in pairs if pair.relation in TRANSLATIONS}
    assert gold
    assert 2 * len(found & gold) / (len(found) + len(gold)) >= least


# Very many documents, by sample


@pytest.fixture
def sampled(monkeypatch):
    """As if these few documents were very many."""
    monkeypatch.setattr(likeness, "EXACT", 0)
    monkeypatch.setattr(likeness, "SAMPLE", 16)
    monkeypatch.setattr(likeness, "FINE_SAMPLE", 64)


def many(n=24):
    """Documents of both sides: a third are translations, a third share some sentences, all end with boilerplate."""
    boilerplate = sentences(*range(9000, 9003))
    sources = [[*story(number), *boilerplate] for number in range(n)]
    targets = [
        [*(story(number) if number % 3 == 0 else story(40 + number)), *boilerplate]
        if number % 3 < 2
        else [*story(40 + number, 9), *story(number)[4:0:-2], *boilerplate]
        for number in range(n)
    ]
    return sources, targets


def test_by_sample_the_same_pairs_are_found(embedder, sampled):
    found = pair(embedder, *many())
    assert {(i, j) for i, j, relation in found if relation == "parallel"} == {(str(n), str(n)) for n in range(0, 24, 3)}
    assert {(i, j) for i, j, relation in found if relation == "comparable"} == {
        (str(n), str(n)) for n in range(2, 24, 3)
    }


def test_by_sample_what_every_document_says_is_no_evidence_either(embedder, sampled):
    boilerplate = sentences(*range(9000, 9003))
    sources = [[*story(n, 8), *boilerplate] for n in range(20)]
    targets = [[*story(50 + n, 8), *boilerplate] for n in range(20)]
    assert pair(embedder, sources, targets) == []


def test_by_sample_names_are_told_as_before(embedder, sampled):
    names = {f"{lang}/{n}.txt": f"name {n}" for lang in ("it", "en") for n in range(24)}
    found = pair(embedder, *many(), names)
    assert {(i, j) for i, j, relation in found if relation == "unrelated"} == {
        (str(n), str(n)) for n in range(1, 24, 3)
    }


# One language


def reports(n):
    """Documents of three events, of which those of one event share two sentences with the next one."""
    shared = [sentences(*range(5000 + 10 * place, 5002 + 10 * place)) for place in range(n + 3)]
    boilerplate = sentences(*range(9000, 9003))
    return texts("it", *([*shared[n], *story(n, 6), *shared[n + 3], *boilerplate] for n in range(n)))


def test_of_few_documents_of_one_language_each_is_compared_with_all_others(embedder):
    documents = reports(12)
    pairing = Pairing(embedder)
    one_by_one = [found for n, one in enumerate(documents) for found in pairing.pair([one], documents[n + 1 :], {})]
    assert pairing.kin(documents) == [found for found in one_by_one if found.relation is Relation.COMPARABLE]
    assert pairing.kin(documents[:1]) == pairing.kin([]) == []


@pytest.mark.parametrize("group", [1, 256])
def test_of_many_documents_of_one_language_those_that_share_more_than_boilerplate_are_kin(embedder, monkeypatch, group):
    documents = reports(24)
    monkeypatch.setattr("aligner.pairing.N_KIN", 20)
    monkeypatch.setattr(likeness, "GROUP", group)
    number = {document.id: n for n, document in enumerate(documents)}
    found = [(number[pair.source.id], number[pair.target.id]) for pair in Pairing(embedder).kin(documents)]
    assert found == [(n, n + 3) for n in range(21)]
