"""How long a report takes to open in Chromium, and whether it scrolls without a pause.

``python benchmarks/opening.py REPORT.html`` opens it from disk, as a person does who double-clicks: the overview, the
facts, the records and the pair with the most of them. For each view it prints

- ``ready``: seconds from the click until it is painted;
- ``gap``: the longest time between two frames, in ms, while it is scrolled from top to bottom (16.7 is every frame);
- ``p99``: the gap that 99 % of the frames keep;
- ``frames``: how many there were.

A machine without a screen and a graphics card draws every frame on its processor, which only makes gaps longer.
"""

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

STEP, STEPS = 700, 60
"""Pixels that a turn of the wheel scrolls, and how many turns there are at most."""

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")

_TIMED = """
addEventListener("DOMContentLoaded", () => {
  const stop = () => { window.ready ??= performance.now(); };
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(stop));
  const seen = () => document.querySelector("main[data-view]") && painted();
  new MutationObserver(seen).observe(document.body, { subtree: true, attributes: true, childList: true });
  seen();
});
"""
_FRAMES = """
() => {
  window.gaps = [];
  let last = performance.now();
  const frame = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}
"""


@dataclass(frozen=True)
class Opened:
    """One view: seconds until it stood there, and the times between frames while scrolling, in ms."""

    view: str
    ready: float
    gaps: tuple[float, ...]

    @property
    def line(self) -> str:
        gaps = sorted(self.gaps)
        return (
            f"{self.view:<10} ready {self.ready:5.2f} s   gap {gaps[-1]:6.1f} ms   "
            f"p99 {gaps[int(0.99 * (len(gaps) - 1))]:5.1f} ms   frames {len(gaps)}"
        )


def measure(report: Path, chromium: str) -> list[Opened]:
    """Every view of a report, each opened anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        found = []
        for view in ("overview", "facts", "records", "pair"):
            # The page's policy would forbid Playwright's own waiting.
            page = browser.new_page(viewport={"width": 1400, "height": 900}, bypass_csp=True)
            page.add_init_script(_TIMED)
            found.append(_opened(page, report, view))
            page.close()
        browser.close()
        return found


def _opened(page: Page, report: Path, view: str) -> Opened:
    place = f"pair/{_largest(report)}" if view == "pair" else view
    page.goto(f"{report.resolve().as_uri()}#{place}")
    page.wait_for_function("window.ready !== undefined", timeout=120_000)
    ready = float(page.evaluate("window.ready")) / 1000
    page.mouse.move(700, 500)
    page.evaluate(_FRAMES)
    for _ in range(STEPS):
        page.mouse.wheel(0, STEP)
        page.wait_for_timeout(50)
    return Opened(view, ready, tuple(page.evaluate("window.gaps.slice(1)")))


def _largest(report: Path) -> int:
    """The number of the pair with the most records."""
    text = report.read_text("utf-8")
    start = text.index('id="view">') + len('id="view">')
    pairs = json.loads(text[start : text.index("</script>", start)])["pairs"]
    return max(range(len(pairs)), key=lambda number: int(pairs[number]["records"]) if pairs[number]["shown"] else -1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    options = parser.parse_args()
    print(f"{options.report}: {options.report.stat().st_size / 1e6:.1f} MB")
    for one in measure(options.report, options.chromium):
        print(one.line)


if __name__ == "__main__":
    main()
