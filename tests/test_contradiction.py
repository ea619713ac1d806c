"""Contradictions: labelled pairs as news write them; the second text is English."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from aligner.evidence import gather, mentions
from aligner.evidence.outcomes import oppose

PAIRS: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
"""By what is told of them: ``conflict``, ``none``, and ``missed``, conflicts that are not seen yet."""
with (Path(__file__).parent / "data" / "contradictions.tsv").open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
        PAIRS[row["told"]].append((row["lang"], row["text"], row["english"]))


def n_conflicts(lang: str, source: str, target: str) -> int:
    return len(gather(source, target, lang, "en").conflicts)


@pytest.mark.parametrize(("lang", "source", "target"), PAIRS["conflict"])
def test_a_fact_that_differs_is_a_conflict(lang: str, source: str, target: str) -> None:
    assert n_conflicts(lang, source, target) >= 1


@pytest.mark.parametrize(("lang", "source", "target"), PAIRS["none"])
def test_the_same_or_other_facts_are_none(lang: str, source: str, target: str) -> None:
    assert n_conflicts(lang, source, target) == 0


@pytest.mark.xfail(strict=True, reason="words that no table opposes, names that are not tied, persons")
@pytest.mark.parametrize(("lang", "source", "target"), PAIRS["missed"])
def test_a_fact_that_differs_is_a_conflict_which_is_not_seen_yet(lang: str, source: str, target: str) -> None:
    assert n_conflicts(lang, source, target) >= 1


def test_a_conflict_says_what_each_side_states() -> None:
    (tie,) = gather("I prezzi salgono.", "Prices fall.", "it", "en").conflicts
    assert (tie.kind, tie.source_value, tie.target_value, tie.source_span) == ("outcome", "rose", "fell", (9, 16))


def test_winner_and_loser_that_changed_places_are_names() -> None:
    (tie,) = gather("L'Argentina batte la Francia.", "France beats Argentina.", "it", "en").conflicts
    assert (tie.kind, tie.source_value, tie.target_value) == ("name", "AR", "FR")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("She won.", ["won"]),
        ("She has not won.", ["not won"]),
        ("She not only won, she triumphed.", ["won", "won"]),
        ("She may win.", []),
        ("Not on any of these days did she ever win.", []),
    ],
)
def test_a_negation_turns_an_outcome_and_doubt_drops_it(text: str, values: list[str]) -> None:
    assert [mention.value for mention in mentions(text, "en") if mention.kind == "outcome"] == values


@pytest.mark.parametrize(
    ("one", "other", "opposed"),
    [
        ("won", "lost", True),
        ("won", "not won", True),
        ("beat", "lost", True),
        ("beat", "won", False),
        ("not won", "lost", False),
        ("not won", "not lost", False),
        ("won", "dead", False),
    ],
)
def test_two_outcomes_oppose_where_they_cannot_both_be(one: str, other: str, opposed: bool) -> None:
    assert oppose(one, other) is oppose(other, one) is opposed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("between 20 and 30 people", "20..30"),
        ("half of the voters", "~50 %"),
        ("on Tuesday", "-W-2"),
        ("the second term", "2"),
        ("aged 69", "69 year"),
    ],
)
def test_figures_are_written_in_one_notation(text: str, value: str) -> None:
    assert value in [mention.value for mention in mentions(text, "en")]


@pytest.mark.parametrize(
    ("source", "target"), [("8 km", "5 miles"), ("due giorni", "48 hours"), ("10 kg", "22 pounds")]
)
def test_units_that_convert_agree(source: str, target: str) -> None:
    assert [tie.kind for tie in gather(source, target, "it", "en").shared] == ["quantity"]
