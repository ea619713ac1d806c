"""Subtitles: what the cues say, a sentence that runs over several of them in one piece.

Cues of .srt and .vtt are found here, since pysubs2 takes notes and the names of cues in .vtt for text, and cues with
broken times for the text of those before; .ass it reads well.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pysubs2
import regex

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.entities import unescape
from aligner.readers.flow import FINAL, join
from aligner.readers.plain import decode_text

PAUSE = 1.0
"""Seconds without a cue that end a sentence, unless the next cue goes on in lower case."""

LONG_PAUSE = 5.0
"""Seconds that end it whatever follows."""

ROLL = 0.1
"""Seconds within which captions that roll show the last line again, above the next one."""

MIN_ENDED = 0.05
"""Share of cues with a final mark below which nobody has punctuated, and every cue stands for itself."""

_ARROW = re.compile(r"\s*[\d:.,]+\s*-+>")
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,3})?)"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s|\Z)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[\d:.]+>|\{\\[^{}]*\}")
_DASH = re.compile(r"[-–—‐]")
_LOWER = regex.compile(r"[^\p{L}\p{N}\[(♪#]*\p{Ll}")


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands on the screen from one second to another; a cue whose times are broken has none."""

    lines: tuple[str, ...]
    start: float | None = None
    end: float | None = None


def read(data: bytes, text_id: str, lang: str) -> Iterator[Text | ReadError]:
    """The cues as one text, without times, styles and the names of speakers that are set as tags.

    A block is a line that one speaker says (after a dash), or what goes on over several lines and cues. Where the
    times of a cue are broken, they are told and its text is kept.

    Raises:
        ReadError: the bytes are no text, or no cue is in them.
    """
    content = decode_text(data, text_id)
    cues: list[Cue] = []
    is_vtt = content.lstrip().startswith("WEBVTT")
    for cue in _cues(content.splitlines(), text_id, is_vtt=is_vtt):
        if isinstance(cue, ReadError):
            yield cue
        else:
            cues.append(cue)
    if not cues and content.strip() and not is_vtt:
        raise ReadError(f"{text_id}: no cue with its times; write 00:00:01,000 --> 00:00:02,000 above its text")
    yield Text(text_id, lang, "\n\n".join(blocks(cues)))


_MAX_LINE = 20_000
"""Characters of a line of ``.ass``; pysubs2 takes quadratic time over it."""


def read_ass(data: bytes, text_id: str, lang: str) -> Iterator[Text]:
    """The dialogue of SubStation Alpha as one text, in the order of its times; comments and drawings are left out.

    Raises:
        ReadError: the bytes are no text, or no such file.
    """
    content = decode_text(data, text_id)
    for number, line in enumerate(content.splitlines(), 1):
        if len(line) > _MAX_LINE:
            raise ReadError(f"{text_id}: line {number} has {len(line)} characters; no subtitle does, mend it")
    try:
        with warnings.catch_warnings(action="ignore"):
            events = sorted(pysubs2.SSAFile.from_string(content, format_="ass").get_text_events())
    except Exception as error:  # pysubs2 lets through whatever its parsing meets: ValueError, KeyError, IndexError, …
        raise ReadError(f"{text_id}: no sound SubStation Alpha ({error!r}); save it as .srt") from error
    cues = [Cue(tuple(event.plaintext.splitlines()), event.start / 1000, event.end / 1000) for event in events]
    yield Text(text_id, lang, "\n\n".join(blocks(cues)))


def blocks(cues: Iterable[Cue]) -> Iterator[str]:
    """What the cues say, a sentence that goes on from one to the next in one block."""
    cues = list(_without_repetitions(cues))
    is_punctuated = sum(bool(FINAL.search(cue.lines[-1])) for cue in cues) >= MIN_ENDED * len(cues)
    held: list[str] = []
    before = Cue(())
    for cue in cues:
        if held and not (is_punctuated and _goes_on(before, cue)):
            yield join(held)
            held = []
        for i, line in enumerate(cue.lines):
            if held and i and _DASH.match(line):
                yield join(held)
                held = []
            held.append(line)
        before = cue
    if held:
        yield join(held)


def _without_repetitions(cues: Iterable[Cue]) -> Iterator[Cue]:
    """The cues that have text; of captions that roll, each line once."""
    before, shown = Cue(()), ""
    for cue in cues:
        lines = tuple(filter(None, map(str.strip, cue.lines)))
        has_rolled = len(before.lines) + len(cue.lines) > 2 and _pause(before, cue) < ROLL
        fresh = lines[1:] if has_rolled and lines[:1] == (shown,) else lines
        before, shown = cue, lines[-1] if lines else ""
        if fresh:
            yield replace(cue, lines=fresh)


def _goes_on(before: Cue, cue: Cue) -> bool:
    """Whether a cue goes on with the sentence of the one before."""
    if _DASH.match(cue.lines[0]):
        return False
    pause = _pause(before, cue)
    if _LOWER.match(cue.lines[0]):
        return pause < LONG_PAUSE
    return pause < PAUSE and not FINAL.search(before.lines[-1])


def _pause(before: Cue, cue: Cue) -> float:
    return 0.0 if before.end is None or cue.start is None else cue.start - before.end


def _cues(lines: list[str], text_id: str, *, is_vtt: bool) -> Iterator[Cue | ReadError]:
    """The cues, and before those whose times are broken a ``ReadError``; what stands before the first is no text."""
    times: tuple[float, float] | tuple[()] = ()
    payload: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not _ARROW.match(line):
            if payload is not None:
                payload.append(line)
            continue
        if payload is not None:
            yield Cue(tuple(_payload(payload, is_vtt=is_vtt)), *times)
        payload = []
        found = _TIMES.match(line)
        times = (_seconds(*found.group(1, 2, 3)), _seconds(*found.group(4, 5, 6))) if found else ()
        if not found:
            yield ReadError(f"{text_id}: line {number}: broken times; write 00:00:01,000 --> 00:00:02,000")
    if payload is not None:
        yield Cue(tuple(_payload([*payload, ""], is_vtt=is_vtt)), *times)


def _payload(lines: list[str], *, is_vtt: bool) -> Iterator[str]:
    """The text among the lines from one cue's times to the next's, which the next one's name may stand just above."""
    has_name = len(lines) > 1 and bool(lines[-1].strip()) and (lines[-1].strip().isdigit() or not lines[-2].strip())
    for line in lines[: len(lines) - has_name]:
        # In .vtt an empty line ends the text, and notes may follow; in .srt it is a blemish that is often met.
        if is_vtt and not line:
            return
        text = _TAG.sub("", line)
        yield unescape(text) if is_vtt else text


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(seconds.replace(",", "."))
