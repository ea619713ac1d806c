"""XML: the paragraphs of TEI, DocBook, JATS, XCES and others."""

import pytest

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.xml import read

TEI = "<TEI xmlns='http://www.tei-c.org/ns/1.0' xml:lang='it'><teiHeader><title>No</title></teiHeader>{}</TEI>"


def parts(document: str | bytes, lang: str = "und") -> list[Text | ReadError]:
    return list(read(document.encode() if isinstance(document, str) else document, "a.xml", lang))


def blocks(document: str | bytes) -> list[str]:
    (text,) = parts(document)
    assert isinstance(text, Text)
    return text.content.split("\n\n")


def tei(body: str) -> list[str]:
    return blocks(TEI.format(f"<text><body>{body}</body></text>"))


def test_paragraphs_verses_and_speeches_of_tei_are_blocks() -> None:
    assert tei(
        "<head>Titolo</head><p>Una\n  <hi>bella</hi> frase.</p><lg><l>Verso uno</l><l><hi>verso</hi> <hi>due</hi></l>"
        "</lg><sp><speaker>Anna</speaker><p>Ciao <stage>esce</stage> a tutti.</p></sp><table><row><cell>a</cell>"
        "<cell>b</cell></row></table><p>Poi <list><item>uno</item><item>due</item></list> e fine.</p>"
    ) == [
        *("Titolo", "Una bella frase.", "Verso uno", "verso due", "Anna", "Ciao a tutti.", "esce", "a", "b"),
        *("Poi", "uno", "due", "e fine."),
    ]


def test_of_several_readings_the_editors_is_read() -> None:
    assert tei(
        "<p>Un <choice><sic>erore</sic><corr>errore</corr></choice> di <choice><orig>hieri</orig><reg>ieri</reg>"
        "</choice><app><rdg>sera</rdg><lem> mattina</lem></app>, <del>non</del> <add>più</add> <gap/>bello.</p>"
    ) == ["Un errore di ieri mattina, più bello."]


def test_breaks_are_spaces_unless_they_part_a_word_and_notes_follow() -> None:
    assert tei(
        "<p>La fra<lb break='no'/>se<note>Una nota.</note> va<lb/>a capo.<pb n='2'/><fw>Titolo</fw> Fine.</p>"
    ) == [
        "La frase va a capo. Fine.",
        "Una nota.",
    ]


def test_tokens_are_put_together_whether_their_spaces_are_there_or_not() -> None:
    assert tei("<p><s><w>Il</w> <w>gatto</w><pc>.</pc></s> <s><w>Sì</w><pc>!</pc></s></p>") == ["Il gatto. Sì!"]
    tokens = "".join(f"\n  <w>{token}</w>" for token in ["L'", "acqua", ",", "dice", "(", "lui", ")", "."])
    assert blocks(f"<document><s id='1'>{tokens}\n</s>\n<s id='2'><w>Ciao</w>\n<w>!</w></s></document>") == [
        "L'acqua, dice (lui).",
        "Ciao!",
    ]


def test_sentences_of_an_opus_document_stay_in_their_paragraph() -> None:
    page = "<text><head><s id='1'>Titolo</s></head><p id='2'><s id='s2.1'>Ciao.</s><s id='s2.2'>Come va?</s></p></text>"
    assert blocks(page) == ["Titolo", "Ciao. Come va?"]


def test_docbook_and_jats_are_read_without_what_is_about_them() -> None:
    assert blocks(
        "<article><info><title>T</title><author><personname>X</personname></author></info><para>Uno <emphasis>due"
        "</emphasis>:<itemizedlist><listitem><para>a</para></listitem></itemizedlist></para><note><para>b</para></note>"
        "</article>"
    ) == ["T", "Uno due:", "a", "b"]
    assert blocks(
        "<article><front><journal-meta><issn>1</issn></journal-meta><article-meta><title-group><article-title>T"
        "</article-title></title-group><abstract><p>Uno<xref>1</xref>.</p></abstract></article-meta></front><body><sec>"
        "<title>S</title><p>Due <italic>tre</italic>.</p></sec></body><back><ref-list><ref>no</ref></ref-list></back>"
        "</article>"
    ) == ["T", "Uno1.", "S", "Due tre."]


def test_any_other_document_is_read_by_one_rule() -> None:
    assert blocks("<doc a='no'><t>Uno</t><x><y>due <z>tre</z></y><y/></x>\n<!-- no --><x>&lt;4&#62;</x></doc>") == [
        *("Uno", "due tre", "<4>")
    ]


def test_the_language_is_the_documents_where_nothing_else_tells_it() -> None:
    assert parts("<d xml:lang='it'><p>Ciao</p></d>") == [Text("a.xml", "it", "Ciao")]
    assert parts("<d xml:lang='it'><p>Ciao</p></d>", "sc") == [Text("a.xml", "sc", "Ciao")]


def test_the_texts_of_a_tei_corpus_are_told_apart() -> None:
    one, two = "<text xml:lang='{}' xml:id='x'><p>Ciao</p></text>", "<text xml:lang='{}'><p>Hi</p></text>"
    corpus = f"<teiCorpus>{TEI.format(one)}{TEI.format(two)}</teiCorpus>"
    assert parts(corpus.format("it", "en")) == [Text("a.xml#it", "it", "Ciao"), Text("a.xml#en", "en", "Hi")]
    assert parts(corpus.format("it", "en"), "en") == [Text("a.xml", "en", "Hi")]
    assert parts(corpus.format("it", "it")) == [Text("a.xml#x", "it", "Ciao"), Text("a.xml#2", "it", "Hi")]


def test_what_has_a_reader_of_its_own_is_read_by_it() -> None:
    assert parts("<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Ciao.</p><p>Fine.</p></body></html>") == [
        Text("a.xml", "und", "Ciao.\n\nFine.")
    ]
    assert parts("<tmx><body><tu><tuv xml:lang='it'><seg>Sì</seg></tuv></tu></body></tmx>") == [
        Text("a.xml#it", "it", "Sì")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_is_believed(encoding: str) -> None:
    assert blocks(f"<?xml version='1.0' encoding='{encoding}'?><p>perché</p>".encode(encoding)) == ["perché"]


def test_broken_overlarge_and_entities_are_told() -> None:
    for document in ("<p>", "", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "<a/>" * 4_100_000):
        with pytest.raises(ReadError, match=r"^a\.xml: [^\n]*; "):
            parts(document)
