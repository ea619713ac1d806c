"""The folder of a run: all its results, and the run read back from it.

What is read back shows and reviews as the run did: the corpus is not needed, since ``texts.jsonl`` holds the texts and
where their sentences lie. Numbers are those of the files, rounded to 4 decimals.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from aligner.alignment import Alignment, left_alone
from aligner.bitext import Bitext, DocumentRow, SegmentPair, unaligned
from aligner.corpus import Corpus, Skipped
from aligner.decisions import Decision
from aligner.document import Document, DocumentPair, Relation
from aligner.errors import CorpusError, GoldError
from aligner.facts import Fact
from aligner.methods import METHOD
from aligner.readers.ids import printable
from aligner.recovery import bead_of
from aligner.report import Run, describe
from aligner.seeds import Sighting
from aligner.viewer.report import report
from aligner.writers import format_for, jsonl, tsv
from aligner.writers.decisions import digest, read_decisions, write_decisions
from aligner.writers.facts import (
    read_facts,
    read_sightings,
    write_facts,
    write_facts_json,
    write_sightings,
    write_sightings_json,
)
from aligner.writers.formats import sound
from aligner.writers.tables import read_documents, write_documents, write_unaligned
from aligner.writers.texts import read_documents as read_texts
from aligner.writers.texts import write_texts
from aligner.writers.whole import Outputs

TEXTS = "texts.jsonl"
DECIDED = "decided.tsv"
"""What was decided beforehand. People decide in ``decisions.tsv``, which no run writes."""

SEAL = "run.json"
"""How the run was made, and which other files are its own: any more are of another run, or the user's."""

_NEEDED = (TEXTS, "bitext.jsonl", "documents.tsv", SEAL)

_AT_TIMES = (TEXTS, "report.html", DECIDED, "seeds.tsv", "seeds.jsonl")
"""What not every run writes."""

Writes = dict[str, Callable[[TextIO], object]]


def write_run(run: Run, folder: Path, *, keep_text: bool = True) -> list[Path]:
    """Write all the results of a run into a folder, together and each file whole or not at all; the paths written.

    They get their names when all of them are on the disk. ``run.json`` is not there meanwhile and comes last, so that
    a folder that holds it holds one run.

    Without ``keep_text`` there is neither ``texts.jsonl``, the texts as they were read, in whose ``text`` all spans
    count, nor the report, which shows them. What an earlier run wrote here and this one does not is removed: what its
    ``run.json`` lists, and nothing else.

    Raises:
        OutputError: the folder cannot be made, or a file not be written.
    """
    unlinked = unaligned(run.alignments, run.documents)
    related = replace(run.bitext, pairs=run.bitext.related)
    writes: Writes = {
        "bitext.tsv": lambda file: tsv.write(run.bitext, file),
        "bitext.jsonl": lambda file: jsonl.write(run.bitext, file),
        "related.tsv": lambda file: tsv.write(related, file),
        "documents.tsv": lambda file: write_documents(run.rows, file),
        "unaligned.tsv": lambda file: write_unaligned(unlinked, file),
        **_found(run.facts, run.sightings),
    }
    if run.decisions:
        writes[DECIDED] = lambda file: write_decisions(run.decisions, file)
    if keep_text:
        writes[TEXTS] = lambda file: write_texts(run.documents, file)
        writes["report.html"] = lambda file: file.writelines(report(run))
    description = json.dumps({**describe(run), "files": list(writes)}, ensure_ascii=False, indent=2)
    writes[SEAL] = lambda file: file.write(f"{description}\n")
    return _write_all(writes, folder, is_sealed=True, outlived=_outlived(folder, writes))


def _outlived(folder: Path, names: Container[str]) -> list[Path]:
    """The files that an earlier run lists as its own, which one that writes these names does not write."""
    try:
        listed = _description(folder / SEAL)["files"]
    except GoldError:
        return []
    files = [folder / name for name in _AT_TIMES if name in listed and name not in names]
    return list(filter(Path.is_file, files))


def write_found(facts: Sequence[Fact], sightings: Sequence[Sighting], folder: Path) -> list[Path]:
    """Write facts, and what was seen of seeds if anything, into a folder as TSV and JSONL; the paths written.

    Raises:
        OutputError: the folder cannot be made, or a file not be written.
    """
    return _write_all(_found(facts, sightings), folder, is_sealed=False)


def _found(facts: Sequence[Fact], sightings: Sequence[Sighting]) -> Writes:
    writes: Writes = {
        "facts.tsv": lambda file: write_facts(facts, file),
        "facts.jsonl": lambda file: write_facts_json(facts, file),
    }
    if sightings:
        writes["seeds.tsv"] = lambda file: write_sightings(sightings, file)
        writes["seeds.jsonl"] = lambda file: write_sightings_json(sightings, file)
    return writes


def _write_all(writes: Writes, folder: Path, *, is_sealed: bool, outlived: Iterable[Path] = ()) -> list[Path]:
    """Write each file of this name into a folder, as ``Outputs`` does, and remove what outlived its run; the paths."""
    with Outputs(is_sealed=is_sealed) as outputs:
        outputs.make_folder(folder)
        for path in outlived:
            outputs.remove(path)
        for name, write in writes.items():
            write(outputs.text(folder / name))
    return outputs.paths


def read_run(folder: Path) -> Run:
    """The run whose results a folder holds: of its files, those that ``run.json`` lists.

    Of the documents that were skipped, which of them were failures is not told.

    Raises:
        CorpusError: the folder holds no run, one without its texts, or files of different ones.
        GoldError: a file of it cannot be read.
    """
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    description = {} if missing else _description(folder / SEAL)
    # Older versions list no files.
    own = description.get("files") or _AT_TIMES
    if TEXTS not in own:
        missing = [TEXTS]
    if missing:
        remedy = "name the folder of a run, made without --no-keep-text"
        if missing == [SEAL]:
            remedy = "a run was stopped while it put its files here, so run align again"
        raise CorpusError(f"{printable(str(folder))}: holds no {missing[0]}; {remedy}")
    documents = {document.id: document for document in read_texts(folder / TEXTS)}
    rows = _rows(folder / "documents.tsv")
    records = _by_pair(folder / "bitext.jsonl")
    related = _by_pair(folder / "related.tsv")
    alignments = tuple(
        _alignment(row, documents, records[names], related[names])
        for row in rows
        if (names := (row.source_doc, row.target_doc)) and names[0] in documents and names[1] in documents
    )
    pairs = tuple(record for row in rows for record in records[row.source_doc, row.target_doc])
    skipped = tuple(Skipped(row.source_doc, row.reason) for row in rows if row.relation == "skipped")
    texts = tuple(document.text for document in documents.values())
    corpus = Corpus(description["corpus"], texts, {}, skipped, description["warnings"])
    return Run(
        corpus,
        tuple(documents.values()),
        alignments,
        Bitext(pairs, description["signature"], alignments),
        facts=_facts(folder / "facts.jsonl", documents),
        sightings=read_sightings(folder / "seeds.jsonl") if "seeds.jsonl" in own else (),
        decisions=_decided(folder / DECIDED, description["signature"]) if DECIDED in own else (),
        stale=description["stale"],
    )


def _rows(path: Path) -> list[DocumentRow]:
    """What there is to say of each two documents, told once."""
    rows = read_documents(path)
    for (source, target), n in Counter((row.source_doc, row.target_doc) for row in rows if row.target_doc).items():
        if n > 1:
            raise GoldError(f"{printable(str(path))}: names {source} and {target} {n} times; run align again")
    return rows


def _decided(path: Path, signature: str) -> tuple[Decision, ...]:
    """What the run of this signature was told; nothing where the file is of an earlier run, or not there."""
    _, is_told, told = signature.partition("|decisions:")
    if not is_told or not path.is_file():
        return ()
    decisions = read_decisions(path)
    if digest(decisions).partition("@")[2] != told.partition("|")[0].partition("@")[2]:
        raise GoldError(f"{printable(str(path))}: is not what the run was told; the files are of different runs")
    return decisions


def _facts(path: Path, documents: Mapping[str, Document]) -> tuple[Fact, ...]:
    """The facts, which none but these documents state."""
    facts = read_facts(path)
    for fact in facts:
        told = (
            (one.doc for one in fact.statements),
            (id for one in fact.conflicts for id in (one.source_doc, one.target_doc)),
        )
        for id in chain.from_iterable(told):
            if id not in documents:
                raise GoldError(f"{printable(str(path))}: {id} is not in {TEXTS}; the files are of different runs")
    return facts


def _by_pair(path: Path) -> Mapping[tuple[str, str], list[SegmentPair]]:
    """The records of a file by the ids of their documents."""
    held: defaultdict[tuple[str, str], list[SegmentPair]] = defaultdict(list)
    if path.is_file():
        for record in sound(format_for(path).records(path)):
            held[record.source_doc, record.target_doc].append(record)
    return held


def _description(path: Path) -> dict[str, Any]:
    """How the run was made.

    Raises:
        GoldError: the file does not say.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        return {
            "signature": str(found["signature"]),
            "corpus": Path(found["corpus"]),
            "warnings": tuple(map(str, found["warnings"])),
            "stale": tuple(map(str, found.get("stale", ()))),
            "files": tuple(map(str, found.get("files", ()))),
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise GoldError(f"{printable(str(path))}: does not say how the run was made; run align again") from error


def _alignment(
    row: DocumentRow, documents: Mapping[str, Document], records: Sequence[SegmentPair], related: Sequence[SegmentPair]
) -> Alignment:
    relation = Relation(row.relation) if row.relation in list(Relation) else Relation.UNRELATED
    pair = DocumentPair(documents[row.source_doc], documents[row.target_doc], relation, row.score)
    links = [bead_of(pair, record) for record in records]
    method = records[0].method if records else METHOD.get(relation, "none")
    return Alignment(
        pair, (*links, *left_alone(pair, links)), method, tuple(bead_of(pair, record) for record in related)
    )
