"""XLIFF 1.2 and 2.1: a ``file`` for each two documents, in it a unit a record.

Valid by the schemas, that of 1.2 by the strict one. ``original`` is the source document; what else a record tells
stands in its unit, in 1.2 as ``context`` elements of types as ``x-doc-relation`` in a group named ``aligner-1``, in
2.1 as metadata of the category ``aligner``. A record without a target text is a unit that waits for its translation. A
language that is no BCP 47 tag is made like one, and told as it was among the metadata. A document of 2.1 has one pair
of languages; crossings are metadata there, too, since ``order`` tells of segments in one unit only.

See ``verbatim`` for what becomes of a text; in 2.1 the control characters that XML forbids come back, as ``cp``.

Read in any version and namespace, see ``fragments``; tags within a segment are taken away, see ``plain``. Each segment
of a unit is a record, in 1.2 where ``seg-source`` tells them; what 2.1 calls ignorable is none.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import BinaryIO

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.markup import Element, local_name
from aligner.writers.formats import TEXTS, BinaryFormat, Head, Record, Unfit
from aligner.writers.fragments import Fragment, fragments
from aligner.writers.measures import FIELDS, record, told
from aligner.writers.verbatim import DECLARATION, attributes, coded, content, plain, root, storable

_TOOL = "aligner"
_NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
_NAMESPACES_2 = {"xmlns": "urn:oasis:names:tc:xliff:document:2.0", "xmlns:mda": "urn:oasis:names:tc:xliff:metadata:2.0"}
_UNKNOWN = "und"
_TAG = re.compile("[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_GROUP, _TYPE = f"{_TOOL}-", "x-"
_KINDS = {field: field.replace("_", "-") for field in FIELDS}
_VERSION_2 = re.compile(r"""\bversion\s*=\s*["']2""")


def write(bitext: Bitext, file: BinaryIO) -> None:
    """Write XLIFF 1.2."""
    text = codecs.getwriter("utf-8")(file)
    text.write(f"{DECLARATION}<xliff{attributes({'xmlns': _NAMESPACE, 'version': '1.2'})}>\n")
    for pairs in _by_documents(bitext.pairs):
        known = _known(pairs)
        values = {
            "original": known["source_doc"],
            "source-language": known["source_lang"],
            "target-language": known["target_lang"],
            "datatype": "plaintext",
            "tool-id": _TOOL,
        }
        text.write(f"<file{attributes(values)}>\n{_header(bitext.signature)}<body>\n")
        text.writelines(_unit(number, pair, known) for number, pair in enumerate(pairs, 1))
        text.write("</body>\n</file>\n")
    text.write("</xliff>\n")


def write_2(bitext: Bitext, file: BinaryIO) -> None:
    """Write XLIFF 2.1.

    Raises:
        Unfit: there is more than one pair of languages.
    """
    langs = dict.fromkeys((_tag(pair.source_lang), _tag(pair.target_lang)) for pair in bitext.pairs)
    if len(langs) > 1:
        named = ", ".join(map("-".join, langs))
        raise Unfit(
            f"XLIFF 2 holds one pair of languages, and these are {len(langs)} ({named:.80}); write .xlf or .tmx"
        )
    source, target = next(iter(langs), (_UNKNOWN, _UNKNOWN))
    text = codecs.getwriter("utf-8")(file)
    values = {**_NAMESPACES_2, "version": "2.1", "srcLang": source, "trgLang": target}
    text.write(f"{DECLARATION}<xliff{attributes(values)}>\n")
    for number, pairs in enumerate(_by_documents(bitext.pairs), 1):
        known = _known(pairs)
        values = {"id": f"f{number}", "original": known["source_doc"], "xml:space": "preserve"}
        text.write(f"<file{attributes(values)}>\n{_notes_2(bitext.signature)}")
        text.writelines(_unit_2(number, pair, known) for number, pair in enumerate(pairs, 1))
        if not pairs:
            # A file needs a unit or a group, and a group needs nothing.
            text.write(f"<group{attributes({'id': 'g1'})}/>\n")
        text.write("</file>\n")
    text.write("</xliff>\n")


def _by_documents(pairs: Iterable[SegmentPair]) -> Iterable[list[SegmentPair]]:
    """The records of each two documents in two languages; one group of none where there are no records."""
    held: dict[tuple[str, ...], list[SegmentPair]] = {}
    for pair in pairs:
        held.setdefault((pair.source_doc, pair.target_doc, pair.source_lang, pair.target_lang), []).append(pair)
    return held.values() or [[]]


def _known(pairs: list[SegmentPair]) -> dict[str, str]:
    """What the file element of these records tells of each."""
    first = pairs[0] if pairs else SegmentPair()
    return {
        "source_doc": storable(first.source_doc),
        "source_lang": _tag(first.source_lang),
        "target_lang": _tag(first.target_lang),
    }


def _header(signature: str) -> str:
    tool = attributes({"tool-id": _TOOL, "tool-name": _TOOL, "tool-version": version(_TOOL)})
    note = f"<note{attributes({'from': _TOOL})}>{content(signature)}</note>" if signature else ""
    return f"<header>{note}<tool{tool}/></header>\n"


def _notes_2(signature: str) -> str:
    return f"<notes><note{attributes({'category': _TOOL})}>{content(signature)}</note></notes>\n" if signature else ""


def _unit(number: int, pair: SegmentPair, known: Mapping[str, str]) -> str:
    target = f'<target state="translated">{content(pair.target_text)}</target>\n' if storable(pair.target_text) else ""
    contexts = "".join(
        f"<context{attributes({'context-type': f'{_TYPE}{_KINDS[field]}'})}>{content(text)}</context>\n"
        for field, text in told(pair, known).items()
    )
    named = attributes({"name": f"{_GROUP}{number}", "purpose": "information"})
    group = f"<context-group{named}>\n{contexts}</context-group>\n" if contexts else ""
    return (
        f"<trans-unit{attributes({'id': str(number), 'xml:space': 'preserve'})}>\n"
        f"<source>{content(pair.source_text)}</source>\n{target}{group}</trans-unit>\n"
    )


def _unit_2(number: int, pair: SegmentPair, known: Mapping[str, str]) -> str:
    metas = "".join(
        f"<mda:meta{attributes({'type': _KINDS[field]})}>{content(text)}</mda:meta>\n"
        for field, text in told(pair, known).items()
    )
    group = f"<mda:metaGroup{attributes({'category': _TOOL})}>\n{metas}</mda:metaGroup>"
    target = f"<target>{coded(pair.target_text)}</target>\n" if pair.target_text else ""
    state = attributes({"state": "translated"} if target else {})
    return (
        f"<unit{attributes({'id': f'u{number}'})}>\n"
        + (f"<mda:metadata>{group}</mda:metadata>\n" if metas else "")
        + f"<segment{state}>\n<source>{coded(pair.source_text)}</source>\n{target}</segment>\n</unit>\n"
    )


def _tag(lang: str) -> str:
    """The language as a tag of BCP 47, at least by its form."""
    tag = lang.replace("_", "-")
    return tag if _TAG.fullmatch(tag) else _UNKNOWN


def read(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of a file of any version, and what is wrong with each unit that cannot be read.

    Raises:
        GoldError: nothing can be read beyond a place, or the file ends too early.
    """
    for found in fragments(file, name, ("trans-unit", "unit"), ("xliff", "file")):
        if isinstance(found, GoldError):
            yield found
        else:
            yield from _records(found)


def _records(unit: Fragment) -> Iterator[Record]:
    values = _around(unit.element) | {field: text for field, text in _own(unit.element) if field in _KINDS}
    try:
        texts = list(_texts(unit.element))
    except ValueError as error:
        yield unit.place.broken(str(error))
        return
    for source, target in texts:
        yield record(source, target, values, unit.place.broken)


def _around(unit: Element) -> dict[str, str]:
    """What the elements around a unit tell of it, by field."""
    held = [unit, *unit.iterancestors()]
    named = {"source_doc": ("original",), "source_lang": ("source-language", "srcLang")}
    named["target_lang"] = ("target-language", "trgLang")
    return {
        field: next((str(one.get(name)) for one in held for name in names if one.get(name)), "")
        for field, names in named.items()
    }


def _own(unit: Element) -> Iterator[tuple[str, str]]:
    """What we told of a unit, by field."""
    fields = {kind: field for field, kind in _KINDS.items()}
    for one in unit.iter("{*}context", "{*}meta"):
        group = one.getparent()
        if group.get("category") == _TOOL or group.get("name", "").startswith(_GROUP):
            kind = one.get("context-type", one.get("type", "")).removeprefix(_TYPE)
            yield fields.get(kind, ""), "".join(one.itertext())


def _texts(unit: Element) -> Iterator[tuple[str, str]]:
    """The source and target text of each segment of a unit.

    Raises:
        ValueError: there is none, or one without a source; the message says so.
    """
    segments = [unit] if local_name(unit) == "trans-unit" else [one for one in unit if local_name(one) == "segment"]
    if not segments:
        raise ValueError("has no segment; give it one")
    for segment in segments:
        source, target = _child(segment, "source"), _child(segment, "target")
        if source is None:
            raise ValueError("has no source; give it one")
        yield from _marked(segment, target) or [(plain(source), "" if target is None else plain(target))]


def _marked(unit: Element, target: Element | None) -> list[tuple[str, str]]:
    """The segments that are marked within a unit of 1.2, each with the target of the same name."""
    sources, targets = (
        {mark.get("mid"): plain(mark) for mark in _marks(side)} for side in (_child(unit, "seg-source"), target)
    )
    names = dict.fromkeys((*sources, *targets)) if sources else {}
    return [(sources.get(name, ""), targets.get(name, "")) for name in names]


def _marks(side: Element | None) -> list[Element]:
    return [] if side is None else [mark for mark in side.iter("{*}mrk") if mark.get("mtype") == "seg"]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if local_name(child) == name), None)


def _is_xliff(head: Head, *, is_2: bool) -> bool:
    name, values = root(head.text)
    return name == "xliff" and bool(_VERSION_2.search(values)) == is_2


_FIELDS = TEXTS | set(FIELDS)

FORMAT = BinaryFormat(
    write=write, read=read, known=lambda head: _is_xliff(head, is_2=False), carries=_FIELDS, nulls=True
)
FORMAT_2 = BinaryFormat(
    write=write_2, read=read, known=lambda head: _is_xliff(head, is_2=True), carries=_FIELDS, nulls=True
)
