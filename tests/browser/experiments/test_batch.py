"""A batch of prompts or pictures, on the page."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.library.test_bringing import hand_over
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults
from tests.serving import Site


def test_a_files_lines_are_priced_then_drawn_and_the_end_says_how_it_went(
    page: Page, site: Site, tmp_path: Path
) -> None:
    open_fold(page, "Batch")
    wrong = tmp_path / "wrong.txt"
    wrong.write_bytes(b"a fox \xff\xfe")
    page.set_input_files("#batch-file [data-brings=text]", wrong)
    expect(page.locator("#batch-file .over")).to_be_visible()
    good = tmp_path / "good.txt"
    good.write_bytes("\ufeffa batch fox\r\n# a note\r\n\r\na {{what}}\r\na batch owl\r\n".encode())
    page.set_input_files("#batch-file [data-brings=text]", good)
    expect(page.locator("#batch-file .over")).to_be_hidden()
    button = page.locator("#batch-draw")
    expect(button).to_contain_text("Draw 2 images · free")
    expect(page.locator("#batch-said")).to_contain_text("Line 4 is left out")
    button.click()
    expect(page.locator("#stage")).to_contain_text("2 of 2 runs done · free")
    expect(page.locator("#stage .card")).to_have_count(2)
    expect(page.locator("#stage .batch-line").nth(1)).to_contain_text("{{what}}")
    page.fill("#batch-lines textarea", "")
    expect(button).to_be_disabled()


def test_a_variable_of_the_lines_alone_has_its_field_and_filling_it_tells_the_price_anew(page: Page) -> None:
    lay_lines(page, "a {{what}} in the snow\na batch owl")
    button = page.locator("#batch-draw")
    expect(button).to_contain_text("Draw 1 images · free")
    expect(page.locator("#batch-said")).to_contain_text("Line 1 is left out")
    page.fill(".variables input", "wolf")
    expect(button).to_contain_text("Draw 2 images · free")
    expect(page.locator("#batch-said .hint")).to_have_count(0)
    button.click()
    expect(page.locator("#stage")).to_contain_text("2 of 2 runs done · free")
    page.fill("#count input[type=number]", "2")
    page.keyboard.press("Tab")
    expect(button).to_contain_text("Draw 4 images · free")


def test_stop_ends_the_run_of_one_line_and_begins_none_of_the_others(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "30")
    page.keyboard.press("Tab")
    lay_lines(page, "a stopped fox\na stopped owl\na stopped cat")
    expect(page.locator("#batch-draw")).to_contain_text("Draw 3 images · free")
    page.click("#batch-draw")
    expect(page.locator("#stop")).to_be_visible()
    while not site.fake.running:
        page.wait_for_timeout(20)
    page.click("#stop")
    expect(page.locator("#generate")).to_be_visible()
    while site.fake.running:
        page.wait_for_timeout(20)
    with site.playground.store.engine.connect() as connection:
        begun = connection.exec_driver_sql("select prompt from runs where prompt like 'a stopped %'").scalars().all()
    assert set(begun) == {"a stopped fox"}


def lay_lines(page: Page, lines: str) -> None:
    """Write prompts into the fold's field."""
    open_fold(page, "Batch")
    page.fill("#batch-lines textarea", lines)


@pytest.mark.slow
def test_dropped_pictures_are_priced_queued_as_a_batch_and_come_home_in_one_zip(page: Page, tmp_path: Path) -> None:
    for number, colour in enumerate(("teal", "olive")):
        Image.new("RGB", (128, 96), colour).save(tmp_path / f"photo {number}.jpg")
    page.fill("#prompt textarea", "a batch of boats")
    hand_over(page, *(tmp_path / f"photo {number}.jpg" for number in range(2)))
    page.locator("#over-page").get_by_role("button", name="Image to image, each by itself").click()
    add = page.locator("#batch-enqueue")
    expect(add).to_have_text("Add 2 to the queue · free")
    on_screen(add)
    expect(page.locator("#batch-file")).to_contain_text("photo 0.jpg, photo 1.jpg")
    assert faults(page) == []
    add.dblclick()
    batch = page.locator("#queue .batches li")  # one alone
    expect(batch).to_contain_text("2 of 2 done")
    on_screen(batch)
    expect(page.locator("#history .tile img[alt='a batch of boats']")).to_have_count(2)
    assert faults(page) == []
    batch.get_by_role("button", name="Zip").click()
    link = page.locator("#over-page").get_by_role("link", name="Download the zip")
    expect(link).to_be_focused()
    assert faults(page) == []
    with page.expect_download() as caught:
        link.click()
    with zipfile.ZipFile(caught.value.path()) as archive:
        assert [name[:11] for name in archive.namelist()] == ["001_photo-0", "002_photo-1", "runs.json"]
    page.keyboard.press("Escape")
    batch.get_by_role("button", name="Put away").click()
    expect(batch).to_have_count(0)


@pytest.mark.slow
def test_pictures_are_enlarged_each_and_lines_that_have_no_use_then_are_said(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "photo.png")
    lay_lines(page, "a line")
    page.set_input_files("#batch-file [data-brings=pictures]", tmp_path / "photo.png")
    expect(page.locator("#batch-enqueue")).to_have_text("Add 1 to the queue · free")
    page.locator("#batch-file [data-way]").select_option("Upscale 2×")
    expect(page.locator("#batch-said")).to_contain_text("have no use here")
    page.fill("#batch-lines textarea", "")
    page.keyboard.press("Tab")
    page.locator("#batch-enqueue").click()
    expect(page.locator("#queue .batches")).to_contain_text("1 of 1 done")
    expect(page.locator("#history .tile").first).to_contain_text("128 × 96")
    (tmp_path / "holiday").mkdir()
    (tmp_path / "photo.png").rename(tmp_path / "holiday" / "photo.png")
    (tmp_path / "holiday" / "notes.txt").write_text("no picture")
    page.set_input_files("#batch-file [data-brings=folder]", tmp_path / "holiday")
    expect(page.locator("#batch-file [role=status]")).to_have_text("1 picture")
    page.get_by_role("button", name="Remove the pictures").click()
    expect(page.locator("#batch-enqueue")).to_have_count(0)


@pytest.mark.slow
def test_more_than_the_queue_takes_says_the_way_out_and_can_be_drawn_at_once(page: Page) -> None:
    lay_lines(page, "\n".join(f"a boat {number}" for number in range(51)))
    expect(page.locator("#batch-said")).to_contain_text("at most 50 entries, and yours has room for 50 of these 51")
    expect(page.locator("#batch-enqueue")).to_be_disabled()
    expect(page.locator("#batch-draw")).to_be_enabled()
