"""Sentences by rules: one expression finds what may end a sentence, a language's table decides.

A full stop ends a sentence unless what stands before it is an abbreviation; a lower-case word never opens one, so that
a reporting clause stays with its quotation. Languages differ in their tables only (``data/<lang>.toml``, on top of
``data/default.toml``); a language without a table has the default one. Time is linear in the text.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise
from typing import Any, ClassVar, NamedTuple

import regex

MAX_SENTENCE = 3000
"""Characters; what runs on without any terminator is cut at white space before this."""

MIN_WIDTH, MAX_WIDTH = 30, 110
"""Characters: the right margin of hard-wrapped text lies between these."""

_FULL = 0.8  # of the width: a line that would be longer than this with the next word was wrapped, a shorter one ended
_SAMPLE = 1000  # lines that tell whether a text is hard-wrapped
_ABBREVIATION = 32  # characters: longer than any abbreviation
_ASIDE = 400  # characters: how far back the opening bracket of an aside may lie

_SOFT = ".!?…‽⁇⁈⁉؟"  # end a sentence where white space follows
_HARD = "。！？｡।॥۔።፧։။៕"  # end it whatever follows
_CLOSING = r"""["'”’»›“‘«)\]}」』】）〉》*_]"""
_OPENING = r"""["'`“”‘’«»„‚‹›(\[{（「『【《〈¿¡—–\-•·*_#>]"""
_QUOTES = frozenset("\"'”’»›“‘«」』")
_THIN = r"[ \xa0\u202f]"  # what stands in "? !" and ". . ."
_IDEOGRAPH = r"[\p{Han}\p{Hiragana}\p{Katakana}]"

_NEWLINE = regex.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What makes a sentence one: a letter, a digit, an emoji. Box drawing and geometric shapes are ornaments.
_WORDY = regex.compile(r"[[\p{L}\p{N}\p{M}\p{So}]--[\u2500-\u25ff]]", regex.V1)
_FOLLOWING = regex.compile(
    rf"(?P<opening>(?:{_OPENING}|\s)*+)(?P<word>\p{{L}}[\p{{L}}\p{{M}}]*+|\p{{N}}++|.|)(?P<after>\.?)", regex.DOTALL
)
# A lower-case word that is no name (iPhone) and, after an apostrophe, no clipped one (Dutch 's Avonds).
_LOWER = regex.compile(r"\p{Ll}(?!\p{Ll}*\p{Lu})(?!(?<=['’`]\p{Ll})\s\p{Lu})")
_INSIDE = regex.compile(r"[,;:!?)\]}%،؛、，；：]")  # goes on with a sentence, never opens one
_LAST_WORD = regex.compile(r"(?:[\p{L}\p{M}]+\.-?)*[\p{L}\p{M}\p{N}]+$")
# A letter after a number or degree sign is a unit (800 m, 37 °C), else a single one is an initial.
_MEASURE = regex.compile(r"(?<=\d\s?|°)")
_INITIAL = regex.compile(r"(?<!['’])[\p{Lu}a-zа-юα-ω\p{Arabic}\p{Hebrew}]")
_NUMERAL = regex.compile(r"\p{N}|[IVXLC]+(?![\p{L}'’])")
_FINAL = regex.compile(rf"(?r)[{_SOFT}{_HARD}:]{_CLOSING}*")
_BULLET = regex.compile(r"[-*+•·▪◦‣–—]\s|#{1,6}\s")
_NUMBERED = regex.compile(r"[(\[]?(?:\d{1,3}|[a-zA-Z])[.)\]]\s")
_FIRST_WORD = regex.compile(rf"{_IDEOGRAPH}|\S{{1,25}}")
_SPACE = regex.compile(r"(?r)[\s、，；：]")


@dataclass(frozen=True, slots=True)
class Table:
    """What the rules know of one language; words are in lower case, those in capitals are met in capitals only.

    Abbreviations: ``titles`` never end a sentence, ``numbers`` only where no number follows, ``undecided`` only where
    one of the ``starters`` follows, ``years`` likewise or once the sentence is long enough to be one. A starter
    ``-mente`` is the ending of starters; ``particles`` are starters that are parts of names too, and say nothing after
    an initial. ``ordinals`` says that a number with a full stop counts (German ``3. Oktober``).
    """

    titles: frozenset[str]
    numbers: frozenset[str]
    undecided: frozenset[str]
    years: frozenset[str]
    starters: frozenset[str]
    endings: tuple[str, ...]
    particles: frozenset[str]
    ordinals: bool
    mark: "regex.Pattern[str]"
    """A sentence so far that is but a mark of counting: ``1.``, ``Capitolo 2.``"""
    candidate: "regex.Pattern[str]"
    """What may end a sentence."""
    reporting: "regex.Pattern[str]"
    """A clause with a capital that belongs to the quoted question before it: ``"Why?" Smith asked``."""
    continuation: "regex.Pattern[str]"
    """What goes on after a closing quotation mark, in scripts without case."""

    def opens(self, word: str) -> bool:
        """Whether this word, with a capital, opens sentences rather than goes on in a name."""
        lower = word.lower()
        return word[:1].isupper() and (lower in self.starters or lower.endswith(self.endings))


@cache
def table(lang: str) -> Table:
    """The table of this language (``it``), on top of the default one."""
    folder = files("aligner.splitters") / "data"
    tables = [
        tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("default", lang)
        if name.isalpha() and (folder / f"{name}.toml").is_file()
    ]

    def words(key: str) -> frozenset[str]:
        return frozenset(word for table in tables for word in table.get(key, "").split())

    starters = words("starters")
    return Table(
        titles=words("titles"),
        numbers=words("numbers"),
        undecided=words("undecided"),
        years=words("years"),
        starters=starters,
        endings=tuple(word[1:] for word in starters if word.startswith("-")),
        particles=words("particles"),
        ordinals=any(table.get("ordinals", False) for table in tables),
        mark=regex.compile(
            rf"[(\[]?(?:(?:(?:{_either(words('parts'))})\s)?(?:\d{{1,3}}\.)*\d{{1,3}}|\p{{L}}|[IVXLC]{{1,6}})", regex.I
        ),
        candidate=_candidate(words("terminators"), words("last"), words("first")),
        reporting=regex.compile(
            rf"(?:\p{{Lu}}[\p{{L}}\p{{M}}.'’-]{{0,30}}+\s){{0,4}}(?:{_either(words('reporting'))})\b"
            rf"(?![^.!?]{{0,40}}[,:]\s?[\"“«„])"
        ),
        continuation=regex.compile(
            rf"(?:{_either(words('continuations'))})|[^，。！？；：、“”「」\s]{{0,12}}?(?:{_either(words('verbs'))})"
        ),
    )


def _either(words: frozenset[str]) -> str:
    return "|".join(sorted(map(regex.escape, words), key=len, reverse=True)) or r"(?!)"


def _candidate(terminators: frozenset[str], last: frozenset[str], first: frozenset[str]) -> "regex.Pattern[str]":
    """What may end a sentence: a run of terminators, what closes after it, and the white space up to the next word.

    ``last`` and ``first`` are words that end and open sentences where the script has no terminators (Thai). Runs are
    possessive and start only where none goes before, which keeps hostile runs linear.
    """
    soft = regex.escape(_SOFT + "".join(terminators))
    close = rf"(?:{_CLOSING}|\s?»(?![\p{{L}}\p{{N}}])|\[\d{{1,3}}\]|[¹²³⁴-⁹])*+"
    run = rf"[{soft}]++(?:{_THIN}[.!?]++(?!\w))*+"
    at_start = rf"(?<![{soft}]|[.!?]{_THIN}(?=[.!?]++(?!\w)))"
    patterns = [
        rf"{at_start}(?P<term>{run})(?P<close>{close})(?:(?P<gap>\s++)|(?={_IDEOGRAPH}))",
        rf"(?P<hard>[{_HARD}][{_HARD}{soft}]*+)(?P<shut>{close})\s*+",
    ]
    if last or first:
        patterns.append(rf"(?<={_either(last)})\s++|\s++(?={_either(first)})")
    return regex.compile("|".join(patterns))


@dataclass(frozen=True, slots=True)
class RuleSplitter:
    """Our splitter: every paragraph and heading ends a sentence, and within them terminators do."""

    name: ClassVar[str] = "rules"

    def split(self, content: str, lang: str) -> list[tuple[int, int]]:
        """The sentences' spans; only text without any letter, digit or emoji is outside of them."""
        rules = table(lang.replace("_", "-").partition("-")[0].lower())
        return [span for start, end in _paragraphs(content) for span in _sentences(content, start, end, rules)]


class _Line(NamedTuple):
    """A line that is not blank, stripped, and whether a blank one goes before it."""

    start: int
    end: int
    after_blank: bool


def _paragraphs(content: str) -> Iterator[tuple[int, int]]:
    """Where a sentence cannot go on: one line each, or in hard-wrapped text one or more."""
    lines = _lines(content)
    width = _wrap_width(content, lines)
    if not lines:
        return
    start = lines[0].start
    for line, following in pairwise(lines):
        if width is None or not _flows(content, line, following, width):
            yield start, line.end
            start = following.start
    yield start, lines[-1].end


def _lines(content: str) -> list[_Line]:
    lines = []
    start = 0
    after_blank = True
    for newline in [*_NEWLINE.finditer(content), None]:
        span = _strip(content, start, newline.start() if newline else len(content))
        if span:
            lines.append(_Line(*span, after_blank))
        after_blank = not span
        start = newline.end() if newline else len(content)
    return lines


def _strip(content: str, start: int, end: int) -> tuple[int, int] | None:
    piece = content[start:end]
    stripped = piece.lstrip()
    start += len(piece) - len(stripped)
    return (start, start + len(stripped.rstrip())) if stripped else None


def _wrap_width(content: str, lines: Sequence[_Line]) -> int | None:
    """The width in characters that the text is wrapped at; None where every newline ends a paragraph.

    Wrapped lines reach the margin (the next line's first word would not have fitted), seldom end in a terminator, and
    the next one often begins in lower case.
    """
    joints = list(islice((joint for joint in pairwise(lines) if not _is_item(content, joint[1])), _SAMPLE))
    if not joints:
        return None
    lengths = sorted(line.end - line.start for line, _ in joints)
    width = lengths[len(lengths) * 9 // 10]
    full = sum(_reach(content, line, following) > _FULL * width for line, following in joints)
    unended = sum(not _FINAL.match(content, line.start, line.end) for line, _ in joints)
    first = [content[following.start] for _, following in joints]
    lower, upper = sum(map(str.islower, first)), sum(map(str.isupper, first))
    flowing = lower >= 0.3 * len(joints) or (lower + upper < 0.3 * len(joints) and len(joints) >= 3)
    evenly = full >= 0.7 * len(joints) and unended >= 0.5 * len(joints)
    return width if MIN_WIDTH <= width <= MAX_WIDTH and evenly and flowing else None


def _is_item(content: str, line: _Line) -> bool:
    """Whether nothing can flow into this line: it begins a paragraph or is an item of a list."""
    return line.after_blank or any(mark.match(content, line.start) for mark in (_BULLET, _NUMBERED))


def _reach(content: str, line: _Line, following: _Line) -> int:
    """How long the line would be with the next one's first word."""
    word = _FIRST_WORD.match(content, following.start, following.end)
    return line.end - line.start + 1 + (len(word[0]) if word else 0)


def _flows(content: str, line: _Line, following: _Line, width: int) -> bool:
    """Whether hard-wrapped text goes on from one line to the next."""
    if following.after_blank or content[line.start] == "#" or _BULLET.match(content, following.start):
        return False
    full = _reach(content, line, following) > _FULL * width
    if _NUMBERED.match(content, following.start):
        return full and not _FINAL.match(content, line.start, line.end)
    return full or content[following.start].islower()


def _sentences(content: str, start: int, end: int, rules: Table) -> Iterator[tuple[int, int]]:
    """The sentences of one paragraph."""
    held: tuple[int, int] | None = None
    word = _WORDY.search(content, start, end)
    for candidate in rules.candidate.finditer(content, start, end):
        if not word:
            break
        stop = candidate.end()
        if word.start() < stop < end and _ends(content, start, end, candidate, rules):
            if held:
                yield from _bounded(content, *held)
            held = start, stop
            start = stop
            word = _WORDY.search(content, start, end)
    if held and not word:
        held, start = (held[0], end), end
    if held:
        yield from _bounded(content, *held)
    yield from _bounded(content, start, end)


def _bounded(content: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence itself, or its pieces of at most ``MAX_SENTENCE`` characters."""
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE:
            space = _SPACE.search(content, start + 1, start + MAX_SENTENCE)
            stop = space.end() if space else start + MAX_SENTENCE
        span = _strip(content, start, stop)
        if span and _WORDY.search(content, *span):
            yield span
        start = stop


def _ends(content: str, start: int, end: int, candidate: Any, rules: Table) -> bool:
    """Whether the sentence from ``start`` on ends at this candidate."""
    term, hard = candidate["term"], candidate["hard"]
    if term is None and hard is None:
        return True
    closing = candidate["close"] or candidate["shut"] or ""
    quoted = not _QUOTES.isdisjoint(closing)
    if quoted and rules.continuation.match(content, candidate.end(), end):
        return False
    if hard:
        return True
    following: Any = _FOLLOWING.match(content, candidate.end(), end)  # matches everywhere
    first = following.start("word")
    if _LOWER.match(content, first, end) or _INSIDE.match(content, candidate.end(), end):
        return False
    if candidate["gap"] is None:
        return not set(term) <= set(".…")
    stop = candidate.start()
    if stop > start and content[stop - 1] in "([":
        return False
    if term == ".":
        return quoted or not _abbreviates(content, start, stop, following, rules)
    if quoted:
        return rules.opens(following["word"]) or "." in term or not rules.reporting.match(content, first, end)
    return ")" not in closing or rules.opens(following["word"]) or not _is_aside(content, start, stop)


def _is_aside(content: str, start: int, stop: int) -> bool:
    """Whether the bracket that closes here was opened within the sentence: ``the (late!) Mr Smith``."""
    return content.rfind("(", max(start + 1, stop - _ASIDE), stop) > 0


def _abbreviates(content: str, start: int, stop: int, following: Any, rules: Table) -> bool:
    """Whether the full stop at ``stop`` belongs to an abbreviation, an initial or a number, and nothing more."""
    if stop - start <= _ABBREVIATION and rules.mark.fullmatch(content, start, stop):
        return True
    found = _LAST_WORD.search(content, max(start, stop - _ABBREVIATION), stop)
    if not found:
        return False
    word = found[0]
    key = word if word.isupper() else word.lower()
    opens = rules.opens(following["word"]) and not following["after"]
    if word.isnumeric():
        return rules.ordinals and (len(word) <= 3 or following["word"].isnumeric()) and not opens
    if key in rules.titles:
        return True
    if key in rules.numbers:
        return not following["opening"] and _NUMERAL.match(content, following.start("word")) is not None
    if key in rules.years:
        return not opens and stop - start < 25
    measures = _MEASURE.match(content, found.start()) and not following["after"]
    if len(word) == 1 and not measures and _INITIAL.match(content, found.start()):
        return not opens or following["word"].lower() in rules.particles
    return (key in rules.undecided or _is_acronym(word)) and not opens


def _is_acronym(word: str) -> bool:
    """``U.S``, ``S.p.A``, but not ``example.org``."""
    return "." in word and all(len(part) <= 2 for part in word.split("."))
