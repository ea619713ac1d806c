"""The quality of the library on every set of the development data: one command, one table, with its signature.

Every figure comes from the library as users have it, each method with its one default setting. Progress goes to
standard error. ``docs/quality.md`` says what the figures mean.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from bench import Bench
from families import beads, calibrated, comparable, conflicts, corpus, graded, lines, pairs, unrelated
from rows import Row, format_peers, format_table
from sets import SEED, fingerprint, set_name

from aligner import AlignerError
from aligner.bitext import settings, sign

Measure = Callable[[Path, Bench], Iterator[Row]]

KINDS: dict[str, Measure] = {
    "block": beads.measure,
    "line": lines.measure,
    "docpair": pairs.measure_docpair,
    "comparable": comparable.measure,
    "graded": graded.measure,
    "docs": pairs.measure_docs,
}
"""How each kind of set is measured, by its folder; ``hostile`` is no quality set."""

WHOLES: dict[str, tuple[Callable[[Path], list[Path]], Measure]] = {
    "calibration/left-out": (calibrated.files, calibrated.measure),
    "unrelated/it-en": (unrelated.files, unrelated.measure),
    "evidence/translations": (conflicts.files, conflicts.measure),
    "corpus/facts": (corpus.files, corpus.measure),
}
"""What is measured on several sets together: the files that it depends on, and how, from the folder of all data."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured at a time: its name, the files that its rows depend on, and what gives the rows."""

    name: str
    files: Sequence[Path]
    measure: Callable[[Bench], Iterator[Row]]


def find_tasks(data: Path, pattern: str = "*") -> list[Task]:
    """All that can be measured under a folder and whose name, as ``block/john-it-en``, matches a shell pattern."""
    sets = [
        Task(set_name(path), [path], partial(measure, path))
        for kind, measure in KINDS.items()
        for path in sorted(data.glob(f"{kind}/*"))
    ]
    wholes = [Task(name, files(data), partial(measure, data)) for name, (files, measure) in WHOLES.items()]
    return [task for task in (*sets, *wholes) if task.files and fnmatch(task.name, pattern)]


def signature(bench: Bench, tasks: Sequence[Task]) -> str:
    """What the figures depend on: our version, encoder, splitters, every setting, seed and data."""
    return sign(
        encoder=bench.embedder.name,
        splitter=("lines", "rules"),
        monotone=settings(bench.monotone),
        mining=settings(bench.mining),
        pairing=settings(bench.pairing),
        seed=str(SEED),
        sets=str(len(tasks)),
        data=fingerprint(dict.fromkeys(path for task in tasks for path in task.files)),
    )


def _write_json(path: Path, rows: Iterable[Row], signature: str) -> None:
    content = {"signature": signature, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds block, line, docpair and so on")
    parser.add_argument("--encoder", default="use", help="as for the library, or noise (default: use)")
    parser.add_argument("--sets", default="*", metavar="PATTERN", help="only these, as 'block/*'")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here, too")
    options = parser.parse_args()
    tasks = find_tasks(options.data, options.sets)
    if not tasks:
        known = ", ".join((*(f"{kind}/*" for kind in KINDS), *WHOLES))
        parser.error(f"{options.data}: no set matches {options.sets!r}; there are {known}")
    try:
        bench = Bench(options.encoder)
    except AlignerError as error:
        parser.error(str(error))
    rows: list[Row] = []
    for task in tasks:
        started = time.perf_counter()
        rows += task.measure(bench)
        print(f"{task.name:32} {time.perf_counter() - started:6.1f} s", file=sys.stderr, flush=True)
    signed = signature(bench, tasks)
    tables = [table for table in (format_table(rows), format_peers(rows), calibrated.format_targets(rows)) if table]
    print("\n\n".join([*tables, f"signature: {signed}"]))
    if options.json:
        _write_json(options.json, rows, signed)


if __name__ == "__main__":
    main()
