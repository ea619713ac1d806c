"""Tags of languages within files, as far as a reader needs them: is this one, and do two name the same language?"""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=1000)
def language(tag: str) -> str | None:
    """The language that a tag names, in the spelling of CLDR: ``it`` for ``it-IT``, ``ita`` and ``ita_Latn``.

    None for what names no language, as most words do.
    """
    try:
        # CLDR takes the likeliest language for "und", which is English.
        return None if tag.lower().startswith("und") else Locale.parse(tag.strip().replace("-", "_")).language
    except (UnknownLocaleError, ValueError):
        return None
