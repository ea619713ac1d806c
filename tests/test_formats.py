"""What every format of bitexts keeps: there and back, and from each to each other."""

import re
from collections import Counter
from math import isnan, nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aligner.bitext import Bitext, SegmentPair
from aligner.errors import OutputError
from aligner.pipeline import read_bitext, write_bitext
from aligner.writers import WRITERS, format_for
from aligner.writers.cells import clean
from aligner.writers.formats import SENTENCES, TEXTS

READABLE = [suffix for suffix in WRITERS if format_for(f"x{suffix}").carries]
"""All but those to look at."""

BEADS = {
    suffix
    for suffix in READABLE
    if format_for(f"x{suffix}").carries >= SENTENCES
    and (format_for(f"x{suffix}").nulls or not format_for(f"x{suffix}").carries >= TEXTS)
}
"""Those that hold beads without texts."""

CARRIES = {suffix: format_for(f"x{suffix}").carries for suffix in READABLE}
PAIRS = [
    (first, second)
    for first in READABLE
    for second in READABLE
    if first != second and (CARRIES[first] & CARRIES[second] >= TEXTS or {first, second} <= BEADS)
]
"""Every two formats that have more in common than measures."""

ALPHABET = st.sampled_from("abè ß日שم🎉&<>\"'=+-@\t\n\x0b\x1b\u2028\ud83d\ufffe[]{};:.")
WORDS = st.text(ALPHABET, min_size=1, max_size=8).map(lambda text: f"x{text}y")
NUMBERS = st.integers(0, 10_000).map(lambda number: number / 10_000)


@st.composite
def bitexts(draw: st.DrawFn) -> Bitext:
    """Records of one pair of documents in order, as every format can hold them."""
    records: list[SegmentPair] = []
    i = j = 0
    for _ in range(draw(st.integers(1, 4))):
        n, m = draw(st.sampled_from([(1, 1), (2, 1), (1, 2)]))
        score = draw(NUMBERS)
        records.append(
            SegmentPair(
                source_text=draw(WORDS),
                target_text=draw(WORDS),
                p=score,
                score=score,
                cosine=draw(NUMBERS),
                relation="equivalent",
                bead=f"{n}-{m}",
                source_lang="it",
                target_lang="en",
                source_doc="it/a.txt",
                target_doc="en/a.txt",
                source_sentences=tuple(range(i, i + n)),
                target_sentences=tuple(range(j, j + m)),
                source_span=(i * 10, i * 10 + 9),
                target_span=(j * 10, j * 10 + 9),
                crossing=draw(st.booleans()),
                flags=("copy",) if draw(st.booleans()) else (),
            )
        )
        i, j = i + n, j + m
    return Bitext(tuple(records), "aligner:test")


def back(bitext: Bitext, suffix: str, folder: Path) -> Bitext:
    """The bitext written and read again."""
    path = folder / f"x{suffix}"
    write_bitext(bitext, path)
    found = read_bitext(path, ("it", "en"))
    assert found.problems == ()
    return found


def kept(bitext: Bitext, fields: frozenset[str]) -> Counter[tuple[Any, ...]]:
    """These fields of the records, in no order, their texts as any format may leave them."""
    return Counter(tuple(normal(getattr(pair, field)) for field in sorted(fields)) for pair in bitext.pairs)


def normal(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(re.sub("[\ufffd\ufffe\uffff]", "", clean(value)).split())
    return "nan" if isinstance(value, float) and isnan(value) else value


# No deadline: a workbook takes more than the 200 ms of hypothesis on a busy machine.
@pytest.mark.parametrize("suffix", READABLE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bitext=bitexts())
def test_every_format_brings_back_what_it_carries(suffix: str, bitext: Bitext) -> None:
    carries = CARRIES[suffix]
    with TemporaryDirectory() as folder:
        assert kept(back(bitext, suffix, Path(folder)), carries) == kept(bitext, carries)


@pytest.mark.parametrize(("first", "second"), PAIRS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bitext=bitexts())
def test_a_conversion_loses_nothing_that_both_formats_carry(first: str, second: str, bitext: Bitext) -> None:
    both = CARRIES[first] & CARRIES[second]
    with TemporaryDirectory() as folder:
        between = back(bitext, first, Path(folder))
        assert kept(back(between, second, Path(folder)), both) == kept(bitext, both)


@pytest.mark.parametrize("suffix", READABLE)
def test_every_format_is_known_by_its_content_alone(suffix: str, tmp_path: Path) -> None:
    record = SegmentPair(
        source_text="Il treno parte.", target_text="The train leaves.", source_lang="it", target_lang="en", score=0.5,
        source_sentences=(0,), target_sentences=(0,), source_doc="a", target_doc="b", bead="1-1",
    )  # fmt: skip
    write_bitext(Bitext((record,), ""), tmp_path / f"x{suffix}")
    (written,) = [path for path in tmp_path.iterdir() if path.is_file()][:1]
    carries = format_for(f"x{suffix}").carries
    found = read_bitext(tmp_path / f"x{suffix}" if not written.name.endswith(suffix) else written, ("it", "en"))
    assert kept(found, carries) == kept(Bitext((record,), ""), carries)


@pytest.mark.parametrize("suffix", [suffix for suffix in READABLE if format_for(f"x{suffix}").nulls])
def test_records_with_an_empty_side_come_back_where_a_format_says_so(suffix: str, tmp_path: Path) -> None:
    both = SegmentPair(
        source_text="Uno.", target_text="One.", source_lang="it", target_lang="en", source_doc="a", target_doc="b",
        source_sentences=(0,), target_sentences=(0,), bead="1-1", score=0.5, p=0.5,
    )  # fmt: skip
    lone = SegmentPair(
        source_text="Due.", source_lang="it", target_lang="en", source_doc="a", target_doc="b",
        source_sentences=(1,), bead="1-0", score=0.25, p=0.25,
    )  # fmt: skip
    fields = format_for(f"x{suffix}").carries & {"source_text", "target_text", *SENTENCES}
    assert kept(back(Bitext((both, lone), ""), suffix, tmp_path), fields) == kept(Bitext((both, lone), ""), fields)


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_writes_the_same_bytes_again_and_nothing_on_failure(suffix: str, tmp_path: Path) -> None:
    record = SegmentPair(
        source_text="Uno.", target_text="One.", source_lang="it", target_lang="en", source_doc="a", target_doc="b",
        source_sentences=(0,), target_sentences=(0,), bead="1-1", score=0.5,
    )  # fmt: skip
    contents = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        write_bitext(Bitext((record,), "aligner:test"), folder / f"x{suffix}")
        contents.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert contents[0] == contents[1]
    with pytest.raises(OutputError):
        write_bitext(Bitext((record,), ""), tmp_path / "none" / f"x{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("suffix", READABLE)
def test_a_format_refuses_a_bitext_of_which_it_can_tell_nothing(suffix: str, tmp_path: Path) -> None:
    beads = SegmentPair(source_sentences=(0,), target_sentences=(0,), bead="1-1", score=0.5)
    texts = SegmentPair(source_text="Uno.", target_text="One.", source_lang="it", target_lang="en", score=nan)
    for record, is_told in ((beads, suffix in BEADS), (texts, CARRIES[suffix] >= TEXTS)):
        if not is_told:
            with pytest.raises(OutputError, match=r"the records hold no"):
                write_bitext(Bitext((record,), ""), tmp_path / f"x{suffix}")
