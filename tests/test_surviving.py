"""Runs that are killed, and disks that are full: no file is half written, and the same command makes it good."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aligner import read_run
from aligner.corpus import walk
from aligner.errors import CorpusError, OutputError
from aligner.writers.whole import Outputs, write_whole

STRIKER = Path(__file__).with_name("striker.py")
N_STRIKES = 50
TEXTS = {
    "it/ponte.txt": """\
Il ponte sul fiume fu costruito nel 1932. Era lungo 240 metri. Nel 1944 venne distrutto da una bomba.
La città lo ricostruì dopo la guerra. Oggi vi passano ventimila automobili al giorno. Nessuno ricorda il vecchio ponte.
""",
    "en/bridge.txt": """\
The bridge over the river was built in 1932. It was 240 metres long. In 1944 it was destroyed by a bomb.
The city rebuilt it after the war. Today twenty thousand cars cross it every day. Nobody remembers the old bridge.
""",
}
MORE = "Spirit of 1932, a song by Radio Nord, came out on 3 May 1997.\n"
"""What one version of the corpus holds besides, in both texts."""

SEEDS = """\
[[fact]]
id = "built"
title = "The bridge is built"

[fact.phrasings]
it = ["Il ponte fu costruito nel 1932."]
en = ["The bridge was built in 1932."]
"""

Contents = dict[str, bytes]


@dataclass(frozen=True)
class Answer:
    """How a run ended."""

    status: int
    seconds: float
    told: str
    warned: str


Order = Callable[..., Answer]


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """Runs `align` with these arguments in a process that may be killed; see ``striker``."""
    command = [sys.executable, str(STRIKER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as server:
        assert server.stdin
        assert server.stdout
        asked, answered = server.stdin, server.stdout

        def run(*arguments: object, **how: float) -> Answer:
            asked.write(json.dumps({"arguments": list(map(str, arguments)), **how}) + "\n")
            return Answer(**json.loads(answered.readline()))

        yield run
    assert server.returncode == 0


@dataclass
class Job:
    """A command over a corpus that somebody changes and changes back."""

    corpus: Path
    output: Path
    cache: Path
    order: Order

    def align(self, version: int, **how: float) -> Answer:
        """The command, over this version of the corpus."""
        self.change(version)
        return self.order("run", self.corpus, "--encoder", "use", "-o", self.output, "--cache", self.cache, **how)

    def undisturbed(self, version: int, place: Path) -> Contents:
        """What the command writes when nothing happens."""
        self.change(version)
        assert self.order("run", self.corpus, "--encoder", "use", "-o", place, "--no-cache").status == 0
        return contents(place)

    def change(self, version: int) -> None:
        for name, text in TEXTS.items():
            place = self.corpus / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text + MORE * version, encoding="utf-8")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts") / "corpus"


@pytest.fixture
def job(corpus: Path, tmp_path: Path, order: Order) -> Job:
    return Job(corpus, tmp_path / "out", tmp_path / "cache", order)


@pytest.fixture(scope="module")
def versions(corpus: Path, order: Order, tmp_path_factory: pytest.TempPathFactory) -> list[Contents]:
    """What the command writes for both versions when nothing happens."""
    place = tmp_path_factory.mktemp("plain")
    job = Job(corpus, place / "out", place / "cache", order)
    found = [job.undisturbed(version, place / str(version)) for version in (0, 1)]
    assert found[0].keys() == found[1].keys()
    assert sum(found[0][name] != found[1][name] for name in found[0]) >= 6
    return found


def contents(folder: Path) -> Contents:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def in_place(folder: Path) -> Contents:
    """What has its name, without what a killed process was about to write."""
    return {name: held for name, held in contents(folder).items() if not name.startswith(".aligner-")}


def check_whole(output: Path, old: Contents, new: Contents) -> None:
    """Every file is the old one or the new one, and with its seal the folder holds one run."""
    found = in_place(output)
    assert [name for name, held in found.items() if held not in (old.get(name), new[name])] == []
    if "run.json" in found:
        assert found in (old, new)
    elif {"texts.jsonl", "bitext.jsonl", "documents.tsv"} <= found.keys():
        with pytest.raises(CorpusError, match=r"holds no run\.json; .* so run align again"):
            read_run(output)


def test_a_run_that_is_struck_at_any_moment_is_made_good_by_the_same_command(
    job: Job, versions: list[Contents]
) -> None:
    chance = random.Random(50)
    cold = job.align(0).seconds
    shutil.rmtree(job.output)
    warm = job.align(0).seconds
    n_killed = n_writing = 0
    for strike in range(N_STRIKES):
        is_cold = strike % 3 == 0
        if is_cold:
            shutil.rmtree(job.cache)
        if strike % 5 == 0:
            shutil.rmtree(job.output)
        old, new = contents(job.output), versions[strike % 2]
        struck = job.align(strike % 2, after=(cold if is_cold else warm) * (strike + chance.random()) / N_STRIKES)
        n_killed += struck.status == -signal.SIGKILL
        n_writing += in_place(job.output) != contents(job.output)
        check_whole(job.output, old, new)
        again = job.align(strike % 2)
        assert again.status == 0, again.warned
        assert contents(job.output) == new, "the same bytes, and nothing beside them"
    print(
        f"{n_killed} of {N_STRIKES} were in time, {n_writing} of them while writing; {cold:.2f} s cold, {warm:.2f} warm"
    )
    assert n_killed > N_STRIKES / 4


@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_that_dies_before_any_step_of_putting_its_files_in_place_is_made_good(
    job: Job, versions: list[Contents], is_first: bool
) -> None:
    n_files = len(versions[0])
    steps = [0, *range(n_files - 1, 2 * n_files + 2)]
    n_mixed = 0
    assert job.align(1).status == 0
    for turn, step in enumerate(steps):
        if is_first:
            shutil.rmtree(job.output)
        old, new = contents(job.output), versions[turn % 2]
        struck = job.align(turn % 2, before=step)
        assert struck.status == (0 if step == steps[-1] else -signal.SIGKILL)
        check_whole(job.output, old, new)
        n_mixed += in_place(job.output) not in (old, new)
        assert job.align(turn % 2).status == 0
        assert contents(job.output) == new
    assert n_mixed == n_files - is_first, "only while they get their names"


def test_a_run_that_dies_while_it_replaces_one_that_wrote_more_takes_no_file_of_it_for_its_own(
    job: Job, versions: list[Contents], tmp_path: Path
) -> None:
    seeds = tmp_path / "seeds.toml"
    seeds.write_text(SEEDS, encoding="utf-8")
    job.change(0)
    n_files = len(versions[0])
    for step in (n_files, n_files + 1, n_files + 5, 2 * n_files):
        again = job.order("run", job.corpus, "--encoder", "use", "-o", job.output, "--no-cache", "--seeds", seeds)
        assert again.status == 0, again.warned
        more = contents(job.output)
        assert more.keys() - versions[0].keys() == {"seeds.tsv", "seeds.jsonl"}
        assert job.align(0, before=step).status == -signal.SIGKILL
        if step == n_files:
            assert in_place(job.output) == more
        else:
            assert "run.json" not in contents(job.output)
        assert job.align(0).status == 0
        assert contents(job.output) == versions[0]


def test_a_killed_run_within_its_corpus_does_not_become_a_text_of_it(job: Job, tmp_path: Path) -> None:
    job.corpus = tmp_path / "corpus"
    job.output = job.corpus / "out"
    assert job.align(0).status == 0
    first = contents(job.output)
    n_files = len(first)
    for step in (0, n_files, n_files + 2, n_files + 4, 2 * n_files):
        shutil.rmtree(job.output)
        assert job.align(0, before=step).status == -signal.SIGKILL
        found = [("/".join(path), skip and skip.reason) for path, skip in walk(job.corpus)]
        is_in_place = bool(in_place(job.output))
        texts = [(name, None) for name in TEXTS]
        assert sorted(found) == sorted(texts + [("out", "results of an earlier run")] * is_in_place)
        assert job.align(0).status == 0
        assert contents(job.output).keys() == first.keys()
        assert contents(job.output)["bitext.tsv"] == first["bitext.tsv"]


def test_names_that_were_lost_with_the_power_are_given_again(job: Job, versions: list[Contents]) -> None:
    chance = random.Random(3)
    for _ in range(5):
        assert job.align(1).status == 0
        for name in chance.sample(sorted(versions[1]), 3):
            (job.output / name).write_bytes(versions[0][name])
        assert job.align(1).status == 0
        assert contents(job.output) == versions[1]


def write_three(folder: Path) -> None:
    with Outputs(is_sealed=True) as outputs:
        for name in ("a", "b", "seal"):
            outputs.text(folder / name).write("new")


def test_all_is_on_the_disk_before_the_first_name_and_the_seal_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def noted_sync(opened: int) -> None:
        steps.append("folder" if Path(f"/dev/fd/{opened}").is_dir() else "file")
        sync(opened)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append(target.name)
        return replace(self, target)

    def noted_unlink(self: Path, missing_ok: bool = False) -> None:
        if self.exists():
            steps.append(f"without {self.name}")
        unlink(self, missing_ok=missing_ok)

    (tmp_path / "seal").touch()
    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    monkeypatch.setattr(Path, "unlink", noted_unlink)
    write_three(tmp_path)
    assert [step for step in steps if step != "folder"] == ["file"] * 3 + ["without seal", "a", "b", "seal"]
    assert steps[-7:] == ["without seal", "folder", "a", "b", "folder", "seal", "folder"]


# A disk that is full


@pytest.mark.parametrize("is_first", [True, False])
def test_a_file_that_cannot_be_written_whole_leaves_all_as_it_was(
    job: Job, versions: list[Contents], is_first: bool
) -> None:
    if not is_first:
        assert job.align(0).status == 0
    told = job.align(1, largest=100_000)
    assert (told.status, told.told) == (1, "")
    name = job.output / "report.html"
    assert told.warned == f"Error: {name}: cannot be written (File too large); make room, or choose another place\n"
    assert contents(job.output) == ({} if is_first else versions[0])
    assert job.output.exists() is not is_first
    assert job.align(1).status == 0
    assert contents(job.output) == versions[1]


@contextmanager
def disk(place: Path, size: str) -> Iterator[Callable[[str], Any]]:
    """A small disk, mounted at this place; what mounts it anew with other options."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "aligner-test", str(place)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no `mount` here")
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_full_disk_leaves_all_as_it_was_and_says_what_to_do(
    job: Job, versions: list[Contents], tmp_path: Path, is_first: bool
) -> None:
    with disk(tmp_path / "disk", "200k" if is_first else "400k") as mount_anew:
        job.output = tmp_path / "disk" / "out"
        if not is_first:
            assert job.align(0).status == 0
        told = job.align(1)
        assert (told.status, told.told) == (1, "")
        assert told.warned.startswith(f"Error: {job.output}/")
        assert told.warned.endswith(
            ": cannot be written (No space left on device); make room, or choose another place\n"
        )
        assert contents(job.output) == ({} if is_first else versions[0])
        assert list(job.output.parent.iterdir()) == ([] if is_first else [job.output])
        mount_anew("size=1m")
        assert job.align(1).status == 0
        assert contents(job.output) == versions[1]


def test_a_cache_on_a_full_disk_is_done_without(job: Job, versions: list[Contents], tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "40k"):
        job.cache = tmp_path / "disk" / "cache"
        told = job.align(1)
        assert told.status == 0
        assert "cannot be used (No space left on device)" in told.warned
        assert [path for path in job.cache.rglob("*") if path.suffix == ".tmp"] == []
        assert contents(job.output) == versions[1]


def test_a_disk_that_cannot_be_written_is_told_before_any_work(
    job: Job, versions: list[Contents], tmp_path: Path
) -> None:
    with disk(tmp_path / "disk", "1m") as mount_anew:
        job.output = tmp_path / "disk" / "out"
        mount_anew("ro")
        told = job.align(0)
        where = f"Error: {job.output}: cannot be written (Read-only file system); choose another place\n"
        assert (told.status, told.told, told.warned) == (1, "", where)
        assert not job.cache.exists()
        mount_anew("rw")
        assert job.align(0).status == 0
        assert contents(job.output) == versions[0]


# What killed processes leave


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    (tmp_path / ".aligner-0123456789abcdef.tmp").write_text("left")
    (tmp_path / ".aligner-mine.txt").write_text("not ours")
    with Outputs() as outputs:
        outputs.text(tmp_path / "a").write("a")
        assert not (tmp_path / ".aligner-0123456789abcdef.tmp").exists()
        write_whole(tmp_path / "b", lambda file: file.write("b"))
    assert contents(tmp_path) == {"a": b"a", "b": b"b", ".aligner-mine.txt": b"not ours"}


WRITER = """
import sys
from itertools import count
from pathlib import Path
from aligner.writers.whole import Outputs
for number in count():
    with Outputs(is_sealed=True) as outputs:
        for name in "abc":
            outputs.text(Path(sys.argv[1]) / f"{name}-{sys.argv[2]}").write(str(number) * 3000)
    print(number, flush=True)
"""


def test_processes_in_one_folder_never_lose_what_they_write_however_many_are_killed(tmp_path: Path) -> None:
    def start(name: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", WRITER, str(tmp_path), name]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    living = [start("x"), start("y")]
    for strike in range(4):
        killed = start("z")
        assert killed.stdout
        assert killed.stdout.readline()
        time.sleep(0.011 * strike)
        killed.kill()
        killed.communicate(timeout=60)
    for writer in living:
        assert writer.poll() is None, writer.stderr and writer.stderr.read()
        writer.kill()
        writer.communicate(timeout=60)
    for path in tmp_path.iterdir():
        held = path.read_text()
        assert path.name.startswith(".aligner-") or held == held[: len(held) // 3000] * 3000
    write_whole(tmp_path / "end", lambda file: file.write("x"))
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".aligner-")] == []


def test_a_folder_in_which_nothing_can_be_listed_can_still_be_written(tmp_path: Path, monkeypatch) -> None:
    def refused(path: object, flags: int, *rest: object) -> int:
        if Path(str(path)) == tmp_path:
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest)  # type: ignore[arg-type]

    opened = os.open
    monkeypatch.setattr(os, "open", refused)
    write_whole(tmp_path / "a", lambda file: file.write("a"))
    monkeypatch.undo()
    assert contents(tmp_path) == {"a": b"a"}


def test_a_failure_among_the_names_is_told_and_leaves_no_seal(tmp_path: Path, monkeypatch) -> None:
    def failing(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    replace = Path.replace
    for name in ("a", "b", "seal"):
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError, match="b: cannot be written"):
        write_three(tmp_path)
    assert contents(tmp_path) == {"a": b"new", "b": b"old"}
