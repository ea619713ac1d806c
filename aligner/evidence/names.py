"""Names, acronyms and words that stay the same in all languages."""

import re
import unicodedata

from aligner.evidence.locales import tables
from aligner.evidence.mention import Mention

_CAPITALISED = re.compile(r"[^\W\d_][\w'’-]*")
_CODE = re.compile(r"`([^`\s][^`]*)`|\b[\w-]+(?:[./][\w-]+)*\.[a-z]{2,4}\b")


def names(text: str, lang: str) -> list[Mention]:
    """The names of a text, word by word, in order; a sentence's first word only where CLDR knows it."""
    known = tables(lang).names
    found = [Mention("word", match[1] or match[0], match.span()) for match in _CODE.finditer(text)]
    taken = [mention.span for mention in found]
    for index, match in enumerate(_CAPITALISED.finditer(text)):
        word = match[0].removesuffix("'s").removesuffix("’s")
        span = (match.start(), match.start() + len(word))
        if any(start < span[1] and span[0] < end for start, end in taken):
            continue
        if len(word) > 2 and (code := known.get(word.casefold())):
            found.append(Mention("name", code, span))
        elif word.isupper() and 1 < len(word) < 7:
            found.append(Mention("acronym", _folded(word), span))
        elif index and word[0].isupper() and len(word) > 2:
            found.append(Mention("name", _folded(word), span))
    return found


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
