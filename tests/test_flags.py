"""Flags: what is suspicious about a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.bitext import SegmentPair
from aligner.flags import FLAGS, flag

GOOD = SegmentPair(
    source_text="La missione della Bielorussia presso la NATO ha aperto ieri a Bruxelles.",
    target_text="The mission of Belarus to NATO opened in Brussels yesterday morning.",
    source_lang="it",
    target_lang="en",
)


def pair(source: str, target: str) -> SegmentPair:
    return SegmentPair(source_text=source, target_text=target, source_lang="it", target_lang="en")


def flags_of(*pairs: SegmentPair) -> tuple[str, ...]:
    return flag([GOOD, GOOD, GOOD, *pairs])[-1]


def test_a_good_record_has_no_flag() -> None:
    assert flag([GOOD]) == [()]


def test_a_side_without_text_is_empty_and_nothing_else() -> None:
    assert flags_of(pair("Piove.", "  ")) == ("empty_side",)


def test_a_sentence_left_as_it_was_is_a_copy_in_the_wrong_language() -> None:
    assert flags_of(pair(GOOD.source_text, GOOD.source_text)) == ("untranslated_copy", "wrong_language")


def test_a_name_may_be_the_same_in_both_languages() -> None:
    assert flags_of(pair("Boris Johnson", "Boris Johnson")) == ()


def test_a_side_three_times_as_long_as_usual_has_an_odd_length() -> None:
    assert flags_of(pair(GOOD.source_text, GOOD.target_text * 4)) == ("length_ratio",)


def test_a_pair_that_came_before_is_a_duplicate_whatever_its_case_and_punctuation() -> None:
    again = pair(GOOD.source_text.upper(), GOOD.target_text.replace(".", " !"))
    assert flags_of(again) == ("near_duplicate",)
    assert flag([GOOD, GOOD])[0] == (), "the first stays"


def test_other_digits_make_another_pair() -> None:
    assert "near_duplicate" not in flag([pair("Art. 5", "Art. 5"), pair("Art. 6", "Art. 6")])[1]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_any_bitext_has_flags_in_their_order(texts: list[tuple[str, str]]) -> None:
    found = flag([pair(*both) for both in texts])
    assert len(found) == len(texts)
    assert all(flags == tuple(name for name in FLAGS if name in flags) for flags in found)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Ci furono 30 morti.", "There were 100 dead."),
        ("Nel 1995 firmò l'accordo.", "It signed the agreement in 1996."),
        ("Nel 1995 firmò l'accordo.", "It signed the agreement."),
        ("La missione conta 12 persone.", "The mission has a dozen or so people, 14 of them soldiers."),
    ],
)
def test_digits_that_stand_nowhere_on_the_other_side_are_a_mismatch(source: str, target: str) -> None:
    assert "number_mismatch" in flags_of(pair(source, target))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Costa 5.000 dollari.", "It costs $5,000."),
        ("Alle 6.30 del mattino.", "At 6:30 in the morning."),
        ("Nel XVI secolo.", "In the 16th century."),
        ("Negli anni '70.", "In the 1970s."),
        ("Il 31 dicembre 1998.", "On December 31, 1998."),
        ("Nella quarta classe.", "In grade 4."),
        ("Nel capitolo XII.", "In chapter 12."),
        ("Il 23 aprile 2013.", "On April 23,2013."),
        ("Nel 2010-2011.", "In 2010-11."),
    ],
)
def test_the_same_figure_written_otherwise_is_no_mismatch(source: str, target: str) -> None:
    assert "number_mismatch" not in flags_of(pair(source, target))
