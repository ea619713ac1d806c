"""Readers fed with damaged files: nothing but an ``AlignerError`` may come of it, quickly and in little memory.

    python benchmarks/fuzz.py all --minutes 10
    python benchmarks/fuzz.py reader.html bitext.tsv --minutes 1 --seed 7

Every reader of documents (``aligner.readers.READERS``) and every format of bitexts and beads
(``aligner.writers.WRITERS`` and what lies in the corpus) is a target by its suffix. Each starts from the sound files of
its suffix in ``tests/fuzz_corpus/reader`` or ``tests/fuzz_corpus/bitext``, or from all of them where it has none; to
fuzz a new format well, put a small file there. Files are damaged as bytes and as lines, gzip data and zip archives
inside, too. The same seed makes the same inputs. What fails is made smaller and kept in the folder of findings, with
the traceback.
"""

import argparse
import faulthandler
import gzip
import io
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePath
from random import Random

from aligner.document import Text
from aligner.errors import AlignerError
from aligner.pipeline import read_bitext
from aligner.readers import READERS, read, split_suffix
from aligner.writers import WRITERS
from aligner.writers.beads import SUFFIXES, read_beads

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "fuzz_corpus"
FINDINGS = ROOT / "outputs" / "fuzz"

MAX_SECONDS = 5
"""Processor time from which an input hangs a reader; what waits and does nothing is ended after ``MAX_WAIT``."""

MAX_WAIT = 120

MAX_MEMORY = 1 << 30
"""Bytes that a reader may ask for beyond what the interpreter has when it starts."""

MAX_BYTES = 1 << 19
"""The largest input that is made."""

MAX_SHRINKING = 60
"""Seconds for which a failing input is made smaller."""

TOKENS = (
    *(b"\0", b"\r", b"\n", b"\t", b"\x1b[31m", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xf4"),
    *(b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"&x;", b"&#xD800;", b"&#99999999999;", b"<p>"),
    *(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b"<script>",
        b"xml:lang='",
        b"charset=utf-7",
        b"<pre>",
    ),
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b"\\ud800", b"null", b"NaN", b"1e999", b"-1", b"0", b"9" * 30, b"9" * 5000),
    *(
        b"'",
        b"`",
        b"*",
        b"#",
        b"|",
        b"---\n",
        b"```\n",
        b"=1+1",
        b",",
        b";",
        b":",
        b"-->\n",
        b"%s",
        b"{0}",
        b"../",
        b"[",
    ),
)
"""What formats trip over."""


class Hang(BaseException):
    """An input took too long; not an ``Exception``, so that no reader takes it for its own."""


@dataclass(frozen=True)
class Target:
    """A reader, known by its family and suffix."""

    name: str
    read: Callable[[Path], object]
    samples: tuple[Path, ...]


@dataclass(frozen=True)
class Failure:
    """What a reader did with an input; ``place`` is the same for inputs that fail alike."""

    place: str
    told: str


def targets() -> dict[str, Target]:
    """Every reader by name; one that goes by several suffixes by the first of them."""
    readers: dict[str, str] = {}
    for suffix, part in READERS.items():
        if not part.missing():
            readers.setdefault(part.target, suffix)
    suffixes = dict.fromkeys([*WRITERS, *SUFFIXES])
    found = [
        *(
            _made("reader", suffix, _read_document, lambda path, name=name: _reader_of(path) == name)
            for name, suffix in readers.items()
        ),
        *(
            _made("bitext", suffix, _read_bitext, lambda path, suffix=suffix: path.name.endswith(suffix))
            for suffix in suffixes
        ),
    ]
    return {target.name: target for target in found}


def _made(family: str, suffix: str, reader: Callable[[Path], object], is_sample: Callable[[Path], bool]) -> Target:
    samples = [path for path in _files(family) if is_sample(path)]
    return Target(f"{family}{suffix}", reader, tuple(samples or _files(family)))


def _files(family: str) -> list[Path]:
    return sorted(path for path in (CORPUS / family).iterdir() if path.is_file())


def _reader_of(path: Path) -> str:
    suffix = split_suffix(path.name)[1]
    return READERS[suffix].target if suffix in READERS else ""


def _read_document(path: Path) -> None:
    """Read a file of documents; the texts must be what the rest of the tool relies on."""
    reading = read(path, "text")
    for text in reading.texts:
        if not isinstance(text, Text) or {"\0", "\r"} & set(text.content) or not text.id.isprintable():
            raise TypeError(f"{text.id!r}: no tidy text")
        text.content.encode("utf-8")
    if len({text.id for text in reading.texts}) < len(reading.texts):
        raise TypeError("two texts of one id")


def _read_bitext(path: Path) -> None:
    """Read a file as a bitext and as beads: either may refuse it."""
    for door in (lambda path: read_bitext(path, ("it", "en")), read_beads):
        try:
            door(path)
        except AlignerError:
            continue


# Damage


def inputs(samples: Sequence[bytes], random: Random) -> Iterator[bytes]:
    """Damaged samples without end; the first are the samples themselves."""
    yield from samples
    while True:
        data = random.choice(samples)
        for _ in range(random.choice((1, 1, 2, 4, 8))):
            data = _damaged(data, samples, random)[:MAX_BYTES]
        yield data


def _damaged(data: bytes, samples: Sequence[bytes], random: Random) -> bytes:
    """The data with one damage; packed data is damaged inside three times out of four."""
    if random.random() < 0.75:
        if data.startswith(b"\x1f\x8b"):
            return _damaged_gzip(data, samples, random)
        if data.startswith(b"PK\x03\x04"):
            return _damaged_zip(data, samples, random)
    return _damaged_bytes(data, samples, random)


def _damaged_bytes(data: bytes, samples: Sequence[bytes], random: Random) -> bytes:
    if random.randrange(len(DAMAGES) + 1):
        return random.choice(DAMAGES)(data, random)
    other = random.choice(samples)
    return data[: _span(data, random)[0]] + other[_span(other, random)[0] :]


def _damaged_gzip(data: bytes, samples: Sequence[bytes], random: Random) -> bytes:
    try:
        inner = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return _damaged_bytes(data, samples, random)
    return gzip.compress(_damaged(inner, samples, random)[:MAX_BYTES], mtime=0)


def _damaged_zip(data: bytes, samples: Sequence[bytes], random: Random) -> bytes:
    """The archive with one member damaged, renamed, left out or held twice."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        place = random.randrange(len(members))
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return _damaged_bytes(data, samples, random)
    name, content = members[place]
    members[place : place + 1] = random.choice(
        (
            *([(name, _damaged(content, samples, random))],) * 5,
            [(f"../{name}", content)],
            [],
            [(name, content), (name, content[: len(content) // 2])],
        )
    )
    packed = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content[:MAX_BYTES])
    return packed.getvalue()


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 8, 64, 1024)))


def _flip(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + bytes(byte ^ 1 << random.randrange(8) for byte in data[start:end]) + data[end:]


def _cut(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _put(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    token = random.choice(TOKENS) * random.choice((1, 1, 1, 2, 300, 20_000))
    return data[:start] + token + data[random.choice((start, end)) :]


def _repeat(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[start:end] * random.choice((2, 3, 100, 5000)) + data[end:]


def _shuffle(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    i, j = random.randrange(len(lines)), random.randrange(len(lines))
    lines[i], lines[j] = lines[j], random.choice((lines[i], b"", lines[j]))
    return b"\n".join(lines)


def _recode(data: bytes, random: Random) -> bytes:
    encoding = random.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252", "cp037", "shift_jis"))
    return data.decode("utf-8", "replace").encode(encoding, "replace")


DAMAGES = (_flip, _cut, _truncate, _put, _put, _repeat, _shuffle, _recode)


# The run


def check(target: Target, data: bytes, path: Path) -> Failure | None:
    """What goes wrong when this target reads this input from a file at this path, if anything."""
    path.write_bytes(data)
    faulthandler.dump_traceback_later(MAX_WAIT, exit=True)
    signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
    try:
        target.read(path)
    except AlignerError as error:
        return Failure("a message of several lines", str(error)) if "\n" in str(error) else None
    except (Exception, Hang) as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "aligner" in PurePath(frame.filename).parts] or frames
        kind = type(error).__name__
        place = kind if isinstance(error, Hang) else f"{kind} at {PurePath(ours[-1].filename).name}:{ours[-1].lineno}"
        return Failure(place, traceback.format_exc())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    return None


def smallest(target: Target, data: bytes, path: Path, failure: Failure) -> bytes:
    """A part of the input that fails alike: pieces are left out as long as it does, ever smaller ones."""
    size, end = len(data) // 2, time.monotonic() + MAX_SHRINKING
    while size and time.monotonic() < end:
        start = 0
        while start < len(data) and time.monotonic() < end:
            shorter = data[:start] + data[start + size :]
            found = check(target, shorter, path)
            if found and found.place == failure.place:
                data = shorter
            else:
                start += size
        size //= 2
    return data


def fuzz(target: Target, seconds: float, most: int, seed: int, findings: Path) -> tuple[int, set[str]]:
    """How many inputs were tried, as time and ``most`` allow, and the kinds of failure that were found and kept."""
    random = Random(f"{seed} {target.name}")
    samples = [path.read_bytes() for path in target.samples]
    suffixes = sorted({"".join(path.suffixes) for path in target.samples})
    found: set[str] = set()
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(inputs(samples, random), 1):
            gz = ".gz" if data.startswith(b"\x1f\x8b") and any(name.endswith(".gz") for name in suffixes) else ""
            path = Path(folder, f"text.{target.name.partition('.')[2]}{gz}")
            failure = check(target, data, path)
            if failure and failure.place not in found:
                found.add(failure.place)
                _keep(findings / target.name, smallest(target, data, path, failure), path.name, failure)
            if number >= most or (time.monotonic() > end and number >= len(samples)):
                return number, found
    raise AssertionError("the inputs never end")


def _keep(folder: Path, data: bytes, name: str, failure: Failure) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = blake2b(data, digest_size=6).hexdigest()
    (folder / f"{stem}-{name}").write_bytes(data)
    (folder / f"{stem}.told").write_text(f"{failure.place}\n\n{failure.told}", encoding="utf-8", errors="replace")


def limit(target: Target) -> None:
    """Bound memory, and have a signal raise where an input hangs; what the reader works with is loaded by then."""
    for sample in target.samples:
        with suppress(AlignerError):
            target.read(sample)

    def hang(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGPROF, hang)
    if sys.platform == "linux":
        now = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if "VmSize" in line)
        most = (int(now.split()[1]) << 10) + MAX_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def run(name: str, given: argparse.Namespace) -> int:
    """Fuzz one target in a process of its own, which an input may end; 1 where something fails."""
    command = [sys.executable, __file__, name, "--minutes", str(given.minutes)]
    command += ["--inputs", str(given.inputs), "--seed", str(given.seed), "--findings", given.findings]
    done = subprocess.run(command, check=False)
    if done.returncode < 0:
        print(
            f"{name:16} ended by signal {-done.returncode}; its last input lies in {tempfile.gettempdir()}", flush=True
        )
    return min(1, abs(done.returncode))


def main() -> None:
    known = targets()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", nargs="+", choices=["all", *known], metavar="READER", help=", ".join(["all", *known]))
    parser.add_argument("--minutes", type=float, default=10, help="time for each reader [10]")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="at most so many for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="how many readers at once [2]")
    parser.add_argument("--findings", type=Path, default=FINDINGS, help="folder for what fails [outputs/fuzz]")
    given = parser.parse_args()
    chosen = list(known) if "all" in given.reader else given.reader
    if len(chosen) > 1:
        with ThreadPoolExecutor(given.jobs) as pool:
            sys.exit(max(pool.map(lambda name: run(name, given), chosen)))
    (name,) = chosen
    limit(known[name])
    tried, found = fuzz(known[name], 60 * given.minutes, given.inputs, given.seed, given.findings)
    print(f"{name:16} {tried:8} inputs  {len(found)} failures", *sorted(found), sep="  ", flush=True)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
