"""What only a phone shows: no keys to press, sliders without their ends, no footer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fingers import PHONE
from tests.browser.presses import open_tab
from tests.serving import Site

UNCUT = """() =>
  [...document.querySelectorAll('input[type=range]')].filter(each => each.checkVisibility()).map(each => {
  const track = each.getBoundingClientRect(), block = each.closest('.block').getBoundingClientRect();
  return block.bottom - (track.top + track.bottom) / 2;
})"""
THUMB_PX = 16


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """Open the playground on a phone."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(site.address)
    page.wait_for_selector("#generate")
    yield page
    context.close()


def test_no_slider_cuts_its_thumb(phone: Page) -> None:
    open_tab(phone, "Outpaint")
    expect(phone.locator("#outpaint-left input[type=range]")).to_be_visible()
    below = phone.evaluate(UNCUT)
    assert len(below) > 5
    assert min(below) >= THUMB_PX / 2


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_all_five_modes_stand_in_one_row_and_on_screen(browser: Browser, site: Site, language: str) -> None:
    context = browser.new_context(**PHONE, locale=language)
    page = context.new_page()
    page.goto(site.address)
    tabs = page.locator("#modes [role=tab]:visible")
    expect(tabs).to_have_count(5)
    boxes = tabs.evaluate_all("all => all.map(each => each.getBoundingClientRect().toJSON())")
    assert len({box["top"] for box in boxes}) == 1
    assert all(box["left"] >= 0 and box["right"] <= PHONE["viewport"]["width"] for box in boxes)
    context.close()


def test_the_empty_stage_asks_for_no_key_and_there_is_no_footer(phone: Page) -> None:
    expect(phone.locator("#stage .by-touch")).to_be_visible()
    expect(phone.locator("#stage kbd").first).to_be_hidden()
    expect(phone.locator("footer")).to_be_hidden()
