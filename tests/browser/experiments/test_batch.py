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
