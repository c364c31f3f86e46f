"""What a visitor has written, chosen and painted is there after a reload, whatever had the focus."""

from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.modes.test_modes import choose, drag, generate, mask_of, newest, scene  # noqa: F401
from tests.browser.presses import open_tab
from tests.browser.seen import on_screen
from tests.serving import Site

WORDS = "a complete sentence about a lighthouse in fog at dawn"
KEPT_MS = 2000
"""In which the browser has surely put a picture by, or away, of which nothing on the page tells."""


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector("#generate")


def test_a_prompt_is_remembered_while_its_box_has_the_focus(page: Page) -> None:
    words = page.locator("#prompt textarea")
    words.click()
    page.keyboard.type(WORDS)
    reload(page)
    expect(words).to_have_value(WORDS)
    words.click()
    page.keyboard.press("End")
    page.keyboard.type(", and more")
    reload(page)
    expect(words).to_have_value(f"{WORDS}, and more")


def test_a_prompt_is_remembered_beside_a_wrong_value(page: Page) -> None:
    page.fill("#width input", "1000")
    page.wait_for_timeout(600)
    page.locator("#prompt textarea").click()
    page.keyboard.type(WORDS)
    reload(page)
    expect(page.locator("#prompt textarea")).to_have_value(WORDS)


def test_picture_and_mask_are_there_after_a_reload(page: Page, site: Site, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.3), (0.8, 0.3))
    drag(page, (0.2, 0.7), (0.5, 0.7))
    page.click("#easel [data-do=undo]")
    before = mask_of(generate(page, site), site)
    about = page.locator("#easel .about").inner_text()
    assert "mask covers" in about
    reload(page)
    expect(page.locator("#easel .about")).to_have_text(about)
    on_screen(page.locator("#easel canvas[tabindex]"))
    again = mask_of(generate(page, site), site)
    assert (before == again).all()
    assert np.any(before)
    page.click("#easel [data-do=remove]")
    page.wait_for_timeout(KEPT_MS)
    reload(page)
    open_tab(page, "Inpaint")
    page.wait_for_timeout(800)
    expect(page.locator("#easel .easel[data-empty]")).to_be_visible()


def test_a_picture_that_the_server_lost_is_brought_again_by_the_browser(page: Page, site: Site, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.3), (0.8, 0.3))
    about = page.locator("#easel .about").inner_text()
    page.wait_for_timeout(KEPT_MS)
    uploaded = Path(page.evaluate("decodeURIComponent(document.querySelector('.sheet img').src.split('file=')[1])"))
    uploaded.unlink()
    page.context.clear_cookies(name="nothing")  # the visitor stays the same one
    reload(page)
    expect(page.locator("#easel .about")).to_have_text(about)
    run = generate(page, site)
    assert site.playground.files.read(run.request.image) == scene.read_bytes()  # type: ignore[union-attr]


def test_a_link_to_a_form_brings_no_picture_of_another(page: Page, site: Site, scene: Path) -> None:  # noqa: F811
    choose(page, "Image to image", scene)
    page.fill("#prompt textarea", WORDS)
    page.wait_for_timeout(600)
    page.click("#copy-link")
    address = page.locator(".form-link-row a").evaluate("each => each.href")
    page.goto(address)
    expect(page.locator("#prompt textarea")).to_have_value(WORDS)
    page.wait_for_timeout(800)
    expect(page.locator("#easel .easel[data-empty]")).to_be_visible()


def test_a_further_control_is_there_after_a_reload(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "#406080").save(tmp_path / "lines.png")
    page.get_by_role("button", name="Add a control").click()
    page.set_input_files(".further-row input[type=file]", tmp_path / "lines.png")
    expect(page.locator(".further-row img")).to_be_visible()
    page.locator(".further-row [data-name=scale]").fill("0.5")
    page.keyboard.press("Tab")
    page.wait_for_timeout(KEPT_MS)
    reload(page)
    expect(page.locator(".further-row img")).to_be_visible()
    assert (
        page.locator(".further-row img").evaluate("async each => { await each.decode(); return each.naturalWidth; }")
        == 64
    )
    expect(page.locator(".further-row [data-name=scale]")).to_have_value("0.5")
