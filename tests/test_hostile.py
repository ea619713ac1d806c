"""The 218 bad inputs of ``../shared/data/hostile``: read what can be read, name the rest, and stay small and quick."""

import subprocess
import sys
from pathlib import Path

import pytest

from aligner.corpus import Corpus, read_corpus

ACCENTED = "Perché nessuno ha chiuso la finestra?"


@pytest.fixture(scope="module")
def hostile(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    maker = shared / "data" / "hostile" / "make_hostile.py"
    subprocess.run([sys.executable, maker, folder, "--sparse"], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def corpus(hostile: Path) -> Corpus:
    return read_corpus(hostile)


def contents(corpus: Corpus) -> dict[str, str]:
    return {text.id: text.content for text in corpus.texts}


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_the_folder_is_read_in_little_memory(hostile: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from aligner.corpus import read_corpus;"
        "read_corpus(Path(sys.argv[1])); print(Path('/proc/self/status').read_text())"
    )
    command = [sys.executable, "-c", code, hostile]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    peak = next(line for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 600 << 10


def test_every_file_is_a_text_or_listed(hostile: Path, corpus: Corpus) -> None:
    named = {row.split("\t")[0] for row in (hostile / "EXPECT.tsv").read_text("utf-8").splitlines()[1:]}
    known = {text.id for text in corpus.texts} | {skip.id for skip in corpus.skipped}
    known |= {text_id.partition("#")[0] for text_id in known}
    # Folders give nothing by themselves, and EXPECT.tsv writes non-ASCII names in its own way.
    missing = {
        name for name in named if "\\" not in name and not name.endswith(("/", "empty_dir")) and "deep/" not in name
    }
    assert missing - known == set()
    assert len(corpus.texts) + len(corpus.skipped) >= 218


def test_the_control_pair_comes_out_whole(corpus: Corpus) -> None:
    for lang in ("it", "en"):
        content = contents(corpus)[f"{lang}/00_control.txt"]
        assert len(content.splitlines()) == 12
    assert corpus.names["it/00_control.txt"] == corpus.names["en/00_control.txt"]


@pytest.mark.parametrize(
    "name",
    [
        *("bad_utf8.txt", "utf16le_bom.txt", "utf16be_bom.txt", "utf16le_nobom.txt", "utf32_bom.txt", "utf8_bom.txt"),
        *("latin1.txt", "cp1252.txt", "nul.txt", "crlf.txt", "cr_only.txt", "fine.txt.gz", "noext", "UPPER.TXT"),
        *("script.html", "broken.html", "wrong_charset.html", "latin1_meta.html", "deep.html", "html_as_txt.txt"),
    ],
)
def test_what_can_be_read_is_read_right(name: str, corpus: Corpus) -> None:
    content = contents(corpus)[f"it/{name}"]
    blocks = [line for line in content.split("\n") if line]
    assert blocks[0] == "Il treno per Bologna parte alle 7.45 dal binario 3."
    assert blocks[2] == ACCENTED
    assert len(blocks) in {12, 13}


@pytest.mark.parametrize(
    "name",
    [
        *("picture.txt", "random.txt", "truncated.txt.gz", "bomb.txt.gz", "nested.txt.gz", "text.gz", "bad_line.jsonl"),
        *("fifo.txt", "sock.txt", "zero.txt", "passwd.txt", "loop_a.txt", "loop_b.txt", "dangling.txt", "sparse.txt"),
    ],
)
def test_what_cannot_be_read_is_a_failure(name: str, corpus: Corpus) -> None:
    assert any(skip.id == f"it/{name}" and skip.is_failure for skip in corpus.skipped)


@pytest.mark.parametrize("name", ["empty.txt", "whitespace.txt", "no_text.html"])
def test_what_holds_no_text_is_listed_so(name: str, corpus: Corpus) -> None:
    assert any(skip.id == f"it/{name}" and skip.reason == "no text" for skip in corpus.skipped)


def test_texts_in_the_wrong_folder_are_told(corpus: Corpus) -> None:
    assert set(corpus.warnings) == {
        "en/swapped.txt: declared en, reads as it",
        "it/same_language.txt: declared it, reads as en like en/same_language.txt: not translated",
        "it/swapped.txt: declared it, reads as en",
        "it/third_language.txt: declared it, reads as de",
    }


def test_nothing_that_is_shown_carries_control_characters(corpus: Corpus) -> None:
    shown = [*corpus.warnings, *corpus.names, *(f"{skip.id}{skip.reason}" for skip in corpus.skipped)]
    assert [line for line in shown if not line.isprintable()] == []


def test_nuls_surrogates_and_carriage_returns_are_nowhere(corpus: Corpus) -> None:
    for text in corpus.texts:
        assert not {"\0", "\r"} & set(text.content)
        text.content.encode()
