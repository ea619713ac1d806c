"""Ctrl-C while the command starts, in processes that press it themselves at the moment to be tried."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PRESSED = """
import os, signal, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, getattr(signal, {handler!r}))
sys.meta_path.insert(0, Presses())
from {module} import {attribute}
sys.exit({attribute}())
"""
"""As the console script does, with Ctrl-C pressed when a module is about to be imported."""


def pressed_at(name: str, *arguments: str, handler: str = "default_int_handler") -> "subprocess.CompletedProcess[str]":
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    script = settings["options.entry_points"]["console_scripts"].split("=")[1].strip()
    module, _, attribute = script.partition(":")
    code = PRESSED.format(name=name, handler=handler, module=module, attribute=attribute)
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["aligner.cli", "click", "click.core", "logging", "aligner.progress"])
def test_ctrl_c_while_the_command_is_imported_ends_it_without_a_word(name: str) -> None:
    done = pressed_at(name, "no/such/folder")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_while_the_work_is_imported_is_told_in_one_line() -> None:
    done = pressed_at("aligner.pipeline", "no/such/folder")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip().count("\n") == 0
    assert done.stderr.startswith("\nstopped: ")


def test_ctrl_c_stays_ignored_where_it_is() -> None:
    assert pressed_at("aligner.cli", "--version", handler="SIG_IGN").returncode == 0
