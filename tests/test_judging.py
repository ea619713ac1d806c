"""Who judges: encoders that the calibration knows, and others, of which the log warns."""

import logging

import pytest
from click.testing import CliRunner
from conftest import BagOfWords

from aligner import mine, score_bitext
from aligner.bitext import Bitext, SegmentPair
from aligner.cli import main
from aligner.embedding import Embedder
from aligner.judging import Judge

LINES = [f"{a} {b}" for a in ("rosso", "verde") for b in ("cane", "gatto", "lupo")]
BITEXT = Bitext(tuple(SegmentPair(source_text=line, target_text=line) for line in LINES), "")


def outside(name: str) -> BagOfWords:
    """A toy encoder of a name that no other test has: a name is warned of once in a process."""
    encoder = BagOfWords()
    encoder.name = name
    return encoder


def test_an_encoder_without_coefficients_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    mine(LINES, LINES, encoder=outside("mined-toy"))
    mine(LINES, LINES, encoder=outside("mined-toy"))
    score_bitext(BITEXT, encoder=outside("scored-toy"))
    assert [record.name for record in caplog.records] == ["aligner", "aligner"]
    assert [message.split(":")[0] for message in caplog.messages] == ["encoder mined-toy", "encoder scored-toy"]


@pytest.mark.parametrize("names", [("use",), ("e5",), ("use", "e5")])
def test_an_encoder_with_coefficients_is_not(names: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    Judge([Embedder(outside(name)) for name in names]).judge(LINES, LINES)
    assert caplog.messages == []


def test_the_command_shows_what_is_logged_as_one_line_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr("aligner.encoders.load", lambda _: outside("told-toy"))
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(LINES), encoding="utf-8")
    done = CliRunner().invoke(main, ["mine", str(file), str(file), "--langs", "it,en", "--encoder", "toy"])
    assert done.exit_code == 0, done.output
    told = [
        line for line in done.stderr.splitlines() if line.startswith("warning: encoder told-toy: nothing was learnt")
    ]
    assert len(told) == done.stderr.count("told-toy") == 1
    assert logging.getLogger("aligner").handlers == []
