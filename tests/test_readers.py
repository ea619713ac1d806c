"""Readers: each format, each encoding, each way in which a file can be bad."""

import gzip
import json
import lzma
import os
import re
import socket
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers import READERS, Reader, files, markdown, read, split_suffix
from aligner.readers.decoding import decode
from aligner.readers.ids import printable

ITALIAN = "Perché il fiume è cresciuto così? «Verrò domani», disse il medico.\nLa città è già più lontana.\n"


def content(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    (text,) = read(path, path.name).texts
    return text.content


def problems(path: Path) -> tuple[ReadError, ...]:
    """Why a file gives no text."""
    try:
        reading = read(path, "a")
    except ReadError as error:
        return (error,)
    assert not reading.texts
    return reading.problems


# Every reader.


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\xff\xfe\x00", b"{}", b"<", b"\xf0\x9f", b"# a\n\n- b\n", b"]]>--><![CDATA["]
)
def test_a_reader_gives_texts_or_read_errors_for_any_bytes(suffix: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    try:
        reading = read(path, "a", "it")
    except ReadError:
        return
    assert all(text.lang for text in reading.texts)
    assert len({text.id for text in reading.texts}) == len(reading.texts)
    assert all(str(problem).startswith("a: ") for problem in reading.problems)


@pytest.mark.parametrize("suffix", READERS)
@given(data=st.binary(max_size=200))
def test_a_reader_never_raises_anything_else(suffix: str, data: bytes) -> None:
    reader: Reader = READERS.load(suffix)
    try:
        parts = list(reader(data, "a", "it"))
    except ReadError:
        return
    assert all(isinstance(part, Text | ReadError) for part in parts)


@pytest.mark.parametrize("suffix", READERS)
def test_binary_data_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20)
    (problem,) = problems(path)
    assert re.search("binary data|no PDF|not well-formed XML|no sound Parquet", str(problem))


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_a_gzipped_file_reads_as_the_file_itself(suffix: str, tmp_path: Path) -> None:
    data = b"Il treno parte."
    assert content(tmp_path / f"a{suffix.upper()}.GZ", gzip.compress(data)) == content(tmp_path / f"b{suffix}", data)


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("a.txt", "a", ".txt"),
        ("A.TXT", "A", ".txt"),
        ("a.it.txt.gz", "a.it", ".txt"),
        ("noext", "noext", ""),
        (".txt", "", ".txt"),
        ("No. 5", "No. 5", ""),
        ("trailing dot..txt", "trailing dot.", ".txt"),
        ("text.gz", "text", ""),
        ("a.docx.XZ", "a", ".docx"),
        ("a.txt.zst", "a", ".txt"),
        ("a.txt.gz.xz", "a.txt", ".gz"),
        (".xz", "", ""),
    ],
)
def test_a_suffix_is_what_follows_the_last_dot_before_that_of_a_packing(name: str, stem: str, suffix: str) -> None:
    assert split_suffix(name) == (stem, suffix)


def test_a_file_of_unknown_suffix_is_plain_text(tmp_path: Path) -> None:
    (tmp_path / "a.it").write_text("Ciao.")
    assert [text.content for text in read(tmp_path / "a.it", "a.it").texts] == ["Ciao."]


# Encodings.


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_italian_is_read_in_any_encoding(encoding: str) -> None:
    assert decode(ITALIAN.encode(encoding)) == ITALIAN


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Řeka se přes noc zvedla o dva metry. Proč nikdo nezavřel okno? Muzeum je otevřeno každý den."),
        ("iso-8859-5", "Река поднялась на два метра за одну ночь. Почему никто не закрыл окно?"),
        ("cp1251", "Река поднялась на два метра за одну ночь. Почему никто не закрыл окно? Музей открыт каждый день."),
        ("shift_jis", "川は一晩で二メートル上がった。なぜ誰も窓を閉めなかったのですか。博物館は毎日開いています。"),
        ("gb18030", "河水一夜之间上涨了两米。为什么没有人关窗户？博物馆除星期一外每天开放。"),
        ("utf-16-le", "河水一夜之间上涨了两米。\n为什么没有人关窗户？\n博物馆除星期一外每天开放。\n"),
    ],
)
def test_other_scripts_are_read_in_their_own_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_curly_quotes_and_the_euro_sign_are_windows_1252() -> None:
    text = "Costa 12,50 €; l’ombrello è “verde”. Perché nessuno ha chiuso la finestra?"
    assert decode(text.encode("cp1252")) == text


def test_an_accent_late_in_a_long_text_counts() -> None:
    text = "The river rose by two metres in one night. " * 10_000 + "Perché nessuno ha chiuso la finestra?"
    assert decode(text.encode("latin-1")) == text


@pytest.mark.parametrize(
    "text", ["Caffè e città.", "El niño comió mañana en España.", "Ça va très bien, merci à tous."]
)
def test_a_short_latin_1_text_does_not_turn_cyrillic(text: str) -> None:
    assert decode(text.encode("latin-1")) == text


def test_damaged_utf_8_keeps_what_is_sound() -> None:
    assert decode(ITALIAN.encode() + b" caff\xe8 \xff") == ITALIAN + " caff\ufffd \ufffd"


def test_nuls_never_reach_the_content(tmp_path: Path) -> None:
    assert content(tmp_path / "a.txt", b"Il fi\0ume cresce ogni notte di due metri." + b"\0" * 100) == (
        "Il fiume cresce ogni notte di due metri."
    )


def test_newlines_come_out_as_line_feeds(tmp_path: Path) -> None:
    assert content(tmp_path / "a.txt", b"uno\r\ndue\rtre\n\r\n") == "uno\ndue\ntre\n\n"


def test_all_else_is_kept_verbatim(tmp_path: Path) -> None:
    text = " \tuno\u00a0\u2028due \x0b\u00ad\u200b\x1b[31m  tre  \n\n"
    assert content(tmp_path / "a.txt", text.encode()) == text


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs", "Cc"])))
def test_utf_8_is_read_back_as_it_was_written(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


# Opening.


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(ReadError, match="a FIFO; only regular files"):
        read(tmp_path / "a.txt", "a.txt")


def test_a_socket_a_folder_and_a_link_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("sock.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "link.txt").symlink_to("/dev/zero")
    for name, kind in (("sock.txt", "a socket"), ("folder.txt", "a folder"), ("link.txt", "a symbolic link")):
        with pytest.raises(ReadError, match=f"{name}: {kind}; "):
            read(Path(name), name)


def test_a_missing_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.txt: No such file"):
        read(tmp_path / "a.txt", "a.txt")


def test_a_sparse_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    os.truncate(path, 1 << 31)
    with pytest.raises(ReadError, match="2048 MiB; cut it into files of at most 64 MiB"):
        read(path, "a.txt")


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"a" * 40_000_000))
    with pytest.raises(ReadError, match="unpacks to more than 100 times its size"):
        read(tmp_path / "a.txt.gz", "a.txt.gz")


def test_gzip_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(os.urandom(300_000).hex().encode() * 2))
    with pytest.raises(ReadError, match="more than 1 MiB"):
        read(tmp_path / "a.txt.gz", "a.txt.gz")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (gzip.compress(ITALIAN.encode() * 50, mtime=0)[:-20], "cut short"),
        (gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), "gzip within gzip"),
        (b"plain text", "no sound gzip data"),
        (gzip.compress(b"abc" * 100, mtime=0)[:-6] + b"\0" * 6, "no sound gzip data"),
    ],
    ids=["cut short", "twice", "plain", "wrong checksum"],
)
def test_damaged_gzip_is_a_read_error(data: bytes, found: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(data)
    with pytest.raises(ReadError, match=found):
        read(tmp_path / "a.txt.gz", "a.txt.gz")


PACK = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.compress}


@pytest.mark.parametrize("suffix", PACK)
def test_streams_in_a_row_and_padding_unpack_to_the_file_itself(suffix: str, tmp_path: Path) -> None:
    packed = PACK[suffix](ITALIAN.encode())
    data = packed + bytes(1024) + packed + PACK[suffix](b"")
    assert content(tmp_path / f"a.txt{suffix}", data) == ITALIAN * 2


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize(
    ("bad", "found"),
    [
        (lambda pack: pack(os.urandom(1000).hex().encode())[:-9], "cut short; fetch or pack the file again"),
        (lambda pack: b"", "cut short"),
        (lambda pack: b"plain text, and more", "no sound .* data .*; pack it again, or drop .* from its name"),
        (lambda pack: pack(b"a") + b"and more of it", "no sound .* data"),
        (lambda pack: pack(b"") * 10_300, r"no sound .* data \(more than 10000 streams\)"),
        (lambda pack: pack(bytes(40_000_000)), "unpacks to more than 100 times its size"),
        (lambda pack: pack(gzip.compress(b"a")), "gzip within .*; unpack it once"),
        (lambda pack: pack(lzma.compress(b"a")), "xz within .*; unpack it once"),
        (lambda pack: pack(zstandard.compress(b"a")), "zstd within .*; unpack it once"),
    ],
    ids=["cut short", "empty", "plain", "followed", "many", "bomb", "gzip in it", "xz in it", "zstd in it"],
)
def test_packed_data_that_is_unsound_or_too_much_is_told(suffix, bad, found, tmp_path: Path) -> None:
    (tmp_path / f"a.txt{suffix}").write_bytes(bad(PACK[suffix]))
    with pytest.raises(ReadError, match=found):
        read(tmp_path / f"a.txt{suffix}", "a")


def test_data_that_takes_much_memory_to_unpack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xz").write_bytes(lzma.compress(b"a", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]))
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=30)
    packing = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (tmp_path / "a.zst").write_bytes(packing.compress(b"a" * 1_000_000) + packing.flush())
    for name in ("a.xz", "a.zst"):
        with pytest.raises(ReadError, match=r"no sound .* data .*(?i:memory)"):
            read(tmp_path / name, "a")


# Markdown.


def test_markdown_gives_its_text_only(tmp_path: Path) -> None:
    page = """---
title: not text
---
# Un *titolo*

Un paragrafo **con** un [link](http://example.org/) e
una riga `andata` a capo.  Due.

![una figura](a.png)

    codice

```
codice
```

* uno
* due

| a | b |
|---|---|
| c | d |

<aside markdown="1">
  <img src="a.png" alt="avatar">
  Una citazione &egrave; qui.
</aside>

<script>
alert(1)
</script>

<!-- un commento -->
Fine.
"""
    assert content(tmp_path / "a.md", page.encode()).split("\n\n") == [
        "Un titolo",
        "Un paragrafo con un link e una riga andata a capo. Due.",
        *("uno", "due", "a", "b", "c", "d"),
        "Una citazione è qui.",
        "Fine.",
    ]


def test_a_hard_break_in_markdown_is_a_newline(tmp_path: Path) -> None:
    assert content(tmp_path / "a.md", b"uno  \ndue\\\ntre") == "uno\ndue\ntre"


def test_deep_lists_in_markdown_keep_their_text(tmp_path: Path) -> None:
    page = "".join(f"{'  ' * level}- voce {level}\n" for level in range(40))
    assert content(tmp_path / "a.md", page.encode()).count("voce") == 40
    content(tmp_path / "b.md", b"> " * 5000 + b"ciao")


def test_markdown_that_the_parser_would_chew_on_for_minutes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "MAX_CHARACTERS", 100)
    with pytest.raises(ReadError, match="101 characters of Markdown"):
        content(tmp_path / "a.md", b"[" * 101)


# HTML.

SENTENCES = [f"Il paragrafo numero {i} racconta la storia di un fiume e di una città." for i in range(12)]
CLOSING = "Così finì la storia del fiume e della città sul mare."
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(body: str, head: str = '<meta charset="utf-8"><title>Titolo</title>', attributes: str = "") -> bytes:
    return f"<!doctype html><html{attributes}><head>{head}</head><body>{body}</body></html>".encode()


def test_all_paragraphs_of_a_small_page_come_out(tmp_path: Path) -> None:
    assert content(tmp_path / "a.html", page(PARAGRAPHS)).split("\n\n") == SENTENCES


def test_headings_items_and_cells_are_blocks(tmp_path: Path) -> None:
    after = f"<ul><li>uno<li>due</ul><table><tr><td>a<td>b</table><p>x<br>y<p>{CLOSING}"
    body = f"<h1>Titolo\n <em>vero</em></h1>{PARAGRAPHS}{after}"
    blocks = content(tmp_path / "a.htm", page(body)).split("\n\n")
    assert blocks == ["Titolo vero", *SENTENCES, "uno", "due", "a", "b", "x\ny", CLOSING]


def test_what_is_not_text_stays_out(tmp_path: Path) -> None:
    body = (
        '<script>var a = "<p>non testo</p>";</script><style>p{}</style><noscript>no</noscript>'
        '<iframe src="file:///etc/passwd"></iframe><nav>Menu</nav><!-- commento --><img alt="a > b">'
        f'<ul><li><a href="/">Casa</a></li></ul>{PARAGRAPHS}<footer>Piede</footer>'
    )
    assert content(tmp_path / "a.html", page(body)).split("\n\n") == SENTENCES


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a page went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = '<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><base href="http://127.0.0.1:9/">'
    content(tmp_path / "a.html", page(f'<img src="http://127.0.0.1:9/a.png">{PARAGRAPHS}', head))


def test_external_entities_are_not_followed(tmp_path: Path) -> None:
    data = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x; Ciao &egrave; &#39;qui&#x27;.</p>'
    assert content(tmp_path / "a.html", data) == "&x; Ciao è 'qui'."


def test_no_depth_of_nesting_is_too_deep(tmp_path: Path) -> None:
    body = "<div>" * 20_000 + PARAGRAPHS + "</div>" * 20_000
    assert content(tmp_path / "a.html", page(body)).split("\n\n") == SENTENCES


@pytest.mark.parametrize(
    "bad", ["<", "<a ", "<!--", "<![", "<p>", "<!doctype [", '<a "', "<svg", "<td><table>", "&amp"]
)
def test_bad_markup_takes_linear_time(bad: str, tmp_path: Path) -> None:
    content(tmp_path / "a.html", page(bad * 50_000))


def test_broken_markup_gives_its_text(tmp_path: Path) -> None:
    data = ("<html><body><p>" + "<p><b><i>".join(SENTENCES) + "</div></td><!-- never closed").encode()
    assert content(tmp_path / "a.html", data).split("\n\n") == SENTENCES


def test_a_page_that_is_all_navigation_is_still_read(tmp_path: Path) -> None:
    assert content(tmp_path / "a.html", page("<nav><p>Ciao.")) == "Ciao."


def test_a_page_without_text_is_empty(tmp_path: Path) -> None:
    assert content(tmp_path / "a.html", page("<script>1</script>")) == ""


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "no-such-charset", "rot13"])
def test_a_latin_1_page_is_read_whatever_it_declares(charset: str, tmp_path: Path) -> None:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    data = page(PARAGRAPHS + "<p>Perché è così, già più lunedì?</p>", head).decode().encode("latin-1")
    assert content(tmp_path / "a.html", data).split("\n\n") == [*SENTENCES, "Perché è così, già più lunedì?"]


def test_a_declared_encoding_is_believed(tmp_path: Path) -> None:
    data = page("<p>Czy źródło jest dobre?</p>", '<meta charset="iso-8859-2">').decode().encode("iso-8859-2")
    assert content(tmp_path / "a.html", data) == "Czy źródło jest dobre?"


def test_html_under_a_txt_name_is_read_as_html(tmp_path: Path) -> None:
    assert content(tmp_path / "a.txt", b"\n" + page(PARAGRAPHS)).split("\n\n") == SENTENCES


def test_text_about_html_is_still_text(tmp_path: Path) -> None:
    assert content(tmp_path / "a.txt", b"Ciao <html> e <b>qui</b>") == "Ciao <html> e <b>qui</b>"


def test_the_language_of_a_page_counts_where_nothing_else_tells_it(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(PARAGRAPHS, attributes=' class="x" lang="it-IT"'))
    assert read(tmp_path / "a.html", "a").texts[0].lang == "it-IT"
    assert read(tmp_path / "a.html", "a", "sc").texts[0].lang == "sc"


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="content-language" content="it-IT">',
        '<meta content="it-IT" property="og:locale">',
        "<html><body xml:lang='it-IT'>",
    ],
)
def test_a_page_may_declare_its_language_in_several_ways(head: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"{head}{PARAGRAPHS}", "utf-8")
    assert read(tmp_path / "a.html", "a").texts[0].lang == "it-IT"


def test_passages_in_another_language_than_the_most_of_a_page_are_marked(tmp_path: Path) -> None:
    quotation = '<blockquote lang="en-GB"><p>Good morning.<p>Good <i lang="fr">nuit</i> and bye.</blockquote>'
    (tmp_path / "a.html").write_bytes(page(f"<p>Uno.{quotation}{PARAGRAPHS}<p lang=de>Gut.<p>Fine.", "", ' lang="it"'))
    text = read(tmp_path / "a.html", "a").texts[0]
    marked = [(text.content[mark.start : mark.end], mark.lang) for mark in text.marks]
    assert marked == [("Good morning.", "en"), ("Good nuit and bye.", "en"), ("Gut.", "de")]
    assert text.unmarked.split() == ["Uno.", *" ".join(SENTENCES).split(), "Fine."]


def test_the_language_of_most_of_a_page_is_the_page_s(tmp_path: Path) -> None:
    body = f'<p>Skip to content</p><div lang="it">{PARAGRAPHS}</div>'
    (tmp_path / "a.html").write_bytes(page(body, "", ' lang="en"'))
    text = read(tmp_path / "a.html", "a").texts[0]
    assert text.lang == "it"
    assert [text.content[mark.start : mark.end] for mark in text.marks] == ["Skip to content"]


@pytest.mark.parametrize(
    "around",
    [
        '<div class="navheader"><table><tr><th>Capitolo 3</th></tr></table></div>',
        '<div id="site-footer"><div>Tutti i diritti</div> riservati</div>',
        '<ul class="mainMenu"><li>Prodotti<ul><li>Nuovi</ul><li>Contatti</ul>',
        '<div role="navigation">Indietro <b>Avanti</b></div>',
        '<div class="cookie-notice">Usiamo i cookie.</div>',
        '<div class="toc"><p>Indice</p></div>',
        '<p hidden>Nascosto</p><p style="display: none">Anche</p><p aria-hidden="true">E questo</p>',
        '<p class="breadcrumbs">Casa &gt; Guide',
    ],
)
def test_what_surrounds_the_main_text_stays_out(around: str, tmp_path: Path) -> None:
    body = f"<h1>Titolo</h1>{around}{PARAGRAPHS}{around}"
    assert content(tmp_path / "a.html", page(body)).split("\n\n") == ["Titolo", *SENTENCES]


@pytest.mark.parametrize("name", ["has-sidebar", "tag-menu", "sidebar-content", "navigational", "contents", ""])
def test_a_name_that_only_speaks_of_surroundings_keeps_its_text(name: str, tmp_path: Path) -> None:
    body = f'<nav>Menu</nav><div class="{name}">{PARAGRAPHS}</div>'
    assert content(tmp_path / "a.html", page(body, attributes=' class="menu"')).split("\n\n") == SENTENCES


def test_what_a_page_calls_its_main_text_is_all_of_it(tmp_path: Path) -> None:
    body = f"<div>Il sito di tutti</div><main><h1>Titolo</h1>{PARAGRAPHS}</main><div>Leggi anche altro</div>"
    assert content(tmp_path / "a.html", page(body)).split("\n\n") == ["Titolo", *SENTENCES]


def test_where_a_page_tells_its_surroundings_all_else_is_text(tmp_path: Path) -> None:
    short = "<p>Versione 11</p><h2>Sommario</h2><p>[1] Una nota.</p>"
    blocks = content(tmp_path / "a.html", page(f'<div class="navheader">Su</div>{short}{PARAGRAPHS}{short}'))
    assert blocks.split("\n\n") == (own := ["Versione 11", "Sommario", "[1] Una nota."]) + SENTENCES + own


# JSON lines.


def test_each_line_of_jsonl_is_a_text(tmp_path: Path) -> None:
    lines = [
        {"id": "uno", "lang": "it", "text": "Ciao.\r\nSì.", "more": [1]},
        {"text": "Hello\u2028there \ud800"},
        {"id": 7, "text": "Fine."},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n".join(map(json.dumps, lines)) + "\n")
    assert read(path, "a.jsonl", "en").texts == (
        Text("a.jsonl#uno", "it", "Ciao.\nSì."),
        Text("a.jsonl#3", "en", "Hello\u2028there \ufffd"),
        Text("a.jsonl#7", "en", "Fine."),
    )


def test_a_bad_line_is_named_and_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Ciao."}\nnot json\n{"text": 3}\n[1]\n' + "[" * 100_000 + '\n{"text": "Fine."}\n')
    reading = read(path, "a.jsonl")
    assert [text.content for text in reading.texts] == ["Ciao.", "Fine."]
    assert [str(problem).split(";")[0] for problem in reading.problems] == [
        "a.jsonl: line 2: not JSON",
        'a.jsonl: line 3: no "text" that is a string',
        "a.jsonl: line 4: no JSON object",
        "a.jsonl: line 5: JSON nested too deep",
    ]


def test_an_id_given_twice_is_told_apart_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "a"}\n{"id": "x", "text": "b"}\n{"id": "2", "text": "c"}\n')
    ids = [text.id for text in read(path, "a.jsonl").texts]
    assert ids[0] == "a.jsonl#x"
    assert len(set(ids)) == 3


# Ids.


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("perché_日本_🎉.txt", "perché_日本_🎉.txt"),
        ("a b\n\t\x1b[31m", r"a b\x0a\x09\x1b[31m"),
        ("a\\n", r"a\\n"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        (os.fsdecode(b"latin1_\xe8"), r"latin1_\xe8"),
        ("\x85\U000e0041", r"\u0085\U000e0041"),
    ],
)
def test_an_id_prints_whatever_the_name_is(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text(st.characters()), st.text(st.characters()))
def test_different_names_have_different_ids(one: str, other: str) -> None:
    assert (printable(one) == printable(other)) == (one == other)
    assert printable(one).isprintable()


def test_markdown_of_nothing_but_brackets_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ReadError, match="too many square brackets"):
        read(path, "a.md")
    path.write_text("[Uno](http://example.org/) e [0, 1) " * 500, encoding="utf-8")
    assert read(path, "a.md").texts[0].content.startswith("Uno e [0, 1) Uno")


def test_a_page_of_one_long_faulty_line_is_read_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<!doctype html {'/' * 200_000}<p>Il treno parte.</p><p>Il museo è aperto.</p>", encoding="utf-8")
    assert read(path, "a.html").texts


def test_a_reference_to_no_character_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><p>Il treno &#{'9' * 8000}; parte &#232; &#x{'f' * 8000}</p></html>", encoding="utf-8")
    assert read(path, "a.html").texts[0].content == "Il treno \ufffd parte è \ufffd"
    huge = f"&#{'9' * 8000};"
    path.write_text(f"<html lang='{huge}'><p class='{huge}'>Il treno parte.</p></html>", encoding="utf-8")
    assert read(path, "a.html").texts[0].content == "Il treno parte."
