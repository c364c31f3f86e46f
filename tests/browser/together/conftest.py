"""People who play together, each in a browser of their own: one at a desk, one with a phone, and whoever else comes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.fingers import PHONE
from tests.browser.folds import open_fold
from tests.browser.presses import press_until

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
Come = Callable[..., Page]


@pytest.fixture
def come(browser: Browser) -> Iterator[Come]:
    """Return what lets somebody new come to an address; what their browser complains of fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def came(address: str, *, phone: bool = False) -> Page:
        context = browser.new_context(**(PHONE if phone else DESK))
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#generate")
        return page

    yield came
    for context in contexts:
        context.close()
    assert faults == []


def make_room(page: Page) -> str:
    """Press Together, and return the link of the room that it makes."""
    sheet = page.locator("#together-sheet")
    press_until(page.locator("#together-open"), sheet.is_visible)
    link = page.input_value("#together-link")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    return link


def join(page: Page, name: str = "") -> None:
    """Answer the invitation under this name, or by the press alone."""
    if name:
        page.fill("#together-name", name)
    page.locator("#together-sheet").get_by_role("button", name="Join").click()
    expect(page.locator("#together-sheet")).to_be_hidden()
    expect(page.locator("#board .person.mine")).to_be_visible()


def take_seconds(page: Page, seconds: int) -> None:
    """Let the fake backend take its time over an image."""
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", str(seconds))
