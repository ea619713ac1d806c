"""The README does what it says: its examples run, its output is what comes out, its tables are complete."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aligner.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- not run: [^\n]*-->\s*)?^```(\w*)[^\n]*\n(.*?)^```$", re.M | re.S)
ELLIPSIS = re.compile(r"…|\.\.\.")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, and the number of the line that its fence stands on."""

    kind: str
    text: str
    line: int


def blocks() -> list[Block]:
    """The blocks that are not marked ``<!-- not run: reason -->``."""
    found = [match for match in BLOCK.finditer(README) if not match[1]]
    return [Block(match[2], match[3], README.count("\n", 0, match.start(2)) + 1) for match in found]


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each `align` command of the console blocks, with the lines that the README shows below it.

    Output stands below ``$ align …`` in the same block, or below the block's last command in a ``text`` block.
    """
    current: tuple[str, list[str]] | None = None
    for block in blocks():
        if block.kind in ("console", "bash"):
            if current:
                yield current
            current = None
            for line in block.text.replace("\\\n", " ").splitlines():
                command = line.removeprefix("$ ")
                if command.startswith("align "):
                    if current:
                        yield current
                    current = command, []
                elif line.startswith("$ ") or "$ align " not in block.text:
                    continue
                elif current:
                    current[1].append(line)
        elif block.kind == "text" and current:
            current[1].extend(block.text.splitlines())
            yield current
            current = None
    if current:
        yield current


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the README's examples read, to write into."""
    for name in ("corpus", "seeds", "tests/gold"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


def test_the_readme_shows_the_command_and_the_library() -> None:
    assert len(list(steps())) >= len(main.commands)
    assert sum(block.kind == "python" for block in blocks()) >= 2


def test_the_python_examples_run_one_after_another(folder: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks():
        if block.kind == "python":
            # Blank lines in front, so that a traceback names the README's line.
            exec(compile("\n" * block.line + block.text, ROOT / "README.md", "exec"), names)


def test_the_commands_run_one_after_another_and_print_what_is_shown(folder: Path) -> None:
    failures = []
    for command, shown in steps():
        shell = ["bash", "-c", f"set -o pipefail; {command}"]
        done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            failures.append(f"{command}: exit status {done.returncode}: {done.stderr}")
        printed = {line.strip() for line in (done.stdout + done.stderr).splitlines()}
        lines = [line.strip() for line in shown if line.strip() and not ELLIPSIS.search(line)]
        failures += [f"{command}: does not print {line!r}" for line in lines if line not in printed]
    assert failures == []


def test_every_command_is_told() -> None:
    assert [verb for verb in main.commands if f"align {verb}" not in README] == []


def test_every_dependency_is_told_with_a_reason() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    required = settings["options"]["install_requires"].split("\n")
    for name in (re.match(r"[\w-]+", line)[0] for line in required if line):
        lines = [line for line in README.splitlines() if f"`{name}`" in line]
        reasons = [re.sub(r"`[^`]*`|\W", " ", line).split() for line in lines]
        assert any(len(reason) >= 2 for reason in reasons), name


def test_every_file_that_is_named_in_the_repo_is_there() -> None:
    named = set(re.findall(r"`((?:docs|benchmarks|aligner|tests|seeds|corpus)/[\w./-]+)`?", README))
    assert {name for name in named if not (ROOT / name).exists()} == set()
