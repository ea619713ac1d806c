"""Facts: groups of statements that the links hold together and that no missing link speaks against."""

import random
from dataclasses import replace

from conftest import document

from aligner.bitext import Bitext, SegmentPair
from aligner.evidence import Tie
from aligner.facts import Fact, find_facts

IT = document(["Nel 1998 nasce la missione.", "Piove."], "it", "it/a")
EN = document(["The mission began in 1998.", "It rains."], "en", "en/a")
FR = document(["La mission existe depuis 1998."], "fr", "fr/a")
EN2 = document(["Since 1998 there is a mission."], "en", "en/b")
ALONE = document(["Nothing to do with it."], "en", "en/z")
DOCUMENTS = (IT, EN, FR, EN2, ALONE)


def record(source, target, p=0.9, relation="equivalent", evidence=(), i=(0,), j=(0,)) -> SegmentPair:
    return SegmentPair(
        source_text=source.segment(i),
        target_text=target.segment(j),
        p=p,
        relation=relation,
        evidence=evidence,
        source_lang=source.lang,
        target_lang=target.lang,
        source_doc=source.id,
        target_doc=target.id,
        source_sentences=i,
        target_sentences=j,
        source_span=source.span(i),
        target_span=target.span(j),
    )


def find(*records: SegmentPair, pairs=(), min_p: float = 0.5) -> tuple[Fact, ...]:
    return find_facts(Bitext(records, ""), DOCUMENTS, pairs, min_p=min_p)


def test_one_fact_holds_statements_of_three_languages_and_of_two_documents_of_one() -> None:
    (fact,) = find(record(IT, EN), record(EN, FR, 0.8), record(IT, FR, 0.7), record(EN, EN2, 0.95))
    assert fact.id == "fact-1"
    assert fact.langs == ("en", "fr", "it")
    assert fact.stated_in == ("en/a", "en/b", "fr/a", "it/a")
    assert fact.p == 0.95
    assert {one.doc: one.p for one in fact.statements} == {"en/a": 0.95, "en/b": 0.95, "fr/a": 0.8, "it/a": 0.9}
    assert fact.statements[0].text == EN.segment((0,))
    assert (fact.first, fact.last) == ("1998", "1998")


def test_documents_of_the_family_that_lack_a_fact_are_told_and_others_are_not() -> None:
    (fact,) = find(record(IT, EN), pairs=[("en/a", "fr/a"), ("it/a", "en/b")])
    assert fact.not_stated_in == ("en/b", "fr/a")
    assert fact.not_stated_langs == ("fr",)


def test_a_chain_ends_where_it_would_come_back_to_another_sentence() -> None:
    chain = [record(IT, EN, 0.9), record(EN, FR, 0.8), record(FR, EN2, 0.7)]
    assert [fact.stated_in for fact in find(*chain)] == [("en/a", "en/b", "fr/a", "it/a")]
    facts = find(*chain, record(IT, EN2, 0.95, i=(1,)))
    assert [fact.stated_in for fact in facts] == [("en/a", "fr/a", "it/a"), ("en/b", "it/a")]


def test_places_of_a_document_that_overlap_are_one_statement_that_of_the_strongest_link() -> None:
    (fact,) = find(record(IT, EN, 0.9, j=(0, 1)), record(EN, FR, 0.8), record(IT, FR, 0.7))
    assert [(one.doc, one.sentences, one.p) for one in fact.statements] == [
        ("en/a", (0, 1), 0.9),
        ("fr/a", (0,), 0.8),
        ("it/a", (0,), 0.9),
    ]


def test_what_a_wider_segment_contradicts_beside_the_statement_is_no_conflict_of_the_fact() -> None:
    tie = Tie("date", False, "1998", "1999", (4, 8), (30, 34))
    wide = record(IT, EN, 0.7, j=(0, 1), relation="conflicting", evidence=(tie,))
    (fact,) = find(record(EN, FR, 0.9), record(IT, FR, 0.8), wide)
    assert fact.conflicts == ()
    (fact,) = find(
        record(EN, FR, 0.9), record(IT, FR, 0.8), replace(wide, evidence=(replace(tie, target_span=(21, 25)),))
    )
    assert [one.differences for one in fact.conflicts] == [("date 1998 / 1999",)]


def test_what_is_related_or_improbable_links_nothing() -> None:
    assert find(record(IT, EN, relation="related"), record(IT, FR, 0.49)) == ()
    assert len(find(record(IT, FR, 0.49), min_p=0.4)) == 1


def test_a_conflict_stays_in_its_fact_and_is_told() -> None:
    tie = Tie("date", False, "1998", "1997", (4, 8), (21, 25))
    (fact,) = find(record(IT, EN, relation="conflicting", evidence=(tie,)))
    assert [(one.source_doc, one.target_doc, one.differences) for one in fact.conflicts] == [
        ("it/a", "en/a", ("date 1998 / 1997",))
    ]
    assert fact.relations == (("conflicting", 1),)


def test_facts_do_not_depend_on_the_order_of_the_records() -> None:
    records = [record(IT, EN), record(EN, FR, 0.8), record(IT, FR, 0.7), record(IT, EN, 0.6, i=(1,), j=(1,))]
    found = find(*records)
    assert [len(fact.stated_in) for fact in found] == [3, 2]
    for number in range(10):
        random.Random(number).shuffle(records)
        assert find(*records) == found


def test_no_records_are_no_facts() -> None:
    assert find() == ()


def test_two_parts_of_one_sentence_may_state_two_facts() -> None:
    first = replace(record(IT, EN), source_span=(0, 9), source_text=IT.text.content[:9])
    second = replace(record(IT, EN, 0.8, j=(1,)), source_span=(10, 28), source_text=IT.text.content[10:28])
    whole = record(IT, FR, 0.7)
    assert [fact.stated_in for fact in find(first, second, whole)] == [("en/a", "fr/a", "it/a"), ("en/a", "it/a")]
