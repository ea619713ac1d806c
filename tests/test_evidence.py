"""Evidence: what two segments share or contradict."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.evidence import Evidence, gather, mentions

LANGS = st.sampled_from(["it", "en", "de", "ar", "zh", "ru", "xx", ""])

AGREEING = [
    ("31 dicembre", "it", "31 December", "en", "date"),
    ("il 23 aprile 2013", "it", "April 23, 2013", "en", "date"),
    ("gennaio 1995", "it", "January 1995", "en", "date"),
    ("12,5 milioni", "it", "12.5 million", "en", "number"),
    ("Sono 1.250", "it", "There are 1,250", "en", "number"),
    ("sessanta persone", "it", "60 people", "en", "number"),
    ("una trentina di navi", "it", "about thirty ships", "en", "number"),
    ("una dozzina", "it", "12", "en", "number"),
    ("154 morti", "it", "at least 150 dead", "en", "number"),
    ("12,5 Millionen Euro", "de", "12.5 million euros", "en", "money"),
    ("٣٤٥", "ar", "345", "en", "number"),
    ("alle 10:30", "it", "at 10:30", "en", "time"),
    ("alle 10.30", "it", "at 10:30 a.m.", "en", "time"),
    ("alle ore 22", "it", "at 10 p.m.", "en", "time"),
    ("a las 14:30", "es", "at 2:30", "en", "time"),
    ("hundertfünfzigtausend Paare", "de", "one hundred and fifty thousand couples", "en", "number"),
    ("tre o cinque milioni", "it", "three million and five million", "en", "number"),
    ("venti e trenta", "it", "20 and 30", "en", "number"),
    ("um 10.30 Uhr", "de", "à 10h30", "fr", "time"),
    ("nel XX secolo", "it", "in the 20th century", "en", "date"),
    ("au XXe siècle", "fr", "en el siglo XX", "es", "date"),
    ("nel ventesimo secolo", "it", "20世纪", "zh", "date"),
    ("nel XX secolo", "it", "in 1995", "en", "date"),
    ("gli anni Ottanta", "it", "the 1980s", "en", "date"),
    ("negli anni '60", "it", "in the 60s", "en", "date"),
    ("il 23/04/2013", "it", "2013-04-23", "en", "date"),
    ("2013年4月23日", "zh", "April 23, 2013", "en", "date"),
    ("il trentunesimo membro", "it", "the 31st member", "en", "number"),
    ("o 31.º membro", "pt", "the thirty-first member", "en", "number"),
    ("3亿", "zh", "300 million", "en", "number"),
    ("5 chilometri quadrati", "it", "5 square kilometers", "en", "quantity"),
    ("tre anni", "it", "three years", "en", "quantity"),
    ("5 километров", "ru", "5 km", "en", "quantity"),
    ("16 miliardi di euro", "it", "€16bn", "en", "money"),
    ("43 morti, diciannove in città", "it", "19 of the 43", "en", "number"),
    ("il 5%", "it", "5 percent or 5%", "en", "percentage"),
    ("in Bielorussia", "it", "in Belarus", "en", "name"),
    ("a Bruxelles", "it", "to Brussels", "en", "name"),
    ("in Беларусь", "ru", "in Belarus", "en", "name"),
    ("la Nato", "it", "the NATO", "en", "acronym"),
    ("l'Onu", "it", "the United Nations", "en", "acronym"),
    ("l'ONU", "it", "the UN", "en", "acronym"),
    ("secondo le Nazioni Unite", "it", "the UN", "en", "name"),
    ("le truppe bielorusse", "it", "the Belarusian troops", "en", "name"),
    ("la Corea del Sud", "it", "South Korea", "en", "name"),
    ("ha detto Lukašenko", "it", "said Lukashenko", "en", "name"),
    ("сказал Лукашенко", "ru", "said Lukashenko", "en", "name"),
    ("联合国", "zh", "the United Nations", "en", "name"),
    ("una missione permanente", "it", "a permanent mission", "en", "cognate"),
    ("usa `git add`", "it", "use `git add`", "en", "word"),
    ("il 23 aprile 2013", "it", "April 23,2013", "en", "date"),
    ("a Parigi nel 2013", "it", "in Paris,2013", "en", "date"),
    ("2010-2011", "it", "2010-11", "en", "date"),
    ("2010–2011", "de", "2010/11", "en", "date"),
    ("1999-2000", "it", "1999-00", "en", "date"),
    ("un milione e mezzo di euro", "it", "1.5 million euros", "en", "money"),
    ("un milione e mezzo di euro", "it", "1,500,000 euros", "en", "money"),
    ("un millón y medio", "es", "one and a half million", "en", "number"),
    ("dos millones y medio", "es", "two and a half million", "en", "number"),
    ("anderthalb Millionen Euro", "de", "a million and a half euros", "en", "money"),
    ("mezzo milione", "it", "half a million", "en", "number"),
    ("un demi-million d'euros", "fr", "500,000 euros", "en", "money"),
    ("più di un milione", "it", "more than a million", "en", "number"),
    ("il primo maggio", "it", "May 1", "en", "date"),
    ("el primero de mayo de 2020", "es", "1 May 2020", "en", "date"),
    ("am einunddreißigsten Mai", "de", "the thirty-first of May", "en", "date"),
    ("il quattro luglio", "it", "the fourth of July", "en", "date"),
    ("vinte e cinco de abril", "pt", "veinticinco de abril", "es", "date"),
    ("capitolo XII", "it", "chapter 12", "en", "number"),
    ("l'XI edizione", "it", "la XIe édition", "fr", "number"),
    ("Luigi XIV", "it", "Louis the Fourteenth", "en", "number"),
    ("30 °C", "it", "86 °F", "en", "quantity"),
    ("-5 °C", "it", "23 °F", "en", "quantity"),
    ("2 ° C", "it", "35 degrees Fahrenheit", "en", "quantity"),
    ("-5 gradi", "it", "minus 5 degrees", "en", "quantity"),
    ("5 gradi sotto zero", "it", "−5 °C", "en", "quantity"),
    ("30 gradi", "it", "30 ℃", "zh", "quantity"),
]


@pytest.mark.parametrize(("source", "source_lang", "target", "target_lang", "kind"), AGREEING)
def test_what_two_languages_write_differently_is_shared(
    source: str, source_lang: str, target: str, target_lang: str, kind: str
) -> None:
    evidence = gather(source, target, source_lang, target_lang)
    assert kind in {tie.kind for tie in evidence.shared}
    assert not evidence.conflicts


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sette miliardi di uomini", "eight billion men"),
        ("circa trenta navi", "more than 100 ships"),
        ("nel 1995", "in 1998"),
        ("nel XIX secolo", "in 1995"),
        ("nel novembre del 2013", "in October 2013"),
        ("alle 10.30", "at 11 a.m."),
        ("-5 gradi", "5 degrees"),
        ("30 °C", "90 °F"),
        ("5 gradi", "8 degrees"),
        ("capitolo XII", "chapter 13"),
        ("nel 2010-11", "in 2011-12"),
        ("30 morti e 20 feriti", "20 dead and 30 injured"),
        ("circa trenta morti", "More than 100 people are killed and 300 others injured"),
    ],
)
def test_figures_that_cannot_both_hold_conflict(source: str, target: str) -> None:
    assert len(gather(source, target, "it", "en").conflicts) == 1


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("almeno 50", "50"),
        ("154", "at least 50"),
        ("50 navi", "ships"),
        ("tre anni", "154 people"),
        ("1500 persone", "1,500 people"),
        ("1,365 persone", "1,365 people"),
        ("30 gradi", "86 degrees"),
        ("30 gradi", "86 °F"),
        ("più o meno 5 gradi", "5 degrees"),
        ("3-5 gradi", "3-5 degrees"),
        ("30 morti e 20 feriti", "30 dead and 20 injured"),
        ("30 morti e 20 feriti", "killing 30 and injuring 20"),
        ("20 morti, 30 feriti e 40 arresti", "dead: 20, injured: 30, arrested: 40"),
        ("nel novembre 2010", "2010-11"),
    ],
)
def test_what_leaves_room_does_not_conflict(source: str, target: str) -> None:
    assert not gather(source, target, "it", "en").conflicts


@given(st.text(), LANGS)
def test_every_mention_lies_in_the_text_and_says_something(text: str, lang: str) -> None:
    for mention in mentions(text, lang):
        start, end = mention.span
        assert text[start:end].strip()
        assert mention.value.strip()


def test_the_same_unit_comes_before_none() -> None:
    ties = gather("5 % di 5", "5 of 5 %", "it", "en").ties
    assert [(tie.kind, tie.source_value, tie.target_value) for tie in ties] == [
        ("percentage", "5 %", "5 %"),
        ("number", "5", "5"),
    ]


@given(st.text(), LANGS)
def test_no_two_mentions_overlap(text: str, lang: str) -> None:
    spans = [mention.span for mention in mentions(text, lang)]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize(
    "text", ["美国", "U.S. and US", "the XX century", "9" * 400, "at 10:30 on 3/4/2013, 5 km", "۱۹۹۵", "10 h 10h"]
)
def test_no_two_mentions_of_a_hard_case_overlap(text: str) -> None:
    for lang in ("zh", "en", "it"):
        spans = [mention.span for mention in mentions(text, lang)]
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_number_too_large_to_hold_is_compared_all_the_same() -> None:
    assert not gather("9" * 400, "at least " + "8" * 400, "en", "en").conflicts


@given(st.text("0123456789.,: abAB-%€"), st.text("0123456789.,: abAB-%€"))
def test_swapping_the_sides_keeps_the_counts(source: str, target: str) -> None:
    def counts(evidence: Evidence) -> tuple[int, ...]:
        lone = len(evidence.source_only) + len(evidence.target_only)
        return len(evidence.shared), len(evidence.conflicts), lone

    assert counts(gather(source, target, "it", "en")) == counts(gather(target, source, "en", "it"))
