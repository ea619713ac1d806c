"""The whole road from the library's side: any encoder, any splitter, any number of languages, either way round."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import BagOfWords

from aligner import (
    Relation,
    align_corpus,
    align_documents,
    align_files,
    mine,
    read_document,
    write_bitext,
)
from aligner.errors import CorpusError, OutputError, UnknownName
from aligner.pipeline import inspect_corpus
from aligner.writers.run import write_run

ROOT = Path(__file__).resolve().parent.parent


def story(number: int, n: int = 10) -> str:
    """``n`` sentences in words that no other story has."""
    return "\n".join(f"A{i} b{i} c{i} d{i}." for i in range(100 * number, 100 * number + n)) + "\n"


def write_corpus(folder: Path, **stories: dict[str, int]) -> Path:
    """For each language a folder of stories by name."""
    for lang, members in stories.items():
        (folder / lang).mkdir(parents=True)
        for name, number in members.items():
            (folder / lang / f"{name}.txt").write_text(story(number), encoding="utf-8")
    return folder


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "toy", it={"a": 1, "b": 2, "c": 3}, en={"a": 1, "x": 2, "y": 9})


def relations(run: Any) -> set[tuple[str, str, str]]:
    pairs = [alignment.pair for alignment in run.alignments]
    return {(pair.source.id, pair.target.id, pair.relation.value) for pair in pairs}


def test_any_object_that_encodes_is_an_encoder(toy: Path) -> None:
    run = align_corpus(toy, encoder=BagOfWords())
    assert relations(run) == {("it/a.txt", "en/a.txt", "parallel"), ("it/b.txt", "en/x.txt", "parallel")}
    assert len(run.bitext) == 20
    assert all(record.source_text == record.target_text for record in run.bitext.pairs)
    assert "encoder:bag-of-words|" in run.bitext.signature
    assert {document.id for document in run.unpaired} == {"it/c.txt", "en/y.txt"}


def test_an_encoder_may_give_lists_in_any_length(toy: Path) -> None:
    class Plain:
        def encode(self, sentences: list[str]) -> list[list[float]]:
            return (3 * BagOfWords().encode(sentences)).tolist()

    run = align_corpus(toy, encoder=Plain())
    assert len(run.bitext) == 20
    assert "encoder:Plain|" in run.bitext.signature


def test_an_encoder_is_asked_for_each_sentence_once_and_for_nothing_blank(toy: Path) -> None:
    asked: list[str] = []

    class Counting(BagOfWords):
        def encode(self, sentences: list[str]) -> np.ndarray:
            asked.extend(sentences)
            return super().encode(sentences)

    align_corpus(toy, encoder=Counting())
    assert len(asked) == len(set(asked))
    assert all(sentence.strip() for sentence in asked)


def test_a_sentence_transformer_is_an_encoder(toy: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for path in toy.rglob("*.txt") for word in re.findall(r"\w+", path.read_text("utf-8"))})
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(["?", *words])}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.random.default_rng(0).standard_normal((len(words) + 1, 64)).astype(np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu")
    model.save(str(toy.parent / "model"), create_model_card=False)

    run = align_corpus(toy, encoder=model)
    by_folder = align_corpus(toy, encoder=str(toy.parent / "model"))
    wanted = {("it/a.txt", "en/a.txt", "parallel"), ("it/b.txt", "en/x.txt", "parallel")}
    assert relations(run) == relations(by_folder) == wanted
    assert len(run.bitext) == len(by_folder.bitext) == 20


def test_any_function_is_a_splitter(toy: Path) -> None:
    def halves(content: str) -> list[str]:
        return [half.strip() for line in content.splitlines() for half in line.split(" c")]

    run = align_corpus(toy, encoder=BagOfWords(), splitter=halves)
    assert len(run.documents[0]) == 20
    assert run.bitext.pairs[0].source_text.startswith("A100 b100")
    assert "splitter:halves" in run.bitext.signature


def test_three_languages_are_aligned_in_all_pairs(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path, it={"a": 1, "b": 2}, en={"a": 1, "b": 2}, fr={"a": 1, "c": 3})
    run = align_corpus(corpus, encoder=BagOfWords())
    assert relations(run) == {
        ("it/a.txt", "en/a.txt", "parallel"),
        ("it/b.txt", "en/b.txt", "parallel"),
        ("fr/a.txt", "it/a.txt", "parallel"),
        ("fr/a.txt", "en/a.txt", "parallel"),
    }
    assert {document.id for document in run.unpaired} == {"fr/c.txt"}
    assert len(run.bitext) == 40


def test_langs_choose_and_order_the_sides(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path, it={"a": 1}, en={"a": 1}, fr={"a": 1})
    run = align_corpus(corpus, langs=["en", "fr"], encoder=BagOfWords())
    assert relations(run) == {("en/a.txt", "fr/a.txt", "parallel")}
    assert [(skip.id, skip.is_failure) for skip in run.corpus.skipped] == [("it/a.txt", False)]


def test_turned_round_the_same_is_found(toy: Path) -> None:
    there = align_corpus(toy, langs=["it", "en"], encoder=BagOfWords())
    back = align_corpus(toy, langs=["en", "it"], encoder=BagOfWords())
    assert {(record.source_span, record.target_span) for record in there.bitext.pairs} == {
        (record.target_span, record.source_span) for record in back.bitext.pairs
    }
    assert relations(there) == {(source, target, relation) for target, source, relation in relations(back)}


def test_names_that_pair_over_texts_that_do_not_are_reported_and_never_aligned(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path, it={"a": 1, "b": 2}, en={"a": 8, "b": 2})
    run = align_corpus(corpus, encoder=BagOfWords())
    assert relations(run) == {("it/a.txt", "en/a.txt", "unrelated"), ("it/b.txt", "en/b.txt", "parallel")}
    assert {record.source_doc for record in run.bitext.pairs} == {"it/b.txt"}
    assert {document.id for document in run.unpaired} == {"it/a.txt", "en/a.txt"}


def test_languages_that_no_installed_encoder_knows_are_told_and_the_others_aligned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None)
    for lang, path in (("it", "partenariato-1995"), ("en", "minsk-mission-brussels")):
        (tmp_path / lang).mkdir()
        text = (ROOT / "corpus" / lang / f"{path}.txt").read_text(encoding="utf-8")
        (tmp_path / lang / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "bg").mkdir()
    (tmp_path / "bg" / "a.txt").write_text("Влакът тръгва в седем часа. Музеят е затворен.", encoding="utf-8")
    run = align_corpus(tmp_path)
    assert {(it, en) for it, en, _ in relations(run)} == {("it/a.txt", "en/a.txt")}
    assert len(run.notes) == 2
    assert all("not aligned: encoder 'use': does not know bg" in note for note in run.notes)


def test_if_no_two_languages_can_be_aligned_the_fix_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None)
    write_corpus(tmp_path, bg={"a": 1}, en={"a": 1})
    with pytest.raises(CorpusError, match=r"^bg-en not aligned: .*; run: pip install 'aligner\[e5\]'$"):
        align_corpus(tmp_path)


def test_a_folder_may_be_a_string(toy: Path) -> None:
    assert relations(align_corpus(str(toy), encoder=BagOfWords()))


@pytest.mark.parametrize("options", [{"encoder": "labse"}, {"splitter": "spacy"}])
def test_names_are_known_before_the_folder_is_looked_at(options: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        align_corpus(tmp_path / "missing", **options)
    with pytest.raises(UnknownName):
        align_files(tmp_path / "missing.txt", tmp_path / "missing.txt", **options)


# Two documents


@pytest.mark.parametrize("kind", [Path, str])
def test_a_document_is_read_from_a_path_of_either_kind(kind: type, toy: Path) -> None:
    document = read_document(kind(toy / "it" / "a.txt"), "it", "rules")
    assert (document.lang, len(document)) == ("it", 10)


def documents(toy: Path) -> list:
    return [read_document(toy / name, lang, "lines") for name, lang in (("it/a.txt", "it"), ("en/a.txt", "en"))]


@pytest.mark.parametrize(
    ("mode", "relation", "method"),
    [
        ("auto", "parallel", "monotone"),
        ("parallel", "parallel", "monotone"),
        ("comparable", "comparable", "mining"),
    ],
)
def test_a_mode_is_obeyed(mode: str, relation: str, method: str, toy: Path) -> None:
    alignment = align_documents(*documents(toy), mode=mode, encoder=BagOfWords())
    assert (alignment.pair.relation, alignment.method) == (relation, method)
    assert [(bead.source, bead.target) for bead in alignment.links] == [((i,), (i,)) for i in range(10)]


def test_unrelated_documents_are_aligned_only_if_told_to(toy: Path) -> None:
    source = read_document(toy / "it" / "c.txt", "it", "lines")
    target = read_document(toy / "en" / "y.txt", "en", "lines")
    alignment = align_documents(source, target, encoder=BagOfWords())
    assert (alignment.pair.relation, alignment.beads, alignment.method) == (Relation.UNRELATED, (), "none")
    assert align_documents(source, target, mode="parallel", encoder=BagOfWords()).beads


def test_a_mode_that_does_not_exist_is_a_callers_mistake(toy: Path) -> None:
    with pytest.raises(ValueError, match="mode: got 'partial', expected 'auto', 'parallel' or 'comparable'"):
        align_documents(*documents(toy), mode="partial", encoder=BagOfWords())


@pytest.mark.parametrize("langs", [("it",), ("it", "en", "fr")])
def test_two_files_have_two_languages(langs: tuple[str, ...], toy: Path) -> None:
    with pytest.raises(ValueError, match="langs: got"):
        align_files(toy / "it" / "a.txt", toy / "en" / "a.txt", langs=langs, encoder=BagOfWords())


# Sentences


def test_sentences_are_mined_in_any_order() -> None:
    beads = mine(["a b c", "", "d e f"], ["d e f", "x y z", "a b c"], encoder=BagOfWords())
    assert [(bead.source, bead.target) for bead in beads] == [((0,), (2,)), ((2,), (0,))]


def test_translations_are_mined_by_default_without_a_word_on_languages() -> None:
    beads = mine(["Piove a Minsk.", "Il pane è finito."], ["The bread is gone.", "It is raining in Minsk."])
    assert [(bead.source, bead.target) for bead in beads] == [((0,), (1,)), ((1,), (0,))]


# Writing


def test_a_run_is_written_whole_into_a_folder_that_need_not_be_there(toy: Path, tmp_path: Path) -> None:
    run = align_corpus(toy, encoder=BagOfWords())
    written = write_run(run, tmp_path / "deep" / "er")
    assert sorted(path.name for path in written) == sorted(path.name for path in (tmp_path / "deep" / "er").iterdir())
    assert json.loads((tmp_path / "deep" / "er" / "run.json").read_text(encoding="utf-8"))["records"] == 20


def test_what_cannot_be_written_is_one_line(toy: Path, tmp_path: Path) -> None:
    run = align_corpus(toy, encoder=BagOfWords())
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="taken"):
        write_run(run, tmp_path / "taken")
    with pytest.raises(UnknownName, match=r"'\.docx'"):
        write_bitext(run.bitext, tmp_path / "x.docx")


@pytest.mark.parametrize("kind", [str, Path])
def test_a_bitext_is_written_to_a_path_of_either_kind(kind: type, toy: Path, tmp_path: Path) -> None:
    bitext = align_files(toy / "it" / "a.txt", toy / "en" / "a.txt", langs=("it", "en"), encoder=BagOfWords())
    write_bitext(bitext, kind(tmp_path / "x.tsv"))
    assert len((tmp_path / "x.tsv").read_text(encoding="utf-8").splitlines()) == 11


# Inspection


def test_inspection_takes_one_language_too(toy: Path) -> None:
    corpus, found = inspect_corpus(toy / "it", langs=["it"])
    assert corpus.langs == ("it",)
    assert [len(document) for document in found] == [10, 10, 10]


def test_reports_in_one_language_are_witnesses_of_facts_but_their_copies_are_not(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "toy", it={"a": 1, "b": 2, "copy": 2}, en={"x": 3})
    shared = "".join(story(4).splitlines(keepends=True)[3:6])
    for path, own in (("it/a", 1), ("it/b", 2), ("it/copy", 2), ("en/x", 3)):
        (folder / f"{path}.txt").write_text(story(own) + shared, encoding="utf-8")
    run = align_corpus(folder, encoder=BagOfWords())
    witnesses = {(one.pair.source.id, one.pair.target.id, len(one.links)) for one in run.same_language}
    assert witnesses == {("it/a.txt", "it/b.txt", 3), ("it/a.txt", "it/copy.txt", 3)}
    assert {record.source_lang for record in run.bitext.pairs} == {"it"}
    assert {fact.stated_in for fact in run.facts} == {("en/x.txt", "it/a.txt", "it/b.txt", "it/copy.txt")}
