"""What a person decided is kept by every method, and the rest is aligned around it."""

from dataclasses import replace
from itertools import chain

import pytest
from conftest import BagOfWords, document
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.alignment import Alignment
from aligner.document import DocumentPair, Lock, Relation
from aligner.embedding import Embedder
from aligner.methods import division
from aligner.methods.monotone import Monotone
from aligner.mining import Mining
from aligner.path import heaviest_rise, longest_rise
from aligner.writers.explanations import summarise


def sentences(*numbers):
    return [f"a{n} b{n} c{n} d{n}" for n in numbers]


def paired(source, target, *locks, relation=Relation.PARALLEL):
    """Documents of these numbers' sentences; the target's words are the source's, and one of its own."""
    texts = sentences(*source), [f"{text} x" for text in sentences(*target)]
    return DocumentPair(document(texts[0]), document(texts[1], "en"), relation, 1.0, locks)


def mirrored(pair):
    locks = tuple(
        replace(
            lock,
            source=lock.target,
            target=lock.source,
            source_part=lock.target_part,
            target_part=lock.source_part,
        )
        for lock in pair.locks
    )
    return DocumentPair(pair.target, pair.source, pair.relation, pair.score, locks)


def links(found: Alignment):
    return [(bead.source, bead.target) for bead in found.links]


def rejected(source, target):
    return Lock(source, target, decision="rejected")


@st.composite
def decided_pairs(draw: st.DrawFn, relation=Relation.PARALLEL):
    """Two small documents, with links and lone sentences locked, crossing or not, and links rejected."""
    numbers = st.lists(st.integers(0, 9), min_size=1, max_size=12)
    sizes = len(source := draw(numbers)), len(target := draw(numbers))
    cuts = [draw(st.sets(st.integers(1, n), max_size=6)) for n in sizes]
    runs = [
        [tuple(range(a, b)) for a, b in zip([0, *sorted(cut)], [*sorted(cut), n], strict=False)]
        for cut, n in zip(cuts, sizes, strict=True)
    ]
    sides = [draw(st.permutations([run for run in side if run])) for side in runs]
    n_locked = draw(st.integers(0, min(map(len, sides))))
    locks = [Lock(*both) for both in list(zip(*sides, strict=False))[:n_locked]]
    locks += [Lock(run[:1], ()) for run in sides[0][n_locked:][:1] if draw(st.booleans())]
    locks += [Lock((), run[:1]) for run in sides[1][n_locked:][:1] if draw(st.booleans())]
    held = [set(chain(*(lock.source for lock in locks))), set(chain(*(lock.target for lock in locks)))]
    cells = [(i, j) for i in range(sizes[0]) for j in range(sizes[1]) if i not in held[0] and j not in held[1]]
    barred = draw(st.sets(st.sampled_from(cells), max_size=4)) if cells else ()
    locks += [rejected((i,), (j,)) for i, j in sorted(barred)]
    return paired(source, target, *draw(st.permutations(locks)), relation=relation)


def check(pair, found):
    """Whatever was decided of a pair is in its alignment."""
    for lock in pair.locked:
        assert [bead.decision for bead in found.beads if bead.sides == (lock.source, lock.target)] == ["accepted"]
    for side in (0, 1):
        taken = [index for bead in found.beads for index in bead.sides[side]]
        assert len(taken) == len(set(taken))
    barred = {(lock.source, lock.target) for lock in pair.rejected}
    assert barred.isdisjoint(bead.sides for bead in (*found.links, *found.related))


@settings(deadline=None, max_examples=150)
@given(decided_pairs())
def test_translations_keep_what_was_decided_from_either_side(pair):
    method = Monotone(Embedder(BagOfWords()))
    there, back = method.align(pair), method.align(mirrored(pair))
    check(pair, there)
    assert sorted(i for bead in there.beads for i in bead.source) == list(range(len(pair.source)))
    assert sorted(j for bead in there.beads for j in bead.target) == list(range(len(pair.target)))
    figures = [
        sorted((*sides, bead.score, bead.cosine, bead.margin, bead.crossing) for sides, bead in one)
        for one in (
            [(bead.sides, bead) for bead in there.links],
            [((bead.target, bead.source), bead) for bead in back.links],
        )
    ]
    assert figures[0] == figures[1]


@settings(deadline=None, max_examples=150)
@given(decided_pairs(relation=Relation.COMPARABLE))
def test_comparable_documents_keep_what_was_decided(pair):
    found = Mining(Embedder(BagOfWords())).align(pair)
    check(pair, found)
    lone = [{i for lock in pair.locked if not lock.is_link for i in side(lock)} for side in SIDES]
    for side, alone in enumerate(lone):
        assert alone.isdisjoint(i for bead in (*found.links, *found.related) for i in bead.sides[side])


SIDES = (lambda lock: lock.source), (lambda lock: lock.target)


# --- translations


def test_the_rest_of_a_translation_is_aligned_around_a_wrong_link(embedder):
    pair = paired(range(8), range(8), Lock((3,), (4,)))
    assert links(Monotone(embedder).align(pair)) == [
        ((0,), (0,)),
        ((1,), (1,)),
        ((2,), (2,)),
        ((3,), (4,)),
        *(((i,), (i,)) for i in (5, 6, 7)),
    ]


def test_a_link_that_stands_elsewhere_does_not_cut_the_way(embedder):
    order = [*range(1, 30), 0, *range(30, 40)]
    found = Monotone(embedder).align(paired(range(40), [99, *order], Lock((0,), (30,))))
    assert links(found) == [((i,), (1 + order.index(i),)) for i in range(40)]
    assert [bead.source for bead in found.links if bead.crossing] == [(0,)]


def test_where_the_encoder_knows_nothing_locked_links_cut_the_way():
    class Nothing:
        def encode(self, texts):
            return BagOfWords().encode([f"{text}{number}" for number, text in enumerate(texts)])

    locks = [Lock((i,), (i + 5,)) for i in range(0, 40, 4)]
    found = Monotone(Embedder(Nothing())).align(paired(range(40), range(100, 145), *locks))
    order = sorted(found.links, key=lambda bead: bead.source)
    assert {(lock.source, lock.target) for lock in locks} <= set(links(found))
    assert [bead.target for bead in order if not bead.crossing] == sorted(
        bead.target for bead in order if not bead.crossing
    )


def test_a_locked_link_is_measured_as_any_other(embedder):
    (free,) = Monotone(embedder).align(paired([1], [1])).links
    (locked,) = Monotone(embedder).align(paired([1], [1], Lock((0,), (0,)))).links
    assert (locked.sides, locked.decision) == (free.sides, "accepted")
    assert (locked.score, locked.cosine, locked.margin) == pytest.approx((free.score, free.cosine, free.margin))


def test_a_link_of_more_sentences_than_any_bead_has_is_kept(embedder):
    pair = paired(range(20), range(20), Lock(tuple(range(3, 12)), tuple(range(4, 11))))
    found = Monotone(embedder).align(pair)
    assert (tuple(range(3, 12)), tuple(range(4, 11))) in links(found)
    assert 0 < found.links[3].score <= 1


def test_a_lone_sentence_is_offered_to_no_later_pass(embedder):
    order = [*range(8), *range(16, 24), *range(8, 16)]
    pair = paired(range(24), order, Lock((18,), ()))
    found = Monotone(embedder).align(pair)
    assert links(found) == [((i,), (order.index(i),)) for i in range(24) if i != 18]


def test_no_bead_reaches_across_a_locked_sentence(embedder):
    source = document([*sentences(0), "a1 b1", "y z", "c1 d1", *sentences(2)])
    pair = DocumentPair(source, document(sentences(0, 1, 2), "en"), Relation.PARALLEL, 1.0)
    assert ((1, 2, 3), (1,)) in links(Monotone(embedder).align(pair))
    found = Monotone(embedder).align(replace(pair, locks=(Lock((2,), ()),)))
    assert all(len(bead.source) == 1 for bead in found.links)


def test_a_rejected_link_does_not_come_back_as_a_swap_or_a_block(embedder):
    order = [0, 1, 3, 2, 4, 5]
    pair = paired(range(6), order, rejected((2,), (3,)), rejected((4,), (4,)))
    assert not {((2,), (3,)), ((4,), (4,))} & set(links(Monotone(embedder).align(pair)))


def test_locks_in_a_long_document_leave_the_rest_as_it_was(embedder, monkeypatch):
    monkeypatch.setattr(division, "SMALL", 30)
    monkeypatch.setattr(division, "PART", 10)
    whole = Monotone(embedder).align(paired(range(200), range(200)))
    locked = Monotone(embedder).align(paired(range(200), range(200), *(Lock((i,), (i,)) for i in range(5, 200, 20))))
    assert links(locked) == links(whole)


def test_an_encoder_that_cannot_read_is_asked_for_the_joined_text_of_a_link():
    asked = []

    class Asked(BagOfWords):
        def encode(self, texts):
            asked.extend(texts)
            return super().encode(texts)

    Monotone(Embedder(Asked())).align(paired(range(20), range(20), Lock(tuple(range(3, 12)), (3,))))
    assert " ".join(sentences(*range(3, 12))) in asked


def test_it_is_told_of_a_bead_that_a_person_decided_on_it(embedder):
    pair = paired(range(4), range(4), Lock((1,), (2,)), Lock((3,), ()))
    for method in (Monotone(embedder), Mining(embedder)):
        assert "chosen  [1]:[2]  as a person decided" in summarise(method.explain(pair, 1))
    assert "chosen  [3]:[]  left alone  as a person decided" in summarise(Monotone(embedder).explain(pair, 3))
    barred = Mining(embedder).explain(paired([1], [1], rejected((0,), (0,))), 0)
    assert [other.reason for other in barred.others] == ["a person rejected it"]


@given(st.lists(st.integers(0, 9), max_size=12))
def test_the_heaviest_rise_of_equal_weights_is_the_longest(numbers):
    rise = heaviest_rise(numbers, [1.0] * len(numbers))
    assert len(rise) == len(longest_rise(numbers))
    values = [numbers[place] for place in rise]
    assert rise == sorted(rise)
    assert values == sorted(set(values))


def test_one_heavy_number_outweighs_two_light_ones():
    assert heaviest_rise([5, 1, 2], [3, 1, 1]) == [0]
    assert heaviest_rise([5, 1, 2], [1, 1, 1]) == [1, 2]
    assert heaviest_rise([], []) == []


# --- comparable documents


def test_a_locked_link_takes_its_characters_from_others(embedder):
    pair = paired(range(10), range(10), Lock((3,), (5,)), relation=Relation.COMPARABLE)
    found = Mining(embedder).align(pair)
    assert links(found) == [((i,), (5 if i == 3 else i,)) for i in range(10) if i != 5]


def test_a_locked_part_leaves_the_other_part_free(embedder):
    one, other = "a1 b1 cc1 dd1 ee1 ff1 gg1 hh1,", "a2 b2 cc2 dd2 ee2 ff2 gg2 hh2"
    source = document([*sentences(*range(20, 30)), f"{one} {other}"])
    target = document([one, *sentences(*range(40, 50)), other], "en")
    lock = Lock((10,), (5,), source_part=(0, len(one)))
    found = Mining(embedder).align(DocumentPair(source, target, Relation.COMPARABLE, 1.0, (lock,)))
    assert [(bead.source, bead.source_part, bead.target) for bead in found.links] == [
        ((10,), (0, len(one)), (5,)),
        ((10,), (len(one) + 1, len(one) + 1 + len(other)), (11,)),
    ]


def test_a_rejected_link_comes_back_neither_by_its_part_nor_as_related(embedder):
    pair = paired(range(10), range(10), relation=Relation.COMPARABLE)
    part = Lock((4,), (4,), source_part=(0, 5), decision="rejected")
    found = Mining(embedder).align(replace(pair, locks=(part, rejected((6,), (6,)))))
    assert links(found) == [((i,), (i,)) for i in range(10) if i not in (4, 6)]
    assert not {((4,), (4,)), ((6,), (6,))} & {bead.sides for bead in found.related}


def test_a_copy_of_a_locked_sentence_is_still_free(embedder):
    numbers = [0, 1, 2, 1, *range(3, 12)]
    pair = paired(numbers, range(12), Lock((1,), (11,)), relation=Relation.COMPARABLE)
    assert ((3,), (1,)) in links(Mining(embedder).align(pair))


def test_what_is_known_of_a_locked_link_is_told(embedder):
    pair = paired(range(10), range(10), relation=Relation.COMPARABLE)
    free = Mining(embedder).align(pair).links[3]
    locked = Mining(embedder).align(replace(pair, locks=(Lock((3,), (3,)),))).links
    assert replace(free, decision="accepted") in locked
    assert free.p == pytest.approx(locked[3].p)
