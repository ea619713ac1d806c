"""What is said of links by a part of a sentence, and of what is left when a link is dropped."""

from conftest import document

from aligner.alignment import Alignment, Bead
from aligner.appraisal import appraise, keep
from aligner.bitext import join, unaligned
from aligner.document import DocumentPair, Relation
from aligner.judging import Judge

SOURCE = "in 1998 a1 b1 cc1 dd1, and in 2013 ee2 ff2 gg2 hh2"
CUT = SOURCE.index("and")
PAIR = DocumentPair(
    document([SOURCE], "en", "en/a"),
    document(["in 1998 a1 b1 cc1 dd1,", "and in 2013 ee2 ff2 gg2 hh2"], "en", "en/b"),
    Relation.COMPARABLE,
    0.5,
)
LINKS = (
    Bead((0,), (0,), p=0.9, source_part=(0, CUT - 1)),
    Bead((0,), (1,), p=0.6, source_part=(CUT, len(SOURCE))),
)
ALIGNMENT = Alignment(PAIR, LINKS, "mining")


def test_a_link_by_a_part_keeps_it_and_the_whole_contains_the_other_side(embedder):
    (found,) = appraise([ALIGNMENT], Judge([embedder]))
    assert [link.source_part for link in found.links] == [link.source_part for link in LINKS]
    assert [link.target_part for link in found.links] == [None, None]
    assert [link.relation for link in found.links] == ["source_contains_target"] * 2


def test_evidence_of_a_link_by_a_part_lies_in_the_part(embedder):
    records = join(appraise([ALIGNMENT], Judge([embedder])), "").pairs
    years = [[tie for tie in record.evidence if tie.source_value in ("1998", "2013")] for record in records]
    assert [[tie.source_value for tie in ties] for ties in years] == [["1998"], ["2013"]]
    for record, ties in zip(records, years, strict=True):
        for tie in ties:
            assert record.source_text[slice(*tie.source_span)] == tie.source_value
            assert record.target_text[slice(*tie.target_span)] == tie.target_value


def test_two_links_may_share_a_sentence_but_no_character(embedder):
    one, other = join(appraise([ALIGNMENT], Judge([embedder])), "").pairs
    assert (one.source_sentences, other.source_sentences) == ((0,), (0,))
    assert one.source_span[1] <= other.source_span[0]


def test_a_sentence_of_a_dropped_link_is_alone_only_if_no_other_link_holds_it():
    (kept,) = keep([ALIGNMENT], min_p=0.8)
    assert [bead.sides for bead in kept.beads] == [((0,), (0,)), ((), (1,))]
    assert [lone.sentence for lone in unaligned([kept], [PAIR.source, PAIR.target])] == [1]


def test_a_link_that_is_dropped_is_told_as_related_unless_its_sentences_are_linked_still():
    (found,) = keep([ALIGNMENT], min_p=0.95)
    assert [(bead.target, bead.relation, bead.source_part) for bead in found.related] == [
        ((0,), "related", None),
        ((1,), "related", None),
    ]
    (found,) = keep([ALIGNMENT], min_p=0.7)
    assert found.related == ()


def test_related_pairs_carry_what_they_share(embedder):
    alignment = Alignment(PAIR, (), "mining", (Bead((0,), (0,), p=0.2),))
    (found,) = appraise([alignment], Judge([embedder]))
    assert [bead.relation for bead in found.related] == ["related"]
    assert "1998" in {tie.source_value for tie in found.related[0].evidence}
