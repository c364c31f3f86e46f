"""Zoom of a result: on the stage and in full size, by wheel, hand, fingers and keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.fingers import PHONE, Finger, pinch
from tests.browser.seen import on_screen
from tests.serving import Site

STAGE, LARGE = "#stage .card .picture", "#lightbox .view"
NEAR = 1.5
"""CSS pixels that a place may be off by."""


def open_page(browser: Browser, site: Site, **screen: object) -> Page:
    context = browser.new_context(**screen)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address)
    page.wait_for_selector("#generate")
    return page


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Page]:
    """Open the playground on a desk's screen."""
    page = open_page(browser, site, viewport={"width": 1440, "height": 900})
    yield page
    page.context.close()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """Open the playground on a phone."""
    page = open_page(browser, site, **PHONE)
    yield page
    page.context.close()


def draw(page: Page, words: str = "a lighthouse to look at closely", images: int = 1) -> Locator:
    """Draw, and return the first picture of the stage once the run is over."""
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card [data-act=code]")).to_have_count(images)
    expect(page.locator(f"#history img[alt='{words}']").first).to_be_attached()
    picture = page.locator(STAGE).first
    on_screen(picture)
    settled(picture)
    return picture


def settled(place: Locator) -> None:
    """Wait until a place moves no further: what a press brought glides into sight."""
    before = None
    while before != (before := place.bounding_box()):
        place.page.wait_for_timeout(100)


def laid(page: Page, view: str = STAGE) -> tuple[float, float, float]:
    """Return where the picture of a view lies on the screen: left, top and width."""
    box = page.locator(f"{view} img").first.bounding_box()
    assert box
    return box["x"], box["y"], box["width"]


def roll(page: Page, by: float, told: str = "#stage .back-whole") -> None:
    """Turn the wheel, and wait until what tells the scale tells another one."""
    place = page.locator(told).first
    before = place.text_content() or ""
    page.mouse.wheel(0, by)
    expect(place).not_to_have_text(before)


def middle(page: Page, view: str = STAGE) -> tuple[float, float]:
    box = page.locator(view).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_wheel_zooms_at_the_pointer_and_the_hand_moves_what_is_near(desk: Page) -> None:
    draw(desk)
    left, top, width = laid(desk)
    x, y = left + width / 4, top + width / 3
    desk.mouse.move(x, y)
    desk.mouse.wheel(0, -400)
    back = desk.locator("#stage .back-whole")
    on_screen(back)
    now_left, now_top, now_width = laid(desk)
    assert now_width > 1.5 * width
    assert (x - now_left) / now_width == pytest.approx(1 / 4, abs=NEAR / width)
    assert (y - now_top) / now_width == pytest.approx(1 / 3, abs=NEAR / width)
    desk.mouse.down()
    desk.mouse.move(x - 60, y - 40, steps=4)
    desk.mouse.up()
    moved_left, moved_top, _ = laid(desk)
    assert moved_left == pytest.approx(now_left - 60, abs=NEAR)
    assert moved_top == pytest.approx(now_top - 40, abs=NEAR)
    expect(desk.locator("#lightbox")).to_be_hidden()  # a drag is no press
    back.click()
    expect(back).to_be_hidden()
    assert laid(desk) == pytest.approx((left, top, width), abs=NEAR)


def test_no_edge_of_a_zoomed_picture_comes_into_its_view(desk: Page) -> None:
    draw(desk)
    left, top, width = laid(desk)
    desk.mouse.move(left + width / 2, top + width / 2)
    roll(desk, -400)
    on_screen(desk.locator("#stage .back-whole"))
    desk.mouse.down()
    desk.mouse.move(left + width / 2 + 3000, top + width / 2 + 3000, steps=3)
    desk.mouse.up()
    assert laid(desk)[:2] == pytest.approx((left, top), abs=NEAR)


def test_keys_act_on_the_picture_under_the_pointer(desk: Page) -> None:
    draw(desk)
    desk.locator("h1").click()
    _, _, whole = laid(desk)
    desk.mouse.move(*middle(desk))
    desk.keyboard.press("+")
    desk.keyboard.press("+")
    assert laid(desk)[2] == pytest.approx(whole * 1.25**2, abs=NEAR)
    desk.keyboard.press("-")
    assert laid(desk)[2] == pytest.approx(whole * 1.25, abs=NEAR)
    desk.keyboard.press("1")
    assert laid(desk)[2] == pytest.approx(256, abs=NEAR)
    desk.keyboard.press("0")
    assert laid(desk)[2] == pytest.approx(whole, abs=NEAR)
    desk.keyboard.press("2")
    expect(desk.locator("#main[data-mode=image_to_image]")).to_be_visible()
    desk.mouse.move(*middle(desk))
    desk.keyboard.press("1")  # over a picture that lies whole
    expect(desk.locator("#main[data-mode=text_to_image]")).to_be_visible()


def test_keys_written_into_the_prompt_zoom_nothing(desk: Page) -> None:
    draw(desk)
    desk.mouse.move(*middle(desk))
    desk.locator("#prompt textarea").focus()
    desk.keyboard.type("+10-")
    expect(desk.locator("#prompt textarea")).to_have_value("a lighthouse to look at closely+10-")
    expect(desk.locator("#stage .back-whole")).to_be_hidden()


def test_the_wheel_scrolls_the_pane_where_it_can_before_it_zooms(desk: Page) -> None:
    draw(desk)
    desk.click("#stage [data-act=code]")
    expect(desk.locator("#inspector")).to_contain_text("Python, through this playground")
    settled(desk.locator("#inspector"))
    desk.mouse.move(*middle(desk))
    desk.wait_for_function("() => document.querySelector('#results').scrollTop > 40")
    before = desk.locator("#results").evaluate("each => each.scrollTop")
    desk.mouse.wheel(0, -20)
    desk.wait_for_function("before => document.querySelector('#results').scrollTop < before", arg=before)
    expect(desk.locator("#stage .back-whole")).to_be_hidden()


def test_full_size_has_facts_and_actions_and_turns_by_buttons_and_keys(desk: Page) -> None:
    draw(desk, "the first of two")
    draw(desk, "the second of two").click()
    large, count = desk.locator(f"{LARGE} img"), desk.locator("#lightbox .count")
    expect(large).to_have_attribute("alt", "the second of two")
    on_screen(large)
    seed = desk.locator("#stage .card .fact.seed").inner_text()
    on_screen(desk.locator("#lightbox .fact.seed", has_text=seed))
    for name in ("Download", "Use settings", "Code"):
        on_screen(desk.locator("#lightbox .actions").get_by_text(name))
    pages = count.inner_text().split(" / ")[1]
    expect(count).to_have_text(f"1 / {pages}")
    desk.get_by_role("button", name="Next", exact=True).click()
    expect(large).to_have_attribute("alt", "the first of two")
    expect(count).to_have_text(f"2 / {pages}")
    on_screen(desk.locator("#lightbox .actions").get_by_text("Favourite"))
    desk.keyboard.press("ArrowLeft")
    expect(large).to_have_attribute("alt", "the second of two")
    desk.get_by_role("button", name="Previous", exact=True).click()
    expect(count).to_have_text(f"{pages} / {pages}")


def test_what_is_done_from_full_size_is_done_with_the_picture_that_is_shown(desk: Page) -> None:
    draw(desk, "words to come back")
    draw(desk, "words of the stage").click()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator(f"{LARGE} img")).to_have_attribute("alt", "words to come back")
    star = desk.locator("#lightbox .actions").get_by_text("Favourite")
    star.click()
    expect(desk.locator("#history .tile.on img")).to_have_attribute("alt", "words to come back")
    expect(desk.locator("#lightbox")).to_be_visible()
    star.click()
    expect(desk.locator("#history .tile.on")).to_have_count(0)
    desk.locator("#lightbox .actions").get_by_text("Settings").click()
    expect(desk.locator("#lightbox")).to_be_hidden()
    expect(desk.locator("#prompt textarea")).to_have_value("words to come back")


def test_full_size_zooms_by_a_double_click_keys_and_buttons_and_closes_beside_the_picture(desk: Page) -> None:
    draw(desk).click()
    expect(desk.locator(f"{LARGE} img")).to_have_js_property("naturalWidth", 256)
    desk.wait_for_timeout(500)  # a press right behind the one that has opened it is the second of two
    _, _, whole = laid(desk, LARGE)
    assert whole > 256
    desk.mouse.dblclick(*middle(desk, LARGE))
    expect(desk.locator("#lightbox .percent")).to_have_text("100 %")
    assert laid(desk, LARGE)[2] == pytest.approx(256, abs=NEAR)
    desk.keyboard.press("0")
    assert laid(desk, LARGE)[2] == pytest.approx(whole, abs=NEAR)
    desk.get_by_role("button", name="Zoom in").click()
    left, top, wide = laid(desk, LARGE)
    assert wide == pytest.approx(1.5 * whole, abs=NEAR)
    desk.keyboard.press("Shift+ArrowDown")
    assert laid(desk, LARGE) == pytest.approx((left, top - 80, wide), abs=NEAR)
    desk.keyboard.press("0")
    box = desk.locator(LARGE).bounding_box()
    assert box
    desk.mouse.click(box["x"] + 8, box["y"] + box["height"] / 2)
    expect(desk.locator("#lightbox")).to_be_hidden()


def test_a_double_click_on_the_stage_opens_single_pixels(desk: Page) -> None:
    draw(desk)
    desk.mouse.dblclick(*middle(desk))
    on_screen(desk.locator(f"{LARGE} img"))
    expect(desk.locator("#lightbox .percent")).to_have_text("100 %")


@pytest.mark.slow
def test_two_fingers_zoom_the_picture_not_the_page_and_one_moves_it(phone: Page) -> None:
    draw(phone)
    left, top, width = laid(phone)
    pinch(phone, middle(phone), 60, 180)
    on_screen(phone.locator("#stage .back-whole"))
    assert laid(phone)[2] == pytest.approx(3 * width, rel=0.1)
    assert phone.evaluate("visualViewport.scale") == 1
    before, scrolled = laid(phone), phone.evaluate("scrollY")
    finger = Finger(phone)
    finger.move(*middle(phone))
    finger.down()
    finger.move(middle(phone)[0] - 50, middle(phone)[1] - 50, steps=5)
    finger.up()
    assert laid(phone)[0] == pytest.approx(before[0] - 50, abs=20)
    assert phone.evaluate("scrollY") == scrolled
    expect(phone.locator("#lightbox")).to_be_hidden()
    pinch(phone, middle(phone), 220, 30)
    expect(phone.locator("#stage .back-whole")).to_be_hidden()
    assert laid(phone) == pytest.approx((left, top, width), abs=NEAR)


@pytest.mark.slow
def test_one_finger_over_a_whole_picture_scrolls_the_page(phone: Page) -> None:
    draw(phone)
    before = phone.evaluate("scrollY")
    finger, (x, y) = Finger(phone), middle(phone)
    finger.move(x, y)
    finger.down()
    finger.move(x, y - 150, steps=8)
    finger.up()
    phone.wait_for_function("before => scrollY > before + 80", arg=before)
    expect(phone.locator("#lightbox")).to_be_hidden()


TAKEN_AWAY = """view => {
  for (const type of ['pointerdown', 'pointercancel'])
    view.dispatchEvent(new PointerEvent(type, {pointerId: 77, pointerType: 'touch', bubbles: true}));
}"""
"""A touch that the browser takes for a gesture of its own."""


@pytest.mark.slow
def test_a_swipe_in_full_size_turns_to_the_next_picture(phone: Page) -> None:
    draw(phone, "the first to swipe")
    draw(phone, "the second to swipe").tap()
    large = phone.locator(f"{LARGE} img")
    expect(large).to_have_attribute("alt", "the second to swipe")
    on_screen(large)
    finger, (x, y) = Finger(phone), middle(phone, LARGE)
    phone.locator(LARGE).evaluate(TAKEN_AWAY)
    finger.move(x + 80, y)
    finger.down()
    finger.move(x - 80, y, steps=6)
    finger.up()
    expect(large).to_have_attribute("alt", "the first to swipe")
    for name in ("Previous", "Next", "Close"):
        on_screen(phone.get_by_role("button", name=name, exact=True))
