"""The settings in folds, written and moved as hands do it."""

from playwright.sync_api import Page, expect

from backend.domain.requests import Request
from tests.browser.folds import open_fold
from tests.browser.presses import choose_option
from tests.serving import Site


def latest(site: Site) -> Request:
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    return site.playground.store.run(run_id).request


def test_a_number_and_its_slider_go_together_and_stay_between_their_ends(page: Page) -> None:
    open_fold(page, "Fine tuning")
    number, slider = page.locator("#guidance input[type=number]"), page.locator("#guidance input[type=range]")
    number.fill("4")
    expect(slider).to_have_value("4")
    slider.press("ArrowRight")
    expect(number).to_have_value("4.05")
    number.fill("99")
    number.press("Tab")
    expect(number).to_have_value("20")
    expect(slider).to_have_value("20")


def test_what_the_folds_say_reaches_the_request_and_comes_back_from_a_card(page: Page, site: Site) -> None:
    open_fold(page, "Fine tuning")
    page.fill("#negative_prompt textarea", "fog")
    page.check("#safety input")
    open_fold(page, "File")
    page.select_option("#output_format select", "webp")
    page.fill("#prompt textarea", "a fox in a fold")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    request = latest(site)
    assert (request.negative_prompt, request.safety, request.output_format) == ("fog", True, "webp")
    page.fill("#negative_prompt textarea", "")
    page.uncheck("#safety input")
    page.select_option("#output_format select", "png")
    page.get_by_role("button", name="Use settings").click()
    expect(page.locator("#negative_prompt textarea")).to_have_value("fog")
    expect(page.locator("#safety input")).to_be_checked()
    expect(page.locator("#output_format select")).to_have_value("webp")


def test_each_backend_shows_its_own_fold_and_hides_what_it_lacks(page: Page) -> None:
    heads = page.locator("details.fold > summary:visible")
    expect(heads.filter(has_text="Only Fake")).to_have_count(1)
    open_fold(page, "Fine tuning")
    page.fill("#negative_prompt textarea", "fog")
    choose_option(page.locator("#backend input"), "Second fake")
    expect(heads.filter(has_text="Only Second fake")).to_have_count(1)
    expect(heads.filter(has_text="Only Fake")).to_have_count(0)
    expect(page.locator("#negative_prompt")).to_be_hidden()


def test_one_switch_lets_the_negative_prompt_act_and_shows_what_goes_with_it(page: Page, site: Site) -> None:
    open_fold(page, "Fine tuning")
    switch, scale, tau = (page.locator(at) for at in ("#nag_scale-switch", "#nag_scale-box", "#nag_tau-box"))
    expect(scale).to_be_hidden()
    expect(tau).to_be_hidden()
    switch.check()
    expect(scale).to_have_value("5")
    tau.fill("3")
    page.fill("#negative_prompt textarea", "fog")
    page.fill("#prompt textarea", "a fox without fog")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    asked = latest(site)
    assert (asked.nag_scale, asked.nag_tau) == (5.0, 3.0)
    switch.uncheck()
    expect(tau).to_be_hidden()
    page.get_by_role("button", name="Use settings").click()
    expect(switch).to_be_checked()
    expect(scale).to_have_value("5")
    expect(tau).to_have_value("3")
