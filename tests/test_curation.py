"""Existing bitext: scored, filtered, repaired."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from aligner.bitext import Bitext, SegmentPair
from aligner.curation import repair, score, sift
from aligner.errors import GoldError, UnknownName
from aligner.pipeline import filter_bitext, read_bitext, repair_bitext, score_bitext
from aligner.writers.beads import read_beads

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


@pytest.mark.parametrize(
    "lines",
    [
        ["a\tb", "\t", "", "c\td"],
        ["\t", "a\tb", "\t", "c\td"],
        ["source_text\ttarget_text", "a\tb", "\t", " \t", "c\td"],
        [f'{{"source_text": "{side}", "target_text": ""}}' for side in "a  b"],
        ["\t", "\t", "\t", "\t"],
    ],
)
def test_a_record_of_two_blank_sides_is_not_lost(lines: list[str], tmp_path: Path) -> None:
    file = tmp_path / "pairs.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = read_bitext(file, ("it", "en"))
    kept, dropped = filter_bitext(given, min_p=0.5, encoder="use")
    assert len(given) == len(kept) + len(dropped) == 4


@pytest.mark.parametrize("p", ["1.5", "-0.1", "Infinity"])
@pytest.mark.parametrize(
    "form", ['{{"source_text": "a", "target_text": "b", "p": {}}}', "source_text\ttarget_text\tp\na\tb\t{}"]
)
def test_a_probability_that_is_none_is_told_with_its_line(form: str, p: str, tmp_path: Path) -> None:
    file = tmp_path / "pairs.txt"
    file.write_text(form.format(p), encoding="utf-8")
    found = read_bitext(file)
    assert found.pairs == ()
    (problem,) = map(str, found.problems)
    assert re.search(rf"pairs\.txt:{form.count(chr(10)) + 1}: .* its p .* 0 to 1", problem)


def test_beads_without_their_texts_are_told_the_options(tmp_path: Path) -> None:
    file = tmp_path / "a.vecalign"
    file.write_text("[0]:[0]:0.9\n", encoding="utf-8")
    with pytest.raises(GoldError, match="with --source and --target"):
        score_bitext(read_bitext(file))


def test_a_line_that_is_no_pair_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("Piove.\tIt rains.\nSì.\n", encoding="utf-8")
    found = read_bitext(file)
    assert [pair.target_text for pair in found.pairs] == ["It rains."]
    assert re.search(r"pairs\.tsv:2: .*it has 1 cells", str(found.problems[0]))


def test_an_unknown_flag_is_told_before_any_work() -> None:
    with pytest.raises(UnknownName, match="no such flag; choose of empty_side"):
        filter_bitext(Bitext((), ""), drop=["bad"])


@pytest.fixture(scope="module")
def translated() -> Bitext:
    """Our own text and its translation, sentence by sentence, with what a record can hold."""
    gold = Path(__file__).parent / "gold"
    sides = [(gold / f"partenariato-1995.{lang}.lines").read_text(encoding="utf-8").splitlines() for lang in LANGS]
    (beads,) = read_beads(gold / "partenariato-1995.gold").values()
    links = [(*bead.source, *bead.target) for bead in beads if bead.kind == "1-1"]
    given = bitext([sides[0][i] for i, _ in links], [sides[1][j] for _, j in links])
    held = zip(given.pairs, links, strict=True)
    return replace(
        given, pairs=tuple(replace(pair, source_sentences=(i,), target_sentences=(j,)) for pair, (i, j) in held)
    )


LANGS = "it", "en"


def shifted(given: Bitext, order: list[int | None]) -> Bitext:
    """The same sources with the targets of these records, or none."""
    pairs = given.pairs
    return replace(
        given,
        pairs=tuple(
            replace(pair, target_text="", target_sentences=())
            if other is None
            else replace(pair, target_text=pairs[other].target_text, target_sentences=pairs[other].target_sentences)
            for pair, other in zip(pairs, order, strict=True)
        ),
    )


DROPPED = [*range(5), *range(6, 14), None, *range(14, 19)]
SWAPPED = [*range(5), 6, 5, *range(7, 19)]
NEVER_CLOSED = [*range(5), *range(6, 19), None]


@pytest.mark.parametrize(
    ("order", "shift", "n_alone"), [(DROPPED, -1, 1), (SWAPPED, 1, 0), (NEVER_CLOSED, -1, 1)], ids=str
)
def test_a_shift_is_told_and_mended(translated: Bitext, order: list[int | None], shift: int, n_alone: int) -> None:
    found, (one,) = repair_bitext(shifted(translated, order))
    assert one.shift == shift
    assert one.p_before < 0.1 < 0.9 < one.p_after
    alone = [pair for pair in found.pairs if not pair.target_text]
    assert len(alone) == n_alone
    expected = [pair for n, pair in enumerate(translated.pairs) if n in order]
    linked = [pair for pair in found.pairs if pair.target_text]
    assert texts(replace(found, pairs=tuple(linked))) == texts(replace(found, pairs=tuple(expected)))
    assert [pair.target_sentences for pair in linked] == [pair.target_sentences for pair in expected]


def test_new_records_are_scored_and_the_others_are_the_very_same(translated: Bitext) -> None:
    broken = [replace(pair, source_text=pair.source_text.replace(" ", "\n", 1)) for pair in translated.pairs]
    given = shifted(replace(translated, pairs=(*broken[:18], replace(broken[18], margin=7.0))), SWAPPED)
    found, _ = repair_bitext(given)
    assert [n for n, pair in enumerate(found.pairs) if pair is not given.pairs[n]] == [5, 6]
    assert [(pair.p > 0.9, pair.method) for pair in found.pairs[5:7]] == [(True, "monotone")] * 2
    assert any(pair.evidence for pair in found.pairs[5:7])
    assert all("\n" in pair.source_text for pair in found.pairs)


def test_records_of_two_blank_sides_stay_where_they_are(translated: Bitext) -> None:
    blank = SegmentPair(source_text=" ", source_lang="it", target_lang="en")
    given = shifted(translated, DROPPED)
    found, _ = repair_bitext(replace(given, pairs=(*given.pairs[:9], blank, *given.pairs[9:])))
    place = found.pairs.index(blank)
    assert found.pairs[place - 1].source_text == given.pairs[8].source_text
    assert found.pairs[place + 1].source_text == given.pairs[9].source_text


def test_a_translation_is_probable_and_a_shifted_line_is_not(translated: Bitext) -> None:
    assert min(pair.p for pair in score_bitext(translated).pairs) > 0.5
    assert max(pair.p for pair in score_bitext(shifted(translated, [*range(1, 19), 0])).pairs) < 0.5


def test_of_two_cuts_the_larger_counts() -> None:
    given = Bitext(tuple(SegmentPair(source_text="a", target_text="b", p=p) for p in (0.95, 0.8, 0.6, 0.1)), "")

    def kept(**cuts: float) -> list[float]:
        return [pair.p for pair in filter_bitext(given, **cuts)[0].pairs]

    assert kept() == [0.95, 0.8, 0.6]
    assert kept(min_p=0.9, min_precision=0.7) == kept(min_p=0.9) == [0.95]
    assert kept(min_p=0.1, min_precision=0.85) == kept(min_precision=0.85) == [0.95, 0.8]


def test_the_least_precision_sets_the_cut(translated: Bitext) -> None:
    values = [1.0, 0.9, 0.8, 0.2]
    given = replace(translated, pairs=tuple(replace(translated.pairs[n], p=p) for n, p in enumerate(values)))
    kept, dropped = filter_bitext(given, min_precision=0.9)
    assert [pair.p for pair in kept.pairs] == [1.0, 0.9, 0.8]
    assert [(one.pair.p, one.reason) for one in dropped] == [(0.2, "min_p")]
