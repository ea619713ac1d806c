"""TEI P5: the documents as texts of one file, and the links between their sentences in its ``standOff``.

Each document is a ``text`` whose ``n`` is its id; each sentence an ``s`` with an ``xml:id``. For each two documents
there is a ``linkGrp`` whose ``domains`` are source and target, and in it for each record a ``link`` with two pointers.
Several sentences of one side are aggregated by a ``join`` first, so that a link always has two ends; a record with one
side alone is a ``ptr``, since a ``link`` must have two. ``cert`` is ``p``, ``n`` the ``unit`` that records share.

Links that others wrote may point to several sentences without a ``join``, to three texts or more, and into files
beside, as ``a.xml#s1``: pointers belong together where text and language are the same, and the first is the source.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from math import isfinite, nan
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.markup import Element, local_name
from aligner.writers.apart import Apart, Linked, Names, Sides, set_apart
from aligner.writers.cells import clean, number_cell
from aligner.writers.formats import DOCUMENTS, LANGS, TEXTS, FilesFormat, Record
from aligner.writers.pointers import Place, Pointed, Pointers
from aligner.writers.sentences import joined
from aligner.writers.tags import attributes, content
from aligner.writers.verbatim import DECLARATION, root
from aligner.writers.whole import Outputs

Side = tuple[Place, list[Pointed]]
"""A text, and the sentences of it that a link points to."""

_PROBABILITY = re.compile(r"0?\.[0-9]+|[01](?:\.0*)?")
_QUOTED = 60


def write(bitext: Bitext, path: Path, outputs: Outputs) -> None:
    """Write one file with all documents and links."""
    outputs.text(path).writelines(_lines(set_apart(bitext), bitext.signature))


def _lines(held: Apart, signature: str) -> Iterator[str]:
    ids = {names: f"d{number}" for number, names in enumerate(held.documents, 1)}
    yield f'{DECLARATION}<TEI xmlns="http://www.tei-c.org/ns/1.0">\n<teiHeader><fileDesc>\n'
    yield "<titleStmt><title>Aligned texts</title></titleStmt>\n<publicationStmt><p>Unpublished</p></publicationStmt>\n"
    yield f"<sourceDesc><p>{content(signature)}</p></sourceDesc>\n</fileDesc></teiHeader>\n"
    if not held.documents:
        yield "<text><body><p/></body></text>\n"
    for names, paragraphs in held.documents.items():
        yield from _text(names, ids[names], paragraphs)
    if held.pairs:
        numbers = count(1)
        yield "<standOff>\n"
        for pair in held.pairs:
            yield from _group(pair, ids, numbers)
        yield "</standOff>\n"
    yield "</TEI>\n"


def _text(names: Names, id: str, paragraphs: Sequence[Sequence[str]]) -> Iterator[str]:
    lang = {"xml_lang": names.lang} if names.lang else {}
    yield f"<text{attributes(xml_id=id, n=names.id, **lang)}><body>\n"
    for number, paragraph in enumerate(paragraphs, 1):
        yield "<p>\n"
        for place, text in enumerate(paragraph, 1):
            yield f"<s{attributes(xml_id=f'{id}.{number}.{place}')}>{content(text)}</s>\n"
        yield "</p>\n"
    yield "</body></text>\n" if paragraphs else "<p/></body></text>\n"


def _group(pair: Linked, ids: Mapping[Names, str], numbers: Iterator[int]) -> Iterator[str]:
    """The joins and the links of two documents; ``numbers`` are those of joins to come."""
    documents = ids[pair.source], ids[pair.target]
    joins, links = [], []
    for record, sides in pair.links:
        ends = list(_pointers(documents, sides))
        for side, pointers in enumerate(ends):
            if len(pointers) > 1:
                join = f"j{next(numbers)}"
                joins.append(f"<join{attributes(xml_id=join, target=' '.join(pointers))}/>\n")
                ends[side] = [f"#{join}"]
        if any(ends):
            links.append(_link(record, [end for (end,) in filter(None, ends)]))
    if joins:
        yield from ("<joinGrp>\n", *joins, "</joinGrp>\n")
    if links:
        group = attributes(type="alignment", domains=" ".join(f"#{document}" for document in documents))
        yield from (f"<linkGrp{group}>\n", *links, "</linkGrp>\n")


def _pointers(documents: Sequence[str], sides: Sides) -> Iterator[list[str]]:
    for document, places in zip(documents, sides, strict=True):
        yield [f"#{document}.{paragraph}.{sentence}" for paragraph, sentence in places]


def _link(record: SegmentPair, ends: Sequence[str]) -> str:
    told = {"n": record.unit} if record.unit else {}
    if isfinite(record.p):
        told["cert"] = number_cell(record.p)
    return f"<{'link' if len(ends) > 1 else 'ptr'}{attributes(target=' '.join(ends), **told)}/>\n"


def read(path: Path) -> Iterator[Record]:
    """The records of a file of links, with texts of this file and of those beside that it points to.

    Raises:
        GoldError: the file cannot be opened, or is broken XML.
    """
    pointers = Pointers(path)
    for number, element in enumerate(pointers.root.iter("{*}link", "{*}ptr"), 1):
        try:
            records = list(_records(element, number, pointers))
        except ValueError as error:
            found = clean(element.get("target", ""))[:_QUOTED]
            yield GoldError(f"{clean(str(path))}:{element.sourceline}: found the link {found!r}; {error}")
        else:
            yield from records
        yield from pointers.problems
        pointers.problems.clear()


def _records(element: Element, number: int, pointers: Pointers) -> Iterator[SegmentPair]:
    """The records of a link, one for two texts; of a pointer in a group of links the record with one side."""
    is_link = local_name(element) == "link"
    group = element.getparent()
    if not is_link and (group is None or local_name(group) != "linkGrp"):
        return
    ends = pointers.follow(element)
    if ends is None:
        return
    source, *targets = _sides(ends) if is_link else _one_side(ends, pointers.follow(group, "domains") or [])
    unit = element.get("n", f"link{number}" if len(targets) > 1 else "")
    for target in targets:
        yield _record(source, target, _probability(element.get("cert", "")), unit)


def _sides(ends: Sequence[list[Pointed]]) -> list[Side]:
    """The two ends of a link; of more, those in one text and language together.

    Raises:
        ValueError: there are no two.
    """
    if len(ends) == 2 and all(ends):
        return [(end[0].place, end) for end in ends]
    sides: dict[Place, list[Pointed]] = {}
    for one in chain(*ends):
        sides.setdefault(one.place, []).append(one)
    if len(sides) < 2:
        raise ValueError("its pointers do not lead to two texts; mend the link")
    return list(sides.items())


def _one_side(ends: Sequence[list[Pointed]], domains: Sequence[list[Pointed]]) -> list[Side]:
    """What is pointed to, and an empty side for the other text of the group, which its domains tell.

    Raises:
        ValueError: it is nothing.
    """
    if not any(ends):
        raise ValueError("it points to nothing; mend it")
    alone = list(chain(*ends))
    place = alone[0].place
    places = [domain.place for domain in chain(*domains)]
    other = next((one for one in places if one != place), places[-1] if places else Place("", ""))
    sides: list[Side] = [(place, alone), (other, [])]
    return sides if other not in places[:1] or other == place else sides[::-1]


def _record(source: Side, target: Side, p: float, unit: str) -> SegmentPair:
    (one, sources), (other, targets) = source, target
    return SegmentPair(
        source_text=joined((sentence.text for sentence in sources), one.lang),
        target_text=joined((sentence.text for sentence in targets), other.lang),
        p=p,
        bead=f"{len(sources)}-{len(targets)}",
        source_lang=one.lang,
        target_lang=other.lang,
        source_doc=one.doc,
        target_doc=other.doc,
        source_sentences=tuple(sentence.index for sentence in sources),
        target_sentences=tuple(sentence.index for sentence in targets),
        unit=unit,
    )


def _probability(cert: str) -> float:
    """``cert`` where it is a probability; it may be a word, as ``high``."""
    return float(cert) if _PROBABILITY.fullmatch(cert) else nan


FORMAT = FilesFormat(
    write=write,
    read=read,
    known=lambda head: root(head.text)[0] in ("TEI", "teiCorpus"),
    carries=TEXTS | LANGS | DOCUMENTS | {"p", "unit"},
    nulls=True,
)
