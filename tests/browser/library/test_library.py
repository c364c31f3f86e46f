"""Styles, choices in a prompt, presets, restored settings, and a key of one's own."""

from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page, expect

from backend.library.recipe_links import pack_recipe
from tests.browser.folds import open_fold
from tests.browser.presses import choose_option, open_tab
from tests.browser.seen import on_screen
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.


def prompts(site: Site, count: int) -> list[str]:
    with site.playground.store.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT prompt FROM runs ORDER BY created DESC LIMIT {count}")
        return [row[0] for row in rows]


def draw(page: Page, words: str, cards: int = 1) -> None:
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(cards)
    expect(page.locator("#generate")).to_be_visible()


def test_a_style_lays_its_words_around_the_prompt(page: Page, site: Site) -> None:
    choose_option(page.locator("#styles input"), "Macro")
    page.keyboard.press("Escape")
    draw(page, "a ladybird")
    (prompt,) = prompts(site, 1)
    assert prompt.startswith("a ladybird, ")
    assert "macro" in prompt


def test_choices_in_a_prompt_are_drawn_by_the_seed_of_each_image(page: Page, site: Site) -> None:
    page.fill("#count input[type=number]", "4")
    page.fill("#seed input, #seed textarea", "1")
    draw(page, "a {red|green|blue|black|white} kite", cards=4)
    first = prompts(site, 4)
    assert all("{" not in prompt for prompt in first)
    assert len(set(first)) > 1
    page.reload()
    page.wait_for_selector("#generate")
    page.fill("#count input[type=number]", "4")
    page.fill("#seed input, #seed textarea", "1")
    draw(page, "a {red|green|blue|black|white} kite", cards=4)
    assert prompts(site, 4) == first


def test_a_wildcard_that_is_not_there_is_named(page: Page) -> None:
    page.fill("#prompt textarea", "a __nosuchlist__ in snow")
    page.click("#generate")
    expect(page.locator("#stage .problem")).to_contain_text("nosuchlist")


def test_a_preset_is_saved_used_and_removed(page: Page) -> None:
    page.fill("#prompt textarea", "a preset fox")
    page.fill("#steps input[type=number]", "11")
    open_fold(page, "Presets")
    page.fill("#preset-name input, #preset-name textarea", "eleven steps")
    page.click("#preset-save")
    expect(page.locator("#preset input")).to_have_value("eleven steps")
    page.reload()
    page.wait_for_selector("#generate")
    open_fold(page, "Presets")
    choose_option(page.locator("#preset input"), "eleven steps")
    expect(page.locator("#steps input[type=number]")).to_have_value("11")
    expect(page.locator("#prompt textarea")).to_have_value("a preset fox")
    page.click("#preset-remove")
    expect(page.locator("#preset input")).to_have_value("")


def test_a_dropped_result_fills_the_form(page: Page, tmp_path: Path) -> None:
    page.fill("#steps input[type=number]", "9")
    draw(page, "a restored owl")
    with page.expect_download() as caught:
        page.click("#stage .card a[download]")
    caught.value.save_as(tmp_path / "owl.png")
    page.reload()
    page.wait_for_selector("#generate")
    page.set_input_files("#dropzone .restore-file input", tmp_path / "owl.png")
    expect(page.locator("#prompt textarea")).to_have_value("a restored owl")
    expect(page.locator("#steps input[type=number]")).to_have_value("9")
    expect(page.locator("#notice")).to_contain_text("Settings of Z-Image Playground are back")


def test_a_dropped_picture_without_a_prompt_of_its_own_leaves_yours(page: Page, tmp_path: Path) -> None:
    page.fill("#prompt textarea", "a prompt of mine")
    said = PngInfo()
    said.add_text("parameters", "Steps: 9, CFG scale: 1, Seed: 7, Size: 256x128")
    Image.new("RGB", (64, 64)).save(tmp_path / "mute.png", pnginfo=said)
    page.set_input_files("#dropzone .restore-file input", tmp_path / "mute.png")
    expect(page.locator("#steps input[type=number]")).to_have_value("9")
    expect(page.locator("#prompt textarea")).to_have_value("a prompt of mine")


def test_pasted_settings_fill_the_form_and_marks_are_said(page: Page) -> None:
    box = page.locator("#prompt textarea")
    box.click()
    page.keyboard.insert_text("a pasted (owl:1.3)\nNegative prompt: blurry\nSteps: 9, CFG scale: 1, Seed: 7, Clip: 2")
    expect(box).to_have_value("a pasted owl")
    expect(page.locator("#steps input[type=number]")).to_have_value("9")
    expect(page.locator("#notice")).to_contain_text("left out")
    box.fill("a (red:1.3) owl <hypernet:x:1>")
    box.press("Tab")
    on_screen(page.locator("#left"))
    expect(page.locator("#left")).to_contain_text("Weights in brackets")
    expect(page.locator("#left")).to_contain_text("<hypernet:x:1> was left out")


def test_an_image_without_settings_says_so(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "bare.png")
    page.set_input_files("#dropzone .restore-file input", tmp_path / "bare.png")
    expect(page.locator("#notice")).to_contain_text("carries no settings")


def test_an_example_fills_the_prompt(page: Page) -> None:
    chip = page.locator("#stage .chips button").first
    words = chip.get_attribute("data-prompt")
    assert words
    chip.click()
    expect(page.locator("#prompt textarea")).to_have_value(words)


def test_the_form_is_as_it_was_after_a_reload(page: Page) -> None:
    open_tab(page, "Outpaint")
    page.fill("#prompt textarea", "a remembered door")
    page.fill("#steps input[type=number]", "13")
    page.keyboard.press("Tab")
    page.wait_for_function("localStorage.length > 0")
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.locator("#prompt textarea")).to_have_value("a remembered door")
    expect(page.locator("#steps input[type=number]")).to_have_value("13")
    expect(page.get_by_role("tab", name="Outpaint", exact=True)).to_have_attribute("aria-selected", "true")


def test_a_link_fills_the_form_and_runs_nothing(page: Page, site: Site) -> None:
    before = len(prompts(site, 1000))
    link = pack_recipe({"mode": "text_to_image", "prompt": "a linked bridge", "steps": 6})
    page.goto(f"{site.address}?recipe={link}")
    expect(page.locator("#prompt textarea")).to_have_value("a linked bridge")
    expect(page.locator("#steps input[type=number]")).to_have_value("6")
    expect(page.locator("#notice")).to_contain_text("nothing has run yet")
    assert len(prompts(site, 1000)) == before


def test_a_damaged_link_says_so(page: Page, site: Site) -> None:
    page.goto(f"{site.address}?recipe=1.broken")
    expect(page.locator("#notice")).to_contain_text("damaged or cut off")


def test_numbers_choose_the_modes_and_a_question_mark_helps(page: Page) -> None:
    page.locator("#title").click()
    page.keyboard.press("3")
    expect(page.get_by_role("tab", name="Inpaint", exact=True)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    page.locator("#prompt textarea").focus()
    page.keyboard.type("5 foxes")
    expect(page.locator("#prompt textarea")).to_have_value("5 foxes")
