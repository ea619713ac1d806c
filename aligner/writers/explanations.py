"""Explanations of beads, for a person to read and for programs."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from aligner.alignment import Bead
from aligner.document import DocumentPair
from aligner.explanation import Candidate, Explanation
from aligner.writers.cells import clean

MIN_SHOWN = 0.01
"""Differences below this are not worth a word."""


def summarise(explanation: Explanation) -> str:
    """The chosen bead with its text, measures and cost, then the others, each with what makes it dearer."""
    return "\n".join(_lines(explanation))


def describe(explanation: Explanation) -> dict[str, Any]:
    """Everything, as JSON holds it; numbers have 4 decimals, ``null`` where there is none."""
    pair = explanation.pair
    return {
        "source_doc": clean(pair.source.id),
        "target_doc": clean(pair.target.id),
        "relation": pair.relation.value,
        "method": explanation.method,
        "sentence": explanation.sentence,
        "source_text": pair.source.segment((explanation.sentence,)),
        "trust": _rounded(explanation.trust),
        "chosen": _described(explanation.chosen, pair),
        "others": [_described(other, pair) for other in explanation.others],
    }


def differences(chosen: Candidate, other: Candidate) -> dict[str, float]:
    """What makes the path through ``other`` dearer than that through ``chosen``, the largest first; it adds up.

    Last stands ``rest of the path``: what the beads around it cost more, or less as it takes sentences from them.
    """
    names = dict.fromkeys([*chosen.terms, *other.terms])
    terms = {name: other.terms.get(name, 0.0) - chosen.terms.get(name, 0.0) for name in names}
    rest = other.detour - chosen.detour - sum(terms.values())
    return {**dict(sorted(terms.items(), key=lambda term: -abs(term[1]))), "rest of the path": rest}


def _lines(explanation: Explanation) -> Iterator[str]:
    pair, chosen = explanation.pair, explanation.chosen
    about = f"{pair.relation}, aligned by {explanation.method}"
    yield f"sentence {explanation.sentence} of {clean(pair.source.id)}, {about}"
    if explanation.trust < 1:
        trusted = f"the encoder is trusted with these texts by {explanation.trust:.2f} only"
        yield f"{trusted}: lengths and shared words count more"
    yield ""
    yield f"chosen  {_name(chosen.bead)}"
    yield from _texts(chosen.bead, pair, Bead((), ()))
    yield from _measures(chosen)
    yield from _terms(chosen)
    if chosen.detour >= MIN_SHOWN:
        yield f"  dearer by {chosen.detour:.2f} than the cheapest path here, from which it was taken later"
    for other in explanation.others:
        yield ""
        yield f"not     {_name(other.bead)}  {_why(chosen, other)}"
        yield from _texts(other.bead, pair, chosen.bead)
        yield from _measures(other)


def _name(bead: Bead) -> str:
    decided = "  as a person decided" if bead.decision else ""
    if not bead.is_link:
        return f"{list(bead.source)}:[]  left alone{decided}"
    return f"{list(bead.source)}:{list(bead.target)}{'  crossing' if bead.crossing else ''}{decided}"


def _texts(bead: Bead, pair: DocumentPair, told: Bead) -> Iterator[str]:
    """The segments of a bead but those that stand in another one that was told."""
    if bead.source and bead.source != told.source:
        yield f"  {pair.source.lang}  {clean(pair.source.segment(bead.source))}"
    if bead.target and bead.target != told.target:
        yield f"  {pair.target.lang}  {clean(pair.target.segment(bead.target))}"


def _measures(candidate: Candidate) -> Iterator[str]:
    bead = candidate.bead
    if not bead.is_link:
        return
    measures = {"score": bead.score, "cosine": bead.cosine, "margin": bead.margin}
    measures |= {"length ratio": candidate.length_ratio, "cost": candidate.cost}
    told = [f"{name} {value:.2f}" for name, value in measures.items() if isfinite(value)]
    if candidate.shared:
        told.append(f"shared {' '.join(candidate.shared)}")
    yield f"  {'  '.join(told)}"


def _terms(candidate: Candidate) -> Iterator[str]:
    """The cost as a sum, one term a line."""
    width = max(map(len, candidate.terms), default=0)
    for name, value in candidate.terms.items():
        yield f"    {name:<{width}}  {value:5.2f}"


def _why(chosen: Candidate, other: Candidate) -> str:
    if other.reason:
        return other.reason
    told = [f"{name} {value:+.2f}" for name, value in _worth_telling(differences(chosen, other)).items()]
    return f"dearer by {other.detour - chosen.detour:.2f}: {', '.join(told)}"


def _worth_telling(terms: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in terms.items() if abs(value) >= MIN_SHOWN}


def _described(candidate: Candidate, pair: DocumentPair) -> dict[str, Any]:
    bead = candidate.bead
    return {
        "source_sentences": list(bead.source),
        "target_sentences": list(bead.target),
        "source_text": pair.source.segment(bead.source),
        "target_text": pair.target.segment(bead.target),
        "score": _rounded(bead.score),
        "cosine": _rounded(bead.cosine),
        "margin": _rounded(bead.margin),
        "crossing": bead.crossing,
        "cost": _rounded(candidate.cost),
        "terms": {name: _rounded(value) for name, value in candidate.terms.items()},
        "detour": _rounded(candidate.detour),
        "length_ratio": _rounded(candidate.length_ratio),
        "shared": list(candidate.shared),
        "reason": candidate.reason,
    }


def _rounded(number: float) -> float | None:
    return round(number, 4) + 0.0 if isfinite(number) else None
