"""XLIFF 1.2 and 2.1: valid by their schemas, read by others, and read from others however they wrote it."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_tmx import RECORD, problems, texts
from test_writers import HOSTILE, RECORDS, comparable, each_text
from translate.storage import xliff as toolkit
from translate.storage import xliff2 as toolkit_2

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.writers import format_for, format_of
from aligner.writers.formats import Unfit
from aligner.writers.verbatim import storable

SCHEMAS = Path(__file__).parent / "schemas"
NAMESPACES = {
    "one": "urn:oasis:names:tc:xliff:document:1.2",
    "two": "urn:oasis:names:tc:xliff:document:2.0",
    "mda": "urn:oasis:names:tc:xliff:metadata:2.0",
}
BOTH = (".xlf", ".xliff")


def schema(name: str) -> etree.XMLSchema:
    """A schema, its import of the namespace xml taken from the folder, where another is said to be fetched."""
    tree = etree.parse(str(SCHEMAS / name))
    for imported in tree.iter("{*}import"):
        imported.set("schemaLocation", "xml.xsd")
    return etree.XMLSchema(tree)


STRICT, CORE, METADATA = map(schema, ("xliff-core-1.2-strict.xsd", "xliff-core-2.0.xsd", "metadata.xsd"))


def written(suffix: str, *pairs: SegmentPair, signature: str = "") -> bytes:
    file = BytesIO()
    format_for(f"x{suffix}").write(Bitext(pairs, signature), file)
    return file.getvalue()


def read(data: bytes | str) -> list[SegmentPair | GoldError]:
    return list(format_for("x.xlf").read(BytesIO(data.encode() if isinstance(data, str) else data), "f"))


def check(data: bytes) -> etree._Element:
    """The root element, which must be valid."""
    root = etree.fromstring(data)
    core = STRICT if root.get("version") == "1.2" else CORE
    assert core.validate(root), core.error_log
    assert all(METADATA.validate(etree.ElementTree(one)) for one in root.iter(f"{{{NAMESPACES['mda']}}}metadata"))
    return root


def one(*units: str, around: str = "") -> str:
    return (
        f"<xliff version='1.2' xmlns='{NAMESPACES['one']}'><file original='a.txt' source-language='en' "
        f"target-language='it' datatype='x-y'{around}><body>{''.join(units)}</body></file></xliff>"
    )


def two(*units: str) -> str:
    return (
        f"<xliff version='2.1' xmlns='{NAMESPACES['two']}' srcLang='en' trgLang='it'><file id='f'>"
        f"{''.join(units)}</file></xliff>"
    )


def whole(text: str) -> str:
    """The text as XLIFF 2 brings it back: only what is no character is lost."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


def expected(suffix: str, pair: SegmentPair) -> SegmentPair:
    cleaned = each_text(pair, storable)
    if suffix == ".xlf":
        return cleaned
    return replace(cleaned, source_text=whole(pair.source_text), target_text=whole(pair.target_text))


# --- written


@pytest.mark.parametrize("suffix", BOTH)
def test_all_that_a_record_tells_comes_back(suffix: str) -> None:
    data = written(suffix, RECORD)
    check(data)
    assert read(data) == [replace(RECORD, p=0.9876)]
    assert written(suffix, RECORD) == data


@pytest.mark.parametrize("suffix", BOTH)
def test_each_two_documents_are_a_file_and_what_made_them_is_told(suffix: str) -> None:
    other = replace(RECORD, source_doc="it/b.txt", p=0.25)
    root = check(written(suffix, RECORD, other, replace(RECORD, p=0.5), signature="aligner:1|<&>"))
    files = root.findall("{*}file")
    assert [file.get("original") for file in files] == ["it/a.txt", "it/b.txt"]
    assert [len(list(file.iter("{*}source"))) for file in files] == [2, 1]
    assert {note.text for note in root.iter("{*}note")} == {"aligner:1|<&>"}


@pytest.mark.parametrize("suffix", BOTH)
def test_a_bitext_without_records_is_valid(suffix: str) -> None:
    data = written(suffix)
    check(data)
    assert read(data) == []


@pytest.mark.parametrize("suffix", BOTH)
def test_a_record_with_an_empty_side_comes_back(suffix: str) -> None:
    pairs = [replace(RECORD, p=0.5, target_text=""), replace(RECORD, p=0.5, source_text="")]
    data = written(suffix, *pairs)
    root = check(data)
    assert len(list(root.iter("{*}target"))) == 1
    assert read(data) == pairs


def test_several_pairs_of_languages_are_refused_by_xliff_2_only() -> None:
    pairs = (replace(RECORD, p=0.5), replace(RECORD, p=0.5, target_lang="fr"))
    assert read(written(".xlf", *pairs)) == list(pairs)
    with pytest.raises(
        Unfit, match=r"one pair of languages, and these are 2 \(it-IT-eng-Latn, it-IT-fr\); write \.xlf"
    ):
        written(".xliff", *pairs)


@pytest.mark.parametrize("suffix", BOTH)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_but_for_what_xml_cannot_hold(text: str, suffix: str) -> None:
    pair = replace(RECORD, p=0.5, source_text=text, target_doc=text, target_lang=text)
    data = written(suffix, pair)
    check(data)
    assert read(data) == [expected(suffix, pair)]


@pytest.mark.parametrize("suffix", BOTH)
@settings(deadline=None, max_examples=25)
@given(records=st.lists(RECORDS, max_size=3))
def test_any_records_come_back(suffix: str, records: list[SegmentPair]) -> None:
    if suffix == ".xliff":
        records = [replace(one, source_lang="it", target_lang="x y") for one in records]
    data = written(suffix, *records)
    check(data)
    assert sorted(map(repr, map(comparable, read(data)))) == sorted(
        repr(comparable(expected(suffix, one))) for one in records
    )


# --- read


def test_tags_of_version_1_are_taken_away_and_what_can_be_translated_stays() -> None:
    source = (
        "<g id='1'>One <bpt id='2'>&lt;b></bpt>two<ept id='2'>&lt;/b></ept></g><x id='3'/><mrk mtype='term'> t</mrk>"
    )
    target = (
        "<ph id='4'>img <sub>un gatto</sub></ph><bx id='5'/>uno<x ctype='lb' id='6'/>due<ex id='5'/>"
        "<it id='7' pos='open'>i</it>"
    )
    (found,) = read(one(f"<trans-unit id='1'><source>{source}</source><target>{target}</target></trans-unit>"))
    assert texts([found]) == [("One two t", " un gatto uno\ndue")]
    assert (found.source_lang, found.target_lang, found.source_doc) == ("en", "it", "a.txt")


def test_segments_of_version_1_are_records_each() -> None:
    seg = "<mrk mtype='seg' mid='{0}'>{1}</mrk>"
    found = read(
        one(
            f"<trans-unit id='1'><source>A. B.</source><seg-source>{seg.format(0, 'A.')} {seg.format(1, 'B.')}"
            f"</seg-source><target>{seg.format(1, '<g>b</g>')}</target>"
            "<alt-trans><source>no</source><target>no</target></alt-trans></trans-unit>"
        )
    )
    assert texts(found) == [("A.", ""), ("B.", "b")]


def test_segments_of_version_2_are_records_each_and_tags_are_taken_away() -> None:
    unit = (
        "<unit id='u'><originalData><data id='d'>x</data></originalData><segment><source>A<cp hex='000B'/><ph id='1'/>"
        "<pc id='2'>b</pc><sc id='3'/>c<ec startRef='3'/></source><target><mrk id='m'>d</mrk></target></segment>"
        "<ignorable><source> </source></ignorable><segment><source>E</source></segment></unit>"
    )
    found = read(two(f"<group id='g'>{unit}</group>"))
    assert texts(found) == [("A\x0bbc", "d"), ("E", "")]
    assert {(one.source_lang, one.target_lang, one.source_doc) for one in found} == {("en", "it", "")}


def test_namespaces_of_others_and_none_are_read() -> None:
    extended = one(
        "<trans-unit id='1' s:locked='true'><source>a</source><target s:x='1'>b</target><s:defs/></trans-unit>",
        around=" xmlns:s='urn:s'",
    )
    bare = (
        "<xliff><file source-language='en'><trans-unit><source>a</source><target>b</target></trans-unit></file></xliff>"
    )
    assert texts(read(extended)) == texts(read(bare)) == [("a", "b")]


def test_a_broken_unit_is_named_and_the_rest_is_read() -> None:
    sound = "<trans-unit id='1'><source>a</source><target>b</target></trans-unit>"
    found = read(one("<trans-unit id='1'/>", sound, "\n<trans-unit id='2'><target>x</target></trans-unit>", sound))
    assert texts(found) == [("a", "b"), ("a", "b")]
    assert problems(found) == [
        "f: unit 1 (line 1): another begins before it ends; close it",
        "f: unit 3 (line 2): has no source; give it one",
    ]
    found = read(two("<unit id='1'/>", "<unit id='2'><segment><source><cp hex='110000'/></source></segment></unit>"))
    assert "names the character '110000', which there is not; mend its cp" in problems(found)[1]
    assert "has no segment; give it one" in problems(read(two("<unit id='1'></unit>")))[0]


def test_a_value_of_ours_that_cannot_be_read_is_told() -> None:
    for suffix in BOTH:
        told = problems(read(written(suffix, RECORD).replace(b">1.0625<", b">?<")))
        assert "its margin is '?', which is no number" in told[0]


def test_a_file_that_is_cut_short_is_told() -> None:
    data = written(".xlf", RECORD)
    with pytest.raises(GoldError, match=r"f: ends after 1 units, before </xliff>"):
        read(data.replace(b"</xliff>", b""))


def test_the_content_tells_the_version(tmp_path: Path) -> None:
    for written_as, named in ((".xlf", "a.xliff"), (".xliff", "b.xlf"), (".xlf", "c"), (".xliff", "d")):
        (tmp_path / named).write_bytes(written(written_as, RECORD))
        assert format_of(tmp_path / named) is format_for(f"x{written_as}")


# --- other tools


@pytest.mark.parametrize(("suffix", "store"), [(".xlf", toolkit.xlifffile), (".xliff", toolkit_2.Xliff2File)])
def test_translate_toolkit_reads_what_we_write(suffix: str, store: type) -> None:
    wanted = [text for text in HOSTILE if text and not any(letter < " " and letter not in "\t\n\r" for letter in text)]
    pairs = [replace(RECORD, source_text=f"x{text}", target_text=f"y{text}") for text in wanted]
    found = store.parsestring(written(suffix, *pairs))
    assert [(str(one.source), str(one.target)) for one in found.units if not one.isheader()] == [
        (storable(one.source_text), storable(one.target_text)) for one in pairs
    ]


@pytest.mark.parametrize("store", [toolkit.xlifffile, toolkit_2.Xliff2File])
def test_what_translate_toolkit_writes_is_read(store: type) -> None:
    made = store(sourcelanguage="en", targetlanguage="it")
    for text in ("a < b & c", "due\nrighe", "שלום 🎉"):
        made.addsourceunit(text).target = text[::-1]
    found = read(bytes(made))
    assert texts(found) == [(text, text[::-1]) for text in ("a < b & c", "due\nrighe", "שלום 🎉")]
