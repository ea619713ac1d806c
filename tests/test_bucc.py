"""The BUCC shared task's files."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_standoff import ONE
from test_writers import HOSTILE, TEXTS

from aligner.bitext import Bitext, SegmentPair, join
from aligner.errors import GoldError, OutputError
from aligner.pipeline import read_bitext, write_bitext
from aligner.writers import bucc, format_of, moses
from aligner.writers.cells import clean
from aligner.writers.formats import Head


def pair(source: str, target: str, **told: object) -> SegmentPair:
    return SegmentPair(source_text=source, target_text=target, source_lang="it", target_lang="en", **told)  # type: ignore[arg-type]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_texts_have_every_segment_once_and_gold_has_the_links(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.bucc")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x.bucc.it-en.en",
        "x.bucc.it-en.gold",
        "x.bucc.it-en.it",
    ]
    assert lines(tmp_path / "x.bucc.it-en.it") == ["it-000000001\tCiao. Come va?", "it-000000002\tSola."]
    assert lines(tmp_path / "x.bucc.it-en.en") == [
        "en-000000001\tHi.",
        "en-000000002\tHow are you?",
        "en-000000003\tAlone?",
    ]
    assert lines(tmp_path / "x.bucc.it-en.gold") == ["it-000000001\ten-000000001", "it-000000002\ten-000000002"]


def test_a_sentence_that_two_links_share_stands_once(tmp_path: Path) -> None:
    shared = {"source_doc": "a", "source_sentences": (0,)}
    write_bitext(Bitext((pair("Sì.", "Yes.", **shared), pair("Sì.", "Yeah.", **shared)), "s"), tmp_path / "x.bucc")
    assert lines(tmp_path / "x.bucc.it-en.it") == ["it-000000001\tSì."]
    assert lines(tmp_path / "x.bucc.it-en.gold") == ["it-000000001\ten-000000001", "it-000000001\ten-000000002"]


@pytest.mark.parametrize("name", ["x.bucc", "x.bucc.it-en.gold", "x.bucc.it-en.it", "x.bucc.it-en"])
def test_every_name_of_the_files_reads_the_links(name: str, tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.bucc")
    assert format_of(tmp_path / name) is bucc.FORMAT
    assert [
        (one.source_text, one.target_text, one.source_lang, one.target_lang, one.source_sentences)
        for one in read_bitext(tmp_path / name).pairs
    ] == [("Ciao. Come va?", "Hi.", "it", "en", (0,)), ("Sola.", "How are you?", "it", "en", (1,))]


def test_moses_leaves_files_with_gold_alone(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.bucc")
    assert not moses.FORMAT.known(Head(tmp_path / "x.bucc.it-en.it"))
    assert not moses.FORMAT.known(Head(tmp_path / "x.moses"))


def test_the_names_of_the_task_itself_are_read(tmp_path: Path) -> None:
    for ending, text in {
        "fr": "fr-000000007\tUn.\nfr-000000008\tDeux.\n",
        "en": "en-000000002\tTwo.\n",
        "gold": "fr-000000008\ten-000000002\n",
    }.items():
        (tmp_path / f"fr-en.training.{ending}").write_text(text)
    (found,) = read_bitext(tmp_path / "fr-en.training.gold").pairs
    assert (found.source_text, found.target_text, found.source_lang) == ("Deux.", "Two.", "fr")
    assert (found.source_sentences, found.target_sentences) == ((1,), (0,))


def test_gold_without_its_texts_is_numbers_and_each_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.bucc.it-en.gold").write_text("it-000000003\ten-000000001\n")
    found = read_bitext(tmp_path / "x.bucc.it-en.gold")
    assert [(one.source_sentences, one.target_sentences, one.source_text) for one in found.pairs] == [((2,), (0,), "")]
    assert [str(error).split(": ")[0].rpartition("/")[2] for error in found.problems] == [
        "x.bucc.it-en.it",
        "x.bucc.it-en.en",
    ]


def test_broken_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    write_bitext(join([ONE], "s"), tmp_path / "x.bucc")
    with (tmp_path / "x.bucc.it-en.it").open("a") as file:
        file.write("no tab\n")
    with (tmp_path / "x.bucc.it-en.gold").open("a") as file:
        file.write("it-000000009\ten-000000001\nit-1\nit-000000001\ten-000000003\n")
    found = read_bitext(tmp_path / "x.bucc")
    assert [one.target_text for one in found.pairs] == ["Hi.", "How are you?", "Alone?"]
    assert [str(error).removeprefix(f"{tmp_path}/x.bucc.it-en.") for error in found.problems] == [
        "it:3: found 'no tab'; each line must be an id, a tab and a text",
        "gold:3: found 'it-000000009\\ten-000000001'; no text has the id 'it-000000009'",
        "gold:4: found 'it-1'; each line must be two ids with a tab between, as it-000000001",
    ]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no such file"):
        read_bitext(tmp_path / "x.bucc")
    with pytest.raises(OutputError, match="without records"):
        write_bitext(Bitext((), "s"), tmp_path / "x.bucc")
    with pytest.raises(OutputError, match="--langs"):
        write_bitext(Bitext((SegmentPair(source_text="a", target_text="b"),), "s"), tmp_path / "x.bucc")


def test_gold_of_beads_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "x.bucc.it-en.gold").write_text("[0]:[1]\n")
    assert format_of(tmp_path / "x.bucc.it-en.gold") is not bucc.FORMAT


FILLED = TEXTS.filter(clean)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.tuples(FILLED, FILLED), min_size=1, max_size=6))
def test_any_links_come_back_with_their_texts_cleaned(
    texts: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("f")
    write_bitext(Bitext(tuple(pair(*both) for both in texts), "s"), folder / "x.bucc")
    found = read_bitext(folder / "x.bucc")
    assert not found.problems
    assert [(one.source_text, one.target_text) for one in found.pairs] == [
        (clean(source), clean(target)) for source, target in texts
    ]


def test_hostile_texts_come_back_cleaned(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE if text]
    write_bitext(Bitext(tuple(pair(text, text) for text in texts), "s"), tmp_path / "x.bucc.xz")
    assert [one.source_text for one in read_bitext(tmp_path / "x.bucc").pairs] == list(map(clean, texts))
