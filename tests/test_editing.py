"""What a person does to beads: each action as a pure function, and any sequence of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import isnan
from typing import Any

import pytest
from conftest import document
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.alignment import Alignment, Bead, alone
from aligner.bitext import place
from aligner.decisions import settle
from aligner.document import DocumentPair, Relation
from aligner.errors import ActionError, MissingExtra
from aligner.review.editing import act
from aligner.review.history import History
from aligner.review.measures import Measures, Sides
from aligner.review.state import State, undecided
from aligner.viewer.data import key

SOURCE = [
    "Il primo accordo fu firmato a Minsk nel 1995.",
    "Breve.",
    "La delegazione arrivò a Bruxelles il 31 dicembre.",
    "",
    "Nessuno lo sapeva allora, e pochi lo sanno oggi.",
    "Fine del testo.",
]
TARGET = [
    "The first agreement was signed in Minsk in 1996.",
    "Short.",
    "The delegation arrived in Brussels on 31 December.",
    "",
    "Nobody knew it then, and few know it today.",
    "End of the text.",
]
LINKS = (
    Bead((0,), (0,), p=0.9, relation="conflicting"),
    Bead((1, 2), (1, 2), p=0.8, relation="equivalent"),
    Bead((4,), (4,), p=0.7, relation="equivalent"),
)


def state(links: tuple[Bead, ...] = LINKS, related: tuple[Bead, ...] = ()) -> State:
    pair = DocumentPair(document(SOURCE, "it", "a"), document(TARGET, "en", "b"), Relation.PARALLEL, 0.8)
    held = [{index for link in links for index in link.sides[side]} for side in (0, 1)]
    lone = alone((i for i in range(6) if i not in held[0]), (j for j in range(6) if j not in held[1]))
    return State(Alignment(pair, (*links, *lone), "monotone", related))


def beads(found: State) -> list[tuple[tuple[int, ...], tuple[int, ...], str]]:
    """The links, and what was decided of lone sentences."""
    told = [(*bead.sides, bead.decision) for bead in found.shown.beads if bead.is_link or bead.decision]
    return sorted(told)


def key_of(found: State, source: tuple[int, ...], target: tuple[int, ...]) -> str:
    return key(found.pair, Bead(source, target))


def test_an_accepted_bead_is_certain_and_keeps_what_was_measured() -> None:
    start = state()
    done = act(start, {"action": "accept", "key": key_of(start, (1, 2), (1, 2))})
    (bead,) = [bead for bead in done.shown.links if bead.decision]
    assert (bead.p, bead.relation, bead.decision) == (1.0, "equivalent", "accepted")
    assert beads(done) == [((0,), (0,), ""), ((1, 2), (1, 2), "accepted"), ((4,), (4,), "")]


def test_a_rejected_bead_goes_and_is_shown_apart_until_it_is_accepted_again() -> None:
    start = state()
    named = key_of(start, (4,), (4,))
    done = act(start, {"action": "reject", "key": named})
    assert [bead.sides for bead in done.rejected] == [((4,), (4,))]
    assert done.rejected[0].p == 0.7
    assert ((4,), (4,), "") not in beads(done)
    again = act(done, {"action": "accept", "key": named})
    assert again.rejected == ()
    assert ((4,), (4,), "accepted") in beads(again)
    assert [lock.decision for lock in again.locks] == ["accepted"]


def test_a_rejected_bead_is_shown_no_longer_once_another_has_its_sentences() -> None:
    start = state()
    done = act(start, {"action": "reject", "key": key_of(start, (4,), (4,))})
    linked = act(done, {"action": "link", "source": [4], "target": [5]})
    assert linked.rejected == ()
    assert {lock.decision for lock in linked.locks} == {"accepted", "rejected"}


def test_clearing_brings_back_what_was_aligned() -> None:
    start = state()
    for action in ("accept", "reject"):
        done = act(start, {"action": action, "key": key_of(start, (0,), (0,))})
        assert act(done, {"action": "clear", "key": key_of(start, (0,), (0,))}) == start


def test_clearing_a_bead_that_a_person_made_brings_back_what_it_replaced() -> None:
    start = state()
    made = act(start, {"action": "split", "key": key_of(start, (1, 2), (1, 2))})
    for sides in (((1,), (1,)), ((2,), (2,))):
        made = act(made, {"action": "clear", "key": key_of(start, *sides)})
    assert made == start


def test_a_split_cuts_where_the_lengths_agree_best() -> None:
    start = state()
    done = act(start, {"action": "split", "key": key_of(start, (1, 2), (1, 2))})
    assert beads(done)[1:3] == [((1,), (1,), "accepted"), ((2,), (2,), "accepted")]


def test_a_split_cuts_where_it_is_told() -> None:
    start = state((Bead((0, 1, 2), (0, 1)),))
    cut = {"action": "split", "key": key_of(start, (0, 1, 2), (0, 1)), "side": "source", "sentence": 2}
    assert beads(act(start, cut)) == [((0, 1), (0,), "accepted"), ((2,), (1,), "accepted")]


def test_a_split_of_one_to_many_leaves_the_rest_alone_and_undecided() -> None:
    start = state((Bead((0,), (0, 1)),))
    done = act(start, {"action": "split", "key": key_of(start, (0,), (0, 1))})
    assert beads(done) == [((0,), (0,), "accepted")]


def test_a_split_of_one_to_many_keeps_what_is_most_alike() -> None:
    asked: list[int] = []

    def likeness(pair: DocumentPair, links: Sequence[Sides]) -> list[float]:
        asked.append(len(links))
        return [float(pair.target.segment(target) == TARGET[0]) for _, target in links]

    links = (Bead((0,), (0, 1)),)
    start = replace(state(links), measures=Measures(likeness))
    done = act(start, {"action": "split", "key": key_of(start, (0,), (0, 1))})
    assert beads(done) == [((0,), (0,), "accepted")]
    turned = replace(state((Bead((1,), (0, 1)),)), measures=Measures(likeness))
    done = act(turned, {"action": "split", "key": key_of(turned, (1,), (0, 1))})
    assert beads(done) == [((1,), (0,), "accepted")]
    assert asked == [2, 2]
    by_length = state((Bead((1,), (0, 1)),))
    done = act(by_length, {"action": "split", "key": key_of(by_length, (1,), (0, 1))})
    assert beads(done) == [((1,), (1,), "accepted")]


def test_a_split_goes_by_lengths_where_the_encoder_cannot_be_used() -> None:
    def likeness(*_: object) -> list[float]:
        raise MissingExtra("encoder 'use': does not know sw")

    start = replace(state((Bead((1,), (0, 1)),)), measures=Measures(likeness))
    done = act(start, {"action": "split", "key": key_of(start, (1,), (0, 1))})
    assert beads(done) == [((1,), (1,), "accepted")]


def test_a_relation_that_nobody_told_is_as_measured_or_empty() -> None:
    asked: list[tuple[tuple[int, ...], tuple[int, ...]]] = []

    def appraise(_: DocumentPair, links: Sequence[Bead]) -> list[Bead]:
        asked.extend(link.sides for link in links)
        return [replace(link, relation="overlapping") for link in links]

    link = {"action": "link", "source": [5], "target": [5]}
    (made,) = [bead for bead in act(state(), link).shown.links if bead.decision]
    assert (made.relation, made.p) == ("", 1.0)
    start = act(replace(state(), measures=Measures(appraise=appraise)), link)
    (made,) = [bead for bead in start.shown.links if bead.decision]
    assert (made.relation, made.p) == ("overlapping", 1.0)
    again = act(act(start, {"action": "reject", "key": key_of(start, (5,), (5,))}), link)
    told = act(again, {"action": "relation", "key": key_of(again, (5,), (5,)), "relation": "equivalent"})
    assert [bead.relation for bead in told.shown.links if bead.decision] == ["equivalent"]
    assert asked == [((5,), (5,))]


def test_neighbours_are_merged_and_keep_their_notes() -> None:
    start = state()
    first, second = key_of(start, (0,), (0,)), key_of(start, (1, 2), (1, 2))
    noted = act(
        act(start, {"action": "note", "key": first, "note": "one"}), {"action": "note", "key": second, "note": "two"}
    )
    done = act(noted, {"action": "merge", "keys": [second, first]})
    assert beads(done)[0] == ((0, 1, 2), (0, 1, 2), "accepted")
    assert done.shown.links[-1].note == "two; one"


def test_a_blank_line_between_neighbours_is_no_obstacle() -> None:
    start = state()
    done = act(start, {"action": "merge", "keys": [key_of(start, (1, 2), (1, 2)), key_of(start, (4,), (4,))]})
    assert beads(done)[1] == ((1, 2, 3, 4), (1, 2, 3, 4), "accepted")


def test_a_lone_sentence_is_merged_into_its_neighbour() -> None:
    start = state()
    done = act(start, {"action": "merge", "keys": [key_of(start, (4,), (4,)), key_of(start, (5,), ())]})
    assert beads(done)[2] == ((4, 5), (4,), "accepted")


def test_a_moved_sentence_leaves_an_accepted_rest() -> None:
    start = state()
    done = act(start, {"action": "move", "side": "source", "sentence": 1, "key": key_of(start, (0,), (0,))})
    assert beads(done)[:2] == [((0, 1), (0,), "accepted"), ((2,), (1, 2), "accepted")]


def test_a_bead_that_loses_all_of_a_side_is_none_any_more() -> None:
    start = state()
    done = act(start, {"action": "move", "side": "source", "sentence": 0, "key": key_of(start, (1, 2), (1, 2))})
    assert beads(done) == [((0, 1, 2), (1, 2), "accepted"), ((4,), (4,), "")]


def test_a_sentence_taken_out_stands_alone_and_the_rest_stays() -> None:
    start = state()
    done = act(start, {"action": "unlink", "side": "target", "sentence": 1})
    assert beads(done)[1] == ((1, 2), (2,), "accepted")


def test_a_sentence_taken_out_is_not_taken_back_by_what_was_aligned() -> None:
    start = state()
    split = act(start, {"action": "split", "key": key_of(start, (1, 2), (1, 2))})
    done = act(split, {"action": "unlink", "side": "source", "sentence": 1})
    assert [bead for bead in beads(done) if 1 in bead[0]] == []
    assert ((2,), (2,), "accepted") in beads(done)


def test_two_unaligned_sentences_are_linked_with_evidence_and_relation() -> None:
    start = state((LINKS[2],))
    done = act(start, {"action": "link", "source": [0], "target": [0]})
    (bead,) = [bead for bead in done.shown.links if bead.decision]
    assert bead.relation == "conflicting"
    assert any(not tie.agrees for tie in bead.evidence)
    assert bead.p == 1.0


def crossing(found: State) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return sorted(bead.sides for bead in found.shown.links if bead.crossing)


def test_links_that_a_person_makes_are_told_to_cross_as_soon_as_they_do() -> None:
    start = state((Bead((0,), (0,)), Bead((2,), (2,)), Bead((4,), (4,))))
    done = act(start, {"action": "link", "source": [1], "target": [5]})
    assert crossing(done) == [((1,), (5,))]
    assert crossing(State(start.base, done.locks)) == crossing(done)
    assert crossing(act(done, {"action": "unlink", "side": "source", "sentence": 1})) == []
    assert crossing(act(done, {"action": "documents", "relation": "comparable", "note": ""})) == []


def test_what_was_told_to_cross_stays_so_while_the_links_do() -> None:
    start = state((Bead((0,), (4,), crossing=True), Bead((1,), (1,)), Bead((2,), (2,))))
    assert crossing(act(start, {"action": "accept", "key": key_of(start, (0,), (4,))})) == [((0,), (4,))]
    assert crossing(act(start, {"action": "reject", "key": key_of(start, (0,), (4,))})) == []


def test_the_same_links_cross_whichever_document_is_the_source() -> None:
    start = act(state(LINKS[:1]), {"action": "link", "source": [1], "target": [2]})
    done = act(start, {"action": "link", "source": [2], "target": [1]})
    (told,) = crossing(done)
    pair = replace(done.pair, source=done.pair.target, target=done.pair.source, locks=())
    back = State(Alignment(pair, (), "monotone"))
    for source, target in (([0], [0]), ([1], [2]), ([2], [1])):
        back = act(back, {"action": "link", "source": source, "target": target})
    assert crossing(back) == [told[::-1]]


def test_related_sentences_are_accepted_as_a_link_or_rejected() -> None:
    start = state((), (Bead((0,), (0,), cosine=0.6, relation="related"),))
    named = key_of(start, (0,), (0,))
    done = act(start, {"action": "accept", "key": named})
    assert (done.shown.links[0].cosine, done.shown.links[0].relation) == (0.6, "conflicting")
    assert done.shown.related == ()
    assert act(start, {"action": "reject", "key": named}).shown.related == ()


def test_a_sentence_may_have_no_counterpart() -> None:
    start = state()
    done = act(start, {"action": "alone", "side": "target", "sentence": 4})
    assert ((), (4,), "accepted") in beads(done)
    assert ((4,), (4,), "") not in beads(done)
    lone = act(start, {"action": "accept", "key": key_of(start, (5,), ())})
    assert ((5,), (), "accepted") in beads(lone)
    linked = act(lone, {"action": "link", "source": [5], "target": [5]})
    assert beads(linked)[-1] == ((5,), (5,), "accepted")


def test_a_relation_and_a_note_are_told_of_an_undecided_bead() -> None:
    start = state()
    named = key_of(start, (0,), (0,))
    done = act(
        act(start, {"action": "relation", "key": named, "relation": "overlapping"}),
        {"action": "note", "key": named, "note": " why\tnot\n "},
    )
    bead = done.by_place[place(done.pair, LINKS[0])]
    assert (bead.relation, bead.note, bead.decision, bead.p) == ("overlapping", "why not", "", 0.9)
    accepted = act(done, {"action": "accept", "key": named})
    assert act(accepted, {"action": "clear", "key": named}) == done
    bare = act(
        act(done, {"action": "relation", "key": named, "relation": ""}), {"action": "note", "key": named, "note": ""}
    )
    assert bare == start


def test_the_documents_relation_is_a_decision_that_can_be_taken_back() -> None:
    start = state()
    done = act(start, {"action": "documents", "relation": "comparable", "note": "other authors"})
    assert done.shown.pair.relation is Relation.COMPARABLE
    assert [one.is_about_documents for one in done.decisions] == [True]
    assert act(done, {"action": "documents", "relation": "", "note": ""}) == start


def test_beads_by_parts_of_a_sentence_become_whole_ones() -> None:
    parts = (Bead((2,), (2,), source_part=(0, 11)), Bead((2,), (4,), source_part=(12, 49)))
    start = state(parts)
    done = act(start, {"action": "link", "source": [1], "target": [1]})
    merged = act(done, {"action": "merge", "keys": [key(start.pair, Bead((1,), (1,))), key(start.pair, parts[0])]})
    assert beads(merged) == [((1, 2), (1, 2), "accepted")]


def test_an_accepted_bead_by_the_other_part_of_a_sentence_is_in_the_way() -> None:
    parts = (Bead((2,), (2,), source_part=(0, 11)), Bead((2,), (4,), source_part=(12, 49)))
    start = act(state(parts), {"action": "accept", "key": key(state(parts).pair, parts[1])})
    with pytest.raises(ActionError, match="holds a part of these sentences"):
        act(start, {"action": "move", "side": "target", "sentence": 1, "key": key(start.pair, parts[0])})


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ({"action": "split", "key": "K0"}, "cannot be split; reject it"),
        ({"action": "split", "key": "K1", "side": "source", "sentence": 1}, "cannot be cut before sentence 2;"),
        ({"action": "split", "key": "L5"}, "lone sentence cannot be split"),
        ({"action": "merge", "keys": ["K0", "K0"]}, "with itself"),
        (
            {"action": "merge", "keys": ["K0", "K2"]},
            "sentences 1 and 5 of the source do not stand together; 2 is between",
        ),
        ({"action": "merge", "keys": ["K0", "L5"]}, "do not stand together"),
        (
            {"action": "move", "side": "source", "sentence": 0, "key": "K0"},
            "sentence 1 of the source stands there already",
        ),
        ({"action": "move", "side": "source", "sentence": 99, "key": "K0"}, "has sentences 1 to 6 only"),
        ({"action": "move", "side": "source", "sentence": -1, "key": "K0"}, "has sentences 1 to 6 only"),
        ({"action": "move", "side": "source", "sentence": 5, "key": "K0"}, "do not stand together"),
        ({"action": "unlink", "side": "source", "sentence": 5}, "sentence 6 of the source stands alone already"),
        ({"action": "link", "source": [0], "target": [5]}, "sentence 1 of the source stands in a bead"),
        ({"action": "link", "source": [], "target": [5]}, "no text in the source"),
        ({"action": "link", "source": [3], "target": [5]}, "no text in the source"),
        ({"action": "alone", "side": "source", "sentence": 3}, "no text in the source"),
        ({"action": "alone", "side": "source", "sentence": 77}, "has sentences 1 to 6 only"),
        ({"action": "reject", "key": "L5"}, "lone sentence is no link"),
        ({"action": "relation", "key": "L5", "relation": "overlapping"}, "has no relation"),
        ({"action": "relation", "key": "K0", "relation": "cousins"}, "no such relation"),
        ({"action": "note", "key": "K0", "note": "x" * 3000}, "2000 characters"),
        ({"action": "documents", "relation": "cousins"}, "no such relation"),
        ({"action": "accept", "key": "1-2:3-4"}, "no such bead"),
        ({"action": "accept", "key": "../../etc/passwd"}, "no such bead"),
        ({"action": "accept", "key": 7}, "no such action"),
        ({"action": "move", "side": "middle", "sentence": 0, "key": "K0"}, "no such action"),
        ({"action": "link", "source": ["0"], "target": [5]}, "no such action"),
        ({"action": ["accept"]}, "no such action"),
        ({}, "no such action"),
    ],
)
def test_what_is_impossible_is_told(action: dict[str, Any], why: str) -> None:
    start = state()
    names = {f"K{number}": key(start.pair, link) for number, link in enumerate(LINKS)} | {"L5": key_of(start, (5,), ())}

    def named(value: Any) -> Any:
        return [named(one) for one in value] if isinstance(value, list) else names.get(value, value)

    with pytest.raises(ActionError, match=why):
        act(start, {name: named(value) for name, value in action.items()})


def test_what_was_accepted_before_is_undecided_without_its_decision() -> None:
    start = state((replace(LINKS[0], decision="accepted", note="n", p=1.0),))
    bare = undecided(start.base)
    assert (bare.links[0].decision, bare.links[0].note) == ("", "")
    assert isnan(bare.links[0].p)


SENTENCES = st.integers(0, 5)
SIDES = st.sampled_from(["source", "target"])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["accept", "reject", "clear", "split"]), st.integers(0, 30)).map(
        lambda told: lambda keys: {"action": told[0], "key": keys[told[1] % len(keys)]}
    ),
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda told: lambda keys: {"action": "merge", "keys": [keys[one % len(keys)] for one in told]}
    ),
    st.tuples(SIDES, SENTENCES, st.integers(0, 30)).map(
        lambda told: (
            lambda keys: {"action": "move", "side": told[0], "sentence": told[1], "key": keys[told[2] % len(keys)]}
        )
    ),
    st.tuples(st.sampled_from(["unlink", "alone"]), SIDES, SENTENCES).map(
        lambda told: lambda keys: {"action": told[0], "side": told[1], "sentence": told[2]}
    ),
    st.tuples(st.lists(SENTENCES, max_size=3), st.lists(SENTENCES, max_size=3)).map(
        lambda told: lambda keys: {"action": "link", "source": told[0], "target": told[1]}
    ),
    st.tuples(st.sampled_from(["note", "relation"]), st.integers(0, 30)).map(
        lambda told: (
            lambda keys: {"action": told[0], "key": keys[told[1] % len(keys)], "note": "n", "relation": "overlapping"}
        )
    ),
)
BASES = st.sampled_from(
    [
        LINKS,
        (),
        (Bead((0, 1, 2), (0, 1)), Bead((4,), (2,)), Bead((5,), (4, 5))),
        (Bead((2,), (2,), source_part=(0, 11)), Bead((2,), (4,), source_part=(12, 49)), Bead((0,), (5,))),
    ]
)
RELATED = st.sampled_from([(), (Bead((5,), (5,), relation="related"),)])


@given(BASES, RELATED, st.lists(STEPS, max_size=12))
@settings(max_examples=300, deadline=None)
def test_whatever_is_done_no_character_is_linked_twice_and_all_can_be_undone(
    links: tuple[Bead, ...], related: tuple[Bead, ...], steps: list[Callable[[list[str]], dict[str, Any]]]
) -> None:
    start = state(links, related)
    history = History(start)
    for step in steps:
        present = history.state
        keys = [":".join(f"{first}-{last}" for first, last in where) for where in sorted(present.by_place)]
        try:
            history = history.then(act(present, step(keys)))
        except ActionError:
            continue
        _check(history.state)
    last = history.state
    while history.past:
        history = history.undo()
    assert history.state == start
    while history.undone:
        history = history.redo()
    assert history.state == last
    assert history.state.version == last.version


def _check(found: State) -> None:
    """No character in two links, every sentence somewhere, and the decisions come to the same state again."""
    pair = found.pair
    for side, text in enumerate((pair.source, pair.target)):
        held = [bead for bead in found.shown.beads if bead.is_link or bead.decision == "accepted"]
        spans = sorted(place(pair, bead)[side] for bead in held if bead.sides[side])
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert {i for bead in found.shown.beads for i in bead.sides[side]} == set(range(len(text)))
    settled = settle(found.base.pair, found.decisions)
    assert settled.stale == ()
    again = State(found.base, settled.pair.locks)
    assert again.version == found.version
    assert [(bead.sides, bead.decision) for bead in again.shown.links] == [
        (bead.sides, bead.decision) for bead in found.shown.links
    ]
