"""Files that hold several languages: TMX, XLIFF and gettext catalogues."""

from pathlib import Path

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers import READERS


def parts(document: str, suffix: str, lang: str = "und") -> list[Text | ReadError]:
    return list(READERS.load(suffix)(document.encode(), "a", lang))


def tmx(*units: str) -> str:
    return f"<tmx version='1.4'><header/><body>{''.join(f'<tu>{unit}</tu>' for unit in units)}</body></tmx>"


HELLO = "<tuv xml:lang='it-IT'><seg>Ciao</seg></tuv><tuv lang='EN'><seg>Hi</seg></tuv>"


def test_a_file_gives_a_text_for_each_language_or_that_which_is_asked_for() -> None:
    assert parts(tmx(HELLO, HELLO), ".tmx") == [
        Text("a#it-IT", "it-IT", "Ciao\n\nCiao"),
        Text("a#EN", "EN", "Hi\n\nHi"),
    ]
    assert parts(tmx(HELLO), ".tmx", "it") == [Text("a", "it", "Ciao")]
    assert len(parts(tmx(HELLO), ".tmx", "de")) == 2


def test_codes_are_left_out_and_texts_within_them_stand_alone() -> None:
    segment = (
        "Il <bpt i='1'>&lt;b></bpt>treno<ept i='1'>&lt;/b></ept> <hi>per</hi> Bologna<ph>x<sub>una"
        " <ph>y<sub>due</sub></ph>nota</sub></ph>,\n   alle<ph type='lb'>\\n</ph>sette"
    )
    (text,) = parts(tmx(f"<tuv xml:lang='it'><seg>{segment}</seg></tuv>"), ".tmx", "it")
    assert text == Text("a", "it", "Il treno per Bologna, alle\nsette\n\nuna nota\n\ndue")


def test_what_stands_before_a_fault_is_read() -> None:
    problem, *texts = parts(tmx(HELLO, HELLO)[:-60], ".tmx")
    assert str(problem).startswith("a: line 1: not well-formed XML")
    assert texts == [Text("a#it-IT", "it-IT", "Ciao"), Text("a#EN", "EN", "Hi")]


def test_a_language_without_a_name_or_with_an_endless_one_is_undetermined() -> None:
    (text,) = parts(tmx(f"<tuv><seg>a</seg></tuv><tuv xml:lang='{'x' * 100}'><seg>b</seg></tuv>"), ".tmx")
    assert text == Text("a#und", "und", "a\n\nb")


def test_xliff_1_gives_sources_and_targets_that_somebody_translated() -> None:
    document = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
    <file source-language="en" target-language="it"><body><group>
      <trans-unit id="1"><source>Hello <g id="1">you</g><x id="2" ctype="lb"/>there</source>
        <seg-source><mrk mtype="seg">no</mrk></seg-source><target state="final">Ciao <mrk>a te</mrk></target>
        <alt-trans><source>no</source><target>no</target></alt-trans></trans-unit>
      <trans-unit id="2"><source>Two</source><target state="new">Two</target></trans-unit>
      <trans-unit id="3" translate="no"><source>X1</source></trans-unit>
    </group></body></file></xliff>"""
    assert parts(document, ".xlf") == [Text("a#en", "en", "Hello you\nthere\n\nTwo"), Text("a#it", "it", "Ciao a te")]


def test_xliff_2_gives_its_segments() -> None:
    document = """<?xml version="1.0"?><xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en"
     trgLang="it"><file id="f"><unit id="u"><originalData><data id="d">no</data></originalData>
      <segment><source>Hello <pc id="1">you</pc><ph id="2"/>.</source><target>Ciao.</target></segment>
      <segment state="initial"><source>Two.</source><target>Two.</target></segment></unit></file></xliff>"""
    assert parts(document, ".xliff") == [Text("a#en", "en", "Hello you.\n\nTwo."), Text("a#it", "it", "Ciao.")]


PO = r"""msgid ""
msgstr ""
"Language: it\n"
"Content-Type: text/plain; charset=UTF-8\n"

#: a.c:1
msgctxt "menu"
msgid "_File\n"
msgstr ""
"_Archivio "
"\"qui\"\n"

#, fuzzy
msgid "no"
msgstr "no"

msgid "one"
msgid_plural "%d many"
msgstr[0] "uno"
msgstr[1] "%d molti"

#~ msgid "old"
#~ msgstr "vecchio"
"""


def test_a_catalogue_gives_messages_and_translations() -> None:
    italian = '_Archivio "qui"\n\nuno\n\n%d molti'
    assert parts(PO, ".po") == [Text("a#en", "en", "_File\n\none\n\n%d many"), Text("a#it", "it", italian)]
    assert parts(PO, ".po", "it") == [Text("a", "it", italian)]
    german = PO.replace('"Language: it', '"X-Source-Language: de\\n"\n"Language: it')
    assert [text.lang for text in parts(german, ".po") if isinstance(text, Text)] == ["de", "it"]


def test_a_broken_entry_is_told_and_costs_only_itself() -> None:
    problem, *texts = parts(f'{PO}\nmsgid "open\nmsgstr "x"\n\nmsgid "last"\nmsgstr "ultimo"\n', ".po")
    assert str(problem) == "a: line 25: a broken entry; mend it with the help of msgfmt --check"
    assert [text.content.split("\n\n")[-1] for text in texts if isinstance(text, Text)] == ["last", "ultimo"]


def test_a_catalogue_is_never_taken_for_the_name_of_one(tmp_path: Path) -> None:
    (tmp_path / "b.po").write_text(PO)
    assert not any(isinstance(part, Text) for part in parts(str(tmp_path / "b.po"), ".po"))


def test_a_catalogue_of_nothing_but_broken_entries_is_given_up() -> None:
    found = list(READERS.load(".po")(b'"a\n\n' * 5000, "a.po", "und"))
    assert len(found) == 1001
    assert str(found[-1]).endswith("too many broken entries; the rest is not read")
