"""Lines that are but one line cut up, put together again."""

from collections.abc import Iterable

import regex

# Scripts without a space between words; Korean has one.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u3000-\u303f\uff01-\uff60]"
_NO_SPACE = regex.compile(rf"(?<={_UNSPACED}) (?={_UNSPACED})")

FINAL = regex.compile(r"(?r)[.!?…‽؟。！？｡।॥۔።።៕♪][\"'”’»›“」』)\]}*_]*\Z|[\])]\Z")
"""What a sentence may end in."""


def join(lines: Iterable[str]) -> str:
    """The lines in one, with a space where the script has one between words."""
    joined = " ".join(filter(None, map(str.strip, lines)))
    return _NO_SPACE.sub("", joined)
