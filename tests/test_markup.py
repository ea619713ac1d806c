"""XML from strangers."""

from io import BytesIO

import pytest

from aligner.markup import iterate, local_name, parse

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    + "]><l>&a9;</l>"
)


def test_a_document_is_parsed_without_its_comments() -> None:
    root = parse(b"<x:a xmlns:x='u'><!-- c -->t<b/></x:a>")
    assert (local_name(root), "".join(root.itertext()), len(root)) == ("a", "t", 1)


@pytest.mark.parametrize(
    "document", [LAUGHS, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'], ids=["bomb", "file"]
)
def test_entities_are_refused_and_named(document: str) -> None:
    for read in (parse, lambda data: list(iterate(BytesIO(data), "*"))):
        with pytest.raises(ValueError, match=r"uses the entity &|entity amplification"):
            read(document.encode())


@pytest.mark.parametrize(
    "document", [b"", b"<a><b>x", b"<a>" * 300, b"\xff\xfe<", b"<a>" + b"x" * 11_000_000 + b"</a>"]
)
def test_what_is_broken_too_deep_or_too_large_is_told(document: bytes) -> None:
    with pytest.raises(ValueError, match="not well-formed XML"):
        parse(document)


def test_elements_come_one_by_one_and_those_before_a_fault_are_kept() -> None:
    elements = iterate(BytesIO(b"<t xmlns='u'><tu>1</tu>\n<tu>2</tu><tu>"), "tu")
    assert [next(elements).text, next(elements).text] == ["1", "2"]
    with pytest.raises(ValueError, match="line 2"):
        next(elements)
