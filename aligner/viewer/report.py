"""The report of a run: the page with all that it shows inside, to be opened from disk, sent on, printed."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from aligner.alignment import Alignment
from aligner.bitext import in_document_order
from aligner.document import Document
from aligner.report import Run
from aligner.viewer.data import document_data, pair_data, view
from aligner.viewer.page import render

MAX_RECORDS = 50_000
"""Records that a report holds; of a larger run the first pairs, and the page says so."""

MAX_LONE = 50_000
"""Sentences of documents without a partner that a report holds beside; of more the first documents."""


def report(run: Run) -> Iterator[str]:
    """The page of a run, as HTML, piece by piece."""
    pairs = _shown(run.alignments)
    held = {document.id: document for document in _fitting(run.unpaired)}
    held |= {document.id: document for one in pairs for document in (one.pair.source, one.pair.target)}
    return render(
        view(run, shown=pairs),
        ((number, document_data(held[one.id])) for number, one in enumerate(run.documents) if one.id in held),
        (
            (number, pair_data(one, run.dots.get((one.pair.source.id, one.pair.target.id), ())))
            for number, one in enumerate(pairs)
        ),
    )


def _shown(alignments: Sequence[Alignment]) -> list[Alignment]:
    """The first pairs, as many as there is room for; the first of all is cut if it has more records than that."""
    ends = list(accumulate(len(alignment.links) for alignment in alignments))
    shown = list(alignments[: bisect_right(ends, MAX_RECORDS)])
    return shown or [_cut(alignment) for alignment in alignments[:1]]


def _fitting(documents: Sequence[Document]) -> Sequence[Document]:
    """The first of these documents, as many as there is room for."""
    return documents[: bisect_right(list(accumulate(map(len, documents))), MAX_LONE)]


def _cut(alignment: Alignment) -> Alignment:
    """The first records of a pair, and the documents up to where these end."""
    links = in_document_order(alignment.links)[:MAX_RECORDS]
    source, target = (
        replace(
            document,
            text=replace(document.text, content=document.text.content[: document.sentences[last].end]),
            sentences=document.sentences[: last + 1],
        )
        for document, last in (
            (alignment.pair.source, max(i for link in links for i in link.source)),
            (alignment.pair.target, max(j for link in links for j in link.target)),
        )
    )
    return replace(
        alignment, pair=replace(alignment.pair, source=source, target=target), beads=tuple(links), related=()
    )
