"""Vary: four images like one that was made; where that can't be, the button says why."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.history.test_history import draw
from tests.browser.presses import choose_option
from tests.browser.seen import on_screen
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.


def test_vary_draws_four_of_the_same_seed_and_the_record_tells_them_apart(page: Page, site: Site) -> None:
    draw(page, "a fox to be varied")
    seed = page.locator("#stage .card [data-act=seed]").get_attribute("data-value")
    page.click("#stage .card [data-act=vary]")
    facts = page.locator("#stage .card .facts")
    expect(facts).to_have_count(4)
    expect(page.locator("#stage .summary")).to_contain_text("4 images")
    told = [facts.nth(index).inner_text() for index in range(4)]
    assert all(f"seed {seed}" in text for text in told)
    assert len({text.partition("variation ")[2].split(" ")[0] for text in told}) == 4
    page.locator("#stage .card [data-act=settings]").nth(2).click()
    open_fold(page, "Fine tuning")
    expect(page.locator("#variation_strength input[type=number]")).to_have_value("0.2")
    variation = told[2].partition("variation ")[2].split(" ")[0]
    expect(page.locator("#variation_seed input, #variation_seed textarea")).to_have_value(variation)
    expect(page.locator("#count input[type=number]")).to_have_value("1")


def test_a_tile_of_the_history_varies_too_and_gives_a_link(page: Page, site: Site) -> None:
    draw(page, "a tile to be varied")
    tile = page.locator("#history .tile", has=page.locator("img[alt='a tile to be varied']")).first
    tile.locator("[data-act=share]").click()
    on_screen(page.locator("#link-sheet").get_by_label("Address"))
    page.locator("#link-sheet").get_by_role("button", name="Close").click()
    tile.locator("[data-act=vary]").click()
    expect(page.locator("#stage .card")).to_have_count(4)


def test_where_it_cannot_be_the_button_says_why(page: Page, site: Site) -> None:
    choose_option(page.locator("#backend input"), "Second fake")
    draw(page, "a picture that stays")
    button = page.locator("#stage .card [data-act=vary]")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", "It takes one seed.")
