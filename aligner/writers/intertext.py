"""InterText's alignments: a file of links, and its two documents beside.

``NAME.intertext.xml`` names ``NAME.it.xml`` and ``NAME.en.xml``, after the two versions of the text as InterText calls
them. In ``xtargets`` the sentences of ``toDoc`` come first, and so in ``type`` (ItAlignment.cpp); the source is
``fromDoc``. Ids are ``paragraph:sentence``. InterText opens two documents at a time: a bitext of more is refused.

A link, or a lone sentence, that a person has accepted has the status ``man``, as those that were confirmed or made in
InterText; every other has ``auto``.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.decisions import ACCEPTED
from aligner.writers.apart import Linked, Names, Place, Sides, set_apart
from aligner.writers.beside import Beside, safe_name
from aligner.writers.formats import DOCUMENTS, LANGS, TEXTS, FilesFormat, Record, Unfit
from aligner.writers.linked import read_links
from aligner.writers.sentences import document_lines
from aligner.writers.streams import bare_name
from aligner.writers.tags import attributes
from aligner.writers.verbatim import DECLARATION, root
from aligner.writers.whole import Outputs

_SUFFIX = ".intertext.xml"


def write(bitext: Bitext, path: Path, outputs: Outputs) -> None:
    """Write the links and the two documents.

    Raises:
        Unfit: there are more than two documents.
    """
    held = set_apart(bitext)
    if len(held.pairs) > 1:
        raise Unfit(f"InterText has two documents a file, and these are {len(held.pairs)} pairs; write .xces")
    file = outputs.text(path)
    file.write(DECLARATION)
    for pair in held.pairs:
        places = _places(pair, path)
        for names, place in places.items():
            outputs.fill(path.parent / place, document_lines("doc", names, held.documents[names], _id))
        file.write(f"<linkGrp{attributes(toDoc=places[pair.target], fromDoc=places[pair.source])}>\n")
        file.writelines(map(_link, pair.links))
        file.write("</linkGrp>\n")
    if not held.pairs:
        file.write("<linkGrp/>\n")


def read(path: Path) -> Iterator[Record]:
    """The records of a file of links; where a document is not there, without its texts.

    Raises:
        GoldError: the file cannot be opened, or is broken XML from a place on.
    """
    return read_links(path, Beside(path.parent), _told, swapped=True)


def _link(link: tuple[SegmentPair, Sides]) -> str:
    record, (source, target) = link
    told = attributes(
        type=f"{len(target)}-{len(source)}",
        xtargets=f"{_ids(target)};{_ids(source)}",
        status="man" if record.decision == ACCEPTED else "auto",
    )
    return f"<link{told}/>\n"


def _places(pair: Linked, path: Path) -> dict[Names, str]:
    """The names of both documents, after their languages where these differ."""
    stem = bare_name(path.name).removesuffix(_SUFFIX)
    source, target = safe_name(pair.source.lang, "source"), safe_name(pair.target.lang, "target")
    if source.lower() == target.lower():
        source, target = f"{source}-1", f"{target}-2"
    return {pair.source: f"{stem}.{source}.xml", pair.target: f"{stem}.{target}.xml"}


def _ids(places: Sequence[Place]) -> str:
    return " ".join(map(_id, places))


def _id(place: Place) -> str:
    paragraph, sentence = place
    return f"{paragraph}:{sentence}"


def _told(link: Mapping[str, str]) -> dict[str, str]:
    return {"decision": ACCEPTED} if link.get("status") == "man" else {}


FORMAT = FilesFormat(
    write=write,
    read=read,
    known=lambda head: root(head.text)[0] == "linkGrp",
    carries=TEXTS | LANGS | DOCUMENTS | {"decision"},
    nulls=True,
)
