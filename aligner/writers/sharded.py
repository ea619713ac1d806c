"""Bitexts in shards: one file for the records of each source shard, which a pattern as ``mined/*.jsonl`` names."""

from collections.abc import Mapping
from pathlib import Path

from aligner.bitext import Bitext, by_source
from aligner.errors import OutputError
from aligner.readers import split_suffix
from aligner.readers.ids import printable
from aligner.shards import find_shards
from aligner.writers import format_for
from aligner.writers.formats import fitting
from aligner.writers.whole import Outputs, check_writable

ANY = "*"
"""What stands for a shard's stem in a pattern."""


def find_places(pattern: Path, source: Path, target: Path) -> dict[str, Path]:
    """The file for the records of each source shard, by the shard's id, known to be writable.

    Raises:
        UnknownName, MissingExtra: no format has the pattern's suffix, or it cannot be used here.
        ReadError: a folder of shards cannot be read, or is empty.
        OutputError: the pattern is none, two shards have one stem, or a file is one that is read or cannot be written.
    """
    shown = printable(str(pattern))
    format_for(pattern)
    if ANY in str(pattern.parent) or pattern.name.count(ANY) != 1:
        raise OutputError(f"{shown}: one * in the name of the file, and none in its folder's, stands for each shard")
    sources = find_shards(source)
    held = {path.resolve() for path in (*sources, *find_shards(target))}
    files: dict[Path, Path] = {}
    for path in sources:
        place = pattern.with_name(pattern.name.replace(ANY, split_suffix(path.name)[0]))
        if place in files:
            both = f"{files[place].name!r} and {path.name!r}"
            raise OutputError(f"{printable(str(place))}: {printable(both)} would both go there; rename one of them")
        if place.resolve() in held:
            raise OutputError(f"{printable(str(place))}: is what is read; name other files")
        check_writable(place)
        files[place] = path
    return {printable(str(path)): place for place, path in files.items()}


def write_shards(bitext: Bitext, places: Mapping[str, Path]) -> list[Path]:
    """Write the records of each source shard to its place, all files whole or none of them; the paths written.

    Raises:
        OutputError: a file cannot be written, or its format cannot tell what the bitext holds.
    """
    with Outputs() as outputs:
        for shard, part in by_source(bitext).items():
            form, place = format_for(places[shard]), places[shard]
            with fitting(place):
                form.check(part)
                form.save(part, place, outputs)
            outputs.finish()
    return outputs.paths
