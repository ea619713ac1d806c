import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import UnknownName
from aligner.splitters import SPLITTERS, PieceSplitter, Splitter, load
from aligner.splitters.rules import MAX_SENTENCE

# One case a line, written for this test: " | " is a boundary where the text has one space, "|" one where it has none.
CASES = {
    "it": """
Il dott. Bianchi e la sig.ra Verdi sono arrivati ieri. | Il prof. Neri no.
L'art. 5 del Trattato resta in vigore. | Lo ha detto l'on. Ferri.
Come prevede l'art. 11 della Costituzione, cfr. pag. 24, n. 3, l'Italia ripudia la guerra.
Il prezzo è salito del 3,5% a 1.250,75 euro. | Nel 2013 era di 900.
«Verrò. | Non so quando.» disse Anna.
«Perché non vieni?» chiese lui. | Lei non rispose.
«Basta!», ha gridato il ministro.
«Sei pronto?» Marco rispose di sì.
“Non abbiamo scelta”, ha spiegato. | “Andremo avanti.” | Poi ha lasciato la sala.
Ha detto: «Non lo so.» | Poi è uscito.
Forse... non lo so… | Vedremo domani.
E poi... | Niente.
J. R. R. Tolkien nacque nel 1892. | G. Verdi morì a Milano.
Il gen. C. A. Dalla Chiesa fu ucciso nel 1982.
Cesare morì nel 44 a.C. a Roma. | Augusto nel 14 d.C. | Il resto è noto.
Nel 44 a.C. Cesare fu ucciso.
Portò mele, pere, ecc. | Mario mangiò tutto.
Portò mele, pere, ecc. e poi se ne andò.
La Fiat S.p.A. ha chiuso. | La FCA N.V. no.
La riunione comincia alle 20.30. | Durerà due ore.
Che cos'è? | È la verità, perché così è. | Andiamo.
Vive negli U.S.A. | La sorella invece sta in Italia.
Luigi XIV. | Il re Sole, lo chiamavano.
Ha vinto (finalmente!) Rossi. | Era ora.
Il vertice è fallito. | (Lo ha confermato Minsk.) | Se ne riparla a giugno.
Scrivete a info@esempio.it o andate su www.esempio.it. | Grazie!
Davvero?! | Non ci credo!!! | Eppure è così.
Il cosiddetto piano B. | Il governo non ne ha un altro.
«È finita» ha detto il portavoce. | «Non torneremo indietro».
Il mons. Rossi, S.E. il card. Bianchi e l'avv. Verdi hanno firmato. | Seguirà una nota.
Nel testo [...] si legge altro. | [...] Segue la firma.
Il 31 dic. Minsk ha risposto. | Secondo l'agenzia, no.
1. Introduzione. | 2. Il metodo.
Costa 5 km. | Poi si sale a 800 m. | La cima è vicina.
L'ha scritto p.es. Eco nel vol. II dell'opera, fig. 3, ed. 1980.
""",
    "en": """
Mr. Smith met Dr. Jones and Mrs. Brown on Jan. 5. | They left at 5 p.m. | The talks had failed.
He lives in the U.S. | He likes it there.
The U.S. President spoke to the U.K. Parliament.
Prices rose 3.5 percent to $1,250.75. | That was a record.
"Why not?" he asked. | She did not answer.
"Why not?" Smith asked. | She did not answer.
"I will come. | I do not know when," said Anna.
"We have no choice." | He left the room.
“Stop it!” | The crowd went silent.
J. K. Rowling wrote it. | George W. Bush did not.
Well... maybe not. | We will see…
I waited… | Nothing came.
Apple Inc. | The company was founded in 1976.
Apple Inc. Chairman Arthur Levinson agreed.
See e.g. Smith et al. (2004), pp. 3-5, and fig. 2.
It was No. 5 on the list. | No. | That is wrong.
He studied art. | “I loved it,” he said.
Washington, D.C. | It was raining.
The meeting is at 10 a.m. Monday in Brussels.
She has a Ph.D. | Her brother has none.
Is this it? | Yes! | Of course it is.
What?! | You must be joking!!! | I am not.
(See the appendix.) | The rest is clear.
The (late!) Mr Jones agreed. | Nobody else did.
The plan [...] failed. | [...] It was over.
Visit www.example.com or write to a.b@example.org. | Thanks.
It runs on Node.js v1.2.3. | iPhone users must wait.
Gov. Brown, Sen. Lee and Rep. Fox met Lt. Col. Ray. | It was brief.
She said: “It is done.” | Then she left.
The case Roe v. Wade was overturned. | It had stood since 1973.
In 1990. | The wall was gone.
1. Introduction. | 2. The method.
World War II. | The end came in 1945.
The company, based in St. Louis, Mo., lost $5 million. | Shares fell.
""",
    "de": """
Am 3. Oktober 1990 wurde Deutschland vereint. | Der 9. November bleibt wichtig.
Dr. Müller und Prof. Schmidt kamen z. B. aus Berlin. | Sie blieben ca. zwei Tage.
„Kommst du?“, fragte er. | „Nein.“ | Sie ging.
Das sind u. a. Hunde, Katzen usw. | Die Vögel fehlen.
Im 19. Jahrhundert war das anders. | Es geschah 1848. | Die Folgen sind bekannt.
Kaiser Karl V. regierte lange. | Gem. § 5 Abs. 2 Nr. 3 gilt das nicht.
""",
    "fr": """
M. Dupont et Mme Durand sont arrivés. | M. Le Pen est parti.
« Viendrez-vous ? » demanda-t-il. | « Non. » | Elle sortit.
Quoi ? ! | C'est impossible !
Rome fut fondée en 753 av. J.-C. | La date est discutée.
L'art. 5 de la loi, p. 12, est clair. | J.-P. Sartre l'a dit.
Il a acheté du pain, du vin, etc. | Puis il est rentré.
""",
    "es": """
El Sr. García y la Dra. López llegaron ayer. | ¿Quién los vio? | ¡Nadie!
EE. UU. firmó el acuerdo. | El texto es breve.
—¿Vienes? —preguntó él. | —No. | Ella salió.
Véase el art. 5, pág. 12, núm. 3. | Es claro.
Murió en el 44 a. C. en Roma. | Nadie lo lloró.
""",
    "pt": """
O Sr. Silva e a Dra. Souza chegaram ontem. | Quem os viu? | Ninguém!
O art. 5 da lei, pág. 12, é claro. | V. Exa. sabe disso.
«Vens?» perguntou ele. | «Não.» | Ela saiu.
A empresa Vale S.A. cresceu 3,5%. | O lucro caiu.
Comprou pão, vinho, etc. | Depois voltou.
""",
    "nl": """
Dhr. Jansen en mevr. De Vries kwamen o.a. uit Utrecht. | Ze bleven ca. twee dagen.
"Kom je?" vroeg hij. | "Nee." | Ze ging.
Hij kocht brood, wijn, enz. | Daarna ging hij naar huis.
's Avonds regent het. | 's Morgens niet.
Zie art. 5 en blz. 12. | Het is duidelijk.
""",
    "pl": """
Prof. Kowalski i dr Nowak przyjechali 3. Pułkiem. | To było dawno.
W 1990 r. Polska była wolna. | Urodził się w Krakowie w 1920 r. | W domu mówiono po polsku.
„Przyjdziesz?” zapytał. | „Nie.” | Wyszła.
Zob. art. 5 ust. 2 i str. 12. | To jasne, np. dla prawników.
Kupił chleb, wino itd. | Potem wrócił.
""",
    "ru": """
А. С. Пушкин родился в 1799 г. в Москве. | Он умер в 1837 г. | Его знают все.
«Ты придёшь?» — спросил он. | — «Нет». | Она ушла.
См. рис. 5 и стр. 12, т. е. приложение. | Всё ясно.
Он купил хлеб, вино и т. д. | Потом он ушёл.
Это я. | Кто там?
""",
    "tr": """
Dr. Yılmaz ve Prof. Kaya 3. Ordu'da görev yaptı. | Bu çok önceydi.
"Geliyor musun?" diye sordu. | "Hayır." | Gitti.
Elma, armut vb. aldı. | Sonra eve döndü.
19. yüzyılda her şey farklıydı. | 1990'da değişti.
Bkz. s. 12 ve md. 5. | Bu açık.
""",
    "ar": """
وصل الرئيس أمس. | هل رآه أحد؟ | لا!
قال د. أحمد إن الاجتماع فشل. | ثم غادر القاعة.
«هل ستأتي؟» سألها. | لم تجب.
ارتفعت الأسعار بنسبة 3.5 في المئة. | هذا رقم قياسي.
""",
    "ja": """
彼は昨日来た。|誰も見なかった。
「来るの？」と彼は聞いた。|彼女は答えなかった。
本当！？|信じられない。
価格は3.5%上昇した。|記録的だ。
会議は終わった（議長が確認した。）|次は六月だ。
""",
    "zh": """
他昨天来了。|没有人看见他。
“你来吗？”他问。|她没有回答。
「你來嗎？」他問道。|她沒有回答。
价格上涨了3.5%。|这是纪录！
真的吗？！|我不信……
他说：“我不知道。”|然后他走了。
""",
    "ko": """
그는 어제 왔다. | 아무도 보지 못했다.
"오니?"라고 그가 물었다. | 그녀는 대답하지 않았다.
"갑니다." 하고 그가 말했다. | 그리고 떠났다.
가격이 3.5% 올랐다. | 기록이다!
회의는 2019. 3. 15. 서울에서 열렸다. | 끝났다.
""",
    "th": """
คุณจะมาไหม? | ไม่มา!
ราคาขึ้น 3.5 เปอร์เซ็นต์ ตามที่ ดร. สมชาย กล่าว
ขอบคุณครับ | อย่างไรก็ตาม เขาไม่มา
เขาเกิดเมื่อ พ.ศ. 2530 ที่กรุงเทพฯ
""",
    "el": "Τι κάνεις; | Καλά. | Ο κ. Παπαδόπουλος έφυγε.",
    "hi": "वह कल आया। | किसी ने नहीं देखा।",
    "xx": "Dr. Foo bar 3.5 baz. | Qux!",
}
LABELLED = [(lang, line) for lang, lines in CASES.items() for line in lines.strip().split("\n")]


def sentences(content: str, lang: str = "it", splitter: str = "rules") -> list[str]:
    return [content[start:end] for start, end in load(splitter).split(content, lang)]


@pytest.mark.parametrize(("lang", "line"), LABELLED)
def test_hard_cases_split_as_labelled(lang: str, line: str) -> None:
    expected = [sentence.strip() for sentence in line.split("|")]
    assert sentences(line.replace(" | ", " ").replace("|", ""), lang) == expected


def test_newlines_of_every_kind_end_a_headline() -> None:
    for newline in ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\n\n"):
        assert sentences(f"Il titolo{newline}Il testo comincia qui.") == ["Il titolo", "Il testo comincia qui."]


WRAPPED = """\
Il titolo del pezzo

Questa è una frase piuttosto lunga che va a capo perché il margine
destro è stretto, e continua fino qui. Poi ne comincia un'altra che
pure va a capo, e così anche questa, come vuole sempre il nostro dott.
Rossi, e finisce alla riga seguente come tutte le frasi di questo
testo.

- Un punto dell'elenco, anch'esso abbastanza lungo da dover andare
  a capo una volta
- Un altro punto
1. Un numero
"""


def test_hard_wrapped_text_flows_over_its_newlines() -> None:
    assert [" ".join(sentence.split()) for sentence in sentences(WRAPPED)] == [
        "Il titolo del pezzo",
        "Questa è una frase piuttosto lunga che va a capo perché il margine destro è stretto, e continua fino qui.",
        "Poi ne comincia un'altra che pure va a capo, e così anche questa, come vuole sempre il nostro dott. Rossi, "
        "e finisce alla riga seguente come tutte le frasi di questo testo.",
        "- Un punto dell'elenco, anch'esso abbastanza lungo da dover andare a capo una volta",
        "- Un altro punto",
        "1. Un numero",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Minsk apre alla NATO\nIl ministro della Difesa ha parlato oggi a Mosca.\nLa NATO tace per ora sulla proposta.",
        "Un titolo senza punto che occupa tutta la riga\nUn altro titolo senza punto di uguale lunghezza\nIl terzo",
        "latte\npane\nuova\nburro",
    ],
)
def test_a_paragraph_a_line_is_not_hard_wrapped(content: str) -> None:
    assert sentences(content) == content.split("\n")


def test_ornaments_are_no_sentences_but_emoji_are() -> None:
    assert sentences("Fine.\n\n***\n\n———\n\n😀\n\nInizio.") == ["Fine.", "😀", "Inizio."]
    assert sentences("Ciao. … !!! Addio. ...") == ["Ciao.", "… !!! Addio. ..."]


def test_what_never_ends_is_cut_at_white_space() -> None:
    content = "parola " * 5000
    pieces = sentences(content)
    assert max(map(len, pieces)) <= MAX_SENTENCE
    assert all(set(piece.split()) == {"parola"} for piece in pieces)


@pytest.mark.parametrize(
    "content",
    [
        "parola senza fine " * 280_000,
        "x" * 5_000_000,
        "." * 20_000 + "x",
        "a" + ". " * 200_000 + ".x",
        "! " * 200_000,
        "?!…—-.,;:'" * 2000,
        "a" + "\u0301" * 50_000,
        "a." + ")" * 50_000 + "b",
        "A. " * 30_000,
        "Mr.) (X " * 50_000,
        "a.'" * 50_000,
        "«" * 50_000 + "." + " »" * 50_000,
        "\n" * 1_000_000,
        "a\n" * 100_000,
        "e." + " " * 1_000_000 + "e",
        "。" * 50_000 + "a",
        ". -" * 50_000,
        '?" Aa' + " Aa" * 50_000,
    ],
    ids=range(18),
)
@pytest.mark.parametrize("lang", ["it", "th"])
def test_hostile_text_does_not_hang(content: str, lang: str) -> None:
    began = time.process_time()
    load("rules").split(content, lang)
    assert time.process_time() - began < 20  # some take a second; backtracking would take hours


TEXTS = (
    st.text(st.sampled_from("aZ1é .!?…\n\r\t\"'«»“”()[]-*#,;:。」あ中ا؟ก😀_│\u2028\x85\u0301\ud800"), max_size=120)
    | st.text()
)


@given(TEXTS, st.sampled_from([*CASES, "und", "../it", ""]))
def test_spans_are_ordered_stripped_and_lose_no_letter(content: str, lang: str) -> None:
    spans = load("rules").split(content, lang)
    covered = set()
    end = 0
    for start, stop in spans:
        assert end <= start < stop <= len(content)
        assert content[start:stop] == content[start:stop].strip()
        covered.update(range(start, stop))
        end = stop
    assert all(i in covered for i, character in enumerate(content) if character.isalnum())
    assert all(any(c.isalnum() or not c.isascii() for c in content[start:stop]) for start, stop in spans)


@given(TEXTS)
def test_every_line_is_a_sentence_of_lines(content: str) -> None:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    assert sentences(content, splitter="lines") == [line.strip() for line in lines]


def test_a_blank_line_is_an_empty_span_in_its_place() -> None:
    assert load("lines").split("a\n\n b \r\nc\n", "it") == [(0, 1), (2, 2), (4, 5), (8, 9)]


def test_any_function_is_a_splitter() -> None:
    splitter = load(lambda content: content.split(";"))
    assert splitter.split("uno; due ;;tre", "it") == [(0, 3), (5, 8), (11, 14)]
    assert isinstance(splitter, PieceSplitter)


def test_pieces_that_are_not_verbatim_are_refused() -> None:
    with pytest.raises(ValueError, match="expected a piece of the text"):
        load(lambda content: [content.upper()]).split("uno", "it")


def test_an_object_that_splits_is_taken_as_it_is() -> None:
    splitter = load("rules")
    assert load(splitter) is splitter


def test_what_cannot_split_is_refused() -> None:
    with pytest.raises(TypeError, match="got int"):
        load(5)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="rulez"):
        load("rulez")


@pytest.mark.parametrize("name", SPLITTERS)
def test_every_splitter_of_ours_gives_nothing_for_nothing(name: str) -> None:
    splitter = load(name)
    assert isinstance(splitter, Splitter)
    assert list(splitter.split("", "it")) == []
