"""Styles of one's own on the page: written, imported, exported."""

import csv
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.library.test_library import draw, prompts
from tests.browser.presses import choose_option
from tests.serving import Site


def shelf(page: Page) -> None:
    open_fold(page, "Your styles")


def bring(page: Page, path: Path) -> None:
    page.set_input_files("input[type=file][accept*='.csv']", path)


def test_a_style_is_written_used_changed_and_removed(page: Page, site: Site) -> None:
    shelf(page)
    page.fill("#style-name input, #style-name textarea", "Tin toy")
    page.fill("#style-prompt textarea", "a tin toy of {prompt}")
    page.click("#style-save")
    expect(page.locator("#own-style input")).to_have_value("Tin toy")
    choose_option(page.locator("#styles input"), "Tin toy")
    page.keyboard.press("Escape")
    draw(page, "a ladybird")
    assert prompts(site, 1) == ["a tin toy of a ladybird"]
    page.fill("#style-name input, #style-name textarea", "")
    page.fill("#style-prompt textarea", "")
    choose_option(page.locator("#own-style input"), "Tin toy")
    expect(page.locator("#style-prompt textarea")).to_have_value("a tin toy of {prompt}")
    page.click("#style-remove")
    expect(page.locator("#own-style input")).to_have_value("")


def test_files_of_three_tools_come_in_and_go_out_again(page: Page, tmp_path: Path) -> None:
    shelf(page)
    (tmp_path / "styles.csv").write_text('name,prompt,negative_prompt\nInk,"ink, {prompt}",photo\n', "utf-8-sig")
    (tmp_path / "sdxl.json").write_text(json.dumps([{"name": "Clay", "prompt": "clay {prompt}"}, {"name": ""}]))
    invoke = {"name": "Wool", "type": "user", "preset_data": {"positive_prompt": "wool", "negative_prompt": ""}}
    (tmp_path / "invoke.json").write_text(json.dumps([invoke]))
    for name, told in (("styles.csv", "1 styles came in"), ("sdxl.json", "1 left out"), ("invoke.json", "1 styles")):
        bring(page, tmp_path / name)
        expect(page.locator("#style-note")).to_contain_text(told)
    expect(page.locator("#style-note")).not_to_contain_text("left out")
    page.click("#style-export")
    with page.expect_download() as caught:
        page.click("#style-note a")
    caught.value.save_as(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row["prompt"] for row in csv.DictReader(file)}
    assert rows == {"Clay": "clay {prompt}", "Ink": "ink, {prompt}", "Wool": "wool"}
    choose_option(page.locator("#style-format input"), "InvokeAI (JSON)")
    page.click("#style-export")
    expect(page.locator("#style-note a")).to_have_attribute("download", "invokeai-styles.json")


def test_a_file_that_holds_no_styles_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    shelf(page)
    (tmp_path / "other.json").write_text('{"a": 1')
    bring(page, tmp_path / "other.json")
    expect(page.get_by_text("is no JSON that can be read")).to_be_visible()
    page.click("#style-export")
    expect(page.get_by_text("has none of yours yet")).to_be_visible()


def test_a_list_of_ones_own_is_drawn_from_and_a_wrong_one_refused(page: Page, site: Site) -> None:
    open_fold(page, "Your lists")
    page.fill("#list-name input, #list-name textarea", "ships")
    page.click("#list-save")
    expect(page.locator(".toast-wrap")).to_contain_text("has none; write at least one.")
    page.fill("#list-lines textarea", "# mine\na junk\n\na junk")
    page.click("#list-save")
    expect(page.locator("#own-list input")).to_have_value("ships")
    draw(page, "a picture of __ships__")
    assert prompts(site, 1) == ["a picture of a junk"]
    page.click("#list-remove")
    expect(page.locator("#own-list input")).to_have_value("")
