"""The page: what it is told, and that nothing in a text can do anything in it."""

import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import document

from aligner import viewer
from aligner.alignment import Alignment, Bead
from aligner.bitext import join
from aligner.corpus import Corpus, Skipped
from aligner.document import Document, DocumentPair, Relation
from aligner.evidence import Tie
from aligner.facts import find_facts
from aligner.report import Run
from aligner.viewer import report as reports
from aligner.viewer.data import bead_data, direction, document_data, histogram, key, pair_data, view
from aligner.viewer.dots import dots
from aligner.viewer.page import SCRIPTS, STYLES
from aligner.viewer.report import report

EVIL = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>]]>\u2028\ud800&amp;\"'"
IT = document(["Uno 1998.", "Due.", "Tre.", EVIL], "it", f"it/{EVIL}.txt")
EN = document(["One 1997.", "Two.", "Three.", EVIL], "en", "en/a.txt")
LONE = document(["Solo."], "it", "it/solo.txt")
ASSETS = Path(viewer.__file__).parent / "assets"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def alignment(*beads: Bead, source: Document = IT, target: Document = EN) -> Alignment:
    return Alignment(DocumentPair(source, target, Relation.PARALLEL, 0.81), beads, "monotone")


CONFLICT = Bead(
    (0,),
    (0,),
    0.7,
    0.8,
    0.1,
    p=0.9,
    relation="conflicting",
    evidence=(Tie("date", False, "1998", "1997", (4, 8), (4, 8)),),
)
LINKS = (CONFLICT, Bead((1, 2), (1,), 0.5, p=0.4), Bead((3,), (3,), 0.9, p=0.99, note=EVIL, decision="accepted"))
BEADS = (*LINKS, Bead((), (2,)))


def run_of(*alignments: Alignment) -> Run:
    documents = (IT, LONE, EN)
    bitext = join(alignments, f"aligner:0|{EVIL}")
    corpus = Corpus(
        Path(f"x/{EVIL.replace('/', '')}"), tuple(one.text for one in documents), {}, (Skipped(EVIL, EVIL),), (EVIL,)
    )
    return Run(corpus, documents, alignments, bitext, (EVIL,), facts=find_facts(bitext, documents))


def held(page: str, name: str) -> dict[str, Any]:
    """What the page holds under this name."""
    (found,) = re.findall(rf'id="{name}">(.*?)</script>', page)
    told: dict[str, Any] = json.loads(found)
    return told


class Elements(HTMLParser):
    """The elements of a page by tag, with what stands in those that hold raw text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.raw.append("")

    def handle_data(self, data: str) -> None:
        if self.raw and self.cdata_elem:
            self.raw[-1] += data


def test_no_name_and_no_text_can_leave_its_place() -> None:
    page = "".join(report(run_of(alignment(*BEADS))))
    page.encode("utf-8")
    elements = Elements(page)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == len(SCRIPTS) + 1 + 3 + 1
    assert not {"img", "iframe", "object"} & set(tags)
    assert [attributes["href"] for tag, attributes in elements.found if tag == "link"] == ["data:,"]
    data = {
        attributes["id"]: json.loads(raw)
        for (tag, attributes), raw in zip(elements.found, elements.raw, strict=True)
        if tag == "script" and attributes.get("type") == "application/json"
    }
    assert set(data) == {"view", "document-0", "document-1", "document-2", "pair-0"}
    assert data["document-0"]["text"] == IT.text.content
    assert data["view"]["documents"][0]["id"] == IT.id
    assert data["pair-0"]["beads"][2]["note"] == EVIL


def test_the_page_runs_its_own_scripts_only_and_loads_nothing() -> None:
    elements = Elements("".join(report(run_of(alignment(*BEADS)))))
    policy = next(attributes["content"] for tag, attributes in elements.found if "http-equiv" in attributes)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    run = [
        raw
        for (tag, attributes), raw in zip(elements.found, elements.raw, strict=True)
        if tag == "script" and not attributes
    ]
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in run]
    assert rules["script-src"].split() == hashes
    assert not [attributes for _, attributes in elements.found if any(name.startswith("on") for name in attributes)]
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", "".join(map(str, elements.found)))


def test_the_scripts_never_write_html() -> None:
    page = "".join(report(run_of(alignment(*BEADS))))
    for means in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert means not in page, means


def asset(name: str) -> str:
    """A file of the page without its comments."""
    return COMMENT.sub("", (ASSETS / name).read_text("utf-8"))


def test_no_two_scripts_declare_one_name() -> None:
    declared = [
        name
        for script in SCRIPTS
        for name in re.findall(
            r"^(?:async )?(?:function\*?|class|const|let|var) +(\S+?)\b", asset(script), re.MULTILINE
        )
    ]
    assert [name for name, times in Counter(declared).items() if times > 1] == []
    assert all(name.isidentifier() for name in declared)
    assert len(declared) > 200


def test_what_has_a_style_is_made_and_what_is_made_has_a_style() -> None:
    sheet = "".join(map(asset, STYLES))
    scripts = asset("page.html") + "".join(map(asset, SCRIPTS))
    selectors = " ".join(re.findall(r"[^{};@]+(?=\{)", sheet))
    styled = set(re.findall(r"[.#]([a-z][\w-]*)", selectors)) | set(re.findall(r"(--[a-z]+)\s*:", sheet))
    words = set(re.findall(r"[\w-]+", scripts)) | set(re.findall(r"var\((--[a-z]+)", sheet))
    assert styled - words == set()
    classes = re.findall(r"""\bclass(?:=|: )(?:"([^"]*)"|`([^`]*)`)""", scripts)
    given = {name for one in classes for name in re.sub(r"\$\{.*?\}", "", "".join(one)).split()}
    sought = set(
        re.findall(r"\.([a-z][\w-]*)", " ".join(re.findall(r"(?:closest|matches|querySelector(?:All)?)\(.*", scripts)))
    )
    assert given - styled - sought == set()
    assert len(given) > 50


def test_the_view_counts_what_the_run_found() -> None:
    told = view(run_of(alignment(*BEADS)))
    assert (told["records"], told["shown"], told["langs"]) == (3, 3, ["it", "en"])
    assert [(one["relation"], one["sentences"], one["coverage"], one["unaligned"]) for one in told["documents"]] == [
        ("", 4, 1.0, 0),
        ("unpaired", 1, 0.0, 1),
        ("", 4, 0.75, 1),
    ]
    (pair,) = told["pairs"]
    assert (pair["source"], pair["target"], pair["records"], pair["doubtful"], pair["conflicts"]) == (0, 2, 3, 1, 1)
    assert told["beads"] == [["1-1", 2], ["2-1", 1]]
    assert told["relations"] == [["conflicting", 1]]
    assert sum(told["p"]) == 3
    assert told["skipped"] == [{"id": EVIL, "reason": EVIL}]
    assert told["warnings"] == [EVIL, EVIL]
    json.dumps(told, allow_nan=False)


def test_the_spans_of_a_bead_lie_in_the_texts() -> None:
    pair = alignment(*BEADS).pair
    told = bead_data(pair, CONFLICT)
    (tie,) = told["evidence"]
    texts = [document.text.content for document in (pair.source, pair.target)]
    assert [text[slice(*span)] for text, span in zip(texts, tie["spans"], strict=True)] == ["1998", "1997"]
    assert (tie["agrees"], tie["told"]) == (False, "date 1998 / 1997")
    assert key(pair, CONFLICT) == "0-9:0-9"
    assert bead_data(pair, Bead((), (2,), decision="accepted"))["spans"][0] == [0, 0]


def test_evidence_beside_the_part_that_a_bead_is_by_is_not_shown() -> None:
    told = bead_data(alignment().pair, replace(CONFLICT, source_part=(0, 3)))
    assert told["spans"][0] == [0, 3]
    assert told["evidence"] == []


def test_only_links_and_decided_sentences_are_told() -> None:
    decided = Bead((), (2,), decision="accepted")
    assert len(pair_data(alignment(*BEADS))["beads"]) == 3
    assert pair_data(alignment(*LINKS, decided))["beads"][-1]["decision"] == "accepted"


def test_sentences_in_another_language_are_told_with_it() -> None:
    foreign = replace(IT, sentences=(replace(IT.sentences[0], lang="en"), *IT.sentences[1:]))
    assert document_data(foreign)["foreign"] == {"0": "en"}


def test_a_run_with_more_records_than_fit_shows_its_first_pairs_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_RECORDS", 4)
    other = alignment(Bead((0,), (0,), p=0.8), Bead((), (1,)), source=LONE)
    assert held("".join(report(run_of(alignment(*BEADS), other))), "view")["shown"] == 4
    monkeypatch.setattr(reports, "MAX_RECORDS", 3)
    page = "".join(report(run_of(alignment(*BEADS), other)))
    told = held(page, "view")
    assert (told["records"], told["shown"]) == (4, 3)
    assert [pair["shown"] for pair in told["pairs"]] == [True, False]
    assert 'id="pair-1"' not in page


def test_documents_without_a_partner_are_held_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert held("".join(report(run_of(alignment(*BEADS)))), "document-1")["text"] == LONE.text.content
    monkeypatch.setattr(reports, "MAX_LONE", len(LONE) - 1)
    assert 'id="document-1"' not in "".join(report(run_of(alignment(*BEADS))))


def test_a_pair_with_more_records_than_fit_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_RECORDS", 2)
    page = "".join(report(run_of(alignment(*BEADS))))
    told = held(page, "view")
    pair, text = held(page, "pair-0"), held(page, "document-0")
    assert (told["records"], told["shown"], len(pair["beads"])) == (3, 2, 2)
    assert len(text["sentences"]) == 3
    assert EVIL not in text["text"]


@pytest.mark.parametrize(
    ("lang", "way"), [("it", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("zh-TW", "ltr"), ("und", "auto")]
)
def test_every_language_is_written_its_way(lang: str, way: str) -> None:
    assert direction(lang) == way


def test_the_bars_hold_every_probability() -> None:
    assert histogram([0.0, 0.049, 0.05, 1.0, float("nan")]) == [2, 1, *[0] * 16, 0, 1]


def test_dots_are_the_nearest_sentences_above_chance() -> None:
    rows = np.eye(6, dtype=np.float32)
    found = np.array(dots(rows[:5], rows[[1, 0, 2, 4]])).reshape(-1, 3)
    assert [tuple(cell) for cell in found[:, :2].tolist()] == [(0, 1), (1, 0), (2, 2), (4, 3)]
    assert (found[:, 2] > 90).all()
    assert dots(rows[:0], rows) == []


def test_of_a_long_document_dots_are_spread_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.viewer.dots.MAX_SENTENCES", 3)
    rows = np.eye(9, dtype=np.float32)
    found = np.array(dots(rows, rows)).reshape(-1, 3)
    assert found[:, 0].tolist() == [0, 4, 8]
