"""A bitext into files and back: the format of what is written is told by its suffix, of what is read by its content.

Each format's reader stands beside its writer; both come as one ``Format``.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import TextIO, cast

from aligner.curation import Dropped
from aligner.errors import GoldError, UnknownName
from aligner.registry import Part, Registry
from aligner.writers import jsonl, tsv
from aligner.writers.cells import clean
from aligner.writers.formats import Format, Record, read_head
from aligner.writers.language_pairs import names_pair
from aligner.writers.streams import bare_name

WRITERS = Registry(
    "writer",
    {
        ".tsv": Part("aligner.writers.tsv:FORMAT", "a table with a header row, one record a line"),
        ".jsonl": Part("aligner.writers.jsonl:FORMAT", "one JSON object a line, texts verbatim"),
        ".vecalign": Part("aligner.writers.vecalign:FORMAT", "one bead a line, as [0, 1]:[2]:0.8123, all sentences"),
        ".ladder": Part("aligner.writers.ladder:FORMAT", "hunalign's ladder: a rung a line, no crossings"),
        ".tmx": Part("aligner.writers.tmx:FORMAT", "TMX 1.4b, a translation memory for CAT tools"),
        ".xlf": Part("aligner.writers.xliff:FORMAT", "XLIFF 1.2, a document pair a file, for CAT tools"),
        ".xliff": Part("aligner.writers.xliff:FORMAT_2", "XLIFF 2.1, one pair of languages, for CAT tools"),
        ".xces": Part("aligner.writers.xces:FORMAT", "links as OPUS has them, the documents in NAME.docs beside"),
        ".intertext.xml": Part("aligner.writers.intertext:FORMAT", "InterText's links, the two documents beside"),
        ".tei.xml": Part("aligner.writers.tei:FORMAT", "TEI P5, texts and links in one file"),
        ".bucc": Part("aligner.writers.bucc:FORMAT", "the BUCC shared task's texts and gold, NAME.bucc.it-en.gold"),
        ".moses": Part("aligner.writers.moses:FORMAT", "two files line by line, NAME.it-en.it and NAME.it-en.en"),
        ".parquet": Part(
            "aligner.writers.parquet:FORMAT", "typed columns, texts verbatim", extra="parquet", requires=("pyarrow",)
        ),
        ".xlsx": Part("aligner.writers.xlsx:FORMAT", "a workbook for people"),
        ".csv": Part("aligner.writers.commas:FORMAT", "a table for people: quoted, with commas between"),
        ".bitextor.tsv": Part("aligner.writers.bitextor:FORMAT", "bitextor's table, as bicleaner reads it"),
        ".hf.jsonl": Part("aligner.writers.translations:FORMAT", "Hugging Face's translations, one JSON object a line"),
        ".hunalign.tsv": Part("aligner.writers.hunalign:FORMAT", "two texts and a score a line, ~~~ between sentences"),
        ".mining.tsv": Part("aligner.writers.mining:FORMAT", "a score and two texts a line, the best first"),
        ".html": Part("aligner.writers.page:FORMAT", "a page to look at, the texts side by side"),
        ".columns.tsv": Part("aligner.writers.columns:FORMAT", "two texts a line, a tab between, no header row"),
    },
)
"""Every format by suffix, of which the longest counts. Content is asked in this order, the general formats last."""

DROPPED = {".tsv": tsv.write_dropped, ".jsonl": jsonl.write_dropped}
"""The formats that tell why a record was dropped, each with what writes it."""

_QUOTED = 60
"""Characters of a file's beginning that a message quotes."""


def format_for(path: PurePath | str) -> Format:
    """The format that a file of this name is written in; the suffix of a compression does not count.

    Raises:
        UnknownName: no format has this suffix.
        MissingExtra: a package that the format needs is not installed.
    """
    suffix = _suffix(path)
    if suffix not in WRITERS:
        last = PurePath(bare_name(str(path))).suffix
        found = f"no format has the suffix {last!r}" if last else "no suffix says the format"
        raise UnknownName(f"{str(path)!r}: {found}; choose one of {', '.join(WRITERS)}")
    return cast(Format, WRITERS.load(suffix))


def is_known(path: PurePath | str) -> bool:
    """Whether a file of this name is a bitext's, and no folder."""
    return bool(_suffix(path)) and not Path(path).is_dir()


def dropped_writer_for(path: PurePath | str) -> Callable[[Iterable[Dropped], TextIO], None]:
    """What writes dropped records with their reasons in a file of this name.

    Raises:
        UnknownName: no format for them has this suffix.
    """
    if (suffix := _suffix(path)) not in DROPPED:
        raise UnknownName(f"{str(path)!r}: dropped records have reasons beside; choose one of {', '.join(DROPPED)}")
    return DROPPED[suffix]


def format_of(path: Path) -> Format:
    """The format that a file is in, by its content, and by its name where several formats begin so.

    Raises:
        GoldError: the file cannot be opened, or is in no format that we know.
        MissingExtra: a package that the format needs is not installed.
    """
    head, named = read_head(path), _suffix(path)
    asked = (*([named] if named else []), *WRITERS)
    found = next((suffix for suffix in asked if WRITERS[suffix].load().known(head)), None)
    if found is not None:
        return cast(Format, WRITERS.load(found))
    if not path.exists():
        raise GoldError(f"{clean(str(path))}: no such file; name a bitext that can be read")
    if head.data.strip():
        shown = clean(head.lines[0][:_QUOTED]) if head.lines else ""
        raise GoldError(
            f"{clean(str(path))}: begins with {shown!r}, which is no bitext; choose of {', '.join(WRITERS)}"
        )
    return cast(Format, WRITERS[named or ".tsv"].load())


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file in any format, and what is wrong with each unit of it that cannot be read.

    Raises:
        GoldError: the file cannot be opened, is in no format that we know, or nothing can be read beyond a place.
        MissingExtra: a package that the format needs is not installed.
    """
    return format_of(path).records(path)


def _suffix(path: PurePath | str) -> str:
    """The longest suffix of this name that is a format's; empty if none is. A pair of languages is Moses's."""
    name = bare_name(PurePath(path).name)
    found = max((suffix for suffix in WRITERS if name.lower().endswith(suffix)), key=len, default="")
    return found or (".moses" if names_pair(name) else "")
