"""Two people in a room: both see what lands, one remixes the other's, the host closes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.folds import open_fold
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.

PATIENCE_MS = 60_000


@pytest.fixture
def people(browser: Browser, hands: dict[str, Any]) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Return two browsers of two people."""
    contexts = browser.new_context(**hands), browser.new_context(**hands)
    for context in contexts:
        context.set_default_timeout(PATIENCE_MS)
    yield contexts
    for context in contexts:
        context.close()


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#generate")
    return page


def test_what_one_makes_the_other_sees_and_remixes(site: Site, people: tuple[BrowserContext, BrowserContext]) -> None:
    ann = opened(people[0], site.address)
    open_fold(ann, "Together")
    ann.fill("#room-name input, #room-name textarea", "Ann")
    ann.fill("#room-title input, #room-title textarea", "The attic <b>")
    ann.click("#room-open")
    ann.click("#room-stand a")
    expect(ann.locator("#room-stand")).to_contain_text("The attic <b>", timeout=PATIENCE_MS)
    address = ann.url
    assert re.search(r"\?room=[\w-]{22}$", address)

    bob = opened(people[1], address)
    expect(bob.locator("#room-stand")).to_contain_text("sent a room's link", timeout=PATIENCE_MS)
    assert bob.locator("#room-board figure").count() == 0
    bob.fill("#room-name input, #room-name textarea", "Bob")
    bob.click("#room-join")
    expect(bob.locator("#room-stand")).to_contain_text("Ann (host), Bob", timeout=PATIENCE_MS)

    ann.fill("#prompt textarea", "a lighthouse at night")
    ann.keyboard.press("Control+Enter")
    tile = bob.locator("#room-board figure").first
    expect(tile).to_contain_text("Ann", timeout=PATIENCE_MS)
    expect(tile.locator("img")).to_have_js_property("complete", True)
    assert tile.locator("img").evaluate("each => each.naturalWidth") > 0
    tile.get_by_role("button", name="Remix").click()
    expect(bob.locator("#prompt textarea")).to_have_value("a lighthouse at night", timeout=PATIENCE_MS)
    expect(bob.locator("#room-close")).to_be_hidden()

    ann.click("#room-close")
    expect(bob.locator("#room-stand")).to_contain_text("closed by its host", timeout=PATIENCE_MS)
