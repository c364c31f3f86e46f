"""The frame: prompt and Generate in sight whatever scrolls, one stage that fits the window, a rail that closes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.fingers import PHONE
from tests.browser.modes.test_modes import choose, scene  # noqa: F401 - a fixture
from tests.browser.presses import open_tab, press_until
from tests.browser.seen import on_screen
from tests.serving import Site

SCREENS = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "tablet": {"viewport": {"width": 768, "height": 1024}},
    "phone": PHONE,
}
FOOT = "#list-shelf"
"""The last of the settings."""
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) shifted += each.value;
}).observe({type: 'layout-shift', buffered: true});
"""
MOST_AT_LOAD, MOST_OVER_A_RUN = 0.02, 0.05
WIDTH, LEFT = "each => each.offsetWidth", "each => each.getBoundingClientRect().left"
MIDDLES = """rows => rows.map(row => [...row.children].filter(each => each.checkVisibility()).map(each => {
  const box = each.getBoundingClientRect(); return (box.top + box.bottom) / 2;
}))"""
INSIDE = "each => { const box = each.getBoundingClientRect(); return [box.top, innerHeight - box.bottom]; }"


@pytest.fixture(params=SCREENS)
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Make a new visitor's browser of one of three sizes."""
    context = browser.new_context(**SCREENS[request.param])
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def opened(context: BrowserContext, site: Site) -> Page:
    """Open the playground, and count from its beginning how far things jump that stand on it."""
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(site.address)
    page.wait_for_selector("#generate")
    # The last of what comes by itself.
    expect(page.locator("#compare")).to_contain_text("Compare Fake")
    return page


def draw(page: Page, images: int = 1) -> None:
    page.fill("#prompt textarea", "a lighthouse in its frame")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card [data-act=code]")).to_have_count(images)


def test_prompt_and_generate_stay_in_sight_while_the_settings_scroll(opened: Page) -> None:
    opened.locator(FOOT).scroll_into_view_if_needed()
    on_screen(opened.locator(FOOT))
    on_screen(opened.locator("#prompt textarea"))
    on_screen(opened.locator("#generate"))


def test_a_result_is_seen_whole_and_nothing_jumps(opened: Page) -> None:
    assert opened.evaluate("shifted") <= MOST_AT_LOAD
    on_screen(opened.locator("#stage .empty"))
    before = opened.evaluate("shifted")
    draw(opened)
    on_screen(opened.locator("#stage .card .picture"))
    above, below = opened.locator("#stage .card .picture").evaluate(INSIDE)
    assert above >= 0
    assert below >= 0
    on_screen(opened.locator("#stage .card a[download]"))
    expect(opened.locator("#rail .tile, #history .tile").first).to_be_attached()
    assert opened.evaluate("shifted") - before <= MOST_OVER_A_RUN


def test_the_modes_stand_in_one_row(opened: Page) -> None:
    tops = opened.get_by_role("tab").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(tops) == 5
    assert len(set(tops)) == 1


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Page]:
    """Open the playground on a desk's screen."""
    context = browser.new_context(**SCREENS["desk"])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address)
    page.wait_for_selector("#generate")
    yield page
    context.close()


def test_the_page_of_a_desk_does_not_scroll_and_its_panes_do(desk: Page) -> None:
    draw(desk)
    expect(desk.locator("#history .tile").first).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert desk.locator("#scroll").evaluate("each => each.scrollHeight > each.clientHeight")


def test_four_images_are_seen_at_once(desk: Page) -> None:
    desk.fill("#count input[type=number]", "4")
    desk.keyboard.press("Tab")
    draw(desk, images=4)
    pictures = desk.locator("#stage .card .picture")
    for at in range(4):
        above, below = pictures.nth(at).evaluate(INSIDE)
        assert above >= 0
        assert below >= 0


def test_what_is_done_with_each_of_four_images_stands_in_one_row(desk: Page) -> None:
    desk.fill("#count input[type=number]", "4")
    desk.keyboard.press("Tab")
    draw(desk, images=4)
    for middles in desk.locator("#stage .card .actions").evaluate_all(MIDDLES):
        assert len(middles) >= 7
        assert max(middles) - min(middles) < 2
    tiles = desk.locator("#history .tile figcaption")
    expect(tiles).to_have_count(4)
    for middles in tiles.evaluate_all(MIDDLES):
        assert len({round(middle) for middle in middles}) == 2, "the facts, and one row of buttons"


def test_a_pane_without_a_picture_is_one_place_to_drop_it(desk: Page) -> None:
    open_tab(desk, "Image to image")
    drop = desk.locator("#easel .drop")
    on_screen(drop)
    assert drop.evaluate("each => each.offsetHeight > innerHeight / 2")
    # Chromium ends a page that asks for the width of something as wide as NaN.
    assert "NaN" not in (desk.locator("#easel .sheet").get_attribute("style") or "")


def test_the_rail_closes_and_stays_as_it_was_left(desk: Page) -> None:
    draw(desk)
    tile, press = desk.locator("#history .tile").first, desk.locator("#rail-head button[aria-expanded]")
    expect(tile).to_be_visible()
    press_until(press, lambda: press.get_attribute("aria-expanded") == "false")
    expect(tile).to_be_hidden()
    desk.reload()
    expect(press).to_have_attribute("aria-expanded", "false")
    press_until(press, lambda: press.get_attribute("aria-expanded") == "true")
    expect(tile).to_be_visible()


def test_a_picture_to_work_on_and_its_result_stand_side_by_side(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Image to image", scene)
    alone = desk.locator("#easel .easel").evaluate(WIDTH)
    draw(desk)
    sheet, picture = desk.locator("#easel .sheet"), desk.locator("#stage .card .picture")
    on_screen(sheet)
    on_screen(picture)
    assert sheet.evaluate("each => each.getBoundingClientRect().right") <= picture.evaluate(LEFT)
    assert alone > desk.locator("#easel .easel").evaluate(WIDTH)
