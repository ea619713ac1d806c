"""The door to an encoder, with encoders small enough to check by hand."""

from typing import Any

import numpy as np
import pytest

from aligner.embedding import SHRINKAGE, Embedder, mean_vector
from aligner.encoders.use import UniversalSentenceEncoder
from aligner.errors import EncoderError


class Counting:
    """Counts of three letters and a constant; remembers what it was asked."""

    name = "counting"

    def __init__(self, centred: bool = True) -> None:
        self.centred = centred
        self.asked: list[list[str]] = []

    def encode(self, sentences: list[str]) -> Any:
        self.asked.append(list(sentences))
        return np.array([[text.count("a"), text.count("b"), text.count(" "), 1.0] for text in sentences])


class Reads(Counting):
    """Reads documents, and remembers which."""

    def __init__(self, centred: bool = True) -> None:
        super().__init__(centred)
        self.read: list[list[str]] = []

    def read_passage(self, sentences: list[str]) -> "ReadOnce":
        assert all(sentences)
        self.read.append(sentences)
        return ReadOnce(sentences)


class ReadOnce:
    nbytes = 100

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences

    def runs(self, start: int, stop: int, max_run: int) -> np.ndarray:
        runs = np.zeros((stop - start, max_run, 4), dtype=np.float32)
        for i in range(start, stop):
            for k in range(min(max_run, stop - i)):
                row = Counting().encode([" ".join(self.sentences[i : i + k + 1])])[0]
                runs[i - start, k] = row / np.linalg.norm(row)
        return runs


class Gives:
    def __init__(self, given: Any) -> None:
        self.given = given

    def encode(self, sentences: list[str]) -> Any:
        return self.given(len(sentences)) if callable(self.given) else self.given


def test_each_distinct_sentence_is_encoded_once() -> None:
    encoder = Counting()
    embedder = Embedder(encoder)
    first = embedder.embed(["a", "b", "a"])
    assert embedder.embed(["b", "a", "ab"])[:2].tolist() == [first[1].tolist(), first[0].tolist()]
    assert encoder.asked == [["a", "b"], ["ab"]]
    embedder.embed(["a", "b", "ab"])
    assert len(encoder.asked) == 2


def test_rows_are_of_unit_length() -> None:
    rows = Embedder(Counting()).embed(["aaaa", "b b", "c"])
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_blank_sentences_are_zeros_and_never_encoded() -> None:
    encoder = Counting()
    rows = Embedder(encoder).embed(["", "a", " \n\t\u3000"])
    assert rows.any(axis=1).tolist() == [False, True, False]
    assert encoder.asked == [["a"]]


def test_white_space_is_folded_and_surrogates_are_replaced() -> None:
    encoder = Counting()
    Embedder(encoder).embed(["  hard\n   wrapped\r\nline ", "lone \ud800 one"])
    assert encoder.asked == [["hard wrapped line", "lone \ufffd one"]]


def test_only_blanks_or_nothing_keep_the_dimensions() -> None:
    embedder = Embedder(Counting())
    assert embedder.embed([]).shape == (0, 4)
    assert embedder.embed(["", " "]).shape == (2, 4)
    assert embedder.side([]).vectors.shape == (0, 4)
    assert embedder.document([]).runs([], 3).shape == (0, 3, 4)
    assert embedder.document(["", ""]).runs([0, 1], 3).shape == (2, 3, 4)


def test_a_side_is_centred_by_its_shrunk_mean() -> None:
    embedder = Embedder(Counting())
    sentences = ["a", "b b", "", "aab", "c"]
    rows = embedder.embed(sentences)
    full = rows[[0, 1, 3, 4]]
    expected = full - full.mean(axis=0) * 4 / (4 + SHRINKAGE)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    side = embedder.side(sentences)
    np.testing.assert_allclose(side.vectors[[0, 1, 3, 4]], expected, atol=1e-6)
    assert not side.vectors[2].any()


def test_one_sentence_survives_its_own_centring() -> None:
    side = Embedder(Counting()).side(["ab"])
    np.testing.assert_allclose(np.linalg.norm(side.vectors, axis=1), 1, atol=1e-6)


def test_an_encoder_may_decline_to_be_centred() -> None:
    embedder = Embedder(Counting(centred=False))
    side = embedder.side(["a", "b", "ab"])
    assert side.centre is None
    np.testing.assert_array_equal(side.vectors, embedder.embed(["a", "b", "ab"]))


def test_an_outside_encoder_is_centred() -> None:
    embedder = Embedder(Gives(lambda n: np.eye(8)[:n]))
    assert embedder.centred is True
    assert embedder.name == "Gives"


def test_the_mean_leaves_zeros_out_and_is_shrunk() -> None:
    rows = np.array([[1, 0], [0, 0], [0, 1]], dtype=np.float32)
    np.testing.assert_allclose(mean_vector(rows), np.array([1, 1]) / (2 + SHRINKAGE), rtol=1e-6)


@pytest.mark.parametrize("kind", [Counting, Reads])
@pytest.mark.parametrize("centred", [True, False])
def test_runs_are_those_of_joined_text(kind: type[Counting], centred: bool) -> None:
    sentences = ["a", "", "b  b", "ab", " ", "", "aa"]
    embedder = Embedder(kind(centred))
    side = embedder.document(sentences)
    side.encode((i, k) for i in range(len(sentences)) for k in range(1, min(3, len(sentences) - i)))
    runs = side.runs(range(len(sentences)), 3)
    plain = Embedder(Counting())
    for i in range(len(sentences)):
        for k in range(3):
            joined = " ".join(sentences[i : i + k + 1]) if i + k < len(sentences) else ""
            expected = plain.embed([joined])[0]
            if side.centre is not None and expected.any():
                expected = expected - side.centre
                expected /= np.linalg.norm(expected)
            np.testing.assert_allclose(runs[i, k], expected, atol=1e-6, err_msg=f"{i} {k}")
    np.testing.assert_allclose(runs[:, 0], side.vectors, atol=1e-6)


def test_runs_are_composed_by_length_until_they_are_encoded() -> None:
    encoder = Counting(centred=False)
    side = Embedder(encoder).document(["aaaa", "", "b", "ab"])
    rows = side.vectors[[0, 2, 3]]
    composed = side.runs(range(4), 3)
    expected = 4 * rows[0] + 1 * rows[1]
    np.testing.assert_allclose(composed[0, 2], expected / np.linalg.norm(expected), atol=1e-6)
    everything = np.arange(4)
    assert side.missing(everything, 3).tolist() == [
        [False, False, True],
        [False, False, True],
        [False, True, True],
        [False, False, False],
    ]
    side.encode([(0, 2), (1, 2), (0, 2)])
    assert encoder.asked[-1] == ["aaaa b", "b ab"]
    assert side.missing(everything, 3).sum() == 0
    np.testing.assert_allclose(side.runs(range(4), 3)[0, 2], Embedder(encoder).embed(["aaaa b"])[0], atol=1e-6)
    np.testing.assert_allclose(side.runs(range(4), 3)[2, 1], side.runs([1, 2, 3], 3)[0, 2], atol=1e-6)


def test_a_stretch_of_a_side_keeps_the_sides_centre() -> None:
    side = Embedder(Counting()).document(["a", "b b", "ab", "aab", "c"])
    whole, part = side.runs(range(5), 2), side.runs([1, 2], 2)
    np.testing.assert_allclose(part[0], whole[1], atol=1e-6)
    np.testing.assert_allclose(part[1, 0], whole[2, 0], atol=1e-6)
    assert not part[1, 1].any()


def test_runs_of_one_sentence_are_the_sides_vectors() -> None:
    side = Embedder(Counting()).document(["a", "", "ab"])
    np.testing.assert_array_equal(side.runs([0, 2], 1), side.vectors[[0, 2]][:, None])


def test_runs_of_none_are_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="max_run: got 0, expected 1 or more"):
        Embedder(Counting()).document(["a"]).runs([0], 0)


def test_the_default_encoders_runs_pass_through() -> None:
    embedder = Embedder(UniversalSentenceEncoder())
    sentences = ["Il treno\nè in ritardo.", "", "Piove.", "The train is late."]
    runs = embedder.document(sentences).runs(range(4), 3)
    joined = ["Il treno è in ritardo. Piove.", "Piove. The train is late."]
    np.testing.assert_allclose([runs[0, 2], runs[2, 1]], embedder.embed(joined), atol=1e-5)
    np.testing.assert_allclose(runs[:, 0], embedder.embed(sentences), atol=1e-5)


@pytest.mark.parametrize(
    "given",
    [
        lambda n: np.ones((n, 2), dtype=np.float16),
        lambda n: np.ones((n, 2), dtype=np.int64),
        lambda n: [[1.0, 1.0]] * n,
        lambda n: [np.ones(2)] * n,
        lambda n: tuple((1, 1) for _ in range(n)),
    ],
)
def test_anything_that_is_an_array_of_numbers_will_do(given: Any) -> None:
    np.testing.assert_allclose(Embedder(Gives(given)).embed(["x", "y"]), np.full((2, 2), 0.5**0.5), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int64"])
def test_torch_tensors_will_do(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    rows = torch.ones(2, 2, dtype=getattr(torch, dtype))
    if dtype != "int64":
        rows.requires_grad_()
    for given in (rows, list(rows)):
        np.testing.assert_allclose(Embedder(Gives(given)).embed(["x", "y"]), np.full((2, 2), 0.5**0.5), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (lambda n: np.ones(n), r"shape \(2,\) for 2 sentences, expected \(2, dim\)"),
        (lambda n: np.ones((n + 1, 4)), r"shape \(3, 4\)"),
        (lambda n: np.ones((n, 0)), r"shape \(2, 0\)"),
        (lambda n: np.full((n, 2), np.nan), "not finite"),
        (lambda n: np.full((n, 2), 1e300), "not finite"),
        (lambda n: [[1.0], [1.0, 2.0]], "no dense array of numbers"),
        (lambda n: None, "no dense array of numbers"),
        (lambda n: np.ones((n, 2), dtype=complex), "no dense array of numbers"),
        (lambda n: [["a", "b"]] * n, "no dense array of numbers"),
        (lambda n: {"dense": 1}, "no dense array of numbers"),
    ],
)
def test_anything_else_is_one_line_that_names_the_encoder(given: Any, found: str) -> None:
    with pytest.raises(EncoderError, match=f"^encoder 'Gives': gave [^\n]*{found}[^\n]*$|^encoder 'Gives': {found}"):
        Embedder(Gives(given)).embed(["x", "y"])


def test_sparse_rows_are_refused() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    torch = pytest.importorskip("torch")
    for given in (sparse.csr_matrix(np.eye(2)), torch.eye(2).to_sparse()):
        with pytest.raises(EncoderError, match="encoder 'Gives': gave no dense array"):
            Embedder(Gives(given)).embed(["x", "y"])


def test_rows_may_not_change_their_dimensions() -> None:
    dims = iter([2, 3])
    embedder = Embedder(Gives(lambda n: np.ones((n, next(dims)))))
    embedder.embed(["x"])
    with pytest.raises(EncoderError, match="rows of 3 after rows of 2 dimensions"):
        embedder.embed(["y"])


@pytest.mark.parametrize("kind", [Counting, Reads])
def test_runs_end_where_a_sentence_is_not_among_those_asked_for(kind: type[Counting]) -> None:
    side = Embedder(kind()).document(["a", "b b", "", "ab", "aab", "c"])
    whole, runs = side.runs(range(6), 3), side.runs([0, 1, 2, 4, 5], 3)
    np.testing.assert_allclose(runs[0], whole[0], atol=1e-6)
    np.testing.assert_allclose(runs[1, :2], whole[1, :2], atol=1e-6)
    np.testing.assert_allclose(runs[3, :2], whole[4, :2], atol=1e-6)
    assert runs.any(axis=2).tolist()[1:] == [
        [True, True, False],
        [False, False, False],
        [True, True, False],
        [True, False, False],
    ]


def test_a_document_passes_through_an_encoder_that_reads_once() -> None:
    encoder = Reads()
    embedder = Embedder(encoder)
    document = ["a", "b b", "", "ab"]
    embedder.read_all([document, ["c"]])
    side = embedder.document(document)
    side.runs([0, 1], 2)
    side.runs([3], 2)
    embedder.side(["c", "ab"])
    assert encoder.read == [["a", "b b", "ab"], ["c"]]
    assert encoder.asked == []


def test_read_documents_make_room_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.library.PASSAGE_BYTES", 250)
    encoder = Reads()
    embedder = Embedder(encoder)
    for letter in "abacab":
        embedder.read([letter])
    assert encoder.read == [["a"], ["b"], ["c"], ["b"]]


def test_documents_whose_sentences_are_known_are_not_read_to_know_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.library.PASSAGE_BYTES", 250)
    encoder = Reads()
    embedder = Embedder(encoder)
    for _ in range(2):
        embedder.read_all([["a"], ["b"], ["c", ""], ["c", "a"]])
    assert encoder.read == [["a"], ["b"], ["c"], ["c", "a"]]


def test_a_row_of_zeros_stays_one() -> None:
    rows = Embedder(Gives(lambda n: np.zeros((n, 3)))).embed(["x"])
    assert not rows.any()
