"""The switch of backends says of each whether it can do the open mode, before it is chosen."""

from playwright.sync_api import Page, expect

from tests.browser.presses import open_tab, press_until
from tests.browser.seen import on_screen


def test_a_backend_that_cannot_do_the_mode_says_so_in_the_switch(page: Page) -> None:
    expect(page.locator("#compare")).to_contain_text("Compare Fake")
    field, second = page.locator("#backend input"), page.locator("#backend li[role=option]", has_text="Second fake")
    note = second.locator(".unable")
    press_until(field, second.is_visible)
    expect(note).to_have_count(0)
    page.keyboard.press("Escape")
    open_tab(page, "Outpaint")
    expect(page.locator("#main")).to_have_attribute("data-mode", "outpaint")
    expect(second).to_be_hidden()
    press_until(field, second.is_visible)
    expect(note).to_have_text("doesn't do Outpaint")
    on_screen(note)
    expect(second).to_have_attribute("aria-description", "doesn't do Outpaint")
    expect(page.locator("#backend .unable")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(second).to_be_hidden()
    page.click("#language button")
    expect(page.locator("#generate")).to_contain_text("生成")
    press_until(field, second.is_visible)
    expect(note).to_have_text("不能做扩图")
    expect(second).to_have_attribute("aria-description", "不能做扩图")
    second.click(position={"x": 40, "y": second.evaluate("each => each.offsetHeight") - 8})  # where the note stands
    expect(field).to_have_value("Second fake")
