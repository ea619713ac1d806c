"""The pages as a person meets them, in Chromium: a report from disk, and a review that is killed in between."""

import csv
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_session import served

from aligner import Run, align_corpus, read_bitext, read_run, read_seeds, write_run
from aligner.viewer.data import key
from aligner.viewer.report import report as report_of
from aligner.writers.decisions import read_decisions

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
CHOSEN = (
    "it/corridoio-nord.txt",
    "en/afghan-freight-line.txt",
    "it/lukashenko-generali.txt",
    "en/parade-ground-pivot.txt",
)
GONE = "Failed to load resource: net::ERR_CONNECTION_REFUSED"
"""A page counts anew a second after a decision, when its server may be gone."""
DECIDED = "Failed to load resource: the server responded with a status of 409 (CONFLICT)"
REFUSED = "Failed to load resource: the server responded with a status of 403 (FORBIDDEN)"
EVIL = "<img src=x onerror=alert(1)>"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A run over a translation and two reports, one of them with a name that is a tag, and its folder."""
    folder = tmp_path_factory.mktemp("pages")
    for name in CHOSEN:
        (folder / "news" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "corpus" / name, folder / "news" / name)
    (folder / "news" / "it" / "lukashenko-generali.txt").rename(folder / "news" / "it" / f"{EVIL}.txt")
    run = align_corpus(folder / "news", encoder="use", seeds=read_seeds(ROOT / "seeds"))
    write_run(run, folder / "out")
    return run, folder / "out"


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens an address, and in the end makes sure that nothing went wrong on any page, and nothing was asked for."""
    contexts, wrong = [], []

    def open_page(address: str, may: Sequence[str] = (), **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: wrong.append(f"error {error}"))
        page.on(
            "console", lambda told: wrong.append(told.text) if told.type == "error" and told.text not in may else None
        )
        if address.startswith("file:"):
            page.on(
                "request",
                lambda asked: None if asked.url.startswith(address.split("#")[0]) else wrong.append(asked.url),
            )
        page.goto(address)
        page.wait_for_selector("main[data-view]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def report(made: tuple[Run, Path]) -> str:
    return (made[1] / "report.html").as_uri()


def table(folder: Path, name: str = "bitext.tsv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def make_whole(page: Page) -> None:
    """Makes the rows of lists that are not near the window yet, as a browser does that prints."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


# The report


def test_the_overview_says_what_the_reports_share(opened: Open, report: str, made: tuple[Run, Path]) -> None:
    page = opened(report)
    expect(page.locator("#summary")).to_contain_text(f"{len(made[0].bitext)} records")
    row = page.locator("#seeds tr", has_text="Transit agreement for NATO armour")
    states = [one for one in made[0].sightings if one.seed == "transit-2013" and one.stance != "not stated"]
    told = [len({one.doc for one in states if one.lang == lang}) for lang in ("it", "en")]
    assert [int(number) for number in re.findall(r"(\d+) documents?", row.inner_text())] == told
    assert all(told)
    row.get_by_role("link").click()
    card = page.locator('.card[data-fact="seed-transit-2013"]')
    expect(card).to_contain_text("2013")
    expect(card).to_be_in_viewport()


def test_a_record_is_found_filtered_and_followed_along_its_ribbon(
    opened: Open, report: str, made: tuple[Run, Path]
) -> None:
    page = opened(report)
    page.keyboard.press("/")
    page.keyboard.type("l'insieme di vie ferroviarie")
    page.keyboard.press("Enter")
    expect(page.locator("#record-count")).to_contain_text(re.compile(r"^1 record\b"))
    page.locator("[data-ask='q']").fill("")
    records = table(made[1])
    for relation in sorted({record["relation"] for record in records}):
        wanted = sum(record["relation"] == relation for record in records)
        page.locator("[data-ask='relation']").select_option(relation)
        expect(page.locator("#record-count")).to_have_text(re.compile(rf"^{wanted} records? of {len(records)}\b"))
        make_whole(page)
        expect(page.locator(".record")).to_have_count(wanted)
    page.goto(f"{report}#records?q=insieme%20di%20vie%20ferroviarie")
    found = page.locator(".record")
    name = found.get_attribute("data-key")
    found.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"#pair/\d+/"))
    chosen = page.locator(f'.piece[data-key="{name}"]')
    assert {piece.get_attribute("data-side") for piece in chosen.all()} == {"source", "target"}
    expect(chosen.first).to_have_class(re.compile("chosen"))
    following = page.locator(f'g.ribbon[data-key="{name}"] + g.ribbon')
    other = following.get_attribute("data-key")
    following.locator("path").first.click()
    expect(page.locator(f'.piece[data-key="{other}"][data-side="target"]').first).to_have_class(re.compile("chosen"))
    expect(page.locator("#details-title")).to_contain_text(re.compile(r"Record \d+ of"))
    page.go_back()
    expect(page.locator("main")).to_have_attribute("data-view", "records")


def test_what_was_aligned_is_joined_and_what_was_not_is_marked(
    opened: Open, report: str, made: tuple[Run, Path]
) -> None:
    run = made[0]
    number = next(n for n, one in enumerate(run.alignments) if one.pair.relation == "partial")
    alignment = run.alignments[number]
    page = opened(f"{report}#pair/{number}")
    page.wait_for_selector("g.ribbon")
    names = {piece.get_attribute("data-key") for piece in page.locator(".piece.record").all()}
    assert names == {key(alignment.pair, link) for link in alignment.links}
    assert page.locator(".piece.crossing").count() > 0
    linked = {index for link in alignment.links for index in link.source}
    lone = {
        int(piece.get_attribute("data-sentence") or "")
        for piece in page.locator('.unaligned[data-side="source"]').all()
    }
    assert lone == set(range(len(alignment.pair.source))) - linked
    text = page.locator('.piece[data-side="source"]').all_inner_texts()
    assert "Rete di distribuzione del Nord" in " ".join(text)


def test_a_conflict_is_told_in_words(opened: Open, report: str) -> None:
    page = opened(f"{report}#facts?show=conflicts")
    card = page.locator(".card:visible").first
    expect(card).to_contain_text("contradicts")
    assert re.search(r"\b\w+ \S+ / \S+", card.inner_text())


def test_the_facts_that_both_languages_share_are_two_clicks_away(
    opened: Open, report: str, made: tuple[Run, Path]
) -> None:
    shared = [fact for fact in made[0].facts if set(fact.langs) == {"it", "en"}]
    page = opened(report)
    expect(page.locator("#summary")).to_contain_text(f"{len(shared)} facts were found in Italian and English")
    page.locator("#summary").get_by_role("link", name=f"{len(shared)} facts", exact=True).click()
    heading = page.get_by_role("heading", name=f"Facts found ({len(shared)})")
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()
    card = page.locator(f'.card[data-fact="{shared[0].id}"]')
    expect(card).to_be_in_viewport()
    for statement in shared[0].statements:
        expect(card).to_contain_text(statement.text)


def test_words_that_no_record_holds_are_found_among_the_sentences_without_counterpart(
    opened: Open, report: str
) -> None:
    page = opened(f"{report}#records?q=admission%20is%20free")
    expect(page.locator("#record-count")).to_contain_text("0 records")
    page.locator("#record-list").get_by_role("link").click()
    expect(page.locator(".record")).to_have_count(1)
    expect(page.locator(".record mark").first).to_have_text("admission")


def test_the_bars_of_coverage_lead_to_the_texts(opened: Open, report: str, made: tuple[Run, Path]) -> None:
    page = opened(report)
    for name in ("corridoio-nord", "parade-ground-pivot"):
        page.goto(report)
        page.locator(".coverage .chunk").get_by_role("link", name=name, exact=True).click()
        number = int(page.locator(".pair").get_attribute("data-pair") or "")
        with_it = [
            one for one in made[0].alignments if any(name in side.id for side in (one.pair.source, one.pair.target))
        ]
        assert made[0].alignments[number] == max(with_it, key=lambda one: len(one.links))


def test_the_sentences_without_counterpart_are_all_listed(opened: Open, report: str, made: tuple[Run, Path]) -> None:
    unaligned = table(made[1], "unaligned.tsv")
    page = opened(report)
    page.locator("#coverage + p").get_by_role("link").click()
    expect(page.locator("#unaligned-count")).to_have_text(f"{len(unaligned)} sentences of {len(unaligned)}")
    for lang in ("it", "en"):
        page.locator("[data-ask='lang']").select_option(lang)
        wanted = [row["text"] for row in unaligned if row["lang"] == lang]
        make_whole(page)
        expect(page.locator(".record")).to_have_count(len(wanted))
        assert sorted(page.locator(".record p").all_inner_texts()) == sorted(wanted)
    page.locator("[data-ask='document']").select_option("en/afghan-freight-line.txt")
    (row,) = [row for row in unaligned if row["doc"] == "en/afghan-freight-line.txt"]
    expect(page.locator(".record")).to_have_count(1)
    page.locator(".record").get_by_role("link").click()
    expect(page.locator(".piece.unaligned.chosen")).to_contain_text(row["text"])


def test_a_page_that_lacks_records_takes_no_sentence_for_one_without_counterpart(
    opened: Open, made: tuple[Run, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made[0]
    monkeypatch.setattr("aligner.viewer.report.MAX_RECORDS", len(run.alignments[0].links))
    (tmp_path / "cut.html").write_text("".join(report_of(run)), "utf-8")
    page = opened(f"{(tmp_path / 'cut.html').as_uri()}#unaligned")
    known = run.alignments[0].pair
    torn = {side.id for one in run.alignments[1:] if one.links for side in (one.pair.source, one.pair.target)}
    told = [row for row in table(made[1], "unaligned.tsv") if row["doc"] in {known.source.id, known.target.id} - torn]
    left = len({row["doc"] for row in table(made[1], "unaligned.tsv")} - {row["doc"] for row in told})
    assert left > 0
    expect(page.locator("#unaligned-count")).to_contain_text(f"{len(told)} sentence")
    expect(page.locator("#unaligned-count")).to_contain_text(re.compile(rf"{left} documents? are not in this page"))


def test_a_page_that_lacks_facts_says_so(
    opened: Open, made: tuple[Run, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aligner.viewer.data.MAX_FACTS", 3)
    (tmp_path / "cut.html").write_text("".join(report_of(made[0])), "utf-8")
    page = opened(f"{(tmp_path / 'cut.html').as_uri()}#facts/found")
    expect(page.locator("#facts-left-out")).to_contain_text(f"This page holds 3 of {len(made[0].facts)} facts")
    expect(page.locator(".card[data-fact^=fact]")).to_have_count(3)


def test_a_seed_that_was_missed_in_a_language_is_told_with_the_fact_that_holds_it(
    opened: Open, made: tuple[Run, Path], tmp_path: Path
) -> None:
    run = made[0]
    missed = tuple(
        replace(one, stance="not stated", span=(0, 0)) if (one.seed, one.lang) == ("transit-2013", "en") else one
        for one in run.sightings
    )
    (tmp_path / "missed.html").write_text("".join(report_of(replace(run, sightings=missed))), "utf-8")
    page = opened((tmp_path / "missed.html").as_uri())
    row = page.locator("#seeds tr", has_text="Transit agreement for NATO armour")
    expect(row).to_contain_text(re.compile(r"not found, but see Fact \d+"))
    row.get_by_role("link").first.click()
    card = page.locator('.card[data-fact="seed-transit-2013"]')
    expect(card).to_contain_text(re.compile(r"Not found in any document in English, but see Fact \d+"))
    card.locator(".side").get_by_role("link", name=re.compile("^Fact ")).first.click()
    fact = page.locator(".card.opened")
    id = fact.get_attribute("data-fact")
    assert {"it", "en"} <= set(next(one for one in run.facts if one.id == id).langs)
    expect(fact).to_contain_text("2013")


def test_every_statement_of_a_fact_leads_to_where_it_stands(opened: Open, report: str) -> None:
    page = opened(f"{report}#facts")
    make_whole(page)
    expect(page.locator(".card .side a[data-pair]:not([href*=':'])")).to_have_count(0)
    addresses = {link.get_attribute("href") for link in page.locator(".card .side a[data-pair]").all()}
    assert len(addresses) > 5
    for address in addresses:
        page.goto(f"{report}{address}")
        expect(page.locator(".piece.chosen").first).to_be_visible()


def test_a_name_that_is_a_tag_is_shown_as_it_is(opened: Open, report: str) -> None:
    for view in ("overview", "facts", "records", "unaligned", "pair/0", "pair/1"):
        page = opened(f"{report}#{view}")
        assert page.locator("main img").count() == 0
    assert EVIL in opened(report).locator("main").inner_text()


def test_the_keys_are_enough(opened: Open, report: str) -> None:
    page = opened(report)
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("Search the records")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator(".record").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_have_attribute("data-view", "pair")
    while page.locator("#pair-filters").inner_text().endswith("1 record"):
        page.keyboard.press("]")
    page.keyboard.press("j")
    before = page.locator(".piece.chosen").first.get_attribute("data-key")
    page.keyboard.press("j")
    expect(page.locator(".piece.chosen").first).not_to_have_attribute("data-key", str(before))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["overview", "facts", "records", "unaligned", "pair/0", "pair/1"])
def test_axe_finds_nothing_serious_in_the_report(opened: Open, report: str, view: str, scheme: str) -> None:
    page = opened(f"{report}#{view}", color_scheme=scheme, bypass_csp=True)
    assert serious(page) == []


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or worse."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes']}" for one in found if one["impact"] in ("serious", "critical")]


def test_what_is_searched_is_lit_up_within_the_evidence_too(opened: Open, report: str, made: tuple[Run, Path]) -> None:
    number = next(n for n, one in enumerate(made[0].alignments) if any(link.evidence for link in one.links))
    page = opened(f"{report}#pair/{number}")
    word = re.findall(r"\w+", page.locator(".column .agrees").first.inner_text())[0]
    page.locator("#pair-search").fill(word.upper())
    lit = page.evaluate(
        """() => [...CSS.highlights.get("hit")].map(({startContainer: node, startOffset, endOffset}) =>
            [node.data.slice(startOffset, endOffset), node.parentElement.className])"""
    )
    assert {text.lower() for text, _ in lit} == {word.lower()}
    assert "agrees" in {name for _, name in lit}
    page.goto(f"{report}#records?q={word}")
    expect(page.locator("mark.agrees mark.hit").first).to_have_text(re.compile(word, re.IGNORECASE))


def test_on_paper_numbers_tell_what_belongs_together(opened: Open, report: str, made: tuple[Run, Path]) -> None:
    number = max(range(len(made[0].alignments)), key=lambda n: len(made[0].alignments[n].links))
    page = opened(f"{report}#pair/{number}")
    page.emulate_media(media="print")
    page.pdf()
    expect(page.locator(".gutter").first).to_be_hidden()
    expect(page.locator(".block:not(.built)")).to_have_count(0)
    names = [chip.get_attribute("data-record") for chip in page.locator(".target .piece.record .chip").all()]
    assert sorted(map(int, filter(None, names))) == [n + 1 for n in range(len(made[0].alignments[number].links))]


# The review


@pytest.fixture
def folder(made: tuple[Run, Path], tmp_path: Path) -> Path:
    shutil.copytree(made[1], tmp_path / "out")
    return tmp_path / "out"


def decide(page: Page, press: str) -> None:
    """Press a key, and wait until the answer is there."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.keyboard.press(press)
    assert answered.value.status == 200
    expect(page.locator(".decisions[aria-busy='true']")).to_have_count(0)


def test_a_bead_is_split_and_the_decision_outlives_the_server(
    opened: Open, made: tuple[Run, Path], folder: Path, tmp_path: Path
) -> None:
    run = read_run(folder)
    number, alignment, bead = next(
        (n, one, link) for n, one in enumerate(run.alignments) for link in one.links if link.kind == "1-2"
    )
    name, file = key(alignment.pair, bead), folder / "decisions.tsv"
    with served(folder) as (pid, url):
        page = opened(url, may=[GONE])
        page.goto(f"{url.partition('?')[0]}#pair/{number}/{name}")
        page.locator(f'.piece[data-key="{name}"][data-side="target"]').first.click()
        decide(page, "s")
        (decided,) = [one for one in read_decisions(file) if one.decision == "accepted"]
        assert decided.source_span == alignment.pair.source.span(bead.source)
        assert decided.target_span in [alignment.pair.target.span([j]) for j in bead.target]
        decide(page, "u")
        assert read_decisions(file) == ()
        decide(page, "U")
        assert read_decisions(file) == (decided,)
        page.close()
        os.kill(pid, signal.SIGKILL)
    with served(folder) as (_, url):
        page = opened(url, may=[GONE])
        page.goto(f"{url.partition('?')[0]}#pair/{number}")
        split = f"{decided.source_span[0]}-{decided.source_span[1]}:{decided.target_span[0]}-{decided.target_span[1]}"
        accepted = page.locator(f'.piece.accepted[data-key="{split}"]')
        expect(accepted.first).to_be_visible()
        accepted.first.click()
        decide(page, "r")
        expect(accepted.first).to_be_visible()
        page.keyboard.press("e")
        with page.expect_download() as downloaded:
            page.locator("#export-dialog").get_by_role("link", name=".tsv", exact=True).click()
        downloaded.value.save_as(tmp_path / "exported.tsv")
    (record,) = [one for one in read_bitext(tmp_path / "exported.tsv").pairs if one.decision == "accepted"]
    assert (record.source_span, record.target_span, record.p) == (decided.source_span, decided.target_span, 1.0)
    news = made[1].parent / "news"
    again = align_corpus(news, encoder="use", decisions=read_decisions(file))
    assert again.stale == ()
    assert [one.source_span for one in again.bitext.pairs if one.decision] == [decided.source_span]


def test_the_queue_begins_with_the_most_doubtful_and_goes_on(opened: Open, folder: Path) -> None:
    with served(folder) as (_, url):
        page = opened(url, may=[GONE])
        page.goto(f"{url.partition('?')[0]}#review")
        doubtful = min(read_run(folder).bitext.pairs, key=lambda record: record.p)
        name = "{}-{}:{}-{}".format(*doubtful.source_span, *doubtful.target_span)
        expect(page.locator("#record-link")).to_have_attribute("href", re.compile(f"/{name}$"))
        decide(page, "a")
        expect(page.locator("#record-link")).not_to_have_attribute("href", re.compile(f"/{name}$"))
        (decided,) = read_decisions(folder / "decisions.tsv")
        assert decided.source_span == doubtful.source_span


def test_two_windows_do_not_overwrite_each_other(opened: Open, folder: Path) -> None:
    with served(folder) as (_, url):
        windows = [opened(url, may=[GONE]), opened(url, may=[DECIDED])]
        for page in windows:
            page.goto(f"{url.partition('?')[0]}#pair/0")
            page.locator(".piece.record").first.click()
        decide(windows[0], "a")
        windows[1].keyboard.press("x")
        expect(windows[1].locator("#review-message")).to_contain_text("decided")
        expect(windows[1].locator(".piece.accepted").first).to_be_visible()
        assert [one.decision for one in read_decisions(folder / "decisions.tsv")] == ["accepted"]


def test_a_page_whose_server_was_started_anew_says_what_to_do(opened: Open, folder: Path) -> None:
    with served(folder) as (_, url):
        page = opened(url, may=[GONE, REFUSED])
        page.goto(f"{url.partition('?')[0]}#pair/0")
        page.locator(".piece.record").first.click()
        page.context.clear_cookies()
        for press in ("a", "e"):
            page.keyboard.press(press)
            expect(page.locator("#review-message")).to_contain_text("Open the address that align review printed")
        assert not (folder / "decisions.tsv").exists()
        page.goto(f"{url.partition('?')[0]}#pair/1")
        expect(page.locator("main")).to_contain_text("Open the address that align review printed")


def test_a_dialog_gives_the_focus_back(opened: Open, folder: Path) -> None:
    with served(folder) as (_, url):
        page = opened(url, may=[GONE])
        page.goto(f"{url.partition('?')[0]}#pair/0")
        chosen = page.locator(".piece.record").first
        chosen.click()
        for press, close in (("n", "Escape"), ("e", "Escape"), ("?", "Enter")):
            page.keyboard.press(press)
            expect(page.locator("dialog[open] :focus")).to_have_count(1)
            page.keyboard.press(close)
            expect(page.locator("dialog")).to_have_count(0)
            expect(chosen).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_review(opened: Open, folder: Path, scheme: str) -> None:
    with served(folder) as (_, url):
        page = opened(url, color_scheme=scheme, bypass_csp=True)
        for view in ("review", "pair/0"):
            page.goto(f"{url.partition('?')[0]}#{view}")
            page.wait_for_selector(".piece")
            assert serious(page) == []
