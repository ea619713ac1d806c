"""TMX 1.4b: a translation memory, in which a ``tu`` is a record, or all those of a unit in several languages.

Written as the DTD has it, in UTF-8, without a date: the same records make the same bytes. All that a record tells
stands in ``prop`` elements: what two segments have in common in the unit, where a segment comes from in its ``tuv``,
there the document as ``source-document``, bitextor's name. In a unit of several records those of the unit name the
languages, ``p:it-en``, and ``pair`` names the records. A language is echoed as the record has it, ``und`` where it has
none. A record with an empty side is left out. See ``verbatim`` for what becomes of a text.

Read in any version, namespace and encoding, see ``fragments``; tags within a segment are taken away, see ``plain``. Of
several variants in one language the first counts. The source is the language that ``srclang`` says, or the first one,
and each other language makes a record with it. A DTD that a file names is never fetched.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import permutations
from typing import BinaryIO

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import GoldError
from aligner.markup import Element, local_name
from aligner.multiway import MIN_LANGS, Segment, segments, sides, units
from aligner.writers.formats import TEXTS, BinaryFormat, Record
from aligner.writers.fragments import Fragment, Place, fragments
from aligner.writers.measures import FIELDS, readable, record, told
from aligner.writers.notation import written
from aligner.writers.verbatim import DECLARATION, attributes, content, plain, root, storable

_TOOL = "aligner"
_UNKNOWN, _ALL = "und", "*all*"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PAIR = "pair"
_BEAD = re.compile(r"([0-9]+)([-:])([0-9]+)")

_OF_SIDE = {"lang": "lang", "doc": "source-document", "sentences": "sentences", "span": "span"}
"""Properties of a variant: its type by the field's name without ``source_`` or ``target_``."""

_OF_UNIT = {field: field.replace("_", "-") for field in FIELDS if not field.startswith(("source_", "target_"))}
"""Properties of a unit: its type by the field's name."""


def write(bitext: Bitext, file: BinaryIO) -> None:
    """Write one unit a record, or one for all records of a text in several languages."""
    text = codecs.getwriter("utf-8")(file)
    whole = [pair for pair in bitext.pairs if storable(pair.source_text) and storable(pair.target_text)]
    text.write(f'{DECLARATION}<tmx version="1.4">\n{_header(whole, bitext.signature)}<body>\n')
    for unit in units(whole):
        text.writelines(map(_unit, [unit] if _is_one(unit) else ((pair,) for pair in unit)))
    text.write("</body>\n</tmx>\n")


def _header(pairs: Sequence[SegmentPair], signature: str) -> str:
    sources = {_tag(pair.source_lang) for pair in pairs}
    values = {
        "creationtool": _TOOL,
        "creationtoolversion": version(_TOOL),
        "segtype": "sentence",
        "o-tmf": _TOOL,
        "adminlang": "en",
        "srclang": sources.pop() if len(sources) == 1 else _ALL,
        "datatype": "plaintext",
    }
    signed = _prop("signature", signature) if signature else ""
    return f"<header{attributes(values)}>{signed}</header>\n"


def _is_one(unit: Sequence[SegmentPair]) -> bool:
    """Whether the records of a unit agree on the segment of each language, and can be told apart by languages."""
    held = segments(unit)
    names = [_name(*both) for both in permutations(map(_tag, held), 2)]
    pairs = {(pair.source_lang, pair.target_lang) for pair in unit}
    return (
        1 < len(unit) == len(pairs)
        and len(set(names)) == len(names)
        and all(pair.source_lang != pair.target_lang for pair in unit)
        and all(held[segment.lang] == segment for pair in unit for segment in sides(pair))
    )


def _unit(records: Sequence[SegmentPair]) -> str:
    """One unit; a unit of several records has their common name."""
    first = records[0]
    if len(records) > 1:
        values, variants = {"tuid": first.unit}, tuple(segments(records).values())
    else:
        values, variants = {}, sides(first)
    props = "".join(_props(pair, len(records) > 1) for pair in records)
    return f"<tu{attributes(values)}>\n{props}{''.join(map(_variant, variants))}</tu>\n"


def _props(pair: SegmentPair, is_one_of_several: bool) -> str:
    langs = _tag(pair.source_lang), _tag(pair.target_lang)
    suffix = f":{_name(*langs)}" if is_one_of_several else ""
    known = {"unit": storable(pair.unit)} if is_one_of_several else {}
    named = _prop(_PAIR, _name(*langs)) if suffix or _key(langs[0]) == _key(langs[1]) else ""
    found = {_OF_UNIT[field]: text for field, text in told(pair, known).items() if field in _OF_UNIT}
    if "bead" in found:
        found["bead"] = _swapped(found["bead"])
    return named + "".join(_prop(f"{kind}{suffix}", text) for kind, text in found.items())


def _variant(segment: Segment) -> str:
    tag = _tag(segment.lang)
    values = {field: written(f"source_{field}", getattr(segment, field)) for field in _OF_SIDE}
    known = {"lang": tag, "doc": "", "sentences": "", "span": "0-0"}
    props = "".join(_prop(_OF_SIDE[field], text) for field, text in values.items() if text != known[field])
    return f"<tuv{attributes({'xml:lang': tag})}>\n{props}<seg>{content(segment.text)}</seg>\n</tuv>\n"


def _prop(kind: str, text: str) -> str:
    return f"<prop{attributes({'type': kind})}>{content(text)}</prop>\n"


def _tag(lang: str) -> str:
    return storable(lang).strip() or _UNKNOWN


def _name(source: str, target: str) -> str:
    return f"{source}-{target}"


def _swapped(bead: str) -> str:
    """``1-2`` as ``1:2``, as others write it, and the other way round."""
    found = _BEAD.fullmatch(bead)
    return f"{found[1]}{':' if found[2] == '-' else '-'}{found[3]}" if found else bead


@dataclass(frozen=True, slots=True)
class _Variant:
    """A language's text in a unit: ``tag`` as the file has it, and what its properties tell by the field's name."""

    tag: str
    text: str
    values: Mapping[str, str]

    @property
    def key(self) -> str:
        return _key(self.tag)


def read(file: BinaryIO, name: str) -> Iterator[Record]:
    """The records of a memory, and what is wrong with each unit that cannot be read.

    Raises:
        GoldError: nothing can be read beyond a place, or the file ends too early.
    """
    for found in fragments(file, name, ("tu",), ("tmx", "header")):
        if isinstance(found, GoldError):
            yield found
        else:
            yield from _records(found)


def _records(unit: Fragment) -> Iterator[Record]:
    found = [_read_variant(child, unit.place) for child in unit.element if local_name(child) == "tuv"]
    variants = [one for one in found if isinstance(one, _Variant)]
    problems = [one for one in found if isinstance(one, GoldError)]
    yield from problems
    props = _read_props(unit.element)
    pairs = _pairs(variants, _source_lang(unit.element), props.get(_PAIR, []))
    if not pairs and not problems:
        langs = ", ".join(dict.fromkeys(one.tag for one in variants)) or "no language"
        yield unit.place.broken(f"has texts in no two languages ({langs}); give each language a tuv with a seg")
    is_ours = _header_value(unit.element, "creationtool") == _TOOL
    for source, target in pairs:
        suffix = f":{_name(source.tag, target.tag)}" if len(pairs) > 1 else ""
        values = {field: props[f"{kind}{suffix}"][0] for field, kind in _OF_UNIT.items() if f"{kind}{suffix}" in props}
        if "bead" in values:
            values["bead"] = _swapped(values["bead"])
        if len(pairs) > 1 or len({one.key for one in variants}) >= MIN_LANGS:
            values["unit"] = unit.element.get("tuid", f"u{unit.place.number}")
        values |= {f"source_{field}": text for field, text in source.values.items()}
        values |= {f"target_{field}": text for field, text in target.values.items()}
        if not is_ours:
            values = {field: text for field, text in values.items() if readable(field, text)}
        yield record(source.text, target.text, values, unit.place.broken)


def _read_variant(tuv: Element, place: Place) -> _Variant | GoldError:
    tag = tuv.get(_LANG, tuv.get("lang", "")).strip()
    seg = next((child for child in tuv if local_name(child) == "seg"), None)
    if not tag:
        return place.broken("a tuv has no language; give it xml:lang")
    if seg is None:
        return place.broken(f"the tuv in {tag} has no seg; give it one")
    props = _read_props(tuv)
    values = {"lang": tag} | {field: props[kind][0] for field, kind in _OF_SIDE.items() if kind in props}
    try:
        return _Variant(tag, plain(seg), values)
    except ValueError as error:
        return place.broken(str(error))


def _read_props(element: Element) -> dict[str, list[str]]:
    """The texts of an element's properties by type."""
    found: dict[str, list[str]] = {}
    for child in element:
        if local_name(child) == "prop":
            found.setdefault(child.get("type", ""), []).append("".join(child.itertext()))
    return found


def _pairs(variants: Sequence[_Variant], source_lang: str, named: Sequence[str]) -> list[tuple[_Variant, _Variant]]:
    """The variants that make a record: those that are named, or else the source with each other language."""
    if found := [both for name in named if (both := _named(variants, name))]:
        return found
    firsts = {variant.key: variant for variant in reversed(variants)}
    ordered = [variant for variant in variants if firsts[variant.key] is variant]
    source = _source(ordered, _key(source_lang))
    return [(source, other) for other in ordered if source and other is not source]


def _named(variants: Sequence[_Variant], name: str) -> tuple[_Variant, _Variant] | None:
    """The first two variants in the languages of this name, in which any hyphen may stand between them."""
    for hyphen in re.finditer("-", name):
        source = next((one for one in variants if one.tag == name[: hyphen.start()]), None)
        target = next((one for one in variants if one.tag == name[hyphen.end() :] and one is not source), None)
        if source and target:
            return source, target
    return None


def _source(variants: Sequence[_Variant], key: str) -> _Variant | None:
    """The variant in this language, or in another region's, or else the first."""
    same = (one for one in variants if one.key == key)
    akin = (one for one in variants if one.key.partition("-")[0] == key.partition("-")[0])
    return next(iter((*same, *akin, *variants)), None)


def _source_lang(unit: Element) -> str:
    return str(unit.get("srclang") or _header_value(unit, "srclang"))


def _header_value(unit: Element, attribute: str) -> str:
    header = unit.getparent()
    return str(header.get(attribute, "")) if header is not None else ""


def _key(tag: str) -> str:
    """What tags of one language have in common, however they are written."""
    return tag.lower().replace("_", "-")


FORMAT = BinaryFormat(
    write=write,
    read=read,
    known=lambda head: root(head.text)[0] == "tmx",
    carries=TEXTS | set(FIELDS),
)
