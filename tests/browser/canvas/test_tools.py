"""The canvas under hands: box, lasso, zoom, keys where the pointer is, a colour that stands out; the mask is exact."""

import base64
import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.fingers import Finger, pinch
from tests.browser.modes.test_modes import choose, drag, generate, mask_of, scene  # noqa: F401 - fixtures
from tests.browser.seen import on_screen
from tests.browser.viewing.test_zoom import desk, draw, phone, roll  # noqa: F401 - fixtures
from tests.serving import Site

CANVAS, PERCENT = "#easel canvas[tabindex]", "#easel .percent"
WIDE, HIGH = 768, 512
RESTED_MS = 900
"""Longer than the page takes a hand for writing still."""


def mask(page: Page) -> np.ndarray:
    """Return the mask that would be sent, as values of 0 to 255."""
    sent = page.evaluate("() => window.playground_easel.mask()").partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(sent))) as picture:
        return np.asarray(picture.convert("L"))


def places(page: Page) -> tuple[float, float, float, float]:
    """Return where the canvas lies on the screen: left, top, width and height."""
    box = page.locator(CANVAS).bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


def draw_along(page: Page, *points: tuple[float, float]) -> list[tuple[float, float]]:
    """Drag over places on the screen, and return them in the picture's pixels."""
    left, top, wide, high = places(page)
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    return [((x - left) * WIDE / wide, (y - top) * HIGH / high) for x, y in points]


def within(page: Page, across: float, down: float) -> tuple[float, float]:
    """Return a place of the frame on the screen, by its part of the frame's sides, in whole pixels."""
    box = page.locator("#easel .frame").bounding_box()
    assert box
    return round(box["x"] + across * box["width"]), round(box["y"] + down * box["height"])


def boxed(corners: list[tuple[float, float]]) -> np.ndarray:
    """Return the mask of a box: each pixel that it touches."""
    made = np.zeros((HIGH, WIDE), np.uint8)
    (x, y), (to_x, to_y) = corners
    made[math.floor(y) : math.ceil(to_y), math.floor(x) : math.ceil(to_x)] = 255
    return made


def test_a_box_masks_exactly_its_pixels_also_zoomed_and_cut_out_again(
    desk: Page,  # noqa: F811
    site: Site,
    scene: Path,  # noqa: F811
) -> None:
    choose(desk, "Inpaint", scene)
    desk.click("#easel [data-tool=box]")
    whole = boxed(draw_along(desk, within(desk, 0.2, 0.2), within(desk, 0.5, 0.5)))
    assert np.array_equal(mask(desk), whole)
    before = places(desk)
    desk.mouse.move(*within(desk, 0.6, 0.6))
    roll(desk, -350, PERCENT)
    assert places(desk)[2] > 1.5 * before[2]
    near = boxed(draw_along(desk, within(desk, 0.55, 0.6), within(desk, 0.9, 0.85)))
    both = np.maximum(whole, near)
    assert np.array_equal(mask(desk), both)
    desk.keyboard.press("Control+z")
    assert np.array_equal(mask(desk), whole)
    desk.keyboard.press("Control+Shift+z")
    assert np.array_equal(mask(desk), both)
    desk.keyboard.press("e")
    hole = boxed(draw_along(desk, within(desk, 0.6, 0.65), within(desk, 0.7, 0.75)))
    expected = np.where(hole > 0, 0, both)
    assert np.array_equal(mask(desk), expected)
    assert np.array_equal(mask_of(generate(desk, site), site), expected)


def test_a_lasso_masks_what_it_goes_round_and_undo_takes_it_back(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Inpaint", scene)
    desk.locator(CANVAS).focus()
    desk.keyboard.press("l")
    expect(desk.locator("#easel [data-tool=lasso]")).to_have_attribute("aria-pressed", "true")
    corners = draw_along(desk, within(desk, 0.3, 0.2), within(desk, 0.7, 0.3), within(desk, 0.5, 0.8))
    expected = Image.new("L", (WIDE, HIGH))
    ImageDraw.Draw(expected).polygon(corners, fill=255)
    drawn, wanted = mask(desk) > 127, np.asarray(expected) > 127
    assert np.mean(drawn ^ wanted) < 0.002
    assert wanted.mean() > 0.05
    desk.keyboard.press("Control+z")
    assert not mask(desk).any()


def test_a_shape_is_given_up_by_escape_and_a_slip_of_the_hand_is_none(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Inpaint", scene)
    desk.click("#easel [data-tool=box]")
    desk.mouse.move(*within(desk, 0.3, 0.3))
    desk.mouse.down()
    desk.mouse.move(*within(desk, 0.6, 0.6), steps=4)
    outline = desk.locator("#easel .outline polygon")
    assert outline.get_attribute("points")
    desk.keyboard.press("Escape")
    assert outline.get_attribute("points") == ""
    desk.mouse.up()
    desk.mouse.click(*within(desk, 0.5, 0.5))
    assert not mask(desk).any()
    expect(desk.locator("#easel .about")).to_contain_text("draw over what is to change")


def test_the_wheel_with_ctrl_or_alt_is_the_brushs_and_alone_it_zooms(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Inpaint", scene)
    size, percent = desk.locator("#easel .size-of-brush input"), desk.locator("#easel .percent")
    expect(percent).to_have_text(f"{round(100 * places(desk)[2] / WIDE)} %")
    whole, begun = percent.inner_text(), int(size.input_value())
    desk.mouse.move(*within(desk, 0.5, 0.5))
    for key in ("Control", "Alt"):
        before = int(size.input_value())
        desk.keyboard.down(key)
        desk.mouse.wheel(0, -100)
        desk.wait_for_function(
            "before => +document.querySelector('#easel .size-of-brush input').value > before", arg=before
        )
        desk.keyboard.up(key)
    desk.keyboard.down("Control")
    for _ in range(3):
        desk.mouse.wheel(0, 100)
    desk.wait_for_function("begun => +document.querySelector('#easel .size-of-brush input').value < begun", arg=begun)
    desk.keyboard.up("Control")
    assert percent.inner_text() == whole
    roll(desk, -300, PERCENT)
    desk.keyboard.press("0")
    expect(percent).to_have_text(whole)


def test_keys_act_where_the_pointer_has_gone_and_write_where_it_only_rests(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Inpaint", scene)
    drag(desk, (0.3, 0.4), (0.6, 0.4))
    words, size = desk.locator("#prompt textarea"), desk.locator("#easel .size-of-brush input")
    words.focus()  # by keys: the pointer rests on the picture
    desk.keyboard.type("a hut [by the sea]")
    assert words.input_value() == "a hut [by the sea]"
    before = int(size.input_value())
    desk.wait_for_timeout(RESTED_MS)
    desk.mouse.move(*within(desk, 0.4, 0.4))
    desk.mouse.move(*within(desk, 0.6, 0.6), steps=5)
    desk.keyboard.press("]")
    assert int(size.input_value()) > before
    assert mask(desk).any()
    desk.keyboard.press("Control+z")
    assert not mask(desk).any()
    assert words.input_value() == "a hut [by the sea]"


def test_space_and_the_middle_button_move_what_is_near_and_paint_nothing(desk: Page, scene: Path) -> None:  # noqa: F811
    choose(desk, "Inpaint", scene)
    desk.mouse.move(*within(desk, 0.5, 0.5))
    roll(desk, -400, PERCENT)
    for button in ("left", "middle"):
        left, top, *_ = places(desk)
        desk.locator(CANVAS).focus()
        if button == "left":
            desk.keyboard.down("Space")
        desk.mouse.move(*(start := within(desk, 0.5, 0.5)))
        desk.mouse.down(button=button)
        desk.mouse.move(start[0] - 50, start[1] - 30, steps=4)
        desk.mouse.up(button=button)
        if button == "left":
            desk.keyboard.up("Space")
        assert places(desk)[:2] == pytest.approx((left - 50, top - 30), abs=2)
    assert not mask(desk).any()


def test_the_masks_colour_stands_out_from_the_picture(desk: Page, tmp_path: Path) -> None:  # noqa: F811
    for at, colour in enumerate(("#6366f1", "#7aa5c9", "#ff5a00", "#2f7d32", "#f4e04d", "#101014")):
        Image.new("RGB", (WIDE + at, HIGH), colour).save(tmp_path / "flat.png")
        choose(desk, "Inpaint", tmp_path / "flat.png")
        expect(desk.locator("#easel .about")).to_contain_text(f"{WIDE + at} × {HIGH} · draw over")
        drag(desk, (0.3, 0.5), (0.7, 0.5))
        masked, bare = shown_at(desk, 0.5), shown_at(desk, 0.2)
        assert math.dist(masked, bare) > 75, colour
    before, ink = mask(desk), "each => getComputedStyle(each).backgroundColor"
    shown = desk.locator("#easel .swatch").evaluate(ink)
    desk.locator(CANVAS).focus()
    desk.keyboard.press("c")
    assert desk.locator("#easel .swatch").evaluate(ink) != shown
    assert np.array_equal(mask(desk), before)  # a colour is how it is shown, no more


def shown_at(page: Page, down: float) -> tuple[int, ...]:
    """Return the colour on the screen in the middle of the canvas, at a part of its height, beside the pointer."""
    page.mouse.move(2, 2)
    left, top, wide, high = places(page)
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        found: tuple[int, ...] = shot.convert("RGB").getpixel((round(left + wide / 2), round(top + high * down)))
    return found


def test_a_result_goes_under_the_brush_by_one_press(desk: Page) -> None:  # noqa: F811
    draw(desk, "a hut to be painted over")
    desk.locator("#stage .card").get_by_role("button", name="Inpaint").click()
    expect(desk.locator("#main[data-mode=inpaint]")).to_be_visible()
    expect(desk.locator("#easel .about")).to_contain_text("256 × 256")
    on_screen(desk.locator(CANVAS))


@pytest.mark.slow
def test_two_fingers_zoom_the_canvas_and_paint_nothing_and_one_paints(phone: Page, scene: Path) -> None:  # noqa: F811
    choose(phone, "Inpaint", scene)
    phone.locator(CANVAS).scroll_into_view_if_needed()
    before = places(phone)
    middle = within(phone, 0.5, 0.5)
    finger = Finger(phone)
    pinch(phone, middle, 60, 150)
    assert places(phone)[2] > 2 * before[2]
    assert phone.evaluate("visualViewport.scale") == 1
    assert not mask(phone).any()
    expect(phone.locator("#easel .about")).to_contain_text("draw over what is to change")
    finger.move(middle[0] - 30, middle[1])
    finger.down()
    finger.move(middle[0] + 30, middle[1], steps=5)
    finger.up()
    painted, (left, _, wide, _) = mask(phone), places(phone)
    assert painted.any()
    row = painted[:, round((middle[0] - left) * WIDE / wide)]
    assert row.any()  # under the finger, not where it would be unzoomed
    phone.click("#easel [data-do=undo]")
    assert not mask(phone).any()
