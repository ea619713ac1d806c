"""Names of one family."""

import sys

import pytest

from aligner.errors import AlignerError, MissingExtra, UnknownName
from aligner.registry import Part, Registry

COLOURS = Registry(
    "colour",
    {
        "red": Part("colorsys:rgb_to_hls", "warm"),
        "blue": Part(
            "no_such_package_of_ours:blue", "cold", extra="paint", requires=("json", "no_such_package_of_ours")
        ),
    },
)


def test_a_name_gives_what_it_stands_for() -> None:
    import colorsys

    assert COLOURS.load("red") is colorsys.rgb_to_hls


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    registry = Registry("game", {"chess": Part("this:s", "imports a module that prints")})
    registry.check("chess")
    assert "this" not in sys.modules


def test_an_unknown_name_is_told_in_one_line_with_the_known_ones() -> None:
    for ask in (COLOURS.__getitem__, COLOURS.check, COLOURS.load):
        with pytest.raises(UnknownName, match=r"^colour 'green': no such colour; choose one of red, blue$"):
            ask("green")


def test_a_missing_package_is_told_with_the_extra_that_brings_it() -> None:
    with pytest.raises(MissingExtra, match=r"no_such_package_of_ours; run: pip install 'aligner\[paint\]'") as caught:
        COLOURS.load("blue")
    assert "json" not in str(caught.value)
    assert isinstance(caught.value, AlignerError)


def test_a_registry_is_a_mapping_in_the_order_written() -> None:
    assert list(COLOURS) == ["red", "blue"]
    assert len(COLOURS) == 2
    assert "red" in COLOURS
    assert "green" not in COLOURS
    assert COLOURS["red"].summary == "warm"
    assert COLOURS["red"].missing() == ()


def test_a_registry_is_not_changed_by_the_mapping_that_it_was_made_from() -> None:
    parts = {"red": Part("colorsys:rgb_to_hls", "warm")}
    registry = Registry("colour", parts)
    parts.clear()
    assert list(registry) == ["red"]
