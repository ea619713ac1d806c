"""The page itself: one HTML file with its style, its scripts and its data, that needs nothing from elsewhere.

Scripts are plain files, taken in as they stand, one after the other: they share one global scope. Data stands in
elements that no browser runs; what the page may run is told by the hashes of the scripts, and it may load nothing.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from aligner.readers.ids import escaped
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


def render(
    view: Data, documents: Iterable[tuple[int, Data]] = (), pairs: Iterable[tuple[int, Data]] = ()
) -> Iterator[str]:
    """The page, piece by piece: whole, one of a large run takes up several times what it shows.

    Args:
        view: as ``data.view`` gives it; its mode says whether the page asks a server for what it does not hold.
        documents: the numbers of the documents that the page holds, each with what ``data.document_data`` gives of it.
        pairs: the same of ``data.pair_data``.
    """
    scripts, style = [_asset(name) for name in SCRIPTS], "\n".join(map(_asset, STYLES))
    before, after = _asset("page.html").split("$data")
    yield Template(before).substitute(
        title=escape(view["title"]),
        policy=escape(_policy([style], scripts, "'self'" if view["mode"] == "review" else "'none'")),
        style=style,
    )
    yield _element("view", view)
    for kind, values in (("document", documents), ("pair", pairs)):
        yield from (_element(f"{kind}-{number}", value) for number, value in values)
    yield Template(after).substitute(scripts="\n".join(f"<script>{script}</script>" for script in scripts))


def _element(name: str, value: Data) -> str:
    return f'<script type="application/json" id="{name}">{_json(value)}</script>\n'


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
    """JSON that can be shown, and cannot end its element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return escaped(text).replace("<", r"\u003c")


@cache
def _asset(name: str) -> str:
    return files("aligner.viewer").joinpath("assets", name).read_text("utf-8")
