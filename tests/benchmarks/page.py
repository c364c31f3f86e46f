"""The page in a real Chromium: when it can be used, against a bare page of five tabs, and how its switches answer."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.start import BARE, MOST_TIMES, playground, serving
from tests.benchmarks.support.measure import Row, at_most, side_by_side
from tests.browser.conftest import ARGUMENTS
from tools.setup.chromium import find_chromium

ROUNDS = 11
MOST_SWITCH_MS = 150.0
TABS = ("image_to_image", "inpaint", "outpaint", "controlnet", "text_to_image")
USABLE = (
    "() => [...document.querySelectorAll('button')].some(each => /^Generate/.test(each.innerText) && each.offsetParent)"
)
_TIMED = """async ([press, changed]) => {
  const frame = () => new Promise(requestAnimationFrame), began = performance.now();
  eval(press);
  while (!eval(changed)) await frame();
  await frame();
  return performance.now() - began;
}"""
_OPTION = """(() => {
  const options = [...document.querySelectorAll('[role=option]')];
  const option = options.find(each => /LABEL/.test(each.innerText));
  for (const kind of ['mousedown', 'mouseup', 'click']) option.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
})()"""
_WORDS = "['#generate', '#fit-note'].map(each => document.querySelector(each).innerText)"


def rows() -> Iterator[Row]:
    """Open both pages in turns, each time in a browser that has seen neither; then press ours."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        ours, bare = serving(playground(folder / "data"), folder), serving([str(folder / "bare.py")], folder)
        with ours as (address, _), bare as (other, _):
            pair = side_by_side(_opening(browser, address), _opening(browser, other), rounds=ROUNDS)
            yield replace(at_most(pair, MOST_TIMES), what="page: usable", against="a bare Gradio page of five tabs")
            page = _opened(browser, address)
            page.wait_for_timeout(2000)  # what it does once after it can be used
            yield _row("page: another tab", [_tab(page, mode) for _ in range(3) for mode in TABS])
            yield _row("page: another backend", [_backend(page, label) for _ in range(3) for label in ("This", "Runw")])
        browser.close()


def _opening(browser: Browser, address: str) -> Callable[[], None]:
    def open_once() -> None:
        _opened(browser, address).context.close()

    return open_once


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(USABLE)
    return page


def _tab(page: Page, mode: str) -> float:
    press = f"document.getElementById('tab-{mode}-button').click()"
    shown = f"document.getElementById('main').dataset.mode === '{mode}' && {_selected(mode)}"
    return float(page.evaluate(_TIMED, [press, shown]))


def _selected(mode: str) -> str:
    return f"document.getElementById('tab-{mode}-button').getAttribute('aria-selected') === 'true'"


def _backend(page: Page, label: str) -> float:
    """Return the milliseconds until the price and the note of the other backend stand there."""
    page.click("#backend input")
    page.wait_for_selector("[role=option]")
    page.evaluate(f"window.before = {_WORDS}")
    changed = f"{_WORDS}.every((words, index) => words !== window.before[index])"
    taken = float(page.evaluate(_TIMED, [_OPTION.replace("LABEL", label), changed]))
    time.sleep(0.5)
    return taken


def _row(what: str, taken: list[float]) -> Row:
    middle, worst = statistics.median(taken), max(taken)
    shown = f"{middle:.0f} ms (slowest {worst:.0f} ms)"
    return Row(what, "none", shown, f"< {MOST_SWITCH_MS:g} ms", middle < MOST_SWITCH_MS)
