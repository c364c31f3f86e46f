"""The models on this machine, switched from the page: what a person sees of it, in every tab."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.checkpoint import EMBEDDED
from backend.playground import open_playground
from backend.settings import Settings
from tests.browser.conftest import PATIENCE_MS
from tests.browser.presses import press_until
from tests.serving import free_port, page_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a folder with a base model, and one that can't be read."""
    folder = tmp_path / "models"
    for name in ("anime-z", "broken-z"):
        shutil.copytree(EMBEDDED, folder / name)
        (folder / name / "world.json").unlink()
        scheduler = folder / name / "scheduler" / "scheduler_config.json"
        scheduler.write_text(scheduler.read_text("utf-8").replace('"shift": 3.0', '"shift": 6.0'), "utf-8")
    (folder / "broken-z" / "transformer" / "config.json").write_text("{", "utf-8")
    return folder


@pytest.fixture
def address(models: Path, tmp_path: Path) -> Iterator[str]:
    settings = Settings(
        _env_file=None,
        PLAYGROUND_DATA=tmp_path / "data",
        PLAYGROUND_BACKEND="local",
        PLAYGROUND_MODEL="tiny",
        PLAYGROUND_MODELS=str(models),
        GRADIO_SERVER_PORT=free_port(),
    )
    playground = open_playground(settings)
    local = playground.backends["local"]
    assert isinstance(local, LocalBackend)
    local.collection.entries(wait=True)
    with page_of(playground) as address:
        yield address
    while thread := local.models.change._thread:
        thread.join()
    playground.store.engine.dispose()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#generate")
    expect(page.locator("#generate")).to_contain_text("free")
    return page


def press(page: Page, model: str, label: str) -> None:
    press_until(page.locator("#models > button.label-wrap"), page.locator("#model-list").is_visible)
    page.locator("#model-list .model", has_text=model).get_by_role("button", name=label, exact=True).click()


def test_a_switch_brings_its_own_steps_guidance_and_shift_to_every_tab_and_chosen_values_stay(
    context: BrowserContext, address: str
) -> None:
    page, other = opened(context, address), opened(context, address)
    other.fill("#steps-box", "11")
    other.press("#steps-box", "Tab")
    press(page, "anime-z", "Use")
    expect(page.locator("#state")).to_contain_text("Ready: anime-z on this machine")
    expect(page.locator("#steps-box")).to_have_value("28")
    expect(page.locator("#guidance-box")).to_have_value("4")
    expect(page.locator("#shift-box")).to_have_value("6")
    expect(page.locator("#width-box")).to_have_value("1024")
    expect(page.locator("#fit-note")).to_contain_text("Drawn as Z-Image: 28–50 steps")
    expect(page.locator("#fit-note")).to_contain_text("Steps: 8 became 28")
    expect(page.locator("#model-list .chosen")).to_contain_text("In use")
    expect(other.locator("#state")).to_contain_text("anime-z")
    expect(other.locator("#guidance-box")).to_have_value("4")
    expect(other.locator("#steps-box")).to_have_value("11")
    expect(other.locator("#compose")).to_contain_text("11 steps leave pictures of Z-Image unfinished")
    later = opened(context, address)
    expect(later.locator("#guidance-box")).to_have_value("4")
    expect(later.locator("#width-box")).to_have_value("1024")


def test_a_model_that_cannot_be_read_brings_the_old_one_back_and_unload_gives_it_up(
    context: BrowserContext, address: str
) -> None:
    page = opened(context, address)
    press(page, "broken-z", "Use")
    expect(page.locator("#state")).to_contain_text("broken-z could not be loaded")
    expect(page.locator("#state")).to_contain_text("the small embedded model is back")
    expect(page.locator("#steps-box")).to_have_value("8")
    page.fill("#prompt textarea", "a red circle on a blue background")
    page.click("#generate")
    expect(page.locator("#stage .card")).to_contain_text("seed")
    press(page, "the small embedded model", "Unload")
    expect(page.locator("#state")).to_contain_text("whose memory was given back")
    page.fill("#model-list input", "/no/such/model")
    page.press("#model-list input", "Enter")
    expect(page.locator(".toast-body")).to_contain_text("is no")
