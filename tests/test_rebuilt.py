"""A bitext without its documents as a run: every record is shown, in documents that have a name each."""

from dataclasses import replace
from pathlib import Path

import pytest

from aligner.bitext import Bitext, SegmentPair, join
from aligner.pipeline import read_bitext
from aligner.report import Run
from aligner.writers.rebuilt import rebuild

CORPUS = Path(__file__).parent / "fuzz_corpus" / "bitext"
FORMATS = [
    one for one in sorted(CORPUS.glob("records.*")) if one.is_file() and not one.name.endswith((".it.xml", ".en.xml"))
]
PLAIN = SegmentPair(source_text="Ciao.", target_text="Hello.", source_lang="it", target_lang="en")


def rebuilt(*records: SegmentPair) -> Run:
    return rebuild(Bitext(records, ""), Path("some.tmx"))


def names(run: Run) -> list[str]:
    return [document.id for document in run.documents]


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.name)
def test_every_record_of_every_format_is_shown(path: Path) -> None:
    bitext = read_bitext(path)
    run = rebuild(bitext, path)
    assert [(one.source_text, one.target_text) for one in join(run.alignments, "").pairs] == [
        (one.source_text, one.target_text) for one in bitext.pairs if one.source_text and one.target_text
    ]


def test_a_record_that_tells_no_sentences_is_one_of_each_side() -> None:
    (alignment,) = rebuilt(PLAIN, replace(PLAIN, source_text="Due. Tre.")).alignments
    assert [bead.sides for bead in alignment.beads] == [((0,), (0,)), ((1,), (1,))]


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        (("it", "en", "", ""), ["some.tmx#it", "some.tmx#en"]),
        (("", "", "", ""), ["some.tmx#source", "some.tmx#target"]),
        (("en", "en", "", ""), ["some.tmx#en", "some.tmx#target"]),
        (("it", "en", "a", "b"), ["a", "b"]),
        (("it", "en", "a", "a"), ["a#it", "a#en"]),
        (("it", "en", "a\tb", "a\nb"), ["a b#it", "a b#en"]),
    ],
)
def test_every_document_has_a_name_to_itself(sides: tuple[str, str, str, str], told: list[str]) -> None:
    one, other, source, target = sides
    record = replace(PLAIN, source_lang=one, target_lang=other, source_doc=source, target_doc=target)
    assert names(rebuilt(record)) == told


def test_three_languages_under_one_name_are_three_documents() -> None:
    named = replace(PLAIN, source_doc="1", target_doc="1")
    run = rebuilt(named, replace(named, target_lang="de"), replace(named, source_doc="1#it", source_lang="fr"))
    assert sorted(names(run)) == ["1#de", "1#en", "1#it", "1#source"]


def test_what_was_decided_of_a_lone_sentence_is_kept() -> None:
    alone = replace(PLAIN, target_text="", decision="accepted", note="left out")
    (alignment,) = rebuilt(PLAIN, alone).alignments
    assert [(bead.sides, bead.note) for bead in alignment.beads if bead.decision] == [(((1,), ()), "left out")]
