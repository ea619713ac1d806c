"""hunalign's ladders: a rung ``i j`` says that the first i source sentences match the first j target sentences.

One rung a line, two numbers or two and a quality, with tabs or blanks between. Rungs start at ``0 0`` and never fall;
between two neighbours lies one bead, with an empty side where a number stays as it is. The quality of a rung belongs to
the bead that starts there. A ladder cannot hold beads that cross, nor more than one document pair. Described in
hunalign's README; Dániel Varga et al., "Parallel corpora for medium density languages", RANLP 2005.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import nan
from typing import NamedTuple

from aligner.alignment import Bead
from aligner.writers.lines import Line

_QUALITY = r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|-?nan|-?inf"
_RUNG = re.compile(rf"\s*([0-9]{{1,15}})[ \t]+([0-9]{{1,15}})(?:[ \t]+({_QUALITY}))?\s*")

_MAX_SENTENCES = 10_000
"""The longest side of a bead that can be meant; a wrong number could otherwise fill the memory."""


class Rung(NamedTuple):
    """A place in both texts, as numbers of sentences before it; ``quality`` is ``nan`` where none is told."""

    i: int
    j: int
    quality: float


def read_rung(line: Line) -> Rung | None:
    """The rung on a line, if there is one."""
    if not (found := _RUNG.fullmatch(line.text)):
        return None
    i, j, quality = found.groups()
    return Rung(int(i), int(j), float(quality) if quality else nan)


def parse_beads(lines: Iterable[Line]) -> Iterator[Bead]:
    """The beads between the rungs on these lines.

    Raises:
        GoldError: a line is no rung, or no rung that can follow.
    """
    for (_, low), (line, high) in pairwise(_rungs(lines)):
        n_source, n_target = high.i - low.i, high.j - low.j
        if min(n_source, n_target) < 0 or not n_source + n_target:
            raise line.broken(f"a rung lies above the one before, {low.i} {low.j}, in one number or both")
        if max(n_source, n_target) > _MAX_SENTENCES:
            raise line.broken(f"a bead of more than {_MAX_SENTENCES} sentences; mend the number")
        yield Bead(tuple(range(low.i, high.i)), tuple(range(low.j, high.j)), low.quality)


def _rungs(lines: Iterable[Line]) -> Iterator[tuple[Line, Rung]]:
    for number, line in enumerate(lines):
        rung = read_rung(line)
        if rung is None:
            raise line.broken("a rung is two numbers, or two and a quality")
        if number == 0 and rung[:2] != (0, 0):
            raise line.broken("a ladder starts at 0 0; run hunalign without -bisent, -cautious and thresholds")
        yield line, rung
