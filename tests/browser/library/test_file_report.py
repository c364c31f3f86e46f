"""A dropped picture says what its file says of its origin."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.metadata.request_text import embed
from backend.images.metadata.source_type import marked
from backend.images.watermark.pictures import watermarked
from tests.backend.images.watermark.test_mark import picture
from tests.backend.restore.comfyui.graphs import graph
from tests.backend.restore.files import with_texts
from tests.browser.folds import open_fold
from tests.serving import Site

GREY = encode(Image.new("RGB", (64, 64), "grey"), "png")


def drop(page: Page, target: Path, content: bytes) -> None:
    target.write_bytes(content)
    page.set_input_files(".restore-file input[type=file]", target)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_origin_is_said_beside_the_settings_and_without_any(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.fill("#prompt textarea", "my own words")
    drop(page, tmp_path / "edited.png", marked(GREY, "png", "compositeWithTrainedAlgorithmicMedia"))
    note = page.locator("#notice").filter(has_text="edited by generative AI")
    expect(note).to_be_visible()
    expect(note).to_contain_text("carries no settings")
    expect(note).to_be_in_viewport()
    expect(page.locator("#prompt textarea")).to_have_value("my own words")
    asked = parse_request({"mode": "text_to_image", "prompt": "a red boat", "seed": 7})
    drop(page, tmp_path / "old.png", embed(GREY, "png", asked, 7, "fake"))
    expect(page.locator("#prompt textarea")).to_have_value("a red boat")
    said = page.locator("#notice").filter(has_text="doesn't say that a model made it")
    expect(said).to_be_visible()
    drop(page, tmp_path / "stripped.webp", encode(watermarked(Image.fromarray(picture("clouds"))), "webp"))
    stripped = page.locator("#notice").filter(has_text="Its pixels carry the watermark of a Z-Image Playground")
    expect(stripped).to_be_visible()
    expect(stripped).to_contain_text("carries no settings")


def test_a_providers_own_file_is_one_press_away(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.locator("#fake-provider-box").check()
    page.fill("#prompt textarea", "a provider's own boat")
    page.click("#generate")
    page.click("#stage [data-act=code]")
    run = site.playground.store.run(page.locator("#stage .card").get_attribute("data-run") or "")
    link = page.get_by_role("link", name="Download the provider's own file")
    expect(link).to_be_in_viewport()
    with page.expect_download() as caught:
        link.click()
    theirs = Path(caught.value.path()).read_bytes()
    assert run.images[0].original == hashlib.sha256(theirs).hexdigest()


@pytest.mark.parametrize("width", [1440, 390])
def test_three_files_of_other_tools_have_a_note_each(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    texts: dict[str, dict[str, object]] = {
        "forge.png": {"parameters": "a fox\nSteps: 8, Seed: 7, CFG scale: 1, Model: z_image_turbo"},
        "comfyui.png": {"prompt": graph()},
        "easy.png": {"prompt": "a hen", "use_stable_diffusion_model": "z_image_turbo", "seed": "9"},
    }
    for name, carried in texts.items():
        (tmp_path / name).write_bytes(with_texts(carried))
    page.set_input_files(".restore-file input[type=file]", [tmp_path / name for name in texts])
    notes = page.locator("#notice .of-file")
    expect(notes).to_have_count(3)
    for number, (name, source) in enumerate(zip(texts, ("A1111 infotext", "ComfyUI", "Easy Diffusion"), strict=True)):
        expect(notes.nth(number)).to_contain_text(name)
        expect(notes.nth(number)).to_contain_text(f"Settings of {source}")
        expect(notes.nth(number)).to_be_visible()
    expect(page.locator("#prompt textarea")).to_have_value("a fox")
