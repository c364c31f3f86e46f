"""A room that reaches its cap in a run: whoever pressed reads why it ended, and all keep what came."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.requests import Request
from backend.generation.generate import generate
from backend.visitors.identity import COOKIE, visitor_id
from tests.backend.strangers import paid
from tests.browser.folds import open_fold
from tests.browser.presses import PATIENCE_SECONDS, generate_until
from tests.browser.together.conftest import Come, join, make_room
from tests.serving import Site, served_site

pytestmark = pytest.mark.slow  # Two pages, each some seconds on two cores.


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[Site]:
    """Serve a playground in whose rooms $0.008 may be spent."""
    with served_site(tmp_path, PLAYGROUND_ROOM_CAP_USD="0.008") as site:
        yield site


@pytest.fixture
def hold(poor: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let kites be drawn once this is set, or the test is over."""
    let_go, take_time = threading.Event(), poor.fake._take_time

    def held(request: Request, *more: Any) -> None:
        if "kite" in request.prompt:
            let_go.wait(PATIENCE_SECONDS)
        take_time(request, *more)

    monkeypatch.setattr(poor.fake, "_take_time", held)
    yield let_go
    let_go.set()


def spends(site: Site, page: Page) -> None:
    """Let the member whose page it is spend $0.003 in their room, by six images."""
    (token,) = [each["value"] for each in page.context.cookies() if each["name"] == COOKIE]
    caller = Caller(visitor=visitor_id(str(token)), room=page.url.partition("room=")[2])
    for _ in range(6):
        *_, last = generate(site.playground, caller, "fake", paid(options={"cost_usd": "0.0005"}))
        assert isinstance(last, Finished)


def test_a_room_that_reaches_its_cap_in_a_run_says_so_and_keeps_what_came(
    poor: Site, come: Come, hold: threading.Event
) -> None:
    ann = come(poor.address)
    bob = come(make_room(ann), phone=True)
    expect(bob.locator("#together-sheet")).to_contain_text("$0.008 of this room's $0.008 is left")
    join(bob, "Bob")
    open_fold(ann, "Only Fake")
    ann.check("#fake-provider input")
    ann.fill("#count input[type=number]", "2")
    ann.fill("#prompt textarea", "a {red|blue} kite")  # Two runs of $0.0013, of each of which $0.0039 is reserved.
    generate_until(ann, "#board .drawing")
    expect(bob.locator("#board .drawing")).to_contain_text("kite")
    spends(poor, bob)
    hold.set()
    expect(ann.locator("#stage .problem")).to_contain_text("$0.0037 of this room's $0.008 is left")
    expect(ann.locator("#stage .card")).to_have_count(1)
    for page in (ann, bob):
        expect(page.locator("#board .tile[data-run]")).to_have_count(7)
        expect(page.locator("#board .drawing")).to_have_count(0)
        expect(page.locator("#board .board-head")).to_contain_text("$0.0037 of this room's $0.008 is left")
