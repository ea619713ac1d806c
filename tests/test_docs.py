"""What docs/formats.md says of every format."""

import re
from pathlib import Path

from aligner.readers import READERS
from aligner.writers import WRITERS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")


def told(heading: str) -> set[str]:
    """The suffixes in the first column of the table under a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert all(len(re.split(r"(?<!\\)\|", row)) == 6 for row in rows)
    return {suffix for row in rows for suffix in re.findall(r"`(\.[\w.]+)`", row.split("|")[1])}


def test_every_format_has_its_row() -> None:
    assert told("Documents") == set(READERS)
    assert told("Bitexts") == set(WRITERS)
