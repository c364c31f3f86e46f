"""Upscale on the page: pressed on a result, chosen on its sheet, started there, and shown as every run."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.folds import open_fold
from tests.browser.presses import generate_until, open_tab, press_until
from tests.browser.runs.test_result_link import draw
from tests.browser.seen import on_screen
from tests.serving import Site


def test_a_result_is_made_larger_by_its_press_and_compared_with_what_it_was(page: Page) -> None:
    draw(page, "a barn to be made larger")
    sheet = page.locator("#over-page")
    press_until(page.locator("#stage .card [data-act=enlarge]"), sheet.is_visible)
    on_screen(sheet.get_by_label("Factor"))
    expect(sheet.get_by_label("Factor")).to_contain_text("4× · 1024 × 1024")
    sheet.get_by_label("Factor").select_option("3")
    on_screen(sheet.locator("[data-go]"))
    sheet.locator("[data-go]").click()
    expect(sheet).to_be_hidden()
    result = page.locator("#stage .card", has_text="768 × 768")
    on_screen(result.locator("img"))
    assert result.locator("img").evaluate("async each => { await each.decode(); return each.naturalWidth; }") == 768

    press_until(result.locator("[data-act=before]"), sheet.is_visible)
    slider = sheet.get_by_label("Where the result begins")
    on_screen(slider)
    on_screen(sheet.locator("img[alt=After]"))
    slider.fill("20")
    assert sheet.locator(".over").evaluate("each => each.style.getPropertyValue('--cut')") == "20%"
    sizes = sheet.locator("img").evaluate_all(
        "all => Promise.all(all.map(async each => (await each.decode(), each.naturalWidth)))"
    )
    assert sizes == [256, 768]
    on_screen(sheet.get_by_role("button", name="Close"))
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


@pytest.mark.slow  # Two runs, in two pages.
def test_a_tile_of_the_history_is_made_larger_too_and_its_result_becomes_a_tile(page: Page) -> None:
    draw(page, "a tile to be made larger")
    sheet = page.locator("#over-page")
    tile = page.locator("#history .tile").first
    press_until(tile.locator("[data-act=enlarge]"), sheet.is_visible)
    sheet.locator("[data-go]").click()
    expect(page.locator("#history .tile", has_text="512 × 512")).to_have_count(1)
    on_screen(page.locator("#stage .card", has_text="512 × 512").locator("img"))


def test_redraw_shows_what_decides_over_it_and_starts_with_that(page: Page) -> None:
    draw(page, "a mill to be drawn anew")
    sheet = page.locator("#over-page")
    press_until(page.locator("#stage .card [data-act=enlarge]"), sheet.is_visible)
    strength = sheet.get_by_label("Strength")
    expect(strength).to_be_hidden()
    sheet.get_by_label("Method").select_option("redraw")
    for name in ("Strength", "Control scale", "Steps", "Seed"):
        on_screen(sheet.get_by_label(name))
    on_screen(sheet.locator("textarea"))
    expect(sheet.locator("textarea")).to_have_value("a mill to be drawn anew")
    strength.fill("0.2")
    sheet.get_by_label("Steps").fill("3")
    sheet.locator("[data-go]").click()
    expect(sheet).to_be_hidden()
    result = page.locator("#stage .card", has_text="512 × 512")
    on_screen(result.locator("img"))


@pytest.mark.slow  # Two runs, both stopped.
def test_a_second_pass_that_was_stopped_goes_on_by_its_press(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "60")
    open_fold(page, "Fine tuning")
    page.get_by_label("High-resolution fix").check()
    page.fill("#prompt textarea", "a mill to be drawn twice")
    generate_until(page, "#stage .stopped")
    stop = page.get_by_role("button", name="Stop", exact=True)
    press_until(stop, page.locator("#stage .stopped").first.is_visible)
    go_on = page.get_by_role("button", name="Go on", exact=True)
    on_screen(go_on)
    first = run_of(go_on)
    press_until(go_on, page.locator("#stage .progress").is_visible)
    press_until(stop, page.locator("#stage .stopped").first.is_visible)
    on_screen(go_on)
    asked = [site.playground.store.run(run_id).request for run_id in (first, run_of(go_on))]
    assert asked[0] == asked[1]
    assert first != run_of(go_on)
    while site.fake.running:
        page.wait_for_timeout(20)


def run_of(place: Locator) -> str:
    """Return the id of the run that a place is about."""
    return str(place.evaluate("each => each.closest('[data-run]').dataset.run"))


def test_the_picture_on_image_to_image_is_made_larger_without_being_drawn_over(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "small.png")
    open_tab(page, "Image to image")
    press, sheet = page.locator("#enlarge-picture"), page.locator("#over-page")
    page.set_input_files("#easel .drop input", tmp_path / "small.png")
    press_until(press, sheet.is_visible)
    expect(sheet.get_by_label("Factor")).to_contain_text("2× · 192 × 128")
    sheet.locator("[data-go]").click()
    expect(sheet).to_be_hidden()
    on_screen(page.locator("#stage .card", has_text="192 × 128").locator("img"))
