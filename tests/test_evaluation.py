"""Beads against gold, compared with the reference scorer and with figures counted by hand."""

import importlib.util
import random
import time
from dataclasses import astuple
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.errors import GoldError
from aligner.evaluation import PRF, Scores, evaluate, score, score_documents
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
