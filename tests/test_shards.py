"""Lists that lie in shards: `align mine` on folders, and its records in files for each shard."""

import gzip
import json
import lzma
import random
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner, Result
from conftest import BagOfWords
from pyarrow import parquet

from aligner.cli import main
from aligner.pipeline import mine_files

N = 60
ORDER = random.Random(1).sample(range(N), N)


def line(number: int) -> str:
    return f"alpha{number} beta{number} gamma{number} delta{number}"


SOURCES = [line(number) if number % 10 else "" for number in range(N)]
TARGETS = [line(number) if number % 7 else f"other{number} thing{number}" for number in ORDER]


@pytest.fixture(autouse=True)
def toy_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every encoder is the toy one; the test runs in its own folder."""
    monkeypatch.setattr("aligner.encoders.load", lambda _: BagOfWords())
    monkeypatch.chdir(tmp_path)


def mine(*arguments: object) -> Result:
    asked = ["mine", *map(str, arguments), "--langs", "it,en", "--no-cache"]
    return CliRunner().invoke(main, asked)


def mined(*arguments: object) -> Result:
    """The command, which must succeed."""
    result = mine(*arguments)
    assert result.exit_code == 0, result.output
    return result


def packed(path: Path, data: bytes) -> None:
    pack = {".gz": gzip.compress, ".xz": lzma.compress}.get(path.suffix, bytes)
    path.write_bytes(pack(data))


def write(path: Path, lines: list[str]) -> None:
    """A shard of these lines, in the format that its name says."""
    path.parent.mkdir(exist_ok=True)
    if ".jsonl" in path.name:
        rows = [json.dumps({"id": f"x{number}", "text": one}) for number, one in enumerate(lines)]
        packed(path, "".join(f"{row}\n" for row in rows).encode())
    elif path.suffix == ".parquet":
        parquet.write_table(pyarrow.table({"text": lines, "n": list(range(len(lines)))}), path)
    else:
        packed(path, "".join(f"{one}\n" for one in lines).encode())


def cut(folder: str, lines: list[str], names: list[str]) -> list[tuple[str, int]]:
    """The lines in shards of different sizes; for each line its shard and its number there."""
    edges = sorted(random.Random(2).sample(range(1, len(lines)), len(names) - 1))
    places = []
    for name, start, end in zip(names, [0, *edges], [*edges, len(lines)], strict=True):
        write(Path(folder, name), lines[start:end])
        places += [(f"{folder}/{name}", number) for number in range(end - start)]
    return places


def records(*files: Path | str) -> list[dict[str, object]]:
    return [json.loads(one) for file in files for one in Path(file).read_text(encoding="utf-8").splitlines()]


NAMES = ("source_doc", "target_doc", "source_sentences", "target_sentences", "source_span", "target_span")


def unnamed(found: list[dict[str, object]]) -> list[str]:
    """The records but for names and numbers, sorted."""
    return sorted(json.dumps({key: value for key, value in one.items() if key not in NAMES}) for one in found)


@pytest.fixture
def single(tmp_path: Path) -> list[dict[str, object]]:
    """The records of both lists, each in one file."""
    write(tmp_path / "it.txt", SOURCES)
    write(tmp_path / "en.txt", TARGETS)
    mined("it.txt", "en.txt", "-o", "single.jsonl")
    found = records("single.jsonl")
    assert len(found) > N / 2
    return found


MIXED = ["a.txt", "b.txt.gz", "c.jsonl", "d.jsonl.xz", "e.parquet", "f"]


def test_the_same_lines_give_the_same_records_however_they_are_cut(single: list[dict[str, object]]) -> None:
    sources = cut("src", SOURCES, MIXED)
    targets = cut("tgt", TARGETS, [f"part-{number:05}.txt" for number in range(9)])
    mined("src", "tgt", "-o", "cut.jsonl")
    found = records("cut.jsonl")
    assert unnamed(found) == unnamed(single)
    told = {(one["source_doc"], *one["source_sentences"], one["target_doc"], *one["target_sentences"]) for one in found}
    assert told == {(*sources[one["source_sentences"][0]], *targets[one["target_sentences"][0]]) for one in single}


def test_spans_are_counted_in_the_shard(single: list[dict[str, object]]) -> None:
    cut("src", SOURCES, ["a.txt", "b.txt"])
    mined("src", "en.txt", "-o", "cut.jsonl")
    for one in records("cut.jsonl"):
        start, end = one["source_span"]
        assert Path(one["source_doc"]).read_text()[start:end] == one["source_text"]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".tsv", ".parquet"])
def test_each_source_shard_has_a_file_of_its_own_and_together_they_are_the_single_one(suffix: str) -> None:
    cut("src", SOURCES, MIXED)
    cut("tgt", TARGETS, ["1.txt", "2.txt"])
    Path("mined").mkdir()
    mined("src", "tgt", "-o", f"mined/*.it-en{suffix}", "-o", f"all{suffix}")
    files = sorted(Path("mined").iterdir())
    assert [file.name for file in files] == [f"{stem}.it-en{suffix}" for stem in "abcdef"]
    assert [row for file in files for row in rows_of(file)] == rows_of(Path(f"all{suffix}"))


def rows_of(file: Path) -> list[object]:
    if file.suffix == ".parquet":
        return list(parquet.read_table(file).to_pylist())
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    lines = data.decode().splitlines()
    return list(lines[1:] if file.suffix == ".tsv" else lines)


def test_a_source_in_one_file_has_one_shard(single: list[dict[str, object]]) -> None:
    mined("it.txt", "en.txt", "-o", "*.out.jsonl")
    assert records("it.out.jsonl") == single


def test_a_shard_without_links_has_a_file_without_records(single: list[dict[str, object]]) -> None:
    write(Path("src/a.txt"), SOURCES)
    write(Path("src/b.txt"), ["", " "])
    write(Path("src/c.txt"), [])
    Path("mined").mkdir()
    mined("src", "en.txt", "-o", "mined/*.jsonl")
    assert [len(records(f"mined/{name}.jsonl")) for name in "abc"] == [len(single), 0, 0]


def test_lone_lines_are_told_once_over_all_shards() -> None:
    cut("src", SOURCES, ["a.txt", "b.txt", "c.txt"])
    cut("tgt", TARGETS, ["d.txt", "e.txt", "f.txt"])
    write(Path("src/z.txt"), ["nothing like it"])
    Path("mined").mkdir()
    mined("src", "tgt", "-o", "all.hunalign.tsv", "-o", "mined/*.hunalign.tsv", "-o", "links.jsonl")
    rows = [one.split("\t") for one in Path("all.hunalign.tsv").read_text().splitlines()]
    sources = [source for source, _, _ in rows if source]
    targets = [target for _, target, _ in rows if target]
    assert sorted(sources) == sorted([*filter(None, SOURCES), "nothing like it"])
    assert sorted(targets) == sorted(filter(None, TARGETS))
    assert sum(bool(source and target) for source, target, _ in rows) == len(records("links.jsonl"))
    apart = [one for file in Path("mined").iterdir() for one in file.read_text().splitlines()]
    assert sorted(apart) == sorted(Path("all.hunalign.tsv").read_text().splitlines())


def test_a_row_is_one_sentence_whatever_newlines_it_holds() -> None:
    write(Path("src/a.jsonl"), ["first", f" {line(1)}\nand more of it1\n", line(2)])
    write(Path("tgt/a.parquet"), [line(2), f"{line(1)} and more of it1"])
    mined("src", "tgt", "-o", "found.jsonl")
    first, second = records("found.jsonl")
    assert (first["source_text"], first["source_sentences"]) == (f"{line(1)}\nand more of it1", [1])
    assert (second["source_sentences"], second["target_sentences"]) == ([2], [0])


def test_one_file_of_rows_is_a_list() -> None:
    write(Path("it.jsonl"), SOURCES)
    write(Path("en.parquet"), TARGETS)
    mined("it.jsonl", "en.parquet", "-o", "found.jsonl")
    found = records("found.jsonl")
    assert {(one["source_doc"], one["target_doc"]) for one in found} == {("it.jsonl", "en.parquet")}
    assert all(SOURCES[one["source_sentences"][0]] == one["source_text"] for one in found)
    assert all(TARGETS[one["target_sentences"][0]] == one["target_text"] for one in found)


def test_a_row_in_another_language_than_its_list_is_no_sentence_of_it() -> None:
    rows = [{"lang": "it-IT", "text": line(1)}, {"lang": "fr", "text": line(2)}, {"text": line(3)}]
    Path("it.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    write(Path("en.txt"), [line(1), line(2), line(3)])
    result = mined("it.jsonl", "en.txt", "-o", "found.jsonl")
    assert [one["source_sentences"] for one in records("found.jsonl")] == [[0], [2]]
    assert "it.jsonl: 1 of 3 sentences stand in fr" in result.stderr


def test_the_language_is_that_of_all_shards_together() -> None:
    italian = ["Il treno per Bologna parte alle sette e quarantacinque.", "La signora ha perso l'ombrello verde."]
    english = ["Mrs Bianchi has lost her green umbrella today.", "The train to Bologna leaves at a quarter to eight."]
    for number, (one, other) in enumerate(zip([*italian, "Nein"], [*english, "Jawohl"], strict=True)):
        write(Path(f"src/{number}.txt"), [one])
        write(Path(f"tgt/{number}.txt"), [other])
    bitext = mine_files("src", "tgt", encoder=BagOfWords())
    assert {(one.pair.source.lang, one.pair.target.lang) for one in bitext.alignments} == {("it", "en")}


def test_what_rows_say_is_the_language_of_a_list() -> None:
    for name, lang in (("a.jsonl", "ita_Latn"), ("b.jsonl", "eng")):
        Path(name).write_text("".join(f"{json.dumps({'lang': lang, 'text': one})}\n" for one in SOURCES))
    (alignment,) = mine_files("a.jsonl", "b.jsonl", encoder=BagOfWords()).alignments
    assert (alignment.pair.source.lang, alignment.pair.target.lang) == ("it", "en")


# What goes wrong


def test_a_broken_shard_is_named_and_the_others_go_on(single: list[dict[str, object]]) -> None:
    cut("src", SOURCES, ["a.txt", "b.jsonl", "c.txt"])
    Path("src/aa.parquet").write_bytes(b"no parquet")
    Path("src/ab.txt.gz").write_bytes(b"no gzip")
    Path("src/ac.csv").write_text("text\nno shard\n")
    Path("src/ad.txt").symlink_to("nowhere")
    Path("mined").mkdir()
    result = mine("src", "en.txt", "-o", "mined/*.jsonl")
    assert result.exit_code == 1
    for name in ("aa.parquet", "ab.txt.gz", "ac.csv", "ad.txt"):
        assert f"warning: src/{name}: " in result.stderr
    assert unnamed(records(*Path("mined").iterdir())) == unnamed(single)
    assert [file.name for file in sorted(Path("mined").iterdir())] == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_broken_row_costs_only_itself_and_the_others_keep_their_numbers() -> None:
    write(Path("src/a.jsonl"), [line(1), line(2)])
    first, second = Path("src/a.jsonl").read_text().splitlines()
    Path("src/a.jsonl").write_text(f"{first}\n{{broken\n{second}\n")
    write(Path("tgt/a.txt"), [line(2), line(1)])
    result = mine("src", "tgt", "-o", "found.jsonl")
    assert result.exit_code == 1
    assert "warning: src/a.jsonl: line 2: not JSON" in result.stderr
    assert [one["source_sentences"] for one in records("found.jsonl")] == [[0], [2]]


def test_a_table_without_a_column_of_sentences_is_told() -> None:
    Path("src").mkdir()
    parquet.write_table(pyarrow.table({"it": ["uno", "due"], "en": ["one", "two"]}), "src/a.parquet")
    write(Path("en.txt"), TARGETS)
    result = mine("src", "en.txt")
    assert result.exit_code == 1
    assert "src/a.parquet: a column for each language, none of sentences; name one text" in result.stderr


@pytest.mark.parametrize("held", [(), (".hidden.txt",), ("below/a.txt",)])
@pytest.mark.parametrize("output", ["found.jsonl", "*.jsonl"])
def test_an_empty_folder_is_told(held: tuple[str, ...], output: str) -> None:
    Path("src/below").mkdir(parents=True)
    for name in held:
        Path("src", name).write_text("one\n")
    write(Path("en.txt"), TARGETS)
    result = mine("src", "en.txt", "-o", output)
    assert result.exit_code == 1
    assert "Error: src: a folder without files; put .txt, .jsonl or .parquet files there" in result.stderr
    assert not list(Path().glob("*.jsonl"))


def test_a_folder_of_nothing_but_broken_shards_is_told() -> None:
    for name in ("a.gz", "b.gz"):
        write(Path("src/x"), [])
        Path("src", name).write_bytes(b"no gzip")
    Path("src/x").unlink()
    write(Path("en.txt"), TARGETS)
    result = mine("src", "en.txt", "-o", "found.jsonl")
    assert result.exit_code == 1
    assert "Error: src: none of 2 files can be read (src/a.gz: " in result.stderr


@pytest.mark.parametrize("output", ["mined/*-*.jsonl", "min*/a.jsonl", "min*/*.jsonl"])
def test_a_pattern_that_is_none_is_told(output: str) -> None:
    write(Path("src/a.txt"), SOURCES)
    for folder in ("mined", "min*"):
        Path(folder).mkdir()
    result = mine("src", "src", "-o", output)
    assert result.exit_code == 1
    assert "one * in the name of the file, and none in its folder's" in result.stderr


def test_what_is_asked_for_in_vain_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.pipeline.mine_files", lambda *_, **__: pytest.fail("the work began"))
    write(Path("src/a.txt"), SOURCES)
    write(Path("src/a.jsonl"), SOURCES)
    write(Path("tgt/b.txt"), TARGETS)
    Path("mined").mkdir()
    for source, output, told in (
        ("src", "mined/*.jsonl", "mined/a.jsonl: 'a.jsonl' and 'a.txt' would both go there; rename one of them"),
        ("src", "none/*.jsonl", "none/a.jsonl: cannot be written"),
        ("src", "mined/*.docx", "no format has the suffix '.docx'"),
        ("src", "mined/*", "no suffix says the format"),
        ("src/a.jsonl", "src/*.jsonl", "src/a.jsonl: is what is read; name other files"),
    ):
        result = mine(source, "tgt", "-o", output)
        assert (result.exit_code, told in result.stderr) == (1, True), result.stderr
    assert not list(Path("mined").iterdir())


def test_nothing_is_written_where_one_shard_cannot_be() -> None:
    """hunalign's ladder has no place for several documents, which only the second shard is linked with."""
    write(Path("src/a.txt"), [line(1)])
    write(Path("src/b.txt"), [line(2), line(3)])
    write(Path("tgt/c.txt"), [line(1), line(2)])
    write(Path("tgt/d.txt"), [line(3)])
    Path("mined").mkdir()
    Path("mined/a.ladder").write_text("old\n")
    result = mine("src", "tgt", "-o", "mined/*.ladder")
    assert result.exit_code == 1
    assert "mined/b.ladder: " in result.stderr
    assert {file.name: file.read_text() for file in Path("mined").iterdir()} == {"a.ladder": "old\n"}


def test_there_may_be_more_shards_than_files_that_can_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    for number in range(80):
        write(Path(f"src/{number:03}.txt"), [line(number)])
    write(Path("en.txt"), [line(number) for number in range(80)])
    Path("mined").mkdir()
    mined("src", "en.txt", "-o", "first.jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path("en.txt").open() as lowest_free:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free.fileno() + 40, hard))
    try:
        mined("src", "en.txt", "-o", "mined/*.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(records(*sorted(Path("mined").iterdir()))) == len(records("first.jsonl"))
