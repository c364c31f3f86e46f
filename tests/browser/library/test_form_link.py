"""The form's link: copied here, opened by somebody else, who finds the same form and no run."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.presses import open_tab
from tests.serving import Site

PATIENCE_MS = 60_000


def test_a_copied_link_gives_somebody_else_the_same_form(page: Page, site: Site, browser: Browser) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_tab(page, "Outpaint")
    page.fill("#prompt textarea", "a bridge <b>&</b> a boat, 橋")
    page.fill("#steps input[type=number]", "11")
    page.keyboard.press("Tab")
    page.click("#copy-link")
    expect(page.locator("#form-link")).to_contain_text("Your pictures stay here")
    expect(page.locator("#form-link [data-copy-link]")).to_have_text("Copied")
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(site.address) + r"\?recipe=1\.[\w-]+", address)

    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    other = context.new_page()
    other.goto(address)
    expect(other.locator("#prompt textarea")).to_have_value("a bridge <b>&</b> a boat, 橋")
    expect(other.locator("#steps input[type=number]")).to_have_value("11")
    expect(other.get_by_role("tab", name="Outpaint", exact=True)).to_have_attribute("aria-selected", "true")
    expect(other.locator("#notice")).to_contain_text("nothing has run yet")
    assert site.fake.running == 0
    assert other.locator("#history figure").count() == 0
    context.close()


def test_the_link_can_be_copied_where_the_browser_closes_its_clipboard(page: Page) -> None:
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.fill("#prompt textarea", "over plain http")
    page.click("#copy-link")
    expect(page.locator("#form-link [data-copy-link]")).to_have_text(re.compile("Copied|Press Ctrl C"))
    page.locator("#form-link [data-close]").click()
    expect(page.locator("#form-link a")).to_have_count(0)
