"""The history as a workspace: without an end, gone through by keys, selected from, and gathered on boards."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from backend.domain.caller import Caller
from backend.visitors.identity import COOKIE, visitor_id
from tests.browser.conftest import PATIENCE_MS
from tests.browser.fingers import PHONE
from tests.browser.history.long_history import TOKEN, fill
from tests.browser.seen import on_screen
from tests.serving import Site, served_site
from tests.ui.test_lost_files import a_run
from ui.history.shelf import tiles

LONG = 3000
OTHER = "7" * 32
MOST_IN_THE_PAGE = 200
"""Tiles; a leaf has 24, and a screen and a half on either side is drawn."""
FRAME_MS = 1000 / 60
TILES = "#history-shelf .tile:not(.blank)"


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(tmp_path_factory.mktemp("long")) as site:
        fill(site.playground, LONG)
        yield site


@pytest.fixture
def visitors(browser: Browser, long_site: Site) -> Iterator[list[Page]]:
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.context.close()


@pytest.fixture
def desk(browser: Browser, long_site: Site, visitors: list[Page]) -> Page:
    """Open the page of the visitor with the long history, on a screen of 1440 px."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    return opened(context.new_page(), long_site, visitors)


@pytest.fixture
def phone(browser: Browser, long_site: Site, visitors: list[Page]) -> Page:
    return opened(browser.new_context(**PHONE).new_page(), long_site, visitors)


def opened(page: Page, site: Site, visitors: list[Page]) -> Page:
    visit(page, site, visitors, TOKEN)
    expect(page.locator(TILES).first).to_contain_text(f"number {LONG - 1}")
    return page


def visit(page: Page, site: Site, visitors: list[Page], token: str) -> None:
    visitors.append(page)
    page.set_default_timeout(PATIENCE_MS)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": site.address}])
    page.goto(site.address)


def tile(page: Page, number: int) -> Locator:
    return page.locator(f"{TILES}[data-run='{number:032x}']")


def scroll_to_run(page: Page, number: int) -> None:
    """Scroll the rail down until a run's tile is in the page."""
    page.wait_for_function(
        """run => {
          const found = document.querySelector(`#history-shelf .tile[data-run="${run}"] .picture`);
          if (!found) document.getElementById('rail').scrollTop += 600;
          return found;
        }""",
        arg=f"{number:032x}",
        polling=50,
    )


def is_whole(page: Page) -> bool:
    """Say whether the tiles in the page are each once, newest first, and without a hole."""
    runs = page.locator(TILES).evaluate_all("all => all.map(each => parseInt(each.dataset.run, 16))")
    return runs == list(range(runs[0], runs[0] - len(runs), -1))


def test_it_scrolls_on_without_an_end_and_few_tiles_are_in_the_page(desk: Page) -> None:
    scroll_to_run(desk, LONG - 500)
    assert is_whole(desk)
    assert desk.locator("#history-shelf .tile").count() <= MOST_IN_THE_PAGE
    on_screen(desk.locator("#rail-head > button, #rail-head button[aria-expanded]").first)
    desk.evaluate("document.getElementById('rail').scrollTop = 0")
    expect(tile(desk, LONG - 1)).to_be_visible()
    expect(desk.locator("#history-shelf .tile.blank")).to_have_count(0)
    assert is_whole(desk)


def test_keys_go_through_the_grid_select_open_delete_and_bring_back(desk: Page) -> None:
    tile(desk, LONG - 1).locator(".picture").focus()
    desk.keyboard.press("ArrowDown")
    expect(tile(desk, LONG - 3).locator(".picture")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Space")
    expect(tile(desk, LONG - 4).locator("[data-mark]")).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("#marked")).to_contain_text("2 pictures are selected")
    expect(tile(desk, LONG - 5).locator(".said-of-it")).to_have_css("opacity", "1")  # its words, for who goes by keys
    desk.keyboard.press("Escape")
    expect(desk.locator("#marked")).to_be_hidden()
    desk.keyboard.press("Enter")
    expect(desk.locator("#lightbox")).to_be_visible()
    desk.keyboard.press("Escape")
    tile(desk, LONG - 5).locator(".picture").focus()
    desk.keyboard.press("Delete")
    expect(tile(desk, LONG - 5)).to_have_count(0)
    expect(tile(desk, LONG - 6).locator(".picture")).to_be_focused()  # the one in its place
    on_screen(desk.locator("#undo").get_by_text("Moved to the trash, for a week: 1 run with 1 picture."))
    desk.locator("#undo button").press("Enter")
    expect(tile(desk, LONG - 5)).to_be_visible()
    # One stop of Tab for all of the grid, and its own buttons behind it.
    stops = desk.locator(f"{TILES} :is(button, select)[tabindex='0']")
    assert len(set(stops.evaluate_all("all => all.map(each => each.closest('.tile').dataset.run)"))) == 1


def test_a_range_far_down_is_selected_put_on_a_board_shown_there_and_taken_off(desk: Page) -> None:
    scroll_to_run(desk, LONG - 200)
    tile(desk, LONG - 200).locator(".picture").click(modifiers=["Control"])
    scroll_to_run(desk, LONG - 230)
    tile(desk, LONG - 230).locator(".picture").click(modifiers=["Shift"])
    bar = desk.locator("#marked")
    expect(bar).to_contain_text("31 pictures are selected")
    bar.get_by_role("button", name="Board", exact=True).click()
    desk.get_by_label("Name of a new board").fill("Boats")
    desk.keyboard.press("Enter")
    on_screen(desk.locator("#undo").get_by_text("Put on “Boats”: 31 pictures."))  # however far down
    expect(desk.locator("#history-board option")).to_have_text(["All boards", "Boats (31)"])
    desk.select_option("#history-board select", label="Boats (31)")
    expect(tile(desk, LONG - 200)).to_be_visible()
    expect(tile(desk, LONG - 1)).to_have_count(0)
    bar.get_by_role("button", name="Select nothing").click()
    tile(desk, LONG - 200).locator(".picture").click(modifiers=["Control"])
    bar.get_by_role("button", name="Take off").click()
    expect(tile(desk, LONG - 200)).to_have_count(0)
    desk.locator("#undo").get_by_role("button", name="Undo").click()
    expect(tile(desk, LONG - 200)).to_be_visible()
    desk.locator("#history-head").get_by_role("button", name="Boards").click()
    desk.get_by_role("button", name="Delete the board").click()
    expect(tile(desk, LONG - 1)).to_be_visible()  # all of the history again
    expect(desk.locator("#history-board")).to_be_hidden()


def test_what_is_starred_on_a_board_is_found_behind_leaves_that_show_nothing_of_their_runs(
    browser: Browser, long_site: Site, visitors: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "PAGE", 1)
    whose, playground = visitor_id(OTHER), long_site.playground
    oldest, *newer = [a_run(long_site, Caller(visitor=whose)) for _ in range(3)]
    board = playground.boards.make(whose, "Best")
    playground.boards.add(whose, board.id, [(oldest.id, 0), *((run.id, 1) for run in newer)])
    playground.history.mark_all(whose, [(run.id, 0) for run in (oldest, *newer)], favourite=True)
    page = browser.new_page()
    visit(page, long_site, visitors, OTHER)
    expect(page.locator(TILES)).to_have_count(6)
    page.select_option("#history-board select", label="Best (3)")
    page.locator("#history-stars input").check()
    expect(page.locator(TILES)).to_have_count(1)
    expect(page.locator(TILES)).to_have_attribute("data-run", oldest.id)
    expect(page.locator(TILES)).to_be_visible()


@pytest.mark.slow
def test_what_changes_far_down_changes_there_and_the_place_stays(desk: Page) -> None:
    scroll_to_run(desk, LONG - 400)
    one = tile(desk, LONG - 400)
    one.scroll_into_view_if_needed()
    expect(desk.locator("#history-shelf .tile.blank")).to_have_count(0)
    before = desk.evaluate("document.getElementById('rail').scrollTop")
    one.locator("[data-act=star]").dispatch_event("click")  # a press of a test's mouse may scroll by itself
    expect(desk.locator(f"{TILES}.on")).to_have_attribute("data-run", f"{LONG - 400:032x}")
    assert desk.evaluate("document.getElementById('rail').scrollTop") == before
    assert is_whole(desk)
    one.locator("[data-act=unstar]").dispatch_event("click")
    expect(desk.locator(f"{TILES}.on")).to_have_count(0)


@pytest.mark.slow
def test_a_long_history_costs_a_fraction_of_a_frame_to_scroll(desk: Page) -> None:
    session = desk.context.new_cdp_session(desk)
    session.send("Performance.enable")
    before = spent(session)
    frames = desk.evaluate(
        """() => new Promise(done => {
          const rail = document.getElementById('rail');
          let left = 300;
          const go = () => { rail.scrollTop += 60; if (left--) requestAnimationFrame(go); else done(300); };
          requestAnimationFrame(go);
        })"""
    )
    assert (spent(session) - before) * 1000 / frames < FRAME_MS / 2
    assert desk.locator("#history-shelf .tile").count() <= MOST_IN_THE_PAGE


def spent(session: CDPSession) -> float:
    """Return how many seconds the page's scripts, styles and layout have taken so far."""
    told = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(told["ScriptDuration"] + told["RecalcStyleDuration"] + told["LayoutDuration"])


@pytest.mark.slow
def test_a_finger_that_rests_selects_and_from_then_on_a_tap_does(phone: Page) -> None:
    picture = tile(phone, LONG - 1).locator(".picture")
    picture.scroll_into_view_if_needed()
    expect(picture.locator(".said-of-it")).to_have_css("opacity", "1")
    on_screen(picture)
    box = picture.bounding_box()
    assert box
    touch = phone.context.new_cdp_session(phone)
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    bar = phone.locator("#marked")
    expect(bar).to_contain_text("1 picture is selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(phone.locator("#lightbox")).to_be_hidden()
    tile(phone, LONG - 2).locator(".picture").tap()
    expect(bar).to_contain_text("2 pictures are selected")
    for name in ("Compare", "Favourite", "Board", "Zip", "Delete"):
        on_screen(bar.get_by_role("button", name=name, exact=True))
    on_screen(phone.locator("#generate"))
    bar.get_by_role("button", name="Delete").tap()
    expect(tile(phone, LONG - 1)).to_have_count(0)
    on_screen(phone.locator("#undo").get_by_role("button", name="Undo"))
    phone.locator("#undo").get_by_role("button", name="Undo").tap()
    expect(tile(phone, LONG - 1)).to_be_visible()
