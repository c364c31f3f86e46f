"""Fingers: whatever is pressed, written into or drawn along is 44 px high, in every mode and with every fold open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.fingers import PHONE
from tests.browser.modes.test_modes import scene  # noqa: F401 - a fixture
from tests.browser.presses import open_tab, press_until
from tests.browser.test_accessible import TABS, unfold
from tests.browser.viewing.test_zoom import draw
from tests.serving import Site

pytestmark = pytest.mark.slow  # It looks at a whole page half a dozen times.
PRESSED = "button, a[href], summary, select, textarea, input:not([type=hidden])"
SMALL = f"""() => [...document.querySelectorAll('#head *, #main *, dialog[open] *')]
  .filter(each => each.matches('{PRESSED}') && each.checkVisibility({{visibilityProperty: true}}))
  // What is pressed of a box is its label, of a menu its whole frame; a mark is larger than it is painted.
  .map(each => each.matches('[type=checkbox], [type=radio], [type=file]') ? each.closest('label')
    : each.matches('.border-none') ? each.closest('.wrap') : each)
  .map(place => [place, ...['width', 'height'].map(side => place.getBoundingClientRect()[side])])
  .filter(([place, width, height]) => width > 2 && height > 2 && !place.matches('.mark')
    && (Math.ceil(height) < 44 || width < (place.closest('.tile') ? 36 : 42)))
  .map(([place, width, height]) => `${{place.outerHTML.slice(0, 99)}} ${{width}} x ${{height}}`)"""


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(**PHONE)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address)
    page.wait_for_selector("#generate")
    yield page
    context.close()


def test_everything_that_is_pressed_has_room_for_a_finger(phone: Page, scene: Path) -> None:  # noqa: F811
    unfold(phone)
    assert phone.evaluate(SMALL) == []
    phone.fill("#prompt textarea", "a lighthouse")
    phone.keyboard.press("Control+Enter")
    expect(phone.locator("#stage .card [data-act=code]")).to_be_visible()
    expect(phone.locator("#history .tile").first).to_be_visible()
    unfold(phone)
    assert phone.evaluate(SMALL) == []
    for tab in TABS[1:]:
        open_tab(phone, tab)
        unfold(phone)
        assert (tab, phone.evaluate(SMALL)) == (tab, [])
    phone.set_input_files("#easel .drop input", scene)
    expect(phone.locator("#easel .easel:not([data-empty])")).to_be_visible()
    for tab in TABS[1:]:
        open_tab(phone, tab)
        expect(phone.locator("#easel .tools button:visible").first).to_be_visible()
        assert (tab, phone.evaluate(SMALL)) == (tab, [])


def test_what_opens_over_the_page_has_room_for_a_finger_too(phone: Page) -> None:
    draw(phone, "a lighthouse")
    for act, sheet in (("share", "#link-sheet"), ("enlarge", "#over-page"), ("detail", "#over-page")):
        press_until(phone.locator(f"#stage .card [data-act={act}]"), phone.locator(sheet).is_visible)
        assert (act, phone.evaluate(SMALL)) == (act, [])
        phone.keyboard.press("Escape")
        expect(phone.locator(sheet)).to_be_hidden()
    press_until(phone.locator("#stage .card .picture"), phone.locator("#lightbox").is_visible)
    assert ("lightbox", phone.evaluate(SMALL)) == ("lightbox", [])
    phone.keyboard.press("Escape")
    draw(phone, "another lighthouse")
    for picture in (phone.locator("#stage .card"), phone.locator("#history .tile").nth(1)):
        picture.locator("[data-mark]").tap()
    phone.locator("#marked").get_by_role("button", name="Compare").tap()
    for view in ("Side by side", "Slider"):
        phone.locator("#duel").get_by_role("button", name=view).tap()
        assert (view, phone.evaluate(SMALL)) == (view, [])


def test_what_is_selected_and_its_boards_have_room_for_a_finger(phone: Page) -> None:
    draw(phone, "a lighthouse for fingers")
    phone.locator("#history-select").tap()
    phone.locator("#history .tile .picture").first.tap()
    expect(phone.locator("#marked")).to_be_visible()
    assert phone.evaluate(SMALL) == []
    phone.locator("#marked").get_by_role("button", name="Board", exact=True).tap()
    phone.get_by_label("Name of a new board").fill("To print")
    phone.get_by_role("button", name="Make it, and put them there").tap()
    expect(phone.locator("#undo")).to_contain_text("Put on “To print”")
    phone.locator("#history-head").get_by_role("button", name="Boards").tap()
    expect(phone.locator(".board-list li").first).to_be_visible()
    assert phone.evaluate(SMALL) == []


def test_a_row_of_buttons_stays_one_under_a_tile(phone: Page) -> None:
    phone.fill("#prompt textarea", "a lighthouse")
    phone.keyboard.press("Control+Enter")
    tile = phone.locator("#history .tile").first
    expect(tile).to_be_visible()
    tops = tile.locator("figcaption .small").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().top))"
    )
    assert len(tops) >= 4
    assert len(set(tops)) == 1


def test_a_room_and_its_sheet_have_room_for_a_finger_too(phone: Page) -> None:
    sheet = phone.locator("#together-sheet")
    press_until(phone.locator("#together-open"), sheet.is_visible)
    expect(sheet.locator("[data-do=close]")).to_be_visible()
    assert ("sheet", phone.evaluate(SMALL)) == ("sheet", [])
    phone.keyboard.press("Escape")
    draw(phone)
    expect(phone.locator("#board .tile[data-run] img")).to_be_visible()
    assert ("board", phone.evaluate(SMALL)) == ("board", [])
