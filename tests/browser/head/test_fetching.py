"""What is said to be missing has the button that gets it where it is said, beside the one in the head."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from backend.adapters.fake import TAKES, FakeBackend
from backend.domain.caller import Caller
from backend.domain.parts import Detail
from backend.domain.request_fields import paths
from tests.browser.conftest import PATIENCE_MS
from tests.browser.presses import choose_option, generate_until, open_tab, press_until
from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults
from tests.serving import served_site

POSES, DEPTH = "Get DWPose (351 MB, Apache-2.0)", "Get Depth Anything (99 MB, Apache-2.0)"
OTHERS = {"get lite": "Get DWPose lite (10 MB, Apache-2.0)"}
NO_DEPTH = "Depth maps need Depth Anything (99 MB, Apache-2.0): get it beside the backend switch."
LACKING = "Faces and hands are found by their joints. Poses need DWPose (351 MB, Apache-2.0): get it beside the switch."


@pytest.fixture
def wanting(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Page, list[str]]]:
    """Open a playground that lacks what finds faces, and return the page with what was fetched from it."""
    fetched: list[str] = []

    def actions(_: FakeBackend) -> Mapping[str, str]:
        return OTHERS if fetched else {"get poses": POSES, "get depth": DEPTH, **OTHERS}

    def act(_: FakeBackend, action: str, caller: Caller) -> None:
        fetched.append(action)

    lacks = {"details": LACKING, "preprocess=depth": NO_DEPTH}
    blind = replace(FakeBackend.capabilities, takes=TAKES - set(paths(Detail, "details.")), reasons=lacks)
    for name, value in (("actions", actions), ("act", act), ("capabilities", blind)):
        monkeypatch.setattr(FakeBackend, name, value)
    with served_site(tmp_path_factory.mktemp("wanting")) as site:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(site.address)
        page.wait_for_selector("#generate")
        yield page, fetched
        context.close()


def test_what_is_missing_is_fetched_where_it_is_said(wanting: tuple[Page, list[str]], tmp_path: Path) -> None:
    page, fetched = wanting
    note = page.locator("#fit-note details")
    press_until(note.locator("summary"), note.locator("ul").is_visible)
    expect(note.locator(".fetch button")).to_have_text([POSES])
    open_tab(page, "ControlNet")
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "lake.png")
    page.set_input_files("#easel .drop input", tmp_path / "lake.png")
    page.fill("#prompt textarea", "a lake")
    choose_option(page.locator("#controlnet-preprocess input"), "depth")
    button = page.locator("#left .fetch").get_by_role("button", name=DEPTH)
    on_screen(button)
    expect(page.locator("#left .hint", has_text=NO_DEPTH)).to_be_visible()
    page.keyboard.press("Escape")
    generate_until(page, "#stage .problem")
    expect(page.locator("#stage .problem .fetch button")).to_have_text([DEPTH])
    assert faults(page) == []
    button.click()
    expect(page.locator(".fetch")).to_have_count(0)
    assert fetched == ["get depth"]
