"""The store under everything that is remembered: trusted only where it is whole, bounded, and never in the way."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aligner.cache import Cache, fingerprint, key_of, user_folder


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_put_is_got_and_nothing_else(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert cache.get(key_of("a")) is None
    assert not (tmp_path / "cache").exists(), "asking writes nothing"
    cache.put(key_of("a"), b"one")
    cache.put(key_of("b"), b"")
    assert (cache.get(key_of("a")), cache.get(key_of("b"))) == (b"one", b"")
    assert Cache(tmp_path / "cache").get(key_of("a")) == b"one"
    assert cache.get(key_of("c")) is None


def test_keys_tell_where_a_part_ends() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", ""), key_of()}) == 5
    assert key_of("\ud800") != key_of("\ud801")


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: bytes([held[0] ^ 1, *held[1:]]),
        lambda held: held[:20] + bytes([held[20] ^ 1]) + held[21:],
        lambda held: held[:-1] + bytes([held[-1] ^ 128]),
        lambda held: held[:-1],
        lambda held: held[:10],
        lambda held: b"",
        lambda held: held + b"x",
        lambda held: os.urandom(len(held)),
        lambda held: b"\0" * len(held),
    ],
)
def test_what_is_damaged_is_no_entry_and_can_be_put_again(tmp_path: Path, damage) -> None:
    cache = Cache(tmp_path)
    cache.put(key_of("a"), b"one, two, three")
    (place,) = entries(tmp_path)
    place.write_bytes(damage(place.read_bytes()))
    assert cache.get(key_of("a")) is None
    assert not place.exists()
    cache.put(key_of("a"), b"one, two, three")
    assert cache.get(key_of("a")) == b"one, two, three"


def test_an_entry_under_anothers_name_is_not_believed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(key_of("a"), b"one")
    cache.put(key_of("b"), b"two")
    first, second = entries(tmp_path)
    first.write_bytes(second.read_bytes())
    assert sorted([cache.get(key_of("a")) or b"", cache.get(key_of("b")) or b""]) in ([b"", b"one"], [b"", b"two"])


def test_an_older_form_is_not_read_and_makes_room_first(tmp_path: Path) -> None:
    old = tmp_path / "entries-0" / "ab" / "cdef"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x" * 600)
    os.utime(old, (1, 1))
    cache = Cache(tmp_path, max_bytes=1000)
    assert cache.usage() == (1, 600)
    cache.put(key_of("a"), b"y" * 600)
    assert not old.exists()
    assert cache.get(key_of("a")) == b"y" * 600


def test_what_was_not_asked_for_longest_goes(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=10_000)
    for number, name in enumerate("abcdefgh"):
        cache.put(key_of(name), name.encode() * 1000)
        os.utime(cache._place(key_of(name)), (number, number))
    assert cache.get(key_of("a")) is not None, "asked for: now the newest"
    cache.put(key_of("i"), b"i" * 2000)
    kept = [name for name in "abcdefghi" if cache.get(key_of(name))]
    assert kept == list("adefghi") or kept == list("acdefghi")
    assert cache.usage()[1] <= 10_000


def test_many_small_values_stay_under_the_limit(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=20_000)
    for number in range(200):
        cache.put(key_of(str(number)), os.urandom(500))
        assert cache.usage()[1] <= 20_000
    assert cache.get(key_of("199")) is not None


def test_a_value_beyond_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=100)
    cache.put(key_of("a"), b"x" * 101)
    assert entries(tmp_path) == []


def test_clearing_removes_entries_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("not ours")
    cache = Cache(tmp_path)
    cache.put(key_of("a"), b"one")
    (cache._place(key_of("a")).parent / ".0123.tmp").write_bytes(b"torn")
    assert cache.usage()[0] == 1
    assert cache.clear()[0] == 1
    assert entries(tmp_path) == [tmp_path / "other"]


def test_what_killed_processes_left_goes_when_room_is_made(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=1000)
    cache.put(key_of("a"), b"x" * 100)
    old, new = (cache._place(key_of("a")).parent / f".{name}.tmp" for name in ("old", "new"))
    old.write_bytes(b"torn")
    new.write_bytes(b"being written")
    os.utime(old, (1, 1))
    cache.put(key_of("b"), b"x" * 900)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("kind", ["a file", "a folder that is not ours", "a link that leads nowhere"])
def test_a_folder_that_cannot_be_used_is_told_once_and_does_no_harm(tmp_path: Path, kind: str, caplog) -> None:
    place = tmp_path / "cache"
    if kind == "a file":
        place.write_text("no folder")
    elif kind == "a link that leads nowhere":
        place.symlink_to(tmp_path / "nowhere" / "else")
    else:
        place = Path("/proc/aligner")
    cache = Cache(place)
    with caplog.at_level(logging.WARNING, logger="aligner"):
        for name in "abc":
            cache.put(key_of(name), b"one")
            assert cache.get(key_of(name)) is None
    assert len(caplog.messages) == 1
    assert "cannot be used" in caplog.messages[0]
    assert cache.usage() == (0, 0)


def test_a_full_disk_ends_the_writing_and_not_the_run(tmp_path: Path, monkeypatch, caplog) -> None:
    cache = Cache(tmp_path)
    cache.put(key_of("before"), b"one")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.put(key_of("a"), b"one")
    cache.put(key_of("b"), b"one")
    assert len(caplog.messages) == 1
    assert "No space left" in caplog.messages[0]
    assert len(entries(tmp_path)) == 1, "no torn file is left"
    assert cache.get(key_of("before")) == b"one"


def test_the_users_folder_is_where_the_system_says(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert user_folder() == tmp_path / "aligner"
    assert Cache().folder == user_folder()


def test_a_fingerprint_tells_contents(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("one")
    second.write_text("one")
    assert fingerprint([first]) == fingerprint([second])
    second.write_text("two")
    assert fingerprint([first]) != fingerprint([second])


WRITER = """
import sys
from pathlib import Path
from aligner.cache import Cache, key_of
cache = Cache(Path(sys.argv[1]), max_bytes=int(sys.argv[2]))
def value(name): return name.encode() * (1 + 997 * len(name))
wrong = 0
for number in range(int(sys.argv[3])):
    name = str(number * int(sys.argv[4]) % 301)
    held = cache.get(key_of(name))
    wrong += held is not None and held != value(name)
    cache.put(key_of(name), value(name))
sys.exit(min(wrong, 1))
"""


def _writers(folder: Path, n: int, rounds: int, max_bytes: int) -> list[subprocess.Popen[bytes]]:
    steps = [1, 7, 11, 13]
    return [
        subprocess.Popen([sys.executable, "-c", WRITER, *map(str, (folder, max_bytes, rounds, steps[number]))])
        for number in range(n)
    ]


def test_four_processes_at_once_believe_nothing_wrong(tmp_path: Path) -> None:
    writers = _writers(tmp_path, 4, 600, 300_000)
    assert [writer.wait(timeout=300) for writer in writers] == [0, 0, 0, 0]
    n, n_bytes = Cache(tmp_path).usage()
    assert n > 0
    assert n_bytes < 4 * 300_000


def test_processes_killed_in_the_middle_of_writing_leave_nothing_that_is_believed(tmp_path: Path) -> None:
    for kill in range(6):
        (writer,) = _writers(tmp_path, 1, 1_000_000, 1 << 30)
        deadline = time.monotonic() + 60
        while not entries(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05 + 0.037 * kill)
        writer.send_signal(signal.SIGKILL)
        assert writer.wait(timeout=60) == -signal.SIGKILL
    assert entries(tmp_path)
    cache = Cache(tmp_path)
    for name in map(str, range(301)):
        held = cache.get(key_of(name))
        assert held is None or held == name.encode() * (1 + 997 * len(name))
