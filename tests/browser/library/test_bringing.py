"""Pictures that are dropped anywhere, or pasted: it is asked what shall become of them, and that is done."""

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.metadata.request_text import embed
from tests.browser.presses import open_tab
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults

_HAND_OVER = """([kind, place, files]) => {
  const data = new DataTransfer();
  for (const {name, type, code} of files) {
    data.items.add(new File([Uint8Array.from(atob(code), each => each.charCodeAt(0))], name, {type}));
  }
  const target = document.querySelector(place), how = {bubbles: true, cancelable: true};
  if (kind === 'paste') { target.dispatchEvent(new ClipboardEvent('paste', {...how, clipboardData: data})); return; }
  const drags = ['dragenter', 'dragover', 'drop'].map(each => new DragEvent(each, {...how, dataTransfer: data}));
  for (const drag of drags) target.dispatchEvent(drag);
}"""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".pdf": "application/pdf", ".json": "application/json"}
PLACE = "#history-shelf, #rail-head, #main"


def hand_over(page: Page, *files: Path, kind: str = "drop", place: str = PLACE) -> None:
    """Drop files on a place of the page, or paste them there."""
    told = [
        {"name": file.name, "type": TYPES[file.suffix], "code": base64.b64encode(file.read_bytes()).decode()}
        for file in files
    ]
    page.evaluate(_HAND_OVER, [kind, place, told])


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Return a picture that carries settings, a cut one, two that carry none, and a file that is no picture."""
    asked = parse_request({"mode": "text_to_image", "prompt": "a brought boat", "seed": 7, "steps": 5})
    grey = Image.new("RGB", (320, 240), "grey")
    (tmp_path / "boat.png").write_bytes(embed(encode(grey, "png"), "png", asked, 7, "fake"))
    grey.save(tmp_path / "photo.jpg")
    Image.new("RGB", (320, 240), "teal").save(tmp_path / "other.jpg")
    (tmp_path / "cut.png").write_bytes((tmp_path / "boat.png").read_bytes()[:-30])
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.4")
    return [tmp_path / name for name in ("boat.png", "cut.png", "photo.jpg", "other.jpg", "notes.pdf")]


def test_a_dropped_picture_asks_and_goes_where_its_visitor_says(page: Page, pictures: list[Path]) -> None:
    sheet, box = page.locator("#over-page"), page.locator("#prompt textarea")
    hand_over(page, pictures[0])
    on_screen(sheet.get_by_role("button", name="Settings"))
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(box).to_have_value("")
    hand_over(page, pictures[0], place="#prompt textarea", kind="paste")
    expect(sheet.get_by_role("button", name="Settings")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Inpaint")).to_be_focused()
    page.keyboard.press("Enter")
    on_screen(page.locator("#easel .sheet"))
    expect(page.locator("#main")).to_have_attribute("data-mode", "inpaint")
    expect(box).to_have_value("")
    hand_over(page, pictures[0])
    sheet.get_by_role("button", name="Settings").click()
    expect(box).to_have_value("a brought boat")
    expect(page.locator("#notice")).to_contain_text("Settings of Z-Image Playground are back")


@pytest.mark.slow
def test_several_dropped_pictures_become_control_layers_and_what_is_none_is_named(
    page: Page, pictures: list[Path]
) -> None:
    sheet = page.locator("#over-page")
    open_tab(page, "Image to image")
    hand_over(page, *pictures[1:], place="#easel .easel")
    on_screen(sheet)
    expect(sheet.locator(".brought-refused")).to_contain_text("notes.pdf is no picture")
    expect(sheet.locator(".brought-refused")).to_contain_text("cut.png The image is damaged")
    assert faults(page) == []
    sheet.get_by_role("button", name="Control layers").click()
    expect(page.locator("#main")).to_have_attribute("data-mode", "controlnet")
    on_screen(page.locator("#easel .sheet"))
    expect(page.locator("#further-controls .part-picture img:visible")).to_have_count(1)
    hand_over(page, pictures[4])
    expect(sheet.get_by_role("heading", name="No picture to use")).to_be_visible()
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()


@pytest.mark.slow
def test_a_single_picture_on_the_easel_is_taken_and_one_by_button_is_asked_for(
    page: Page, pictures: list[Path]
) -> None:
    open_tab(page, "Image to image")
    hand_over(page, pictures[2], place="#easel .easel")
    on_screen(page.locator("#easel .sheet"))
    expect(page.locator("#over-page")).to_be_hidden()
    page.set_input_files(".bring-file input", pictures[0])
    page.locator("#over-page").get_by_role("button", name="Upscale").click()
    expect(page.locator("#over-page [data-field=factor]")).to_be_visible()


@pytest.mark.slow
def test_a_folder_that_is_dropped_is_read_through(page: Page, tmp_path: Path) -> None:
    inner = tmp_path / "holiday" / "inner"
    inner.mkdir(parents=True)
    for place in (inner / "deep.png", tmp_path / "holiday" / "shore.png"):
        Image.new("RGB", (64, 48), "teal").save(place)
    (tmp_path / "holiday" / "notes.txt").write_text("no picture")
    (tmp_path / "holiday" / ".DS_Store").write_bytes(b"\0")
    where = {"x": 200, "y": 300, "data": {"items": [], "files": [str(tmp_path / "holiday")], "dragOperationsMask": 1}}
    sheet, browser = page.locator("#over-page"), page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, **where})
    on_screen(sheet.get_by_role("heading", name="What shall become of these 2 pictures?"))
    expect(sheet.locator(".brought-pictures")).to_have_text("deep.pngshore.png")
    expect(sheet.locator(".brought-refused li")).to_have_text(
        ["notes.txt is no picture: bring a PNG, JPEG, WebP or AVIF."]
    )
