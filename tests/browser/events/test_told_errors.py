"""What small buttons refuse is told to whoever pressed them."""

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.library.test_library import draw


def told(page: Page, text: str) -> None:
    expect(page.locator(".toast-wrap")).to_contain_text(text)
    page.locator(".toast-close").first.click()


def test_refusals_of_presets_and_keys_are_shown(page: Page) -> None:
    open_fold(page, "Presets")
    page.click("#preset-save")
    told(page, "is missing; write one beside the button.")
    page.get_by_role("button", name="Use your own key").click()
    page.fill("#own-key-text input", "no")
    page.click("#own-key-keep")
    told(page, "is no key")


def test_an_action_on_a_run_that_is_gone_is_told(page: Page) -> None:
    draw(page, "a vanishing owl")
    page.evaluate("() => { document.querySelector('#stage [data-run]').dataset.run = 'gone'; }")
    page.get_by_role("button", name="Code", exact=True).click()
    told(page, "There is no run")
