"""Several control pictures in one request."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.presses import choose_option, open_tab
from tests.serving import Site

THRESHOLDS = {"low_threshold": 100, "high_threshold": 200}


def last_controls(site: Site) -> list[dict[str, object]]:
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    run = site.playground.store.run(run_id)
    return [control.model_dump(exclude={"image"}) for control in run.request.controls]


def test_further_controls_are_sent_restored_and_counted_against_the_backend(
    page: Page, site: Site, tmp_path: Path
) -> None:
    for name, colour in (("first", "red"), ("second", "blue")):
        Image.new("RGB", (96, 64), colour).save(tmp_path / f"{name}.png")
    open_tab(page, "ControlNet")
    page.set_input_files("#easel .drop input", tmp_path / "first.png")
    add, row = page.locator(".further [data-do=add]"), page.locator(".further-row")
    add.click()
    add.click()
    expect(add).to_be_hidden()  # the fake takes three in all, and the tab's own is the first
    page.set_input_files(".further-row >> nth=0 >> input[type=file]", tmp_path / "second.png")
    expect(row.first.locator("img")).to_be_visible()
    row.nth(1).get_by_role("button", name="Remove").click()
    row.get_by_label("Scale").fill("0.4")
    expect(row.get_by_label("Low threshold")).to_be_visible()
    row.get_by_label("Preprocess").select_option("none")
    expect(row.get_by_label("Low threshold")).to_be_hidden()
    page.fill("#prompt textarea", "two controls")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    assert last_controls(site) == [{"preprocess": "none", "scale": 0.4, "start": 0.0, "end": 0.8, **THRESHOLDS}]
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Use settings").click()
    expect(row.get_by_label("Scale")).to_have_value("0.4")
    expect(row.locator("img")).to_be_visible()
    choose_option(page.locator("#backend input"), "Second fake")
    expect(page.locator(".further .hint")).to_contain_text("This backend takes 0 further controls here: remove 1")


def test_a_control_without_a_picture_is_named(page: Page) -> None:
    page.locator(".further [data-do=add]").click()
    page.fill("#prompt textarea", "one control too few")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .problem")).to_contain_text("Further controls › 1 › Control image")
