import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.document import UNDETERMINED
from aligner.languages import Detection, detect, normalise, stated

NOTHING = Detection(UNDETERMINED, 0.0)
TEXTS = {
    "it": "Il ministero ha riferito che i negoziati con l'Alleanza riprenderanno la settimana prossima a Bruxelles.",
    "en": "The ministry reported that talks with the Alliance will resume next week at its headquarters in Brussels.",
    "de": "Das Ministerium teilte mit, dass die Gespräche mit dem Bündnis nächste Woche in Brüssel fortgesetzt werden.",
    "fr": "Le ministère a annoncé que les pourparlers avec l'Alliance reprendront la semaine prochaine à Bruxelles.",
    "ru": "Министерство сообщило, что переговоры с альянсом возобновятся на следующей неделе в Брюсселе.",
    "zh": "国防部表示，与北约的谈判将于下周在布鲁塞尔恢复。",
    "ja": "国防省は、同盟との協議が来週ブリュッセルで再開されると発表した。",
    "ar": "أعلنت الوزارة أن المحادثات مع الحلف ستستأنف الأسبوع المقبل في بروكسل.",
    "ko": "국방부는 동맹과의 협상이 다음 주 브뤼셀에서 재개될 것이라고 밝혔다.",
    "th": "กระทรวงกลาโหมแถลงว่าการเจรจากับพันธมิตรจะเริ่มขึ้นอีกครั้งในสัปดาห์หน้าที่กรุงบรัสเซลส์",
}


@pytest.mark.parametrize(("lang", "content"), TEXTS.items())
def test_a_sentence_shows_its_language(lang: str, content: str) -> None:
    detection = detect(content)
    assert detection.lang == lang
    assert 0.5 < detection.confidence <= 1


@pytest.mark.parametrize("content", ["", " \n\t", "1234 5678", "*** --- ...", "a b", "\x00\x01", "😀😀"])
def test_a_text_without_letters_has_no_language(content: str) -> None:
    assert detect(content) == NOTHING


def test_detection_keeps_to_the_languages_asked_for() -> None:
    assert detect(TEXTS["it"], ["es", "pt"]).lang in {"es", "pt"}
    assert detect(TEXTS["it"], ["ita_Latn", "en-GB"]).lang == "it"
    assert detect("Ciao a tutti", ["it", "en"]).confidence >= detect("Ciao a tutti").confidence


def test_detection_among_no_known_language_finds_none() -> None:
    assert detect(TEXTS["it"], ["xx"]) == NOTHING
    assert detect(TEXTS["it"], []) == NOTHING


def test_ornaments_before_the_text_do_not_hide_it() -> None:
    assert detect("=" * 20_000 + TEXTS["it"]).lang == "it"


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Lo"])))
def test_detection_survives_any_characters(content: str) -> None:
    detection = detect(content)
    assert 0 <= detection.confidence <= 1
    assert detection.lang == UNDETERMINED or normalise(detection.lang) == detection.lang


@pytest.mark.parametrize(
    ("code", "lang"),
    [
        *((code, "it") for code in ("it", "IT", "ita", "it-IT", "it_IT", "ita_Latn", "it_IT.UTF-8", " it-it ")),
        *((code, "zh") for code in ("zh", "zh-TW", "zh-Hant", "zh_Hant_TW", "zho_Hans", "cmn", "yue_Hant")),
        *(("es-419", "es"), ("ger", "de"), ("deu_Latn", "de"), ("arb_Arab", "ar"), ("nob_Latn", "no"), ("en-US", "en")),
        *((word, None) for word in ("docs", "src", "foo", "corpus", "doc", "txt", "mac", "news", "it-news", "1", "")),
        *((word, None) for word in ("x" * 1000, "it/en", "it en", "it--IT", "../it", "zxx", "und", "i")),
    ],
)
def test_codes_come_in_one_spelling(code: str, lang: str | None) -> None:
    assert normalise(code) == lang


@given(st.text(max_size=12))
def test_a_normal_code_is_its_own_normal_form(code: str) -> None:
    lang = normalise(code)
    assert lang is None or normalise(lang) == lang


def test_importing_the_module_loads_no_model() -> None:
    program = "import sys, aligner.languages as l; l.normalise('it'); sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "lang"),
    [("it-IT", "it"), ("ita", "it"), ("scn", "scn"), ("scn_Latn", "scn"), ("xx", None), ("word", None)],
)
def test_a_code_that_someone_states_may_be_any_of_iso_639_3(code: str, lang: str | None) -> None:
    assert stated(code) == lang
