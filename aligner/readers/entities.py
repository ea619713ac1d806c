"""HTML's character references, however many digits they have."""

import html
import re

# A number of thousands of digits is more than Python makes an integer of.
_NO_CHARACTER = re.compile(r"&#(?:x[0-9a-f]{9,}+|[0-9]{9,}+);?", re.IGNORECASE)


def unescape(text: str) -> str:
    """The text with the characters that its references name; a number beyond all characters is U+FFFD."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
