"""What a press brings is on the screen where a person looks, unless that person is busy with something else."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.modes.test_modes import choose, drag, scene  # noqa: F401 - a fixture
from tests.browser.seen import on_screen

SCROLLED = "Math.round(scrollY)"
FOOT = "#list-shelf"
"""The last of the settings."""


def begin(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)
    page.click("#generate")


def test_the_image_is_on_screen_after_generate(page: Page) -> None:
    begin(page, "a lighthouse that comes by itself")
    on_screen(page.locator("#stage .card .picture"))


def test_the_image_is_on_screen_where_a_picture_with_its_mask_stands_before_it(page: Page, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.5), (0.8, 0.5))
    begin(page, "a mountain that comes by itself")
    on_screen(page.locator("#stage .card .picture"))


def test_an_error_is_on_screen_also_when_asked_for_far_down_the_settings(page: Page) -> None:
    page.fill("#prompt textarea", "a lighthouse of a wrong size")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history .tile").first).to_be_visible()
    open_fold(page, "Fine tuning")
    page.fill("#width input", "1000")
    page.locator(FOOT).scroll_into_view_if_needed()
    page.keyboard.press("Control+Enter")
    on_screen(page.locator("#stage .problem"))


def test_whoever_goes_on_typing_stays_where_they_are(page: Page) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "2")
    words = page.locator("#prompt textarea")
    words.fill("a lighthouse")
    words.press("Control+Enter")
    page.keyboard.type(" and a boat")
    before = page.evaluate(SCROLLED)
    expect(page.locator("#stage .card")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate(SCROLLED) == before
    assert words.input_value() == "a lighthouse and a boat"
    assert page.evaluate("document.activeElement.closest('#prompt') !== null")


def test_nothing_glides_for_those_who_asked_for_that(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("""() => {
        window.ways = [];
        const scroll = Element.prototype.scrollIntoView;
        Element.prototype.scrollIntoView = function (how) { window.ways.push(how.behavior); scroll.call(this, how); };
    }""")
    page.fill("#prompt textarea", "a still lighthouse")
    page.locator(FOOT).scroll_into_view_if_needed()
    page.keyboard.press("Control+Enter")
    on_screen(page.locator("#stage .card .picture"))
    assert set(page.evaluate("window.ways")) == {"auto"}


def test_code_and_settings_of_an_image_come_on_screen(page: Page) -> None:
    begin(page, "a lighthouse laid open")
    page.locator("#stage [data-act=code]").click()
    on_screen(page.locator("#inspector summary").first)
    page.locator("#history .tile [data-act=settings]").first.click()
    on_screen(page.locator("#modes"))


def test_an_image_that_was_ready_before_stop_has_all_its_buttons(page: Page) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "3")
    page.fill("#count input[type=number]", "4")
    page.keyboard.press("Tab")
    begin(page, "four that are stopped")
    expect(page.locator("#stage .card")).to_have_count(1)
    page.click("#stop")
    on_screen(page.locator("#stage .stopped"))
    acts = page.locator("#stage .card").first.locator("[data-act]")
    wanted = ["recipe", "seed", "vary", "send", "send", "enlarge", "detail", "settings", "code", "share"]
    expect(acts).to_have_count(len(wanted))
    assert acts.evaluate_all("all => all.map(each => each.dataset.act)") == wanted


def test_the_focus_goes_from_generate_to_stop_and_back(page: Page) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "1")
    page.fill("#prompt textarea", "a run by keys alone")
    page.locator("#generate").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_be_focused()
    expect(page.locator("#generate")).to_be_focused()
    expect(page.locator("#stage .card")).to_have_count(1)


@pytest.mark.parametrize("begun", ["#styles input", "#backend input"])
def test_tab_leads_from_a_list_to_the_next_place(page: Page, begun: str) -> None:
    page.locator(begun).click()
    expect(page.locator("ul[role=listbox]")).to_be_visible()
    for key in ("Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement !== document.body")
