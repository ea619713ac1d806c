"""Paragraphs as office documents have them: runs of text, and other paragraphs within (notes, text boxes)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_BREAK = "\v"
_SPACES = str.maketrans(dict.fromkeys("\t\r\n\v", " "))


@dataclass(slots=True)
class _Flow:
    """Paragraphs in a row: those that are done, the runs of the one on its way, and the blocks to follow it."""

    done: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def end(self) -> None:
        text = _tidy("".join(self.runs))
        if text:
            self.done.append(text)
        self.done += self.after
        self.runs.clear()
        self.after.clear()


class Paragraphs:
    """The paragraphs of a document, as its runs come in."""

    def __init__(self) -> None:
        self._flows = [_Flow()]

    def add(self, run: str) -> None:
        """Add to the paragraph on its way; any white space in the run is a space."""
        self._flows[-1].runs.append(run.translate(_SPACES))

    def break_line(self) -> None:
        self._flows[-1].runs.append(_BREAK)

    def end(self) -> None:
        """End the paragraph on its way."""
        self._flows[-1].end()

    def open(self) -> None:
        """Begin what stands within the paragraph on its way and comes out after it: a note, a text box."""
        self._flows.append(_Flow())

    def close(self) -> None:
        """End what was opened last."""
        self.end()
        done = self._flows.pop().done
        self.follow(done)

    def follow(self, blocks: Iterable[str]) -> None:
        """Let these blocks come after the paragraph on its way."""
        self._flows[-1].after += blocks

    def blocks(self) -> list[str]:
        """All paragraphs that have text, in order."""
        while len(self._flows) > 1:
            self.close()
        self.end()
        return self._flows[0].done


def _tidy(text: str) -> str:
    # Not by patterns or in pieces, which would take twenty times the memory of a long text.
    while "  " in text:
        text = text.replace("  ", " ")
    return text.replace(f" {_BREAK}", _BREAK).replace(f"{_BREAK} ", _BREAK).replace(_BREAK, "\n").strip()
