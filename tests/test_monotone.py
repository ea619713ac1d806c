from zlib import crc32

import numpy as np
import pytest
from conftest import BagOfWords, document
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.alignment import Bead
from aligner.document import DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.methods import division, monotone
from aligner.methods.monotone import Monotone


def sentences(*numbers):
    return [f"a{n} b{n} c{n} d{n}" for n in numbers]


def align(embedder, source, target, **options):
    pair = DocumentPair(document(source), document(target, "en"), Relation.PARALLEL, 1.0)
    return Monotone(embedder, **options).align(pair).beads


def shape(beads):
    return [(bead.source, bead.target) for bead in beads]


def test_sentence_by_sentence_translations_are_all_found(embedder):
    beads = align(embedder, sentences(*range(9)), sentences(*range(9)))
    assert shape(beads) == [((i,), (i,)) for i in range(9)]
    assert all(bead.cosine == pytest.approx(1, abs=1e-5) and bead.score == pytest.approx(1, abs=1e-5) for bead in beads)


def test_a_sentence_split_in_two_is_one_bead(embedder):
    beads = align(embedder, sentences(0, 1, 2, 3), [*sentences(0), "a1 b1", "c1 d1", *sentences(2, 3)])
    assert shape(beads) == [((0,), (0,)), ((1,), (1, 2)), ((2,), (3,)), ((3,), (4,))]


def test_a_sentence_without_counterpart_stands_alone(embedder):
    beads = align(embedder, sentences(0, 1, 2, 3, 4), sentences(0, 1, 3, 4))
    assert ((2,), ()) in shape(beads)
    assert len([bead for bead in beads if bead.is_link]) == 4


def test_a_moved_block_is_found_out_of_order(embedder):
    order = [*range(4), *range(8, 12), *range(4, 8), *range(12, 16)]
    beads = align(embedder, sentences(*range(16)), sentences(*order))
    assert {(order[bead.target[0]], bead.source[0]) for bead in beads if bead.is_link} == {(i, i) for i in range(16)}


def test_an_empty_document_gives_beads_with_an_empty_side_only(embedder):
    assert shape(align(embedder, sentences(0, 1), [])) == [((0,), ()), ((1,), ())]
    assert align(embedder, [], []) == ()


def test_a_blank_line_is_linked_to_nothing(embedder):
    beads = align(embedder, [*sentences(0), "", *sentences(1)], sentences(0, 1))
    assert ((1,), ()) in shape(beads)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 6), max_size=12), st.lists(st.integers(0, 6), max_size=12))
def test_every_sentence_stands_in_exactly_one_bead(source, target):
    beads = align(Embedder(BagOfWords()), sentences(*source), sentences(*target))
    assert sorted(i for bead in beads for i in bead.source) == list(range(len(source)))
    assert sorted(j for bead in beads for j in bead.target) == list(range(len(target)))
    assert all(bead.source or bead.target for bead in beads)
    assert all(0 <= bead.score <= 1 for bead in beads)


def test_a_long_document_cut_at_anchors_aligns_as_when_searched_whole(embedder, monkeypatch):
    source = sentences(*range(120))
    target = sentences(*range(40), *range(60, 120))
    whole = align(embedder, source, target)
    monkeypatch.setattr(division, "SMALL", 30)
    monkeypatch.setattr(division, "PART", 10)
    assert shape(align(embedder, source, target)) == shape(whole)


def test_scores_of_a_bead_are_those_of_its_segments(embedder):
    (bead,) = align(embedder, ["a b"], ["a c"])
    rows = embedder.embed(["a b", "a c"])
    assert bead == Bead((0,), (0,), bead.score, pytest.approx(float(rows[0] @ rows[1]), abs=1e-6), bead.margin)


def test_sections_that_changed_places_are_found_though_the_path_lines_up_their_rests(embedder):
    order = [*range(20), *range(40, 60), *range(20, 40), *range(60, 80)]
    shared = [f"the of and {sentence}" for sentence in sentences(*range(80))]
    beads = align(embedder, shared, [shared[n] for n in order])
    links = [bead for bead in beads if bead.is_link]
    assert {(bead.source, bead.target) for bead in links} == {((i,), (order.index(i),)) for i in range(80)}


def test_a_weak_link_that_no_block_contradicts_stays(embedder):
    source = [*sentences(0, 1, 2), "a3 b3 x x2", *sentences(4, 5, 6)]
    target = [*sentences(0, 1, 2), "a3 b3 y y2", *sentences(4, 5, 6)]
    assert ((3,), (3,)) in shape(align(embedder, source, target))


class Merging(BagOfWords):
    """Joined text is a little more than its parts, so that composed vectors are not those of joined text."""

    def __init__(self):
        self.asked = []

    def encode(self, sentences):
        self.asked += sentences
        lengths = np.array([len(sentence.split()) for sentence in sentences])
        return super().encode(sentences) + 0.3 * np.outer(lengths > 4, np.ones(64))


def test_runs_are_encoded_only_where_beads_compete(monkeypatch):
    kept = [sentence for n in range(0, 100, 5) for sentence in sentences(*range(n, n + 4))]
    split = [
        part
        for n in range(0, 100, 5)
        for part in (*sentences(n, n + 1, n + 2), f"a{n + 3} b{n + 3}", f"c{n + 3} d{n + 3}")
    ]
    few, all_of_them = Merging(), Merging()
    beads = align(Embedder(few), kept, split)
    monkeypatch.setattr(monotone, "MAX_DETOUR", 1000)
    assert shape(beads) == shape(align(Embedder(all_of_them), kept, split))
    assert sum(bead.kind == "1-2" for bead in beads) == 20
    n_words = sum(len(sentence.split()) for sentence in kept + split)
    assert sum(len(sentence.split()) for sentence in few.asked) <= 2 * n_words
    assert sum(len(sentence.split()) for sentence in all_of_them.asked) > 8 * n_words


def measured(beads, is_mirrored=False):
    """The links and all that is said of them, in order of the source, or of the target of mirrored ones."""
    sides = [(bead.target, bead.source) if is_mirrored else (bead.source, bead.target) for bead in beads]
    figures = [(bead.score, bead.cosine, bead.margin, bead.crossing) for bead in beads]
    return sorted((*pair, *told) for pair, told in zip(sides, figures, strict=True) if all(pair))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 9), max_size=14), st.lists(st.integers(0, 9), max_size=14))
def test_swapping_the_documents_gives_the_mirrored_beads(source, target):
    from conftest import BagOfWords

    embedder = Embedder(BagOfWords())
    there = align(embedder, sentences(*source), sentences(*target))
    back = align(embedder, sentences(*target), sentences(*source))
    assert measured(there) == measured(back, is_mirrored=True)
    assert len(there) == len(back)


def test_beads_come_in_order_of_the_source_from_either_side(embedder):
    order = [*range(4), *range(8, 12), *range(4, 8), 99, *range(12, 16)]
    for pair in ((range(16), order), (order, range(16))):
        beads = align(embedder, *(sentences(*numbers) for numbers in pair))
        starts = [bead.source[0] for bead in beads if bead.source]
        assert starts == sorted(starts)


def test_neighbours_that_changed_places_are_two_beads_of_which_one_crosses(embedder):
    order = [0, 1, 3, 2, 4, 5]
    beads = align(embedder, sentences(*range(6)), sentences(*order))
    assert shape(beads) == [((i,), (order.index(i),)) for i in range(6)]
    assert [bead.crossing for bead in beads].count(True) == 1
    assert beads[2].crossing != beads[3].crossing


def test_only_the_links_of_a_moved_block_cross(embedder):
    order = [*range(4), *range(16, 20), *range(4, 16), *range(20, 24)]
    beads = align(embedder, sentences(*range(24)), sentences(*order))
    assert [bead.source[0] for bead in beads if bead.crossing] == [16, 17, 18, 19]


def test_the_ratio_of_lengths_is_that_of_what_matches_though_half_is_missing(embedder):
    pair = Monotone(embedder)._embedded(document(sentences(*range(100))), document(sentences(*range(50)), "en"))
    assert pair.log_ratio == pytest.approx(0, abs=0.01)


class Noise:
    """An encoder that knows nothing."""

    def encode(self, texts):
        return np.stack([np.random.default_rng(crc32(text.encode())).standard_normal(64) for text in texts])


def test_texts_that_the_encoder_does_not_know_are_aligned_by_length_names_and_numbers():
    names = ["Minsk", "Vilnius", "Roma", "Bruxelles", "Kaunas", "Grodno", "Brest", "Gomel", "Vitebsk", "Mogilev"]
    source = [f"{'lorem ' * (n % 5 + 1)}{name} {1900 + n}." for n, name in enumerate(names * 2)]
    target = [f"{'ipsum ' * (n % 5 + 1)}{name} {1900 + n}." for n, name in enumerate(names * 2)]
    del target[7]
    beads = align(Embedder(Noise()), source, target)
    assert shape(beads) == [((i,), (() if i == 7 else (i - (i > 7),))) for i in range(20)]
    assert all(0.3 < bead.score <= 1 for bead in beads if bead.is_link)


def shares_alone(embedder, *kinds):
    """What is taken for the share of lone sentences, of beads of these kinds through two texts of 100 sentences."""
    method = Monotone(embedder)
    pair = method._embedded(document(sentences(*range(100))), document(sentences(*range(100)), "en"))
    i = j = 0
    beads = []
    for kind in kinds:
        a, b = map(int, kind.split("-"))
        beads.append(Bead(tuple(range(i, i + a)), tuple(range(j, j + b))))
        i, j = i + a, j + b
    return monotone._share_alone(pair, beads)


def test_lone_sentences_here_and_there_are_counted(embedder):
    none = shares_alone(embedder, *["1-1"] * 40)
    some = shares_alone(embedder, *["1-1", "1-1", "1-1", "1-0"] * 20)
    assert none < 0.03 < 0.1 < some < 1 / 7


def test_what_is_missing_in_one_piece_says_nothing_of_the_rest(embedder):
    gap = shares_alone(embedder, *["1-1"] * 20, *["1-0"] * 30, *["1-1"] * 20)
    assert gap == shares_alone(embedder, *["1-1"] * 40)


def test_leaving_a_sentence_alone_is_dearer_where_translations_are_free(embedder):
    texts = document(sentences(*range(20))), document(sentences(*range(20)), "en")
    method = Monotone(embedder)
    pair = method._embedded(*texts)
    free, close = (method._adapted_skip(pair, [Bead((i,), (i,), score) for i in range(20)]) for score in (0.4, 0.9))
    assert close < method.skip < free
