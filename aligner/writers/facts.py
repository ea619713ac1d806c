"""Facts and sightings of seeds as tables and as JSON, one a line.

Cells are as in the bitext's TSV; a cell that holds several values has ``; `` between them. JSON has every statement in
full.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TextIO, TypeVar, get_origin

from aligner.facts import Conflict, Fact, Statement
from aligner.seeds import Sighting
from aligner.writers.cells import number_cell, row, text_cell
from aligner.writers.jsonl import object_line
from aligner.writers.lines import read_lines
from aligner.writers.streams import opened_text

Value = TypeVar("Value")

FACT_COLUMNS = (
    "id",
    "p",
    "n_documents",
    "langs",
    "stated_in",
    "not_stated_in",
    "not_stated_langs",
    "conflicts",
    "relations",
    "first",
    "last",
    "statements",
)
SEED_COLUMNS = ("seed", "title", "doc", "lang", "stance", "p", "sentence", "span", "differences", "text")


def write_facts(facts: Iterable[Fact], file: TextIO) -> None:
    """Write ``facts.tsv``: a header row, and one line a fact."""
    file.write(row(FACT_COLUMNS))
    file.writelines(row(_fact_cells(fact)) for fact in facts)


def write_facts_json(facts: Iterable[Fact], file: TextIO) -> None:
    """Write ``facts.jsonl``: one object a fact, its fields those of ``Fact``, and ``n_documents``."""
    for fact in facts:
        told = _values(fact)
        told["statements"] = list(map(_values, fact.statements))
        told["conflicts"] = list(map(_values, fact.conflicts))
        told["relations"] = dict(fact.relations)
        told["n_documents"] = len(fact.stated_in)
        file.write(_line(told))


def write_sightings(sightings: Iterable[Sighting], file: TextIO) -> None:
    """Write ``seeds.tsv``: a header row, and a line for each seed and sentence, or document that does not state it."""
    file.write(row(SEED_COLUMNS))
    file.writelines(row(_sighting_cells(one)) for one in sightings)


def write_sightings_json(sightings: Iterable[Sighting], file: TextIO) -> None:
    """Write ``seeds.jsonl``: one object a sighting, its fields those of ``Sighting``; no sentence is ``null``."""
    for one in sightings:
        file.write(_line({**asdict(one), "sentence": one.sentence if one.text else None}))


def read_facts(path: Path) -> tuple[Fact, ...]:
    """The facts of a ``facts.jsonl``; none where there is no such file.

    Raises:
        GoldError: the file cannot be read, or a line is not as ``write_facts_json`` wrote it.
    """
    return tuple(_read(path, _fact))


def read_sightings(path: Path) -> tuple[Sighting, ...]:
    """The sightings of a ``seeds.jsonl``; none where there is no such file.

    Raises:
        GoldError: the file cannot be read, or a line is not as ``write_sightings_json`` wrote it.
    """
    return tuple(_read(path, _sighting))


def _read(path: Path, make: Callable[[dict[str, Any]], Value]) -> Iterator[Value]:
    if not path.is_file():
        return
    with opened_text(path) as file:
        for line in read_lines(file):
            try:
                yield make(json.loads(line.text))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise line.broken(f"it is no line of {path.name}; run align again") from None


def _fact(told: dict[str, Any]) -> Fact:
    del told["n_documents"]
    statements, conflicts = told.pop("statements"), told.pop("conflicts")
    return Fact(
        statements=tuple(Statement(**_typed(Statement, one)) for one in statements),
        conflicts=tuple(Conflict(**_typed(Conflict, one)) for one in conflicts),
        relations=tuple(told.pop("relations").items()),
        **_typed(Fact, told),
    )


def _sighting(told: dict[str, Any]) -> Sighting:
    sentence = told.pop("sentence")
    return Sighting(sentence=-1 if sentence is None else sentence, **_typed(Sighting, told))


def _typed(kind: Any, told: dict[str, Any]) -> dict[str, Any]:
    """The fields of a value of this kind, with tuples for JSON's arrays.

    Raises:
        KeyError, TypeError: it has no such field, or what is told is none.
    """
    kinds: dict[str, Any] = {field.name: get_origin(field.type) or field.type for field in fields(kind)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    for name, value in values.items():
        if not isinstance(value, (int, float) if kinds[name] is float else kinds[name]):
            raise TypeError(name)
    return values


def _fact_cells(fact: Fact) -> Iterable[str]:
    conflicts = (f"{one.source_doc} / {one.target_doc}: {', '.join(one.differences)}" for one in fact.conflicts)
    return (
        text_cell(fact.id),
        number_cell(fact.p),
        str(len(fact.stated_in)),
        _joined(fact.langs),
        _joined(fact.stated_in),
        _joined(fact.not_stated_in),
        _joined(fact.not_stated_langs),
        _joined(conflicts),
        _joined(f"{name} {count}" for name, count in fact.relations),
        text_cell(fact.first),
        text_cell(fact.last),
        _joined(f"{one.doc}: {one.text}" for one in fact.statements),
    )


def _sighting_cells(one: Sighting) -> Iterable[str]:
    return (
        text_cell(one.seed),
        text_cell(one.title),
        text_cell(one.doc),
        text_cell(one.lang),
        text_cell(one.stance),
        number_cell(one.p),
        str(one.sentence) if one.text else "",
        "-".join(map(str, one.span)) if one.text else "",
        _joined(one.differences),
        text_cell(one.text),
    )


def _values(value: Any) -> dict[str, Any]:
    """The fields of a dataclass by name; ``asdict`` copies each value in depth, which takes five times as long."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _joined(values: Iterable[str]) -> str:
    return text_cell("; ".join(values))


def _line(value: dict[str, Any]) -> str:
    value["p"] = round(value["p"], 4)
    for statement in value.get("statements", ()):
        statement["p"] = round(statement["p"], 4)
    return object_line(value)
