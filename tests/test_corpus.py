"""Corpora: what is found in a folder, in which language, and why the rest is not."""

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from aligner.corpus import read_corpus, read_document, split
from aligner.document import Sentence, Text
from aligner.errors import CorpusError, ReadError, UnknownName

ITALIAN = (
    "Il treno per Bologna parte alle sette dal binario tre. La signora ha perso l'ombrello verde. Perché nessuno ha"
    " chiuso la finestra? Il museo è aperto tutti i giorni, tranne il lunedì. Così finì la storia.\n"
)
ENGLISH = (
    "The train to Bologna leaves at seven from platform three. The lady has lost her green umbrella. Why did nobody"
    " close the window? The museum is open every day except Monday. So the story ended.\n"
)
GERMAN = (
    "Der Zug nach Bologna fährt um sieben Uhr von Gleis drei ab. Die Frau hat ihren grünen Regenschirm verloren. Das"
    " Museum ist täglich außer montags geöffnet. So endete die Geschichte.\n"
)
TEXTS = {"it": ITALIAN, "en": ENGLISH, "de": GERMAN}


def write(folder: Path, *names: str) -> Path:
    """The folder with these files, each as ``name=lang``."""
    for pair in names:
        name, lang = pair.rsplit("=", 1)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXTS[lang], encoding="utf-8")
    return folder


def langs(folder: Path) -> dict[str, str]:
    return {text.id: text.lang for text in read_corpus(folder).texts}


def reasons(folder: Path) -> dict[str, str]:
    return {skip.id: skip.reason for skip in read_corpus(folder).skipped}


# Layouts.


@pytest.mark.parametrize(
    "names",
    [
        ("it/a.txt=it", "en/a.html=en"),
        ("a.it.txt=it", "a.en.txt=en"),
        ("a_it.txt=it", "a_en.md=en"),
        ("a-it-IT.txt=it", "a.en.txt=en"),
        ("docs/it/x/a.md=it", "docs/en/x/a.md=en"),
        ("ita_Latn/a=it", "eng_Latn/a=en"),
        ("ita/a=it", "eng/a=en"),
        ("it/a.it.html=it", "en/a.en.html=en"),
        ("it/a.it.txt=it", "en/a.it.txt=en"),
        ("it.txt=it", "en.txt=en"),
        ("x/it.txt=it", "x/en.txt=en"),
        ("a.md=en", "a.it.md=it"),
        ("it/a.txt.GZ=it", "en/a.TXT=en"),
    ],
)
def test_a_layout_tells_languages_and_names(names: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, *names)
    for path in tmp_path.rglob("*.GZ"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    corpus = read_corpus(tmp_path)
    assert [(text.id, text.lang) for text in corpus.texts] == sorted(tuple(name.split("=")) for name in names)
    assert len(set(corpus.names.values())) == 1
    assert corpus.warnings == ()


def test_a_flat_folder_is_told_by_its_texts(tmp_path: Path) -> None:
    write(tmp_path, "uno.txt=it", "one.txt=en", "eins.txt=de")
    assert langs(tmp_path) == {"uno.txt": "it", "one.txt": "en", "eins.txt": "de"}


def test_words_that_are_codes_too_are_believed_only_if_the_text_agrees(tmp_path: Path) -> None:
    write(tmp_path, "how_to.txt=en", "what_is.txt=en", "mon/a.txt=en", "cosa_it.txt=it", "to/b.txt=it")
    corpus = read_corpus(tmp_path)
    assert Counter(text.lang for text in corpus.texts) == {"en": 3, "it": 2}
    assert corpus.names["how_to.txt"] == "how_to"
    assert corpus.names["mon/a.txt"] == "mon/a"
    assert corpus.names["cosa_it.txt"] == "cosa"


def test_jsonl_tells_the_language_of_each_text(tmp_path: Path) -> None:
    (tmp_path / "it.jsonl").write_text('{"id": "1", "lang": "ita", "text": "Sì."}\n{"id": "2", "text": "No."}\n')
    (tmp_path / "en.jsonl").write_text('{"id": "1", "text": "Yes."}\n{"id": "2", "text": " "}\n')
    corpus = read_corpus(tmp_path)
    assert langs(tmp_path) == {"it.jsonl#1": "it", "it.jsonl#2": "it", "en.jsonl#1": "en"}
    assert corpus.names["it.jsonl#1"] == corpus.names["en.jsonl#1"] != corpus.names["it.jsonl#2"]
    assert reasons(tmp_path) == {"en.jsonl#2": "no text"}


def test_a_hash_in_a_file_name_is_part_of_the_name(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path, "it/a#b.txt=it", "en/a#b.md=en"))
    assert set(corpus.names.values()) == {"a#b"}


def test_a_short_text_counts_among_the_languages_of_the_corpus(tmp_path: Path) -> None:
    write(tmp_path, "a.txt=it", "b.txt=en")
    (tmp_path / "c.txt").write_text("casa")
    assert langs(tmp_path)["c.txt"] in {"it", "en"}


# Languages.


def test_a_long_text_overrules_its_folder_with_a_warning(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path, "it/a.txt=it", "en/a.txt=en", "it/b.txt=de"))
    assert corpus.texts[2] == Text("it/b.txt", "de", GERMAN)
    assert corpus.warnings == ("it/b.txt: declared it, reads as de",)


def test_a_short_text_does_not(tmp_path: Path) -> None:
    write(tmp_path, "it/a.txt=it", "en/a.txt=en")
    (tmp_path / "it/b.txt").write_text("The end.")
    assert langs(tmp_path)["it/b.txt"] == "it"


def test_a_language_that_the_identifier_confuses_is_believed(tmp_path: Path) -> None:
    write(tmp_path, "nb/a.txt=en", "en/a.txt=en")
    assert langs(tmp_path)["nb/a.txt"] == "no"


def test_langs_restrict_and_the_rest_is_listed(tmp_path: Path) -> None:
    corpus = read_corpus(write(tmp_path, "it/a.txt=it", "en/a.txt=en", "de/a.txt=de"), ["it", "eng"])
    assert corpus.langs == ("en", "it")
    assert [(skip.id, skip.reason) for skip in corpus.skipped] == [("de/a.txt", "language de, not among en, it")]


def test_a_text_without_letters_has_no_language(tmp_path: Path) -> None:
    write(tmp_path, "a.txt=it", "b.txt=en")
    (tmp_path / "c.txt").write_text("😀 123")
    assert reasons(tmp_path)["c.txt"].startswith("its language cannot be told")


# Files that hold several languages.


MEMORY = "".join(
    f'<tu><tuv xml:lang="it-IT"><seg>{italian}.</seg></tuv><tuv xml:lang="en"><seg>{english}.</seg></tuv></tu>'
    for italian, english in zip(ITALIAN.split(". "), ENGLISH.split(". "), strict=False)
)
MEMORY = f"<tmx version='1.4'><header/><body>{MEMORY}</body></tmx>"


def test_a_translation_memory_is_a_pair_of_documents_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "a.tmx").write_text(MEMORY)
    corpus = read_corpus(tmp_path)
    assert langs(tmp_path) == {"a.tmx#en": "en", "a.tmx#it-IT": "it"}
    assert corpus.names == {"a.tmx#en": "a", "a.tmx#it-IT": "a"}


def test_of_several_languages_that_of_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, "it/b.txt=it", "en/b.txt=en")
    for lang in ("it", "en"):
        (tmp_path / lang / "a.tmx").write_text(MEMORY)
    corpus = read_corpus(tmp_path)
    assert langs(tmp_path) == {"en/a.tmx": "en", "en/b.txt": "en", "it/a.tmx": "it", "it/b.txt": "it"}
    assert corpus.names["it/a.tmx"] == corpus.names["en/a.tmx"] == "a"


def test_a_file_named_for_one_language_ties_all_that_it_holds(tmp_path: Path) -> None:
    (tmp_path / "messages.it.csv").write_text(f'it,en\n"{ITALIAN}","{ENGLISH}"\n')
    assert set(read_corpus(tmp_path).names.values()) == {"messages.it"}


def test_lists_of_files_are_no_documents(tmp_path: Path) -> None:
    write(tmp_path, "it/a.txt=it", "en/a.txt=en")
    (tmp_path / "pairs.tsv").write_text("it/a.txt\ten/a.txt\n")
    (tmp_path / "gold.tsv").write_text("it\ten\nit/a.txt\ten/a.txt\n")
    assert reasons(tmp_path) == {"pairs.tsv": "no text", "gold.tsv": "no text"}


def test_a_file_whose_reader_is_not_installed_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None)
    write(tmp_path, "it/a.txt=it", "en/a.txt=en", "en/b.pdf=en")
    (skip,) = read_corpus(tmp_path).skipped
    assert (skip.id, skip.is_failure) == ("en/b.pdf", True)
    assert skip.reason == "reader '.pdf': needs pypdfium2; run: pip install 'aligner[pdf]'"


# What is not read.


def test_every_file_that_gives_nothing_is_listed_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, "it/a.txt=it", "en/a.txt=en", "it/.hidden.txt=it", "it/.git/x.txt=it", "it/a.xyz=it")
    (tmp_path / "it/blank.txt").write_text(" \n\u3000")
    (tmp_path / "it/blank.jsonl").write_text("\n")
    (tmp_path / "it/picture.txt").write_bytes(bytes(range(256)) * 9)
    os.mkfifo(tmp_path / "it/fifo.txt")
    corpus = read_corpus(tmp_path)
    assert [(skip.id, skip.reason, skip.is_failure) for skip in corpus.skipped] == [
        ("it/.git", "hidden", False),
        ("it/.hidden.txt", "hidden", False),
        ("it/a.xyz", "no reader for .xyz", False),
        ("it/blank.jsonl", "no text", False),
        ("it/blank.txt", "no text", False),
        ("it/fifo.txt", "a FIFO; only regular files are read", True),
        ("it/picture.txt", "binary data, no text; take it out of the corpus", True),
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder = write(tmp_path / "corpus", "it/a.txt=it", "en/a.txt=en")
    outside = write(tmp_path / "outside", "b.txt=it")
    for name, target in (
        ("inside.txt", "a.txt"),
        ("out.txt", outside / "b.txt"),
        ("out", outside),
        ("parent", ".."),
        ("dangling.txt", "nowhere"),
        ("loop.txt", "loop.txt"),
        ("zero.txt", "/dev/zero"),
    ):
        (folder / "it" / name).symlink_to(target)
    assert set(langs(folder)) == {"it/a.txt", "en/a.txt"}
    found = reasons(folder)
    assert found["it/inside.txt"] == "same file as it/a.txt"
    assert found["it/parent"] == "a link to the folder ."
    assert all(found[f"it/{name}"].startswith("a link out of the corpus") for name in ("out", "out.txt", "zero.txt"))
    assert all(found[f"it/{name}"].startswith("a link that leads nowhere") for name in ("dangling.txt", "loop.txt"))


def test_a_bad_line_is_listed_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, "it/a.txt=it", "en/a.txt=en")
    (tmp_path / "it/b.jsonl").write_text('{"text": "Ciao."}\nnot json\n')
    corpus = read_corpus(tmp_path)
    assert "it/b.jsonl#1" in corpus.names
    assert corpus.skipped[0].id == "it/b.jsonl"
    assert corpus.skipped[0].reason.startswith("line 2: not JSON")
    assert corpus.skipped[0].is_failure


def test_deep_folders_are_walked(tmp_path: Path) -> None:
    deep = "/".join(["deep"] * 60)
    write(tmp_path, f"it/{deep}/a.txt=it", f"en/{deep}/a.txt=en", "it/foo.txt/b.txt=it")
    corpus = read_corpus(tmp_path)
    assert len(corpus.texts) == 3
    assert corpus.names[f"it/{deep}/a.txt"] == f"{deep}/a"


def test_ids_print_whatever_the_names_are(tmp_path: Path) -> None:
    write(tmp_path, "it/new\nline.txt=it", "it/a\\b.txt=it", "en/\u202ea.txt=en")
    (tmp_path / "it" / os.fsdecode(b"\xe8.txt")).write_text(ITALIAN)
    assert set(langs(tmp_path)) == {r"it/new\x0aline.txt", r"it/a\\b.txt", r"en/\u202ea.txt", r"it/\xe8.txt"}


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, "it/b.txt=it", "it/a.txt=it", "en/c.txt=en", "x/y.txt=de")
    assert read_corpus(tmp_path) == read_corpus(tmp_path)


# What cannot be used at all.


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"/nowhere: no such folder; name the folder"):
        read_corpus(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(CorpusError, match=r"/file: not a folder; "):
        read_corpus(tmp_path / "file")


def test_a_folder_without_documents_says_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"an empty folder; put \.txt"):
        read_corpus(tmp_path)
    (tmp_path / "a.xyz").touch()
    with pytest.raises(CorpusError, match=r"among 1 files \(a\.xyz: no reader for .xyz\); put "):
        read_corpus(tmp_path)


def test_one_language_is_too_few_unless_it_is_enough(tmp_path: Path) -> None:
    write(tmp_path, "a.txt=it", "b.txt=it")
    with pytest.raises(CorpusError, match="2 documents, all in it; add documents in another language"):
        read_corpus(tmp_path)
    assert read_corpus(tmp_path, min_langs=1).langs == ("it",)


def test_a_wrong_language_code_is_told_first(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="'english' is no language code"):
        read_corpus(tmp_path / "nowhere", ["it", "english"])


# One document.


def test_a_document_is_read_and_split(tmp_path: Path) -> None:
    write(tmp_path, "a.txt=it")
    document = read_document(tmp_path / "a.txt", None, "rules")
    assert (document.lang, len(document)) == ("it", 5)
    assert document.sentence_texts()[0] == "Il treno per Bologna parte alle sette dal binario tre."


def test_a_document_read_by_lines_keeps_blank_ones(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"uno\r\n\r\ndue\r\n")
    (tmp_path / "link.txt").symlink_to("a.txt")
    assert read_document(tmp_path / "link.txt", "ita", "lines").sentence_texts() == ["uno", "", "due"]
    assert read_document(tmp_path / "a.txt", "ita", "lines").lang == "it"


def test_a_document_that_is_none_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file; check the path"):
        read_document(tmp_path / "a.txt", "it", "lines")
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n')
    with pytest.raises(ReadError, match="2 texts; give a file that holds one"):
        read_document(tmp_path / "a.jsonl", "it", "lines")
    (tmp_path / "b.jsonl").write_text('{"text": "a"}\nx\n')
    with pytest.raises(ReadError, match="line 2: not JSON"):
        read_document(tmp_path / "b.jsonl", "it", "lines")


def test_the_splitter_is_known_before_the_file_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="splitter 'nonesuch'"):
        read_document(tmp_path / "nowhere.txt", "it", "nonesuch")


def test_any_function_splits_a_text() -> None:
    document = split(Text("a", "it", "uno. due."), lambda content: content.split(" "))
    assert document.sentences == (Sentence(0, 4), Sentence(5, 9))


# Real sets.


@pytest.mark.parametrize(
    ("name", "counts", "n_warnings"),
    [
        ("docs/debian-faq", {"it": 17, "en": 17}, 0),
        ("docs/installation-guide", {"it": 84, "en": 84}, 0),
        # Two pages under de/ and fr/ are marked as untranslated in their front matter.
        ("docs/opensource-guide", {"en": 13, "it": 12, "es": 12, "zh": 12, "de": 12, "fr": 12}, 2),
        ("docs/formats", {"it": 11, "en": 11}, 0),
        ("docpair/ddtp-it-en", {"it": 700, "en": 900}, 0),
        ("docpair/ddtp-families-it-en", {"it": 200, "en": 200}, 0),
    ],
)
def test_real_sets_are_read_in_their_languages(
    name: str, counts: dict[str, int], n_warnings: int, shared: Path
) -> None:
    corpus = read_corpus(shared / "data" / name)
    assert Counter(text.lang for text in corpus.texts) == counts
    assert len(corpus.warnings) == n_warnings
    assert not [skip for skip in corpus.skipped if skip.is_failure]


def test_one_guide_reads_alike_in_every_format(shared: Path) -> None:
    corpus = read_corpus(shared / "data" / "docs" / "formats")
    contents = {text.id: text.content for text in corpus.texts}
    for lang in ("it", "en"):
        plain = contents[f"{lang}/guide.txt"]
        assert contents[f"{lang}/guide.txt.gz"] == plain
        assert contents[f"{lang}/guide-utf16.txt"].split() == plain.split()
        blocks = plain.strip().split("\n\n")
        kept = contents[f"{lang}/guide.html"].split("\n\n")
        assert sum(block in kept for block in blocks) >= 0.95 * len(blocks)


@pytest.mark.parametrize(
    ("page", "first", "n_blocks"),
    [
        ("installation-guide/it/apas01.html", "A.1. Preliminari", 2),
        ("installation-guide/it/apa.html", "Appendice A. Installation Howto", 2),
        ("debian-faq/it/kernel.it.html", "Capitolo 10. Debian e il kernel", None),
    ],
)
def test_real_pages_keep_their_text_without_navigation(
    page: str, first: str, n_blocks: int | None, shared: Path
) -> None:
    blocks = read_document(shared / "data" / "docs" / page, "it").text.content.replace("\xa0", " ").split("\n\n")
    assert blocks[0] == first
    assert not {"Indice", "Indietro", "Avanti", "Partenza"} & set(blocks)
    assert n_blocks is None or len(blocks) == n_blocks


def test_texts_of_one_name_and_several_suffixes_are_told_apart_by_these(tmp_path: Path) -> None:
    for lang, text in {"it": "Il treno per Bologna parte alle sette.", "en": "The train leaves at seven."}.items():
        (tmp_path / lang).mkdir()
        for name in ("a.txt", "a.md", "b.txt"):
            (tmp_path / lang / name).write_text(text)
    assert read_corpus(tmp_path).names == {
        f"{lang}/{name}": name.removesuffix(".txt") if name == "b.txt" else name
        for lang in ("it", "en")
        for name in ("a.txt", "a.md", "b.txt")
    }
