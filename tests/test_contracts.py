"""What every part of a family keeps to, whichever it is: a line in a registry is tested by being there."""

import itertools
from importlib import import_module

import pytest
from conftest import BagOfWords, document
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.document import DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.errors import AlignerError
from aligner.methods import METHOD, METHODS
from aligner.pipeline import FAMILIES
from aligner.segments import Segment

MEMBERS = [(family, name) for family in FAMILIES for name in family]
IDS = [f"{family.family}-{name}" for family, name in MEMBERS]
LONG = "aa bb cc dd ee ff, gg hh ii jj kk ll"
LISTS = st.lists(st.sampled_from(["", "a b c", "d e f", "a b c d e f", "g", LONG, LONG[:18], LONG[19:]]), max_size=10)


def sentences(*numbers: int) -> list[str]:
    return [f"a{number} b{number} c{number} d{number}" for number in numbers]


@pytest.mark.parametrize(("family", "name"), MEMBERS, ids=IDS)
def test_every_part_loads(family, name):
    if missing := family[name].missing():
        pytest.skip(f"{', '.join(missing)} not installed")
    part = family.load(name)
    assert callable(getattr(part, "save", part))


@pytest.mark.parametrize(("family", "name"), MEMBERS, ids=IDS)
def test_every_part_tells_in_a_line_what_it_is(family, name):
    summary = family[name].summary
    assert 10 < len(summary) < 100
    assert summary.isprintable()
    assert not summary.endswith(".")


@pytest.mark.parametrize(("family", "name"), MEMBERS, ids=IDS)
def test_every_part_that_needs_a_package_names_the_extra_that_installs_it(family, name):
    part = family[name]
    assert bool(part.extra) == bool(part.requires)


@pytest.mark.parametrize(("family", "name"), MEMBERS, ids=IDS)
def test_every_part_stands_in_a_documented_module(family, name):
    module, attribute = family[name].target.split(":")
    assert module.startswith("aligner.")
    assert import_module(module).__doc__
    assert hasattr(import_module(module), attribute)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_an_unknown_name_is_one_line_with_the_known_ones(family):
    with pytest.raises(AlignerError) as caught:
        family.check("no-such-part")
    message = str(caught.value)
    assert message.startswith(f"{family.family} 'no-such-part': ")
    assert len(message.splitlines()) == 1
    assert all(name in message for name in family)


def test_every_relation_but_unrelated_has_a_method():
    assert set(METHOD) == set(Relation) - {Relation.UNRELATED}
    assert set(METHOD.values()) <= set(METHODS)


def align(name, source, target):
    pair = DocumentPair(document(source), document(target, "en"), Relation.COMPARABLE, 0.5)
    return METHODS.load(name)(Embedder(BagOfWords())).align(pair)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_finds_what_is_the_same(name):
    alignment = align(name, sentences(*range(8)), sentences(*range(8)))
    assert {(bead.source, bead.target) for bead in alignment.links} == {((i,), (i,)) for i in range(8)}
    assert alignment.method == name
    assert alignment.pair.source.sentence_texts() == sentences(*range(8))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_leaves_what_has_no_counterpart(name):
    alignment = align(name, sentences(0, 1, 2, 3, 4, 50, 5, 6), sentences(0, 1, 2, 3, 4, 5, 6))
    assert 5 not in {i for bead in alignment.links for i in bead.source}
    assert len(alignment.links) == 7


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(("n", "m"), list(itertools.product([0, 1, 3], repeat=2)))
def test_every_method_takes_empty_documents(name, n, m):
    alignment = align(name, sentences(*range(n)), sentences(*range(m)))
    assert len(alignment.links) == min(n, m)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_gives_the_same_beads_again(name):
    source, target = sentences(3, 1, 2, 2, 5, 6), sentences(1, 2, 3, 6, 6, 7)
    assert align(name, source, target) == align(name, source, target)


@pytest.mark.parametrize("name", METHODS)
@settings(deadline=None, max_examples=40)
@given(source=LISTS, target=LISTS)
def test_every_methods_beads_are_in_range_and_share_no_character(name, source, target):
    beads = align(name, source, target).beads
    for segments, size in (
        ([Segment(bead.source, bead.source_part) for bead in beads], len(source)),
        ([Segment(bead.target, bead.target_part) for bead in beads], len(target)),
    ):
        assert not any(one.overlaps(other) for one, other in itertools.combinations(segments, 2))
        assert all(0 <= index < size for segment in segments for index in segment.sentences)
    for bead in beads:
        assert bead.source or bead.target
        assert list(bead.source) == sorted(bead.source)
        assert list(bead.target) == sorted(bead.target)
        assert 0 <= bead.score <= 1
        assert all(type(index) is int for index in (*bead.source, *bead.target))
        if bead.is_link:
            assert -1.001 <= bead.cosine <= 1.001
