"""Word documents, as their last reader sees them: tracked insertions are in, tracked deletions are not.

The walk is our own, over the parts that hold text: python-docx gives no notes and no text boxes, drops what was
inserted under tracked changes or stands in a content control, and opens the zip without bounds.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from aligner.document import Text
from aligner.errors import ReadError
from aligner.markup import Element, attribute, local_name, walk
from aligner.readers.archives import Archive
from aligner.readers.paragraphs import Paragraphs

_LEFT_OUT = frozenset({"pPr", "del", "moveFrom", "rt", "Fallback"})
"""Properties (a tab stop there is a ``tab`` too), deletions, furigana, and the older twin of a drawing."""

_FIELDS = frozenset({"TOC", "TOA", "INDEX", "PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF", "NOTEREF"})
"""Fields whose result is no prose: tables of contents, page numbers, marks of notes."""

_NAME = 64
"""Characters of a field's instruction in which its name stands."""

_CHARACTERS = {"tab": " ", "ptab": " ", "noBreakHyphen": "\u2011"}
_MAIN = "word/document.xml"


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The document as one text: paragraphs, list items, table cells; text boxes and notes after what they hang on.

    Headers, footers, comments, hidden text, tables of contents and the numbers of lists are left out. The language
    that the document declares is that of the program that made it more often than its own, and is not asked.

    Raises:
        ReadError: the data is no sound Word document.
    """
    archive = Archive(data, text_id, ".docx")
    main = _related(archive, "", "officeDocument") or _MAIN
    root = archive.xml(main)
    if local_name(root) != "document":
        raise ReadError(f"{archive.where(main)}: no text but a {local_name(root)}; name the file for what it is")
    notes: dict[tuple[str, str], list[str]] = {}
    for kind in ("footnote", "endnote"):
        part = _related(archive, main, f"{kind}s")
        if part and part in archive:
            notes |= _notes(archive.xml(part), kind)
    yield Text(text_id, lang, "\n\n".join(_Walk(notes).blocks(root)))


def _related(archive: Archive, part: str, kind: str) -> str:
    """The part of this kind to which another (the whole, if empty) is related; empty where there is none."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in archive:
        for relation in archive.xml(relations).iter("{*}Relationship"):
            if relation.get("Type", "").endswith(f"/{kind}"):
                return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
    return ""


def _notes(root: Element, kind: str) -> dict[tuple[str, str], list[str]]:
    """The blocks of each note, by its kind and number; the lines that separate notes have a type and are none."""
    notes = [note for note in root.iter(f"{{*}}{kind}") if attribute(note, "type") in {"", "normal"}]
    return {(kind, attribute(note, "id")): _Walk({}).blocks(note) for note in notes}


@dataclass(slots=True)
class _Field:
    """A field on its way: its instruction, whether what is around it shows, and whether it does itself."""

    is_around: bool
    instruction: str = ""
    is_shown: bool = False


@dataclass(slots=True)
class _Walk:
    """One pass over a part."""

    notes: dict[tuple[str, str], list[str]]
    _paragraphs: Paragraphs = field(default_factory=Paragraphs)
    _fields: list[_Field] = field(default_factory=list)
    _is_vanished: bool = False

    def blocks(self, root: Element) -> list[str]:
        for name, element, is_start in walk(root, _is_left_out):
            if name == "p":
                self._paragraphs.open() if is_start else self._paragraphs.close()
            elif name == "r":
                self._is_vanished = False
            elif is_start:
                self._step(name, element)
        return self._paragraphs.blocks()

    def _step(self, name: str, element: Element) -> None:
        if name == "fldChar":
            self._turn(attribute(element, "fldCharType"))
        elif name == "instrText":
            self._instruct(element.text or "")
        elif name == "vanish":
            self._is_vanished = attribute(element, "val") not in {"0", "false", "off"}
        elif self._is_vanished or (self._fields and not self._fields[-1].is_shown):
            return
        elif name == "t":
            self._paragraphs.add(element.text or "")
        elif name in _CHARACTERS:
            self._paragraphs.add(_CHARACTERS[name])
        elif name in {"br", "cr"}:
            self._paragraphs.break_line()
        elif name in {"footnoteReference", "endnoteReference"}:
            # Taken out, so that a note comes once however often it is referred to.
            kind = name.removesuffix("Reference")
            self._paragraphs.follow(self.notes.pop((kind, attribute(element, "id")), ()))

    def _instruct(self, instruction: str) -> None:
        if self._fields and len(self._fields[-1].instruction) < _NAME:
            self._fields[-1].instruction += instruction

    def _turn(self, turn: str) -> None:
        """Go into a field, on to its result, or out of it."""
        if turn == "begin":
            self._fields.append(_Field(not self._fields or self._fields[-1].is_shown))
        elif turn == "separate" and self._fields:
            last = self._fields[-1]
            last.is_shown = last.is_around and not _is_hidden(last.instruction)
        elif turn == "end" and self._fields:
            self._fields.pop()


def _is_left_out(name: str, element: Element) -> bool:
    if name == "fldSimple":
        return _is_hidden(attribute(element, "instr"))
    if name == "sdt":
        return _is_placeholder(element)
    return name in _LEFT_OUT


def _is_hidden(instruction: str) -> bool:
    return instruction.strip().partition(" ")[0].upper() in _FIELDS


def _is_placeholder(control: Element) -> bool:
    """The content control still asks to be filled in, or holds a table of contents."""
    galleries = control.iterfind("{*}sdtPr/{*}docPartObj/{*}docPartGallery")
    return control.find("{*}sdtPr/{*}showingPlcHdr") is not None or any(
        attribute(gallery, "val") == "Table of Contents" for gallery in galleries
    )
