"""Word, OpenDocument, rich text and books: what of a document is text, and what a bad one says of itself."""

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import docx
import pytest

from aligner.corpus import read_document
from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers import READERS, archives, read

ODD = "Perché «no» & <sì>? שלום עולם، مرحبا 🎉"
CONTAINERS = (".docx", ".odt", ".epub")
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts(data: bytes, suffix: str, lang: str = "und") -> list[Text | ReadError]:
    return list(READERS.load(suffix)(data, "a", lang))


def blocks(data: bytes, suffix: str) -> list[str]:
    (text,) = parts(data, suffix)
    assert isinstance(text, Text)
    return text.content.split("\n\n")


def archive(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def word(body: str, prolog: str = "", **others: str) -> bytes:
    """A Word document of this body; others are its parts, as ``footnotes="<w:footnote …>"``."""
    document = f'{prolog}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    relations = "".join(f'<Relationship Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>' for kind in others)
    return archive(
        {
            "word/document.xml": document,
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
            **{f"word/{kind}.xml": f'<w:{kind} xmlns:w="{WORD}">{part}</w:{kind}>' for kind, part in others.items()},
        }
    )


def open_document(body: str, prolog: str = "", members: dict[str, str | bytes] | None = None) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "table", "draw", "svg"))
    start = f"{prolog}<office:document-content {spaces}><office:body><office:text>"
    content = f"{start}{body}</office:text></office:body></office:document-content>"
    return archive({"content.xml": content, **(members or {})})


def book(chapters: dict[str, str], prolog: str = "", spine: str = "", guide: str = "", manifest: str = "") -> bytes:
    """A book of these pages, all in its reading order unless ``spine`` says otherwise."""
    items = "".join(f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in chapters)
    spine = spine or "".join(f'<itemref idref="{name}"/>' for name in chapters)
    package = (
        f'{prolog}<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:language> it </dc:language></metadata><manifest>{items}{manifest}</manifest>"
        f"<spine>{spine}</spine><guide>{guide}</guide></package>"
    )
    pages = {
        f"OEBPS/{name}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
        for name, body in chapters.items()
    }
    container = '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>'
    return archive({"META-INF/container.xml": container, "OEBPS/a.opf": package, **pages})


def rtf(body: str, head: str = r"\ansi\ansicpg1252") -> bytes:
    return f"{{\\rtf1{head} {body}}}".encode("latin-1")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def paragraph(text: str) -> str:
    return f"<w:p>{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


# Real files.


@pytest.mark.shared
@pytest.mark.parametrize("lang", ["it", "en"])
@pytest.mark.parametrize(
    "name", ["guide-utf16.txt", "guide.txt.gz", *(f"guide.{kind}" for kind in ("html", "docx", "odt", "epub", "rtf"))]
)
def test_one_guide_has_the_same_sentences_in_every_form(name: str, lang: str, shared: Path) -> None:
    folder = shared / "data" / "docs" / "formats" / lang
    guide, other = read_document(folder / "guide.txt", lang), read_document(folder / name)
    assert other.sentence_texts() == guide.sentence_texts()
    assert other.lang == lang


@pytest.mark.shared
@pytest.mark.parametrize("lang", ["it", "en"])
def test_windows_1252_loses_only_what_it_cannot_write(lang: str, shared: Path) -> None:
    folder = shared / "data" / "docs" / "formats" / lang
    guide, other = (read_document(folder / name, lang).text.content for name in ("guide.txt", "guide-cp1252.txt"))
    assert other.split() == guide.encode("cp1252", "replace").decode("cp1252").split()


@pytest.mark.shared
@pytest.mark.parametrize(("lang", "caption"), [("it", "Crea un archivio"), ("en", "Create repository")])
def test_markdown_differs_by_what_was_left_out_of_the_other_forms(lang: str, caption: str, shared: Path) -> None:
    """The other forms were made without the page's four asides, and with the words that stand for a picture."""
    folder = shared / "data" / "docs" / "formats" / lang
    guide, other = (read_document(folder / name, lang).sentence_texts() for name in ("guide.txt", "guide.md"))
    assert set(guide) - set(other) == {caption}
    kept = iter(other)
    assert all(sentence in kept for sentence in guide if sentence != caption)
    assert len(other) - len(guide) == 12


# Word.


def test_headings_paragraphs_items_and_cells_are_blocks_and_headers_are_none() -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Testata"
    made.sections[0].footer.paragraphs[0].text = "Piede"
    made.add_heading("Titolo")
    first = made.add_paragraph("Una ")
    first.add_run("par").bold = True
    first.add_run("ola.\nRiga due\tqui.")
    made.add_paragraph("voce", style="List Bullet")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    made.add_paragraph(ODD)
    made.save(file := io.BytesIO())
    expected = ["Titolo", "Una parola.\nRiga due qui.", "voce", "a", "b", ODD]
    assert blocks(file.getvalue(), ".docx") == expected


def test_tracked_insertions_are_in_and_deletions_out() -> None:
    body = (
        f"<w:p>{run('Il fiume ')}<w:ins>{run('grande ')}</w:ins><w:del><w:r><w:delText>piccolo </w:delText></w:r>"
        f"</w:del><w:moveFrom>{run('via ')}</w:moveFrom><w:moveTo>{run('sale')}</w:moveTo>{run('.')}</w:p>"
    )
    assert blocks(word(body), ".docx") == ["Il fiume grande sale."]


def test_notes_and_text_boxes_come_after_their_paragraph_once() -> None:
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    box = f"<w:r><w:pict><w:txbxContent>{paragraph('Riquadro.')}</w:txbxContent></w:pict></w:r>"
    twin = f"<w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    body = f"<w:p>{run('Uno')}{note}{twin}</mc:AlternateContent></w:r>{run(' due.')}{note}</w:p>{paragraph('Tre.')}"
    notes = f'<w:footnote w:type="separator" w:id="0">{paragraph("no")}</w:footnote>'
    notes += f'<w:footnote w:id="2">{paragraph("Nota.")}</w:footnote>'
    assert blocks(word(body, footnotes=notes), ".docx") == ["Uno due.", "Nota.", "Riquadro.", "Tre."]


def test_fields_show_their_result_unless_it_is_a_table_of_contents_or_a_page_number() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    def complex_field(instruction: str, result: str) -> str:
        text = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
        return mark("begin") + text + mark("separate") + result + mark("end")

    link = complex_field('HYPERLINK "http://a"', run("collegamento"))
    contents = complex_field("TOC \\o", f"{run('Indice')}{link}</w:p><w:p>{run('Capitolo 1')}")
    page = f'<w:fldSimple w:instr=" PAGE ">{run("7")}</w:fldSimple>'
    body = f"<w:p>{contents}</w:p><w:p>{run('Un ')}{link}{run(' a pagina ')}{page}</w:p>"
    assert blocks(word(body), ".docx") == ["Un collegamento a pagina"]


def test_hidden_text_placeholders_and_furigana_are_left_out_and_content_controls_are_in() -> None:
    shown = run("Visto", '<w:vanish w:val="0"/>')
    body = (
        f"<w:p>{run('segreto', '<w:vanish/>')}{shown}"
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Scrivi qui')}</w:sdtContent></w:sdt>"
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run(' e letto')}</w:sdtContent></w:sdt>"
        f"<w:r><w:ruby><w:rt>{run('かんじ')}</w:rt><w:rubyBase>{run('漢字')}</w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert blocks(word(body), ".docx") == ["Visto e letto漢字"]


def test_a_word_document_lies_where_its_relations_say() -> None:
    relations = f'<Relationships><Relationship Type="{RELATIONS}/officeDocument" Target="/x/d.xml"/></Relationships>'
    document = f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("Ciao.")}</w:body></w:document>'
    assert blocks(archive({"_rels/.rels": relations, "x/d.xml": document}), ".docx") == ["Ciao."]


def test_a_workbook_under_a_docx_name_is_told() -> None:
    relations = f'<Relationships><Relationship Type="{RELATIONS}/officeDocument" Target="xl/w.xml"/></Relationships>'
    with pytest.raises(ReadError, match=r"^a: xl/w\.xml: no text but a workbook; "):
        parts(archive({"_rels/.rels": relations, "xl/w.xml": "<workbook/>"}), ".docx")


# OpenDocument.


def test_an_open_document_gives_its_text_only() -> None:
    body = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>via</text:p></text:deletion></text:changed-region>
</text:tracked-changes>
<text:table-of-content><text:index-body><text:p>Indice 1</text:p></text:index-body></text:table-of-content>
<text:h>Tito<text:span>lo</text:span></text:h>
<text:p>Uno<text:note><text:note-citation>1</text:note-citation><text:note-body>
  <text:p>Nota.</text:p><text:p>Ancora.</text:p></text:note-body></text:note> due<text:s text:c="999999999"/>tre
  quattro<text:tab/>cinque<office:annotation><text:p>commento</text:p></office:annotation><text:line-break/>sei
  <draw:frame><svg:desc>figura</svg:desc><draw:text-box><text:p>Riquadro.</text:p></draw:text-box></draw:frame></text:p>
<text:list><text:list-header><text:p>capo</text:p></text:list-header>
  <text:list-item><text:number>1.</text:number><text:p>voce</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>
  <table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>
<text:section text:display="none"><text:p>nascosto</text:p></text:section>"""
    expected = ["Titolo", "Uno due tre quattro cinque\nsei", "Nota.", "Ancora.", "Riquadro.", "capo", "voce", "a", "b"]
    odd = f"<text:p>{escape(ODD)}</text:p>"
    assert blocks(open_document(body + odd), ".odt") == [*expected, ODD]


def test_an_encrypted_open_document_is_told() -> None:
    manifest = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
    with pytest.raises(ReadError, match="a: encrypted; save the file without a password"):
        parts(open_document("", members=manifest), ".odt")


def test_a_spreadsheet_under_an_odt_name_is_told() -> None:
    content = "<d><body><spreadsheet/></body></d>"
    with pytest.raises(ReadError, match=r"content\.xml: no text but spreadsheet; "):
        parts(archive({"content.xml": content}), ".odt")


# Books.


def test_a_book_gives_its_chapters_in_reading_order_without_its_aids() -> None:
    pages = {
        "cover": "<p>Copertina</p>",
        "toc": '<nav><a href="two.xhtml">Secondo</a></nav>',
        "two": f"<h1>Secondo</h1><p>{escape(ODD)}</p>",
        "one": '<h1><a href="toc.xhtml">Primo</a></h1>'
        '<p><a id="p1"/>Uno<a epub:type="noteref" href="#n">1</a> due.</p>',
        "note": "<p>Fuori</p>",
    }
    spine = "".join(f'<itemref idref="{name}"/>' for name in ("cover", "toc", "one", "two", "one", "nothing"))
    spine += '<itemref idref="note" linear="no"/>'
    data = book(pages, spine=spine, guide='<reference type="cover" href="cover.xhtml#top"/>')
    assert blocks(data, ".epub") == ["Primo", "Uno due.", "Secondo", ODD]


@pytest.mark.parametrize(("known", "expected"), [("und", "it"), ("sc", "sc")])
def test_the_language_of_a_book_counts_where_nothing_else_tells_it(known: str, expected: str) -> None:
    (text,) = parts(book({"a": "<p>Ciao.</p>"}), ".epub", known)
    assert isinstance(text, Text)
    assert text.lang == expected


def test_a_chapter_that_is_missing_is_told_and_costs_only_itself() -> None:
    item = '<item id="x" href="x%20y.xhtml" media-type="application/xhtml+xml"/>'
    spine = '<itemref idref="x"/><itemref idref="a"/>'
    problem, text = parts(book({"a": "<p>Ciao.</p>"}, spine=spine, manifest=item), ".epub")
    assert str(problem).startswith("a: OEBPS/x y.xhtml: missing from the file; ")
    assert isinstance(text, Text)
    assert text.content == "Ciao."


def test_a_book_without_a_chapter_that_can_be_read_is_refused() -> None:
    item = '<item id="x" href="../../../etc/passwd" media-type="text/html"/>'
    with pytest.raises(ReadError, match="a: etc/passwd: missing from the file; "):
        parts(book({}, spine='<itemref idref="x"/>', manifest=item), ".epub")


# Rich text.


def test_rich_text_gives_its_text_only() -> None:
    body = r"""{\fonttbl{\f0\fcharset0 Arial;}}{\colortbl;\red0;}{\stylesheet{\s1 Normal;}}{\info{\title No}}
{\header\pard Testata\par}{\footerl Piede {\field{\*\fldinst PAGE}{\fldrslt 7}}\par}
{\*\generator No;}\pard\b Tito\b0 lo\par
Uno{\*\footnote\chftn  Nota.\par Ancora.} due\line tre\tab quattro{\v segreto}{\deleted via}\v0 .
{\pict\bin6 }}}}}}x89ab}\par
{\listtext 1.\tab}voce\par{\trowd a\cell b\cell\row}
{\field{\*\fldinst {HYPERLINK "http://a"}}{\fldrslt {\ul collegamento}}} qui\'85\par
{\field{\*\fldinst TOC \\o}{\fldrslt Indice\par {\field{\*\fldinst PAGEREF a}{\fldrslt 3}}\par}}
{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt Riquadro.\par}}{\shprslt Riquadro.\par}}Fine\~\{\\\}\emdash\_.\
"""
    expected = ["Titolo", "Uno due\ntre quattro.", "Nota.", "Ancora.", "voce", "a", "b", "collegamento qui…"]
    assert blocks(rtf(body), ".rtf") == [*expected, "Fine\u00a0{\\}—\u2011.", "Riquadro."]


@pytest.mark.parametrize("text", ["Река поднялась.", "川は一晩で。", ODD.replace("<", "‹")])
def test_rich_text_writes_any_script_by_codes(text: str) -> None:
    units = memoryview(text.encode("utf-16-le")).cast("h")
    assert blocks(rtf(r"\uc1 " + "".join(f"\\u{unit}?" for unit in units)), ".rtf") == [text]
    assert blocks(rtf(r"\uc2 " + "".join(f"\\u{unit}\\'81\\'5c" for unit in units)), ".rtf") == [text]
    assert blocks(rtf(r"\uc0 " + "".join(f"\\u{unit} " for unit in units)), ".rtf") == [text]


@pytest.mark.parametrize(
    ("charset", "encoding", "text"),
    [
        (204, "cp1251", "Река поднялась на два метра."),
        (128, "cp932", "表は一晩で二メートル上がった。ソ"),
        (134, "gb18030", "河水一夜之间上涨了两米。"),
        (161, "cp1253", "Το ποτάμι ανέβηκε."),
        (177, "cp1255", "הנהר עלה."),
        (238, "cp1250", "Řeka se zvedla."),
    ],
)
def test_rich_text_is_read_in_the_code_page_of_its_font_or_its_own(charset: int, encoding: str, text: str) -> None:
    hexes = "".join(chr(byte) if 0x30 < byte < 0x5B else f"\\'{byte:02x}\n" for byte in text.encode(encoding))
    fonts = rf"{{\fonttbl{{\f0\fcharset0 A;}}{{\f3\fcharset{charset} B;}}}}"
    assert blocks(rtf(rf"{fonts}\f0 Perch\'e9 {{\f3 {hexes}}}\'e9"), ".rtf") == [f"Perché {text}é"]
    page = {"gb18030": "936"}.get(encoding, encoding.removeprefix("cp"))
    assert blocks(rtf(hexes, rf"\ansi\ansicpg{page}"), ".rtf") == [text]


def test_unicode_beside_a_code_page_is_taken_once() -> None:
    assert blocks(rtf(r"a {\upr{?}{\*\ud{\u1055?}}} b"), ".rtf") == ["a П b"]


def test_rich_text_that_is_cut_short_comes_out_as_far_as_it_goes() -> None:
    text, problem = parts(rtf(r"Ciao.\par {\b E poi")[:-3], ".rtf")
    assert isinstance(text, Text)
    assert text.content == "Ciao.\n\nE p"
    assert str(problem).startswith("a: cut short, 2 groups are never closed; ")


@pytest.mark.parametrize(
    "body",
    [r"\u99999999 a", r"\u-99999 a", r"\u", r"\uc-5 a", r"\ansicpg37\'c1", r"\f", "}}}", r"\bin-1", r"\'4", "\\"],
)
def test_odd_rich_text_is_read_all_the_same(body: str) -> None:
    assert all(isinstance(part, Text | ReadError) for part in parts(rtf(body), ".rtf"))


# What is not what its name says, and what was made to harm.


@pytest.mark.parametrize("suffix", [*CONTAINERS, ".rtf"])
@pytest.mark.parametrize("data", [b"Il treno parte.", b"", b"<html>"])
def test_text_under_the_name_of_a_document_is_told(suffix: str, data: bytes) -> None:
    with pytest.raises(ReadError, match=r"a: text or nothing, no .*; name it for what it is, as \.txt"):
        parts(data, suffix)


def test_an_old_or_encrypted_office_file_is_told() -> None:
    with pytest.raises(ReadError, match=r"an old or encrypted Office file; save it as \.docx without a password"):
        parts(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), ".docx")


SOUND: dict[str, Callable[[str, str], bytes]] = {
    ".docx": lambda text, prolog: word(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", prolog),
    ".odt": lambda text, prolog: open_document(f"<text:p>{text}</text:p>", prolog),
    ".epub": lambda text, prolog: book({"a": f"<p>{text}</p>"}, prolog, manifest=f"<item>{text}</item>"),
}


def refusals(suffix: str, data: Iterable[bytes]) -> list[str]:
    messages = []
    for one in data:
        with pytest.raises(ReadError) as caught:
            parts(one, suffix)
        messages.append(str(caught.value))
        assert len(messages[-1].splitlines()) == 1
    return messages


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_damaged_containers_are_told(suffix: str) -> None:
    sound = SOUND[suffix]("Ciao.", "")
    empty = b"PK\5\6" + bytes(18)
    flipped = bytearray(sound)
    # The first byte of packed data of each member.
    start = 0
    while (start := flipped.find(b"PK\3\4", start)) >= 0:
        flipped[start + 30 + flipped[start + 26] + 2] ^= 0xFF
        start += 4
    cut, none, damaged = refusals(suffix, [sound[: len(sound) // 2], empty, bytes(flipped)])
    assert f"a damaged or cut short {suffix} file" in cut
    assert "missing from the file" in none
    assert "damaged; fetch the file again" in damaged


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_encrypted_members_are_told(suffix: str) -> None:
    data = bytearray(SOUND[suffix]("Ciao.", ""))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            data[start + offset] |= 1
            start += 4
    assert "encrypted; save the file without a password" in refusals(suffix, [bytes(data)])[0]


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_entities_in_a_container_are_refused(suffix: str) -> None:
    bomb = SOUND[suffix]("&c;", LAUGHS)
    outside = SOUND[suffix]("&x;", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    assert all("uses the entity" in message for message in refusals(suffix, [bomb, outside]))


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_container_that_unpacks_beyond_its_bounds_is_refused(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = SOUND[suffix]("a " * 10_000_000, "")
    assert "unpacks to more than any text does" in refusals(suffix, [bomb])[0]
    monkeypatch.setattr(archives, "MAX_TAGS", 2)
    assert "of markup; cut the document into several" in refusals(suffix, [SOUND[suffix]("<b/>", "")])[0]
    monkeypatch.setattr(archives, "MAX_MEMBERS", 0)
    assert "more than 0 members" in refusals(suffix, [SOUND[suffix]("a", "")])[0]


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_names_that_lead_out_of_a_container_lead_nowhere(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_bytes(SOUND[suffix]("Ciao.", ""))
    with zipfile.ZipFile(file, "a") as packed:
        for name in ("../../slipped.txt", str(tmp_path / "slipped.txt")):
            packed.writestr(name, "x")
    assert [text.content for text in read(file, "a").texts] == ["Ciao."]
    assert list(tmp_path.iterdir()) == [file]
