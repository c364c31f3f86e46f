"""The queue on the page: Generate during a run adds to it, and it is seen, ordered, stopped, emptied and resumed."""

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backend.adapters.fake import FakeOptions
from backend.adapters.job import Job
from backend.domain.events import Progress
from backend.domain.requests import Request
from tests.browser.seen import on_screen
from tests.serving import Site

HELD = "the first"
"""The prompt of a run that goes on until a test lets it end, or stops it."""


@pytest.fixture
def go(site: Site, page: Page) -> Iterator[threading.Event]:
    """Hold the run of `HELD` until this is set; at the end nothing goes on any more."""
    take_time, let_go = site.fake._take_time, threading.Event()

    def take_longer(request: Request, options: FakeOptions, index: int, job: Job) -> None:
        while request.prompt == HELD and not let_go.wait(0.5):
            job.tell(Progress(1, 8))
        take_time(request, options, index, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.fake, "_take_time", take_longer)
        yield let_go
        let_go.set()
        while site.fake.running:
            page.wait_for_timeout(20)


def press(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")


def begin(page: Page) -> None:
    press(page, HELD)
    expect(page.locator("#stage .progress")).to_contain_text("step")
    expect(page.locator("#enqueue")).to_be_visible()


def lines(page: Page) -> Locator:
    return page.locator("#queue .queued")


def add(page: Page, words: str) -> None:
    many = lines(page).count()
    press(page, words)
    expect(lines(page)).to_have_count(many + 1)


def expect_words(page: Page, *words: str) -> None:
    expect(page.locator("#queue .queued .prompt")).to_have_text(list(words))


def act(page: Page, name: str, words: str) -> Locator:
    """Return a button of the entry of these words."""
    return page.locator(f"#queue .queued:has-text('{words}') [data-act=queue-{name}]")


def expect_drawn(page: Page, *words: str) -> None:
    for each in words:
        expect(page.locator(f"#history .tile img[alt='{each}']")).to_have_count(1)


def stop(page: Page) -> None:
    page.click("#stop")
    expect(page.locator("#generate")).to_be_visible()


def test_generate_during_a_run_adds_to_a_queue_that_is_ordered_and_then_drawn(page: Page, go: threading.Event) -> None:
    begin(page)
    expect(page.locator("#enqueue")).to_have_text("Add to queue · free")
    add(page, "the second")
    page.fill("#prompt textarea", "the third")
    page.click("#enqueue")
    expect_words(page, "the second", "the third")
    on_screen(page.locator("#queue header"))
    expect(page.locator("#queue header")).to_contain_text("2 waiting")
    act(page, "up", "the third").focus()
    page.keyboard.press("Enter")
    expect_words(page, "the third", "the second")
    act(page, "remove", "the second").click()
    expect_words(page, "the third")
    page.get_by_role("button", name="Bring back 1").click()
    expect_words(page, "the third", "the second")
    go.set()
    expect_drawn(page, HELD, "the third", "the second")
    expect(page.locator("#queue")).to_contain_text("Nothing waits.")
    expect(page.locator("#generate")).to_be_visible()
    expect(page.locator("#enqueue")).to_be_hidden()


@pytest.mark.slow
def test_stop_pauses_the_queue_and_resume_goes_on_with_it(page: Page, go: threading.Event) -> None:
    begin(page)
    add(page, HELD)
    add(page, "a lamp")
    stop(page)
    expect(page.locator("#queue")).to_contain_text("You pressed Stop")
    expect_words(page, HELD, "a lamp")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#queue [data-state=running]")).to_have_count(1)
    expect(page.locator("#stage .progress")).to_contain_text("step")
    stop(page)
    expect(page.locator("#queue [data-state=stopped]")).to_contain_text("Stopped.")
    page.get_by_role("button", name="Resume").click()
    expect_drawn(page, "a lamp")
    expect(lines(page)).to_have_count(1)
    expect(lines(page)).to_contain_text("Stopped.")


@pytest.mark.slow
def test_two_tabs_show_one_queue_and_another_visitor_none(
    page: Page, browser: Browser, site: Site, go: threading.Event
) -> None:
    begin(page)
    other = page.context.new_page()
    other.goto(site.address)
    expect(other.locator("#stage .progress")).to_be_visible()
    page.bring_to_front()
    add(page, "from one tab")
    other.bring_to_front()
    expect_words(other, "from one tab")
    add(other, "from the other")
    act(other, "down", "from one tab").click()
    expect_words(other, "from the other", "from one tab")
    page.bring_to_front()
    expect_words(page, "from the other", "from one tab")
    context = browser.new_context()
    stranger = context.new_page()
    stranger.goto(site.address)
    stranger.wait_for_selector("#generate")
    expect(stranger.locator("#queue")).to_have_count(0)
    context.close()
    page.bring_to_front()
    page.reload()
    expect_words(page, "from the other", "from one tab")
    go.set()
    for each in (page, other):
        each.bring_to_front()
        expect_drawn(each, "from the other", "from one tab")


@pytest.mark.slow
def test_emptying_is_undone_and_what_waits_is_there_after_the_page_was_closed(
    page: Page, site: Site, go: threading.Event
) -> None:
    begin(page)
    add(page, "a lamp")
    add(page, "a chair")
    page.get_by_role("button", name="Empty").click()
    expect(lines(page)).to_have_count(0)
    page.get_by_role("button", name="Bring back 2").click()
    expect_words(page, "a lamp", "a chair")
    visitor = next(iter(site.playground.live._runs.values())).run.visitor
    page.goto("about:blank")
    while not site.playground.queued.look(visitor).paused:
        page.wait_for_timeout(100)
    page.goto(site.address)
    expect_words(page, "a lamp", "a chair")
    expect(page.locator("#queue")).to_contain_text("The page was closed")
    go.set()
    page.get_by_role("button", name="Resume").click()
    expect_drawn(page, "a lamp", "a chair")


@pytest.mark.slow
def test_until_i_stop_repeats_up_to_its_images(page: Page, go: threading.Event) -> None:
    page.fill("#prompt textarea", "again")
    page.locator("#until summary").click()
    page.fill("#until-images", "3")
    page.get_by_role("button", name="Repeat this").click()
    expect(lines(page)).to_contain_text("It has made 3 images, as many as it was to.")
    expect(page.locator("#history .tile img[alt='again']")).to_have_count(3)
    page.locator("#until summary").click()
    page.fill("#until-images", "5000")
    page.get_by_role("button", name="Repeat this").click()
    expect(page.get_by_text("is 5000; until it is stopped, a press makes 1 to 1000 images.")).to_be_visible()


@pytest.mark.slow
def test_the_queue_speaks_chinese(page: Page, go: threading.Event) -> None:
    begin(page)
    for words in ("a lamp", "a chair"):
        add(page, words)
    page.click("#language button")
    expect(page.locator("#queue h2")).to_have_text("队列")
    expect(page.locator("#queue header")).to_contain_text("2 条等待中")
    expect(page.locator("#enqueue")).to_have_text(re.compile("加入队列 · "))
