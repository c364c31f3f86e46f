"""The page with Runware behind it, which is the simulator: five modes, the bill, an empty account, and Stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, PREPROCESS, Scene, runware_scene
from tests.browser.modes.test_modes import choose, drag
from tests.browser.presses import choose_option
from tests.serving import free_port, page_of


@dataclass(frozen=True)
class RunwareSite:
    """A served playground, and the world behind its Runware."""

    address: str
    scene: Scene


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunwareSite]:
    """Serve a playground on Runware."""
    with (
        runware_scene(tmp_path_factory.mktemp("data"), GRADIO_SERVER_PORT=free_port()) as scene,
        page_of(scene.playground) as address,
    ):
        yield RunwareSite(address, scene)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a picture of 384 × 256."""
    Image.new("RGB", (384, 256), "#7aa5c9").save(tmp_path / "picture.png")
    return tmp_path / "picture.png"


def generate(page: Page) -> None:
    page.fill("#prompt textarea", "a red fox")
    page.click("#generate")


def test_cost_and_seed_stand_under_each_image(page: Page) -> None:
    page.fill("#seed input, #seed textarea", "41")
    page.fill("#width input", "256")
    page.fill("#height input", "256")
    page.fill("#count input[type=number]", "2")
    page.keyboard.press("Tab")
    expect(page.locator("#generate")).to_contain_text("≈ $0.0012")
    generate(page)
    facts = page.locator("#stage .card .facts")
    expect(facts).to_have_count(2)
    for index, seed in enumerate(("41", "42")):
        expect(facts.nth(index)).to_contain_text(f"seed {seed}")
        expect(facts.nth(index)).to_contain_text("$0.0006")
        expect(facts.nth(index)).not_to_contain_text("≈")


@pytest.mark.parametrize("tab", ["Image to image", "Inpaint", "Outpaint", "ControlNet"])
def test_every_mode_brings_an_image_and_its_bill(page: Page, picture: Path, tab: str) -> None:
    choose(page, tab, picture)
    if tab == "Inpaint":
        drag(page, (0.3, 0.5), (0.7, 0.5))
    if tab == "Outpaint":
        page.fill("#outpaint-left input[type=number]", "64")
        page.keyboard.press("Tab")
    generate(page)
    facts = page.locator("#stage .card .facts")
    expect(facts).to_contain_text("$0.00")
    expect(facts).to_contain_text("448 × 256" if tab == "Outpaint" else "384 × 256")


def test_a_depth_map_is_bought_once_after_its_price_was_said(page: Page, site: RunwareSite, picture: Path) -> None:
    Image.effect_noise((384, 256), 60).convert("RGB").save(picture)
    bought = site.scene.world.count(PREPROCESS)
    choose(page, "ControlNet", picture)
    choose_option(page.get_by_label("Preprocess", exact=True), "depth")
    expect(page.locator("#generate")).to_contain_text("≈ $0.0012")
    page.click("#show-control")
    buy = page.locator("#buy-map")
    expect(buy).to_contain_text("Make the map · ≈ $0.0006")
    expect(page.locator("#control-map")).to_contain_text("Runware makes the map")
    assert site.scene.world.count(PREPROCESS) == bought
    buy.click()
    expect(page.locator("#control-map img")).to_have_attribute("alt", "The control map, 384 × 256")
    expect(page.locator("#control-map")).to_contain_text("Use this map")
    expect(buy).not_to_be_visible()
    expect(page.locator("#generate")).to_contain_text("≈ $0.0006")
    expect(page.locator("#history img[alt='Control picture: depth']")).to_have_count(1)
    generate(page)
    expect(page.locator("#stage .card .facts")).to_contain_text("$0.0006")
    assert site.scene.world.count(PREPROCESS) == bought + 1


def test_beside_the_price_stand_its_source_how_the_bills_were_the_exact_one_and_the_balance(
    page: Page, site: RunwareSite
) -> None:
    page.fill("#width input", "256")
    page.fill("#height input", "256")
    page.keyboard.press("Tab")
    expect(page.locator("#left")).to_contain_text("By Runware's published prices of 2026-11-21.")
    generate(page)
    expect(page.locator("#left")).to_contain_text("Your bills so far: 1 × the estimate (median of 1 run).")
    expect(page.locator("#stage .card .facts")).to_contain_text("$0.0006")
    bills = len(site.scene.world.account.bills)
    page.click("#exact")
    expect(page.locator("#left")).to_contain_text("Runware says exactly $0.0006; nothing was billed for asking.")
    assert len(site.scene.world.account.bills) == bills
    page.click("#state [data-action=balance]")
    expect(page.locator("#state")).to_contain_text("left in the account")


def test_runwares_own_entries_are_typed_sent_restored_and_refused_in_words(
    page: Page, site: RunwareSite, picture: Path
) -> None:
    choose(page, "ControlNet", picture)
    page.get_by_text("Only Runware").click()
    controls, faces = page.locator("#runware-controls"), page.locator("#runware-ultralytics")
    controls.get_by_role("button", name="Add an entry").click()
    controls.get_by_label("Who leads").select_option("prompt")
    controls.get_by_label("From step").fill("1")
    faces.get_by_label("Steps").fill("20")
    generate(page)
    expect(page.locator("#stage .problem")).to_contain_text("give both, or neither")
    controls.get_by_label("Up to step").fill("5")
    generate(page)
    expect(page.locator("#stage .card .facts")).to_contain_text("$0.00")
    task = [one.body for one in site.scene.world.arrivals if one.operation == INFER][-1]
    (sent,) = task["controlNet"]
    assert (sent["controlMode"], sent["startStep"], sent["endStep"]) == ("prompt", 1, 5)
    assert task["ultralytics"] == {"steps": 20}
    controls.get_by_role("button", name="Remove").click()
    faces.get_by_label("Steps").fill("")
    page.get_by_role("button", name="Use settings").click()
    expect(controls.get_by_label("Up to step")).to_have_value("5")
    expect(faces.get_by_label("Steps")).to_have_value("20")


def test_an_empty_account_is_told_with_the_way_out(page: Page, site: RunwareSite) -> None:
    site.scene.world.faults.add(Fault(kind="status", operation=INFER, status=402))
    generate(page)
    problem = page.locator("#stage .problem")
    expect(problem).to_contain_text("top it up at my.runware.ai")
    expect(problem).to_contain_text("Nothing was billed")


def test_what_was_paid_when_stop_was_pressed_arrives_on_the_page_by_itself(page: Page, site: RunwareSite) -> None:
    site.scene.world.faults.add(Fault(kind="slow", operation=INFER, seconds=3))
    page.fill("#prompt textarea", "a fox that was stopped")
    page.click("#generate")
    expect(page.locator("#stop")).to_be_visible()
    while not any(run.provider_ids for run in site.scene.playground.store.unfinished()):
        page.wait_for_timeout(20)
    page.click("#stop")
    expect(page.locator("#generate")).to_be_visible()
    expect(page.locator("#stage .stopped")).to_contain_text("goes on to the end")
    expect(page.locator("#stage .card img[alt='a fox that was stopped']")).to_be_visible()
    expect(page.locator("#stage .stopped")).to_contain_text("1 image was made")
    expect(page.locator("#stage .card").get_by_role("button", name="Vary")).to_be_visible()
    expect(page.locator("#history img[alt='a fox that was stopped']")).to_have_count(1)
