"""What a press takes the place of comes back by one press: the form before, the picture on the canvas, the words."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.history.test_history import draw, value
from tests.browser.modes.test_modes import choose, drag, scene  # noqa: F401 - a fixture
from tests.browser.seen import on_screen

UNDO = "#second-thoughts [data-back]"
COVERS = "mask covers"


def test_a_restored_run_says_so_where_it_is_and_one_press_brings_the_form_before_back(page: Page) -> None:
    draw(page, "a lighthouse to come back to")
    page.fill("#prompt textarea", "words of my own")
    page.fill("#steps input[type=number]", "11")
    page.fill("#width input", "384")
    page.keyboard.press("Tab")
    page.locator("#history [data-act=settings]").first.click()
    expect(page.locator("#prompt textarea")).to_have_value("a lighthouse to come back to")
    expect(page.locator("#width input")).to_have_value("256")
    on_screen(page.locator("#second-thoughts").get_by_text("The settings of this picture are in the form."))
    on_screen(page.locator("#notice").get_by_text("All that made this picture is back in the form."))
    on_screen(page.locator("#prompt textarea"))
    page.locator(UNDO).click()
    expect(page.locator("#prompt textarea")).to_have_value("words of my own")
    expect(page.locator("#steps input[type=number]")).to_have_value("11")
    expect(page.locator("#width input")).to_have_value("384")
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#second-thoughts")).to_be_hidden()


def test_a_picture_that_is_sent_away_or_taken_off_comes_back_with_its_mask(page: Page, scene: Path) -> None:  # noqa: F811
    draw(page, "a barn to be sent")
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.5), (0.8, 0.5))
    covers = page.locator("#easel .about")
    expect(covers).to_contain_text(COVERS)
    before = (page.locator("#easel .sheet img").get_attribute("src"), covers.inner_text())
    page.click("#easel [data-do=remove]")
    expect(page.locator("#easel .easel[data-empty]")).to_be_attached()
    page.locator(UNDO).click()
    expect(covers).to_have_text(before[1])
    tile = page.locator("#history .tile").first
    tile.scroll_into_view_if_needed()
    tile.hover()
    tile.locator("select").select_option("inpaint")
    expect(covers).not_to_contain_text(COVERS)
    expect(page.locator("#second-thoughts")).to_contain_text("The picture lies on the canvas.")
    page.locator(UNDO).click()
    expect(covers).to_have_text(before[1])
    assert page.locator("#easel .sheet img").get_attribute("src") == before[0]


@pytest.mark.slow
def test_an_example_in_the_place_of_words_and_a_preset_are_undone_too(page: Page) -> None:
    page.fill("#prompt textarea", "words before an example")
    page.locator("#stage .chips:not([hidden]) [data-prompt]").first.click()
    expect(page.locator("#prompt textarea")).not_to_have_value("words before an example")
    on_screen(page.locator("#second-thoughts").get_by_text("The prompt was replaced."))
    page.locator(UNDO).click()
    expect(page.locator("#prompt textarea")).to_have_value("words before an example")
    assert value(page, "steps") == "8"
