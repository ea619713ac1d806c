import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import ROOT

from aligner import Bead


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import quality

    return quality


def run(quality: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["quality.py", *map(str, arguments)])
    quality.main()


def test_a_draw_shuffles_and_knows_its_own_gold(quality):
    lines = [str(number) for number in range(40)]
    drawn = quality.draw(lines, lines, 1 / 2, 1 / 4, seed=1)
    assert len(drawn.sources) == len(drawn.targets) == 30
    assert len(drawn.gold) == len(set(drawn.sources) & set(drawn.targets)) == 20
    assert all(drawn.sources[bead.source[0]] == drawn.targets[bead.target[0]] for bead in drawn.gold)
    assert drawn.sources != sorted(drawn.sources, key=int)
    assert drawn == quality.draw(lines, lines, 1 / 2, 1 / 4, seed=1)


def test_the_best_cut_keeps_the_margins_that_pay(quality):
    mined = [
        Bead((i,), (j,), 0.5, 0.5, margin) for i, j, margin in [(0, 0, 0.9), (1, 1, 0.8), (2, 9, 0.7), (3, 8, 0.1)]
    ]
    gold = [Bead((i,), (i,)) for i in range(3)]
    assert quality.best_f1([(mined, gold)]) == pytest.approx(4 / 5)
    assert quality.best_f1([([], gold)]) == 0


def test_rank_correlation_gives_ties_their_mean_rank(quality):
    assert quality.spearman(np.array([1, 2, 3, 9]), np.array([0.1, 0.2, 0.7, 0.8])) == pytest.approx(1)
    # By hand: ranks 1, 2.5, 2.5, 4 against 4, 3, 2, 1.
    assert quality.spearman(np.array([1, 2, 2, 3]), np.array([4, 3, 2, 1])) == pytest.approx(-0.9486833)


def test_a_small_set_gives_a_row_with_its_reference(quality, shared):
    (path,) = quality.find_sets(shared / "data", "block/udhr-it-en")
    (row,) = quality.measure(path, quality.Bench("use"))
    assert (row.set, row.n, row.measure) == ("block/udhr-it-en", "102 links", "strict F1")
    assert row.reference == (1.0, "Gale-Church")
    assert 0.9 < row.value <= 1
    assert row.more["inside"] > 0.9
    assert row.more["covered"] > 0.9


def test_every_set_of_the_data_has_a_measure_but_the_hostile_ones(quality, shared):
    data = shared / "data"
    kinds = {path.name for path in data.iterdir() if path.is_dir()}
    assert kinds - {"hostile"} == set(quality.KINDS)
    names = {f"{path.parent.name}/{path.stem if path.suffix == '.tsv' else path.name}" for path in data.glob("*/*")}
    assert set(quality.REFERENCES) | set(quality.PEER_FIGURES) <= names


def test_the_command_prints_a_table_and_writes_the_same_rows(quality, shared, monkeypatch, capsys, tmp_path):
    file = tmp_path / "rows.json"
    run(quality, monkeypatch, "--data", shared / "data", "--sets", "comparable/[fi]*", "--json", file)
    captured = capsys.readouterr()
    head, rule, *rows, _, signature = captured.out.splitlines()
    assert head.startswith("| set ")
    assert set(rule) == set("|- ")
    assert [row.split()[1] for row in rows] == [f"comparable/{name}-en" for name in ("facts-it", "itn-de", "itn-pt")]
    assert len({len(row) for row in rows}) == 1
    assert signature.startswith("signature: aligner:")
    assert "comparable/facts-it-en" in captured.err
    written = json.loads(file.read_text())
    assert f"signature: {written['signature']}" == signature
    assert [row["set"] for row in written["rows"]] == [row.split()[1] for row in rows]
    assert written["rows"][0]["reference"] == [0.92, "cosine"]


def test_a_pattern_without_sets_and_an_unknown_encoder_are_one_line(quality, monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit):
        run(quality, monkeypatch, "--data", tmp_path, "--sets", "none/*")
    assert "no set matches 'none/*'" in capsys.readouterr().err
    (tmp_path / "graded").mkdir()
    (tmp_path / "graded" / "a.tsv").write_text("score01\ten\tde\n", "utf-8")
    with pytest.raises(SystemExit):
        run(quality, monkeypatch, "--data", tmp_path, "--encoder", "usx")
    assert "no such encoder" in capsys.readouterr().err


def test_the_fingerprint_tells_names_and_contents(quality, tmp_path):
    path = tmp_path / "graded" / "a.tsv"
    path.parent.mkdir()
    prints = set()
    for content in ("1\n", "2\n"):
        path.write_text(content, "utf-8")
        prints.add(quality.fingerprint([path]))
    prints.add(quality.fingerprint([path.rename(path.with_name("b.tsv"))]))
    assert len(prints) == 3
