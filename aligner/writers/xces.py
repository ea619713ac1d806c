"""XCES as OPUS has it: a file of links, and the documents in folders beside, one a language.

``NAME.xces`` holds a ``linkGrp`` for each two documents, and in it a ``link`` a record with the ids of the sentences on
both sides, ``xtargets="s1.1 s1.2;s1.1"``; a side may be empty. The documents are ``NAME.docs/it/a.xml`` with the text
of each ``<s>`` on one line; their true ids stand in them, since the names on the disk are only like them. They are what
OPUS calls raw: ``opus_read -p raw -dl FOLDER -af NAME.xces`` reads them.

``certainty``, by which OpusTools filters, is ``p`` where it is known and else ``score``; both stand beside under their
own names. Of files that others wrote, ``certainty`` is read as the score.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from math import isfinite
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.writers.apart import Names, Place, set_apart
from aligner.writers.beside import Beside, safe_name
from aligner.writers.cells import number_cell
from aligner.writers.formats import DOCUMENTS, LANGS, TEXTS, FilesFormat, Record
from aligner.writers.linked import read_links
from aligner.writers.sentences import document_lines
from aligner.writers.streams import bare_name
from aligner.writers.tags import attributes
from aligner.writers.verbatim import DECLARATION, root
from aligner.writers.whole import Outputs

_DOCTYPE = '<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">\n'
_FOLDERS = (".", "xml", "raw")
"""Where OPUS has documents: beside the links, or below in the folder of what was done to them."""


def write(bitext: Bitext, path: Path, outputs: Outputs) -> None:
    """Write the links, and the documents into the folder ``NAME.docs``."""
    held = set_apart(bitext)
    file = outputs.text(path)
    places = _places(held.documents, f"{bare_name(path.name).removesuffix('.xces')}.docs")
    for names, paragraphs in held.documents.items():
        outputs.make_folder(path.parent / Path(places[names]).parent)
        outputs.fill(path.parent / places[names], document_lines("document", names, paragraphs, _id))
    file.write(f'{DECLARATION}{_DOCTYPE}<cesAlign version="1.0">\n')
    numbers = count(1)
    for pair in held.pairs:
        group = attributes(targType="s", fromDoc=places[pair.source], toDoc=places[pair.target])
        file.write(f" <linkGrp{group}>\n")
        for record, sides in pair.links:
            targets = ";".join(" ".join(map(_id, side)) for side in sides)
            file.write(f"  <link{attributes(id=f'SL{next(numbers)}', xtargets=targets, **_measures(record))} />\n")
        file.write(" </linkGrp>\n")
    file.write("</cesAlign>\n")


def read(path: Path) -> Iterator[Record]:
    """The records of a file of links; where a document is not there, without its texts.

    Raises:
        GoldError: the file cannot be opened, or is broken XML from a place on.
    """
    return read_links(path, Beside(path.parent, _FOLDERS), _told)


def _id(place: Place) -> str:
    paragraph, sentence = place
    return f"s{paragraph}.{sentence}"


def _places(documents: Mapping[Names, object], folder: str) -> dict[Names, str]:
    """The path of each document, from the folder of the links: no two alike, even to a disk that knows no case."""
    places: dict[Names, str] = {}
    taken: set[str] = set()
    for names in documents:
        stem = f"{folder}/{safe_name(names.lang, 'und')}/{safe_name(names.id.removeprefix(f'{names.lang}/'), 'text')}"
        number, place = 1, stem
        while place.lower() in taken:
            number += 1
            place = f"{stem}-{number}"
        taken.add(place.lower())
        places[names] = f"{place}.xml"
    return places


def _measures(record: SegmentPair) -> dict[str, str]:
    measures = {
        "certainty": record.p if isfinite(record.p) else record.score,
        "p": record.p,
        "score": record.score,
    }
    return {name: number_cell(value) for name, value in measures.items() if isfinite(value)}


def _told(link: Mapping[str, str]) -> dict[str, float]:
    numbers = {name: _number(name, link[name]) for name in ("certainty", "p", "score") if name in link}
    certainty = numbers.pop("certainty", None)
    if not 0 <= numbers.get("p", 0) <= 1:
        raise ValueError("its p must be from 0 to 1; mend the link")
    return numbers if numbers or certainty is None else {"score": certainty}


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"its {name} must be a number; mend the link") from None


FORMAT = FilesFormat(
    write=write,
    read=read,
    known=lambda head: root(head.text)[0] == "cesAlign",
    carries=TEXTS | LANGS | DOCUMENTS | {"p", "score"},
    nulls=True,
)
