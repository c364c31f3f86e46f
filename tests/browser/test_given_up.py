"""A page whose session the server has given up, since so many others came: everything on it goes on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.support.session import Events, opened
from tests.browser.folds import open_fold
from tests.serving import Site, served_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground that keeps the sessions of two pages."""
    with ExitStack() as serving:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ui.serving.sessions.MOST_SESSIONS", 2)
            site = serving.enter_context(served_site(tmp_path_factory.mktemp("data")))
        yield site


def others_open(site: Site) -> None:
    events = Events.of(site.address)
    for _ in range(3):
        with opened(site.address, events):
            pass


def test_a_page_whose_session_was_given_up_goes_on_with_all_that_was_typed(page: Page, site: Site) -> None:
    open_fold(page, "Your lists")
    page.fill("#list-name textarea, #list-name input", "trees")
    page.fill("#list-lines textarea", "oak")
    page.click("#list-save")
    expect(page.locator("#own-list input")).to_have_value("trees")
    page.fill("#prompt textarea", "an old __trees__ in fog")
    page.fill("#count input[type=number]", "2")
    others_open(site)
    page.click("#generate")
    expect(page.locator("#stage .card")).to_have_count(2)
    expect(page.locator("#generate")).to_be_visible()
    expect(page.locator("#prompt textarea")).to_have_value("an old __trees__ in fog")
    others_open(site)
    page.click("#list-remove")
    expect(page.locator("#own-list input")).to_have_value("")
    expect(page.locator("#list-name textarea, #list-name input")).to_have_value("")
    expect(page.locator(".toast-body.error")).to_have_count(0)
    others_open(site)
    expect(page.locator("#history .tile")).to_have_count(2)
    page.locator("#history .tile").first.hover()
    page.locator("#history .tile [data-act=delete]").first.click()
    expect(page.locator("#undo")).to_contain_text("trash")
    expect(page.locator("#prompt textarea")).to_have_value("an old __trees__ in fog")
