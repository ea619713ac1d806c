"""The report of a run: the page with all that it shows inside, to be opened from disk, sent on, printed."""

from collections.abc import Sequence

from aligner.alignment import Alignment
from aligner.report import Run
from aligner.viewer.data import document_data, pair_data, view
from aligner.viewer.page import render

MAX_RECORDS = 50_000
"""Records that a report holds; of a larger run the first pairs, and the page says so."""


def report(run: Run) -> str:
    """The page of a run, as HTML."""
    shown = _shown(run.alignments)
    pairs = {number: run.alignments[number] for number in shown}
    ids = {document.id for one in pairs.values() for document in (one.pair.source, one.pair.target)}
    documents = {number: document for number, document in enumerate(run.documents) if document.id in ids}
    return render(
        view(run, shown=shown),
        {number: document_data(document) for number, document in documents.items()},
        {
            number: pair_data(one, run.dots.get((one.pair.source.id, one.pair.target.id), ()))
            for number, one in pairs.items()
        },
    )


def _shown(alignments: Sequence[Alignment]) -> list[int]:
    """The pairs that the report holds, by their numbers: as many as there is room for, the first always."""
    shown: list[int] = []
    n_records = 0
    for number, alignment in enumerate(alignments):
        n_records += len(alignment.links)
        if shown and n_records > MAX_RECORDS:
            break
        shown.append(number)
    return shown
