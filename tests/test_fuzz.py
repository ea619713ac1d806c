"""The fuzzing of readers: it runs, the same seed makes the same inputs, and what fails is kept."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "fuzz_corpus"
HARNESS = ROOT / "benchmarks" / "fuzz.py"
MAX_CORPUS = 300_000


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(HARNESS.parent))
    import fuzz

    return fuzz


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded as on Linux")
def test_no_reader_fails_on_damaged_files(tmp_path: Path) -> None:
    command = [sys.executable, HARNESS, "all", "--inputs", "60", "--findings", tmp_path / "findings"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "findings").exists()


def test_the_same_seed_makes_the_same_inputs(harness) -> None:
    samples = [path.read_bytes() for path in sorted((CORPUS / "reader").iterdir())]
    first, again, other = (list(islice(harness.inputs(samples, Random(seed)), 60)) for seed in (1, 1, 2))
    assert first == again != other
    assert max(map(len, first)) <= harness.MAX_BYTES


def test_every_registered_reader_and_writer_is_a_target_with_samples(harness) -> None:
    targets = harness.targets()
    assert {"reader.txt", "reader.html", "reader.md", "reader.jsonl"} <= set(targets)
    assert {f"bitext{suffix}" for suffix in harness.WRITERS} <= set(targets)
    assert all(target.samples for target in targets.values())


def test_what_fails_is_made_smaller_and_kept_with_its_traceback(harness, tmp_path: Path) -> None:
    def read(path: Path) -> None:
        if b"\0" in path.read_bytes():
            raise KeyError("NUL")

    target = harness.Target("reader.txt", read, (CORPUS / "reader" / "plain.txt",))
    failure = harness.check(target, b"a" * 100 + b"\0" + b"b" * 100, tmp_path / "text.txt")
    assert failure.place.startswith("KeyError at ")
    small = harness.smallest(target, b"a" * 100 + b"\0" + b"b" * 100, tmp_path / "text.txt", failure)
    assert small == b"\0"
    harness._keep(tmp_path / "kept", small, "text.txt", failure)
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} == {".txt", ".told"}


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < MAX_CORPUS
