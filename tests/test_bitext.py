"""Joining alignments into records, and what is left over."""

import re
from math import isnan

import pytest
from conftest import BagOfWords
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Alignment, Bead
from aligner.bitext import coverage, document_rows, join, linked_sentences, settings, sign, unaligned
from aligner.document import Document, DocumentPair, Relation, Sentence, Text
from aligner.embedding import Embedder
from aligner.methods.monotone import Monotone
from aligner.mining import Mining


def document(id: str, lang: str, *sentences: str) -> Document:
    """A document whose sentences stand on lines of their own."""
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Sentence(start, start + len(sentence)))
        start += len(sentence) + 1
    return Document(Text(id, lang, "\n".join(sentences)), tuple(spans))


IT = document("it/a.txt", "it", "Uno.", "Due.", "Tre.", "Quattro.")
EN = document("en/a.txt", "en", "One.", "Two and three.", "Five.")
FR = document("fr/a.txt", "fr", "Quatre.")


def align(source: Document, target: Document, *beads: Bead, relation: Relation = Relation.PARALLEL) -> Alignment:
    return Alignment(DocumentPair(source, target, relation, 0.75), beads, "monotone")


IT_EN = align(
    IT, EN, Bead((1, 2), (1,), 0.8, 0.9, 0.2), Bead((3,), ()), Bead((0,), (0,), 0.7, 0.6, 0.1), Bead((), (2,))
)


def test_a_link_becomes_a_record_that_knows_where_it_comes_from() -> None:
    record = join([IT_EN], "s").pairs[1]
    assert record.source_text == "Due.\nTre."
    assert record.target_text == "Two and three."
    assert (record.score, record.cosine, record.margin) == (0.8, 0.9, 0.2)
    assert (record.bead, record.doc_relation, record.method) == ("2-1", "parallel", "monotone")
    assert type(record.doc_relation) is str
    assert (record.source_lang, record.target_lang) == ("it", "en")
    assert (record.source_doc, record.target_doc) == ("it/a.txt", "en/a.txt")
    assert (record.source_sentences, record.target_sentences) == ((1, 2), (1,))
    assert IT.text.content[slice(*record.source_span)] == record.source_text
    assert EN.text.content[slice(*record.target_span)] == record.target_text


def test_only_links_become_records_and_they_stand_in_document_order() -> None:
    assert [record.source_sentences for record in join([IT_EN], "s").pairs] == [(0,), (1, 2)]


def test_the_order_of_the_alignments_is_kept() -> None:
    it_fr = align(IT, FR, Bead((3,), (0,)))
    assert [record.target_doc for record in join(iter([it_fr, IT_EN]), "s").pairs] == [
        "fr/a.txt",
        "en/a.txt",
        "en/a.txt",
    ]


def test_a_bitext_keeps_its_signature_and_what_it_was_joined_from() -> None:
    bitext = join(iter([IT_EN]), "aligner:1")
    assert bitext.signature == "aligner:1"
    assert bitext.alignments == (IT_EN,)
    assert len(bitext) == 2


def test_no_alignments_give_an_empty_bitext() -> None:
    assert join([], "s").pairs == ()


def test_a_sentence_is_unaligned_where_no_link_of_any_alignment_holds_it() -> None:
    alignments = [IT_EN, align(IT, FR, Bead((3,), (0,)))]
    left = unaligned(alignments, [IT, EN, FR])
    assert [(one.doc, one.lang, one.sentence, one.text) for one in left] == [("en/a.txt", "en", 2, "Five.")]
    assert EN.text.content[slice(*left[0].span)] == "Five."


def test_all_sentences_of_a_document_in_no_alignment_are_unaligned() -> None:
    assert [one.sentence for one in unaligned([IT_EN], [FR, IT])] == [0, 3]


def test_a_blank_line_is_no_unaligned_sentence_and_does_not_count_for_coverage() -> None:
    poem = document("a", "it", "Uno.", "", "  ", "Due.")
    alignment = align(poem, EN, Bead((0,), (0,)))
    assert [one.sentence for one in unaligned([alignment], [poem])] == [3]
    assert coverage([poem], linked_sentences([alignment])) == 0.5


def test_coverage_is_the_share_of_sentences_in_links() -> None:
    linked = linked_sentences([IT_EN])
    assert coverage([IT], linked) == 0.75
    assert coverage([EN], linked) == pytest.approx(2 / 3)
    assert coverage([IT, FR], linked) == 0.6
    assert coverage([], linked) == 0.0
    assert coverage([document("x", "it")], linked) == 0.0


def test_a_table_of_documents_has_pairs_then_the_unpaired_then_the_skipped() -> None:
    unrelated = align(IT, FR, relation=Relation.UNRELATED)
    pair, nothing, lone, bad = document_rows([IT_EN, unrelated], [FR], [("it/b.txt", "binary")])
    assert (pair.source_doc, pair.target_doc, pair.relation, pair.score) == ("it/a.txt", "en/a.txt", "parallel", 0.75)
    assert (pair.records, pair.source_coverage) == (2, 0.75)
    assert (nothing.relation, nothing.records, nothing.source_coverage) == ("unrelated", 0, 0.0)
    assert (lone.source_doc, lone.target_doc, lone.relation, lone.source_lang) == ("fr/a.txt", "", "unpaired", "fr")
    assert isnan(lone.score)
    assert (bad.source_doc, bad.relation, bad.reason) == ("it/b.txt", "skipped", "binary")


def test_a_signature_begins_with_our_version_and_keeps_the_order_of_the_parts() -> None:
    assert re.fullmatch(
        r"aligner:\d+\.\d+\.\d+\S*\|encoder:use\|splitter:rules\|method:monotone,max_bead=5",
        sign(encoder="use", splitter="rules", method="monotone,max_bead=5"),
    )


def test_a_signature_names_objects_and_several_names() -> None:
    class Mine:
        pass

    class Named:
        name = "e5|x\ny"

    assert sign(encoder=Mine()).endswith("|encoder:Mine")
    assert sign(splitter=str.split).endswith("|splitter:split")
    assert sign(encoder={"e5": 1, "use": 2}).endswith("|encoder:e5+use")
    assert sign(encoder=Named()).endswith("|encoder:e5/x y")


def test_the_settings_of_a_method_are_its_numbers() -> None:
    assert settings(Mining) == "min_p=0.5"
    assert settings(Mining(Embedder(BagOfWords()), min_p=0.9)) == "min_p=0.9"
    assert settings(Monotone) == settings(Monotone(Embedder(BagOfWords())))
    assert "skip=0.5," in settings(Monotone)
    assert "merge=0.2" in settings(Monotone), "the weights stand among the others"


@given(st.lists(st.text(max_size=8), max_size=6), st.data())
def test_every_record_is_the_span_of_its_document(texts: list[str], data: st.DataObject) -> None:
    source = document("a", "it", *texts)
    indices = data.draw(st.sets(st.integers(0, max(len(texts) - 1, 0)), max_size=len(texts)))
    beads = [Bead(tuple(sorted(indices)), (0,))] if texts else []
    for record in join([align(source, EN, *beads)], "s").pairs:
        assert source.text.content[slice(*record.source_span)] == record.source_text
        assert all(texts[i] in record.source_text for i in record.source_sentences)
    held = {one.sentence for one in unaligned([align(source, EN, *beads)], [source])}
    assert held == {i for i, text in enumerate(texts) if text.strip() and i not in indices}
