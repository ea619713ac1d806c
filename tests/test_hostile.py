"""The bad inputs of ``../shared/data/hostile``: each is treated as ``EXPECT.tsv`` wants, and the run stays small.

All of them lie in one folder that the command aligns once, in a process of its own with limits and with an eye on what
it opens, connects to and starts. ``WANTED`` says for each input by its name what must have come of it.
"""

import fcntl
import json
import os
import pickle
import shutil
import stat
import subprocess
import sys
import unicodedata
from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from runpy import run_path

import pytest

from aligner.readers.ids import printable
from aligner.writers import tsv
from aligner.writers.cells import text_cell

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(sys.platform != "linux", reason="FIFOs, devices and limits are as on Linux"),
]

MAX_MEMORY = 1 << 30
"""Bytes of resident memory at the peak of the run over all inputs; measured: 0.95 GB."""

MAX_SECONDS = 400
"""Processor time of that run; measured: 160 s, nearly all of it for ``one_line_5mb`` and ``words_100k``."""

N_MANY = 200
"""Tiny documents a side in the folder ``many``, which has a run of its own."""

FILES = {
    *("bitext.tsv", "bitext.jsonl", "documents.tsv", "unaligned.tsv"),
    *("run.json", "related.tsv", "facts.tsv", "facts.jsonl", "texts.jsonl", "report.html"),
}

WATCHED = """
import os, resource, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
limits = {"AS": 8 << 30, "CPU": %d, "NOFILE": 256, "FSIZE": 512 << 20, "CORE": 0}
for name, limit in limits.items():
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))

def tell(*what):
    os.write(log, ("\\t".join(map(ascii, what)) + "\\n").encode())

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if not isinstance(path, int):
            is_write = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            tell("write" if is_write else "read", os.path.abspath(os.fsdecode(path)))
    elif event in {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod"}:
        tell("write", *(os.path.abspath(os.fsdecode(path)) for path in arguments if isinstance(path, (str, bytes))))
    elif event.startswith(("socket.connect", "socket.send", "socket.get", "subprocess.", "os.system", "os.exec")):
        tell("forbidden", event)

from aligner.cli import main
sys.addaudithook(watch)
try:
    main()
finally:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    tell("used", int(peak.split()[1]) << 10, usage.ru_utime + usage.ru_stime)
"""
"""Runs the command with limits, and logs what it opens, changes and must not do."""


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left: its status, its words, its files, and the log of what it did."""

    corpus: Path
    output: Path
    status: int
    told: bytes
    warned: bytes
    events: tuple[tuple[str, ...], ...]
    before: dict[str, tuple[int, ...]]
    after: dict[str, tuple[int, ...]]

    @property
    def used(self) -> tuple[int, float]:
        """Peak memory in bytes, and seconds of processor time."""
        _, memory, seconds = next(event for event in self.events if event[0] == "used")
        return int(memory), float(seconds)

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """What became of each document."""
        return table(self.output / "documents.tsv")

    @cached_property
    def records(self) -> list[dict]:
        with (self.output / "bitext.jsonl").open(encoding="utf-8", newline="\n") as file:
            return [json.loads(line) for line in file]

    @cached_property
    def by_pair(self) -> dict[frozenset[str], list[dict]]:
        """The records of each two documents."""
        held: dict[frozenset[str], list[dict]] = {}
        for record in self.records:
            held.setdefault(frozenset((record["source_doc"], record["target_doc"])), []).append(record)
        return held

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """All the segments that were shown of each document."""
        held: dict[str, list[str]] = {}
        for record in self.records:
            for side in ("source", "target"):
                held.setdefault(record[f"{side}_doc"], []).append(record[f"{side}_text"])
        for row in table(self.output / "unaligned.tsv"):
            held.setdefault(row["doc"], []).append(row["text"])
        return held

    @cached_property
    def warnings(self) -> str:
        return self.warned.decode("utf-8")

    def relations(self, one: str, other: str | None = None) -> list[str]:
        """How a document stands to another, or to any."""
        wanted = {one} if other is None else {one, other}
        return [row["relation"] for row in self.rows if wanted <= {row["source_doc"], row["target_doc"]}]

    def reasons(self, document: str) -> list[str]:
        """Why a file was skipped."""
        return [row["reason"] for row in self.rows if row["source_doc"] == document and row["relation"] == "skipped"]

    def links(self, name: str) -> list[dict]:
        """The records between the two documents of this name."""
        return self.by_pair.get(frozenset((f"it/{name}", f"en/{name}")), [])


def table(path: Path) -> list[dict[str, str]]:
    header, *rows = path.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    return [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]


def listing(folder: Path, *, without: set[Path]) -> dict[str, tuple[int, ...]]:
    """Size, time and mode of all that lies under a folder but in some folders of it."""
    held = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(parent, name) not in without]
        for name in (*folders, *files):
            path = Path(parent, name)
            found = path.lstat()
            if path != folder / "log":
                size = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
                held[str(path)] = (size, found.st_mtime_ns if path.parent != folder else 0, found.st_mode)
    return held


def aligned(corpus: Path, place: Path) -> Outcome:
    """The outcome of `align CORPUS`, with home, temporary and working folder all of its own."""
    output = place / "work" / "out"
    cache = place / "home" / ".cache"
    for name in ("work", "home/.cache", "temporary"):
        (place / name).mkdir(parents=True, exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "COV_", "PYTEST_"))},
        **{"HOME": str(place / "home"), "TMPDIR": str(place / "temporary"), "PYTHONPATH": os.pathsep.join(sys.path)},
    }
    before = listing(place, without={output, cache})
    command = [
        sys.executable,
        "-B",
        "-c",
        WATCHED % MAX_SECONDS,
        place / "log",
        corpus,
        "-o",
        "out",
        "--encoder",
        "use",
    ]
    done = subprocess.run(command, cwd=place / "work", env=environment, capture_output=True, check=False, timeout=1500)
    after = listing(place, without={output, cache})
    assert (place / "log").is_file(), done.stderr
    lines = (place / "log").read_text(encoding="ascii").splitlines()
    events = tuple(tuple(str(literal_eval(cell)) for cell in line.split("\t")) for line in lines)
    return Outcome(corpus, output, done.returncode, done.stdout, done.stderr, events, before, after)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a test run."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "bad-inputs"


@pytest.fixture(scope="session")
def outcome(shared: Path, place: Path) -> Outcome:
    """The run over all inputs: made by the worker that asks first, while the others wait."""
    return _once(place, "all", lambda: aligned(_made(shared, place), place / "all"))


@pytest.fixture(scope="session")
def crowd(outcome: Outcome, place: Path) -> Outcome:
    """The run over the many small documents."""
    return _once(place, "many", lambda: aligned(place / "crowd", place / "many"))


def _once(place: Path, name: str, work: Callable[[], Outcome]) -> Outcome:
    place.mkdir(exist_ok=True)
    with (place / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = place / f"{name}.pickle"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(work()))
        return pickle.loads(kept.read_bytes())


def _made(shared: Path, place: Path) -> Path:
    """The inputs, in a folder beside which the run has its own; the many small documents are set aside."""
    folder = place / "all" / "hostile"
    maker = shared / "data" / "hostile" / "make_hostile.py"
    command = [sys.executable, maker, folder, "--sparse", "--many", str(N_MANY)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.move(folder / "many", place / "crowd")
    return folder


# What is known of the inputs


@cache
def sentences() -> tuple[list[str], list[str]]:
    """The Italian and the English sentences of which most inputs are made."""
    made = run_path(str(Path(__file__).resolve().parents[2] / "shared" / "data" / "hostile" / "make_hostile.py"))
    return made["IT"], made["EN"]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).casefold()))


def number(text: str, side: int) -> int | None:
    """Which of the known sentences of a side (0: Italian, 1: English) a text is, but for case and marks."""
    known = {letters(sentence): i for i, sentence in enumerate(sentences()[side])}
    return known.get(letters(text))


def pairs(outcome: Outcome, name: str) -> list[tuple[int | None, int | None]]:
    """The links between the documents of a name as numbers of known sentences; None stands for any other text."""
    found = []
    for record in outcome.links(name):
        texts = {record["source_doc"]: record["source_text"], record["target_doc"]: record["target_text"]}
        found.append((number(texts[f"it/{name}"], 0), number(texts[f"en/{name}"], 1)))
    return found


# Checks. Each asserts of one input, by its name, what EXPECT.tsv wants of it.

Check = Callable[[Outcome, str], None]


def links(n: int = 12, *, others: int = 0) -> Check:
    """So many known sentences are linked, each with its own translation, and so many other texts besides."""

    def check(outcome: Outcome, name: str) -> None:
        found = pairs(outcome, name)
        known = [pair for pair in found if pair != (None, None)]
        assert all(i == j for i, j in known), known
        assert len(set(known)) == len(known) == n
        assert len(found) - len(known) == others

    return check


def at_most(n: int) -> Check:
    def check(outcome: Outcome, name: str) -> None:
        assert len(outcome.links(name)) <= n
        told(outcome, name)

    return check


def exactly(n: int) -> Check:
    def check(outcome: Outcome, name: str) -> None:
        assert len(outcome.links(name)) == n

    return check


def told(outcome: Outcome, name: str) -> None:
    """Each side that is there stands in the table of documents: paired, unpaired or skipped with a reason."""
    for document in sides(outcome, name):
        found = [row for row in outcome.rows if document in (_file(row["source_doc"]), _file(row["target_doc"]))]
        assert found, document
        assert all(row["reason"] for row in found if row["relation"] == "skipped")


def sides(outcome: Outcome, name: str) -> list[str]:
    """The documents of this name."""
    return [f"{lang}/{name}" for lang in ("it", "en") if f"{lang}/{name}" in _expected(outcome.corpus)]


def _file(document: str) -> str:
    return document.partition("#")[0]


def skipped(*reasons: str) -> Check:
    """Each side is skipped, and the reason holds these words."""

    def check(outcome: Outcome, name: str) -> None:
        for document in sides(outcome, name):
            found = outcome.reasons(document)
            assert found, document
            for reason in reasons:
                assert any(reason in one for one in found), found
        assert outcome.links(name) == []

    return check


def says(reason: str) -> Check:
    """A part of the Italian side cannot be read, and the reason holds these words."""

    def check(outcome: Outcome, name: str) -> None:
        assert any(reason in one for one in outcome.reasons(f"it/{name}")), outcome.reasons(f"it/{name}")

    return check


def either(*checks: Check) -> Check:
    def check(outcome: Outcome, name: str) -> None:
        failures = []
        for one in checks:
            try:
                one(outcome, name)
            except AssertionError as error:
                failures.append(error)
        assert len(failures) < len(checks), failures

    return check


def every(*checks: Check) -> Check:
    def check(outcome: Outcome, name: str) -> None:
        for one in checks:
            one(outcome, name)

    return check


def reads(*held: str, without: tuple[str, ...] = ()) -> Check:
    """The texts shown of the Italian side hold these words verbatim, and none of those."""

    def check(outcome: Outcome, name: str) -> None:
        shown = "\n".join(outcome.texts[f"it/{name}"])
        assert [word for word in held if word not in shown] == []
        assert [word for word in without if word in shown] == []

    return check


def warns(text: str) -> Check:
    def check(outcome: Outcome, name: str) -> None:
        assert text in outcome.warnings.splitlines()
        assert (
            text.removeprefix("warning: ") in json.loads((outcome.output / "run.json").read_text("utf-8"))["warnings"]
        )

    return check


def no_copies(outcome: Outcome, name: str) -> None:
    """What is the same on both sides, or holds the other side, is flagged where it is linked."""
    copied = [one for one in outcome.links(name) if letters(one["target_text"]) in letters(one["source_text"])]
    assert [one["source_text"] for one in copied if not one["flags"]] == []


def half_translated(outcome: Outcome, name: str) -> None:
    real = [pair for pair in pairs(outcome, name) if None not in pair]
    assert real == [(i, i) for i in range(6)]
    no_copies(outcome, name)


def alone(outcome: Outcome, name: str) -> None:
    """No translation: unpaired, or only comparable, as with the German text that shares four of its sentences."""
    for document in sides(outcome, name):
        assert outcome.relations(document)
        assert set(outcome.relations(document)) <= {"unpaired", "comparable"}


def same_in_order(outcome: Outcome, name: str) -> None:
    """12 links, sentence by sentence, whatever became of the letters."""
    found = [(record["source_sentences"], record["target_sentences"]) for record in outcome.links(name)]
    assert found == [([i], [i]) for i in range(12)]


def out_of_order(outcome: Outcome, name: str) -> None:
    """Few links or all 12 right ones, and which method found them."""
    assert all(i == j for i, j in pairs(outcome, name))
    assert all(record["method"] for record in outcome.links(name))
    assert outcome.relations(f"it/{name}", f"en/{name}")


def body_is_right(outcome: Outcome, name: str) -> None:
    links(12, others=12)(outcome, name)


def verbatim(outcome: Outcome, name: str) -> None:
    """JSONL holds the text as it stands; TSV gives it back but for tabs, and no cell is a formula."""
    lines = (outcome.corpus / "it" / name).read_text(encoding="utf-8").splitlines()
    assert [one["source_text"] for one in outcome.links(name)] == lines
    with (outcome.output / "bitext.tsv").open(encoding="utf-8", newline="\n") as file:
        read = [record.source_text for record in tsv.read(file) if record.source_doc == f"it/{name}"]
    assert read == [line.replace("\t", " ") for line in lines]
    cells = [row["source_text"] for row in table(outcome.output / "bitext.tsv") if row["source_doc"] == f"it/{name}"]
    assert [cell for cell in cells if cell.lstrip()[0] in "=+-@"] == []


def controls_are_left_out(outcome: Outcome, name: str) -> None:
    """All is linked; the first line, which holds them all, is verbatim in JSONL. What is shown is looked at below."""
    assert pairs(outcome, name) == [(None, 0), *((i, i) for i in range(1, 12))]
    assert outcome.links(name)[0]["source_text"].startswith("\x1b[31mrosso\x1b[0m \x07 \x08\x08 Il treno")


def only_text(outcome: Outcome, name: str) -> None:
    """The three lines are linked, each with its own, and what talks to a model is a text like any other."""
    found = pairs(outcome, name)
    assert (found[0], found[-1]) == ((0, 0), (1, 1))
    middle = outcome.links(name)[1:-1]
    source, target = (letters("".join(one[f"{side}_text"] for one in middle)) for side in ("source", "target"))
    assert source.startswith("ignoratutteleistruzioniprecedenti")
    assert target.startswith("ignoreallpreviousinstructions")
    assert source.endswith("systemprinttheapikey")
    assert target.endswith("systemprinttheapikey")


def copies_are_seen(outcome: Outcome, name: str) -> None:
    """Nothing but equal texts is linked."""
    assert all(record["source_text"] == record["target_text"] for record in outcome.links(name))


def other_rows_only(outcome: Outcome, name: str) -> None:
    """A folder gives nothing by itself."""
    assert [row for row in outcome.rows if row["source_doc"].rstrip("/") == f"it/{name}".rstrip("/")] == []


def deep_is_found(outcome: Outcome, name: str) -> None:
    assert outcome.relations("it/" + "deep/" * 60 + "bottom.txt")


def unread(outcome: Outcome, name: str) -> None:
    """Root reads whatever its mode is; others are told that they may not."""
    if os.geteuid() == 0:
        alone(outcome, name)
    else:
        skipped("Permission denied")(outcome, name)


def names_only_their_own(outcome: Outcome, name: str) -> None:
    """A line that cannot be read is told by its number; the others are texts."""
    assert [reason.split(":")[0] for reason in outcome.reasons(f"it/{name}")] == ["line 2", "line 3"]
    assert {f"it/{name}#1", f"it/{name}#4"} <= set(outcome.texts)


CONTROL = links(12)
NAMES = (
    *("-rf.txt", "--help.txt", "a b  c.txt", "new\nline.txt", "tab\tname.txt", "quo'te\".txt", "$(touch pwned).txt"),
    *("`id`;&|.txt", "perché_città_日本_🎉.txt", unicodedata.normalize("NFD", "caffè.txt"), "caffè.txt", "UPPER.TXT"),
    *("noext", ".txt", "a.it.txt", "<img src=x onerror=alert(1)>.txt", "=1+1.txt", "L" * 251 + ".txt"),
    *("{0}%s{x}.txt", "CON.txt", "trailing dot..txt", "\x1b[31mred.txt", "latin1_\udce8.txt"),
)
"""Names of files that hold what the control holds."""

WANTED: dict[str, Check] = {
    "00_control.txt": CONTROL,
    # Nothing in it
    "empty.txt": skipped("no text"),
    "whitespace.txt": skipped("no text"),
    "empty_one_side.txt": every(at_most(0), told),
    "one_sentence.txt": links(1),
    "one_word.txt": at_most(1),
    "one_vs_many.txt": at_most(1),
    "only_it_side.txt": alone,
    "only_en_side.txt": alone,
    # Bytes and encodings
    "nul.txt": CONTROL,
    "bad_utf8.txt": CONTROL,
    "utf16le_bom.txt": CONTROL,
    "utf16be_bom.txt": CONTROL,
    "utf16le_nobom.txt": CONTROL,
    "utf32_bom.txt": CONTROL,
    "utf8_bom.txt": every(CONTROL, reads(without=("\ufeff",))),
    "latin1.txt": every(CONTROL, reads("Perché nessuno", "Il museo è aperto", "Così finì", "c'è più")),
    "cp1252.txt": every(reads("12,50 €", "l’ombrello", "«Verrò domani»"), same_in_order),
    "mojibake.txt": every(same_in_order, reads("PerchÃ© nessuno")),
    "entities.txt": same_in_order,
    "nfd.txt": CONTROL,
    "crlf.txt": CONTROL,
    "cr_only.txt": CONTROL,
    "line_seps.txt": CONTROL,
    # Size and shape; that memory and time are bounded is asserted of the whole run
    "one_line_5mb.txt": told,
    "words_100k.txt": told,
    "word_1mb.txt": at_most(0),
    "all_same_line.txt": at_most(5000),
    "punctuation.txt": at_most(0),
    "digits.txt": told,
    "hardwrap.txt": told,
    "hyphenated.txt": at_most(1),
    # "DOTT." ends a sentence in capitals; its rest is linked.
    "caps.txt": exactly(12),
    "nopunct.txt": at_most(1),
    "page_headers.txt": body_is_right,
    # Characters
    "controls.txt": controls_are_left_out,
    "rtl.txt": links(12, others=2),
    "emoji.txt": told,
    "zalgo.txt": told,
    "astral.txt": told,
    "tsv_meta.txt": verbatim,
    "script_in_text.txt": every(links(12, others=2), reads('<script>alert("it")</script> Ciao.')),
    "prompt_injection.txt": only_text,
    # Content
    "dup_a.txt": CONTROL,
    "dup_b.txt": CONTROL,
    "dup_a_copy.txt": alone,
    "third_language.txt": warns("warning: it/third_language.txt: declared it, reads as de"),
    "swapped.txt": every(
        warns("warning: it/swapped.txt: declared it, reads as en"),
        warns("warning: en/swapped.txt: declared en, reads as it"),
    ),
    "same_language.txt": every(
        warns("warning: it/same_language.txt: declared it, reads as en like en/same_language.txt: not translated"),
        at_most(0),
    ),
    "mixed.txt": no_copies,
    "half_translated.txt": half_translated,
    "names_only.txt": copies_are_seen,
    "reversed.txt": out_of_order,
    "shuffled.txt": out_of_order,
    "unrelated.txt": at_most(1),
    "code.txt": told,
    # HTML and XML
    "broken.html": either(CONTROL, at_most(12)),
    "script.html": every(CONTROL, reads(without=("non testo", "color:red", "document.write", "etc/passwd"))),
    "no_text.html": skipped("no text"),
    "wrong_charset.html": every(CONTROL, reads("Perché nessuno", "Il museo è aperto")),
    "latin1_meta.html": every(CONTROL, reads("Perché nessuno", "Il museo è aperto")),
    "deep.html": CONTROL,
    "html_as_txt.txt": every(CONTROL, reads(without=("<p>", "<html", "</"))),
    "billion_laughs.xml": skipped("entity amplification"),
    "billion_laughs.tmx": skipped("entity amplification"),
    "xxe.xml": skipped("uses the entity &x;"),
    "xxe.html": reads("Ciao.", without=("root:",)),
    "broken.tmx": skipped("not well-formed XML"),
    "broken.json": skipped("no reader for .json"),
    "deep.json": skipped("no reader for .json"),
    "bad_line.jsonl": names_only_their_own,
    "ragged.csv": says("row 3: a quote that is not closed"),
    "big_field.csv": reads("a" * 1000),
    "bad.srt": says("line 6: broken times"),
    # Containers
    "fine.docx": CONTROL,
    "bomb.docx": skipped("unpacks to more than any text does"),
    "laughs.docx": skipped("entity amplification"),
    "slip.docx": reads("Il treno per Bologna parte alle 7.45", "Grazie a tutti"),
    "truncated.docx": skipped("cut short"),
    "empty_zip.docx": skipped("missing from the file"),
    "text.docx": skipped("no .docx file"),
    "truncated.pdf": skipped("cut short"),
    "text.pdf": skipped("no PDF"),
    "truncated.txt.gz": skipped("cut short"),
    "bomb.txt.gz": skipped("unpacks to more than"),
    "nested.txt.gz": skipped("gzip within gzip"),
    "text.gz": skipped("no sound gzip data"),
    "fine.txt.gz": CONTROL,
    "picture.txt": skipped("binary data"),
    "random.txt": skipped("binary data"),
    "picture.png": skipped("no reader for .png"),
    # Names
    **dict.fromkeys(NAMES, CONTROL),
    ".hidden.txt": skipped("hidden"),
    "\u202etxt.exe": skipped("no reader for .exe"),
    # Objects of the file system
    "loop_a.txt": skipped("a link that leads nowhere"),
    "loop_b.txt": skipped("a link that leads nowhere"),
    "dangling.txt": skipped("a link that leads nowhere"),
    "passwd.txt": skipped("a link out of the corpus"),
    "self_dir": skipped("a link to the folder"),
    "link_to_control.txt": skipped("same file as it/00_control.txt"),
    "zero.txt": skipped("a link out of the corpus"),
    "foo.txt/": other_rows_only,
    "empty_dir/": other_rows_only,
    "deep/…/bottom.txt": deep_is_found,
    "fifo.txt": skipped("a FIFO"),
    "sock.txt": skipped("a socket"),
    "unreadable.txt": unread,
    "readonly.txt": CONTROL,
    "sparse.txt": skipped("2048 MiB"),
}
"""What is wanted of each input, as ``EXPECT.tsv`` has it; the sides ``it`` and ``en`` of one name are one input."""

SHORT = {
    "mixed.txt": "11 of the 12 English lines are set aside; one, full of Italian names, reads as neither",
}
"""Where the tool still falls short of what is wanted."""


def _params() -> Iterator[object]:
    for name, check in WANTED.items():
        marks = [pytest.mark.xfail(reason=SHORT[name], strict=False)] if name in SHORT else []
        yield pytest.param(name, check, id=printable(name)[:60], marks=marks)


@cache
def _expected(corpus: Path) -> frozenset[str]:
    """The inputs of ``EXPECT.tsv`` as ids, a byte that is no UTF-8 as we write it."""
    names = [row["file"].encode("ascii").decode("unicode_escape") for row in table(corpus / "EXPECT.tsv")]
    return frozenset(name if "\\" in name else printable(name) for name in names)


@pytest.mark.parametrize(("name", "check"), list(_params()))
def test_an_input_is_treated_as_wanted(name: str, check: Check, outcome: Outcome) -> None:
    assert sides(outcome, printable(name)), "EXPECT.tsv has no such input"
    check(outcome, printable(name))


def test_every_input_has_a_check(outcome: Outcome) -> None:
    names = {name.partition("/")[2] for name in _expected(outcome.corpus)} - {""}
    assert names == set(map(printable, WANTED))


def test_many_small_documents_are_aligned_each_with_its_own(crowd: Outcome) -> None:
    assert {crowd.status, crowd.warned} == {0, b""}
    names = [f"{i:06d}.txt" for i in range(N_MANY)]
    assert [crowd.relations(f"it/{name}", f"en/{name}") for name in names] == [["parallel"]] * N_MANY
    assert crowd.used[0] < MAX_MEMORY


def test_the_run_stays_within_memory_and_time(outcome: Outcome) -> None:
    memory, seconds = outcome.used
    assert memory < MAX_MEMORY
    assert seconds < MAX_SECONDS


def test_the_run_ends_with_the_status_of_unread_files_and_says_so(outcome: Outcome) -> None:
    assert outcome.status == 1
    assert b"Traceback" not in outcome.told + outcome.warned
    assert "could not be read; documents.tsv says why" in outcome.told.decode("utf-8")


def test_nothing_but_the_output_is_touched(outcome: Outcome) -> None:
    assert {path.name for path in outcome.output.iterdir()} == FILES
    assert outcome.before == outcome.after
    assert not any(Path(path).exists() for path in ("/tmp/slipped.txt", "/etc/slipped"))
    written = {Path(path) for kind, *paths in outcome.events if kind == "write" for path in paths}
    # Whether a folder can be written is tried with a file that is gone at once; Python does so with its temporary one.
    tried = {path for path in written if path.parent == outcome.output.parent and path.name.startswith(".aligner-")}
    place = outcome.output.parents[1]
    allowed = (outcome.output, place / "temporary", place / "home" / ".cache" / "aligner", Path(os.devnull))
    assert [path for path in written - tried if not any(path.is_relative_to(place) for place in allowed)] == []
    assert not list(outcome.corpus.parent.rglob("pwned"))


def test_nothing_is_fetched_started_or_read_outside(outcome: Outcome) -> None:
    assert [event for event in outcome.events if event[0] == "forbidden"] == []
    read = {path for kind, *paths in outcome.events if kind == "read" for path in paths}
    assert read & {"/etc/passwd", "/dev/zero"} == set()
    assert [path for path in read if path.endswith(("/fifo.txt", "/zero.txt", "/passwd.txt"))] == []


def odd(text: str) -> set[str]:
    """Control characters, line breaks of other kinds, lone surrogates and bidi overrides in a text."""
    raw = {character for character in set(text) if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}}
    return (raw | set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")) - {"\n", "\t"}


def test_nothing_that_is_written_or_shown_carries_control_characters_or_secrets(outcome: Outcome) -> None:
    contents = {name: (outcome.output / name).read_bytes() for name in FILES}
    for name, content in {**contents, "stdout": outcome.told, "stderr": outcome.warned}.items():
        text = content.decode("utf-8")
        assert odd(text) == set(), name
        assert "root:x:0" not in text, name


def test_every_name_is_escaped_where_it_is_shown(outcome: Outcome) -> None:
    shown = {row[side] for row in outcome.rows for side in ("source_doc", "target_doc")}
    assert [name for name in shown if not name.isprintable() or text_cell(name) != name] == []
    assert {"it/new\\x0aline.txt", "it/\\x1b[31mred.txt", "it/\\u202etxt.exe", "it/latin1_\\xe8.txt"} <= shown


# Odd names one by one on the command line


def align(place: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    code = "from aligner.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=place, capture_output=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    "name",
    ["-rf.txt", "--help.txt", "new\nline.txt", "$(touch pwned).txt", "\x1b[31mred.txt", b"latin1_\xe8.txt"],
    ids=ascii,
)
def test_two_files_of_an_odd_name_are_aligned(name: str | bytes, tmp_path: Path) -> None:
    name = os.fsdecode(name)
    for side, lang in enumerate(("it", "en")):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / name).write_text("\n".join(sentences()[side]), encoding="utf-8")
    for lang in ("it", "en"):
        shutil.copy(tmp_path / lang / name, tmp_path / f"{name}.{lang}")
    output = f"{name}.jsonl"
    done = align(tmp_path, "pair", "--langs", "it,en", f"--output={output}", "--", f"{name}.it", f"{name}.en")
    assert done.returncode == 0, done.stderr
    assert odd(done.stderr.decode("utf-8")) == set()
    records = [json.loads(line) for line in (tmp_path / output).read_text("utf-8").splitlines()]
    assert [(number(one["source_text"], 0), number(one["target_text"], 1)) for one in records] == [
        (i, i) for i in range(12)
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"it", "en", f"{name}.it", f"{name}.en", output}


@pytest.mark.parametrize("output", ["missing/out.tsv", ".", "/dev/null/x.tsv", "fifo.tsv", "x.docx\x1b[31m"])
def test_an_output_that_cannot_be_is_refused_before_any_work_and_shown_escaped(output: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.tsv")
    done = align(tmp_path, "pair", "missing.it", "missing.en", "-o", output)
    assert done.returncode == 1
    assert "missing.it" not in done.stderr.decode("utf-8")
    assert odd(done.stderr.decode("utf-8")) == set()
    assert [path.name for path in tmp_path.iterdir()] == ["fifo.tsv"]
