"""The four modes that start from a picture, with hands."""

import io
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from backend.domain.events import Progress, Tell
from backend.domain.parts import Control
from backend.domain.records import Run
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint
from tests.browser.presses import choose_option, open_tab, press_until
from tests.browser.seen import on_screen
from tests.serving import Site

ORIENTATION = 0x0112


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """Return a picture of 768 × 512."""
    picture = Image.new("RGB", (768, 512), "#7aa5c9")
    ImageDraw.Draw(picture).polygon([(150, 330), (280, 120), (410, 330)], fill="#6b5b53")
    picture.save(tmp_path / "scene.png")
    return tmp_path / "scene.png"


def choose(page: Page, tab: str, picture: Path | None = None) -> None:
    open_tab(page, tab)
    if picture:
        page.set_input_files("#easel .drop input", picture)
        expect(page.locator("#easel .easel:not([data-empty])")).to_be_visible()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the picture; places are fractions of its width and height."""
    canvas = page.locator("#easel canvas[tabindex]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=10)
    page.mouse.up()


def generate(page: Page, site: Site) -> Run:
    """Press Generate, wait for the image, and return what was recorded."""
    page.fill("#prompt textarea", "a mountain at dusk")
    page.click("#generate")
    expect(page.locator("#stage .card")).to_be_visible()
    address = page.locator("#history .tile").first
    expect(address).to_be_visible()
    (run,) = newest(site)
    return run


def newest(site: Site) -> list[Run]:
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    return [site.playground.store.run(run_id)]


def mask_of(run: Run, site: Site) -> np.ndarray:
    assert isinstance(run.request, Inpaint)
    with Image.open(io.BytesIO(site.playground.files.read(run.request.mask))) as mask:
        return np.asarray(mask.convert("L"))


def test_image_to_image_sends_the_file_as_it_is(page: Page, site: Site, scene: Path) -> None:
    choose(page, "Image to image", scene)
    run = generate(page, site)
    assert isinstance(run.request, ImageToImage)
    assert site.playground.files.read(run.request.image) == scene.read_bytes()
    assert run.request.strength == 0.8
    assert run.request.width is None


def test_strength_is_explained_a_missing_picture_named_and_resizing_asked_with_a_size(page: Page, scene: Path) -> None:
    choose(page, "Image to image")
    page.fill("#image_to_image-strength input[type=number]", "0.2")
    expect(page.locator("#strength-words")).to_contain_text("small details")
    page.fill("#prompt textarea", "a mountain")
    page.click("#generate")
    expect(page.locator("#stage .problem")).to_contain_text("Image")
    choose(page, "Image to image", scene)
    keep, resize = page.locator("#keep-size input"), page.locator("#image_to_image-resize")
    expect(keep).to_be_checked()
    expect(resize).to_be_hidden()
    keep.uncheck()
    expect(resize).to_be_visible()
    keep.check()
    expect(resize).to_be_hidden()


@pytest.mark.parametrize("rotated", [False, True])
def test_the_mask_matches_the_pictures_own_pixels(page: Page, site: Site, tmp_path: Path, rotated: bool) -> None:
    photo = Image.new("RGB", (1000, 3000) if rotated else (3000, 1000), "#888888")
    exif = Image.Exif()
    if rotated:
        exif[ORIENTATION] = 6  # The camera was held upright: turn it a quarter clockwise to look at it.
    photo.save(tmp_path / "photo.jpg", exif=exif)
    choose(page, "Inpaint", tmp_path / "photo.jpg")
    page.locator("#easel .size-of-brush input").fill("100")
    drag(page, (0.25, 0.5), (0.75, 0.5))
    expect(page.locator("#easel .about")).to_contain_text("mask covers")
    mask = mask_of(generate(page, site), site)
    assert mask.shape == (1000, 3000)
    rows, columns = np.where(mask > 127)
    assert abs(int(columns.min()) - 700) <= 12
    assert abs(int(columns.max()) - 2300) <= 12
    assert abs(int(rows.min()) - 450) <= 12
    assert abs(int(rows.max()) - 550) <= 12


def test_a_stroke_has_the_masks_colour_is_erased_undone_inverted_and_cleared_and_an_empty_mask_refused(
    page: Page, scene: Path
) -> None:
    choose(page, "Inpaint", scene)
    about = page.locator("#easel .about")
    expect(about).to_contain_text("draw over what is to change")
    drag(page, (0.2, 0.5), (0.8, 0.5))
    middle = """() => {
      const canvas = document.querySelector('#easel canvas[tabindex]');
      return [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data];
    }"""
    shown = page.locator("#easel .swatch").evaluate("each => getComputedStyle(each).backgroundColor")
    assert page.evaluate(middle) == [*map(int, shown.removeprefix("rgb(").removesuffix(")").split(",")), 255]
    expect(about).to_contain_text("mask covers")
    drawn = about.inner_text()
    page.click("#easel [data-do=invert]")
    expect(about).not_to_have_text(drawn)
    page.click("#easel [data-do=undo]")
    expect(about).to_have_text(drawn)
    page.click("#easel [data-tool=eraser]")
    drag(page, (0.2, 0.5), (0.8, 0.5))
    expect(about).not_to_have_text(drawn)
    page.locator("#easel canvas[tabindex]").focus()
    page.keyboard.press("Control+z")
    expect(about).to_have_text(drawn)
    page.click("#easel [data-do=clear]")
    expect(about).to_contain_text("draw over what is to change")
    page.fill("#prompt textarea", "a mountain")
    page.click("#generate")
    expect(page.locator("#stage .problem")).to_contain_text("Mask is empty; draw over")


def test_a_mask_can_be_loaded_and_one_of_another_shape_is_refused_with_the_way_out(
    page: Page, site: Site, scene: Path, tmp_path: Path
) -> None:
    choose(page, "Inpaint", scene)
    about = page.locator("#easel .about")
    Image.new("L", (640, 640), 255).save(tmp_path / "square.png")
    page.set_input_files("#easel .file input", tmp_path / "square.png")
    expect(about).to_contain_text("The mask is 640 × 640, another shape than the picture's 768 × 512")
    on_screen(about)
    drag(page, (0.2, 0.5), (0.8, 0.5))  # it took the place of nothing
    expect(about).to_contain_text("mask covers")
    Image.new("L", (384, 256), 255).save(tmp_path / "half.png")
    page.set_input_files("#easel .file input", tmp_path / "half.png")
    expect(about).to_contain_text("mask covers 100 %")
    given = Image.new("L", (384, 256))
    ImageDraw.Draw(given).rectangle((0, 0, 191, 255), fill=255)
    given.save(tmp_path / "mask.png")
    page.set_input_files("#easel .file input", tmp_path / "mask.png")
    expect(page.locator("#easel .about")).to_contain_text("mask covers 50 %")
    mask = mask_of(generate(page, site), site)
    assert mask[:, :380].min() == 255
    assert mask[:, 388:].max() == 0


def test_the_picture_is_uploaded_once_and_stays_from_tab_to_tab(page: Page, site: Site, scene: Path) -> None:
    uploads: list[str] = []
    page.on("request", lambda request: uploads.append(request.url) if "/upload" in request.url else None)
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.5), (0.8, 0.5))
    generate(page, site)
    choose(page, "Outpaint")
    expect(page.locator("#easel .about")).to_contain_text("768 × 512")
    choose(page, "Text to image")
    expect(page.locator("#easel")).not_to_be_visible()
    generate(page, site)
    assert len(uploads) == 1


def test_a_shape_sets_the_sides_and_the_final_size(page: Page, site: Site, scene: Path) -> None:
    choose(page, "Outpaint", scene)
    page.click("#easel [data-shape='16:9']")
    expect(page.locator("#easel .about")).to_contain_text("768 × 512 → 912 × 512")
    run = generate(page, site)
    assert isinstance(run.request, Outpaint)
    assert run.request.left + run.request.right == 144
    assert run.request.top == run.request.bottom == 0


def test_a_handle_drags_its_side_and_a_number_moves_the_frame(page: Page, scene: Path) -> None:
    choose(page, "Outpaint", scene)
    grip = page.locator("#easel .grip[data-side=right]")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 65, box["y"] + 20, steps=6)
    page.mouse.up()
    right = int(page.locator("#outpaint-right input[type=number]").input_value())
    assert right > 0
    assert right % 16 == 0
    expect(page.locator("#easel .about")).to_contain_text(f"→ {768 + right} × 512")
    page.fill("#outpaint-top input[type=number]", "128")
    expect(page.locator("#easel .about")).to_contain_text(f"→ {768 + right} × 640")


def test_a_side_goes_on_growing_where_the_window_ends(page: Page, scene: Path) -> None:
    choose(page, "Outpaint", scene)
    grip = page.locator("#easel .grip[data-side=left]")
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 7, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(4, box["y"] + 20, steps=6)
    for _ in range(30):
        page.wait_for_timeout(100)
        page.mouse.move(4, box["y"] + 20)
    page.mouse.up()
    left = int(page.locator("#outpaint-left input[type=number]").input_value())
    assert left >= 400
    page.wait_for_timeout(300)
    assert int(page.locator("#outpaint-left input[type=number]").input_value()) == left


def test_a_grip_stays_under_the_hand_and_goes_as_far_as_a_side_may(page: Page, scene: Path) -> None:
    choose(page, "Outpaint", scene)
    grip, sheet, picture = (
        page.locator(f"#easel {name}") for name in (".grip[data-side=right]", ".sheet", ".sheet img")
    )
    grip.scroll_into_view_if_needed()
    box, before = grip.bounding_box(), picture.bounding_box()
    assert box
    assert before
    x, y = box["x"] + 7, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 24, y, steps=6)
    held, now = grip.bounding_box(), picture.bounding_box()
    assert held
    assert now
    assert [now[side] for side in ("x", "y", "width")] == pytest.approx(
        [before[side] for side in ("x", "y", "width")], abs=1
    )
    assert abs(held["x"] + 7 - x - 24) <= 16 * before["width"] / 768 + 1  # to the next multiple of 16 pixels
    right = page.locator("#easel .frame").evaluate("each => each.getBoundingClientRect().right")
    page.mouse.move(right + 10, y, steps=4)
    most = page.locator("#outpaint-right input[type=range]").get_attribute("max")
    page.wait_for_function("most => document.querySelector('#outpaint-right input').value === most", arg=most)
    on_screen(grip)
    page.mouse.up()
    expect(page.locator("#easel .about")).to_contain_text(f"→ {768 + int(most or 0)} × 512")
    whole, pane = sheet.bounding_box(), page.locator("#easel .frame").bounding_box()
    assert whole
    assert pane
    assert pane["x"] <= whole["x"]
    assert whole["x"] + whole["width"] <= pane["x"] + pane["width"]


def test_only_a_backend_that_ends_somewhere_is_said_to(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (1200, 1600), "#7aa5c9").save(tmp_path / "tall.png")
    choose(page, "Outpaint", tmp_path / "tall.png")
    page.click("#easel [data-shape='x2']")
    expect(page.locator("#easel .about")).to_have_text("1200 × 1600 → 2400 × 3200")
    # A look at the form that is still under way fits the easel to the page's own backend once more.
    page.wait_for_function(
        "() => { window.playground_easel.within(2048); return "
        "document.querySelector('#easel .about').textContent.includes('this backend makes at most 2048 a side'); }"
    )


def test_the_control_map_is_shown_before_the_run_and_the_ends_of_a_range_push_one_another(
    page: Page, site: Site, scene: Path
) -> None:
    choose(page, "ControlNet", scene)
    page.click("#show-control")
    expect(page.locator("#control-map img")).to_have_attribute("alt", "The control map, 768 × 512")
    run = generate(page, site)
    assert isinstance(run.request, ControlNet)
    assert (run.request.preprocess, run.request.control_scale, run.request.control_end) == ("canny", 0.75, 0.8)
    start, end = (page.locator(f"#controlnet-control_{name} input[type=range]") for name in ("start", "end"))
    numbers = [page.locator(f"#controlnet-control_{name} input[type=number]") for name in ("start", "end")]
    start.fill("0.9")
    expect(numbers[1]).to_have_value("0.95")
    end.fill("0")
    expect(numbers[0]).to_have_value("0")
    expect(numbers[1]).to_have_value("0.05")
    choose_option(page.get_by_label("Preprocess", exact=True), "depth")
    expect(page.locator("#thresholds")).to_be_hidden()


def test_a_map_that_is_shown_can_be_used_as_it_is(page: Page, site: Site, scene: Path) -> None:
    choose(page, "ControlNet", scene)
    page.click("#show-control")
    taken = page.get_by_text("The map is the picture now")
    press_until(page.locator("#control-map button:has-text('Use this map')"), taken.is_visible)
    expect(page.locator("#controlnet-preprocess input")).to_have_value("none")
    run = generate(page, site)
    assert isinstance(run.request, ControlNet)
    assert run.request.preprocess == "none"
    with Image.open(site.playground.files.path(run.request.image)) as used:
        assert used.size == (768, 512)
        red, green, blue = used.convert("RGB").split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()  # the fake's map is grey, the scene isn't


def test_a_map_that_takes_long_says_what_it_does_and_can_be_stopped(
    page: Page, site: Site, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def endless(_: object, __: object, ___: object, tell: Tell) -> Image.Image:
        try:
            while True:
                tell(Progress(0, 0, doing="Making the depth map"))
                time.sleep(0.1)
        finally:
            ended.set()

    monkeypatch.setattr(site.fake, "control_picture", endless)
    choose(page, "ControlNet", scene)
    page.click("#show-control")
    expect(page.locator("#control-map")).to_contain_text("Making the depth map, ")
    page.click("#stop-map")
    expect(page.locator("#control-map")).to_be_empty()
    expect(page.locator("#stop-map")).to_be_hidden()
    assert ended.wait(60)


def test_the_map_follows_its_thresholds_once_it_is_shown(page: Page, site: Site, scene: Path) -> None:
    asked: list[tuple[int, int]] = []

    def seen(control: Control, *_: object) -> Image.Image:
        asked.append(control.thresholds)
        return Image.new("RGB", (768, 512), (control.low_threshold,) * 3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.fake, "control_picture", seen)
        choose(page, "ControlNet", scene)
        page.fill("#controlnet-low_threshold input[type=number]", "90")
        page.wait_for_timeout(600)
        assert asked == []  # nobody asked for a map yet
        page.click("#show-control")
        shown = page.locator("#control-map img")
        expect(shown).to_be_visible()
        first = shown.get_attribute("src")
        page.fill("#controlnet-low_threshold input[type=number]", "60")
        expect(shown).not_to_have_attribute("src", str(first))
        assert (asked[0], asked[-1]) == ((90, 200), (60, 200))
    run = generate(page, site)
    assert isinstance(run.request, ControlNet)
    assert (run.request.low_threshold, run.request.high_threshold) == (60, 200)
