"""A result's link: shown to somebody else, opened in their form, and taken back."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.

PATIENCE_MS = 60_000


def test_a_result_is_shown_by_its_link_until_that_is_taken_back(
    page: Page, site: Site, browser: Browser, hands: dict[str, Any]
) -> None:
    page.fill("#prompt textarea", "a lighthouse <b>at night</b>")
    page.keyboard.press("Control+Enter")
    share = page.locator("#stage .card [data-act=share]")
    share.click(timeout=PATIENCE_MS)
    code = page.locator("#inspector code")
    expect(code).to_contain_text("?result=", timeout=PATIENCE_MS)
    address = code.inner_text()

    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    other = context.new_page()
    other.goto(address)
    shown = other.locator("#shared-result")
    expect(shown).to_contain_text("a lighthouse <b>at night</b>", timeout=PATIENCE_MS)
    assert shown.locator("img").evaluate("async each => { await each.decode(); return each.naturalWidth; }") > 0
    assert other.locator("#history figure").count() == 0
    shown.get_by_role("link", name="Open in the playground").click()
    expect(other.locator("#prompt textarea")).to_have_value("a lighthouse <b>at night</b>", timeout=PATIENCE_MS)
    assert site.fake.running == 0

    share.click()
    expect(page.locator("#inspector")).to_contain_text("taken back", timeout=PATIENCE_MS)
    other.goto(address)
    expect(other.locator("#shared-result")).to_contain_text("shows nothing any more", timeout=PATIENCE_MS)
    context.close()


@pytest.mark.parametrize("token", ["x", "../../etc/passwd", "%00"])
def test_a_guessed_link_shows_nothing(page: Page, site: Site, token: str) -> None:
    page.goto(f"{site.address}?result={token}")
    expect(page.locator("#shared-result")).to_contain_text("shows nothing any more", timeout=PATIENCE_MS)
