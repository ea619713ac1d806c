"""Ways to cut a text into sentences; every sentence is a span of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from aligner.registry import Part, Registry

SPLITTERS = Registry(
    "splitter",
    {
        "rules": Part(
            "aligner.splitters.rules:RuleSplitter", "our rules: terminators, abbreviations, quotations, newlines"
        ),
        "lines": Part("aligner.splitters.lines:LineSplitter", "already split: one sentence a line"),
    },
)


@runtime_checkable
class Splitter(Protocol):
    """Finds the sentences of a text."""

    def split(self, content: str, lang: str) -> Sequence[tuple[int, int]]:
        """The sentences' spans ``(start, end)``, in order, without overlap, stripped of outer white space."""
        ...


@dataclass(frozen=True, slots=True)
class PieceSplitter:
    """Any function that cuts a text into pieces, such as ``nltk.sent_tokenize``, as a splitter."""

    cut: Callable[[str], Iterable[str]]

    @property
    def name(self) -> str:
        return getattr(self.cut, "__qualname__", type(self.cut).__qualname__)

    def split(self, content: str, lang: str) -> list[tuple[int, int]]:  # noqa: ARG002
        """The spans of the pieces; blank pieces are left out.

        Raises:
            ValueError: a piece does not stand verbatim in what is left of the text.
        """
        spans = []
        end = 0
        for piece in map(str.strip, self.cut(content)):
            if not piece:
                continue
            start = content.find(piece, end)
            if start < 0:
                raise ValueError(
                    f"splitter {self.name}: got {piece[:60]!r}, expected a piece of the text, verbatim and in order"
                )
            end = start + len(piece)
            spans.append((start, end))
        return spans


def load(splitter: "str | Splitter | Callable[[str], Iterable[str]]") -> Splitter:
    """The splitter of this name, or this object or function as a splitter.

    Raises:
        UnknownName: no splitter has this name.
        TypeError: neither a name nor a splitter nor callable.
    """
    if isinstance(splitter, str):
        part: Splitter = SPLITTERS.load(splitter)()
        return part
    if isinstance(splitter, Splitter):
        return splitter
    if callable(splitter):
        return PieceSplitter(splitter)
    raise TypeError(
        f"splitter: got {type(splitter).__name__}, expected a name, a splitter or a function from text to pieces"
    )
