"""The review page in a real browser: it decides, and a page from elsewhere, in the same browser, cannot."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from test_session import key, make_run, served

from aligner.writers.decisions import read_decisions
from aligner.writers.run import write_run

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")

ATTACK = """async ([there, body]) => {
    const told = [];
    const tries = [
        ["api/view", {}], ["api/view", {credentials: "include"}], ["api/documents/0", {credentials: "include"}],
        ["api/pairs/0", {method: "POST", credentials: "include", body}],
        ["api/pairs/0", {method: "POST", credentials: "include", mode: "no-cors", body}],
        ["api/pairs/0", {method: "POST", credentials: "include", body, headers: {"Content-Type": "application/json"}}],
        ["api/export?format=.tsv", {credentials: "include"}],
    ];
    for (const [route, options] of tries) {
        try { told.push((await (await fetch(`${there}/${route}`, options)).text())); } catch { told.push(""); }
    }
    for (const [name, source] of [["img", "api/view"], ["script", "api/view"], ["iframe", ""]]) {
        const element = document.createElement(name);
        element.src = `${there}/${source}`;
        document.body.append(element);
        await new Promise((resolve) => { element.onload = element.onerror = resolve; setTimeout(resolve, 1000); });
        if (name === "iframe") { told.push(element.contentDocument ? element.contentDocument.body.textContent : ""); }
    }
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: `${there}/api/pairs/0`, enctype: "text/plain", target: "_blank"});
    const input = document.createElement("input");
    [input.name, input.value] = [body.slice(0, -1) + ',"x":"', '"}'];
    form.append(input); document.body.append(form); form.submit();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return told;
}"""


@contextmanager
def elsewhere() -> Iterator[str]:
    """Another server on this machine, with an empty page."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>elsewhere</title><body>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_context()
        browser.close()


def decide(page: Page, action: dict[str, object]) -> int:
    """What the server answers to an action that a script in this page sends."""
    status: int = page.evaluate(
        """async (action) => (await fetch("api/pairs/0", {
            method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(action),
        })).status""",
        action,
    )
    return status


def test_the_page_decides_and_a_page_from_elsewhere_cannot(context: BrowserContext, tmp_path: Path) -> None:
    write_run(make_run(), tmp_path)
    with served(tmp_path) as (_, url), elsewhere() as other:
        page = context.new_page()
        page.goto(url)
        assert page.url == url.partition("?")[0]
        there = page.url.rstrip("/")
        seen = page.evaluate("async () => (await fetch('api/pairs/0')).json()")
        action = {"version": seen["version"], "action": "accept", "key": key(seen, 0)}
        for host in (other, other.replace("127.0.0.1", "localhost")):
            attacker = context.new_page()
            attacker.goto(host)
            told = attacker.evaluate(ATTACK, [there, json.dumps(action)])
            assert [text for text in told if text] == []
            assert not (tmp_path / "decisions.tsv").exists()
        assert decide(page, action) == 200
        assert decide(page, action) == 409
        assert len(read_decisions(tmp_path / "decisions.tsv")) == 1


def test_to_accept_a_conflict_is_told_to_be_no_judgement(context: BrowserContext, tmp_path: Path) -> None:
    write_run(make_run(), tmp_path)
    with served(tmp_path) as (_, url):
        page = context.new_page()
        page.goto(url)
        page.goto(f"{page.url}#pair/0")
        page.locator(".piece.conflicting").first.click()
        expect(page.locator("#details")).to_contain_text("not which of the two is right")
        expect(page.locator("#do-accept")).to_have_attribute("title", re.compile("even where they contradict"))
        page.locator(".piece.record:not(.conflicting)").first.click()
        expect(page.locator("#details")).not_to_contain_text("which of the two is right")
