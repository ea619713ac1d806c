"""Runs that are repeated, interrupted or killed: what was done is not done again, and results are the same bytes."""

import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aligner.cache import Cache
from aligner.cli import main
from aligner.encoders.use import UniversalSentenceEncoder

PAIRS = [("partenariato-1995.txt", "minsk-mission-brussels.txt"), ("corridoio-nord.txt", "quiet-logistics.txt")]
CORPUS = Path(__file__).resolve().parent.parent / "corpus"
ALIGN = [sys.executable, "-c", "from aligner.cli import main; main()"]


def copied(folder: Path) -> Path:
    """The small corpus of these tests, in this folder."""
    for it, en in PAIRS:
        for lang, name in (("it", it), ("en", en)):
            (folder / lang).mkdir(parents=True, exist_ok=True)
            shutil.copy(CORPUS / lang / name, folder / lang)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return copied(tmp_path / "corpus")


def align(corpus: Path, output: Path, *arguments: object) -> Result:
    told = CliRunner().invoke(main, list(map(str, ["run", corpus, "--encoder", "use", "-o", output, *arguments])))
    assert told.exit_code == 0, told.output
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that reaches the encoder."""
    asked: list[str] = []
    encode, read = UniversalSentenceEncoder.encode, UniversalSentenceEncoder.read_passage

    def noted_encode(self, sentences):
        asked.extend(sentences)
        return encode(self, sentences)

    def noted_read(self, sentences):
        asked.extend(sentences)
        return read(self, sentences)

    monkeypatch.setattr(UniversalSentenceEncoder, "encode", noted_encode)
    monkeypatch.setattr(UniversalSentenceEncoder, "read_passage", noted_read)
    return asked


def forget_finished(folder: Path) -> None:
    """Leave vectors in a cache, and no finished run."""
    for place in folder.rglob("*"):
        if place.is_file() and b'"status"' in place.read_bytes():
            place.unlink()


def test_results_are_the_same_bytes_with_a_cold_a_warm_and_no_cache(tmp_path: Path, corpus: Path, encoded) -> None:
    cache, output = tmp_path / "cache", tmp_path / "out"
    found, asked = [], []
    for options in (["--no-cache"], ["--cache", cache], ["--cache", cache]):
        encoded.clear()
        told = align(corpus, output, *options).stdout
        found.append((told, contents(output)))
        asked.append(len(encoded))
        shutil.rmtree(output)
        if cache.exists():
            forget_finished(cache)
    assert found[0] == found[1] == found[2]
    assert asked[0] == asked[1] > 100
    assert asked[2] == 0


def test_an_added_file_alone_is_encoded(tmp_path: Path, corpus: Path, encoded) -> None:
    cache, output = tmp_path / "cache", tmp_path / "out"
    align(corpus, output, "--cache", cache)
    added = corpus / "en" / "added.txt"
    added.write_text((CORPUS / "en" / "arctic-patrol.txt").read_text())
    encoded.clear()
    align(corpus, output, "--cache", cache)
    held = " ".join(added.read_text().split())
    assert encoded
    assert [text for text in encoded if text not in held] == []
    found = contents(output)
    align(corpus, output, "--no-cache")
    assert contents(output) == found


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path, corpus: Path, monkeypatch) -> None:
    cache, output, more = tmp_path / "cache", tmp_path / "out", tmp_path / "more.tmx"
    options = ("-o", more, "--cache", cache)
    first = align(corpus, output, *options)
    found = contents(output) | {"more": more.read_bytes()}
    with monkeypatch.context() as patch:
        patch.setattr("aligner.pipeline.align_corpus", lambda *_, **__: pytest.fail("aligned again"))
        second = align(corpus, output, *options)
        assert second.stdout == first.stdout
        assert "nothing has changed" in second.stderr
        assert contents(output) | {"more": more.read_bytes()} == found
    for place in (output / "bitext.tsv", more, output / "report.html"):
        place.write_bytes(place.read_bytes() + b" ")
        assert "nothing has changed" not in align(corpus, output, *options).stderr
        assert contents(output) | {"more": more.read_bytes()} == found
    (output / "run.json").unlink()
    assert "nothing has changed" not in align(corpus, output, *options).stderr
    assert contents(output) | {"more": more.read_bytes()} == found


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus, the run over it and the cache that remembers it, for those that change the corpus."""
    place = tmp_path_factory.mktemp("finished")
    align(copied(place / "corpus"), place / "out", "--cache", place / "cache")
    return place


@pytest.mark.parametrize("change", ["a text", "a file more", "a file less", "an option", "a name", "seeds", "the code"])
def test_a_run_of_which_anything_changed_is_run_again(finished: Path, change: str, monkeypatch) -> None:
    class Aligned(Exception):
        pass

    def aligned(*_: object, **__: object) -> None:
        raise Aligned

    cache, output, corpus = finished / "cache", finished / "out", finished / "corpus"
    shutil.rmtree(corpus)
    copied(corpus)
    options: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr("aligner.pipeline.align_corpus", aligned)
        assert "nothing has changed" in align(corpus, output, "--cache", cache).stderr
    text = corpus / "it" / PAIRS[0][0]
    match change:
        case "a text":
            text.write_text(text.read_text().replace(".", "!", 1))
        case "a file more":
            (corpus / "unread.xyz").write_text("skipped, and told")
        case "a file less":
            text.unlink()
        case "a name":
            text.rename(text.with_name("other.txt"))
        case "an option":
            options = ["--min-p", "0.9"]
        case "seeds":
            options = ["--seeds", CORPUS.parent / "seeds"]
        case "the code":
            monkeypatch.setattr("aligner.finished.fingerprint", lambda paths: f"another {len(list(paths))}")
    monkeypatch.setattr("aligner.pipeline.align_corpus", aligned)
    with pytest.raises(Aligned):
        CliRunner().invoke(
            main,
            list(map(str, ["run", corpus, "--encoder", "use", "-o", output, "--cache", cache, *options])),
            catch_exceptions=False,
        )


def test_warnings_and_the_exit_status_are_told_again(tmp_path: Path, corpus: Path) -> None:
    (corpus / "it" / "broken.docx").write_bytes(b"no archive")
    command = list(map(str, ["run", corpus, "--encoder", "use", "-o", tmp_path / "out", "--cache", tmp_path / "cache"]))
    first, second = (CliRunner().invoke(main, command) for _ in range(2))
    assert (first.exit_code, first.stdout) == (second.exit_code, second.stdout)
    assert first.exit_code == 1
    assert second.stderr.startswith(first.stderr)
    assert "nothing has changed" in second.stderr


def test_a_damaged_cache_is_computed_again(tmp_path: Path, corpus: Path, encoded) -> None:
    cache, output = tmp_path / "cache", tmp_path / "out"
    align(corpus, output, "--cache", cache)
    found = contents(output)
    chance = random.Random(7)
    for place in sorted(path for path in cache.rglob("*") if path.is_file()):
        held = bytearray(place.read_bytes())
        match chance.randrange(4):
            case 0:
                held[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
            case 1:
                del held[chance.randrange(len(held)) :]
            case 2:
                held = bytearray(chance.randbytes(len(held)))
            case 3:
                held = bytearray(b"aligner\n" + bytes(len(held)))
        place.write_bytes(held)
    encoded.clear()
    align(corpus, output, "--cache", cache)
    assert encoded
    assert contents(output) == found


def test_a_cache_that_cannot_be_written_changes_nothing_and_is_told_once(tmp_path: Path, corpus: Path) -> None:
    align(corpus, tmp_path / "out", "--no-cache")
    found = contents(tmp_path / "out")
    (tmp_path / "file").write_text("no folder")
    told = align(corpus, tmp_path / "out", "--cache", tmp_path / "file" / "cache")
    assert contents(tmp_path / "out") == found
    assert told.stderr.count("cannot be used") == 1


def test_the_cache_can_be_seen_and_cleared(tmp_path: Path, corpus: Path) -> None:
    cache = tmp_path / "cache"
    align(corpus, tmp_path / "out", "--cache", cache)
    told = CliRunner().invoke(main, ["cache", "info", "--cache", str(cache)]).stdout.splitlines()
    n_entries = Cache(cache).usage()[0]
    assert told[0].split() == ["folder", str(cache)]
    assert told[1].split() == ["entries", str(n_entries)]
    assert n_entries > 5
    cleared = CliRunner().invoke(main, ["cache", "clear", "--cache", str(cache)])
    assert cleared.stdout.startswith(f"removed {n_entries} entries, ")
    assert Cache(cache).usage() == (0, 0)


def test_without_an_option_the_users_cache_is_used_and_with_no_cache_none(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    for name, text in (("a", "Uno due tre.\nQuattro cinque sei."), ("b", "One two three.\nFour five six.")):
        (tmp_path / f"{name}.txt").write_text(text)
    command = ["pair", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--langs", "it,en", "--encoder", "use"]
    plain = CliRunner().invoke(main, [*command, "--no-cache"])
    assert not (tmp_path / "home").exists()
    assert CliRunner().invoke(main, command).stdout == plain.stdout
    assert Cache(tmp_path / "home" / "aligner").usage()[0] > 0


def started(corpus: Path, folder: Path, **options: object) -> "subprocess.Popen[str]":
    command = [*ALIGN, "run", str(corpus), "--encoder", "use", "-o", str(folder / "out"), "--cache", str(folder / "c")]
    return subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload]


def test_a_run_that_is_killed_over_and_over_ends_with_the_same_bytes(tmp_path: Path, corpus: Path) -> None:
    align(corpus, tmp_path / "plain", "--no-cache")
    for kill in range(5):
        job = started(corpus, tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.8 + 0.7 * kill)
        job.kill()
        job.wait(timeout=60)
    align(corpus, tmp_path / "out", "--cache", tmp_path / "c")
    again = started(corpus, tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert "nothing has changed" in again.communicate(timeout=120)[1]
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5])
def test_ctrl_c_ends_a_run_at_once_and_says_how_to_go_on(tmp_path: Path, corpus: Path, seconds: float) -> None:
    text = (corpus / "en" / PAIRS[0][1]).read_text("utf-8")
    for copy in range(60):
        (corpus / "en" / f"copy-{copy}.txt").write_text(f"This is copy {copy}. {text}", "utf-8")
    job = started(corpus, tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not (tmp_path / "c").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    pressed = time.monotonic()
    job.send_signal(signal.SIGINT)
    told, warned = job.communicate(timeout=60)
    assert (job.returncode, told) == (130, "")
    assert time.monotonic() - pressed < 5, "a second on an idle machine"
    assert "the same command goes on from there" in warned
    assert "Traceback" not in warned
    assert not (tmp_path / "out").exists()
    assert Cache(tmp_path / "c").usage()[0] > 0, "what was encoded is kept"


def test_progress_is_shown_on_a_terminal_and_nowhere_else(tmp_path: Path, corpus: Path) -> None:
    job = started(corpus, tmp_path / "quiet", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert job.communicate(timeout=120)[1] == ""
    terminal, end = pty.openpty()
    job = started(corpus, tmp_path / "shown", stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    shown = b"".join(_read(terminal)).decode()
    assert job.wait(timeout=120) == 0
    for what in ("reading", "encoding it", "encoding en", "aligning", "100%"):
        assert what in shown


def _read(terminal: int) -> Iterator[bytes]:
    try:
        while block := os.read(terminal, 4096):
            yield block
    except OSError:
        pass
    finally:
        os.close(terminal)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are as on Unix")
def test_a_fifo_in_the_corpus_holds_up_nothing(tmp_path: Path, corpus: Path) -> None:
    os.mkfifo(corpus / "en" / "fifo.txt")
    job = started(corpus, tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    job.communicate(timeout=120)
    assert (tmp_path / "out" / "run.json").is_file()
