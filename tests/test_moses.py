"""Moses's files line by line, and names that tell a pair of languages."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_writers import HOSTILE, TEXTS

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError, OutputError, UnknownName
from aligner.pipeline import read_bitext, write_bitext
from aligner.writers import format_for, format_of, is_known, moses
from aligner.writers.cells import clean
from aligner.writers.language_pairs import PairFiles, candidates


def pair(source: str, target: str, langs: tuple[str, str] = ("it", "en")) -> SegmentPair:
    return SegmentPair(source_text=source, target_text=target, source_lang=langs[0], target_lang=langs[1])


def bitext(*pairs: SegmentPair) -> Bitext:
    return Bitext(pairs, "s")


def told(found: Bitext) -> list[tuple[str, str, str, str]]:
    return [(one.source_lang, one.target_lang, one.source_text, one.target_text) for one in found.pairs]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


TWO = bitext(pair("Ciao.", "Hi."), pair("", "Alone."))


def test_two_files_are_written_line_by_line(tmp_path: Path) -> None:
    write_bitext(TWO, tmp_path / "x.moses")
    assert names(tmp_path) == ["x.it-en.en", "x.it-en.it"]
    assert (tmp_path / "x.it-en.it").read_bytes() == b"Ciao.\n\n"
    assert (tmp_path / "x.it-en.en").read_bytes() == b"Hi.\nAlone.\n"


@pytest.mark.parametrize("name", ["x.moses", "x.it-en", "x.it-en.it", "x.it-en.en", "x.moses.gz"])
def test_every_name_of_the_files_reads_them(name: str, tmp_path: Path) -> None:
    write_bitext(TWO, tmp_path / "x.moses")
    assert told(read_bitext(tmp_path / name)) == [("it", "en", "Ciao.", "Hi."), ("it", "en", "", "Alone.")]


@pytest.mark.parametrize("packing", [".gz", ".xz", ".zst"])
def test_compressed_files_are_written_and_found(packing: str, tmp_path: Path) -> None:
    write_bitext(TWO, tmp_path / f"x.it-en{packing}")
    assert names(tmp_path) == [f"x.it-en.en{packing}", f"x.it-en.it{packing}"]
    for name in ("x.moses", "x.it-en", f"x.it-en.it{packing}"):
        assert len(told(read_bitext(tmp_path / name))) == 2


def test_each_pair_of_languages_has_its_files_and_its_own_codes(tmp_path: Path) -> None:
    many = bitext(
        pair("a", "b"), pair("c", "d", ("pt-BR", "en")), pair("e", "f"), pair("g", "h", ("ita_Latn", "zho_Hans"))
    )
    write_bitext(many, tmp_path / "x.y.moses")
    assert names(tmp_path) == [
        *("x.y.it-en.en", "x.y.it-en.it", "x.y.ita_Latn-zho_Hans.ita_Latn", "x.y.ita_Latn-zho_Hans.zho_Hans"),
        *("x.y.pt-BR-en.en", "x.y.pt-BR-en.pt-BR"),
    ]
    assert Counter(told(read_bitext(tmp_path / "x.y.moses"))) == Counter(told(many))
    assert told(read_bitext(tmp_path / "x.y.pt-BR-en")) == [("pt-BR", "en", "c", "d")]


def test_a_name_for_one_pair_takes_its_languages_in_any_spelling_and_no_others(tmp_path: Path) -> None:
    write_bitext(bitext(pair("a", "b")), tmp_path / "x.ita_Latn-eng_Latn")
    assert names(tmp_path) == ["x.ita_Latn-eng_Latn.eng_Latn", "x.ita_Latn-eng_Latn.ita_Latn"]
    for langs in (("en", "it"), ("it", "fr")):
        with pytest.raises(OutputError, match=rf"is for one pair of languages, and records are {'-'.join(langs)}; "):
            write_bitext(bitext(pair("a", "b", langs)), tmp_path / "y.it-en")


@pytest.mark.parametrize("langs", [("", "en"), ("it", ""), ("it", "it"), ("../x", "en"), ("it", "a\nb"), ("it", "x/y")])
def test_languages_that_cannot_name_files_are_refused(langs: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="tell them with --langs"):
        write_bitext(bitext(pair("a", "b", langs)), tmp_path / "x.moses")
    assert names(tmp_path) == []


def test_without_records_nothing_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without records there are no languages"):
        write_bitext(bitext(), tmp_path / "x.moses")


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_texts_stay_in_step_whoever_counts_the_lines(
    texts: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("f")
    written = bitext(*(pair(*both) for both in (*texts, ("a", "b"))))
    write_bitext(written, folder / "x.moses")
    for name in ("x.it-en.it", "x.it-en.en"):
        text = (folder / name).read_bytes().decode()
        assert len(text.splitlines()) == text.count("\n") == len(texts) + 1
    assert told(read_bitext(folder / "x.moses")) == [
        (*langs, clean(source), clean(target)) for *langs, source, target in told(written)
    ]


def test_hostile_texts_come_back_cleaned(tmp_path: Path) -> None:
    write_bitext(bitext(*(pair(text, text) for text in HOSTILE)), tmp_path / "x.moses")
    assert [one.source_text for one in read_bitext(tmp_path / "x.it-en").pairs] == list(map(clean, HOSTILE))


def test_files_of_different_length_are_told_and_read_as_far_as_both_go(tmp_path: Path) -> None:
    (tmp_path / "x.it-en.it").write_text("a\nb\nc\n")
    (tmp_path / "x.it-en.en").write_text("d\n")
    found = read_bitext(tmp_path / "x.it-en")
    assert told(found) == [("it", "en", "a", "d")]
    assert str(found.problems[0]).endswith("x.it-en.en: 3 and 1 lines; mend them from the line on where they part")


def test_only_a_line_feed_ends_a_line_and_windows_newlines_are_taken_off(tmp_path: Path) -> None:
    (tmp_path / "x.it-en.it").write_bytes("\ufeffa\rb\u2028\x85c\r\n\r\nd".encode())
    (tmp_path / "x.it-en.en").write_bytes(b"A\n\nD\n")
    assert told(read_bitext(tmp_path / "x.it-en"))[0][2:] == ("a\rb\u2028\x85c", "A")
    assert len(read_bitext(tmp_path / "x.it-en").pairs) == 3


def test_bytes_that_are_no_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "x.it-en.it").write_bytes(b"caff\xe8\n")
    (tmp_path / "x.it-en.en").write_bytes(b"coffee\n")
    with pytest.raises(GoldError, match=r"x\.it-en\.it:1: not UTF-8"):
        read_bitext(tmp_path / "x.it-en")


@pytest.mark.parametrize("name", ["x.moses", "x.it-en", "x.it-en.it", "sub/x.moses"])
def test_files_that_are_not_there_are_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no such file"):
        read_bitext(tmp_path / name)


def test_one_file_alone_is_no_bitext(tmp_path: Path) -> None:
    (tmp_path / "x.it-en.it").write_text("Ciao.\n")
    with pytest.raises(GoldError, match="which is no bitext"):
        read_bitext(tmp_path / "x.it-en.it")


def test_a_pair_of_known_languages_names_the_format() -> None:
    for name in ("x.it-en", "a.b.ita_Latn-eng_Latn", "x.pt-BR-zh-Hans", "x.it-en.gz", "x.it-en.it"):
        assert format_for(name) is moses.FORMAT
    for name in ("it-en", "x.foo-bar", "x.it-", "x.tar-gz", "x.it-en.fr", ".it-en"):
        with pytest.raises(UnknownName):
            format_for(name)
    assert is_known("x.it-en")
    assert not is_known("out/it-en")


def test_a_pair_that_can_be_cut_in_two_ways_is_cut_by_the_files_that_are_there(tmp_path: Path) -> None:
    assert [one.codes for one in candidates(Path("x.pt-BR-en"))] == [("pt", "BR-en"), ("pt-BR", "en")]
    write_bitext(bitext(pair("a", "b", ("pt-BR", "en"))), tmp_path / "x.moses")
    assert told(read_bitext(tmp_path / "x.pt-BR-en")) == [("pt-BR", "en", "a", "b")]
    assert PairFiles(tmp_path / "x.pt-BR-en", ("pt-BR", "en")).is_there


def test_a_file_of_another_format_keeps_its_reader(tmp_path: Path) -> None:
    write_bitext(TWO, tmp_path / "x.it-en.tsv")
    assert format_of(tmp_path / "x.it-en.tsv") is not moses.FORMAT
