"""A bitext as a download: one file, or a zip where its format is written as several."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from aligner.bitext import Bitext
from aligner.writers import WRITERS, format_for
from aligner.writers.whole import Outputs


def suffixes() -> list[tuple[str, str]]:
    """The formats that can be written here, by suffix, each with what it is."""
    return [(suffix, part.summary) for suffix, part in WRITERS.items() if not part.missing()]


def export(bitext: Bitext, suffix: str) -> tuple[str, bytes]:
    """The name of the download, and what it holds.

    Raises:
        UnknownName, MissingExtra: there is no such format, or it cannot be written here.
        Unfit: the format cannot tell what the bitext holds.
    """
    WRITERS.check(suffix)
    name = f"bitext{suffix}"
    written = format_for(name)
    with TemporaryDirectory(prefix="aligner-") as made:
        folder = Path(made)
        written.check(bitext)
        with Outputs() as outputs:
            written.save(bitext, folder / name, outputs)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if len(files) == 1:
            return name, files[0].read_bytes()
        return f"{name}.zip", _zipped(folder, files)


def _zipped(folder: Path, files: list[Path]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()
