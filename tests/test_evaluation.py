"""Beads against gold, compared with the reference scorer and with figures counted by hand."""

import importlib.util
import random
import time
from dataclasses import astuple
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.errors import GoldError
from aligner.evaluation import (
    COUNTS,
    DEFINITIONS,
    PRF,
    KindScores,
    Scores,
    evaluate,
    kinds,
    match,
    score,
    score_documents,
)
from aligner.evaluation import (
    figures as figures_of,
)
from aligner.writers.beads import read_beads

UNNAMED = ("", "")


def beads(*links: tuple[list[int], list[int]]) -> list[Bead]:
    return [Bead(tuple(source), tuple(target)) for source, target in links]


@cache
def reference(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_score", shared / "data" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(scores: Scores) -> list[float]:
    return [*astuple(scores.strict), *astuple(scores.lax), scores.inside, scores.covered]


def their_figures(scores: dict[str, Any]) -> list[float]:
    return [*scores["strict"], *scores["lax"], scores["inside"], scores["covered"]]


def perturb(gold: list[Bead], dice: random.Random) -> list[Bead]:
    """Gold with some links lost, some joined with the next, some moved by one."""
    made: list[Bead] = []
    for bead in gold:
        fate = dice.random()
        if fate < 0.1:
            continue
        if fate < 0.2 and made:
            last = made.pop()
            made.append(Bead(last.source + bead.source, last.target + bead.target))
        elif fate < 0.3:
            made.append(Bead(bead.source, tuple(j + 1 for j in bead.target)))
        elif fate < 0.4:
            made.append(Bead(bead.source[:1], bead.target[-1:]))
        else:
            made.append(bead)
    return made


def test_scores_counted_by_hand() -> None:
    gold = beads(([0], [0]), ([1, 2], [1]), ([3], [2]), ([4], []), ([5], [4]))
    predicted = beads(([0], [0]), ([1], [1]), ([2], []), ([3], [3]), ([], [2]))
    # Links: 4 in gold, 3 predicted. Same: 0-0. Overlap: 0-0 and 1-1, each with one link of gold.
    assert score(predicted, gold) == Scores(
        strict=PRF(1 / 3, 1 / 4, 2 * (1 / 3) * (1 / 4) / (1 / 3 + 1 / 4)),
        lax=PRF(2 / 3, 2 / 4, 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4)),
        # Two links are laxly right, three of gold are lost: 2 / (2 + 3).
        lax_sentalign=PRF(2 / 3, 2 / 5, 2 * (2 / 3) * (2 / 5) / (2 / 3 + 2 / 5)),
        # Neither of the two predicted nulls is in gold.
        strict_nulls=PRF(1 / 5, 1 / 4, 2 * (1 / 5) * (1 / 4) / (1 / 5 + 1 / 4)),
        lax_nulls=PRF(2 / 5, 2 / 4, 2 * (2 / 5) * (2 / 4) / (2 / 5 + 2 / 4)),
        inside=2 / 3,
        covered=2 / 4,
        n_predicted=3,
        n_gold=4,
    )


def test_gold_against_itself_is_perfect() -> None:
    gold = beads(([0], [0]), ([1, 2], [1]), ([3], []))
    scores = score(gold, gold)
    assert scores.strict == scores.lax == PRF(1.0, 1.0, 1.0)
    assert scores.inside == scores.covered == 1.0


def test_links_that_share_nothing_score_zero() -> None:
    scores = score(beads(([0], [1]), ([1], [0])), beads(([0], [0]), ([1], [1])))
    assert scores.strict == scores.lax == PRF(0.0, 0.0, 0.0)
    assert scores.inside == scores.covered == 0.0


@pytest.mark.parametrize("predicted", [[], beads(([0], [])), beads(([0], [0]))])
@pytest.mark.parametrize("gold", [[], beads(([], [0]))])
def test_nothing_in_gold_scores_zero_and_does_not_divide_by_it(predicted: list[Bead], gold: list[Bead]) -> None:
    assert score(predicted, gold).strict == PRF(0.0, 0.0, 0.0)
    assert score(gold, predicted).lax == PRF(0.0, 0.0, 0.0)


def test_lax_wants_a_source_and_a_target_of_the_same_gold_link() -> None:
    gold = beads(([0], [0]), ([1], [1]))
    assert score(beads(([0], [1])), gold).lax.precision == 0.0
    assert score(beads(([0, 1], [1, 2])), gold).lax == PRF(1.0, 0.5, 2 / 3)


def test_a_link_that_reaches_over_two_gold_links_is_inside_neither() -> None:
    gold = beads(([0, 1], [0]), ([2], [1]))
    assert score(beads(([0], [0]), ([1, 2], [0, 1])), gold).inside == 0.5


def test_documents_are_summed_link_by_link() -> None:
    right, wrong = beads(([0], [0])), beads(([0], [1]), ([1], [0]), ([2], [3]))
    gold = beads(([0], [0]), ([1], [1]), ([2], [2]))
    scores = score_documents([(right, right), (wrong, gold)])
    assert scores.strict == PRF(0.25, 0.25, 0.25)
    assert (scores.n_predicted, scores.n_gold) == (4, 4)


def test_one_pair_against_one_is_compared_whatever_its_names() -> None:
    right = beads(([0], [0]))
    assert evaluate({("it/a", "en/a"): right}, {UNNAMED: right}).strict.f1 == 1.0
    assert evaluate({}, {UNNAMED: right}).strict.f1 == 0.0


def test_several_pairs_are_matched_by_name_and_one_without_a_match_scores_zero() -> None:
    right = beads(([0], [0]))
    scores = evaluate({("a", "b"): right, ("c", "d"): right}, {("c", "d"): right, ("e", "f"): right})
    assert scores.strict == PRF(0.5, 0.5, 0.5)


def test_several_pairs_of_which_no_name_matches_are_refused() -> None:
    right = beads(([0], [0]))
    with pytest.raises(GoldError, match="evaluate one pair at a time"):
        evaluate({("a", "b"): right, ("c", "d"): right}, {UNNAMED: right})


@pytest.mark.shared
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # theirs
def test_real_gold_scores_as_the_reference_scorer_says(shared: Path, tmp_path: Path) -> None:
    theirs = reference(shared)
    dice = random.Random(7)
    files = sorted((shared / "data" / "block").glob("*/*.gold"))[::9]
    assert len(files) > 10
    for path in files:
        gold = read_beads(path)
        predicted = perturb(gold.get(UNNAMED, []), dice)
        written = tmp_path / "predicted"
        written.write_text("".join(f"{list(b.source)}:{list(b.target)}:0.5\n" for b in predicted))
        expected = theirs.score(theirs.read(path), theirs.read(written))
        assert figures(evaluate(read_beads(written), gold)) == pytest.approx(their_figures(expected)), path


LINKS = st.lists(st.tuples(*[st.lists(st.integers(0, 5), max_size=3)] * 2), max_size=6)


@pytest.mark.shared
@given(LINKS, LINKS)
def test_any_links_score_as_the_reference_scorer_says(
    shared: Path, predicted: list[tuple[list[int], list[int]]], gold: list[tuple[list[int], list[int]]]
) -> None:
    def tuples(links: list[tuple[list[int], list[int]]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        return [(tuple(source), tuple(target)) for source, target in links]

    expected = reference(shared).score(tuples(gold), tuples(predicted))
    assert figures(score(beads(*predicted), beads(*gold))) == pytest.approx(their_figures(expected))


def test_a_hundred_thousand_beads_are_scored_in_seconds() -> None:
    gold = [Bead((2 * i, 2 * i + 1), (i,)) for i in range(100_000)]
    predicted = [Bead((2 * i, 2 * i + 1), (i + i % 2,)) for i in range(100_000)]
    start = time.perf_counter()
    assert score(predicted, gold).strict.precision == 0.5
    assert time.perf_counter() - start < 20


# --- the published definitions beside each other

PUBLISHED = {
    # ../shared/design/field.md, section 2.4: outputs of Vecalign, scored by both; there the second kept null beads.
    "EN-IT": (0.954, 0.996, 0.972),
    "ES-IT": (0.863, 0.969, 0.921),
    "FR-IT": (0.660, 0.940, 0.833),
    "DE-IT": (0.702, 0.951, 0.848),
    "HU-IT": (0.900, 0.996, 0.955),
}


def by_definition(**counted: int) -> dict[str, list[float]]:
    counts = np.array([counted.get(name, 0) for name in COUNTS])
    return dict(zip(DEFINITIONS, figures_of(counts).tolist(), strict=True))


@pytest.mark.parametrize("pair", PUBLISHED)
def test_the_two_lax_figures_lie_apart_as_they_were_found_to(pair: str) -> None:
    strict, lax, lax_sentalign = PUBLISHED[pair]
    same, touched = round(10_000 * strict), round(10_000 * lax)
    found = by_definition(predicted=10_000, gold=10_000, same=same, found=same, lax_predicted=touched, lax_gold=touched)
    assert found["strict"][2] == pytest.approx(strict)
    assert found["lax"][2] == pytest.approx(lax)
    assert found["lax_sentalign"][2] == pytest.approx(lax_sentalign, abs=0.01)


def test_the_figures_that_sentalign_publishes_for_its_text_berg_follow_from_each_other() -> None:
    n_gold, n_predicted, same = 1000, 1000 * 0.929 / 0.935, 929
    found = by_definition(
        predicted=round(n_predicted),
        gold=n_gold,
        same=same,
        found=same,
        lax_predicted=round(0.998 * n_predicted),
    )
    assert found["strict"] == pytest.approx([0.935, 0.929, 0.932], abs=1e-3)
    assert found["lax_sentalign"] == pytest.approx([0.998, 0.933, 0.964], abs=1e-3)


def test_links_that_are_only_cut_elsewhere_cost_nothing_lax_but_much_by_sentalign() -> None:
    gold = [Bead((2 * i, 2 * i + 1), (i,)) for i in range(500)]
    cut = [bead for i, bead in enumerate(gold) if i % 10]
    cut += [Bead((2 * i + half,), (i,)) for i in range(0, 500, 10) for half in (0, 1)]
    scores = score(cut, gold)
    assert scores.lax == PRF(1.0, 1.0, 1.0)
    assert scores.strict.recall == 0.9
    assert 0.024 < scores.lax.f1 - scores.lax_sentalign.f1 < 0.107


def test_beads_with_an_empty_side_count_only_where_their_definition_says_so() -> None:
    gold = beads(([0], [0]), ([1], []), ([], [1]))
    predicted = beads(([0], [0]), ([1], []), ([2], []), ([], [2]))
    scores = score(predicted, gold)
    assert scores.strict == scores.lax == scores.lax_sentalign == PRF(1.0, 1.0, 1.0)
    assert scores.strict_nulls == scores.lax_nulls == PRF(0.5, 1.0, 2 / 3)


def test_sentalign_loses_a_gold_link_once_however_often_it_is_predicted() -> None:
    gold = beads(([0], [0]), ([1], [1]))
    assert score([*gold, *gold], gold).lax_sentalign == PRF(1.0, 1.0, 1.0)


Sides = set[tuple[tuple[int, ...], tuple[int, ...]]]
DISTINCT = st.sets(st.tuples(*[st.lists(st.integers(0, 5), max_size=3, unique=True).map(tuple)] * 2), max_size=6)


def naive(right: int, n: int) -> float:
    return right / n if n else 0.0


@given(DISTINCT, DISTINCT)
def test_the_other_definitions_are_what_their_authors_say(predicted: Sides, gold: Sides) -> None:
    def lax(some: Sides, others: Sides) -> Sides:
        return {(a, b) for a, b in some if any(set(a) & set(c) and set(b) & set(d) for c, d in others)}

    links, right = ({(a, b) for a, b in sides if a and b} for sides in (predicted, gold))
    beads = {(a, b) for a, b in predicted if a or b}
    touching, lost = len(lax(links, right)), len(right - links)
    scores = score(*([Bead(*sides) for sides in some] for some in (predicted, gold)))
    assert scores.lax_sentalign.precision == naive(touching, len(links))
    assert scores.lax_sentalign.recall == naive(touching, touching + lost)
    assert scores.strict_nulls.precision == naive(len(beads & gold), len(beads))
    assert scores.strict_nulls.recall == naive(len(links & right), len(right))
    assert scores.lax_nulls.precision == naive(len(lax(beads, right) | (beads & gold)), len(beads))
    assert scores.lax_nulls.recall == naive(len(lax(right, links)), len(right))


@given(LINKS, LINKS)
def test_figures_do_not_change_when_source_and_target_change_places(
    predicted: list[tuple[list[int], list[int]]], gold: list[tuple[list[int], list[int]]]
) -> None:
    swapped = [beads(*((target, source) for source, target in links)) for links in (predicted, gold)]
    assert score(*swapped) == score(beads(*predicted), beads(*gold))


# --- types of beads


def test_types_are_counted_by_hand() -> None:
    gold = beads(([0], [0]), ([1, 2], [1]), ([3], []), ([], [2]), ([4, 5, 6], [3]), ([7], [4]))
    predicted = beads(([0], [0]), ([1], [1]), ([2], []), ([], [2]), ([4, 5, 6], [3]), ([7], [5]))
    third, half = PRF(1 / 3, 1 / 2, 2 / 5), PRF(0.0, 0.0, 0.0)
    assert kinds([(predicted, gold)]) == (
        KindScores("0-1", 1, 1, 1, PRF(1.0, 1.0, 1.0)),
        KindScores("1-0", 1, 1, 0, half),
        KindScores("1-1", 2, 3, 1, PRF(*map(pytest.approx, (third.precision, third.recall, third.f1)))),
        KindScores("2-1", 1, 0, 0, half),
        KindScores("many", 1, 1, 1, PRF(1.0, 1.0, 1.0)),
    )


def test_a_bead_that_is_predicted_twice_is_right_once() -> None:
    right = beads(([0], [0]))
    (kind,) = kinds([(right * 3, right)])
    assert (kind.n_gold, kind.n_predicted, kind.n_right) == (1, 3, 1)


@given(LINKS, LINKS)
def test_all_types_together_are_all_beads(
    predicted: list[tuple[list[int], list[int]]], gold: list[tuple[list[int], list[int]]]
) -> None:
    found = kinds([(beads(*predicted), beads(*gold))])
    assert sum(kind.n_predicted for kind in found) == len(predicted)
    assert sum(kind.n_gold for kind in found) == len(gold)


# --- documents by their names


def test_documents_come_in_name_order_each_with_what_every_side_holds() -> None:
    one, other = beads(([0], [0])), beads(([1], [1]))
    found = match({("b", "b"): one, ("a", "a"): other}, {("b", "b"): other}, {("c", "c"): one, ("a", "a"): one})
    assert found == {("a", "a"): [other, (), one], ("b", "b"): [one, other, ()], ("c", "c"): [(), (), one]}
    assert list(found) == [("a", "a"), ("b", "b"), ("c", "c")]


def test_every_system_must_have_a_name_in_common_with_gold() -> None:
    right = beads(([0], [0]))
    gold = {("a", "a"): right, ("b", "b"): right}
    with pytest.raises(GoldError, match="none of its document pairs"):
        match(gold, gold, {("x", "x"): right, ("y", "y"): right})
