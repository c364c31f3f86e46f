"""The recipe of a result on the page: opened, copied, downloaded as a card, and dropped back."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.library.test_bringing import hand_over
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults


def test_a_recipe_is_opened_copied_downloaded_and_dropped_back(page: Page, tmp_path: Path) -> None:
    box, sheet = page.locator("#prompt textarea"), page.locator("#over-page")
    box.fill("a boat in its recipe")
    page.fill("#steps input[type=number]", "9")
    page.keyboard.press("Control+Enter")
    page.locator("#stage .recipe-button").click()
    on_screen(sheet.get_by_role("heading", name="Recipe"))
    expect(sheet.locator("dl")).to_contain_text("a boat in its recipe")
    expect(sheet.locator("dl")).to_contain_text("free")
    assert faults(page) == []
    note = json.loads(sheet.get_by_role("button", name="Copy as JSON").get_attribute("data-copies") or "")
    sheet.get_by_role("button", name="Copy as text").click()
    expect(sheet.locator("[data-copies]").first).to_have_text("Copied")
    with page.expect_download() as caught:
        sheet.get_by_role("link", name="Download the card").click()
    caught.value.save_as(tmp_path / "card.png")
    page.keyboard.press("Escape")
    note["z-image-playground"]["request"]["prompt"] = "a boat from a file"
    (tmp_path / "recipe.json").write_text(json.dumps(note, indent=2))
    page.fill("#steps input[type=number]", "3")
    hand_over(page, tmp_path / "card.png")
    sheet.get_by_role("button", name="Settings").click()
    expect(page.locator("#steps input[type=number]")).to_have_value("9")
    expect(box).to_have_value("a boat in its recipe")
    hand_over(page, tmp_path / "recipe.json")
    expect(box).to_have_value("a boat from a file")
    (tmp_path / "recipe.json").write_text("{}")
    hand_over(page, tmp_path / "recipe.json")
    expect(page.locator("#notice")).to_contain_text("recipe.json holds no settings that are known here")
    page.locator("#history .tile .picture").first.click()
    light = page.locator("#lightbox")
    expect(light.get_by_role("button", name="Recipe")).to_have_count(1)
    light.get_by_role("button", name="Recipe").click()
    expect(sheet.locator("dl")).to_contain_text("a boat in its recipe")
