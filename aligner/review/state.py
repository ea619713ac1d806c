"""What stands between two documents: what was aligned, what a person decided of it, and what comes of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from math import nan

from aligner.alignment import Alignment, Bead
from aligner.bitext import Span, in_document_order, place
from aligner.decisions import ACCEPTED, Decision, Settled, bead_of, is_taken, of_bead, settle, with_locks
from aligner.document import DocumentPair, Lock, Relation
from aligner.methods import METHOD
from aligner.methods.crossings import with_crossings
from aligner.review.measures import UNMEASURED, Measures

Place = tuple[Span, Span]


@dataclass(frozen=True)
class State:
    """Two documents as they were aligned, and what a person decided of them.

    Attributes:
        base: what was aligned, without a decision.
        locks: what was decided of its sentences; no character stands in two that are accepted.
        relation: how a person says that the documents belong together, the value of a ``Relation``; empty if untold.
        note: what the person wrote of the documents.
        is_realigned: the base was aligned anew around decisions.
        measures: what links that a person made are measured by.
        attested: what was said of them, kept from state to state of the same documents, by their relation.
    """

    base: Alignment
    locks: tuple[Lock, ...] = ()
    relation: str = ""
    note: str = ""
    is_realigned: bool = False
    measures: Measures = field(default=UNMEASURED, repr=False, compare=False)
    attested: dict[tuple[Relation, Place], Bead] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def pair(self) -> DocumentPair:
        """The two documents with what was decided."""
        relation = Relation(self.relation) if self.relation else self.base.pair.relation
        return replace(self.base.pair, relation=relation, locks=self.locks)

    @cached_property
    def shown(self) -> Alignment:
        """The alignment as decided; a link that a person made has its evidence and relation, too.

        In translations it is told anew which links cross, once they are others.
        """
        found = with_locks(replace(self.base, pair=self.pair))
        beads = tuple(self._told(found.beads))
        is_changed = {place(self.pair, bead) for bead in found.links} != self._links.keys()
        is_in_order = METHOD.get(self.pair.relation) == "monotone"
        return replace(found, beads=with_crossings(self.pair, beads) if is_changed and is_in_order else beads)

    @cached_property
    def rejected(self) -> tuple[Bead, ...]:
        """The rejected links whose sentences no other bead has taken."""
        taken = self._taken(self.shown.beads)
        links = (bead for bead in map(bead_of, self.pair.rejected) if bead.is_link)
        return tuple(
            in_document_order(self._told(bead for bead in links if not is_taken(place(self.pair, bead), taken)))
        )

    @cached_property
    def by_place(self) -> Mapping[Place, Bead]:
        """Everything that can be decided on, by its place: beads, lone sentences, related and rejected ones."""
        return {place(self.pair, bead): bead for bead in (*self.rejected, *self.shown.related, *self.shown.beads)}

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """All that was decided."""
        pair = self.pair
        found = [replace(of_bead(pair, bead_of(lock)), relation=lock.relation) for lock in self.locks]
        if self.relation or self.note:
            found.append(
                Decision(source_doc=pair.source.id, target_doc=pair.target.id, relation=self.relation, note=self.note)
            )
        return tuple(found)

    @cached_property
    def version(self) -> str:
        """A name for this state and no other, the same in every process."""
        pair = self.pair
        beads = [(bead.sides, place(pair, bead), bead.relation) for bead in (*self.base.beads, *self.base.related)]
        texts = [
            sha256(side.text.content.encode("utf-8", "surrogatepass")).digest() for side in (pair.source, pair.target)
        ]
        told = repr((texts, self.base.method, sorted(beads), sorted(map(repr, self.decisions))))
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @cached_property
    def _links(self) -> Mapping[Place, Bead]:
        return {place(self.pair, bead): bead for bead in self.base.links}

    @cached_property
    def _related(self) -> Mapping[Place, Bead]:
        return {place(self.pair, bead): bead for bead in self.base.related}

    def _told(self, beads: Iterable[Bead]) -> list[Bead]:
        """Beads with all there is to say of them: those that a person made or rejected are measured once."""
        told = list(beads)
        relation = self.pair.relation
        places = {place(self.pair, bead): bead for bead in told if bead.is_link and bead.decision}
        new = [where for where in places if where not in self._links and (relation, where) not in self.attested]
        unmeasured = [
            replace(self._related.get(where, places[where]), p=nan, relation="", decision=places[where].decision)
            for where in new
        ]
        found = self.measures.appraised(self.pair, unmeasured)
        self.attested.update({(relation, where): bead for where, bead in zip(new, found, strict=True)})
        return [self._with_measures(bead) if bead.is_link and bead.decision else bead for bead in told]

    def _with_measures(self, bead: Bead) -> Bead:
        where = place(self.pair, bead)
        known = self._links.get(where) or self.attested[self.pair.relation, where]
        return replace(
            known,
            p=1.0 if bead.decision == ACCEPTED else known.p,
            relation=bead.relation or known.relation,
            decision=bead.decision,
            note=bead.note,
        )

    def _taken(self, beads: Iterable[Bead]) -> list[list[Span]]:
        """The characters of each side that are linked or accepted as lone, rising."""
        held = [bead for bead in beads if bead.is_link or bead.decision == ACCEPTED]
        return [sorted(place(self.pair, bead)[side] for bead in held if bead.sides[side]) for side in (0, 1)]


def undecided(alignment: Alignment) -> Alignment:
    """An alignment as it was before anybody decided; how probable an accepted link was is no longer known."""
    beads = tuple(
        replace(bead, p=nan if bead.decision == ACCEPTED else bead.p, decision="", note="") for bead in alignment.beads
    )
    return replace(alignment, pair=replace(alignment.pair, locks=()), beads=beads)


def decided(state: State, decisions: Sequence[Decision]) -> tuple[State, Settled]:
    """The state with these decisions, about its documents, in the place of its own; and which could not be kept."""
    settled = settle(state.base.pair, decisions)
    about = [one for one in decisions if one.is_about_documents]
    found = replace(
        state,
        locks=settled.pair.locks,
        relation=next((one.relation for one in about if one.relation), ""),
        note="; ".join(one.note for one in about if one.note),
    )
    return found, settled
