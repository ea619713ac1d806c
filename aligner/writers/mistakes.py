"""Every mistake with its text and what stands right beside it, as a Markdown file.

Markdown, since a mistake is several lines of text, which a cell of a table cannot show: headings can be jumped to, and
the texts stand in indented blocks, where nothing in them can be taken for markup. A terminal shows it as well as a
browser. The tables for programs are in ``assessment.describe``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import TextIO

from aligner.alignment import Bead
from aligner.assessment import Assessment
from aligner.evaluation import Names
from aligner.mistakes import Mistake, MistakeKind
from aligner.writers.cells import clean
from aligner.writers.texts import PairTexts, Segment

_MEANING = {
    MistakeKind.MERGED: "one predicted bead over several of gold",
    MistakeKind.SPLIT: "several predicted beads on one of gold",
    MistakeKind.REGROUPED: "both: the stretch is cut in other places",
    MistakeKind.BOUNDARY: "beads with sentences too many or too few",
    MistakeKind.SHIFTED: "sentences linked to the wrong ones",
    MistakeKind.MISSED: "links of gold where nothing was predicted",
    MistakeKind.SPURIOUS: "predicted links where gold has none",
}
_NO_TEXT = "(no text at hand)"


def write(assessment: Assessment, texts: Mapping[Names, PairTexts], file: TextIO) -> None:
    """Write all mistakes, document by document; a sentence that ``texts`` does not hold is shown by its number."""
    every = [
        (names, mistake)
        for names, mistakes in zip(assessment.names, assessment.mistakes, strict=True)
        for mistake in mistakes
    ]
    counts = Counter(mistake.kind for _, mistake in every)
    file.write("# Mistakes\n\n")
    file.write(
        f"{len(every)} in all. Sentences are numbered from 0, as in the files; those marked `>` stand in a wrong or "
        "missed bead, the others in the nearest right beads before and after.\n\n"
    )
    file.writelines(f"- {count} {kind}: {_MEANING[kind]}\n" for kind in MistakeKind if (count := counts[kind]))
    for number, (names, mistake) in enumerate(every, 1):
        file.write(f"\n## {number}. {mistake.kind}{_heading(names)}\n\n")
        file.writelines(f"    {line}".rstrip() + "\n" for line in _lines(mistake, texts.get(names, PairTexts())))


def _heading(names: Names) -> str:
    shown = " and ".join(f"`{clean(name).replace('`', ' ')}`" for name in dict.fromkeys(names) if name)
    return f", {shown}" if shown else ""


def _lines(mistake: Mistake, texts: PairTexts) -> Iterator[str]:
    yield from _beads("gold", mistake.gold)
    yield from _beads("predicted", mistake.predicted)
    beads = [*mistake.gold, *mistake.predicted]
    around = [bead for bead in (mistake.before, mistake.after) if bead]
    yield from _side("source", [bead.source for bead in beads], [bead.source for bead in around], texts.source)
    yield from _side("target", [bead.target for bead in beads], [bead.target for bead in around], texts.target)


def _beads(label: str, beads: Sequence[Bead]) -> Iterator[str]:
    for bead in beads:
        score = f"  {bead.score:.4f}" if label == "predicted" and bead.is_link and isfinite(bead.score) else ""
        yield f"{label:<9}  {list(bead.source)}:{list(bead.target)}{score}"
    if not beads:
        yield f"{label:<9}  nothing"


def _side(
    label: str, inside: Iterable[tuple[int, ...]], around: Iterable[tuple[int, ...]], texts: Mapping[int, Segment]
) -> Iterator[str]:
    """The sentences of one side in order, each segment once."""
    wrong = set(chain(*inside))
    segments = {texts.get(index, Segment((index,), _NO_TEXT)) for index in wrong.union(*around)}
    numbers = {segment: ", ".join(map(str, segment.sentences)) for segment in segments}
    width = max(map(len, numbers.values()), default=0)
    yield ""
    yield label
    for segment in sorted(segments, key=lambda segment: segment.sentences):
        mark = " " if wrong.isdisjoint(segment.sentences) else ">"
        yield f"{mark} {numbers[segment]:>{width}}  {clean(segment.text)}"
