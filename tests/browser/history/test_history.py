"""What was made: found again, taken elsewhere, kept and deleted."""

import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.modes.test_modes import choose, drag, generate, mask_of, newest, scene  # noqa: F401 - a fixture
from tests.browser.presses import generate_until
from tests.browser.seen import on_screen
from tests.serving import Site


def draw(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)
    generate_until(page, f"#stage img[alt='{words}']")
    expect(page.locator("#stage .card")).to_have_count(1)
    expect(page.locator(f"#history img[alt='{words}']").first).to_be_visible()


def value(page: Page, field: str) -> str:
    return page.locator(f"#{field} input, #{field} textarea").first.input_value()


def test_the_settings_of_an_older_image_come_back_whole(page: Page) -> None:
    page.fill("#steps input[type=number]", "12")
    page.fill("#seed input, #seed textarea", "77")
    page.fill("#width input", "384")
    draw(page, "a lighthouse at dusk")
    page.fill("#steps input[type=number]", "4")
    page.fill("#width input", "256")
    page.click("#dice")
    page.fill("#prompt textarea", "something else")
    page.locator("#history [data-act=settings]").first.click()
    expect(page.locator("#prompt textarea")).to_have_value("a lighthouse at dusk")
    expect(page.locator("#steps input[type=number]")).to_have_value("12")
    expect(page.locator("#width input")).to_have_value("384")
    expect(page.locator("#seed input, #seed textarea")).to_have_value("77")


def test_on_a_phone_the_buttons_of_a_tile_stand_in_one_line(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.fill("#seed input, #seed textarea", "4294967295")
    draw(page, "a lighthouse at noon")
    buttons = page.locator("#history .tile").first.locator("figcaption button:visible")
    expect(buttons).to_have_text(["Settings", "Vary", "Upscale", "Link"])
    # All at one moment: the page may still be gliding to what the press brought.
    assert len(set(buttons.evaluate_all("all => all.map(each => each.getBoundingClientRect().top)"))) == 1
    expect(page.locator("#history .tile").first).to_contain_text("free")


def test_a_result_goes_to_another_mode(page: Page, site: Site) -> None:
    draw(page, "a red barn")
    page.select_option("#stage .card select", "outpaint")
    expect(page.get_by_role("tab", name="Outpaint", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#easel .about")).to_contain_text("256 × 256")
    page.click("#easel [data-shape='x2']")
    page.click("#generate")
    expect(page.locator("#stage .progress")).to_have_count(0)
    expect(page.locator("#history .tile")).to_have_count(2)
    (run,) = newest(site)
    assert run.request.mode == "outpaint"


def test_an_older_result_goes_to_another_mode_as_well(page: Page) -> None:
    draw(page, "a blue barn")
    page.reload()
    tile = page.locator("#history .tile").first
    tile.hover()
    tile.locator("select").select_option("inpaint")
    expect(page.get_by_role("tab", name="Inpaint", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#easel .about")).to_contain_text("256 × 256")


def test_picture_and_mask_come_back_with_an_inpaint_run(page: Page, site: Site, scene: Path) -> None:  # noqa: F811
    choose(page, "Inpaint", scene)
    drag(page, (0.2, 0.5), (0.8, 0.5))
    first = mask_of(generate(page, site), site)
    page.reload()
    page.locator("#history [data-act=settings]").first.click()
    expect(page.get_by_role("tab", name="Inpaint", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#easel .about")).to_contain_text("mask covers")
    again = mask_of(generate(page, site), site)
    assert abs(first.astype(int) - again.astype(int)).max() <= 1


def test_the_history_is_searched_by_words_and_mode(page: Page) -> None:
    draw(page, "a blue whale")
    draw(page, "a green parrot")
    page.fill("#history-words input", "whale")
    expect(page.locator("#history .tile")).to_have_count(1)
    page.fill("#history-words input", "nothing like it")
    expect(page.get_by_text("Nothing of yours fits this search.")).to_be_visible()


def test_a_favourite_is_kept_and_a_deleted_image_is_gone(page: Page) -> None:
    draw(page, "a paper boat")
    draw(page, "a tin drum")
    tile = page.locator("#history .tile").nth(1)
    tile.hover()
    tile.locator("[data-act=star]").click()
    page.locator("#history-stars input").check()
    expect(page.locator("#history .tile")).to_have_count(1)
    expect(page.locator("#history img")).to_have_attribute("alt", "a paper boat")
    page.locator("#history-stars input").uncheck()
    expect(page.locator("#history .tile")).to_have_count(2)
    first = page.locator("#history .tile").first
    first.hover()
    first.locator("[data-act=delete]").click()
    expect(page.locator("#history .tile")).to_have_count(1)
    page.click("#undo [data-act=restore]")
    expect(page.locator("#history .tile")).to_have_count(2)
    expect(page.locator("#undo")).not_to_be_visible()


def test_one_visitor_sees_nothing_of_another(page: Page, site: Site) -> None:
    draw(page, "a secret garden")
    assert page.context.browser
    stranger = page.context.browser.new_context().new_page()
    stranger.goto(site.address)
    stranger.wait_for_selector("#generate")
    stranger.wait_for_timeout(1000)
    assert "a secret garden" not in stranger.content()
    stranger.context.close()


def test_what_is_shown_comes_as_a_zip(page: Page, tmp_path: Path) -> None:
    draw(page, "a zipped pear")
    page.click("#history-zip")
    with page.expect_download() as caught:
        page.click("#undo a[download]")
    caught.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        names = archive.namelist()
        assert "a zipped pear" in archive.read("runs.json").decode()
    assert sum(name.endswith(".png") for name in names) == 1


def open_search(page: Page) -> None:
    open_fold(page, "Backend, dates, cost, links, trash")


def test_the_trash_is_looked_at_restored_from_and_emptied(page: Page) -> None:
    draw(page, "a lost kite")
    draw(page, "a kept kite")
    tiles = page.locator("#history-shelf .tile")
    expect(tiles).to_have_count(2)
    for left in (1, 0):
        tiles.first.hover()
        tiles.first.get_by_role("button", name="Delete").click()
        expect(tiles).to_have_count(left)
    open_search(page)  # it stays in reach although nothing else is there
    page.get_by_label("Show the trash").check()
    expect(tiles).to_have_count(2)
    expect(page.get_by_text("2 runs and 2 images of yours take")).to_be_visible()
    tiles.first.get_by_role("button", name="Restore").click()
    expect(tiles).to_have_count(1)
    ask, keep = page.get_by_role("button", name="Empty the trash"), page.get_by_role("button", name="Keep it")
    ask.click()
    on_screen(page.get_by_role("button", name="Delete for good"))
    page.evaluate("window.playground_form.refresh()")  # a look at the history that comes between the two presses
    page.wait_for_timeout(600)
    on_screen(page.get_by_role("button", name="Delete for good"))
    keep.click()
    on_screen(ask)
    ask.click()
    page.get_by_role("button", name="Delete for good").click()
    on_screen(page.get_by_text("1 run is gone for good."))  # though it was made just now
    expect(tiles).to_have_count(0)
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    expect(ask).to_be_hidden()
    page.get_by_label("Show the trash").uncheck()
    expect(tiles).to_have_count(1)
    expect(page.locator("#trash")).to_be_hidden()


def test_the_button_that_empties_the_trash_holds_its_words(page: Page) -> None:
    draw(page, "a wide kite")
    page.locator("#history-shelf .tile").first.hover()
    page.locator("#history-shelf .tile").first.get_by_role("button", name="Delete").click()
    open_search(page)
    page.get_by_label("Show the trash").check()
    ask = page.get_by_role("button", name="Empty the trash")
    ask.scroll_into_view_if_needed()
    on_screen(ask)
    box = ask.bounding_box()
    assert box
    assert box["width"] > 100
    assert 36 <= box["height"] <= 48  # one line
    assert ask.evaluate(
        "each => each.scrollWidth <= each.clientWidth + 1 && each.scrollHeight <= each.clientHeight + 1"
    )


def test_the_history_shows_no_more_than_a_person_can_use(page: Page) -> None:
    draw(page, "a plain kite")
    page.wait_for_timeout(500)
    expect(page.locator("#history-shown")).to_be_hidden()
    assert page.locator("#results input[type=number]:visible").count() == 0


def test_a_visitor_whose_first_run_was_refused_sees_no_history(page: Page) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-fail_after input", "0")
    page.fill("#prompt textarea", "a refused kite")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .problem")).to_be_visible()
    page.wait_for_timeout(1000)  # until the history was looked at anew
    expect(page.locator("#history")).to_be_hidden()


def test_runs_are_found_by_backend_day_and_cost_and_a_wrong_amount_is_said(page: Page) -> None:
    draw(page, "a findable kite")
    tiles = page.locator("#history-shelf .tile")
    expect(tiles).to_have_count(1)
    open_search(page)
    page.fill("#history-least input", "0.5")
    expect(tiles).to_have_count(0)
    page.fill("#history-least input", "much")
    expect(page.locator("#history-shelf")).to_contain_text("write an amount in USD")
    page.wait_for_timeout(500)
    page.fill("#history-least input", "")
    expect(tiles).to_have_count(1)
    page.fill("#history-since input", "2099-01-01")
    expect(tiles).to_have_count(0)
    page.fill("#history-since input", "2001-01-01")
    expect(tiles).to_have_count(1)
    page.select_option("#history-backend select", "second")
    expect(tiles).to_have_count(0)
