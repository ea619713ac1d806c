"""Seeds: read as their README says, and followed into what states them, not into what is merely on their topic."""

from pathlib import Path

import pytest
from conftest import document

from aligner import encoders
from aligner.corpus import read_document
from aligner.embedding import Embedder
from aligner.errors import SeedError
from aligner.seeds import RIVAL, Comparisons, Seed, Sighting, follow_seeds, read_seeds

ROOT = Path(__file__).resolve().parent.parent
GOOD = '[[fact]]\nid = "a-1"\ntitle = "A"\n[fact.phrasings]\nit = ["Uno."]\n'
GOLDEN = {"staff-exercise-2013": 0.8271, "dialogue-parity": 0.3174, "mines-2007": 0.0015}


@pytest.fixture(scope="module")
def use() -> list[Embedder]:
    return [Embedder(encoders.load("use"))]


def follow(document_: object, use: list[Embedder]) -> dict[str, Sighting]:
    found = follow_seeds(read_seeds(ROOT / "seeds"), [document_], use)
    return {one.seed: one for one in sorted(found, key=lambda one: one.p)}


def test_the_seeds_of_a_file_and_of_its_folder_are_the_same() -> None:
    seeds = read_seeds(ROOT / "seeds" / "belarus-nato.toml")
    assert read_seeds(ROOT / "seeds") == seeds
    assert len(seeds) == 16
    assert set(seeds[0].phrasings) == {"it", "en"}


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(GOOD, encoding="utf-8-sig")
    assert [seed.id for seed in read_seeds(tmp_path)] == ["a-1"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "holds no fact"),
        ("fact", "is no TOML"),
        (GOOD + "note = 1\n", "'note'"),
        (f"facts = 1\n{GOOD}", "unknown key 'facts'"),
        (GOOD.replace("title", "tittle"), "unknown key 'tittle'"),
        (GOOD.replace("a-1", "A 1"), "fact 1 has the id 'A 1'"),
        (GOOD.replace('title = "A"\n', ""), "'a-1' has no title"),
        (GOOD + GOOD, "'a-1' stands in"),
        (GOOD.replace('it = ["Uno."]\n', ""), "'a-1' has no phrasings"),
        (GOOD.replace('["Uno."]', "[]"), "no list of sentences for 'it'"),
        (GOOD.replace('["Uno."]', '"Uno."'), "no list of sentences for 'it'"),
        (GOOD.replace("it =", "nowhere ="), "'nowhere'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_name(content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SeedError) as caught:
        read_seeds(tmp_path)
    assert "s.toml: " in str(caught.value)
    assert told in str(caught.value)


def test_a_missing_file_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="No such file"):
        read_seeds(tmp_path / "none.toml")
    with pytest.raises(SeedError, match=r"holds no \.toml file"):
        read_seeds(tmp_path)


def test_a_document_states_contains_contradicts_or_lacks_a_seed(use: list[Embedder]) -> None:
    found = follow(read_document(ROOT / "corpus/en/quiet-logistics.txt", "en"), use)
    assert found["airspace-2004"].stance == "states"
    assert found["staff-exercise-2013"].stance == "contains"
    assert found["mines-2007"].stance == "not stated"
    assert (found["mines-2007"].sentence, found["mines-2007"].text) == (-1, "")
    other = follow(read_document(ROOT / "corpus/en/parade-ground-pivot.txt", "en"), use)
    assert other["staff-exercise-2013"].stance == "contradicts"
    assert other["staff-exercise-2013"].differences == ("date 2013-11 / 2013-10",)


def test_a_span_is_the_sentences_text(use: list[Embedder]) -> None:
    read = read_document(ROOT / "corpus/en/quiet-logistics.txt", "en")
    for one in follow(read, use).values():
        assert read.text.content[slice(*one.span)] == one.text


def test_probabilities_are_golden_to_four_places(use: list[Embedder]) -> None:
    found = follow(read_document(ROOT / "corpus/en/parade-ground-pivot.txt", "en"), use)
    assert {id: round(found[id].p, 4) for id in ("staff-exercise-2013", "dialogue-parity", "mines-2007")} == GOLDEN


def test_a_seed_in_one_language_finds_another(use: list[Embedder]) -> None:
    seed = Seed("m", "M", {"it": ("Dal 1998 la Bielorussia ha una missione permanente a Bruxelles, alla Nato.",)})
    texts = ["Belarus has had a permanent mission at NATO in Brussels since 1998.", "It rained all day."]
    (one,) = follow_seeds([seed], [document(texts, "en")], use)
    assert (one.stance, one.sentence) == ("states", 0)


BRIDGE = Seed("bridge", "Bridge", {"it": ("Il nuovo ponte sul Tago è lungo 640 metri.",)})
OPENING, CONTINUED = "The new bridge over the Tagus opens on Sunday.", "Built in two years, it is 640 metres long."


def test_a_sentence_with_a_figure_is_read_with_the_one_that_names_what_it_is_about(use: list[Embedder]) -> None:
    (one,) = follow_seeds([BRIDGE], [document([OPENING, CONTINUED], "en")], use)
    assert (one.stance, one.sentence, one.text) == ("states", 1, CONTINUED)
    (alone,) = follow_seeds([BRIDGE], [document(["Nobody slept.", CONTINUED], "en")], use)
    assert alone.p < one.p


def test_a_sentence_without_the_figure_gains_nothing_from_the_one_before(use: list[Embedder]) -> None:
    compared = Comparisons([BRIDGE], [document([OPENING, "It cost 9 million euros."], "en")], use)
    alone = Comparisons([BRIDGE], [document(["It cost 9 million euros."], "en")], use)
    assert compared.judge(0, 1)[0] == pytest.approx(alone.judge(0, 0)[0])


def test_the_lead_is_over_the_closest_other_seed_or_over_what_a_topic_gives(use: list[Embedder]) -> None:
    other = Seed("cost", "Cost", {"en": ("The new bridge over the Tagus opened on a Sunday.",)})
    texts = [document([OPENING], "en")]
    alone, _ = Comparisons([BRIDGE], texts, use).judge(0, 0)
    beside = Comparisons([BRIDGE, other], texts, use)
    own, rival = beside.judge(0, 0)[0], beside.judge(1, 0)[0]
    assert alone.lead == pytest.approx(alone.cosine - RIVAL)
    assert own.lead == pytest.approx(own.cosine - rival.cosine)
    assert own.lead < 0 < rival.lead


def test_a_sentence_on_the_topic_of_all_seeds_states_none(use: list[Embedder]) -> None:
    told = follow(document(["Relations between Belarus and NATO remain a delicate matter in Minsk."], "en"), use)
    assert {one.stance for one in told.values()} == {"not stated"}


def test_an_empty_document_states_nothing(use: list[Embedder]) -> None:
    (one,) = follow_seeds(read_seeds(ROOT / "seeds")[:1], [document([], "en")], use)
    assert (one.stance, one.p) == ("not stated", 0.0)


def test_no_seeds_are_no_sightings(use: list[Embedder]) -> None:
    assert follow_seeds([], [document(["A."], "en")], use) == ()


@pytest.mark.shared
def test_the_real_english_article_states_neither_date_and_the_italian_both(shared: Path, use: list[Embedder]) -> None:
    english = follow(read_document(next((shared / "seeds").glob("003_*")), "en"), use)
    italian = follow(read_document(next((shared / "seeds").glob("000_*")), "it"), use)
    for id in ("pfp-1995", "mission-1998"):
        assert english[id].stance == "not stated"
        assert italian[id].stance == "states"
    assert english["exercise-talks"].stance == "not stated"
