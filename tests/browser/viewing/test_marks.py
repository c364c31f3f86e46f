"""Any two pictures of the stage and the history, selected and compared."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.seen import on_screen
from tests.browser.viewing.test_zoom import NEAR, desk, draw, phone, roll  # noqa: F401 - fixtures

IMAGES = "#duel .layer img"
RECT = "each => { const box = each.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; }"


def tile(page: Page, words: str) -> Locator:
    return page.locator("#history .tile", has=page.locator(f"img[alt='{words}']")).first


def draw_at(page: Page, words: str, width: int) -> None:
    page.fill("#width input", str(width))
    page.keyboard.press("Tab")
    draw(page, words)


def compare(page: Page, *words: str) -> None:
    """Select pictures of the history by a press with Ctrl, and compare them."""
    for each in words:
        tile(page, each).locator(".picture").click(modifiers=["Control"])
    page.locator("#marked").get_by_role("button", name="Compare").click()


def rects(page: Page) -> list[list[float]]:
    return [page.locator(IMAGES).nth(at).evaluate(RECT) for at in range(2)]


def test_two_of_the_history_are_selected_with_ctrl_and_compared_by_one_press(desk: Page) -> None:  # noqa: F811
    for words in ("an older barn", "a newer barn"):
        draw(desk, words)
    tile(desk, "an older barn").locator(".picture").click(modifiers=["Control"])
    bar = desk.locator("#marked")
    on_screen(bar)
    expect(bar).to_contain_text("1 picture is selected")
    expect(desk.locator("#lightbox")).to_be_hidden()
    expect(bar.get_by_role("button", name="Compare")).to_be_hidden()
    tile(desk, "a newer barn").locator(".picture").click(modifiers=["Control"])
    expect(tile(desk, "a newer barn").locator("[data-mark]")).to_have_text("2")
    bar.get_by_role("button", name="Compare").click()
    expect(desk.locator(IMAGES)).to_have_count(2)
    expect(desk.locator(IMAGES).first).to_have_attribute("alt", "an older barn")
    for name in ("Side by side", "Slider", "Hover", "Difference", "Swap the two", "Close"):
        on_screen(desk.locator("#duel").get_by_role("button", name=name))
    one, other = rects(desk)
    assert one[0] + one[2] <= other[0]
    assert one[1:] == pytest.approx(other[1:], abs=NEAR)
    for said in ("an older barn", "a newer barn"):
        on_screen(desk.locator("#duel .about-view").get_by_text(said))
    expect(desk.locator("#duel .about-view .fact.seed")).to_have_count(2)
    desk.get_by_role("button", name="Swap the two").click()
    expect(desk.locator(IMAGES).first).to_have_attribute("alt", "a newer barn")
    desk.keyboard.press("Escape")
    expect(desk.locator("#duel")).to_be_hidden()


def test_each_view_shows_what_its_name_says(desk: Page) -> None:  # noqa: F811
    for words in ("a hut at noon", "a hut at night"):
        draw(desk, words)
    compare(desk, "a hut at noon", "a hut at night")
    duel = desk.locator("#duel")
    duel.get_by_role("button", name="Slider").click()
    one, other = rects(desk)
    assert one == pytest.approx(other, abs=NEAR)
    colours = [colour(desk, where) for where in (0.25, 0.75)]
    assert colours[0] != colours[1]
    desk.mouse.move(one[0] + one[2] * 0.5, one[1] + one[3] / 2)
    desk.mouse.down()
    desk.mouse.move(one[0] + one[2] * 0.9, one[1] + one[3] / 2, steps=4)
    desk.mouse.up()
    assert colour(desk, 0.75) == colours[0]
    assert colour(desk, 0.95) == colours[1]
    duel.locator("input[type=range]").press("Home")
    assert colour(desk, 0.25) == colours[1]
    duel.get_by_role("button", name="Hover").click()
    assert colour(desk, 0.25, away=True) == colours[0]
    assert colour(desk, 0.25) == colours[1]
    percent = desk.locator("#duel .percent")
    expect(percent).not_to_have_text("100 %")
    duel.locator(".pair-of-layers").dblclick()
    expect(percent).to_have_text("100 %")
    expect(duel.locator(".pair-of-layers")).not_to_have_class(re.compile("other"))
    duel.locator(".pair-of-layers").dblclick()
    expect(percent).not_to_have_text("100 %")
    duel.get_by_role("button", name="Difference").click()
    expected = [abs(a - b) for a, b in zip(*colours, strict=True)]
    assert colour(desk, 0.5) == pytest.approx(expected, abs=2)


def colour(page: Page, across: float, *, away: bool = False) -> list[int]:
    """Return the colour on the screen at a part of the first picture's width, with the pointer over it or away."""
    left, top, wide, high = rects(page)[0]
    page.mouse.move(*((left + wide * across, top + high * 0.4) if not away else (2, 2)))
    page.locator(IMAGES).evaluate_all("all => Promise.all(all.map(each => each.decode()))")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        return list(shot.convert("RGB").getpixel((round(left + wide * across) - 3, round(top + high * 0.6))))


def test_pictures_of_unequal_size_lie_over_one_another_whole_and_zoom_as_one(desk: Page) -> None:  # noqa: F811
    draw_at(desk, "a small square", 256)
    draw_at(desk, "a wide one", 512)
    compare(desk, "a small square", "a wide one")
    expect(desk.locator("#duel .hint")).to_have_text("They differ in shape: each lies whole in the middle.")
    one, other = rects(desk)
    assert one[2:] == pytest.approx(other[2:], abs=NEAR)
    desk.mouse.move(one[0] + one[2] / 4, one[1] + one[3] / 2)
    roll(desk, -300, "#duel .percent")
    near, along = rects(desk)
    assert near[2] > 1.3 * one[2]
    assert near[2:] == pytest.approx(along[2:], abs=NEAR)
    assert near[0] - one[0] == pytest.approx(along[0] - other[0], abs=NEAR)
    desk.locator("#duel").get_by_role("button", name="Slider").click()
    one, other = rects(desk)
    assert one == pytest.approx(other, abs=NEAR)
    fit = desk.locator(IMAGES).first.evaluate("each => getComputedStyle(each).objectFit")
    assert fit == "contain"


def test_a_picture_of_a_batch_is_compared_with_another_by_keys(desk: Page) -> None:  # noqa: F811
    desk.fill("#count input[type=number]", "2")
    desk.keyboard.press("Tab")
    draw(desk, "two of a batch", images=2)
    pictures = desk.locator("#stage .card .picture")
    pictures.nth(0).focus()
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#stage [data-mark]").nth(0)).to_have_attribute("aria-pressed", "true")
    desk.locator("#stage [data-mark]").nth(1).focus()
    desk.keyboard.press("Space")
    desk.locator("#marked").get_by_role("button", name="Compare").press("Enter")
    expect(desk.locator(IMAGES)).to_have_count(2)
    sources = [desk.locator(IMAGES).nth(at).get_attribute("src") for at in range(2)]
    assert len(set(sources)) == 2
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Select nothing").press("Enter")
    expect(desk.locator("#marked")).to_be_hidden()
    expect(desk.locator("[data-mark][aria-pressed=true]")).to_have_count(0)


def test_what_is_selected_stays_so_while_the_page_draws_its_tiles_anew_and_two_of_it_are_compared(desk: Page) -> None:  # noqa: F811
    for words in ("one of three", "two of three"):
        draw(desk, words)
    for words in ("one of three", "two of three"):
        tile(desk, words).locator("[data-mark]").click()
    draw(desk, "three of three")
    expect(tile(desk, "one of three").locator("[data-mark]")).to_have_text("1")
    tile(desk, "three of three").locator("[data-mark]").click()
    bar = desk.locator("#marked")
    expect(bar).to_contain_text("3 pictures are selected")
    expect(bar.get_by_role("button", name="Compare")).to_be_hidden()
    tile(desk, "one of three").locator("[data-mark]").click()
    expect(tile(desk, "two of three").locator("[data-mark]")).to_have_text("1")
    expect(desk.locator("#stage [data-mark]")).to_have_text("2")  # the same picture as the tile's
    on_screen(bar.get_by_role("button", name="Compare"))
    tile(desk, "two of three").hover()
    tile(desk, "two of three").locator("[data-act=delete]").click()
    expect(desk.locator("#undo")).to_contain_text("Moved to the trash")
    expect(desk.locator("#marked")).to_contain_text("1 picture is selected")
    expect(tile(desk, "three of three").locator("[data-mark]")).to_have_text("1")


@pytest.mark.slow
def test_fingers_select_by_the_corner_and_the_bar_hides_neither_prompt_nor_generate(phone: Page) -> None:  # noqa: F811
    draw(phone, "an older boat")
    draw(phone, "a newer boat")
    phone.locator("#stage [data-mark]").tap()
    bar = phone.locator("#marked")
    on_screen(bar)
    on_screen(phone.locator("#generate"))
    on_screen(phone.locator("#prompt textarea"))
    corner = tile(phone, "an older boat").locator("[data-mark]")
    corner.scroll_into_view_if_needed()
    corner.tap()
    bar.get_by_role("button", name="Compare").tap()
    one, other = rects(phone)
    assert one[1] + one[3] <= other[1]  # one over the other on an upright screen
    for name in ("Side by side", "Slider", "Hover", "Difference", "Close"):
        on_screen(phone.locator("#duel").get_by_role("button", name=name))
