"""Prompts from a file, on the page."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.serving import Site


def test_a_files_lines_are_priced_then_drawn_and_the_end_says_how_it_went(
    page: Page, site: Site, tmp_path: Path
) -> None:
    open_fold(page, "Prompts from a file")
    wrong = tmp_path / "wrong.txt"
    wrong.write_bytes(b"a fox \xff\xfe")
    page.set_input_files("#batch-file input", wrong)
    expect(page.locator("#batch-file .over")).to_be_visible()
    good = tmp_path / "good.txt"
    good.write_bytes("\ufeffa batch fox\r\n# a note\r\n\r\na {{what}}\r\na batch owl\r\n".encode())
    page.set_input_files("#batch-file input", good)
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
    expect(page.locator("#batch-said")).to_be_empty()
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
    open_fold(page, "Prompts from a file")
    page.fill("#batch-lines textarea", lines)
