"""A picture above the largest side that is drawn is said before the run; a press takes a reduced copy, mask and all."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.presses import open_tab, press_until
from tests.browser.seen import on_screen


def test_a_large_picture_is_said_and_its_reduced_copy_lies_under_its_mask(page: Page, tmp_path: Path) -> None:
    open_tab(page, "Inpaint")
    Image.new("RGB", (2304, 1152), "#7aa5c9").save(tmp_path / "sky.png")
    page.set_input_files("#easel .drop input", tmp_path / "sky.png")
    hint = page.get_by_text("The picture is 2304×1152; at most 2048 a side are drawn over.")
    hint.scroll_into_view_if_needed()
    on_screen(hint)
    mask = Image.new("L", (2304, 1152), 0)
    mask.paste(255, (0, 0, 1152, 576))
    mask.save(tmp_path / "mask.png")
    page.set_input_files("#easel .file input", tmp_path / "mask.png")
    expect(page.locator("#easel .about")).to_contain_text("2304 × 1152 · mask covers 25 %")
    press_until(page.get_by_role("button", name="Take a copy of 2048×1024"), hint.is_hidden)
    expect(page.locator("#easel .about")).to_contain_text("2048 × 1024 · mask covers 25 %")
    shown = page.locator("#easel img").first
    expect(shown).to_be_visible()
    assert shown.evaluate("async each => { await each.decode(); return [each.naturalWidth, each.naturalHeight]; }") == [
        2048,
        1024,
    ]
