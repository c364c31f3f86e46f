"""A canary key, typed into the page: it pays, and afterwards it is in none of the places where keys have leaked."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio.utils import get_upload_folder
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Response, expect

from app import serve
from tests.backend.adapters.modelrunner.scene import Scene as ModelRunnerScene
from tests.backend.adapters.modelrunner.scene import modelrunner_scene
from tests.backend.adapters.runware.scene import Scene as RunwareScene
from tests.backend.adapters.runware.scene import runware_scene
from tests.browser.presses import do_until, open_tab
from tests.serving import free_port

CANARY = "canary-3f9a1c77e2b04d58"
PATIENCE_MS = 60_000
BILLS = {"runware": "$0.0026", "modelrunner": "$0.00"}
Scene = RunwareScene | ModelRunnerScene


@pytest.fixture(scope="module", params=[runware_scene, modelrunner_scene])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Return a playground on a provider where only the canary is taken: the server's own key is not."""
    with request.param(tmp_path_factory.mktemp("data"), GRADIO_SERVER_PORT=free_port()) as scene:
        scene.world.key = CANARY
        yield scene


@pytest.fixture(scope="module")
def address(scene: Scene) -> Iterator[str]:
    page, address = serve(scene.playground)
    yield address
    page.close()


@pytest.fixture
def context(browser: Browser, hands: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#generate")
    return page


def give_key(page: Page) -> None:
    page.get_by_role("button", name="Use your own key").click()
    text, shown = page.locator("#own-key-text input"), page.locator("#own-key")

    def keep() -> None:
        text.fill(CANARY)
        page.click("#own-key-keep")

    # What is written while the fold's parts are still being laid out may be gone.
    do_until(keep, lambda: "in use" in shown.inner_text(), page)
    expect(text).to_have_value("")


def draw(page: Page, scene: Scene, folder: Path) -> None:
    if scene.playground.default == "modelrunner":  # which does ControlNet alone
        picture = folder / "picture.png"
        Image.new("RGB", (512, 256), "white").save(picture)
        open_tab(page, "ControlNet")
        page.set_input_files("#easel .drop input", picture)
        expect(page.locator("#easel .easel:not([data-empty])")).to_be_visible()
    page.fill("#prompt textarea", "a red fox")
    page.keyboard.press("Control+Enter")


def bodies(responses: list[Response]) -> str:
    texts = []
    for response in responses:
        try:
            texts.append(response.text())
        except (Error, UnicodeDecodeError):  # A stream that is still open, or a picture.
            continue
    return "\n".join(texts)


def files_since(folder: Path, moment: float) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime >= moment]


def test_a_visitors_key_pays_and_is_found_nowhere(
    scene: Scene, address: str, context: BrowserContext, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    began = time.time()
    asked: list[Request] = []
    answered: list[Response] = []
    page = opened(context, address)
    page.on("request", partial(list.append, asked))
    page.on("response", partial(list.append, answered))
    give_key(page)
    draw(page, scene, tmp_path)
    bill = BILLS[scene.playground.default]
    expect(page.locator("#stage .card .facts")).to_contain_text(bill, timeout=PATIENCE_MS)
    sent = [request for request in asked if CANARY in (request.post_data or "") + request.url]
    assert [request.method for request in sent] == ["POST"]
    assert CANARY not in sent[0].url
    storage = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    client = httpx.Client(base_url=address, cookies={each["name"]: each["value"] for each in context.cookies()})
    paths = ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json", "/openapi.json")
    seen = {
        "page": page.content(),
        "storage": str(page.evaluate(storage)),
        "answers": bodies(answered),
        "log": caplog.text,
        "routes": "\n".join(client.get(path).text for path in paths),
        "runs": repr(scene.playground.store.runs("")) + repr(scene.playground),
    }
    client.close()
    assert [place for place, text in seen.items() if CANARY in text] == []
    folders = (scene.playground.settings.data, Path(get_upload_folder()))
    leaks = [path for folder in folders for path in files_since(folder, began) if CANARY.encode() in path.read_bytes()]
    assert leaks == []


def test_another_visitor_has_nothing_of_it(
    scene: Scene, address: str, browser: Browser, hands: dict[str, Any], tmp_path: Path
) -> None:
    ann, bob = browser.new_context(**hands), browser.new_context(**hands)
    for visitor in (ann, bob):
        visitor.set_default_timeout(PATIENCE_MS)
    give_key(opened(ann, address))
    page = opened(bob, address)
    draw(page, scene, tmp_path)
    problem = page.locator("#stage .problem")
    expect(problem).to_be_visible(timeout=PATIENCE_MS)
    assert CANARY not in page.content()
    ann.close()
    bob.close()


def test_the_page_says_that_a_key_is_in_use_until_it_is_forgotten(address: str, context: BrowserContext) -> None:
    page = opened(context, address)
    forget, note = page.locator("#own-key-forget"), page.locator("#own-key-note")
    expect(page.locator("#own-key")).to_contain_text("Use your own key")
    expect(forget).not_to_be_visible()
    give_key(page)
    expect(note).to_contain_text("is in use: it pays for your runs")
    expect(page.locator("#own-key")).to_contain_text("Your own key is in use")
    forget.click()
    expect(note).not_to_contain_text("is in use")
    expect(note).to_be_visible()
    expect(forget).not_to_be_visible()
    expect(page.locator("#own-key")).to_contain_text("Use your own key")


def test_a_closed_page_is_forgotten_with_its_key(scene: Scene, address: str, context: BrowserContext) -> None:
    page = opened(context, address)
    before = len(scene.playground.callers.keys.secrets())
    give_key(page)
    assert len(scene.playground.callers.keys.secrets()) == before + 1
    page.close(run_before_unload=True)
    for _ in range(600):
        if len(scene.playground.callers.keys.secrets()) <= before:
            return
        time.sleep(0.1)
    raise AssertionError("the key outlived its page")
