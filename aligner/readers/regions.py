"""Elements of a page that say what the text in them is: surroundings of the main text, or in a language of its own.

The row of tags is flat and may be broken: an element ends where as many tags of its name have been closed as opened
in it, or where the one around it ends. One that is never closed lasts to the end of the page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aligner.readers.entities import unescape

_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^\s\"'<>]++)))?")
_WORD = re.compile(r"[-_]+|(?<=[a-z])(?=[A-Z])")
_INVISIBLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_TAGS = frozenset("nav footer".split())
_CONTROLS = frozenset("form button select menu dialog rp rt".split())
"""What is no text wherever it stands, and says nothing of what surrounds it."""

_ROLES = frozenset("navigation banner contentinfo search menu menubar toolbar dialog alertdialog doc-toc".split())
_NAMES = frozenset(
    """
    nav navbar navheader navfooter navigation menu breadcrumb breadcrumbs sidebar footer masthead toc pager pagination
    headerlink permalink editsection
    """.split()
)
"""What classes and ids of surroundings end in: ``navheader`` (DocBook), ``site-footer``, ``mainMenu``."""

_BEGINNINGS = frozenset("cookie cookies skip breadcrumb".split())
"""And what others begin with: ``cookie-notice``, ``skip-to-content``."""

_QUALIFIERS = frozenset("has with without no is category tag type format post page".split())
"""What a name begins with that tells something else: ``has-sidebar`` is a page's layout, ``tag-menu`` its topic."""

_PAGES = frozenset("html body main article".split())
"""Elements that hold the main text, whatever they are called."""

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY_NEXT = frozenset("p li dt dd td th tr option".split())
_MAX_OPEN = 200
"""Regions within regions up to which they are told apart; no page that was meant to be read has as many."""


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag as it is written, with names in lower case; empty where one has no value."""
    found = _ATTRIBUTE.findall(tag.lstrip("<"))[1:]
    return {name.lower(): unescape(next(filter(None, values), "")) for name, *values in reversed(found)}


@dataclass(slots=True)
class _Region:
    tag: str
    lang: str
    is_outside: bool
    is_main: bool
    n_open: int = 1


class Regions:
    """The regions that are open as a page is gone through.

    Attributes:
        is_outside: what stands here is no main text.
        is_main: it is said to be the main text.
        lang: the language that it is said to be in, as it is written; empty where none is.
        are_told: the page has said what its main text is, or what surrounds it.
    """

    def __init__(self, *, with_surroundings: bool) -> None:
        self._with_surroundings = with_surroundings
        self._open: list[_Region] = []
        self.is_outside = self.is_main = self.are_told = False
        self.lang = ""

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        """Go past the beginning of an element."""
        if tag in _VOID:
            return
        place = self._place(tag)
        if place is not None and tag in _CLOSED_BY_NEXT:
            self._close(place)
        elif place is not None:
            self._open[place].n_open += 1
        lang = given.get("lang") or given.get("xml:lang") or ""
        is_main = tag == "main" or given.get("role", "").lower() == "main"
        is_around = not self._with_surroundings and tells_surroundings(tag, given)
        is_outside = is_around or (not self._with_surroundings and is_no_text(tag, given))
        self.are_told |= is_main or is_around
        if (lang or is_main or is_outside) and len(self._open) < _MAX_OPEN:
            region = _Region(tag, lang or self.lang, is_outside or self.is_outside, is_main or self.is_main)
            self._open.append(region)
            self._look()

    def end(self, tag: str) -> None:
        """Go past the end of an element."""
        place = self._place(tag)
        if place is not None:
            self._open[place].n_open -= 1
            if not self._open[place].n_open:
                self._close(place)

    def _place(self, tag: str) -> int | None:
        """Where the innermost region of this name is among those that are open."""
        return next((place for place in reversed(range(len(self._open))) if self._open[place].tag == tag), None)

    def _close(self, place: int) -> None:
        """End a region, and what was left open in it."""
        del self._open[place:]
        self._look()

    def _look(self) -> None:
        innermost = self._open[-1] if self._open else _Region("", "", is_outside=False, is_main=False)
        self.lang, self.is_outside, self.is_main = innermost.lang, innermost.is_outside, innermost.is_main


def tells_surroundings(tag: str, given: Mapping[str, str]) -> bool:
    """Whether an element surrounds the main text, by its name, role, class or id."""
    if tag in _TAGS or given.get("role", "").lower() in _ROLES:
        return True
    names = f"{given.get('class', '')} {given.get('id', '')}".split()
    return tag not in _PAGES and any(map(_names_surroundings, names))


def is_no_text(tag: str, given: Mapping[str, str]) -> bool:
    """Whether an element is a part of a form, or is not shown."""
    is_hidden = given.get("aria-hidden", "").lower() == "true" or _INVISIBLE.search(given.get("style", ""))
    return tag in _CONTROLS or (tag not in _PAGES and ("hidden" in given or bool(is_hidden)))


def _names_surroundings(name: str) -> bool:
    words = [word.lower() for word in _WORD.split(name) if word]
    if not words or (words[0] in _QUALIFIERS and len(words) > 1):
        return False
    return words[-1] in _NAMES or words[0] in _BEGINNINGS
