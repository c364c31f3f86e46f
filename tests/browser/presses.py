"""Presses that are repeated until they have done what they are for, as a person repeats what did nothing.

A press is lost before the page listens, while the page scrolls under a finger, or where what is pressed is drawn anew.
"""

import time
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Page, TimeoutError, expect

PATIENCE_SECONDS = 60.0
AGAIN_SECONDS = 3.0
"""After which a press that has done nothing is repeated; a busy machine takes a second for one that it has heard."""


def press_until(place: Locator, happened: Callable[[], bool]) -> None:
    """Press a place until something has happened; it isn't pressed where that has happened already."""
    do_until(place.click, happened, place.page)


def generate_until(page: Page, seen: str) -> None:
    """Press Ctrl and Enter until a run of it is seen, or one of the places that the selector `seen` names.

    Gradio drops a press for which the end of the run before hasn't come through, though its picture is there. What
    goes on before it is no run of it, and is waited for.
    """
    expect(page.locator("#stage .progress")).to_have_count(0)
    before, going = shown_runs(page), page.locator(f"#stage .progress, .queue .queued, {seen}")
    press = partial(page.keyboard.press, "Control+Enter")
    do_until(press, lambda: going.count() > 0 or shown_runs(page) != before, page)


def shown_runs(page: Page) -> list[str]:
    """Return the runs whose pictures are on the stage."""
    found: list[str] = page.locator("#stage [data-run]").evaluate_all("all => all.map(each => each.dataset.run)")
    return found


def do_until(press: Callable[[], None], happened: Callable[[], bool], page: Page) -> None:
    """Press until something has happened; nothing is pressed where that has happened already."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < until, f"it was pressed for {PATIENCE_SECONDS:.0f} s without effect"
        press()
        again = time.monotonic() + AGAIN_SECONDS
        while not happened() and time.monotonic() < again:
            page.wait_for_timeout(20)


def open_tab(page: Page, name: str) -> None:
    """Choose a tab by its name."""
    tab = page.get_by_role("tab", name=name, exact=True)
    press_until(tab, lambda: tab.get_attribute("aria-selected") == "true")


def choose_option(field: Locator, option: str) -> None:
    """Choose an entry of a menu, which opens when its field is pressed."""
    # The last, as a menu that was open before may be fading: its entry is seen, and gone before it can be pressed.
    entry, until = field.page.locator("li[role=option]", has_text=option).last, time.monotonic() + PATIENCE_SECONDS
    while True:
        press_until(field, entry.is_visible)
        try:
            entry.click(timeout=AGAIN_SECONDS * 1000)
        except TimeoutError:
            assert time.monotonic() < until, f"{option} was not to be had for {PATIENCE_SECONDS:.0f} s"
        else:
            return
