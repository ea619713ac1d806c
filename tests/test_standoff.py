"""Formats that keep links apart from documents: XCES, InterText and TEI, written, read, and read by others."""

import gzip
import os
import re
import resource
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_writers import HOSTILE, TEXTS

from aligner.alignment import Alignment, Bead
from aligner.bitext import Bitext, SegmentPair, join
from aligner.document import Document, DocumentPair, Relation, Sentence, Text
from aligner.errors import GoldError, OutputError
from aligner.pipeline import read_bitext, write_bitext
from aligner.writers import format_of, intertext, tei, xces
from aligner.writers.apart import set_apart
from aligner.writers.beside import Beside, safe_name
from aligner.writers.formats import Format, Record
from aligner.writers.tags import content
from aligner.writers.verbatim import root

OPUS_READ = Path(sys.executable).with_name("opus_read")
FORMATS = {".xces": xces.FORMAT, ".intertext.xml": intertext.FORMAT, ".tei.xml": tei.FORMAT}
SUFFIXES = sorted(FORMATS)


def document(id: str, lang: str, text: str) -> Document:
    """A document of the sentences between ``|``."""
    sentences, start = [], 0
    for sentence in text.split("|"):
        bare = sentence.strip()
        begin = start + sentence.index(bare)
        sentences.append(Sentence(begin, begin + len(bare)))
        start += len(sentence)
    return Document(Text(id, lang, text.replace("|", "")), tuple(sentences))


def alignment(*beads: Bead, id: str = "a.txt") -> Alignment:
    source = document(f"it/{id}", "it", "Ciao. |Come va?\n\n|Sola.")
    target = document(f"en/{id}", "en", "Hi.| How are you?| Alone?")
    return Alignment(DocumentPair(source, target, Relation.PARALLEL, 1.0), beads, "monotone")


ONE = alignment(Bead((0, 1), (0,), 0.5, p=0.875), Bead((2,), (1,), 0.25))
TWO = alignment(Bead((0,), (0,), 0.5), Bead((1,), (1, 2), 0.5), id="b.txt")


def round_trip(bitext: Bitext, folder: Path, suffix: str) -> Bitext:
    path = folder / f"x{suffix}"
    write_bitext(bitext, path)
    return read_bitext(path)


def records(path: Path) -> list[Record]:
    return list(format_of(path).records(path))


def errors(found: list[Record]) -> list[str]:
    return [str(one) for one in found if isinstance(one, GoldError)]


def pairs(found: list[Record]) -> list[SegmentPair]:
    return [one for one in found if isinstance(one, SegmentPair)]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def carried(record: SegmentPair, used: Format) -> tuple[object, ...]:
    """What a format carries of a record, as it comes back; ``nan`` equals itself."""
    values = (getattr(record, name) for name in sorted(used.carries))
    return tuple("nan" if isinstance(one, float) and isnan(one) else _cleaned(one) for one in values)


def _cleaned(value: object) -> object:
    return content(value) if isinstance(value, str) else value


# --- all three


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_documents_come_back_with_sentences_and_lone_ones_in_order(suffix: str, tmp_path: Path) -> None:
    found = round_trip(join([ONE], "s"), tmp_path, suffix)
    assert [(one.source_sentences, one.target_sentences, one.source_text, one.target_text) for one in found.pairs] == [
        ((0, 1), (0,), "Ciao. Come va?", "Hi."),
        ((2,), (1,), "Sola.", "How are you?"),
        ((), (2,), "", "Alone?"),
    ]
    assert {(one.source_doc, one.target_doc) for one in found.pairs} == {("it/a.txt", "en/a.txt")}
    assert [one.bead for one in found.pairs] == ["2-1", "1-1", "0-1"]
    assert not found.problems


@pytest.mark.parametrize("suffix", [".xces", ".tei.xml"])
def test_document_pairs_are_kept_apart_and_shared_documents_written_once(suffix: str, tmp_path: Path) -> None:
    french = document("fr/a.txt", "fr", "Salut.| Ça va?")
    third = Alignment(
        DocumentPair(ONE.pair.source, french, Relation.PARALLEL, 1.0),
        (Bead((0,), (0,), 0.5), Bead((1, 2), (1,), 0.5)),
        "monotone",
    )
    bitext = join([ONE, TWO, third], "s")
    found = round_trip(bitext, tmp_path, suffix)
    assert [(one.source_doc, one.target_doc, one.target_text) for one in found.pairs if one.is_link] == [
        (one.source_doc, one.target_doc, one.target_text) for one in bitext.pairs
    ]
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert written.count(">Sola.</s>") == 2, "in it/a.txt and it/b.txt"


TOLD = st.sampled_from(["", "it", "en", "pt-BR", "ita_Latn", "x y", "../.."])
NAMED = st.sampled_from(["", "it/a", "en/a", "../../etc/passwd", "a\nb", "<img>", "A", "a", "a/", "."]) | TEXTS
RECORDS = st.builds(
    SegmentPair,
    **dict.fromkeys(["source_text", "target_text"], TEXTS),
    source_lang=st.just("sv") | TOLD,
    target_lang=st.just("fi"),
    source_doc=NAMED,
    target_doc=NAMED,
    source_sentences=st.sampled_from([(), (0,), (3, 4)]),
    p=st.just(nan) | st.floats(0, 1).map(lambda p: round(p, 4)),
    score=st.just(nan) | st.floats(-1, 1).map(lambda score: round(score, 4) + 0.0),
    unit=st.sampled_from(["", "u1"]),
)


@pytest.mark.parametrize("suffix", [".xces", ".tei.xml"])
@settings(max_examples=60, deadline=None)
@given(found=st.lists(RECORDS, max_size=5))
def test_any_records_come_back_with_what_the_format_carries(
    suffix: str, found: list[SegmentPair], tmp_path_factory: pytest.TempPathFactory
) -> None:
    used, folder = FORMATS[suffix], tmp_path_factory.mktemp("f")
    kept = [one for one in found if one.source_text or one.target_text or one.source_sentences]
    if not any(one.source_text or one.target_text for one in kept):
        return
    read = round_trip(Bitext(tuple(kept), "s"), folder, suffix)
    told = [one for one in records(folder / f"x{suffix}") if isinstance(one, SegmentPair)]
    assert not read.problems
    assert Counter(carried(one, used) for one in told) == Counter(carried(one, used) for one in kept)
    assert all(name == f"x{suffix}" or name.startswith("x.docs/") for name in files(folder))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_texts_stay_a_line_each_and_come_back_cleaned(suffix: str, tmp_path: Path) -> None:
    given_ = [
        SegmentPair(source_text=text, target_text=text[::-1] or "x", source_lang="it", target_lang="en")
        for text in HOSTILE
    ]
    found = round_trip(Bitext(tuple(given_), "s"), tmp_path, suffix)
    used = FORMATS[suffix]
    assert [carried(one, used) for one in found.pairs] == [carried(one, used) for one in given_]
    for name in files(tmp_path):
        text = (tmp_path / name).read_text()
        assert text.splitlines() == text.split("\n")[:-1]
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
        etree.fromstring(text.encode())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_bitext_is_written_and_read(suffix: str, tmp_path: Path) -> None:
    assert round_trip(Bitext((), "s"), tmp_path, suffix).pairs == ()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_content_tells_the_format_whatever_the_name(suffix: str, tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / f"x{suffix}.gz")
    (tmp_path / f"x{suffix}.gz").rename(tmp_path / "links.txt")
    assert format_of(tmp_path / "links.txt") is FORMATS[suffix]
    assert len(records(tmp_path / "links.txt")) == 3


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_xml_is_told_with_its_line_and_what_stood_before_is_kept(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    write_bitext(join([ONE], "s"), path)
    path.write_text(path.read_text().rstrip()[:-5])
    found = read_bitext(path) if suffix != ".tei.xml" else None
    if found is None:
        with pytest.raises(GoldError, match=r"x\.tei\.xml: line \d+: not well-formed XML"):
            read_bitext(path)
    else:
        assert len(found.pairs) == 3
        assert "not well-formed XML" in str(found.problems[0])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_entity_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    write_bitext(join([ONE], "s"), path)
    root = re.sub(r"<!DOCTYPE[^>]*>\n", "", path.read_text()).replace(
        'encoding="UTF-8"?>', 'encoding="utf-8"?><!DOCTYPE a [<!ENTITY e SYSTEM "/etc/passwd">]>'
    )
    end = root.rindex("</")
    path.write_text(root[:end] + '<link xtargets="s1.1;s1.1">&e;</link>' + root[end:])
    with pytest.raises(GoldError, match="uses the entity &e;"):
        list(format_of(path).records(path))


def test_a_root_is_told_behind_prolog_and_comments() -> None:
    prolog = '\ufeff<?xml version="1.0"?>\n<!-- <a> --><!DOCTYPE x SYSTEM "y" [<!ENTITY z "<b>">]>\n'
    assert root(prolog.lstrip("\ufeff") + "<t:TEI xmlns:t='u'>")[0] == "TEI"
    assert root("plain <linkGrp>")[0] == ""
    assert root("<!--" * 20_000)[0] == ""
    assert root("<?a?>" * 10_000)[0] == ""


# --- documents set apart


def test_segments_stand_in_the_order_of_their_sentences_and_each_once() -> None:
    told = {"source_doc": "a", "target_doc": "b"}
    three = [
        SegmentPair(source_text=text, target_text=text.upper(), source_sentences=sentences, **told)
        for text, sentences in [("c", (4,)), ("ab", (0, 1)), ("c", (4,))]
    ]
    (source, target) = set_apart(Bitext(tuple(three), "s")).documents.values()
    assert source == [["ab", "c"]]
    assert target == [["C", "AB", "C"]], "without numbers each is its record's own"


def test_a_blank_line_parts_paragraphs() -> None:
    documents = set_apart(join([ONE], "s")).documents
    assert list(documents.values()) == [[["Ciao.", "Come va?"], ["Sola."]], [["Hi.", "How are you?", "Alone?"]]]


@given(TEXTS)
def test_a_safe_name_is_one_plain_name(text: str) -> None:
    name = safe_name(text, "text")
    assert re.fullmatch(r"[\w-]{1,50}", name)
    assert len(name.encode()) <= 200


# --- files beside


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "it").mkdir(parents=True)
    (tmp_path / "out.xml").write_text("<document><s id='s1'>segreto</s></document>")
    (folder / "it" / "link.xml").symlink_to(tmp_path / "out.xml")
    os.mkfifo(folder / "it" / "pipe.xml")
    beside = Beside(folder, (".", "xml"))
    outside = ("../out.xml", str(tmp_path / "out.xml"), "it/link.xml", "/dev/zero")
    for name in (*outside, "it/pipe.xml", "it", "", "x" * 5000):
        with beside.opened(name) as file:
            assert file is None, name


# --- XCES


def opus_read(folder: Path, *options: str) -> str:
    done = subprocess.run(
        [OPUS_READ, *"-d x -s it -t en -af x.xces -dl . -p raw -q".split(), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_xces_is_written_as_opus_has_it(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.xces")
    assert (tmp_path / "x.xces").read_text() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">\n'
        '<cesAlign version="1.0">\n'
        ' <linkGrp targType="s" fromDoc="x.docs/it/a.xml" toDoc="x.docs/en/a.xml">\n'
        '  <link id="SL1" xtargets="s1.1 s1.2;s1.1" certainty="0.8750" p="0.8750" score="0.5000" />\n'
        '  <link id="SL2" xtargets="s2.1;s1.2" certainty="0.2500" score="0.2500" />\n'
        '  <link id="SL3" xtargets=";s1.3" certainty="0.0000" score="0.0000" />\n'
        " </linkGrp>\n"
        "</cesAlign>\n"
    )
    assert (tmp_path / "x.docs/it/a.xml").read_text() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<document id="it/a.txt" lang="it">\n'
        '<p id="1">\n<s id="s1.1">Ciao.</s>\n<s id="s1.2">Come va?</s>\n</p>\n'
        '<p id="2">\n<s id="s2.1">Sola.</s>\n</p>\n</document>\n'
    )


def test_opus_tools_read_what_we_write_and_we_read_what_they_write(tmp_path: Path) -> None:
    written = join([ONE, TWO], "s")
    write_bitext(written, tmp_path / "x.xces")
    assert opus_read(tmp_path, "-wm", "moses", "-ln").splitlines() == [
        "Ciao. Come va?\tHi.",
        "Sola.\tHow are you?",
        "Ciao.\tHi.",
        "Come va?\tHow are you? Alone?",
    ]
    tmx = opus_read(tmp_path, "-wm", "tmx", "-ln")
    assert {"Ciao.", "Come va?", "Hi.", "Sola."} <= set(re.findall("<seg>(.*?)</seg>", tmx)), "a seg a sentence"
    opus_read(tmp_path, "-wm", "links", "-a", "certainty", "-tr", "0.4", "-w", "filtered.xces")
    found = records(tmp_path / "filtered.xces")
    assert [(one.source_text, one.target_text) for one in pairs(found)] == [
        (one.source_text, one.target_text) for one in written.pairs if one.score >= 0.4
    ]


def test_opus_tools_keep_hostile_texts_in_step(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if text.strip()]
    told = [SegmentPair(source_text=text, target_text="x", source_lang="it", target_lang="en") for text in texts]
    write_bitext(Bitext(tuple(told), "s"), tmp_path / "x.xces")
    opus_read(tmp_path, "-wm", "moses", "-w", "a.it", "a.en")
    sources = (tmp_path / "a.it").read_text(encoding="utf-8").split("\n")
    assert len(sources) == len(texts) + 1
    assert (tmp_path / "a.en").read_text() == "x\n" * len(texts)


OPUS_LINKS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">
<cesAlign version="1.0">
<linkGrp targType="s" fromDoc="en/2013/a.xml.gz" toDoc="it/2013/a.xml.gz">
<link xtargets="1;1" certainty="0.5"/>
<link xtargets="2 3;" />
<link xtargets="2 9;2" />
<link id="SL9" />
<link xtargets="3;2" certainty="much" />
<link xtargets="2 3;2" overlap="0.7" />
</linkGrp>
</cesAlign>
"""
WORDS = (
    '<?xml version="1.0"?>\n<document id="7">\n<s id="1">\n <time id="T1S" value="00:00" />\n <w id="1.1">Hello</w>\n'
    ' <w id="1.2">,</w>\n <w id="1.3">you</w>\n</s>\n<s id="2">\n <w id="2.1">Two</w></s><s id="3"><w>three</w></s>\n'
    "</document>\n"
)
RAW = '<text>\n<s id="1">\n Ciao, &amp;\n tu </s><s id="2">Due tre</s>\n</text>\n'


@pytest.fixture(params=["beside", "xml", "gz", "zip"])
def opus(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A corpus as OPUS ships it, in one of the ways."""
    (tmp_path / "en-it.xml").write_text(OPUS_LINKS)
    texts = {"en": WORDS, "it": RAW}
    for lang, text in texts.items():
        top = tmp_path / "xml" if request.param == "xml" else tmp_path
        place = top / lang / "2013" / "a.xml"
        if request.param == "zip":
            with zipfile.ZipFile(tmp_path / f"Corpus_v1_xml_{lang}.zip", "w") as packed:
                packed.writestr(f"Corpus/xml/{lang}/2013/a.xml", text)
            continue
        place.parent.mkdir(parents=True)
        if request.param == "gz":
            place.with_name("a.xml.gz").write_bytes(gzip.compress(text.encode()))
        else:
            place.write_text(text)
    return tmp_path / "en-it.xml"


def test_a_corpus_of_opus_is_read_and_its_broken_links_named(opus: Path) -> None:
    found = records(opus)
    assert [(one.source_text, one.target_text, one.score) for one in pairs(found)[:1]] == [
        ("Hello , you", "Ciao, & tu", 0.5)
    ]
    assert [(one.source_text, one.target_text, one.source_sentences) for one in pairs(found)[1:]] == [
        ("Two three", "", (1, 2)),
        ("Two three", "Due tre", (1, 2)),
    ]
    assert {(one.source_lang, one.target_lang, one.source_doc) for one in pairs(found)} == {
        ("en", "it", "en/2013/a.xml.gz")
    }
    assert [error.removeprefix(f"{opus}") for error in errors(found)] == [
        ":7: found the link '2 9;2'; 'en/2013/a.xml.gz' has no sentence '9'; mend the link",
        ":8: found the link ''; its xtargets must be ids, a semicolon and ids; mend the link",
        ":9: found the link '3;2'; its certainty must be a number; mend the link",
    ]


def test_links_without_their_documents_are_numbers_and_each_document_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(OPUS_LINKS.replace('"2 3;2"', '"s2 s3;1.2"').replace('"2 9;2"', '"s2;s2"'))
    found = records(tmp_path / "a.xml")
    assert [(one.source_sentences, one.target_sentences, one.source_text) for one in pairs(found)] == [
        ((0,), (0,), ""),
        ((1, 2), (), ""),
        ((1,), (1,), ""),
    ]
    assert [re.sub(r".*/(..)/2013/a.xml.gz: no such document.*", r"\1", error) for error in errors(found)[:2]] == [
        "en",
        "it",
    ]
    assert len(errors(found)) == 4, "and the two broken links"


def test_a_document_that_is_no_xml_is_named_and_its_links_are_numbers(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.xces")
    (tmp_path / "x.docs/it/a.xml").write_text("<document><s id='s1.1'>a</document>")
    found = records(tmp_path / "x.xces")
    assert [one.target_text for one in pairs(found)] == ["Alone?"]
    assert ["a.xml: line 1: not well-formed" in error for error in errors(found)] == [True]


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    (tmp_path / "en-it.xml").write_text(OPUS_LINKS)
    (tmp_path / "en.zip").write_bytes(b"PK\x03\x04 broken")
    assert any("en.zip: cannot be unpacked" in error for error in errors(records(tmp_path / "en-it.xml")))


def test_more_documents_than_files_can_be_open_are_written(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    n_open = len(list(Path("/proc/self/fd").iterdir()))
    many = [
        SegmentPair(source_text="a", target_text="b", source_doc=f"it/{n}", target_doc=f"en/{n}", source_lang="it")
        for n in range(40)
    ]
    resource.setrlimit(resource.RLIMIT_NOFILE, (n_open + 30, limits[1]))
    try:
        found = round_trip(Bitext(tuple(many), "s"), tmp_path, ".xces")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(found.pairs) == 40
    assert len(files(tmp_path)) == 81


# --- InterText


def test_intertext_has_the_sentences_of_to_doc_first(tmp_path: Path) -> None:
    bitext = join([ONE], "s")
    decided = replace(bitext, pairs=(replace(bitext.pairs[0], decision="accepted"), *bitext.pairs[1:]))
    write_bitext(decided, tmp_path / "x.intertext.xml")
    assert (tmp_path / "x.intertext.xml").read_text() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<linkGrp toDoc="x.en.xml" fromDoc="x.it.xml">\n'
        '<link type="1-2" xtargets="1:1;1:1 1:2" status="man"/>\n'
        '<link type="1-1" xtargets="1:2;2:1" status="auto"/>\n'
        '<link type="1-0" xtargets="1:3;" status="auto"/>\n</linkGrp>\n'
    )
    assert [one.decision for one in read_bitext(tmp_path / "x.intertext.xml").pairs] == ["accepted", "", ""]


def test_an_alignment_of_intertext_itself_is_read(tmp_path: Path) -> None:
    """The beginning of examples/Obama-Inauguracni_rec.cs-00.no-00.alignment.xml in its repository."""
    (tmp_path / "a.cs-00.no-00.alignment.xml").write_text(
        "<?xml version='1.0' encoding='utf-8'?>\n<linkGrp toDoc='a.no-00.xml' fromDoc='a.cs-00.xml'>\n"
        "<link type='1-1' xtargets='1:1;1:1' status='man'/>\n"
        "<link type='2-1' xtargets='2:1 2:2;2:1' status='auto' mark='1'/>\n</linkGrp>\n"
    )
    seconds = {"cs": "<s id='2:1'>stojím <b>tu</b></s>", "no": "<s id='2:1'>jeg</s>\n<s id='2:2'>står</s>"}
    for lang, second in seconds.items():
        (tmp_path / f"a.{lang}-00.xml").write_text(
            f"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE doc SYSTEM \"http://korpus.cz/intercorp.dtd\">\n"
            f'<doc id="a" language="{lang}" version="00">\n<p id="1">\n<s id="1:1">{lang}, </s>\n</p>\n'
            f'<p id="2">\n{second}\n</p>\n</doc>\n'
        )
    found = pairs(records(tmp_path / "a.cs-00.no-00.alignment.xml"))
    assert [(one.source_text, one.target_text, one.source_lang, one.decision) for one in found] == [
        ("cs, ", "no, ", "cs", "accepted"),
        ("stojím tu", "jeg står", "cs", ""),
    ]


def test_intertext_refuses_several_document_pairs(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"InterText has two documents a file, and these are 2 pairs"):
        write_bitext(join([ONE, TWO], "s"), tmp_path / "x.intertext.xml")
    assert files(tmp_path) == []


# --- TEI


def tei_file(body: str, links: str) -> str:
    return (
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/>'
        f"<text><body>{body}</body></text><standOff>{links}</standOff></TEI>"
    )


def test_tei_links_have_two_ends_and_lone_sentences_are_pointed_to(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.tei.xml")
    written = (tmp_path / "x.tei.xml").read_text()
    assert written[written.index("<standOff>") :] == (
        '<standOff>\n<joinGrp>\n<join xml:id="j1" target="#d1.1.1 #d1.1.2"/>\n</joinGrp>\n'
        '<linkGrp type="alignment" domains="#d1 #d2">\n<link target="#j1 #d2.1.1" cert="0.8750"/>\n'
        '<link target="#d1.2.1 #d2.1.2"/>\n<ptr target="#d2.1.3"/>\n</linkGrp>\n</standOff>\n</TEI>\n'
    )


def test_a_link_of_several_texts_and_languages_is_a_unit(tmp_path: Path) -> None:
    body = "".join(
        f'<div xml:lang="{lang}"><p><s xml:id="{lang}1">{lang} one</s> <s xml:id="{lang}2">{lang} two</s></p></div>'
        for lang in ("it", "en", "fr")
    )
    targets = ("#it1 #it2 #en1 #fr1 #fr2", "#it1 #en2", "#it1")
    links = "".join(f'<link target="{target}"/>' for target in targets)
    (tmp_path / "a.xml").write_text(tei_file(body, f"<linkGrp>{links}</linkGrp>"))
    found = records(tmp_path / "a.xml")
    assert [(one.source_text, one.target_text, one.target_lang, one.unit, one.bead) for one in pairs(found)] == [
        ("it one it two", "en one", "en", "link1", "2-1"),
        ("it one it two", "fr one fr two", "fr", "link1", "2-2"),
        ("it one", "en two", "en", "", "1-1"),
    ]
    assert ["do not lead to two texts" in error for error in errors(found)] == [True]


def test_tei_links_into_files_beside_are_followed(tmp_path: Path) -> None:
    for lang in ("it", "en"):
        (tmp_path / f"a.{lang}.xml").write_text(
            f'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="{lang}"><teiHeader/><text><body><p>'
            f'<seg xml:id="s1">{lang}\n   one</seg></p></body></text></TEI>'
        )
    sources = ("a.it.xml#s1", "a.it.xml#s9", "b.xml#s1", "../c.xml#s1")
    links = "".join(f'<link target="{source} a.en.xml#s1" cert="high"/>' for source in sources)
    (tmp_path / "links.xml").write_text(tei_file("<p/>", f'<linkGrp type="alignment">{links}</linkGrp>'))
    found = records(tmp_path / "links.xml")
    assert [(one.source_text, one.target_text, one.source_lang, one.target_doc) for one in pairs(found)] == [
        ("it one", "en one", "it", "a.en.xml")
    ]
    assert [re.sub(r".*(b\.xml: no|c\.xml: no|the id 'a.it.xml#s9').*", r"\1", error) for error in errors(found)] == [
        "the id 'a.it.xml#s9'",
        "b.xml: no",
        "c.xml: no",
    ]


def test_joins_are_not_followed_without_end(tmp_path: Path) -> None:
    joins = '<join xml:id="j0" target="#s1 #s1"/>' + "".join(
        f'<join xml:id="j{n}" target="#j{n - 1} #j{n - 1}"/>' for n in range(1, 40)
    )
    many = " ".join(["#s1"] * 2000)
    body = '<p><s xml:id="s1">a</s></p>'
    (tmp_path / "a.xml").write_text(tei_file(body, f'{joins}<link target="#j39 #s1"/><link target="{many}"/>'))
    found = records(tmp_path / "a.xml")
    assert len(found) == 2
    assert "more than 1000 elements" in errors(found)[-1]
