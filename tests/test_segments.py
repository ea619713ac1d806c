import pytest
from conftest import document

from aligner.document import Document, Sentence, Text
from aligner.segments import Segment, stretches

LONG = "nel 2009 il Paese entrò nella Rete, e nel 2013 firmò con la Nato il secondo accordo"


def test_runs_of_two_sentences_and_both_sides_of_a_cut_are_compared():
    found = dict(stretches(document(["Piove.", LONG])))
    cut = LONG.index("e nel 2013")
    assert found == {
        Segment((0, 1)): f"Piove.\n{LONG}",
        Segment((1,), (0, cut - 1)): LONG[: cut - 1],
        Segment((1,), (cut, len(LONG))): LONG[cut:],
    }


def test_a_part_of_few_words_is_not_compared():
    assert list(stretches(document(["ma l'ora viene, e tutti adoreranno il Padre in spirito e verità"]))) == [
        (Segment((0,), (16, 63)), "e tutti adoreranno il Padre in spirito e verità")
    ]


def test_a_run_stays_within_its_paragraph():
    content = "Uno.\n \nDue. Tre."
    text = Document(Text("it/a", "it", content), (Sentence(0, 4), Sentence(7, 11), Sentence(12, 16)))
    assert list(stretches(text)) == [(Segment((1, 2)), "Due. Tre.")]
    assert list(stretches(document(["Uno.", "", "Due."]))) == []


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (Segment((1,)), Segment((1,), (0, 5)), True),
        (Segment((1, 2)), Segment((2,), (0, 5)), True),
        (Segment((1,), (0, 5)), Segment((1,), (4, 9)), True),
        (Segment((1,), (0, 5)), Segment((1,), (5, 9)), False),
        (Segment((1,), (0, 5)), Segment((2,), (0, 5)), False),
    ],
)
def test_segments_overlap_where_they_share_a_character(one, other, share):
    assert one.overlaps(other) is other.overlaps(one) is share
