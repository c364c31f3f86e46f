"""A run that goes on is there again after a reload and in another tab, and Stop works in each."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from backend.adapters.fake import FakeOptions
from backend.adapters.job import Job
from backend.domain.requests import Request
from tests.browser.folds import open_fold
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two pages, or several runs, each some seconds on two cores.

LONG = "60"


def begin(page: Page, words: str, *, seconds: str = LONG, count: str = "1") -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", seconds)
    page.fill("#count input[type=number]", count)
    page.keyboard.press("Tab")
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .progress")).to_contain_text("step")


@contextmanager
def kept_back(site: Site, image: int) -> Iterator[None]:
    """Let a run's image of this index come only after the block, however long another page takes to open."""
    take_time, go = site.fake._take_time, threading.Event()

    def take_longer(request: Request, options: FakeOptions, index: int, job: Job) -> None:
        take_time(request, options, index, job)
        assert index != image or go.wait(100)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.fake, "_take_time", take_longer)
        try:
            yield
        finally:
            go.set()


def idle(page: Page, site: Site) -> None:
    while site.fake.running:
        page.wait_for_timeout(20)


def elapsed(page: Page) -> float:
    return float((page.text_content("#stage .elapsed") or "").split(" s")[0])


def test_a_reload_finds_the_run_with_its_time_its_preview_and_stop(page: Page, site: Site) -> None:
    begin(page, "a run that outlives its page")
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.locator("#stage .progress")).to_contain_text("step")
    assert elapsed(page) > 1.5
    expect(page.locator("#stage .slot.now img")).to_be_visible()
    expect(page.locator("#generate")).to_be_hidden()
    assert site.fake.running == 1
    page.click("#stop")
    expect(page.locator("#generate")).to_be_visible()
    expect(page.locator("#stage .stopped")).to_contain_text("Stopped after")
    expect(page.locator("#stage .progress")).to_have_count(0)
    idle(page, site)


def test_another_tab_shows_the_run_to_its_result(page: Page, site: Site) -> None:
    with kept_back(site, image=0):
        begin(page, "a run seen twice", seconds="2")
        other = page.context.new_page()
        other.goto(site.address)
        expect(other.locator("#stage .progress")).to_contain_text("step")
    for each in (other, page):
        expect(each.locator("#stage .card img[alt='a run seen twice']")).to_be_visible()
        expect(each.locator("#stage .card .facts")).to_contain_text("seed")
        expect(each.locator("#generate")).to_be_visible()
    expect(other.locator("#history img[alt='a run seen twice']")).to_be_visible()


def test_a_reload_keeps_the_images_that_came_and_waits_for_the_rest(page: Page, site: Site) -> None:
    with kept_back(site, image=1):
        begin(page, "one now and one later", seconds="2", count="2")
        expect(page.locator("#stage .card")).to_have_count(1)
        page.reload()
        expect(page.locator("#stage .card")).to_have_count(1)
        expect(page.locator("#stage .progress")).to_contain_text("Image 2 of 2")
    expect(page.locator("#stage .card")).to_have_count(2)
    idle(page, site)


def test_stop_in_one_tab_is_seen_in_the_other(page: Page, site: Site) -> None:
    begin(page, "stopped from elsewhere")
    other = page.context.new_page()
    other.goto(site.address)
    expect(other.locator("#stage .progress")).to_contain_text("step")
    other.click("#stop")
    for each in (other, page):
        expect(each.locator("#stage .stopped")).to_be_visible()
        expect(each.locator("#generate")).to_be_visible()
    idle(page, site)


def test_a_stranger_sees_nothing_of_it(page: Page, site: Site) -> None:
    begin(page, "nobody else's")
    assert page.context.browser
    stranger = page.context.browser.new_context()
    theirs = stranger.new_page()
    theirs.goto(site.address)
    theirs.wait_for_selector("#generate")
    theirs.wait_for_timeout(1000)
    expect(theirs.locator("#stage .progress")).to_have_count(0)
    stranger.close()
    page.click("#stop")
    idle(page, site)


def test_stop_in_another_tab_ends_a_grid_that_was_still_to_begin_most_of_its_cells(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "4")
    page.fill("#prompt textarea", "a grid seen twice")
    open_fold(page, "Grid")
    page.select_option("#grid-across select", "seed")
    page.fill("#grid-across-values input, #grid-across-values textarea", "1-20")
    page.click("#grid-run")
    expect(page.locator("#stage .slot.now").first).to_be_visible()
    other = page.context.new_page()
    other.goto(site.address)
    expect(other.locator("#stage .card, #stage .slot.now").nth(2)).to_be_visible()  # The next cells came by themselves.
    expect(other.locator("#stop")).to_be_visible()
    other.click("#stop")
    for each in (other, page):
        expect(each.locator("#generate")).to_be_visible()
        expect(each.locator("#stage .stopped").first).to_be_visible()
    idle(page, site)
    cards = page.locator("#stage .card").count()
    page.wait_for_timeout(5000)
    assert not site.fake.running
    assert page.locator("#stage .card").count() == cards < 20
