"""All that an evaluation tells: intervals, tests, documents, and how it is said."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.assessment import RESAMPLES, Assessment, assess, describe, summarise
from aligner.evaluation import DEFINITIONS, PRF, Names, score, score_documents
from aligner.writers.beads import read_beads

UNNAMED = ("", "")

Beads = dict[Names, list[Bead]]


def diagonal(n: int) -> list[Bead]:
    return [Bead((i,), (i,)) for i in range(n)]


def spoilt(gold: list[Bead], share: float, seed: int) -> list[Bead]:
    """Gold with this share of its links moved to the next target."""
    dice = random.Random(seed)
    return [Bead(bead.source, (bead.target[0] + 1,)) if dice.random() < share else bead for bead in gold]


def documents(n: int, size: int, share: float, seed: int) -> tuple[Beads, Beads]:
    gold = {(f"{number:03}", f"{number:03}"): diagonal(size) for number in range(n)}
    return {names: spoilt(beads, share, seed + i) for i, (names, beads) in enumerate(gold.items())}, gold


def width(assessment: Assessment) -> float:
    assert assessment.intervals
    ends = assessment.intervals["strict"].f1
    return ends.high - ends.low


def test_the_scores_are_those_of_evaluation_and_lie_in_their_intervals() -> None:
    gold = diagonal(400)
    predicted = spoilt(gold, 0.2, 1)
    found = assess({UNNAMED: predicted}, {UNNAMED: gold})
    assert found.scores == score(predicted, gold)
    assert found.intervals
    for name in DEFINITIONS:
        for figure in ("precision", "recall", "f1"):
            ends = getattr(found.intervals[name], figure)
            assert 0 <= ends.low < getattr(getattr(found.scores, name), figure) < ends.high <= 1


def test_more_beads_give_narrower_intervals() -> None:
    widths = [width(assess({UNNAMED: spoilt(diagonal(n), 0.2, 1)}, {UNNAMED: diagonal(n)})) for n in (100, 10_000)]
    assert 5 < widths[0] / widths[1] < 20


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(60):
        links = spoilt(diagonal(600), 0.1, seed)
        # Only links without a neighbour in error are independent; every other sentence is one.
        found = assess({UNNAMED: links[::2]}, {UNNAMED: diagonal(600)[::2]})
        assert found.intervals
        covered += found.intervals["strict"].precision.low <= 0.9 <= found.intervals["strict"].precision.high
    assert 51 <= covered <= 60


def test_mistakes_in_bursts_make_the_interval_wider() -> None:
    gold = diagonal(1000)
    scattered = [Bead(b.source, (b.target[0] + 1000,)) if b.source[0] % 10 == 0 else b for b in gold]
    in_bursts = [Bead(b.source, (b.target[0] + 1000,)) if b.source[0] % 100 < 10 else b for b in gold]
    widths = [width(assess({UNNAMED: predicted}, {UNNAMED: gold})) for predicted in (scattered, in_bursts)]
    assert widths[1] > 2 * widths[0]


def test_nothing_wrong_leaves_no_doubt() -> None:
    found = assess({UNNAMED: diagonal(50)}, {UNNAMED: diagonal(50)})
    assert found.intervals
    assert width(found) == 0
    assert found.mistakes == ((),)


def test_too_few_units_have_no_interval() -> None:
    found = assess({UNNAMED: diagonal(3)}, {UNNAMED: diagonal(3)}, {UNNAMED: diagonal(2)})
    assert found.intervals is None
    assert found.against
    assert found.against.gains["strict"].interval is found.against.gains["strict"].p is None
    assert "no intervals: 3 blocks" in summarise(found)


def test_many_documents_are_resampled_whole() -> None:
    few, many = (assess(*documents(n, 20, 0.2, 1)) for n in (9, 10))
    assert (few.resampling.kind, many.resampling.kind, many.resampling.n_units) == ("blocks", "documents", 10)


def test_macro_is_the_mean_over_the_documents_that_have_links() -> None:
    gold = {("a", "a"): diagonal(1), ("b", "b"): diagonal(3), ("c", "c"): [Bead((0,), ())]}
    predicted = {("a", "a"): diagonal(1), ("b", "b"): [Bead((0,), (1,))] * 3, ("c", "c"): []}
    found = assess(predicted, gold)
    assert found.scores.strict == PRF(0.25, 0.25, 0.25)
    assert found.macro["strict"] == PRF(0.5, 0.5, 0.5)
    assert [document.source_doc for document in found.documents] == ["a", "b", "c"]
    assert found.documents[1].scores == score(predicted["b", "b"], gold["b", "b"])


def test_the_order_of_documents_changes_nothing() -> None:
    predicted, gold = documents(12, 15, 0.3, 5)
    turned = [dict(reversed(beads.items())) for beads in (predicted, gold)]
    assert assess(*turned, predicted) == assess(predicted, gold, predicted)


def test_a_repeated_assessment_is_the_same() -> None:
    predicted, gold = documents(2, 100, 0.3, 5)
    assert assess(predicted, gold, gold) == assess(predicted, gold, gold)


# --- two systems


def test_a_clear_gain_is_significant_and_lies_in_its_interval() -> None:
    gold = diagonal(500)
    better, worse = {UNNAMED: spoilt(gold, 0.05, 1)}, {UNNAMED: spoilt(gold, 0.3, 2)}
    found = assess(better, {UNNAMED: gold}, worse).against
    assert found
    gain = found.gains["strict"]
    assert found.scores == score(worse[UNNAMED], gold)
    assert gain.difference == pytest.approx(score(better[UNNAMED], gold).strict.f1 - found.scores.strict.f1)
    assert gain.interval
    assert 0 < gain.interval.low < gain.difference < gain.interval.high
    assert gain.p == pytest.approx(1 / (RESAMPLES + 1))


def test_a_system_against_itself_gains_nothing() -> None:
    predicted = {UNNAMED: spoilt(diagonal(200), 0.2, 1)}
    found = assess(predicted, {UNNAMED: diagonal(200)}, predicted).against
    assert found
    for gain in found.gains.values():
        assert gain.interval
        assert (gain.difference, gain.interval.low, gain.interval.high, gain.p) == (0, 0, 0, 1)


def test_the_two_systems_may_change_places() -> None:
    gold = {UNNAMED: diagonal(300)}
    one, other = ({UNNAMED: spoilt(gold[UNNAMED], 0.2, seed)} for seed in (1, 2))
    there, back = assess(one, gold, other).against, assess(other, gold, one).against
    assert there
    assert back
    assert there.gains["strict"].difference == -back.gains["strict"].difference
    assert there.gains["strict"].p == back.gains["strict"].p


def test_another_system_does_not_move_our_own_intervals() -> None:
    gold = {UNNAMED: diagonal(300)}
    one, other = ({UNNAMED: spoilt(gold[UNNAMED], 0.2, seed)} for seed in (1, 2))
    assert assess(one, gold, other).intervals == assess(one, gold).intervals


# --- as text and JSON


def test_json_holds_everything_and_no_nan() -> None:
    predicted, gold = documents(3, 20, 0.3, 5)
    found = assess(predicted, gold, gold)
    told = json.loads(json.dumps(describe(found), allow_nan=False))
    assert told["strict"]["f1"] == found.scores.strict.f1
    assert told["n_gold"] == 60
    assert set(DEFINITIONS) <= told.keys()
    assert set(DEFINITIONS) == told["macro"].keys() == told["intervals"].keys()
    assert told["against"]["gains"]["strict"]["p"] < 0.01
    assert [document["source_doc"] for document in told["documents"]] == ["000", "001", "002"]
    assert sum(kind["n_gold"] for kind in told["kinds"]) == 60
    first = found.mistakes[0][0]
    assert told["mistakes"][0] == {
        "source_doc": "000",
        "target_doc": "000",
        "kind": first.kind,
        "predicted": [[list(bead.source), list(bead.target)] for bead in first.predicted],
        "gold": [[list(bead.source), list(bead.target)] for bead in first.gold],
    }
    assert told["resampling"]["seed"] == 2


def test_the_summary_names_each_definition_and_shows_nulls_where_they_count() -> None:
    gold = [*diagonal(30), Bead((30,), ())]
    plain = summarise(assess({UNNAMED: diagonal(30)}, {UNNAMED: gold}))
    with_nulls = summarise(assess({UNNAMED: [*diagonal(30), Bead((), (40,))]}, {UNNAMED: gold}))
    assert [line.split("  ")[0] for line in plain.splitlines()[1:4]] == ["strict", "lax, Vecalign", "lax, SentAlign"]
    assert "nulls too" not in plain
    assert "strict, nulls too" in with_nulls
    (of_nulls,) = (line for line in plain.splitlines() if line.startswith("1-0"))
    assert of_nulls.split() == ["1-0", "1", "0", "0", "-", "0.0000", "-"]


def test_another_system_is_compared_by_nulls_only_where_both_hold_them() -> None:
    gold = {UNNAMED: [*diagonal(30), Bead((30,), ())]}
    with_nulls, without = {UNNAMED: [*diagonal(29), Bead((), (40,))]}, {UNNAMED: diagonal(29)}
    for ours, theirs, n_rows in ((with_nulls, without, 1), (without, with_nulls, 0), (with_nulls, with_nulls, 2)):
        assert summarise(assess(ours, gold, theirs)).count("strict, nulls too") == n_rows


def test_the_summary_tells_of_documents_that_only_one_side_holds() -> None:
    predicted, gold = documents(4, 20, 0.1, 5)
    del predicted["000", "000"], gold["003", "003"]
    assert "mean of 4 documents, 1 without predicted links, 1 without gold links" in summarise(assess(predicted, gold))


LISTS = st.lists(st.tuples(*[st.lists(st.integers(0, 8), max_size=3)] * 2), max_size=10)


@settings(max_examples=30)
@given(LISTS, LISTS, LISTS)
def test_any_beads_can_be_assessed(
    ours: list[tuple[list[int], list[int]]],
    right: list[tuple[list[int], list[int]]],
    theirs: list[tuple[list[int], list[int]]],
) -> None:
    lists = ours, right, theirs
    predicted, gold, other = ([Bead(tuple(source), tuple(target)) for source, target in links] for links in lists)
    found = assess({UNNAMED: predicted}, {UNNAMED: gold}, {UNNAMED: other})
    assert found.scores == score(predicted, gold)
    assert summarise(found)
    json.dumps(describe(found), allow_nan=False)


@pytest.mark.shared
def test_real_documents_come_to_what_they_are_one_by_one(shared: Path) -> None:
    folder = shared / "data" / "block" / "pinocchio-it-en"
    gold = read_beads(folder)
    assert len(gold) == 12
    predicted = {names: beads[::2] for names, beads in gold.items()}
    found = assess(predicted, gold)
    assert found.resampling.kind == "documents"
    assert found.scores == score_documents((predicted[names], gold[names]) for names in gold)
    assert found.scores.strict.precision == 1.0
