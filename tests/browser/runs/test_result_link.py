"""A result's link: shown on screen and copied, seen by others, opened in their form, and taken back knowingly."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.seen import on_screen
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.

PATIENCE_MS = 60_000


def draw(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#history img[alt='{words}']")).to_have_count(1)


def shared(site: Site) -> int:
    """Return how many results have a link."""
    with site.playground.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM links").scalar_one())


def address_on(sheet: Locator) -> str:
    """Return the address that the sheet shows, once it can be seen."""
    on_screen(sheet.get_by_label("Address"))
    return sheet.get_by_label("Address").input_value()


@pytest.mark.parametrize("place", ["#stage .card", "#history .tile"])
def test_a_link_is_on_screen_and_copied_and_stays_when_it_is_asked_for_again(
    page: Page, site: Site, place: str
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draw(page, "a lighthouse to be shown")
    before, sheet = shared(site), page.locator("#link-sheet")
    page.locator(f"{place} [data-act=share]").click()
    address = address_on(sheet)
    assert "?result=" in address
    on_screen(sheet)
    on_screen(sheet.get_by_text("The address is copied."))
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator(f"{place} [data-act=share]").click()
    assert address_on(sheet) == address
    assert shared(site) == before + 1


def test_a_shut_clipboard_leaves_the_address_marked(page: Page) -> None:
    draw(page, "a lighthouse behind a shut clipboard")
    page.evaluate("""() => {
        Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error())}});
        document.execCommand = () => false;
    }""")
    page.locator("#stage .card [data-act=share]").click()
    address = address_on(page.locator("#link-sheet"))
    on_screen(page.locator("#link-sheet").get_by_text("copy it yourself"))
    assert page.evaluate("getSelection().toString() || document.activeElement.value") == address
    marked = (
        "() => { const box = document.activeElement; return box.value.slice(box.selectionStart, box.selectionEnd); }"
    )
    assert page.evaluate(marked) == address


def test_a_result_is_shown_by_its_link_until_that_is_taken_back(
    page: Page, site: Site, browser: Browser, hands: dict[str, Any]
) -> None:
    draw(page, "a lighthouse <b>at night</b>")
    share, sheet = page.locator("#stage .card [data-act=share]"), page.locator("#link-sheet")
    share.click()
    address = address_on(sheet)

    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    other = context.new_page()
    other.goto(address)
    shown = other.locator("#shared-result")
    expect(shown).to_contain_text("a lighthouse <b>at night</b>")
    assert shown.locator("img").evaluate("async each => { await each.decode(); return each.naturalWidth; }") > 0
    assert other.locator("#history figure").count() == 0
    shown.get_by_role("link", name="Open in the playground").click()
    expect(other.locator("#prompt textarea")).to_have_value("a lighthouse <b>at night</b>")
    assert site.fake.running == 0

    sheet.get_by_role("button", name="Take the link back").click()
    on_screen(sheet.get_by_text("The link was taken back"))
    other.goto(address)
    expect(other.locator("#shared-result")).to_contain_text("shows nothing any more")
    context.close()
    sheet.get_by_role("button", name="Close").click()
    share.click()
    assert address_on(sheet) != address


@pytest.mark.parametrize("token", ["x", "../../etc/passwd", "%00"])
def test_a_guessed_link_shows_nothing(page: Page, site: Site, token: str) -> None:
    page.goto(f"{site.address}?result={token}")
    expect(page.locator("#shared-result")).to_contain_text("shows nothing any more", timeout=PATIENCE_MS)
