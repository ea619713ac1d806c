import errno
import os

import numpy as np
import pytest
from conftest import BagOfWords

from aligner import Embedder, Mining, memory
from aligner.errors import OutputError
from aligner.memory import limited, room, share


def is_mapped(array):
    while array.base is not None and not isinstance(array, np.memmap):
        array = array.base
    return isinstance(array, np.memmap)


def test_an_array_beyond_its_share_is_on_the_disk_and_holds_what_is_put_into_it():
    with limited(8 << 20):
        small, large = room((256, 1024)), room((257, 1024))
    assert not is_mapped(small)
    assert is_mapped(large)
    assert (large.shape, large.dtype) == ((257, 1024), np.float32)
    assert type(large) is np.ndarray
    large[:] = np.arange(1024)
    assert (large.sum(axis=1) == 1023 * 512).all()


def test_the_limit_holds_meanwhile_only():
    before = share()
    with limited(800):
        assert share() == 100
    assert share() == before == memory.MAX_MEMORY // 8


def test_no_file_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with limited(8):
        array = room((3, 4))
    array[:] = 1
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_line(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(memory, "_reserve", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with limited(8), pytest.raises(OutputError, match=r"no room for 4 MiB of vectors \(No space left on device\)"):
        room((1024, 1024))


@pytest.mark.parametrize("centred", [True, False])
def test_mining_finds_the_same_with_its_vectors_on_the_disk(monkeypatch, centred):
    encoder = BagOfWords()
    encoder.centred = centred
    lines = [f"a{n} b{n} c{n % 7} d{n % 5}" for n in range(300)]
    expected = Mining(Embedder(encoder), (Embedder(encoder),)).mine(lines, lines[::-1])
    reserved = []
    monkeypatch.setattr(memory, "_reserve", lambda file, n: (reserved.append(n), os.truncate(file, n)))
    with limited(1):
        found = Mining(Embedder(encoder), (Embedder(encoder),)).mine(lines, lines[::-1])
    assert found == expected
    assert len(found) == 300
    assert len(reserved) >= 2
