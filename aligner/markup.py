"""XML from strangers: parsed without a network, without files, without entities, and never deeper or larger than meant.

A document's own entities are the door to three attacks (files read through them, a network asked, memory filled), and
texts and bitexts have no need of them: a document that uses one is refused, so that nothing of it is lost in silence.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, BinaryIO

from lxml import etree

Element = Any
"""An ``lxml`` element; its classes have no public names."""

_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

MAX_NODES = 4_000_000
"""Tags and attributes of one document; each takes up to 200 bytes of memory, however few it has in the file."""


def parse(data: bytes) -> Element:
    """The root element.

    Raises:
        ValueError: the bytes are no well-formed XML, nested deeper than 256 levels, hold a text of more than 10 MB or
            too many tags, or use an entity of their own; the message says what was found, where and what to do.
    """
    refuse_bulk(data)
    try:
        root = etree.parse(BytesIO(data), etree.XMLParser(remove_comments=True, remove_pis=True, **_SAFE)).getroot()
    except etree.XMLSyntaxError as error:
        raise ValueError(_told(error)) from error
    refuse_entities(root)
    return root


def iterate(file: BinaryIO, *tags: str) -> Iterator[Element]:
    """Each element of these local names, whatever its namespace, whole; it is emptied when the next one is asked for.

    Raises:
        ValueError: as ``parse``; what stood before the fault has been yielded by then.
    """
    names = [f"{{*}}{tag}" for tag in tags]
    elements = etree.iterparse(file, tag=names, remove_comments=True, remove_pis=True, **_SAFE)
    try:
        for _, element in elements:
            refuse_entities(element)
            yield element
            element.clear(keep_tail=True)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ValueError(_told(error)) from error


def walk(root: Element, is_left_out: Callable[[str, Element], bool]) -> Iterator[tuple[str, Element, bool]]:
    """Each element's local name, the element, and whether it starts or ends here; not what is within those left out.

    Of one that is left out only the end is told. There is no recursion that depth could exhaust.
    """
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        name = local_name(element)
        if event == "end":
            yield name, element, False
        elif is_left_out(name, element):
            walker.skip_subtree()
        else:
            yield name, element, True


def attribute(element: Element, name: str) -> str:
    """The value of the attribute of this local name, whatever its namespace; empty where there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def refuse_bulk(data: bytes) -> None:
    """Make sure that a document will not fill the memory with its tags.

    Raises:
        ValueError: it would.
    """
    # Both signs are one byte in every encoding that XML is met in, and seldom stand for themselves.
    n_nodes = data.count(b"<") + data.count(b"=")
    if n_nodes > MAX_NODES:
        raise ValueError(f"about {n_nodes} tags and attributes; cut it into files of at most {MAX_NODES}")


def refuse_entities(element: Element) -> None:
    """Make sure that no entity stands in an element.

    Raises:
        ValueError: one does.
    """
    entity = next(element.iter(etree.Entity), None)
    if entity is not None:
        raise ValueError(f"line {entity.sourceline}: uses the entity {entity.text}; write out what it stands for")


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for what is no element."""
    # Three times as quick as etree.QName, and asked of every element.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _told(error: etree.XMLSyntaxError) -> str:
    line = f"line {error.lineno}: " if error.lineno else ""
    found = " ".join((error.msg or "no XML").split())
    return f"{line}not well-formed XML ({found}); mend it there, or save it anew with the tool that made it"
