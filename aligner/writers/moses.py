"""Moses: two files a pair of languages, line by line, ``NAME.it-en.it`` and ``NAME.it-en.en``.

``NAME.moses`` stands for the files of every pair of languages in the bitext, ``NAME.it-en`` for those of one. The codes
are the records' own, or those of the name. No text holds what some program takes for a newline, so the files have as
many lines whoever counts them; a blank line is an empty side. Lone sentences are not written.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.writers.cells import clean
from aligner.writers.formats import LANGS, TEXTS, FilesFormat, Record, Unfit
from aligner.writers.language_pairs import PairFiles, by_langs, found_files, new_files
from aligner.writers.lines import read_lines
from aligner.writers.streams import bare_name, opened_text
from aligner.writers.whole import Outputs

_SUFFIX = ".moses"


def write(bitext: Bitext, path: Path, outputs: Outputs) -> None:
    """Write two files for each pair of languages.

    Raises:
        Unfit: there are no records, they tell no languages, or not those that the path names.
    """
    groups = by_langs(bitext.pairs)
    if not groups:
        raise Unfit("without records there are no languages to name its files for; write .tsv")
    for langs, files in new_files(path, _SUFFIX, groups).items():
        source, target = (outputs.text(files.path(code)) for code in files.codes)
        for record in groups[langs]:
            source.write(f"{clean(record.source_text)}\n")
            target.write(f"{clean(record.target_text)}\n")


def read(path: Path) -> Iterator[Record]:
    """The records of every pair of files that the path stands for.

    Raises:
        GoldError: there are none, or a file cannot be read.
    """
    found = _found(path)
    if not found:
        raise GoldError(f"{clean(str(path))}: no such files; put NAME.it-en.it and NAME.it-en.en there")
    for files in found:
        yield from _records(files)


def _records(files: PairFiles) -> Iterator[Record]:
    n_source = n_target = 0
    for source, target in zip_longest(*(_lines(files, code) for code in files.codes)):
        n_source += source is not None
        n_target += target is not None
        if source is not None and target is not None:
            langs = files.codes
            yield SegmentPair(source_text=source, target_text=target, source_lang=langs[0], target_lang=langs[1])
    if n_source != n_target:
        names = ", ".join(clean(str(files.found(code))) for code in files.codes)
        yield GoldError(f"{names}: {n_source} and {n_target} lines; mend them from the line on where they part")


def _lines(files: PairFiles, code: str) -> Iterator[str]:
    path = files.found(code)
    if path is not None:
        with opened_text(path, newline="\n") as file:
            yield from (line.text for line in read_lines(file, with_blank=True))


def _found(path: Path) -> list[PairFiles]:
    """The files that are there; those with gold beside, if only a pair of languages names them, are BUCC's."""
    is_ours = bare_name(path.name).lower().endswith(_SUFFIX)
    return [files for files in found_files(path, _SUFFIX) if is_ours or not files.found("gold")]


FORMAT = FilesFormat(
    write=write,
    read=read,
    known=lambda head: bool(_found(head.path)),
    carries=TEXTS | LANGS,
    nulls=True,
)
