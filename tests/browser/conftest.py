"""A real Chromium: the system's where there is one, else playwright's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.fingers import PHONE, use_fingers
from tests.serving import Site, served_site
from tools.setup.chromium import find_chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SHORT_LIVED = "--js-flags=--no-opt"
"""A page is closed before what it compiled a second time has paid: a tenth of what a page takes."""
PATIENCE_MS = 60_000
"""Two browsers and a server may share two cores."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground on the fake backend."""
    with served_site(tmp_path_factory.mktemp("data"), two=True) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS, SHORT_LIVED])
        except Error as error:
            pytest.skip(f"no Chromium can be started here: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(params=["desk", pytest.param("phone", marks=pytest.mark.slow)])
def hands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what a browser's context is made with: a mouse before a screen of 1440 px, or fingers on one of 390."""
    if request.param == "desk":
        return {"viewport": {"width": 1440, "height": 900}}
    use_fingers(monkeypatch)
    return PHONE


@pytest.fixture
def page(browser: Browser, site: Site, hands: dict[str, Any]) -> Iterator[Page]:
    """Open the playground as a new visitor; what the browser complains of fails the test."""
    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site.address)
    page.wait_for_selector("#generate")
    yield page
    context.close()
    assert faults == []
