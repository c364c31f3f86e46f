"""The ControlNet tab on ModelRunner, which is the simulator."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import Scene, modelrunner_scene
from tests.browser.presses import choose_option, open_tab
from tests.serving import free_port, page_of


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, str]]:
    with (
        modelrunner_scene(tmp_path_factory.mktemp("scene"), GRADIO_SERVER_PORT=free_port()) as scene,
        page_of(scene.playground) as address,
    ):
        yield scene, address


@pytest.fixture
def tab(browser: Browser, served: tuple[Scene, str], tmp_path: Path, hands: dict[str, Any]) -> Iterator[Page]:
    """Open the ControlNet tab with a picture on its easel."""
    picture = Image.new("RGB", (512, 256), "white")
    ImageDraw.Draw(picture).ellipse((100, 40, 300, 220), fill="black")
    picture.save(tmp_path / "picture.png")
    context = browser.new_context(**hands)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(served[1])
    open_tab(page, "ControlNet")
    page.set_input_files("#easel .drop input", tmp_path / "picture.png")
    expect(page.locator("#easel .easel:not([data-empty])")).to_be_visible()
    page.fill("#prompt textarea", "a lighthouse")
    page.fill("#seed input, #seed textarea", "7")
    yield page
    context.close()


def choose(page: Page, preprocess: str) -> None:
    choose_option(page.get_by_label("Preprocess", exact=True), preprocess)


@pytest.mark.parametrize("preprocess", ["canny", "depth", "pose", "none"])
def test_each_preprocess_gives_an_image_with_its_seed_and_its_bill(
    tab: Page, served: tuple[Scene, str], preprocess: str
) -> None:
    choose(tab, preprocess)
    tab.click("#generate")
    card = tab.locator("#stage .card")
    expect(card).to_contain_text("7")
    expect(card).to_contain_text("$0.0009")
    expect(card).not_to_contain_text("≈")
    sent = [arrival.body for arrival in served[0].world.arrivals if arrival.operation == "modelrunner.submit"]
    assert (sent[-1]["preprocess"], sent[-1]["seed"], sent[-1]["image_size"]) == (preprocess, 7, "auto")


def test_an_empty_account_says_where_to_fill_it(tab: Page, served: tuple[Scene, str]) -> None:
    served[0].world.faults.add(Fault(kind="status", status=402, operation="modelrunner.submit"))
    tab.click("#generate")
    problem = tab.locator("#stage .problem")
    expect(problem).to_contain_text("top it up at modelrunner.ai")
    expect(problem).to_contain_text("Nothing was billed.")


def test_price_ranges_and_where_the_picture_goes_are_shown_before_anything_is_paid(tab: Page) -> None:
    expect(tab.locator("#generate")).to_contain_text(re.compile(r"≈ \$0\.00"))
    expect(tab.get_by_text("public, unguessable address")).to_be_visible()
    scale = tab.locator("#controlnet-control_scale input[type=range]")
    expect(scale).to_have_attribute("min", "0")
    expect(scale).to_have_attribute("max", "1")
    expect(tab.locator("#thresholds")).to_be_hidden()  # it finds edges its own way


def test_whether_the_control_works_here_is_asked_with_its_price_first(tab: Page, served: tuple[Scene, str]) -> None:
    before = served[0].world.count("modelrunner.submit")
    tab.click("#offer-check")
    run = tab.locator("#run-check")
    expect(run).to_contain_text("Draw both · ≈ $0.0017")
    expect(tab.locator("#effect")).to_contain_text("whether ModelRunner heeds it")
    assert served[0].world.count("modelrunner.submit") == before
    run.click()
    expect(tab.locator("#effect .verdict")).to_contain_text("has an effect here")
    expect(tab.locator("#effect figure")).to_have_count(2)
    expect(run).not_to_be_visible()
    assert served[0].world.count("modelrunner.submit") == before + 2


def test_a_check_whose_news_all_arrives_at_once_ends_as_any_other(tab: Page) -> None:
    # As behind a proxy that holds events back; without it, where the check is quicker than the browser.
    tab.route("**/gradio_api/queue/data*", lambda route: route.fulfill(response=route.fetch()))
    tab.click("#offer-check")
    tab.click("#run-check")
    expect(tab.locator("#effect .verdict")).to_contain_text("has an effect here")
    expect(tab.locator("#run-check")).to_be_hidden()
    expect(tab.locator("#generate")).to_be_visible()
    expect(tab.locator("#stop")).to_be_hidden()
