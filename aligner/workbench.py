"""A run that was written, opened to be looked at and worked on as it was made."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

from aligner.alignment import Alignment, Bead
from aligner.appraisal import appraise
from aligner.bitext import options_of
from aligner.cache import Cache
from aligner.document import DocumentPair, Relation
from aligner.embedders import AnyEncoder, Embedders, embedders_of, encoder_for
from aligner.encoders import ENCODERS
from aligner.errors import MissingExtra
from aligner.judging import Judge
from aligner.methods import METHOD
from aligner.pipeline import check_texts, read_bitext, realign
from aligner.report import Run
from aligner.viewer.dots import dots_of
from aligner.writers.rebuilt import rebuild
from aligner.writers.run import read_run


@dataclass(frozen=True, slots=True)
class Workbench:
    """A run, and what it takes to align and to measure documents of it as it did.

    Attributes:
        run: the run, with the dots of similar sentences.
        embedders: the doors to the encoders.
        min_p: the least ``p`` of a link that it kept, where it was asked for one.
    """

    run: Run
    embedders: Embedders
    min_p: float | None = None

    def realign(self, pair: DocumentPair) -> Alignment:
        """Two documents aligned anew around their locks, as ``realign`` does."""
        return realign(pair, encoder=self.embedders, min_p=self.min_p)

    def likeness(self, pair: DocumentPair, links: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[float]:
        """The cosine of the two segments of each of these links, given by the sentences of both sides, in ``[-1, 1]``.

        Raises:
            MissingExtra, EncoderError: the encoder cannot be used.
        """
        embedder = self.embedders.choose(pair.source.lang, pair.target.lang)
        sources = embedder.embed([pair.source.segment(source) for source, _ in links])
        targets = embedder.embed([pair.target.segment(target) for _, target in links])
        return [float(source @ target) for source, target in zip(sources, targets, strict=True)]

    def appraise(self, pair: DocumentPair, links: Sequence[Bead]) -> list[Bead]:
        """Links that a person decided on, with relation and evidence, as comparable ones where all is unrelated.

        By one encoder alone: what else comparable documents are judged by may take ten seconds to load.

        Raises:
            MissingExtra, EncoderError: the encoder cannot be used.
        """
        embedder = self.embedders.choose(pair.source.lang, pair.target.lang)
        linked = replace(pair, relation=pair.relation if pair.relation in METHOD else Relation.COMPARABLE)
        # How probable a link is at all cannot be told of so few, and is not asked: a person said so.
        certain = tuple(replace(link, p=1.0) for link in links)
        (found,) = appraise([Alignment(linked, certain, "")], Judge([embedder]))
        return [replace(link, p=nan) for link in found.beads]


def open_run(path: Path | str, *, encoder: AnyEncoder = None, cache: Cache | None = None) -> Run:
    """The run of an output folder, or what of one a bitext in any format can show, with the dots of similar sentences.

    Args:
        path: the folder or the file.
        encoder: as for ``align_corpus``; where it is ``None``, the run's own if it is at hand.
        cache: where vectors are kept.

    Raises:
        CorpusError: the folder holds no run with its texts.
        GoldError: a file cannot be read.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    return open_workbench(path, encoder=encoder, cache=cache).run


def open_workbench(path: Path | str, *, encoder: AnyEncoder = None, cache: Cache | None = None) -> Workbench:
    """A run as ``open_run`` gives it, and what it takes to work on it.

    Raises:
        CorpusError, GoldError, UnknownName, MissingExtra, EncoderError: as for ``open_run``.
    """
    place = Path(path)
    run = read_run(place) if place.is_dir() else rebuild(check_texts(read_bitext(place)), place)
    embedders = embedders_of(_encoder_of(run) if encoder is None else encoder, cache)
    return Workbench(replace(run, dots=dots_of(run.alignments, embedders)), embedders, _cut_of(run))


def _encoder_of(run: Run) -> str | None:
    """The encoder by which a run aligned, if it is one of ours and can be used; ``None`` where they go by language.

    Others, which might have to be fetched, are not loaded because a file names them; the log warns of that.
    """
    options = options_of(run.bitext.signature)
    name = options.get("encoder", "")
    if name and not all(one in ENCODERS and not ENCODERS[one].missing() for one in name.split("+")):
        told = "the run was aligned by %s, which is not at hand; give it with --encoder, or another is used"
        logging.getLogger("aligner").warning(told, name)
        return None
    if name not in ENCODERS or "advisers" in options:
        return None
    try:
        by_language = {encoder_for((one.pair.source.lang, one.pair.target.lang)) for one in run.alignments}
    except MissingExtra:
        return name
    is_mined = any(one.pair.relation is Relation.COMPARABLE for one in run.alignments)
    return None if set(name.split("+")) == by_language and not is_mined else name


def _cut_of(run: Run) -> float | None:
    """The least ``p`` that a run was asked to keep; where it was asked for a precision, the least that it did keep."""
    options = options_of(run.bitext.signature)
    cuts = []
    with suppress(KeyError, ValueError):
        cuts.append(float(options["min_p"]))
    if "min_precision" in options:
        cuts += [link.p for one in run.alignments for link in one.links if not link.decision]
    return min((cut for cut in cuts if 0 <= cut <= 1), default=None)
