"""What encoders answered before comes from the cache: the same bytes, cold, warm or without one."""

from pathlib import Path

import numpy as np
import pytest
from conftest import BagOfWords

from aligner.cache import Cache
from aligner.embedding import Embedder
from aligner.encoders import load
from aligner.encoders.joined import JoinedEncoder
from aligner.encoders.remembered import remembered


class Counting(BagOfWords):
    """An encoder that tells what it was asked, and whose rows depend a little on what stands beside them."""

    def __init__(self, version: str = "1") -> None:
        self.asked: list[list[str]] = []
        self.version = version

    def encode(self, sentences: list[str]) -> np.ndarray:
        self.asked.append(list(sentences))
        return super().encode(sentences) + np.float32(1e-7 * len(sentences))


def test_an_answer_is_computed_once(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    rows = Embedder(remembered(first, Cache(tmp_path))).embed(["one two", "three", "", "three"])
    again = Embedder(remembered(second, Cache(tmp_path))).embed(["one two", "three", "", "three"])
    assert rows.tobytes() == again.tobytes() == Embedder(Counting()).embed(["one two", "three", "", "three"]).tobytes()
    assert (first.asked, second.asked) == ([["one two", "three"]], [])


def test_other_weights_have_other_answers(tmp_path: Path) -> None:
    for version in ("1", "2"):
        encoder = Counting(version)
        Embedder(remembered(encoder, Cache(tmp_path))).embed(["one"])
        assert encoder.asked == [["one"]]


def test_another_question_is_asked_anew_so_that_each_answer_is_the_encoders_own(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    remembered(Counting(), cache).encode(["one", "two"])
    encoder = Counting()
    kept = remembered(encoder, cache).encode(["one"])
    assert encoder.asked == [["one"]]
    assert kept.tobytes() == Counting().encode(["one"]).tobytes()


def test_an_encoder_that_cannot_tell_its_version_is_not_remembered(tmp_path: Path, monkeypatch) -> None:
    encoder = BagOfWords()
    assert remembered(encoder, Cache(tmp_path)) is encoder

    def unreadable(_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("aligner.encoders.use.fingerprint", unreadable)
    unread = load("use")
    assert remembered(unread, Cache(tmp_path)) is unread


def test_a_door_of_its_own_asks_the_same_whatever_was_asked_before() -> None:
    joined = ["a b", "c d", "e f", "g h"]
    encoder = Counting()
    embedder = Embedder(encoder)
    embedder.embed(joined[:2])
    embedder.anew().embed(joined)
    assert encoder.asked == [joined[:2], joined]
    embedder.embed([*joined, "i j"])
    assert encoder.asked[2:] == [["e f", "g h", "i j"]]


def test_documents_are_encoded_once_whatever_door_they_come_through() -> None:
    encoder = Counting()
    embedder = Embedder(encoder)
    embedder.read_all([["a", "b", "c"], ["c", "d"]])
    embedder.embed(["a", "a b", "d", "c d"])
    assert encoder.asked == [["a", "b", "c"], ["c", "d"], ["a b", "c d"]]
    other = embedder.anew()
    other.read_all([["c", "", "d"]])
    other.embed(["d", "c"])
    assert len(encoder.asked) == 3
    other.embed(["a"])
    assert encoder.asked[3:] == [["a"]], "what came through another door is not known here"


def test_a_remembered_encoder_is_what_it_was(tmp_path: Path) -> None:
    encoder = remembered(JoinedEncoder([Counting(), Counting()]), Cache(tmp_path))
    assert (encoder.name, encoder.languages, encoder.centred) == ("bag-of-words+bag-of-words", None, False)
    assert [part.name for part in encoder.parts] == ["bag-of-words"] * 2
    assert not hasattr(encoder, "read_passage")
    assert encoder.encode(["one"]).shape == (1, 128)


def test_damage_is_computed_again(tmp_path: Path) -> None:
    rows = remembered(Counting(), Cache(tmp_path)).encode(["one", "two"])
    for place in tmp_path.rglob("*"):
        if place.is_file():
            place.write_bytes(place.read_bytes()[:-3] + b"xyz")
    encoder = Counting()
    assert remembered(encoder, Cache(tmp_path)).encode(["one", "two"]).tobytes() == rows.tobytes()
    assert len(encoder.asked) == 1


SENTENCES = ["The council met on Monday.", "Ja.", "Il consiglio si è riunito lunedì.", "x" * 40, "Ja.", "Ende gut."]


@pytest.fixture(scope="module")
def use():
    return load("use")


def test_a_restored_document_is_the_one_that_was_read(tmp_path: Path, use, monkeypatch) -> None:
    plain = Embedder(use).document(SENTENCES)
    cold = Embedder(remembered(use, Cache(tmp_path))).document(SENTENCES)
    monkeypatch.setattr(type(use), "_sentence_sums", lambda *_: pytest.fail("read again"))
    warm = Embedder(remembered(use, Cache(tmp_path))).document(SENTENCES)
    for runs in ((plain.vectors, cold.vectors, warm.vectors), [side.runs(range(6), 4) for side in (plain, cold, warm)]):
        assert runs[0].tobytes() == runs[1].tobytes() == runs[2].tobytes()
    assert warm.passage.nbytes == plain.passage.nbytes


def test_our_encoders_tell_their_version(use, monkeypatch) -> None:
    assert use.version == load("use").version
    monkeypatch.setattr("aligner.encoders.use.fingerprint", lambda paths: f"other {len(list(paths))}")
    assert load("use").version == f"other 2|{use.version.partition('|')[2]}"
    assert "sentencepiece:" in use.version
