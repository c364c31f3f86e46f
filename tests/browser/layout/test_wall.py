"""An empty stage shows what its backend has drawn, and one press draws that, for the price that stands on it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from backend.adapters.fake import FakeBackend
from backend.domain.capabilities import Drawn
from tests.browser.conftest import PATIENCE_MS
from tests.browser.folds import open_fold
from tests.browser.presses import choose_option, open_tab, press_until
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults
from tests.serving import served_site


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a playground whose first backend shows two pictures of its own; the second has none."""
    folder = tmp_path_factory.mktemp("wall")
    for name in ("fox", "boat", "hut"):
        Image.new("RGB", (64, 64), "#c86432").save(folder / f"{name}.webp")
    mask = Image.new("L", (64, 64))
    mask.paste(255, (16, 16, 48, 48))
    mask.save(folder / "mask.png")
    given = {"image": folder / "fox.webp", "mask": folder / "mask.png"}
    drawn = (
        Drawn("a fox of the wall", 23, folder / "fox.webp"),
        Drawn("a boat", 5, folder / "boat.webp"),
        Drawn("a hut in its place", 31, folder / "hut.webp", "inpaint", {"strength": 0.9}, given),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeBackend, "capabilities", replace(FakeBackend.capabilities, wall=drawn))
        with served_site(tmp_path_factory.mktemp("data"), two=True) as site:
            yield site.address


@pytest.fixture
def opened(browser: Browser, address: str, hands: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#generate")
    expect(page.locator("#compare")).to_contain_text("Compare Fake")
    yield page
    context.close()


def test_one_press_draws_the_picture_that_is_shown(opened: Page) -> None:
    picture = opened.locator("#stage .drawn img").first
    on_screen(picture)
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 64
    expect(opened.locator("#prompt textarea")).to_have_attribute("placeholder", "a fox of the wall …")
    expect(opened.locator("#stage .drawn .cost").first).to_be_hidden()
    opened.locator("#stage .drawn").first.click()
    expect(opened.locator("#stage .card [data-act=code]")).to_be_visible()
    expect(opened.locator("#stage .facts")).to_contain_text("seed 23")
    expect(opened.locator("#prompt textarea")).to_have_value("a fox of the wall")
    on_screen(opened.locator("#stage .card .picture"))


def test_below_an_empty_canvas_stands_what_its_mode_made_and_one_press_draws_that(opened: Page) -> None:
    pair = opened.locator("#stage .pair")
    expect(pair).to_be_hidden()
    open_tab(opened, "Outpaint")
    expect(opened.locator("#main")).to_have_attribute("data-mode", "outpaint")
    expect(opened.locator("#stage")).to_be_hidden()
    open_tab(opened, "Inpaint")
    expect(pair.locator("img")).to_have_count(3)
    pair.scroll_into_view_if_needed()
    on_screen(pair)
    on_screen(opened.locator("#easel .drop"))
    assert faults(opened) == []
    pair.click()
    expect(opened.locator("#stage .card [data-act=code]")).to_be_visible()
    expect(opened.locator("#stage .facts")).to_contain_text("seed 31")
    expect(opened.locator("#prompt textarea")).to_have_value("a hut in its place")
    expect(opened.locator("#easel .about")).to_contain_text("mask covers 25 %")
    expect(opened.locator("#inpaint-strength input[type=number]")).to_have_value("0.9")
    on_screen(opened.locator("#stage .card .picture"))


def test_a_press_that_costs_carries_its_price(opened: Page) -> None:
    open_fold(opened, "Only Fake")
    box = opened.locator("#fake-provider input")
    press_until(box, box.is_checked)
    price = opened.locator("#stage .drawn .cost").first
    expect(price).to_have_text("≈ $0.0013 (up to $0.0039)")
    expect(opened.locator("#generate")).to_contain_text("≈ $0.0013 (up to $0.0039)")
    on_screen(opened.locator("#left").get_by_text("This run ≈ $0.0013 · counted in 24 hours $0"))
    price.scroll_into_view_if_needed()
    on_screen(price)
    opened.locator("#stage .drawn").first.click()
    expect(opened.locator("#stage .facts")).to_contain_text("$0.0013")
    expect(opened.locator("#left")).to_contain_text("counted in 24 hours $0.0013 · no cap")


def test_it_goes_with_its_backend_and_comes_back_with_it(opened: Page) -> None:
    wall, prompts = opened.locator("#stage .wall:not(.again)"), opened.locator("#stage .chips[data-of=second]")
    usual = "A red fox asleep in fresh snow, soft morning light …"
    choose_option(opened.locator("#backend input"), "Second fake")
    expect(wall).to_be_hidden()
    on_screen(prompts)
    expect(opened.locator("#prompt textarea")).to_have_attribute("placeholder", usual)
    choose_option(opened.locator("#backend input"), "Fake (flat colours)")
    expect(wall).to_be_visible()
    expect(prompts).to_be_hidden()
