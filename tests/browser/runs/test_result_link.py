"""A result's link: shown on screen and copied, seen by others, opened in their form, and taken back knowingly."""

import json
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.folds import open_fold
from tests.browser.presses import generate_until
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.

PATIENCE_MS = 60_000
SMALL = """() => [...document.querySelectorAll('a, summary')]
    .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""


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
    assert "/result/" in address
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
    other, said_wrong = context.new_page(), list[str]()
    other.on("pageerror", lambda error: said_wrong.append(str(error)))
    other.on("console", lambda said: said_wrong.append(said.text) if said.type == "error" else None)
    other.goto(address)
    expect(other.locator(".prompt")).to_have_text("a lighthouse <b>at night</b>")
    picture = other.locator("figure img")
    assert picture.evaluate("async each => { await each.decode(); return each.naturalWidth; }") == 256
    on_screen(picture)
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert context.cookies() == []
    assert said_wrong == []
    other.get_by_role("link", name="Remix").click()
    expect(other.locator("#prompt textarea")).to_have_value("a lighthouse <b>at night</b>")
    assert site.fake.running == 0

    on_screen(sheet.get_by_role("link", name="Look at its page"))
    sheet.get_by_role("button", name="Take the link back").click()
    on_screen(sheet.get_by_text("The link was taken back"))
    for path in ("", "/0", "/preview.jpg"):
        assert other.goto(address + path).status == 404  # type: ignore[union-attr]
    other.goto(address)
    on_screen(other.get_by_text("shows nothing any more"))
    context.close()
    sheet.get_by_role("button", name="Close").click()
    share.click()
    assert address_on(sheet) != address


def test_the_history_finds_what_has_a_link_and_takes_it_back(page: Page) -> None:
    for words in ("a lighthouse that is shown", "a lighthouse of one's own"):
        page.fill("#prompt textarea", words)
        generate_until(page, f"#history img[alt={json.dumps(words)}]")
        expect(page.locator(f"#history img[alt={json.dumps(words)}]").first).to_be_visible()
    shown = page.locator("#history .tile", has=page.locator("img[alt='a lighthouse that is shown']"))
    shown.first.locator("[data-act=share]").click()  # A press of Generate may have been repeated.
    on_screen(page.locator("#link-sheet").get_by_text("The address is copied."))
    page.keyboard.press("Escape")
    open_fold(page, "Backend, dates, cost, links, trash")
    page.locator("#history-shared input").check()
    expect(page.locator("#history .tile")).to_have_count(1)
    expect(page.locator("#history .tile img")).to_have_attribute("alt", "a lighthouse that is shown")
    page.locator("#history .tile [data-act=share]").click()
    page.locator("#link-sheet").get_by_role("button", name="Take the link back").click()
    expect(page.locator("#history .tile")).to_have_count(0)


def test_an_address_of_before_that_was_guessed_shows_nothing(page: Page, site: Site) -> None:
    page.goto(f"{site.address}?result=../../etc/passwd")
    on_screen(page.get_by_text("shows nothing any more"))
    page.get_by_role("link", name="To the playground").click()
    page.wait_for_selector("#generate")


def test_a_results_page_is_without_fault_for_every_reader(page: Page, browser: Browser, hands: dict[str, Any]) -> None:
    draw(page, "a lighthouse for everybody")
    page.locator("#stage .card [data-act=share]").click()
    address = address_on(page.locator("#link-sheet"))
    for scheme, locale in product(("light", "dark"), ("en-US", "zh-CN")):
        context = browser.new_context(**hands, color_scheme=scheme, locale=locale)
        other = context.new_page()
        for place in (f"{page.url}result/none", address):
            other.goto(place)
            assert (scheme, locale, place, faults(other)) == (scheme, locale, place, [])
            assert other.evaluate(SMALL) == []
        expect(other.locator("html")).to_have_attribute("lang", "zh-Hans" if locale == "zh-CN" else "en")
        other.locator(".language").click()
        expect(other.locator("html")).to_have_attribute("lang", "en" if locale == "zh-CN" else "zh-Hans")
        context.close()
