"""A run that a provider accepted and nobody heard of again is offered, and brought home without being sent anew."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from playwright.sync_api import Page, expect
from sqlalchemy import select

from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.record.database.tables import runs
from tests.browser.history.test_history import draw
from tests.serving import Site

WORDS = "a harbour that only its visitor knows"


def left_open(site: Site) -> Run:
    """Leave a run of the visitor who drew `WORDS` as a restart without the key does."""
    playground = site.playground
    with playground.store.engine.connect() as connection:
        visitor = connection.execute(select(runs.c.visitor).where(runs.c.prompt == WORDS)).scalar_one()
    request = parse_request({"mode": "text_to_image", "prompt": "a lost lantern", "seed": 5, "steps": 1})
    run = Run("f" * 32, visitor, "fake", request, "running", datetime.now(UTC), provider_ids={"fake_id": "x"})
    playground.budget.reserve(run, Decimal("0.01"))
    playground.store.add(run)
    playground.budget.hold(run.id)
    playground.store.finish(replace(run, status="interrupted", error="Nobody heard.", billed="unknown"))
    return run


def test_a_run_left_open_is_offered_and_comes_home_without_being_sent_again(page: Page, site: Site) -> None:
    draw(page, WORDS)
    expect(page.locator("#recoverable")).to_be_hidden()
    run = left_open(site)
    sent = list(site.fake.submissions)
    page.reload()
    expect(page.locator("#recoverable")).to_contain_text("a lost lantern")
    page.click("#recoverable [data-run]")
    expect(page.locator("#stage .card")).to_have_count(1)
    expect(page.locator("#recoverable")).to_be_hidden()
    expect(page.locator("#history img[alt='a lost lantern']")).to_be_visible()
    home = site.playground.store.run(run.id)
    assert (home.status, home.billed, len(home.images)) == ("finished", None, 1)
    assert site.fake.submissions == sent
