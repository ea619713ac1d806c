"""Inline markup of TMX 1.4 and XLIFF 1.2 and 2: what of a segment is text, and what stands for a tag."""

import re
from collections.abc import Iterator

from aligner.markup import Element, local_name

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
"""Elements that hold native code in TMX and XLIFF 1.2; only a ``sub`` within them is text."""

_BREAKS = frozenset({"lb", "x-html-br", "fmt:lb"})
"""What says, as the type of a placeholder, that it stands for the end of a line."""

_WRAP = re.compile(r"(?<![ \t])[ \t]*+\n[ \t]++")


def segments(element: Element) -> Iterator[str]:
    """The segment's own text, and after it each translatable text within its codes (a footnote, an ``alt``).

    A newline with indentation after it is but how the file was written, and becomes a space; what stands for the end
    of a line becomes a newline.
    """
    waiting = [element]
    while waiting:
        yield "".join(_pieces(waiting.pop(0), waiting)).strip()


def _pieces(element: Element, subs: list[Element], *, is_code: bool = False) -> Iterator[str]:
    """The text of an element, piece by piece; the ``sub`` elements in it go to the list instead."""
    if not is_code:
        yield _WRAP.sub(" ", element.text or "")
    for child in element:
        if local_name(child) == "sub":
            subs.append(child)
        else:
            yield from _pieces(child, subs, is_code=is_code or local_name(child) in CODES)
        if not is_code:
            if not _BREAKS.isdisjoint((child.get("type"), child.get("ctype"), child.get("subType"))):
                yield "\n"
            yield _WRAP.sub(" ", child.tail or "")
