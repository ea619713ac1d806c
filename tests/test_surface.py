import numpy as np

from aligner.methods.surface import Vocabulary, stops


def test_a_sentence_ends_whatever_closes_after_its_stop():
    sentences = ["Ja.", "Nein!»", "“Wer?” ", "Und so weiter…", "好。", "ختم؟", "नमस्ते।"]
    assert stops(sentences).all()


def test_headings_and_halves_of_sentences_do_not_end():
    assert stops(["Ja.", "Nein.", "Kapitel 3", "er sagte:", "erstens;"]).tolist() == [True, True, False, False, False]


def test_a_text_that_hardly_writes_stops_has_none():
    assert not stops(["ไปไหนมา", "กินข้าวหรือยัง", "ดี", "1."]).any()
    assert stops([]).tolist() == []


def shared(sources, targets):
    return Vocabulary(sources, targets).shared(np.arange(len(sources)), np.arange(len(targets)))


def test_numbers_names_and_cognates_are_shared_without_case_and_accents():
    sources = ["Nel 1998 la Bielorussia aprì una missione.", "Piove."]
    targets = ["In 1998 Belarus opened a MISSIÓN.", "The sun shines."]
    found = shared(sources, targets)
    assert found[0, 0] > 0
    assert found[0, 1] == found[1, 0] == found[1, 1] == 0


def test_what_is_rare_weighs_more():
    common = [f"Napoli {n}" for n in range(10)]
    found = shared([*common, "Minsk"], [*common, "Minsk"])
    assert found[10, 10] / 2 > found[0, 1] / 3, "a piece of Minsk weighs more than one of Napoli"


def test_mass_is_what_a_sentence_shares_with_itself():
    sentences = ["Minsk 1995", "", "Bruxelles e Minsk"]
    vocabulary = Vocabulary(sentences, sentences)
    own = np.diag(vocabulary.shared(np.arange(3), np.arange(3)))
    for mass in vocabulary.mass:
        assert np.allclose(np.diff(mass), own)
