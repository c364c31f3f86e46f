"""A form's memory comes a moment after the form itself; whoever is quicker keeps what they wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.presses import choose_option, open_tab


def field(page: Page, name: str) -> str:
    return page.input_value(f"#{name} input, #{name} textarea")


def wait_until_remembered(page: Page, words: str) -> None:
    page.wait_for_function(f"() => (localStorage.getItem('z-image-playground') || '').includes('{words}')")


@contextmanager
def reloaded_with_a_late_memory(page: Page) -> Iterator[None]:
    """Reload the page; its memory comes only after the block."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"kept"' in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/gradio_api/run/predict*", hold)
    with page.expect_request(lambda request: '"kept"' in (request.post_data or "")):
        page.reload()
    page.wait_for_selector("#generate")
    yield
    held[0].continue_()


def test_what_is_written_before_the_memory_comes_stays_and_the_rest_is_remembered(page: Page) -> None:
    page.fill("#seed input, #seed textarea", "1")
    page.fill("#steps input[type=number]", "11")
    page.fill("#prompt textarea", "a fox")
    wait_until_remembered(page, "a fox")
    wait_until_remembered(page, '"steps":11')  # The prompt is kept at once, the rest with the next look.
    with reloaded_with_a_late_memory(page):
        page.fill("#prompt textarea", "a hare")
        page.fill("#seed input, #seed textarea", "77")
        open_tab(page, "Inpaint")
        assert page.input_value("#steps input[type=number]") != "11"
    expect(page.locator("#steps input[type=number]")).to_have_value("11")
    wait_until_remembered(page, "a hare")
    assert (field(page, "prompt"), field(page, "seed")) == ("a hare", "77")
    expect(page.locator("#main")).to_have_attribute("data-mode", "inpaint")


def test_a_backend_chosen_before_the_memory_comes_stays_and_fits_what_is_remembered(page: Page) -> None:
    page.fill("#steps input[type=number]", "40")
    page.fill("#prompt textarea", "a fox")
    wait_until_remembered(page, "a fox")
    wait_until_remembered(page, '"steps":40')
    with reloaded_with_a_late_memory(page):
        choose_option(page.locator("#backend input"), "Second fake")
    expect(page.locator("#prompt textarea")).to_have_value("a fox")
    expect(page.locator("#steps input[type=number]")).to_have_value("20")
    expect(page.get_by_role("tab", name="ControlNet", exact=True)).to_be_disabled()
    expect(page.locator("#fit-note")).to_contain_text("Steps: 40 became 20. It stops there.")


@pytest.mark.slow  # The page waits ten seconds for an answer.
def test_an_answer_that_is_lost_is_asked_for_again(page: Page) -> None:
    page.fill("#prompt textarea", "a fox")
    wait_until_remembered(page, "a fox")
    lost: list[Route] = []

    def lose(route: Route) -> None:
        if '"turn"' in (route.request.post_data or "") and not lost:
            lost.append(route)
            route.fulfill(status=500, json={"error": None})
        else:
            route.continue_()

    page.route("**/gradio_api/run/predict*", lose)
    choose_option(page.locator("#backend input"), "Second fake")
    expect(page.get_by_role("tab", name="ControlNet", exact=True)).to_be_disabled()
    wait_until_remembered(page, '"second"')
    assert lost
