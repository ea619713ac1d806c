"""Records of two languages tied into units of three or more."""

from dataclasses import replace

from aligner.bitext import Bitext, SegmentPair
from aligner.multiway import segments, tie, units


def record(source: str, target: str, i: int = 0, j: int = 0) -> SegmentPair:
    """A record of two documents, each known by its language."""
    return SegmentPair(
        source_text=f"{source} {i}",
        target_text=f"{target} {j}",
        source_lang=source,
        target_lang=target,
        source_doc=f"{source}/a",
        target_doc=f"{target}/a",
        source_sentences=(i,),
        target_sentences=(j,),
        bead="1-1",
    )


def tied(*pairs: SegmentPair) -> list[str]:
    return [pair.unit for pair in tie(Bitext(pairs, "")).pairs]


def test_records_that_share_a_segment_are_one_unit_of_all_their_languages() -> None:
    pairs = (record("it", "en"), record("de", "en"), record("it", "en", 1, 1), record("de", "it"))
    assert tied(*pairs) == ["u1", "u1", "", "u1"]
    (three, two) = units(tie(Bitext(pairs, "")).pairs)
    assert list(segments(three)) == ["it", "en", "de"]
    assert [segment.text for segment in segments(two).values()] == ["it 1", "en 1"]


def test_two_segments_of_one_language_make_no_unit() -> None:
    assert tied(record("it", "en"), record("de", "en"), record("de", "it", 0, 1)) == ["", "", ""]


def test_the_same_sentences_of_another_document_are_another_segment() -> None:
    other = replace(record("de", "en"), target_doc="en/b")
    assert tied(record("it", "en"), other) == ["", ""]


def test_a_lone_sentence_is_in_no_unit() -> None:
    lone = SegmentPair(source_text="it 0", source_lang="it", source_doc="it/a", source_sentences=(0,))
    assert tied(lone, record("it", "en"), record("de", "en")) == ["", "u1", "u1"]
