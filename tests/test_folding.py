"""Blocks that the pages of a site repeat at their edges."""

from pathlib import Path

from aligner.corpus import read_corpus
from aligner.document import Mark, Text
from aligner.folding import EDGE, fold

N_PAGES = 5


def text(number: int, *blocks: str, lang: str = "it") -> Text:
    return Text(f"{lang}/{number}.html", lang, "\n\n".join(blocks))


def body(number: int, n_blocks: int = 2 * EDGE) -> list[str]:
    return [f"Capoverso {place} della pagina {number}." for place in range(n_blocks)]


def test_what_most_pages_repeat_at_their_edges_is_no_text() -> None:
    pages = [text(n, "Il sito", f"Titolo {n}", "Iscriviti", *body(n), "© 2026 Il sito") for n in range(N_PAGES)]
    assert [page.content.split("\n\n") for page in fold(pages)] == [[f"Titolo {n}", *body(n)] for n in range(N_PAGES)]


def test_what_two_pages_or_a_few_of_many_repeat_is_kept() -> None:
    few = [text(n, "Introduzione", *body(n)) for n in range(3)]
    many = [text(n, "Introduzione" if n < 5 else f"Titolo {n}", *body(n)) for n in range(20)]
    assert fold(few) == few
    assert fold(many) == many


def test_what_is_repeated_within_pages_is_kept() -> None:
    pages = [text(n, *body(n), "Nota", *body(n)) for n in range(N_PAGES)]
    assert fold(pages) == pages


def test_languages_are_counted_apart() -> None:
    pages = [text(n, "Debian", *body(n), lang=lang) for n in range(2) for lang in ("it", "en", "de")]
    assert fold(pages) == pages


def test_copies_of_a_page_keep_their_text() -> None:
    pages = [text(n, *body(0, EDGE), f"Copia {n}") for n in range(N_PAGES)]
    assert fold(pages) == pages


def test_marks_move_with_their_blocks() -> None:
    pages = [text(n, "Il sito", "Hello.", *body(n)) for n in range(N_PAGES)]
    held = Text("it/x.html", "it", "Il sito\n\nGood morning.", (Mark(9, 22, "en"),))
    folded = fold([*pages, held])[-1]
    assert (folded.content, folded.marks) == ("Good morning.", (Mark(0, 13, "en"),))


def test_only_web_pages_are_folded(tmp_path: Path) -> None:
    for lang, title in (("it", "Notizie del giorno"), ("en", "News of the day")):
        for number in range(N_PAGES):
            for suffix, pattern in ((".txt", "{}\n\n{}\n"), (".html", "<p>{}<p>{}")):
                path = tmp_path / lang / f"{suffix[1:]}{number}{suffix}"
                path.parent.mkdir(exist_ok=True)
                path.write_text(pattern.format(title, f"{title} {number} and {number}"), "utf-8")
    contents = {read.id: read.content for read in read_corpus(tmp_path).texts}
    assert contents["it/txt0.txt"].startswith("Notizie del giorno\n")
    assert contents["it/html0.html"] == "Notizie del giorno 0 and 0"
