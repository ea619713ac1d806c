"""What two segments share or contradict: numbers, dates, names, said in any language.

Each kind of mention is a part of this family. A segment's mentions are found once, in its own language and in one
notation for all languages (``31 dicembre`` and ``31 December`` are both ``--12-31``), and then compared.
"""

from functools import lru_cache

from aligner.evidence.comparison import compare
from aligner.evidence.figures import figures
from aligner.evidence.mention import FIGURES, Evidence, Mention, Tie
from aligner.evidence.names import names
from aligner.evidence.outcomes import outcomes

__all__ = ["FIGURES", "Evidence", "Mention", "Tie", "compare", "gather", "mentions"]


_MOST_KEPT = 1 << 14
"""Texts whose mentions are kept: those of a record are asked for as its evidence and again for its facts."""

_LONGEST_KEPT = 1000


def mentions(text: str, lang: str) -> tuple[Mention, ...]:
    """What a text mentions, in order. ``lang`` is BCP 47; an unknown language has numbers in digits and names only."""
    return _kept(text, lang) if len(text) <= _LONGEST_KEPT else _found(text, lang)


def _found(text: str, lang: str) -> tuple[Mention, ...]:
    named = names(text, lang)
    found: list[Mention] = []
    for more in (
        figures(text, lang),
        [mention for mention in named if mention.kind != "cognate"],
        outcomes(text, lang),
        [mention for mention in named if mention.kind == "cognate"],
    ):
        found += [one for one in more if all(one.span[1] <= had.span[0] or had.span[1] <= one.span[0] for had in found)]
    return tuple(sorted(found, key=lambda mention: mention.span))


_kept = lru_cache(_MOST_KEPT)(_found)


def gather(source_text: str, target_text: str, source_lang: str, target_lang: str) -> Evidence:
    """The evidence of two segments."""
    return compare(mentions(source_text, source_lang), mentions(target_text, target_lang))
