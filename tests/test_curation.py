"""Existing bitext: scored, filtered, repaired."""

from pathlib import Path

import pytest

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import repair, score, sift
from aligner.errors import GoldError, UnknownName
from aligner.pipeline import filter_bitext, read_bitext

LINES = [
    f"{a} {b} {c}" for a in ("rosso", "verde") for b in ("cane", "gatto", "lupo") for c in ("corre", "dorme", "salta")
]


def bitext(sources: list[str], targets: list[str]) -> Bitext:
    both = zip(sources, targets, strict=True)
    return Bitext(
        tuple(SegmentPair(source_text=s, target_text=t, source_lang="it", target_lang="en") for s, t in both), ""
    )


def texts(found: Bitext) -> list[tuple[str, str]]:
    return [(pair.source_text, pair.target_text) for pair in found.pairs]


def test_each_record_is_scored_and_one_with_an_empty_side_has_no_chance(embedder) -> None:
    found = score(bitext([*LINES, "solo"], [*LINES, ""]), lambda *_: embedder)
    assert texts(found) == texts(bitext([*LINES, "solo"], [*LINES, ""]))
    assert all(0 <= pair.p <= 1 for pair in found.pairs)
    assert (found.pairs[-1].p, found.pairs[-1].flags) == (0.0, ("empty_side",))


def test_what_is_kept_and_what_is_dropped_are_the_whole_bitext(embedder) -> None:
    given = bitext([*LINES, LINES[0], "x"], [*LINES, LINES[0], ""])
    kept, dropped = sift(given, lambda *_: embedder, min_p=0.1, drop=["near_duplicate"])
    assert sorted([*texts(kept), *((one.pair.source_text, one.pair.target_text) for one in dropped)]) == sorted(
        texts(given)
    )
    assert [one.reason for one in dropped][-2:] == ["near_duplicate", "min_p"]


def test_an_unshifted_bitext_stays_as_it_is(embedder) -> None:
    given = bitext(LINES, LINES)
    assert repair(given, lambda *_: embedder) == (given, ())


def test_nothing_is_lost_in_a_repair(embedder) -> None:
    shifted = [*LINES[:5], *LINES[6:14], "nuovo", *LINES[14:]]
    found, _ = repair(bitext(LINES, shifted), lambda *_: embedder)
    for side, lines in (("source_text", LINES), ("target_text", shifted)):
        words = " ".join(getattr(pair, side) for pair in found.pairs).split()
        assert words == " ".join(lines).split()


def test_two_columns_without_header_are_a_bitext(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("Piove.\tIt rains.\nSì.\tYes.\n", encoding="utf-8")
    found = read_bitext(file, ["it", "en"])
    assert texts(found) == [("Piove.", "It rains."), ("Sì.", "Yes.")]
    assert {(pair.source_lang, pair.target_lang) for pair in found.pairs} == {("it", "en")}


def test_a_line_that_is_no_pair_is_told(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("Piove.\tIt rains.\nSì.\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"pairs\.tsv:2: .*it has 1 cells"):
        read_bitext(file)


def test_an_unknown_flag_is_told_before_any_work() -> None:
    with pytest.raises(UnknownName, match="no such flag; choose of empty_side"):
        filter_bitext(Bitext((), ""), drop=["bad"])
