"""Clauses: the spans of what a sentence states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.clauses import clauses


@pytest.mark.parametrize(
    ("text", "lang", "count"),
    [
        ("The arrangement started small, when Belarus let aircraft use its airspace.", "en", 2),
        ("Il Paese entrò nella Rete del Nord; riforniva la missione senza passare dal Pakistan.", "it", 2),
        ("It cost 1,250 euros in all.", "en", 1),
        ("他昨天去了北京的学校，然后他又回到了上海的家。", "zh", 2),
        ("", "en", 1),
    ],
)
def test_a_sentence_has_as_many_clauses_as_it_states_things(text: str, lang: str, count: int) -> None:
    assert len(clauses(text, lang)) == count


@given(st.text(), st.sampled_from(["it", "en", "zh", "xx", ""]))
def test_clauses_cover_the_text_without_overlap(text: str, lang: str) -> None:
    spans = clauses(text, lang)
    assert "".join(text[start:end] for start, end in spans) == text
    assert spans[0][0] == 0
