"""LoRAs as rows and in their dialog, by mouse, keys and fingers."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors.numpy import save_file

from backend.adapters.local.loras.cards import card_of, picture_of
from tests.browser.folds import open_fold
from tests.serving import Site

FOLD = "LoRAs and acceleration"


@pytest.fixture
def shelf(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put four files into a folder, which the fake backend offers as the local one offers its own."""
    for name in ("ink", "clay"):
        factors = {f"{side}.weight": np.ones((4, 4), np.float32) for side in ("lora_A", "lora_B")}
        save_file(
            {f"transformer.layers.0.attention.to_q.{key}": each for key, each in factors.items()},
            f"{tmp_path}/{name}.safetensors",
        )
    save_file({"double_blocks.0.lora_A.weight": np.ones((4, 4), np.float32)}, tmp_path / "flux.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"<html>")
    Image.new("RGB", (90, 60), "teal").save(tmp_path / "ink.preview.png")
    (tmp_path / "ink.civitai.info").write_text(
        json.dumps({"model": {"name": "Ink & Wash"}, "trainedWords": ["inkwash, brush strokes"]})
    )
    (tmp_path / "clay.json").write_text(json.dumps({"activation text": "claymation", "preferred weight": 0.65}))
    files = sorted(tmp_path.glob("*.safetensors"))
    fake = site.playground.backends["fake"]
    monkeypatch.setattr(fake, "lora_cards", lambda: tuple(card_of(path) for path in files), raising=False)
    monkeypatch.setattr(fake, "lora_picture", lambda name: picture_of(tmp_path / f"{name}.safetensors"), raising=False)
    return tmp_path


def lines(page: Page) -> str:
    return page.locator("#loras textarea").input_value()


def test_loras_are_found_chosen_weighed_ordered_and_taken_out_again(page: Page, site: Site, shelf: Path) -> None:
    open_fold(page, FOLD)
    page.get_by_role("button", name="Choose LoRAs").click()
    dialog = page.get_by_role("dialog", name="Choose LoRAs")
    cards = dialog.locator("[data-lora]")
    expect(cards).to_have_count(4)
    expect(dialog.locator("[data-lora=flux]")).to_be_disabled()
    expect(dialog.locator("[data-lora=flux]")).to_contain_text("Is a LoRA for FLUX, not for Z-Image")
    expect(dialog.locator("[data-lora=broken]")).to_contain_text("Is no .safetensors file")
    expect(dialog.locator("[data-lora=ink] img")).to_be_visible()
    dialog.get_by_role("searchbox").fill("STROKES")
    expect(dialog.locator("[data-lora]:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.locator("[data-lora=ink]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-lora=ink]")).to_have_attribute("aria-pressed", "true")
    dialog.get_by_role("searchbox").fill("nothing of this name")
    expect(dialog.get_by_text("No LoRA has this name or word.")).to_be_visible()
    dialog.get_by_role("searchbox").fill("")
    dialog.locator("[data-lora=clay]").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert lines(page) == "ink @ 1\nclay @ 0.65"
    rows = page.locator(".lora")
    expect(rows.first).to_contain_text("Ink & Wash")
    expect(rows.first.locator("img")).to_be_visible()
    rows.first.get_by_role("slider").fill("0.4")
    rows.nth(1).get_by_role("spinbutton").fill("9")
    rows.nth(1).get_by_role("spinbutton").press("Tab")
    assert lines(page) == "ink @ 0.4\nclay @ 4"
    rows.first.get_by_role("button", name="Move down").click()
    assert lines(page) == "clay @ 4\nink @ 0.4"
    expect(rows.nth(1).get_by_role("button", name="Move up")).to_be_focused()
    rows.nth(1).get_by_role("button", name="brush strokes").click()
    expect(page.locator("#prompt textarea")).to_have_value("brush strokes")
    rows.first.get_by_role("button", name="Remove").click()
    assert lines(page) == "ink @ 0.4"
    page.fill("#prompt textarea", "a fox, brush strokes")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    (lora,) = site.playground.store.run(run_id).request.loras
    assert (lora.model, lora.weight) == ("ink", 0.4)
    page.reload()
    page.wait_for_selector("#generate")
    open_fold(page, FOLD)
    page.get_by_role("button", name="Settings", exact=True).first.click()
    expect(page.locator(".lora .lora-name")).to_have_text("ink")


def test_lines_of_text_and_rows_say_the_same(page: Page) -> None:
    open_fold(page, FOLD)
    page.fill("#loras textarea", "style@0.5\nciviti:58390@62833 @ 0.8\nplain")
    rows = page.locator(".lora")
    expect(rows).to_have_count(3)
    assert [row.get_by_role("spinbutton").input_value() for row in rows.all()] == ["0.5", "0.8", "1"]
    expect(rows.nth(1).locator(".lora-name")).to_have_text("civiti:58390@62833")
    page.fill("#loras textarea", "")
    expect(rows).to_have_count(0)


def test_where_a_backend_has_identifiers_of_its_own_the_dialog_says_so(page: Page) -> None:
    open_fold(page, FOLD)
    page.get_by_role("button", name="Choose LoRAs").click()
    expect(page.get_by_text("This backend names LoRAs by identifiers of its own")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Choose LoRAs")).to_be_focused()
