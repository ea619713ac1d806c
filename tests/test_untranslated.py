"""Sentences that stand in another language than their document's: found, set aside, told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import document

from aligner.bitext import is_untranslated, left_untranslated, unaligned
from aligner.corpus import read_corpus, split
from aligner.document import Document, Mark
from aligner.pipeline import align_corpus, align_documents
from aligner.report import summarise
from aligner.untranslated import mark_languages
from aligner.writers.run import write_run

ITALIAN = [
    "Il treno per Bologna parte alle 7.45 dal binario 3.",
    "La signora Bianchi ha perso l'ombrello verde.",
    "Perché nessuno ha chiuso la finestra?",
    "Il museo è aperto tutti i giorni, tranne il lunedì.",
    "Il fiume è cresciuto di due metri in una notte.",
    "Non c'è più pane: il fornaio ha già venduto tutto.",
]
ENGLISH = [
    "The train to Bologna leaves at 7:45 from platform 3.",
    "Mrs Bianchi has lost her green umbrella.",
    "Why did nobody close the window?",
    "The museum is open every day except Monday.",
    "The river rose by two metres in one night.",
    "There is no more bread: the baker has already sold it all.",
]
THE_SAME_EVERYWHERE = [
    "sudo apt-get install build-essential fakeroot",
    "update-alternatives --config x-window-manager",
    "deb http://deb.debian.org/debian stable main contrib",
    "int main(void) { return 0; }",
    "https://www.debian.org/doc/manuals/",
    "Maria Rossi, John Smith",
    "New York",
    "IBM 360/65",
    "Version: 2.9-2+deb8u1",
]


def marked(italian: list[str], english: list[str]) -> Document:
    return mark_languages([document(italian, "it"), document(english, "en")])[0]


def page(sentences: list[str]) -> str:
    return "<html><body>" + "".join(f"<p>{sentence}</p>" for sentence in sentences) + "</body></html>"


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """A page that is translated, one whose second half is not, and one of which nothing is."""
    commands = THE_SAME_EVERYWHERE[:4]
    pages = {
        "whole": (ITALIAN, ENGLISH),
        "half": ([*ITALIAN[:3], *commands, *ENGLISH[3:]], [*ENGLISH[:3], *commands, *ENGLISH[3:]]),
        "none": (ENGLISH[::-1], ENGLISH[::-1]),
    }
    for name, sides in pages.items():
        for lang, sentences in zip(("it", "en"), sides, strict=True):
            path = tmp_path / "guide" / lang / f"{name}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(sentences), "utf-8")
    return tmp_path / "guide"


def test_sentences_left_in_the_other_language_are_marked_and_read_as_empty() -> None:
    found = marked([*ITALIAN[:3], *ENGLISH[3:]], ENGLISH)
    assert found.untranslated == (3, 4, 5)
    assert {found.sentences[i].lang for i in found.untranslated} == {"en"}
    assert found.sentence_texts() == [*ITALIAN[:3], "", "", ""]
    assert left_untranslated(found) == "3 of 6 sentences stand in en"


def test_a_long_sentence_tells_its_language_whether_the_other_side_has_it_or_not() -> None:
    assert marked([*ITALIAN, ENGLISH[5]], ["Nothing of the kind was ever said here."]).untranslated == (6,)


def test_what_is_the_same_in_any_language_is_no_untranslated_prose() -> None:
    assert marked([*ITALIAN, *THE_SAME_EVERYWHERE], [*ENGLISH, *THE_SAME_EVERYWHERE]).untranslated == ()


def test_a_copied_passage_is_in_the_language_of_the_most_of_it() -> None:
    passage = [*ENGLISH[3:5], "See Dr Verdi.", ENGLISH[5]]
    assert marked([*ITALIAN, *passage], [*ENGLISH[:3], *passage]).untranslated == (6, 7, 8, 9)


def test_of_a_document_in_the_other_language_throughout_nothing_is_its_own() -> None:
    found = marked(["Debian", *ENGLISH, "FAQ"], ["Debian", *ENGLISH])
    assert is_untranslated(found)
    assert left_untranslated(found) == "8 of 8 sentences stand in en"


def test_a_passage_that_the_text_marks_is_in_the_language_that_it_says() -> None:
    source = document([*ITALIAN, "Finis."], "it")
    start, end = source.span((6,))
    own = Mark(*source.span((0,)), "it-IT")
    text = replace(source.text, marks=(own, Mark(start, end, "la")))
    found = mark_languages([replace(source, text=text), document(ENGLISH, "en")])[0]
    assert [found.sentences[i].lang for i in found.untranslated] == ["la"]


@pytest.mark.parametrize("lang", ["und", "xx", "no"])
def test_a_language_that_cannot_be_told_from_others_is_left_alone(lang: str) -> None:
    assert mark_languages([document(ENGLISH, lang), document(ENGLISH, "en")])[0].untranslated == ()


def test_documents_of_one_language_are_left_alone() -> None:
    assert not any(found.untranslated for found in mark_languages([document(ENGLISH, "it"), document(ITALIAN, "it")]))


def test_nothing_left_untranslated_is_a_record_and_all_of_it_is_told(guide: Path, tmp_path: Path) -> None:
    run = align_corpus(guide, encoder="use")
    assert [record for record in run.bitext.pairs if set(record.source_text.splitlines()) & set(ENGLISH)] == []
    records = {record.source_text for record in run.bitext.pairs if record.source_doc == "it/half.html"}
    assert records >= {*ITALIAN[:3], *THE_SAME_EVERYWHERE[:4]}
    told = {(row.source_doc, row.target_doc): (row.relation, row.reason) for row in run.rows if row.target_doc}
    assert told["it/half.html", "en/half.html"][1] == "it/half.html: 3 of 10 sentences stand in en"
    assert told["it/none.html", "en/none.html"] == ("untranslated", "it/none.html: 6 of 6 sentences stand in en")
    assert told["it/whole.html", "en/whole.html"] == ("parallel", "")
    notes = [one.note for one in unaligned(run.alignments, run.documents) if one.doc.startswith("it/")]
    assert notes == ["stands in en"] * 9
    assert "  it/none.html  6 of 6 sentences stand in en" in summarise(run, []).splitlines()
    write_run(run, tmp_path / "out")
    description = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert list(description["untranslated"]) == ["it/none.html", "it/half.html"]
    assert description["warnings"] == [
        "it/none.html: declared it, reads as en like en/none.html: not translated",
    ]


def test_an_untranslated_page_witnesses_no_fact(guide: Path) -> None:
    run = align_corpus(guide, encoder="use")
    assert not any("it/none.html" in fact.stated_in for fact in run.facts)


def test_two_files_are_told_apart_likewise() -> None:
    source = document([*ITALIAN[:3], *ENGLISH[3:]], "it")
    linked = [bead.source for bead in align_documents(source, document(ENGLISH, "en"), encoder="use").links]
    assert linked == [(0,), (1,), (2,)]


# Real pages.


def test_a_licence_left_in_english_on_an_italian_page_is_found(shared: Path) -> None:
    corpus = read_corpus(shared / "data" / "docs" / "debian-faq")
    documents = {found.id: found for found in mark_languages([split(text, "rules") for text in corpus.texts])}
    front = documents["it/index.it.html"]
    assert len(front.untranslated) == 3
    assert all(front.segment((i,)).startswith("Permission is granted") for i in front.untranslated)
    assert sum(len(found.untranslated) for found in documents.values()) <= 5


def test_two_pages_that_say_that_they_are_untranslated_are(shared: Path) -> None:
    corpus = read_corpus(shared / "data" / "docs" / "opensource-guide")
    name = "security-best-practices-for-your-project.md"
    texts = [text for text in corpus.texts if text.id.endswith(name)]
    documents = mark_languages([split(text, "rules") for text in texts])
    assert [found.id for found in documents if is_untranslated(found)] == [f"de/{name}", f"fr/{name}"]
