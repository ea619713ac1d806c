"""The same beads and scores however the work is cut up and shared out."""

from functools import cache

import numpy as np
import pytest
from conftest import ROOT

from aligner import cores, library, neighbours
from aligner.document import Document, DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.encoders import use
from aligner.encoders.bfloat16 import Bfloat16SentenceEncoder
from aligner.encoders.use import UniversalSentenceEncoder
from aligner.methods.monotone import Monotone
from aligner.mining import Mining
from aligner.pipeline import read_document


@pytest.fixture(scope="module")
def texts() -> tuple[Document, Document]:
    folder = ROOT / "corpus"
    return read_document(folder / "it" / "minsk-mediatore.txt"), read_document(
        folder / "en" / "minsk-mission-brussels.txt"
    )


class OnlyEncodes:
    """The default encoder as an outside object, in batches of a size of its own."""

    name, centred = "outside", True

    def __init__(self) -> None:
        self.encoder = UniversalSentenceEncoder()

    def encode(self, sentences: list[str]) -> np.ndarray:
        return self.encoder.encode(sentences)


def rounded(embedder, source, target):
    pair = DocumentPair(source, target, Relation.PARALLEL, 1.0)
    beads = [*Monotone(embedder).align(pair).beads, *Mining(embedder).align(pair).beads]
    return [(bead.source, bead.target, f"{bead.score:.4f}") for bead in beads]


@pytest.fixture(scope="module")
def expected(texts):
    """The beads that an encoder gives with the work cut up as it is by default, found once for each."""
    return cache(lambda encoder: rounded(Embedder(encoder()), *texts))


@pytest.mark.parametrize("encoder", [UniversalSentenceEncoder, Bfloat16SentenceEncoder, OnlyEncodes])
@pytest.mark.parametrize(("n_threads", "size"), [(1, 1), (3, 7), (5, 64)])
def test_threads_and_batches_change_nothing(monkeypatch, texts, expected, encoder, n_threads, size):
    beads = expected(encoder)
    monkeypatch.setattr(cores, "n_threads", lambda: n_threads)
    monkeypatch.setattr(library, "BATCH", size)
    monkeypatch.setattr(use, "BATCH_ROWS", 16 * size)
    monkeypatch.setattr(use, "SPAN_BATCHES", size)
    monkeypatch.setattr(neighbours, "BLOCK_CELLS", 100 * size)
    monkeypatch.setattr(neighbours, "TILE", size)
    assert rounded(Embedder(encoder()), *texts) == beads


@pytest.mark.parametrize("encoder", [UniversalSentenceEncoder, Bfloat16SentenceEncoder])
def test_what_was_embedded_before_changes_nothing(texts, expected, encoder):
    again = Embedder(encoder())
    again.embed(texts[1].sentence_texts()[::-1])
    again.read_all([texts[1].sentence_texts(), texts[0].sentence_texts()[3:]])
    assert rounded(again, *texts) == expected(encoder)
