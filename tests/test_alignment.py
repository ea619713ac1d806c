"""Beads and alignments."""

from dataclasses import FrozenInstanceError
from math import isnan

import pytest

from aligner.alignment import Alignment, Bead
from aligner.document import Document, DocumentPair, Relation, Sentence, Text


def document(id: str, n_sentences: int) -> Document:
    return Document(Text(id, "it", "Sì. " * n_sentences), tuple(Sentence(4 * i, 4 * i + 3) for i in range(n_sentences)))


def test_a_bead_may_have_an_empty_side() -> None:
    assert Bead((3,), ()).kind == "1-0"
    assert Bead((), (4, 5)).kind == "0-2"


def test_only_a_bead_with_two_sides_is_a_link() -> None:
    assert Bead((0,), (1, 2)).is_link
    assert not Bead((0,), ()).is_link
    assert not Bead((), (0,)).is_link


def test_a_bead_that_was_not_measured_has_neither_cosine_nor_margin() -> None:
    bead = Bead((0,), ())
    assert bead.score == 0.0
    assert isnan(bead.cosine)
    assert isnan(bead.margin)


def test_a_bead_cannot_be_changed() -> None:
    bead = Bead((0,), (0,))
    with pytest.raises(FrozenInstanceError):
        bead.score = 1.0  # type: ignore[misc]


def test_the_links_of_an_alignment_are_its_beads_with_two_sides_in_their_order() -> None:
    pair = DocumentPair(document("a", 3), document("b", 3), Relation.PARALLEL, 0.9)
    beads = (Bead((2,), (0,)), Bead((0,), ()), Bead((1,), (1, 2)))
    assert Alignment(pair, beads, "monotone").links == (beads[0], beads[2])


def test_a_segment_is_verbatim_with_whatever_stands_between_its_sentences() -> None:
    text = Text("a", "it", "Uno.\n\n  Due.\tTre.")
    found = Document(text, (Sentence(0, 4), Sentence(8, 12), Sentence(13, 17)))
    assert found.segment((0, 1)) == "Uno.\n\n  Due."
    assert found.span((1, 2)) == (8, 17)
    assert found.segment(()) == ""
    assert found.span(()) == (0, 0)
    assert found.sentence_texts() == ["Uno.", "Due.", "Tre."]
    assert len(found) == 3
