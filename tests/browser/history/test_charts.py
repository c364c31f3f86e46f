"""The charts of a visitor's own runs."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from playwright.sync_api import Page, expect

from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from tests.browser.folds import close_fold, open_fold
from tests.serving import Site

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 6})


def bill(site: Site, visitor: str, *, settled: bool) -> None:
    """Record a run of the second backend that was billed, or whose bill nobody knows."""
    cost = Decimal("0.0041") if settled else None
    run = Run(f"{visitor[:8]}-{settled}", visitor, "second", REQUEST, "finished", datetime.now(UTC), seconds=2.5)
    run = replace(run, cost_kind="billed", estimate_usd=Decimal("0.0032"), cost_usd=cost)
    site.playground.budget.reserve(run, Decimal("0.01"))
    site.playground.store.add(run)
    site.playground.store.finish(run)
    site.playground.store.add_image(run.id, RunImage(0, "b" * 64, "png", 640, 512, 7, cost))
    if cost is None:
        site.playground.budget.hold(run.id)
    else:
        site.playground.budget.settle(run.id, cost)


def charts_of(page: Page) -> None:
    page.fill("#prompt textarea", "a charted fox")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    open_fold(page, "Charts")


def test_charts_are_drawn_when_they_are_opened_with_a_table_behind_each(page: Page, site: Site) -> None:
    charts_of(page)
    with site.playground.store.engine.connect() as connection:
        visitor = connection.exec_driver_sql("SELECT visitor FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    bill(site, visitor, settled=True)
    bill(site, visitor, settled=False)
    close_fold(page, "Charts")
    open_fold(page, "Charts")
    expect(page.locator("#charts canvas, #charts svg.marks")).to_have_count(3)
    for summary in page.locator("#charts summary").all():
        summary.click()
    spend, seconds, bills = page.locator("#charts tbody").all()
    expect(spend).to_contain_text("Second fake$0.004121")  # two runs, of which one told no cost
    expect(seconds).to_contain_text("Second fake640 × 51262.502")
    expect(bills).to_contain_text("≈ $0.0032$0.0041")


def test_charts_without_figures_say_what_would_fill_them(page: Page) -> None:
    charts_of(page)
    expect(page.locator("#charts")).to_contain_text("Nothing was billed to you in the last 30 days.")
    expect(page.locator("#charts")).to_contain_text("providers send bills")
    expect(page.locator("#charts tbody")).to_have_count(1)
