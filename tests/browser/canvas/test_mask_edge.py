"""The live preview of growing and feathering, against what the backend makes of the same mask."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from backend.images.masks import feathered, grown
from tests.browser.presses import open_tab

ALPHA = """() => {
  const edge = document.querySelector('canvas.edge');
  const data = edge.getContext('2d').getImageData(0, 0, edge.width, edge.height).data;
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += data[at];
  return sum / 255 / (edge.width * edge.height);
}"""


@pytest.mark.parametrize(("grow", "feather"), [(40, 0), (0, 30), (25, 50)])
def test_the_preview_covers_what_the_backend_will_paint(page: Page, tmp_path: Path, grow: int, feather: int) -> None:
    Image.new("RGB", (900, 600), "olive").save(tmp_path / "photo.png")
    open_tab(page, "Inpaint")
    page.set_input_files("#easel .drop input", tmp_path / "photo.png")
    canvas = page.locator("#easel canvas[tabindex]")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=5)
    page.mouse.up()
    expect(page.locator("canvas.edge")).to_be_hidden()
    page.fill("#inpaint-mask_grow input[type=number]", str(grow))
    page.fill("#inpaint-mask_feather input[type=number]", str(feather))
    page.keyboard.press("Tab")
    expect(page.locator("canvas.edge")).to_be_visible()
    page.wait_for_timeout(500)
    drawn = page.evaluate("() => window.playground_easel.mask()").partition(",")[2]
    mask = Image.open(io.BytesIO(base64.b64decode(drawn))).convert("L").point(lambda value: 255 * (value > 127))
    painted = np.asarray(feathered(grown(mask, grow), feather)).mean() / 255
    assert page.evaluate(ALPHA) == pytest.approx(painted, rel=0.08)
    page.fill("#inpaint-mask_grow input[type=number]", "0")
    page.fill("#inpaint-mask_feather input[type=number]", "0")
    page.keyboard.press("Tab")
    expect(page.locator("canvas.edge")).to_be_hidden()
