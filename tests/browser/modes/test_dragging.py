"""A tile that is dragged to a mode is that mode's picture, by its reference: nothing is uploaded again."""

from playwright.sync_api import Page, Request, expect

from tests.browser.history.test_history import draw
from tests.browser.viewing.test_zoom import desk  # noqa: F401 - a fixture

OLDER, NEWER = "an older barn to drag", "a newer barn to drag"


def test_a_tile_is_dragged_to_a_tab_and_to_the_canvas_without_an_upload(desk: Page) -> None:  # noqa: F811
    page = desk
    for words in (OLDER, NEWER):
        draw(page, words)
    uploads: list[str] = []

    def note(request: Request) -> None:
        uploads.extend([request.url] if "/upload" in request.url else [])

    page.on("request", note)
    older, newer = (page.locator(f"#history-shelf img[alt='{words}']").first for words in (OLDER, NEWER))
    older.drag_to(page.locator("#tab-outpaint-button"))
    tab = page.locator("#modes [role=tab][aria-selected=true]")
    expect(tab).to_have_text("Outpaint")
    picture = page.locator("#easel .sheet img")
    expect(page.locator("#easel .about")).to_contain_text("256 × 256")
    first = picture.get_attribute("src") or ""
    newer.drag_to(page.locator("#easel .easel"))
    expect(picture).not_to_have_attribute("src", first)
    expect(tab).to_have_text("Outpaint")
    expect(page.locator("#over-page")).to_be_hidden()  # nobody asks what shall become of a file
    older.drag_to(page.locator("#tab-text_to_image-button"))  # it takes no picture
    expect(tab).to_have_text("Outpaint")
    assert uploads == []
