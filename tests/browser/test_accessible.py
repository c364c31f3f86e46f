"""What axe-core finds on the page: nothing serious or critical, on any tab, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.folds import open_fold
from tests.browser.presses import generate_until, open_tab, press_until
from tests.serving import Site

pytestmark = pytest.mark.slow  # Each looks at a whole page a dozen times.
TABS = ("Text to image", "Image to image", "Inpaint", "Outpaint", "ControlNet")
SERIOUS = ("serious", "critical")
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def seen(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """Open the playground in one colour scheme and width, with every fold open."""
    scheme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(site.address)
    page.wait_for_selector("#generate")
    yield page
    context.close()


def unfold(page: Page) -> None:
    """Open every fold of the page."""
    for closed in ("#main details:not([open]) > summary:visible", "#main button.label-wrap:not(.open):visible"):
        heads = page.locator(closed)
        while heads.count():
            heads.first.click()


def faults(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical: its rule, and the first places."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']} at {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def test_every_tab_is_without_fault_before_and_with_a_picture(seen: Page, tmp_path: Path) -> None:
    unfold(seen)
    Image.new("RGB", (320, 240), "#7aa5c9").save(tmp_path / "sky.png")
    for tab in TABS:
        open_tab(seen, tab)
        assert (tab, faults(seen)) == (tab, [])
    seen.set_input_files("#easel .drop input", tmp_path / "sky.png")
    expect(seen.locator("#easel .easel:not([data-empty])")).to_be_visible()
    for tab in TABS[1:]:
        open_tab(seen, tab)
        assert (tab, faults(seen)) == (tab, [])


def test_results_and_what_opens_from_them_are_without_fault(seen: Page) -> None:
    seen.click("#generate")
    expect(seen.locator("#stage .problem")).to_be_visible()
    assert ("error", faults(seen)) == ("error", [])
    seen.fill("#prompt textarea", "a lighthouse")
    seen.click("#compare")
    expect(seen.locator("#stage .column .card")).to_have_count(2)
    assert ("compared", faults(seen)) == ("compared", [])
    seen.click("#generate")
    expect(seen.locator("#stage .column")).to_have_count(0)
    expect(seen.locator("#stage .card")).to_have_count(1)
    expect(seen.locator("#history .tile").first).to_be_visible()
    for picture in (seen.locator("#stage .card"), seen.locator("#history .tile").nth(1)):
        picture.locator(".picture").click(modifiers=["Shift"])
    assert ("marked", faults(seen)) == ("marked", [])
    seen.locator("#marked").get_by_role("button", name="Compare").click()
    expect(seen.locator("#duel .layer img")).to_have_count(2)
    for view in ("Side by side", "Slider"):
        seen.locator("#duel").get_by_role("button", name=view).click()
        assert (view, faults(seen)) == (view, [])
    seen.keyboard.press("Escape")
    seen.get_by_role("button", name="Select nothing").click()
    seen.click("#stage [data-act=share]")
    expect(seen.locator("#link-sheet")).to_be_visible()
    assert ("link", faults(seen)) == ("link", [])
    seen.keyboard.press("Escape")
    seen.click("#stage [data-act=code]")
    expect(seen.locator("#inspector")).to_contain_text("Python, through this playground")
    unfold(seen)
    open_fold(seen, "Charts")
    expect(seen.locator("#charts table").first).to_be_attached()
    assert ("results", faults(seen)) == ("results", [])
    seen.locator("#history-view").get_by_text("Prompts").click()
    seen.locator(".noted [data-act=star-prompt]").click()
    expect(seen.locator(".noted.on")).to_be_visible()
    assert ("book", faults(seen)) == ("book", [])
    seen.locator("#stage .card .picture").first.click()
    expect(seen.locator("#lightbox img")).to_be_visible()
    assert ("lightbox", faults(seen)) == ("lightbox", [])
    seen.keyboard.press("Escape")
    seen.locator("h1").click()
    seen.keyboard.press("?")
    expect(seen.locator("#help")).to_be_visible()
    assert ("help", faults(seen)) == ("help", [])


def test_a_queue_that_waits_and_one_that_was_stopped_are_without_fault(seen: Page) -> None:
    open_fold(seen, "Only Fake")
    seen.fill("#fake-seconds input[type=number]", "60")
    seen.fill("#prompt textarea", "a lighthouse")
    seen.click("#generate")
    for number in range(2):
        seen.click("#enqueue")
        expect(seen.locator("#queue .queued")).to_have_count(number + 1)
    seen.locator("#until summary").click()
    assert ("waiting", faults(seen)) == ("waiting", [])
    seen.click("#stop")
    expect(seen.locator("#queue .resume")).to_be_visible()
    assert ("paused", faults(seen)) == ("paused", [])
    seen.get_by_role("button", name="Empty").click()
    expect(seen.locator("#queue .queued")).to_have_count(0)


def test_a_selection_its_boards_and_what_is_undone_are_without_fault(seen: Page) -> None:
    seen.fill("#prompt textarea", "a lighthouse on a board")
    seen.keyboard.press("Control+Enter")
    tile = seen.locator("#history .tile").first
    expect(tile).to_be_visible()
    seen.locator("#history-select").click()
    tile.locator(".picture").click()
    expect(seen.locator("#marked")).to_be_visible()
    assert ("selected", faults(seen)) == ("selected", [])
    seen.locator("#marked").get_by_role("button", name="Board", exact=True).click()
    seen.get_by_label("Name of a new board").fill("To print")
    assert ("a first board", faults(seen)) == ("a first board", [])
    seen.get_by_role("button", name="Make it, and put them there").click()
    expect(seen.locator("#undo")).to_contain_text("Put on “To print”: 1 picture.")
    expect(seen.locator("#history-board")).to_be_visible()
    assert ("told", faults(seen)) == ("told", [])
    seen.locator("#history-head").get_by_role("button", name="Boards").click()
    expect(seen.locator(".board-list li")).to_have_count(1)
    assert ("boards", faults(seen)) == ("boards", [])
    seen.get_by_role("button", name="Close").last.click()
    seen.get_by_role("button", name="Select nothing").click()
    seen.fill("#prompt textarea", "something else")
    tile.locator("[data-act=settings]").click()
    expect(seen.locator("#second-thoughts")).to_contain_text("The settings of this picture are in the form.")
    expect(seen.locator("#notice")).to_contain_text("All that made this picture is back in the form.")
    assert ("undo", faults(seen)) == ("undo", [])


def test_a_room_its_invitation_and_a_refusal_are_without_fault(seen: Page, browser: Browser, site: Site) -> None:
    sheet = seen.locator("#together-sheet")
    press_until(seen.locator("#together-open"), sheet.is_visible)
    link = seen.input_value("#together-link")
    assert ("made", faults(seen)) == ("made", [])
    seen.keyboard.press("Escape")
    seen.fill("#prompt textarea", "a lighthouse")
    generate_until(seen, "#board .tile[data-run]")
    expect(seen.locator("#board .tile[data-run] img").first).to_be_visible()
    assert ("board", faults(seen)) == ("board", [])
    scheme = "dark" if seen.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    guests = browser.new_context(viewport=seen.viewport_size, color_scheme=scheme, reduced_motion="reduce")
    for address, words in ((link, "邀请您一起作图"), (f"{site.address}?room=nowhere", "无法进入此房间")):
        guest = guests.new_page()
        guest.add_init_script("localStorage.setItem('z-image-language', 'zh-Hans')")
        guest.goto(address)
        expect(guest.locator("#together-sheet")).to_contain_text(words)
        assert (words, faults(guest)) == (words, [])
    guests.close()


def test_nothing_moves_for_those_who_asked_for_that(seen: Page) -> None:
    open_fold(seen, "Only Fake")
    seen.fill("#fake-seconds input[type=number]", "30")
    seen.fill("#prompt textarea", "a still picture")
    seen.click("#generate")
    expect(seen.locator("#stage .progress")).to_contain_text("step")
    moving = """() => document.getAnimations().filter(each => each.playState === 'running')
        .map(each => each.animationName || each.transitionProperty)"""
    assert seen.evaluate(moving) == []
    seen.click("#stop")
    expect(seen.locator("#stage .stopped")).to_be_visible()


def test_a_check_mark_stands_out_from_its_box(seen: Page) -> None:
    open_tab(seen, "Inpaint")
    box = seen.locator("#keep-size input")
    ground = "each => getComputedStyle(each).backgroundColor"
    checked = box.evaluate(ground)
    box.uncheck()
    assert checked != box.evaluate(ground)  # the mark is white
