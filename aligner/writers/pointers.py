"""What the pointers of a TEI file point to: elements with an id, in the file itself or in one beside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aligner.errors import GoldError
from aligner.markup import Element, local_name, parse
from aligner.writers.beside import Beside
from aligner.writers.cells import clean
from aligner.writers.sentences import text_of
from aligner.writers.streams import opened

MAX_POINTERS = 1000
"""The most that a link can mean to point to."""

_MAX_BYTES = 1 << 27
"""Of a file, which is held whole."""

_XML_ID, _XML_LANG = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("id", "lang"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a sentence stands in: the text in one language, by its name, its file and its number in the file."""

    doc: str
    lang: str
    file: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Pointed:
    """A sentence, or another element that can be pointed to; ``index`` counts its like in its place, from 0."""

    place: Place
    index: int
    element: Element

    @property
    def text(self) -> str:
        return text_of(self.element)


class Pointers:
    """A file, and those beside that its pointers name, each read when it is first asked for.

    ``problems`` are what is wrong with files beside, each told once.

    Raises:
        GoldError: the file cannot be opened, or is broken XML.
    """

    def __init__(self, path: Path) -> None:
        self._beside = Beside(path.parent)
        try:
            with opened(path) as file:
                self.root = _parsed(file)
        except ValueError as error:
            raise GoldError(f"{clean(str(path))}: {error}") from error
        self._files: dict[str, dict[str, Pointed]] = {"": _pointed(self.root, path.name)}
        self._joins = {join.get(_XML_ID): _targets(join) for join in self.root.iter("{*}join")}
        self.problems: list[GoldError] = []

    def follow(self, element: Element, attribute: str = "target") -> list[list[Pointed]] | None:
        """What each pointer of an element leads to, of a join all; none where a file beside cannot be read.

        Raises:
            ValueError: there is no such element.
        """
        ends = [self._joins.get(pointer.removeprefix("#"), [pointer]) for pointer in _targets(element, attribute)]
        if sum(map(len, ends)) > MAX_POINTERS:
            raise ValueError(f"it points to more than {MAX_POINTERS} elements; mend the link")
        found = [[self._one(pointer) for pointer in end] for end in ends]
        pointed = [[one for one in end if one is not None] for end in found]
        return pointed if pointed == found else None

    def _one(self, pointer: str) -> Pointed | None:
        name, _, id = pointer.partition("#")
        if name not in self._files:
            self._files[name] = self._load(name)
        if name and not self._files[name]:
            return None
        if id not in self._files[name]:
            raise ValueError(f"no element has the id {pointer!r:.60}; mend the link")
        return self._files[name][id]

    def _load(self, name: str) -> dict[str, Pointed]:
        shown = clean(f"{self._beside.folder}/{name}")
        try:
            with self._beside.opened(name) as file:
                if file is not None:
                    return _pointed(_parsed(file), name)
            self.problems.append(GoldError(f"{shown}: no such file here; put it there, or its links are left out"))
        except GoldError as error:
            self.problems.append(error)
        except ValueError as error:
            self.problems.append(GoldError(f"{shown}: {error}"))
        return {}


def _parsed(file: BinaryIO) -> Element:
    data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise ValueError(f"more than {_MAX_BYTES >> 20} MB; cut it")
    return parse(data)


def _targets(element: Element, attribute: str = "target") -> Sequence[str]:
    """The pointers of an element; before 2012 the attribute was called ``targets``."""
    return (element.get(attribute) or element.get("targets") or "").split()


def _pointed(root: Element, file: str) -> dict[str, Pointed]:
    """The elements of a file by id."""
    numbers = {text: number for number, text in enumerate(root.iter("{*}text"), 1)}
    counts: Counter[tuple[Place, str]] = Counter()
    found: dict[str, Pointed] = {}
    for element in root.iter("{*}*"):
        if (id := element.get(_XML_ID)) is not None:
            place = _place(element, numbers, file)
            kind = place, local_name(element)
            found.setdefault(id, Pointed(place, counts[kind], element))
            counts[kind] += 1
    return found


def _place(element: Element, numbers: dict[Element, int], file: str) -> Place:
    around = list(_around(element))
    lang = next((one.get(_XML_LANG) for one in around if one.get(_XML_LANG)), "")
    text = next((one for one in around if one in numbers), None)
    if text is None:
        return Place(file, lang, file)
    return Place(text.get("n", text.get(_XML_ID, file)), lang, file, numbers[text])


def _around(element: Element) -> Iterator[Element]:
    """The element and those around it, the innermost first."""
    yield element
    yield from element.iterancestors()
