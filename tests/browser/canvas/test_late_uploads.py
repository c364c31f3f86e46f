"""Uploads that overtake each other: the file that was chosen last is the one that counts."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.presses import open_tab

WIDE, TALL = (320, 160), (160, 320)
IDLE = "#easel .easel:not([data-busy])"


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, Path]:
    """Return a wide picture and a tall one."""
    for name, size in (("wide.png", WIDE), ("tall.png", TALL)):
        Image.new("RGB", size, "olive").save(tmp_path / name)
    return tmp_path / "wide.png", tmp_path / "tall.png"


@pytest.fixture
def held(page: Page) -> list[Route]:
    """Hold the first upload of the page back; whoever has it lets it go."""
    held: list[Route] = []

    def take(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/gradio_api/upload*", take)
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Let the upload go, and wait until the page has read its answer."""
    with page.expect_response("**/gradio_api/upload*") as answer:
        held[0].continue_()
    answer.value.finished()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def test_a_picture_that_arrives_late_does_not_take_the_place_of_a_newer_one(
    page: Page, pictures: tuple[Path, Path], held: list[Route]
) -> None:
    wide, tall = pictures
    open_tab(page, "Image to image")
    page.set_input_files("#easel .drop input", wide)
    expect(page.locator("#easel .easel[data-busy]")).to_be_attached()
    page.set_input_files("#easel .drop input", tall)
    expect(page.locator("#easel .about")).to_have_text("160 × 320")
    let_go(page, held)
    expect(page.locator(IDLE)).to_be_attached()
    expect(page.locator("#easel .about")).to_have_text("160 × 320")
    assert page.evaluate("() => document.querySelector('#easel .sheet img').naturalWidth") == TALL[0]


def test_a_picture_that_was_taken_away_stays_away_when_another_arrives_late(
    page: Page, pictures: tuple[Path, Path], held: list[Route]
) -> None:
    wide, tall = pictures
    open_tab(page, "Image to image")
    page.set_input_files("#easel .drop input", wide)
    expect(page.locator("#easel .easel[data-busy]")).to_be_attached()
    page.set_input_files("#easel .drop input", tall)
    expect(page.locator("#easel .about")).to_have_text("160 × 320")
    page.click("#easel [data-do=remove]")
    let_go(page, held)
    expect(page.locator(IDLE)).to_be_attached()
    expect(page.locator("#easel .easel[data-empty]")).to_be_visible()


def test_a_controls_picture_that_arrives_late_does_not_take_the_place_of_a_newer_one(
    page: Page, pictures: tuple[Path, Path], held: list[Route]
) -> None:
    wide, tall = pictures
    open_tab(page, "ControlNet")
    page.click("#further-controls [data-do=add]")
    chosen = page.locator("#further-controls input[type=file]")
    chosen.set_input_files(wide)
    chosen.set_input_files(tall)
    picture = page.locator("#further-controls img")
    expect(picture).to_have_js_property("naturalWidth", TALL[0])
    let_go(page, held)
    expect(picture).to_have_js_property("naturalWidth", TALL[0])


def test_a_mask_that_was_read_leaves_no_copy_of_its_file_in_the_browser(
    page: Page, pictures: tuple[Path, Path], tmp_path: Path
) -> None:
    page.evaluate("""() => {
      window.kept = new Set();
      const {createObjectURL, revokeObjectURL} = URL;
      URL.createObjectURL = file => { const made = createObjectURL(file); window.kept.add(made); return made; };
      URL.revokeObjectURL = address => { window.kept.delete(address); revokeObjectURL(address); };
    }""")
    Image.new("L", WIDE, 255).save(tmp_path / "mask.png")
    (tmp_path / "none.png").write_bytes(b"no picture")
    open_tab(page, "Inpaint")
    page.set_input_files("#easel .drop input", pictures[0])
    expect(page.locator("#easel .about")).to_contain_text("draw over")
    page.set_input_files("#easel .file input", tmp_path / "mask.png")
    expect(page.locator("#easel .about")).to_contain_text("mask covers 100 %")
    page.set_input_files("#easel .file input", tmp_path / "none.png")
    expect(page.locator("#easel .about")).to_contain_text("cannot read this file")
    assert page.evaluate("() => window.kept.size") == 0
