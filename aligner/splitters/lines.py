"""Already split: one sentence a line."""

from dataclasses import dataclass
from typing import ClassVar

import regex

_NEWLINE = regex.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class LineSplitter:
    r"""Every line is a sentence, blank ones as empty spans, so that the index of a sentence is its line number.

    Lines end with ``\n``, ``\r\n`` or ``\r``; a final newline opens no further line.
    """

    name: ClassVar[str] = "lines"

    def split(self, content: str, lang: str) -> list[tuple[int, int]]:  # noqa: ARG002
        spans = []
        start = 0
        for newline in _NEWLINE.finditer(content):
            spans.append(stripped(content, start, newline.start()))
            start = newline.end()
        if start < len(content):
            spans.append(stripped(content, start, len(content)))
        return spans


def stripped(content: str, start: int, end: int) -> tuple[int, int]:
    """The span of a line without its outer white space; a blank one's is empty, at its beginning."""
    line = content[start:end].strip()
    if not line:
        return start, start
    start = content.index(line, start)
    return start, start + len(line)
