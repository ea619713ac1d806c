r"""Ties in one cell: compact, readable by people, and read back whole, spans and all.

Each tie is ``kind value@start-end=value@start-end``, source first, with ``≠`` for ``=`` where the two contradict each
other, and ``; `` between ties: ``name Bielorussia@3-14=Belarus@0-7; number 30@5-7≠100@9-12``. What would be taken for
one of these marks, and what no cell can hold, is written ``\uXXXX``, as is a space in a kind.
"""

import re
from collections.abc import Iterable

from aligner.evidence import Tie

_ESCAPED = re.compile("[\\\\;@=≠\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Our own marks, and all that ``cells.clean`` would change or XML forbids; each fits four hexadecimal digits."""

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_SIDE = r"((?:[^\\;@=≠]|\\u[0-9a-f]{4})*)@([0-9]{1,15})-([0-9]{1,15})"
_TIE = re.compile(rf"((?:[^\\;@=≠ ]|\\u[0-9a-f]{{4}})*) {_SIDE}([=≠]){_SIDE}")


def ties_text(ties: Iterable[Tie]) -> str:
    """The ties on one line."""
    return "; ".join(map(_text, ties))


def text_ties(text: str) -> tuple[Tie, ...]:
    """The ties that a line was made from.

    Raises:
        ValueError: it was not.
    """
    return tuple(map(_tie, text.split("; "))) if text else ()


def _text(tie: Tie) -> str:
    kind = _escaped(tie.kind).replace(" ", r"\u0020")
    source, target = _side(tie.source_value, tie.source_span), _side(tie.target_value, tie.target_span)
    return f"{kind} {source}{'=' if tie.agrees else '≠'}{target}"


def _side(value: str, span: tuple[int, int]) -> str:
    return f"{_escaped(value)}@{span[0]}-{span[1]}"


def _tie(text: str) -> Tie:
    if not (found := _TIE.fullmatch(text)):
        raise ValueError("no list of ties, as number 30@5-7=30@9-11")
    kind, source, start, end, sign, target, target_start, target_end = found.groups()
    return Tie(
        kind=_unescaped(kind),
        agrees=sign == "=",
        source_value=_unescaped(source),
        target_value=_unescaped(target),
        source_span=(int(start), int(end)),
        target_span=(int(target_start), int(target_end)),
    )


def _escaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
