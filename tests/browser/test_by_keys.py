"""The page without a mouse: everything that hands do on it, by keys alone."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.modes.test_modes import choose, drag, mask_of, newest, scene  # noqa: F401
from tests.serving import Site

MOST_STOPS = 120


def walk_to(page: Page, place: str) -> None:
    """Press Tab until what has the focus lies in `place`."""
    for _ in range(MOST_STOPS):
        if page.evaluate("place => Boolean(document.activeElement.closest(place))", place):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {place}")


def test_a_run_from_prompt_to_full_size_and_back(page: Page) -> None:
    walk_to(page, "#prompt")
    page.keyboard.type("a lighthouse by keys")
    walk_to(page, "#generate")
    page.keyboard.press("Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    walk_to(page, "#stage .card .picture")
    page.keyboard.press("Enter")
    expect(page.locator("#lightbox img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox img")).to_be_hidden()
    assert page.evaluate("Boolean(document.activeElement.closest('#stage .card .picture'))")
    walk_to(page, "#stage [data-act=code]")
    page.keyboard.press("Enter")
    expect(page.locator("#inspector")).to_contain_text("a lighthouse by keys")


def test_escape_stops_a_run(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "30")
    page.fill("#prompt textarea", "a run to be stopped")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .progress")).to_contain_text("step")
    page.keyboard.press("Escape")
    expect(page.locator("#stage .stopped")).to_be_visible()
    while site.fake.running:
        page.wait_for_timeout(20)


@pytest.mark.parametrize(
    ("tab", "place"),
    [("Inpaint", "#easel .drop"), ("Inpaint", "#dropzone .restore-file"), ("ControlNet", "#easel .drop")],
)
def test_a_file_is_chosen_by_keys(page: Page, scene: Path, tab: str, place: str) -> None:  # noqa: F811
    page.on("filechooser", lambda chooser: chooser.set_files(scene))
    page.get_by_role("tab", name=tab, exact=True).focus()
    page.keyboard.press("Enter")
    walk_to(page, place)
    page.keyboard.press("Enter")
    if "restore-file" not in place:
        expect(page.locator("#easel .easel:not([data-empty])")).to_be_visible()
    else:
        expect(page.locator("#notice")).to_contain_text("carries no settings")


def test_a_mask_is_painted_by_keys(page: Page, site: Site, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    about = page.locator("#easel .about")
    page.locator("#easel .size-of-brush input").fill("40")
    walk_to(page, "#easel canvas")
    for key in ("Space", *["ArrowUp"] * 5, *["Shift+ArrowRight"] * 6):
        page.keyboard.press(key)
    expect(about).to_contain_text("mask covers")
    page.fill("#prompt textarea", "a mountain")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_be_visible()
    painted = mask_of(newest(site)[0], site) > 127
    assert painted[256, 384]  # Space, in the middle
    assert painted[206, 384:444].all()  # the line, five steps of a quarter of the brush above it
    assert not painted[206, 475:].any()
    assert not painted[300:].any()


def test_every_file_box_brush_eraser_and_size_have_keys_which_undo_every_stroke(page: Page, scene: Path) -> None:  # noqa: F811
    hidden = "each => each.hidden || each.tabIndex < 0 || getComputedStyle(each).display === 'none'"
    choose(page, "Inpaint")
    boxes = page.locator("#easel .drop input, #dropzone input")
    assert boxes.count() == 3
    assert not any(box.evaluate(hidden) for box in boxes.all())
    choose(page, "Inpaint", scene)
    size, canvas = page.locator("#easel .size-of-brush input"), page.locator("#easel canvas[tabindex]")
    about = page.locator("#easel .about")
    canvas.focus()
    before = int(size.input_value())
    page.keyboard.press("]")
    assert int(size.input_value()) > before
    page.keyboard.press("[")
    page.keyboard.press("e")
    expect(page.locator("#easel [data-tool=eraser]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("b")
    expect(page.locator("#easel [data-tool=brush]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Shift+V")
    expect(about).to_contain_text("mask covers 100 %")
    page.keyboard.press("Control+z")
    expect(about).to_contain_text("draw over what is to change")
    for _ in range(80):  # more than are kept: the first sixteen can't be taken back
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(80):
        page.keyboard.press("Control+z")
    expect(about).to_contain_text("mask covers")
    for _ in range(80):
        page.keyboard.press("Control+Shift+z")
    drawn = about.inner_text()
    page.keyboard.press("Space")
    page.keyboard.press("Control+z")
    expect(about).to_have_text(drawn)


def cover(page: Page) -> str:
    return page.locator("#easel .about").inner_text()


@pytest.mark.parametrize("held", ["the stroke", "a button", "the page"])
def test_after_a_stroke_of_the_hand_the_keys_are_the_masks(page: Page, scene: Path, held: str) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    words = page.locator("#prompt textarea")
    words.click()
    page.keyboard.type("a castle at sunset")
    blank = cover(page)
    drag(page, (0.2, 0.4), (0.6, 0.4))
    one = cover(page)
    drag(page, (0.2, 0.7), (0.6, 0.7))
    two = cover(page)
    assert len({blank, one, two}) == 3
    if held == "a button":
        page.click("#easel [data-tool=brush]")
    elif held == "the page":
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+z")
    assert cover(page) == one
    page.keyboard.press("Control+y")
    assert cover(page) == two
    size = int(page.locator("#easel .size-of-brush input").input_value())
    page.keyboard.press("]")
    page.keyboard.press("e")
    assert int(page.locator("#easel .size-of-brush input").input_value()) > size
    expect(page.locator("#easel [data-tool=eraser]")).to_have_attribute("aria-pressed", "true")
    for _ in range(4):  # further than there is anything to take back
        page.keyboard.press("Control+z")
    assert cover(page) == blank
    assert words.input_value() == "a castle at sunset"


def test_in_the_prompt_the_same_keys_write(page: Page, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.4), (0.6, 0.4))
    painted = cover(page)
    page.locator("#prompt textarea").click()
    page.keyboard.type("be [e]")
    assert page.locator("#prompt textarea").input_value() == "be [e]"
    page.keyboard.press("Control+z")
    assert page.locator("#prompt textarea").input_value() != "be [e]"
    assert cover(page) == painted


def long_run(page: Page) -> None:
    """Begin a run that goes on until it is stopped."""
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "60")
    page.fill("#prompt textarea", "a run to be left alone")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .progress")).to_contain_text("step")


COMPOSED = """kind => {
    const box = document.querySelector('#prompt textarea');
    box.focus();
    const how = {key: 'Escape', bubbles: true, cancelable: true, ...kind};
    box.dispatchEvent(new KeyboardEvent('keydown', how));
}"""


def test_escape_that_closes_something_else_leaves_the_run_alone(page: Page, site: Site) -> None:
    long_run(page)
    styles = page.locator("#styles input")
    styles.click()
    expect(page.locator("ul[role=listbox]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("ul[role=listbox]")).to_be_hidden()
    for way in ({"isComposing": True}, {"keyCode": 229}):
        page.evaluate(COMPOSED, way)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Control+Enter")  # nothing begins behind a sheet
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.wait_for_timeout(500)
    expect(page.locator("#stop")).to_be_visible()
    assert site.fake.running == 1
    page.keyboard.press("Escape")
    expect(page.locator("#stage .stopped")).to_be_visible()


def paste(page: Page, picture: Path, *, into: str = "body", words: str = "") -> bool:
    """Paste a picture, and words beside it; return whether the browser is left to paste as it does by itself."""
    left: bool = page.evaluate(
        """([bytes, into, words]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', {type: 'image/png'}));
            if (words) data.setData('text/plain', words);
            const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
            return document.querySelector(into).dispatchEvent(event);
        }""",
        [list(picture.read_bytes()), into, words],
    )
    return left


def test_a_pasted_picture_lies_on_the_easel_or_is_asked_for_where_there_is_none(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), "#335577").save(tmp_path / "pasted.png")
    assert not paste(page, tmp_path / "pasted.png")
    expect(page.locator("#over-page")).to_contain_text("What shall become of this picture?")
    page.keyboard.press("Escape")
    choose(page, "Image to image")
    assert paste(page, tmp_path / "pasted.png", into="#prompt textarea", words="out of a letter")
    expect(page.locator("#easel .easel[data-empty]")).to_be_visible()
    assert not paste(page, tmp_path / "pasted.png")
    expect(page.locator("#easel .about")).to_contain_text("96 × 64")
