"""PDF: documents written here letter by letter, and what comes out of them."""

import zlib
from collections.abc import Sequence

import pytest

from aligner.errors import ReadError
from aligner.readers import pdf as reader
from aligner.readers.pdf import read
from aligner.readers.typeset import Line, blocks

Piece = tuple[float, float, float, str]
"""Left, height, size and text."""


def pdf(*pages: Sequence[Piece], trailer: str = "") -> bytes:
    """A document with these pieces of text on its pages, in Helvetica."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{4 + 2 * i} 0 R' for i in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, pieces in enumerate(pages):
        content = "".join(
            f"BT /F1 {size} Tf {left} {height} Td ({text.replace('(', '').replace(')', '')}) Tj ET\n"
            for left, height, size, text in pieces
        )
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"{page} /Contents {5 + 2 * i} 0 R >>",
            f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}endstream",
        ]
    data, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer}>>\n"
    return f"{data}{end}startxref\n{len(data)}\n%%EOF\n".encode("cp1252")


def column(text: str, *, top: float = 540, left: float = 50, size: float = 10) -> list[Piece]:
    """The lines of a text, one below the other."""
    return [(left, top - 12 * i, size, line) for i, line in enumerate(text.splitlines()) if line]


def content(data: bytes) -> str:
    (text,) = read(data, "a.pdf", "it")
    return text.content


BODY = """Il fiume crebbe nella notte di due metri, e nessuno
se ne accorse prima che la piazza fosse tutta allagata.
Il museo rimase chiuso."""


def test_lines_become_paragraphs_and_headings() -> None:
    page = [
        (50, 560, 18, "La piena"),
        *column(BODY),
        *column("Il giorno dopo il sindaco venne a vedere con i suoi\noperai.", top=480),
    ]
    assert content(pdf(page)).split("\n\n") == [
        "La piena",
        "Il fiume crebbe nella notte di due metri, e nessuno se ne accorse prima che la piazza fosse tutta allagata. Il"
        " museo rimase chiuso.",
        "Il giorno dopo il sindaco venne a vedere con i suoi operai.",
    ]


def test_indented_paragraphs_without_gaps_are_told_apart() -> None:
    page = [*column(BODY), *column("Poi il sindaco venne a vedere la piazza con i suoi\noperai.", top=504, left=50)]
    page[3] = (65, 504, 10, page[3][3])
    assert len(content(pdf(page)).split("\n\n")) == 2


def test_what_runs_along_the_edges_of_pages_is_left_out() -> None:
    sentences = [f"La pagina {word} parla del fiume." for word in ("prima", "seconda", "terza", "quarta")]
    pages = [
        [
            (50 if number % 2 else 300, 575, 9, "Storia del fiume" if number % 2 else "Capitolo 1"),
            (50, 500, 10, sentence),
            (200, 20, 9, str(number)),
        ]
        for number, sentence in enumerate(sentences, start=1)
    ]
    assert content(pdf(*pages)).split("\n\n") == sentences


def test_chapters_that_open_at_one_height_keep_their_headings() -> None:
    pages = [[(50, 540, 20, f"Capitolo {i}")] if i % 4 == 0 else [(50, 500, 10, "ab"[i % 2] * i)] for i in range(1, 13)]
    assert content(pdf(*pages)).count("Capitolo") == 3


def test_a_sentence_goes_on_over_pages_columns_and_footnotes() -> None:
    first = [
        *column("La prima colonna ha una frase\nche non finisce in fondo,"),
        *column("ma va avanti di sopra, nella\nseconda, e poi ancora nella", left=230),
        (50, 60, 7, "1. Una nota."),
    ]
    second = [(50, 540, 10, "pagina che segue.")]
    assert content(pdf(first, second)).split("\n\n") == [
        "La prima colonna ha una frase che non finisce in fondo, ma va avanti di sopra, nella seconda, e poi ancora"
        " nella pagina che segue.",
        "1. Una nota.",
    ]


def test_broken_words_are_made_whole_and_compounds_keep_their_hyphen() -> None:
    page = column(
        "Il provvedimento anti-inflazione, un provve-\ndimento duro, ha un effetto anti-\n"
        "inflazione in Emilia-\nRomagna."
    )
    assert content(pdf(page)) == (
        "Il provvedimento anti-inflazione, un provvedimento duro, ha un effetto anti-inflazione in Emilia-Romagna."
    )


def test_where_hardly_a_line_ends_in_a_hyphen_it_is_the_words_own() -> None:
    lines = [Line(f"la riga numero {i} va avanti", 0, 50, 300, 1000 - 12 * i, 11) for i in range(80)]
    lines[3] = Line("una misura non-", 0, 50, 300, 1000 - 36, 11)
    lines[4] = Line("violenta va avanti", 0, 50, 300, 1000 - 48, 11)
    assert "una misura non-violenta va" in blocks(lines)[0]


def test_raised_numbers_ligatures_and_addresses() -> None:
    def line(text: str, base: float, left: float = 50, right: float = 300, size: float = 11) -> Line:
        return Line(text, 0, left, right, base, size)

    lines = [
        line("La nota", 500, right=100),
        line("1", 504, left=101, right=104, size=6),
        line("sta in http://example.org/", 500, left=106),
        line("pagina.html, 1990–", 488),
        line("1995.", 476, right=80),
    ]
    assert blocks(lines) == ["La nota1 sta in http://example.org/pagina.html, 1990–1995."]


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    lines = [Line("河水一夜之间上涨了两", 0, 50, 300, 500, 11), Line("米。", 0, 50, 80, 488, 11)]
    assert blocks(lines) == ["河水一夜之间上涨了两米。"]


def test_what_cannot_be_read_is_told() -> None:
    whole = pdf(column(BODY))
    for data, found in (
        (b"ciao", "a.pdf: no PDF"),
        (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", "a damaged PDF, or one cut short"),
        (pdf([]), "no text layer; run OCR first"),
        (pdf(column(BODY), trailer=ENCRYPTED), "locked by a password"),
    ):
        with pytest.raises(ReadError, match=found):
            list(read(data, "a.pdf", "it"))
    problem, text = read(whole.removesuffix(b"%%EOF\n"), "a.pdf", "it")
    assert "cut short" in str(problem)
    assert "museo" in text.content


ENCRYPTED = (
    f"/ID [<{'00' * 16}> <{'00' * 16}>]"
    f" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> "
)
"""Locked with a password that nobody knows, by the standard handler of version 1."""


def test_a_stream_that_would_fill_the_memory_is_refused() -> None:
    packed = zlib.compress(b" " * (20 << 20))
    with pytest.raises(ReadError, match="unpacks to more than 100 times its size"):
        list(read(pdf(column(BODY)) + b"9 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + packed, "a.pdf", "it"))


@pytest.mark.parametrize("place", ["nan", "inf", "-1e38"])
def test_letters_at_no_place_are_still_letters(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_base", lambda *_: float(place))
    assert content(pdf(column(BODY))).count("museo") == 1


def test_a_damaged_page_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    lines_of = reader._page_lines

    def broken(document: object, number: int) -> list[Line]:
        if number == 1:
            raise ValueError
        return list(lines_of(document, number))

    monkeypatch.setattr(reader, "_page_lines", broken)
    problem, text = read(pdf(column("Uno."), column("Due."), column("Tre.")), "a.pdf", "it")
    assert str(problem).startswith("a.pdf: page 2: damaged")
    assert text.content.split() == ["Uno.", "Tre."]


def test_a_line_that_is_one_long_word_takes_linear_time() -> None:
    lines = [Line(text, 1, 50.0, 400.0, 540.0, 10.0) for text in ("a" * 300_000, "b-", "c")]
    assert blocks(lines)
