"""The BUCC shared task's files, as mining is evaluated on: two texts whose lines have ids, and the pairs of ids.

``NAME.bucc`` stands for three files a pair of languages: ``NAME.bucc.it-en.it`` and ``NAME.bucc.it-en.en`` with
``id<TAB>text`` a line, the id as ``it-000000001``, and ``NAME.bucc.it-en.gold`` with two ids a line. The texts hold
every segment once, those too that no record links; what is read are the linked ones. The task's own names, as
``fr-en.training.gold``, are read.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

from aligner.bitext import Bitext, SegmentPair, by_documents
from aligner.errors import GoldError
from aligner.multiway import Segment, sides
from aligner.writers.apart import identity
from aligner.writers.cells import clean, row
from aligner.writers.formats import LANGS, TEXTS, FilesFormat, Head, Record, Unfit
from aligner.writers.language_pairs import Langs, PairFiles, by_langs, cut_pair, found_files, new_files
from aligner.writers.lines import Line, read_lines
from aligner.writers.streams import bare_name, opened_text
from aligner.writers.whole import Outputs

_SUFFIX, _GOLD = ".bucc", "gold"
_PAIR = re.compile(r"([^\s-]\S*-([0-9]{1,15}))\t([^\s-]\S*-([0-9]{1,15}))\s*")

Texts = dict[str, tuple[int, str]]
"""The 0-based line and the text of each id."""


def write(bitext: Bitext, path: Path, outputs: Outputs) -> None:
    """Write three files for each pair of languages.

    Raises:
        Unfit: there are no records, they tell no languages, or not those that the path names.
    """
    groups = by_langs(record for records in by_documents(bitext).values() for record in records)
    if not groups:
        raise Unfit("without records there are no languages to name its files for; write .tsv")
    for langs, files in new_files(path, _SUFFIX, groups, _SUFFIX).items():
        _write_pair(groups[langs], files, outputs)


def _write_pair(records: Sequence[SegmentPair], files: PairFiles, outputs: Outputs) -> None:
    texts = [outputs.text(files.path(code)) for code in files.codes]
    gold = outputs.text(files.path(_GOLD))
    ids: tuple[dict[Hashable, str], dict[Hashable, str]] = {}, {}
    for record in records:
        for segment, code, held, file in zip(sides(record), files.codes, ids, texts, strict=True):
            key = identity(segment, record)
            if _is_there(segment) and key not in held:
                held[key] = f"{code}-{len(held) + 1:09}"
                file.write(row((held[key], clean(segment.text))))
        if record.is_link:
            gold.write(row(held[identity(segment, record)] for segment, held in zip(sides(record), ids, strict=True)))


def _is_there(segment: Segment) -> bool:
    return bool(segment.text or segment.sentences)


def read(path: Path) -> Iterator[Record]:
    """The pairs of every gold file that the path stands for, with texts and line numbers where the texts are there.

    Raises:
        GoldError: there are none, or a file cannot be read.
    """
    found = _found(path)
    if not found:
        raise GoldError(f"{clean(str(path))}: no such files; put {clean(path.name)}.it-en.gold there, with .it and .en")
    for files in found:
        yield from _records(files)


def _records(files: PairFiles) -> Iterator[Record]:
    texts: list[Texts] = [{}, {}]
    for code, held in zip(files.codes, texts, strict=True):
        yield from _read_texts(files, code, held)
    gold = files.found(_GOLD)
    if gold is not None:
        with opened_text(gold) as file:
            yield from (_record(line, texts, files.codes) for line in read_lines(file))


def _read_texts(files: PairFiles, code: str, texts: Texts) -> Iterator[GoldError]:
    """Fill in the texts of a file; what is wrong with it."""
    path = files.found(code)
    if path is None:
        yield GoldError(f"{clean(str(files.path(code)))}: no such file; put it there, or its pairs have no texts")
        return
    with opened_text(path, newline="\n") as file:
        for number, line in enumerate(read_lines(file)):
            id, tab, text = line.text.partition("\t")
            if tab:
                texts.setdefault(id, (number, text))
            else:
                yield line.broken("each line must be an id, a tab and a text")


def _record(line: Line, texts: Sequence[Texts], langs: Langs) -> Record:
    if not (found := _PAIR.fullmatch(line.text)):
        return line.broken("each line must be two ids with a tab between, as it-000000001")
    ends = []
    for id, number, held in zip(found.group(1, 3), found.group(2, 4), texts, strict=True):
        if held and id not in held:
            return line.broken(f"no text has the id {id!r:.40}")
        ends.append(held.get(id, (max(int(number) - 1, 0), "")))
    (i, source), (j, target) = ends
    return SegmentPair(
        source_text=source,
        target_text=target,
        bead="1-1",
        source_lang=langs[0],
        target_lang=langs[1],
        source_sentences=(i,),
        target_sentences=(j,),
    )


def _found(path: Path) -> list[PairFiles]:
    """The files of a name with our suffix, of a gold file, or of a text with gold beside."""
    bare = bare_name(path.name)
    if not bare.endswith(f".{_GOLD}"):
        return [files for files in found_files(path, _SUFFIX, _SUFFIX) if files.found(_GOLD)]
    stem = bare.removesuffix(f".{_GOLD}")
    named = [PairFiles(path.with_name(stem), cut) for part in stem.split(".") for cut in cut_pair(part)]
    return ([files for files in named if files.is_there] or named)[:1]


def _known(head: Head) -> bool:
    if bare_name(head.path.name).endswith(f".{_GOLD}"):
        return bool(head.lines and _PAIR.fullmatch(head.lines[0]))
    return bool(_found(head.path))


FORMAT = FilesFormat(write=write, read=read, known=_known, carries=TEXTS | LANGS)
