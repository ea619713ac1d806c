"""TMX: valid by its DTD, read by others, and read from others however they wrote it."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_writers import HOSTILE, RECORDS, TEXTS, comparable, each_text
from translate.storage import tmx as toolkit

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.evidence import Tie
from aligner.multiway import tie
from aligner.writers import format_of, fragments, tmx
from aligner.writers.verbatim import storable

DTD = etree.DTD(Path(__file__).parent / "schemas" / "tmx14.dtd")
HEADER = '<header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" srclang="en"/>'
RECORD = SegmentPair(
    source_text=" Ciao,\r\n\tmondo & <voi>! ",
    target_text="Hello 👩‍👩‍👧 שלום",
    p=0.98761,
    relation="equivalent",
    score=0.5,
    cosine=-0.25,
    margin=1.0625,
    bead="2-1",
    doc_relation="parallel",
    method="monotone",
    source_lang="it-IT",
    target_lang="eng_Latn",
    source_doc="it/a.txt",
    target_doc="en/a.txt",
    source_sentences=(3, 4),
    target_sentences=(3,),
    source_span=(10, 40),
    target_span=(9, 30),
    crossing=True,
    flags=("length_ratio", "copy"),
    evidence=(Tie("number", False, "30", "100", (5, 7), (9, 12)),),
)


def written(*pairs: SegmentPair, signature: str = "") -> bytes:
    file = BytesIO()
    tmx.FORMAT.write(Bitext(pairs, signature), file)
    return file.getvalue()


def read(data: bytes | str) -> list[SegmentPair | GoldError]:
    return list(tmx.FORMAT.read(BytesIO(data.encode() if isinstance(data, str) else data), "f"))


def memory(*units: str, header: str = HEADER, version: str = "1.4") -> str:
    return f"<tmx version='{version}'>{header}<body>{''.join(units)}</body></tmx>"


def unit(*variants: tuple[str, str], more: str = "") -> str:
    tuvs = "".join(f'<tuv xml:lang="{lang}"><seg>{text}</seg></tuv>' for lang, text in variants)
    return f"<tu>{more}{tuvs}</tu>"


def texts(found: list[SegmentPair | GoldError]) -> list[tuple[str, str]]:
    return [(one.source_text, one.target_text) for one in found if isinstance(one, SegmentPair)]


def problems(found: list[SegmentPair | GoldError]) -> list[str]:
    return [str(one) for one in found if isinstance(one, GoldError)]


def three(*names: str) -> tuple[SegmentPair, ...]:
    """The records of these texts, each in three languages."""
    return tie(Bitext(tuple(pair for name in names or ["uno"] for pair in all_pairs(name)), "")).pairs


def all_pairs(name: str) -> list[SegmentPair]:
    sides = {lang: {"lang": lang, "text": f"{name} {lang}", "doc": f"{lang}/{name}"} for lang in "abc"}
    return [
        SegmentPair(
            p=p,
            bead="1-1",
            **{f"source_{name}": value for name, value in sides[source].items()},
            **{f"target_{name}": value for name, value in sides[target].items()},
        )
        for source, target, p in (("a", "b", 0.75), ("a", "c", 0.5), ("b", "c", 0.25))
    ]


# --- written


def test_all_that_a_record_tells_comes_back() -> None:
    assert read(written(RECORD)) == [replace(RECORD, p=0.9876)]


def test_a_memory_is_valid_and_tells_how_it_was_made() -> None:
    root = etree.fromstring(written(RECORD, *three(), signature="aligner:1|method:<&>"))
    assert DTD.validate(root), DTD.error_log
    assert root.findtext("header/prop") == "aligner:1|method:<&>"
    assert root.find("header").get("srclang") == "*all*"
    assert etree.fromstring(written(RECORD)).find("header").get("srclang") == "it-IT"
    assert root.findtext("body/tu/prop[@type='bead']") == "2:1"
    assert root.findtext("body/tu/tuv/prop[@type='source-document']") == "it/a.txt"


def test_the_same_records_make_the_same_bytes() -> None:
    assert written(RECORD, *three()) == written(RECORD, *three())


def test_a_text_in_three_languages_is_one_unit_and_three_records() -> None:
    pairs = three("uno", "due")
    data = written(*pairs)
    units = etree.fromstring(data).findall("body/tu")
    assert [[tuv.findtext("seg") for tuv in unit.findall("tuv")] for unit in units] == [
        ["uno a", "uno b", "uno c"],
        ["due a", "due b", "due c"],
    ]
    assert units[0].findtext("prop[@type='p:a-c']") == "0.5000"
    assert read(data) == list(pairs)
    assert [one.unit for one in pairs] == ["u1"] * 3 + ["u2"] * 3


def test_records_of_a_unit_that_contradict_each_other_are_units_by_themselves() -> None:
    first, second, third = three()
    pairs = (first, replace(second, source_text="another"), third)
    data = written(*pairs)
    assert len(etree.fromstring(data).findall("body/tu")) == 3
    assert read(data) == list(pairs)


def test_a_record_with_an_empty_side_is_left_out() -> None:
    assert read(written(replace(RECORD, target_text=""), replace(RECORD, source_text="\x00"))) == []
    assert DTD.validate(etree.fromstring(written()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_but_for_what_xml_cannot_hold(text: str) -> None:
    pair = replace(RECORD, p=0.5, source_text=f"x{text}", target_doc=text)
    data = written(pair)
    assert DTD.validate(etree.fromstring(data))
    assert read(data) == [each_text(pair, storable)]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.builds(replace, RECORDS, unit=TEXTS | st.sampled_from("ab")), max_size=4))
def test_any_records_come_back(records: list[SegmentPair]) -> None:
    data = written(*records)
    whole = [one for one in (each_text(one, storable) for one in records) if one.source_text and one.target_text]
    assert DTD.validate(etree.fromstring(data))
    assert sorted(map(repr, map(comparable, read(data)))) == sorted(map(repr, map(comparable, whole)))


# --- read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_every_encoding_is_read(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)
    text = f"<?xml version='1.0' encoding='{declared}'?>\n{memory(unit(('en', 'a'), ('it', 'è')))}"
    assert texts(read(text.encode(encoding))) == [("a", "è")]


def test_an_encoding_that_is_unknown_or_only_declared_is_told_or_seen_through() -> None:
    for label in ("klingon", "zlib", "unicode_escape"):
        with pytest.raises(GoldError, match=r"f: declares the encoding .*; save the file as UTF-8"):
            read(f"<?xml version='1.0' encoding='{label}'?>{memory()}")
    assert texts(read(f"<?xml version='1.0' encoding='utf-16'?>{memory(unit(('en', 'a'), ('it', 'è')))}")) == [
        ("a", "è")
    ]


def test_a_memory_as_opustools_writes_it_is_read() -> None:
    data = (
        '<?xml version="1.0" encoding="utf-8"?>\n<tmx version="1.4.">\n<header srclang="it"\n\tadminlang="en"\n'
        '\tsegtype="sentence"\n\tdatatype="PlainText" />\n\t<body>\n\t\t<tu>\n\t\t\t<tuv xml:lang="it"><seg>a &amp; b'
        '</seg></tuv>\n\t\t\t<tuv xml:lang="en"><seg>c</seg></tuv>\n\t\t</tu>\n\t</body>\n</tmx>\n'
    )
    assert texts(read(data)) == [("a & b", "c")]


def test_a_memory_as_bitextor_writes_it_is_read() -> None:
    tuv = '<tuv xml:lang="{0}"><seg>{1}</seg><prop type="source-document">http://{0}</prop></tuv>'
    more = '<prop type="score-bicleaner">0.7</prop><prop type="score">high</prop>'
    (found,) = read(memory(f"<tu tuid='1' datatype='Text'>{more}{tuv.format('en', 'a')}{tuv.format('it', 'b')}</tu>"))
    assert isinstance(found, SegmentPair)
    assert (found.source_doc, found.target_doc, found.unit) == ("http://en", "http://it", "")


def test_a_memory_that_was_never_escaped_is_read() -> None:
    data = memory(unit(("en", "R&D, 1 < 2 \x0b&#11;&#60;"), ("it", "R & S")))
    assert texts(read(data)) == [("R&D, 1 < 2   <", "R & S")]


def test_a_document_type_is_not_fetched_and_namespaces_and_old_attributes_are_read() -> None:
    data = (
        '<?xml version="1.0"?><!DOCTYPE x:tmx SYSTEM "http://127.0.0.1:9/tmx14.dtd"><!-- <tmx> --><x:tmx xmlns:x="u">'
        '<x:header srclang="EN-us"></x:header><x:body><!-- <tu></tu> --><x:tu><x:tuv lang="it"><x:seg>b</x:seg></x:tuv>'
        '<x:tuv lang="en-US"><x:seg><![CDATA[<a>]]></x:seg></x:tuv></x:tu></x:body></x:tmx>'
    )
    assert texts(read(data)) == [("<a>", "b")]


def test_tags_are_taken_away_and_what_can_be_translated_stays() -> None:
    seg = (
        "<bpt i='1'>&lt;b&gt;</bpt>Bold<ept i='1'>&lt;/b&gt;</ept> <hi>and <it pos='begin'>c</it>more</hi>"
        "<ph type='lb'>br</ph>See<ph>img <sub>a cat</sub></ph>!<ut>x</ut>"
    )
    assert texts(read(memory(unit(("en", seg), ("it", "x"))))) == [("Bold and more\nSee a cat !", "x")]


def test_a_character_of_xliff_that_there_is_not_costs_one_unit() -> None:
    found = read(memory(unit(("en", "<cp hex='x'/>"), ("it", "b")), unit(("en", "a"), ("it", "b"))))
    assert texts(found) == [("a", "b")]
    assert problems(found) == ["f: unit 1 (line 1): names the character 'x', which there is not; mend its cp"]


def test_of_three_languages_the_source_makes_a_record_with_each_other() -> None:
    found = read(memory(unit(("it", "b"), ("en-GB", "a"), ("fr", "c"), ("fr", "d")), unit(("it", "x"), ("fr", "y"))))
    assert [(one.source_lang, one.source_text, one.target_text, one.unit) for one in found] == [
        ("en-GB", "a", "b", "u1"),
        ("en-GB", "a", "c", "u1"),
        ("it", "x", "y", ""),
    ]
    anything = memory(unit(("it", "b"), ("en", "a")), header='<header srclang="*all*"/>')
    assert texts(read(anything)) == texts(read(anything.replace('<header srclang="*all*"/>', ""))) == [("b", "a")]


def test_a_broken_unit_is_named_and_the_rest_is_read() -> None:
    sound = unit(("en", "a"), ("it", "b"))
    found = read(
        memory(
            f"{sound}\n<tu><tuv xml:lang='en'><seg>x</seg></tuv></tu>",
            "\n<tu><tuv><seg>x</seg></tuv><tuv xml:lang='it'/></tu>\n",
            unit(("en", "<b>x"), ("it", "y")),
            unit(("en", "&nbsp;"), ("it", "y")),
            f"<tu><tuv xml:lang='en'>{sound}",
        )
    )
    assert texts(found) == [("a", "b"), ("a", "b")]
    for told, expected in zip(
        problems(found),
        [
            "f: unit 2 (line 2): has texts in no two languages (en); give each language a tuv with a seg",
            "f: unit 3 (line 3): a tuv has no language; give it xml:lang",
            "f: unit 3 (line 3): the tuv in it has no seg; give it one",
            "f: unit 4 (line 4): not well-formed XML",
            "f: unit 5 (line 4): not well-formed XML",
            "f: unit 6 (line 4): another begins before it ends; close it",
        ],
        strict=True,
    ):
        assert told.startswith(expected)


def test_records_in_one_language_come_back() -> None:
    pair = replace(RECORD, p=0.5, source_lang="pt-BR", target_lang="pt-BR")
    assert read(written(pair)) == [pair]


def test_a_unit_of_very_many_variants_takes_no_time_to_speak_of() -> None:
    more = '<prop type="pair">l1-l2</prop>'
    assert texts(read(memory(unit(*((f"l{n}", str(n)) for n in range(5000)), more=more)))) == [("1", "2")]


def test_a_measure_that_cannot_be_read_is_told_in_a_memory_of_ours() -> None:
    data = written(RECORD).replace(b'"p">0.9876', b'"p">7')
    assert problems(read(data)) == ["f: unit 1 (line 5): its p is '7', which is no probability, from 0 to 1"]


def test_bytes_that_are_no_text_cost_one_unit() -> None:
    sound = unit(("en", "a"), ("it", "b"))
    found = read(memory(unit(("en", "§"), ("it", "b")), sound).encode("latin-1"))
    assert texts(found) == [("a", "b")]
    assert "holds bytes that are no text in the file's encoding; save the file as UTF-8" in problems(found)[0]


@pytest.mark.parametrize("end", ["", "<tu><tuv xml:la", "<tu><tuv xml:lang='en'><seg>x</seg></tuv></tu", "<!-- "])
def test_of_a_file_that_is_cut_short_what_stands_before_is_read(end: str) -> None:
    data = f"<tmx version='1.4'><body>{unit(('en', 'a'), ('it', 'b'))}{end}"
    records = tmx.FORMAT.read(BytesIO(data.encode()), "f")
    assert texts([next(records)]) == [("a", "b")]
    with pytest.raises(GoldError, match=r"f: ends .*before </tmx>; fetch or save the file again"):
        list(records)


def test_entities_and_bombs_do_no_harm() -> None:
    def laugh(n: int) -> str:
        return f"&a{n};" * 10

    laughs = "".join(f"<!ENTITY a{n} '{laugh(n - 1)}'>" for n in range(1, 10))
    doctype = f"<!DOCTYPE tmx [<!ENTITY a0 SYSTEM 'file:///etc/passwd'>{laughs}]>"
    assert "'a9'" in problems(read(doctype + memory(unit(("en", "&a9;"), ("it", "b")))))[0]


def test_a_unit_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "_MAX_UNIT", 100_000)
    with pytest.raises(GoldError, match=r"f:1: a unit of more than 100000 characters; cut it"):
        read(f"<tmx><tu>{'x' * 300_000}")


@pytest.mark.parametrize("size", [7, 64])
def test_it_does_not_matter_where_the_file_is_cut_for_reading(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "_CHUNK", size)
    data = written(RECORD, *three(), replace(RECORD, p=0.5)).replace(b"<body>", b"<body><!-- <tu> & --><?x <tu> ?>")
    assert read(data) == [replace(RECORD, p=0.9876), *three(), replace(RECORD, p=0.5)]


def test_the_content_tells_the_format(tmp_path: Path) -> None:
    for number, data in enumerate((written(RECORD), memory().encode("utf-16"), b"<!-- x -->" + memory().encode())):
        (tmp_path / str(number)).write_bytes(data)
        assert format_of(tmp_path / str(number)) is tmx.FORMAT


# --- other tools


def test_translate_toolkit_reads_what_we_write() -> None:
    pairs = [replace(RECORD, source_text=f"x{text}", target_text=f"y{text}") for text in HOSTILE]
    store = toolkit.tmxfile.parsestring(written(*pairs))
    assert [(one.source, one.target) for one in store.units] == [
        (storable(one.source_text), storable(one.target_text)) for one in pairs
    ]


def test_what_translate_toolkit_writes_is_read() -> None:
    store = toolkit.tmxfile()
    sources = [text for text in HOSTILE if text and not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", text)]
    for text in sources:
        store.addtranslation(text, "en", text[::-1], "it")
    assert texts(read(bytes(store))) == [(text, text[::-1]) for text in sources]
