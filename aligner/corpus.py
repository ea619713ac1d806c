"""A folder of documents, read: the texts with their languages, and every file that gave none, with the reason."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

import regex

from aligner.document import UNDETERMINED, Document, Sentence, Text
from aligner.errors import CorpusError, MissingExtra, ReadError
from aligner.folding import fold
from aligner.languages import EXCERPT, RELIABLE, Detection, detect, stated
from aligner.layout import Parts, Place, find_places
from aligner.progress import follow
from aligner.readers import READERS, is_page, read, split_suffix
from aligner.readers.ids import printable
from aligner.splitters import Splitter, load

MIN_LETTERS = 120
"""Letters (bytes in UTF-8) from which a text may overrule the language that its folder or name declares."""

MIN_CONFIDENCE = 0.99
"""Confidence from which it may."""

MIN_SHARE = 0.9
"""Share of its letters that must stand in lines of that other language; a page may quote a licence in English."""

SURE = 0.9
"""Confidence below which an undeclared text is taken for the likeliest of the corpus's other languages."""

RESULTS = frozenset({"bitext.tsv", "documents.tsv", "run.json"})
"""A folder that holds these holds what we wrote; so does one with any of these and with what a killed run left."""

_TEMPORARY = regex.compile(r"\.aligner-[0-9a-f]{16}\.tmp")

_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that gave no text; ``is_failure``: it should have, but cannot be read."""

    id: str
    reason: str
    is_failure: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """The texts of a folder.

    ``names`` gives for each text's id the name that it shares with its translations, if names tell anything.
    """

    folder: Path
    texts: tuple[Text, ...]
    names: Mapping[str, str]
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages of the texts, the most frequent first."""
        counts = Counter(text.lang for text in self.texts)
        return tuple(sorted(counts, key=lambda lang: (-counts[lang], lang)))


def read_corpus(folder: Path, langs: Sequence[str] | None = None, *, min_langs: int = 2) -> Corpus:
    """Read every document under a folder.

    A text's language is what its own file says of it (JSON lines), else its folder or file name, else its page
    (``<html lang>``), else what it reads as; a long text that clearly reads as another language than declared is taken
    at its word, with a warning, unless that language has the same text: then it was left untranslated. Symbolic links
    are not followed, special files not opened.

    Args:
        folder: the corpus.
        langs: the languages to keep; all if None.
        min_langs: how many languages there must be.

    Raises:
        CorpusError: no folder, no text in it, or too few languages.
    """
    where = printable(str(folder))
    wanted = None if langs is None else frozenset(_codes(langs))
    if not folder.is_dir():
        found = "not a folder" if folder.exists() else "no such folder"
        raise CorpusError(f"{where}: {found}; name the folder that holds the documents")
    gathering = _Gathering(wanted)
    gathering.gather(folder)
    corpus = gathering.corpus(folder)
    if not corpus.texts:
        raise CorpusError(f"{where}: {_why_empty(corpus.skipped)}; put {' '.join(READERS)} files there")
    if len(corpus.langs) < min_langs:
        raise CorpusError(
            f"{where}: {len(corpus.texts)} documents, all in {', '.join(corpus.langs)}; add documents in another"
            " language, or tell languages by folders such as it/ and en/"
        )
    return corpus


def read_document(
    path: Path | str, lang: str | None = None, splitter: str | Splitter | Callable[[str], Iterable[str]] = "rules"
) -> Document:
    """One file as one document; its language is detected where None is given. A link is followed.

    A file with no suffix that a reader knows, as ``a.it``, is read as plain text.

    Raises:
        ReadError: the file cannot be read, or holds several texts.
        UnknownName: there is no such splitter.
    """
    part = load(splitter)
    text_id = printable(str(path))
    try:
        target = Path(path).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ReadError(f"{text_id}: no such file; check the path") from error
    reading = read(target, text_id, lang or UNDETERMINED)
    if reading.problems:
        raise reading.problems[0]
    if len(reading.texts) != 1:
        raise ReadError(f"{text_id}: {len(reading.texts)} texts; give a file that holds one, or use `align CORPUS`")
    text = reading.texts[0]
    return split(replace(text, lang=stated(text.lang) or detect(text.unmarked).lang), part)


def split(text: Text, splitter: str | Splitter | Callable[[str], Iterable[str]]) -> Document:
    """The text with its sentences.

    Raises:
        UnknownName: there is no such splitter.
    """
    spans = load(splitter).split(text.content, text.lang)
    return Document(text, tuple(Sentence(start, end) for start, end in spans))


def _codes(langs: Iterable[str]) -> Iterator[str]:
    for lang in langs:
        code = stated(lang)
        if code is None:
            raise CorpusError(f"languages: {printable(lang)!r} is no language code; use codes such as it,en")
        yield code


def _why_empty(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "an empty folder"
    examples = "; ".join(f"{skip.id}: {skip.reason}" for skip in skipped[:3])
    more = ", …" if len(skipped) > 3 else ""
    return f"no document that can be read among {len(skipped)} files ({examples}{more})"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A text whose language is not settled yet; ``part`` is what its id adds to the file's, as ``#7``."""

    text: Text
    part: str
    place: Place
    detection: Detection


class _Gathering:
    """What has been read so far."""

    def __init__(self, wanted: frozenset[str] | None) -> None:
        self.wanted = wanted
        self.texts: dict[str, Text] = {}
        self.names: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self.warnings: list[str] = []
        self.unsettled: list[_Draft] = []
        self.overruled: dict[str, str] = {}
        self.pages: list[str] = []

    def gather(self, folder: Path) -> None:
        paths = []
        for path, skip in walk(folder):
            if skip is None:
                paths.append(path)
            else:
                self.skipped.append(skip)
        for path, place in follow(list(zip(paths, find_places(paths), strict=True)), "reading"):
            self._read(folder, path, place)
        self._settle_rest()
        self._restore_untranslated()
        self._fold_pages()

    def corpus(self, folder: Path) -> Corpus:
        ids = sorted(self.texts)
        texts = tuple(self.texts[text_id] for text_id in ids)
        names = _told_apart({text_id: self.names[text_id] for text_id in ids}, texts)
        skipped = tuple(sorted(self.skipped, key=lambda skip: skip.id))
        return Corpus(folder, texts, names, skipped, tuple(sorted(self.warnings)))

    def _read(self, folder: Path, path: Parts, place: Place) -> None:
        text_id = printable("/".join(path))
        try:
            declared = place.lang if place.is_certain and place.lang else UNDETERMINED
            reading = read(folder.joinpath(*path), text_id, declared)
        except (ReadError, MissingExtra) as error:
            self._fail(text_id, error)
            return
        for problem in reading.problems:
            self._fail(text_id, problem)
        for text in reading.texts:
            if not text.content.strip():
                self.skipped.append(Skipped(text.id, "no text"))
            else:
                self._settle(_Draft(text, text.id.removeprefix(text_id), place, detect(text.unmarked)))
        if not reading.texts and not reading.problems:
            self.skipped.append(Skipped(text_id, "no text"))

    def _fail(self, text_id: str, error: ReadError | MissingExtra) -> None:
        self.skipped.append(Skipped(text_id, str(error).removeprefix(f"{text_id}: "), is_failure=True))

    def _settle(self, draft: _Draft) -> None:
        """Keep the draft in its language, or set it aside if that is neither declared nor plain to see."""
        declared = stated(draft.text.lang)
        found = draft.detection
        if declared is not None:
            if _overrules(found, declared, draft.text.unmarked):
                self._keep(draft, found.lang, declared)
            else:
                self._keep(draft, declared)
        elif found.lang != UNDETERMINED and found.confidence >= SURE:
            self._keep(draft, found.lang)
        else:
            self.unsettled.append(draft)

    def _settle_rest(self) -> None:
        """Settle the short and the doubtful among the languages that the corpus is known to hold."""
        langs = sorted(self.wanted or {text.lang for text in self.texts.values()})
        for draft in self.unsettled:
            if draft.place.lang in langs:
                self._keep(draft, draft.place.lang)
                continue
            found = detect(draft.text.unmarked, langs) if langs else draft.detection
            if found.lang == UNDETERMINED:
                reason = "its language cannot be told; put it in a folder named for its language"
                self.skipped.append(Skipped(draft.text.id, reason))
            else:
                self._keep(draft, found.lang)

    def _restore_untranslated(self) -> None:
        """Give a text back the language declared for it where the one that it reads as has the same text.

        Where two of one name were found in each other's place, there is nothing to give back.
        """
        if not self.overruled:
            return
        misplaced = {(self.names[text_id], self.texts[text_id].lang) for text_id in self.overruled}
        originals = _Originals(text for text in self.texts.values() if text.id not in self.overruled)
        for text_id, declared in self.overruled.items():
            text = self.texts[text_id]
            told = f"{text_id}: declared {declared}, reads as {text.lang}"
            is_swapped = (self.names[text_id], declared) in misplaced
            original = "" if is_swapped else originals.of(text, self.names)
            if original:
                self.texts[text_id] = replace(text, lang=declared)
                told += f" like {original}: not translated"
            self.warnings.append(told)

    def _fold_pages(self) -> None:
        self.texts |= {text.id: text for text in fold(self.texts[text_id] for text_id in self.pages)}

    def _keep(self, draft: _Draft, lang: str, declared: str = "") -> None:
        """Take the text in, of this language, although another one was declared if one is given."""
        text = draft.text
        if self.wanted is not None and lang not in self.wanted:
            reason = f"language {lang}, not among {', '.join(sorted(self.wanted))}"
            self.skipped.append(Skipped(text.id, reason))
            return
        text_id = text.id
        while text_id in self.texts:
            text_id += "~"
        self.texts[text_id] = replace(text, id=text_id, lang=lang)
        self.names[text_id] = _name(draft, lang)
        if declared:
            self.overruled[text_id] = declared
        if is_page(text.id):
            self.pages.append(text_id)


def _name(draft: _Draft, lang: str) -> str:
    """The name that a text in this language shares with its translations."""
    place = draft.place
    if draft.part == f"#{draft.text.lang}":
        # One language of a file that holds several: all of them have the file's name.
        return place.plain_name
    return (place.name if place.is_certain or place.lang == lang else place.plain_name) + draft.part


def _told_apart(names: Mapping[str, str], texts: Iterable[Text]) -> dict[str, str]:
    """The names, with the suffix where a language has several texts of one: ``a.txt`` and ``a.docx`` in each folder."""
    counts = Counter((text.lang, names[text.id]) for text in texts)
    shared = {name for (_, name), count in counts.items() if count > 1}
    return {text_id: name + _ending(text_id) if name in shared else name for text_id, name in names.items()}


def _ending(text_id: str) -> str:
    """The suffix of a text's file, with that of its compression."""
    file = text_id.partition("#")[0].rpartition("/")[2]
    return file[len(split_suffix(file)[0]) :].lower()


class _Originals:
    """Texts of which others may be copies under the name of another language."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._lang_of: dict[str, str] = {}
        self._holders: defaultdict[str, list[str]] = defaultdict(list)
        for text in texts:
            self._lang_of[text.id] = text.lang
            for line in _lines(text):
                self._holders[line].append(text.id)

    def of(self, text: Text, names: Mapping[str, str]) -> str:
        """The id of one in the same language that has the text's name, or else most of its lines; empty for none."""
        name, lines = names[text.id], _lines(text)
        alike = [id for id, lang in self._lang_of.items() if lang == text.lang and names[id] == name]
        shared = Counter(id for line in lines for id in self._holders[line] if self._lang_of[id] == text.lang)
        alike += [id for id, n_shared in shared.most_common(1) if n_shared > len(lines) / 2]
        return alike[0] if alike else ""


def _lines(text: Text) -> set[str]:
    return set(filter(None, map(str.strip, text.content.splitlines())))


def _overrules(found: Detection, declared: str, content: str) -> bool:
    """The text reads as another language than declared, beyond doubt and almost throughout."""
    if found.lang == declared or found.confidence < MIN_CONFIDENCE or not {found.lang, declared} <= RELIABLE:
        return False
    sizes: Counter[str] = Counter()
    for line in content[:EXCERPT].splitlines():
        sizes[detect(line, (found.lang, declared)).lang] += _n_letters(line)
    return _n_letters(content[:EXCERPT]) >= MIN_LETTERS and sizes[found.lang] >= MIN_SHARE * sizes.total()


def _n_letters(content: str) -> int:
    return len("".join(_LETTER.findall(content)).encode("utf-8", "replace"))


def temporary_name() -> str:
    """A name for a file while it is being written in a folder that may be a corpus.

    It is short, since the name that the file will have may be as long as the file system allows.
    """
    return f".aligner-{token_hex(8)}.tmp"


def is_temporary(name: str) -> bool:
    """Whether this is such a name: a file that keeps it was left by a killed process, and is no document."""
    return _TEMPORARY.fullmatch(name) is not None


def walk(folder: Path) -> Iterator[tuple[Parts, Skipped | None]]:
    """Every file under the folder, in the order of their names, and why it is none to be read, if so."""
    root = folder.resolve()
    stack: list[Parts] = [()]
    while stack:
        path = stack.pop()
        try:
            with os.scandir(folder.joinpath(*path)) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            reason = f"{error.strerror or error}; check the folder and its permissions"
            yield path, Skipped(f"{printable('/'.join(path))}/", reason, is_failure=True)
            continue
        names = {entry.name for entry in found}
        left = set(filter(is_temporary, names))
        if names >= RESULTS or (left and names & RESULTS):
            yield path, Skipped(f"{printable('/'.join(path))}/", "results of an earlier run")
            continue
        folders = []
        for entry in found:
            if entry.name in left:
                continue
            inner = (*path, entry.name)
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                folders.append(inner)
            else:
                yield inner, _why_not(entry, inner, root)
        stack.extend(reversed(folders))


def _why_not(entry: os.DirEntry[str], path: Parts, root: Path) -> Skipped | None:
    """Why this file is not to be read, as far as its directory entry tells."""
    text_id = printable("/".join(path))
    name = entry.name
    if name.startswith(".") and name.lower() not in READERS:
        return Skipped(text_id, "hidden")
    if entry.is_symlink():
        return _why_not_link(entry, text_id, root)
    suffix = split_suffix(name)[1]
    if suffix and suffix not in READERS:
        return Skipped(text_id, f"no reader for {suffix}")
    return None


def _why_not_link(entry: os.DirEntry[str], text_id: str, root: Path) -> Skipped:
    try:
        target = Path(os.path.realpath(entry.path, strict=True))
    except OSError as error:
        return Skipped(text_id, f"a link that leads nowhere ({error.strerror}); mend or remove it", is_failure=True)
    if not target.is_relative_to(root):
        return Skipped(text_id, "a link out of the corpus is not followed; copy the file", is_failure=True)
    kind = "a link to the folder" if target.is_dir() else "same file as"
    return Skipped(text_id, f"{kind} {printable(target.relative_to(root).as_posix())}")
