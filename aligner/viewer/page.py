"""The page itself: one HTML file with its style, its scripts and its data, that needs nothing from elsewhere.

Scripts are plain files, taken in as they stand, one after the other: they share one global scope. Data stands in
elements that no browser runs; what the page may run is told by the hashes of the scripts, and it may load nothing.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from aligner.viewer.data import Data

SCRIPTS = (
    "dom.js",
    "data.js",
    "shared.js",
    "matrix.js",
    "charts.js",
    "overview.js",
    "facts.js",
    "records.js",
    "unaligned.js",
    "layout.js",
    "ribbons.js",
    "pieces.js",
    "texts.js",
    "dotplot.js",
    "details.js",
    "saving.js",
    "dialogs.js",
    "actions.js",
    "filters.js",
    "pairhead.js",
    "pair.js",
    "walking.js",
    "review.js",
    "main.js",
)
STYLES = ("page.css", "pair.css")

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE = re.compile("[<\u2028\u2029\ud800-\udfff]")
"""What may not stand raw in JSON within HTML: what could end its element, and lone surrogates."""


def render(view: Data, documents: Mapping[int, Data] = {}, pairs: Mapping[int, Data] = {}) -> str:
    """The page.

    Args:
        view: as ``data.view`` gives it; its mode says whether the page asks a server for what it does not hold.
        documents: what ``data.document_data`` gives of each document that the page holds, by its number.
        pairs: the same of ``data.pair_data``.
    """
    held = {"view": view, **dict(_named("document", documents)), **dict(_named("pair", pairs))}
    scripts, style = [_asset(name) for name in SCRIPTS], "\n".join(map(_asset, STYLES))
    return Template(_asset("page.html")).substitute(
        title=escape(_SURROGATE.sub("\ufffd", view["title"])),
        policy=escape(_policy([style], scripts, "'self'" if view["mode"] == "review" else "'none'")),
        style=style,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        data="\n".join(
            f'<script type="application/json" id="{name}">{_json(value)}</script>' for name, value in held.items()
        ),
    )


def _named(kind: str, values: Mapping[int, Data]) -> Iterator[tuple[str, Data]]:
    return ((f"{kind}-{number}", value) for number, value in values.items())


def _policy(styles: list[str], scripts: list[str], connect: str) -> str:
    """What the page may do, as a Content-Security-Policy."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(map(_hash, styles))}",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"connect-src {connect}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _json(value: Data) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@cache
def _asset(name: str) -> str:
    return files("aligner.viewer").joinpath("assets", name).read_text("utf-8")
