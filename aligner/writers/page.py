"""A page to look at: one record a row, the texts side by side, all in one file; no script, nothing from elsewhere.

The page is HTML and well-formed XML at once, so that the reader can take the records back from it: their texts, their
languages, ``p`` and the relation. What the two texts share or contradict is there for people only.
"""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import BinaryIO

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.markup import Element, iterate
from aligner.writers.cells import block, clean, number_cell
from aligner.writers.formats import LANGS, TEXTS, BinaryFormat, Record
from aligner.writers.lines import Line
from aligner.writers.tsv import record

_MARK = '<meta name="generator" content="aligner"/>'
"""What tells a page of ours from others."""

_HEAD = f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
{_MARK}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width"/>
<title>Bitext</title>
<style>
:root {{ color-scheme: light dark; --faint: color-mix(in srgb, currentcolor 60%, transparent); }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th {{ font-weight: 600; text-align: start; padding: 1.5rem .75rem .25rem; }}
td {{ border-top: 1px solid color-mix(in srgb, canvastext 15%, transparent); padding: .5rem .75rem; }}
td {{ vertical-align: top; overflow-wrap: anywhere; }}
.source, .target {{ width: 40%; white-space: pre-line; }}
.p, .relation {{ color: var(--faint); font-size: .8rem; }}
.p {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}
ul {{ list-style: none; margin: 0; padding: 0; }}
.differs {{ color: light-dark(#a40000, #ff9c8f); }}
footer {{ color: var(--faint); font-size: .8rem; margin-top: 2rem; overflow-wrap: anywhere; }}
@media print {{ body {{ max-width: none; margin: 0; font-size: 10pt; }} tr {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<table>
"""


def write(bitext: Bitext, file: BinaryIO) -> None:
    """Write the page, the names of the documents above their records."""
    file.write(_HEAD.encode())
    for names, records in groupby(bitext.pairs, lambda pair: (pair.source_doc, pair.target_doc)):
        source, target = map(_text, names)
        if source or target:
            file.write(
                f'<tr><th dir="auto">{source}</th><th dir="auto">{target}</th><th></th><th></th></tr>\n'.encode()
            )
        for pair in records:
            file.write(_row(pair).encode())
    file.write(f"</table>\n<footer>{_text(bitext.signature)}</footer>\n</body>\n</html>\n".encode())


def read(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of a page of ours.

    Raises:
        GoldError: what follows is no well-formed XML.
    """
    try:
        for number, row in enumerate(iterate(file, "tr"), 1):
            cells = {cell.get("class"): cell for cell in row if cell.get("class")}
            if cells:
                yield _record(cells, Line(name, number, "".join(row.itertext())))
    except ValueError as error:
        raise GoldError(f"{name}: {error}") from error


def _row(pair: SegmentPair) -> str:
    source = _side("source", pair.source_lang, pair.source_text)
    target = _side("target", pair.target_lang, pair.target_text)
    ties = "".join(
        f'<li class="{"agrees" if tie.agrees else "differs"}">{_text(tie.difference)}</li>' for tie in pair.evidence
    )
    shown = f"<span>{_text(pair.relation)}</span>{f'<ul>{ties}</ul>' if ties else ''}"
    return f'<tr>{source}{target}<td class="p">{number_cell(pair.p)}</td><td class="relation">{shown}</td></tr>\n'


def _side(side: str, lang: str, text: str) -> str:
    return f'<td class="{side}" lang="{_text(lang)}" dir="auto">{escape(block(text))}</td>'


def _text(text: str) -> str:
    return escape(block(clean(text)))


def _record(cells: dict[str, Element], line: Line) -> Record:
    told = {"p": _content(cells.get("p")), "relation": _content(next(iter(cells.get("relation", ())), None))}
    for side in ("source", "target"):
        if side in cells:
            told |= {f"{side}_text": _content(cells[side]), f"{side}_lang": cells[side].get("lang", "")}
    return record(told, line.broken, str)


def _content(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())


FORMAT = BinaryFormat(
    write=write,
    read=read,
    known=lambda head: _MARK in head.text,
    carries=TEXTS | LANGS | {"p", "relation"},
    nulls=True,
)
