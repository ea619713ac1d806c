"""The pictures of the pages in ``docs/``: overview, pair, facts and review, in light and dark.

``python benchmarks/screens.py`` aligns our own corpus with our seeds into a temporary folder, opens its report and its
review in Chromium and takes them, at the same size each time. They stand in the README: look at them before you commit
them.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from aligner import read_run

ROOT = Path(__file__).resolve().parent.parent
ALIGN = Path(sys.executable).with_name("align")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
WIDTH, HEIGHT = 1280, 800


def main() -> None:
    """Take them all."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        out = Path(folder) / "corpus"
        subprocess.run([ALIGN, ROOT / "corpus", "--seeds", ROOT / "seeds", "-o", out], check=True, stdout=sys.stderr)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        report = (out / "report.html").as_uri()
        for view, place in (("overview", "overview"), ("facts", "facts"), ("pair", f"pair/{_crossing(out)}")):
            _take(browser, f"{report}#{place}", f"report-{view}")
        with _served(out) as url:
            _take(browser, url, "review", "review")
        browser.close()


def _crossing(folder: Path) -> str:
    """The first record that crosses others: its pair's number, and its name there."""
    for number, alignment in enumerate(read_run(folder).alignments):
        for link in alignment.links:
            if link.crossing:
                spans = alignment.pair.source.span(link.source), alignment.pair.target.span(link.target)
                return f"{number}/{':'.join(f'{start}-{end}' for start, end in spans)}"
    raise SystemExit(f"{folder}: nothing crosses")


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The start URL of the review of a run."""
    command = [ALIGN, "review", folder, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONUNBUFFERED": "1"}) as server:
        try:
            assert server.stdout
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found
            yield found[0]
        finally:
            server.kill()


def _take(browser: Browser, address: str, name: str, view: str = "") -> None:
    """One place of a page in both themes; ``view`` is gone to once the page is there."""
    for theme in ("light", "dark"):
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
        page.goto(address)
        page.wait_for_selector("main[data-view]")
        if view:
            page.goto(f"{page.url.split('#')[0]}#{view}")
        page.wait_for_timeout(1000)
        picture = ROOT / "docs" / f"{name}-{theme}.png"
        page.screenshot(path=picture)
        page.close()
        print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
