"""At a spend cap the two ways out stand beside the words, and both lead on."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app import serve
from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.requests import Request
from backend.images.storage.files import ImageFiles
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings
from tests.serving import Site, free_port

LOOK = """async button => {
    await new Promise(requestAnimationFrame);
    await Promise.all(button.getAnimations().map(each => each.finished));
    return getComputedStyle(button).backgroundColor;
}"""
"""Its colour once it has come to rest: at the moment that the words change, it still has the one before."""


class Provider(FakeBackend):
    """A fake that always bills."""

    name = "provider"
    label = "Provider"

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Return a price above the cap."""
        return Estimate(Decimal("0.5"), Decimal("0.5"), Decimal("0.5"))


class Machine(FakeBackend):
    """A fake that spends nobody's credit."""

    label = "This machine"
    cost_kind: Literal["estimated"] = "estimated"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground whose provider costs more than the cap leaves."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(_env_file=None, PLAYGROUND_DATA=data, GRADIO_SERVER_PORT=free_port())
    engine, files = open_database(data), ImageFiles(data / "images")
    provider, machine = Provider(files), Machine(files)
    budget = Budget(engine, Caps(visitor=Decimal("0.25")))
    backends = {"provider": provider, "fake": machine}
    playground = Playground(settings, backends, Store(engine), budget, files, "provider")
    page, address = serve(playground)
    yield Site(address, playground, provider)
    page.close()
    engine.dispose()


def test_switching_to_a_free_backend_lets_the_run_through(page: Page) -> None:
    expect(page.locator("#generate")).to_contain_text("Over the cap")
    capped = page.locator("#generate").evaluate(LOOK)
    page.click("#left [data-way=fake]")
    expect(page.locator("#generate")).to_contain_text("Generate · free")
    expect(page.locator("#generate")).not_to_have_css("background-color", capped)
    expect(page.locator("#left [data-way]")).to_have_count(0)
    page.fill("#prompt textarea", "a boat")
    page.click("#generate")
    expect(page.locator("#stage .card .facts")).to_contain_text("free")


def test_ones_own_key_is_asked_for_and_pays(page: Page) -> None:
    page.fill("#prompt textarea", "a boat")
    page.click("#generate")
    expect(page.locator("#stage .problem")).to_contain_text("$0.25")
    expect(page.locator("[data-way=key]:visible")).to_have_count(1)
    page.click("#stage [data-way=key]")
    expect(page.locator("#own-key-text input")).to_be_focused()
    page.keyboard.type("a-key-of-my-own")
    page.click("#own-key-keep")
    expect(page.locator("#generate")).to_contain_text("Generate · ≈ $0.50")
    page.click("#generate")
    expect(page.locator("#stage .card")).to_have_count(1)


def test_the_buttons_fit_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#left [data-way]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
