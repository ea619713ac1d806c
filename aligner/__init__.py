"""Aligned text from documents in any languages: pairs documents, tells translations from comparable texts, aligns.

Everything public is imported from here; each name loads what it needs when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aligner.alignment import Alignment, Bead
    from aligner.assessment import Assessment, assess
    from aligner.bitext import Bitext, SegmentPair, join
    from aligner.corpus import Corpus, read_corpus, read_document, split
    from aligner.decisions import Decision
    from aligner.distributed import on_ray
    from aligner.document import Document, DocumentPair, Relation, Sentence, Text
    from aligner.embedding import Embedder
    from aligner.errors import AlignerError
    from aligner.evaluation import Scores, evaluate
    from aligner.explanation import Candidate, Explanation
    from aligner.facts import Fact, find_facts
    from aligner.methods.monotone import Monotone
    from aligner.mining import Mining
    from aligner.pairing import Pairing
    from aligner.pipeline import (
        align_corpus,
        align_documents,
        align_files,
        evaluate_files,
        explain_files,
        filter_bitext,
        inspect_corpus,
        mine,
        mine_files,
        read_bitext,
        realign,
        repair_bitext,
        score_bitext,
        write_bitext,
    )
    from aligner.report import Run, summarise
    from aligner.seeds import Seed, Sighting, follow_seeds, read_seeds
    from aligner.writers.beads import read_beads
    from aligner.writers.decisions import read_decisions
    from aligner.writers.run import read_run, write_run

_HOMES = {
    "alignment": ("Alignment", "Bead"),
    "assessment": ("Assessment", "assess"),
    "bitext": ("Bitext", "SegmentPair", "join"),
    "corpus": ("Corpus", "read_corpus", "read_document", "split"),
    "decisions": ("Decision",),
    "distributed": ("on_ray",),
    "document": ("Document", "DocumentPair", "Relation", "Sentence", "Text"),
    "embedding": ("Embedder",),
    "errors": ("AlignerError",),
    "evaluation": ("Scores", "evaluate"),
    "explanation": ("Candidate", "Explanation"),
    "facts": ("Fact", "find_facts"),
    "methods.monotone": ("Monotone",),
    "mining": ("Mining",),
    "pairing": ("Pairing",),
    "pipeline": (
        "align_corpus",
        "align_documents",
        "align_files",
        "evaluate_files",
        "explain_files",
        "filter_bitext",
        "inspect_corpus",
        "mine",
        "mine_files",
        "read_bitext",
        "realign",
        "repair_bitext",
        "score_bitext",
        "write_bitext",
    ),
    "report": ("Run", "summarise"),
    "seeds": ("Seed", "Sighting", "follow_seeds", "read_seeds"),
    "writers.beads": ("read_beads",),
    "writers.decisions": ("read_decisions",),
    "writers.run": ("read_run", "write_run"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AlignerError",
    "Alignment",
    "Assessment",
    "Bead",
    "Bitext",
    "Candidate",
    "Corpus",
    "Decision",
    "Document",
    "DocumentPair",
    "Embedder",
    "Explanation",
    "Fact",
    "Mining",
    "Monotone",
    "Pairing",
    "Relation",
    "Run",
    "Scores",
    "Seed",
    "SegmentPair",
    "Sentence",
    "Sighting",
    "Text",
    "align_corpus",
    "align_documents",
    "align_files",
    "assess",
    "evaluate",
    "evaluate_files",
    "explain_files",
    "filter_bitext",
    "find_facts",
    "follow_seeds",
    "inspect_corpus",
    "join",
    "mine",
    "mine_files",
    "on_ray",
    "read_beads",
    "read_bitext",
    "read_corpus",
    "read_decisions",
    "read_document",
    "read_run",
    "read_seeds",
    "realign",
    "repair_bitext",
    "score_bitext",
    "split",
    "summarise",
    "write_bitext",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'aligner' has no attribute {name!r}")
    return getattr(import_module(f"aligner.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
