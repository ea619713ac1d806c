"""Languages: their codes in one spelling, and which one a text is written in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import regex

from aligner.document import UNDETERMINED

EXCERPT = 5000
"""Characters from the first letter on that ``detect`` looks at."""

MIN_LETTERS = 4
"""Bytes of letters in UTF-8 that a text must hold to have a language: two ideographs, four Latin letters."""

_ISO_639 = """
aa-aar ab-abk ae-ave af-afr ak-aka am-amh an-arg ar-ara as-asm av-ava ay-aym az-aze ba-bak be-bel bg-bul bi-bis
bm-bam bn-ben bo-bod br-bre bs-bos ca-cat ce-che ch-cha co-cos cr-cre cs-ces cu-chu cv-chv cy-cym da-dan de-deu
dv-div dz-dzo ee-ewe el-ell en-eng eo-epo es-spa et-est eu-eus fa-fas ff-ful fi-fin fj-fij fo-fao fr-fra fy-fry
ga-gle gd-gla gl-glg gn-grn gu-guj gv-glv ha-hau he-heb hi-hin ho-hmo hr-hrv ht-hat hu-hun hy-hye hz-her ia-ina
id-ind ie-ile ig-ibo ii-iii ik-ipk io-ido is-isl it-ita iu-iku ja-jpn jv-jav ka-kat kg-kon ki-kik kj-kua kk-kaz
kl-kal km-khm kn-kan ko-kor kr-kau ks-kas ku-kur kv-kom kw-cor ky-kir la-lat lb-ltz lg-lug li-lim ln-lin lo-lao
lt-lit lu-lub lv-lav mg-mlg mh-mah mi-mri mk-mkd ml-mal mn-mon mr-mar ms-msa mt-mlt my-mya na-nau nb-nob nd-nde
ne-nep ng-ndo nl-nld nn-nno no-nor nr-nbl nv-nav ny-nya oc-oci oj-oji om-orm or-ori os-oss pa-pan pi-pli pl-pol
ps-pus pt-por qu-que rm-roh rn-run ro-ron ru-rus rw-kin sa-san sc-srd sd-snd se-sme sg-sag si-sin sk-slk sl-slv
sm-smo sn-sna so-som sq-sqi sr-srp ss-ssw st-sot su-sun sv-swe sw-swa ta-tam te-tel tg-tgk th-tha ti-tir tk-tuk
tl-tgl tn-tsn to-ton tr-tur ts-tso tt-tat tw-twi ty-tah ug-uig uk-ukr ur-urd uz-uzb ve-ven vi-vie vo-vol wa-wln
wo-wol xh-xho yi-yid yo-yor za-zha zh-zho zu-zul
"""
"""ISO 639-1 and 639-3 (https://iso639-3.sil.org), November 2026."""

_SAME = {
    # Bibliographic codes of ISO 639-2; those that are common words or names of folders (mac, may, per) are left out.
    **{"alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl", "fre": "fr"},
    **{"geo": "ka", "ger": "de", "gre": "el", "rum": "ro", "slo": "sk", "tib": "bo", "wel": "cy"},
    # Withdrawn codes that are still met.
    **{"iw": "he", "ji": "yi", "jw": "jv"},
    # Members of a macrolanguage whose texts go by its name (FLORES, py3langid). Bokmål is what "no" means in practice.
    **{"nb": "no", "nob": "no", "arb": "ar", "ary": "ar", "arz": "ar", "cmn": "zh", "wuu": "zh", "yue": "zh"},
    **{"pes": "fa", "prs": "fa", "zsm": "ms", "swh": "sw", "lvs": "lv", "ltg": "lv", "ekk": "et", "khk": "mn"},
    **{"npi": "ne", "ory": "or", "azj": "az", "azb": "az", "uzn": "uz", "uzs": "uz", "plt": "mg", "pbt": "ps"},
    **{"ydd": "yi", "gaz": "om", "kmr": "ku", "ckb": "ku", "sdh": "ku", "gug": "gn", "fuv": "ff", "quy": "qu"},
    **{"als": "sq", "ayr": "ay", "fil": "tl"},
}

# Languages without a two-letter code that the identifier tells apart.
_THREE_LETTERS = frozenset("ace bcl crh gcf gcr gom grc guw hbo kab lij nso pcm vec".split())

# Codes of ISO 639-2 for no language, several, none that has a code, and one that nobody knows.
_NO_LANGUAGE = frozenset({"zxx", "mul", "mis", UNDETERMINED})

# The scripts (ISO 15924) that occur in tags; any other four letters after a code are a word: `it-news`.
_SCRIPTS = """
arab armn beng cyrl deva ethi geor grek gujr guru hang hani hans hant hebr hira jpan kana khmr knda kore laoo latn mlym
mong mtei mymr olck orya sinh taml telu tfng thaa thai tibt
""".split()

_TAG = regex.compile(
    rf"(?P<language>[a-z]{{2,3}})(?:[-_](?:{'|'.join(_SCRIPTS)}))?(?:[-_](?:[a-z]{{2}}|\d{{3}}))?(?:\.utf-?8)?",
    regex.IGNORECASE,
)
_LETTER = regex.compile(r"\p{L}")


RELIABLE = frozenset("ar bg cs de el en es fa fi fr he hi hu it ja ko nl pl pt ro ru sv th tr uk vi zh".split())
"""Languages that the identifier tells apart without error on documents."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A text's language as BCP 47, ``und`` where none can be told, and how probable it is, in ``[0, 1]``."""

    lang: str
    confidence: float


_UNKNOWN = Detection(UNDETERMINED, 0.0)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Every language code that we know, to our own spelling of it."""
    codes = {}
    for pair in _ISO_639.split():
        short, long = pair.split("-")
        codes[short] = codes[long] = short
    return codes | {code: code for code in _THREE_LETTERS} | _SAME


@lru_cache(maxsize=1024)
def normalise(code: str) -> str | None:
    """The shortest code of the language that a tag names, without script and region; None if it names none.

    Knows BCP 47, locales, ISO 639-1 and -3 and FLORES: ``it-IT``, ``it_IT.UTF-8``, ``ita`` and ``ita_Latn`` are ``it``.
    Of three-letter codes only those that have a two-letter twin, and those that ``detect`` can return: ``src`` and
    ``doc`` are words.
    """
    tag = _TAG.fullmatch(code.strip())
    return _codes().get(tag["language"].lower()) if tag else None


@cache
def _lang_of(label: str) -> str | None:
    """As ``normalise``, for the identifier's own few labels, which every text is asked for."""
    return normalise(label)


def stated(code: str) -> str | None:
    """As ``normalise``, for what someone has stated to be a code: any three-letter code of ISO 639-3 names a language.

    ``scn_Latn`` is ``scn``; ``doc`` would be a language, too, so names of files and folders are not asked here.
    """
    tag = _TAG.fullmatch(code.strip())
    language = tag["language"].lower() if tag else ""
    return normalise(code) or (language if len(language) == 3 and language not in _NO_LANGUAGE else None)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(content: str, among: Sequence[str] | None = None) -> Detection:
    """The language of a text, by py3langid on its beginning; of those in ``among`` only, if given.

    The confidence is the language's share in the probability of all languages that may be chosen. A text without
    enough letters is ``und``.
    """
    excerpt = _excerpt(content)
    if len("".join(_LETTER.findall(excerpt)).encode("utf-8", "surrogatepass")) < MIN_LETTERS:
        return _UNKNOWN
    chosen = None if among is None else {normalise(code) for code in among}
    shares: dict[str, float] = defaultdict(float)
    for label, share in _identifier().rank(excerpt):
        lang = _lang_of(label)
        if lang is not None and (chosen is None or lang in chosen):
            shares[lang] += share
    total = sum(shares.values())
    if total <= 0:
        return _UNKNOWN
    best = max(shares, key=shares.__getitem__)
    return Detection(best, shares[best] / total)


def _excerpt(content: str) -> str:
    letter = _LETTER.search(content)
    return content[letter.start() : letter.start() + EXCERPT] if letter else ""
