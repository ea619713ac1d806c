from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from aligner.disjoint import DisjointSets


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15))
def test_items_are_in_one_set_where_a_chain_of_joins_leads(joins):
    sets = DisjointSets(range(10))
    reached = {n: {n} for n in range(10)}
    for one, other in joins:
        sets.join(one, other)
        both = reached[one] | reached[other]
        reached |= dict.fromkeys(both, both)
    for one, other in combinations(range(10), 2):
        assert (sets.root(one) == sets.root(other)) == (other in reached[one])


def test_what_stood_for_the_first_stands_for_both():
    sets = DisjointSets("abc")
    sets.join("b", "a")
    sets.join("c", "a")
    assert [sets.root(item) for item in "abc"] == ["c", "c", "c"]
