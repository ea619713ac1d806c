"""What several tests need."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from aligner.cache import user_folder
from aligner.document import Document, Sentence, Text
from aligner.embedding import Embedder
from aligner.encoders import use

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the repo; tests that want it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared is absent")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is written to the user's cache folder; only the converted E5, if it is there, is taken from it."""
    home = tmp_path_factory.mktemp("cache-home")
    (home / "aligner").mkdir()
    for folder in user_folder().glob("e5-*"):
        (home / "aligner" / folder.name).symlink_to(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield


@pytest.fixture(scope="session", autouse=True)
def without_second_encoder() -> Iterator[None]:
    """Comparable texts are judged by one encoder here: the second one takes 10 s and 1.5 GB in every process.

    Tests in interpreters of their own, and those that name both encoders, ask both.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aligner.embedders.Embedders.others", lambda _, embedder: ())
        yield


@pytest.fixture(scope="session", autouse=True)
def weights_read_once() -> Iterator[None]:
    """The default encoder's weights are read once a process, not by each of its encoders: that takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(use._Network, "read", cache(use._Network.read))
        patch.setattr(use, "_read_tokenizer", cache(use._read_tokenizer))
        yield


class BagOfWords:
    """A toy encoder: the sum of a fixed random vector for each word, so that texts of the same words are alike."""

    name = "bag-of-words"
    languages = None
    centred = False

    def encode(self, sentences: list[str]) -> np.ndarray:
        rows = [sum((_word_vector(word) for word in sentence.split()), np.zeros(64)) for sentence in sentences]
        return np.array(rows, dtype=np.float32).reshape(len(sentences), 64)


def _word_vector(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest())
    return np.random.default_rng(seed).standard_normal(64)


@pytest.fixture
def embedder() -> Embedder:
    return Embedder(BagOfWords())


def document(sentences: list[str], lang: str = "it", id: str = "") -> Document:
    """A document of these sentences, one a line."""
    content = "\n".join(sentences)
    starts = np.cumsum([0] + [len(sentence) + 1 for sentence in sentences])
    spans = [Sentence(int(start), int(start) + len(text)) for start, text in zip(starts, sentences, strict=False)]
    return Document(Text(id or f"{lang}/text", lang, content), tuple(spans))
