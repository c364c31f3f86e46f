"""Together: one press makes a room, one joins it, and what anybody draws is seen by all as it is drawn."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.presses import generate_until, press_until
from tests.browser.seen import on_screen
from tests.browser.together.conftest import Come, join, make_room, take_seconds
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two or three pages, and several runs, each some seconds on two cores.


def draw(page: Page, prompt: str) -> None:
    page.fill("#prompt textarea", prompt)
    generate_until(page, f"#board .drawing, #board img[alt='{prompt}']")


def people(page: Page) -> list[str]:
    return page.locator("#board .person [translate=no]").all_inner_texts()


def test_one_press_makes_a_room_and_one_joins_it(site: Site, come: Come) -> None:
    ann = come(site.address)
    sheet = ann.locator("#together-sheet")
    ann.click("#together-open")  # The one press: the room is there, and its link copied, or marked to be copied.
    expect(sheet.locator(".qr svg")).to_be_visible()
    expect(sheet.locator("[data-copy]")).to_have_text("Copied")
    on_screen(sheet.locator("#together-link"))
    link = ann.input_value("#together-link")
    assert re.fullmatch(rf"{re.escape(site.address)}\?room=[\w-]{{22}}", link)
    assert ann.url == link
    expect(sheet).to_contain_text("Only this machine reaches this page")

    bob = come(link, phone=True)
    invited = bob.locator("#together-sheet")
    expect(invited).to_contain_text("Host invites you to draw together")
    expect(invited).to_contain_text("1 here now")
    expect(invited).to_contain_text("is paid by this page's owner: $0.50 of this room's $0.50 is left")
    assert bob.locator("#board .tile").count() == 0
    on_screen(invited.get_by_role("button", name="Join"))
    invited.get_by_role("button", name="Join").tap()  # The one press.
    expect(bob.locator("#board .person")).to_have_count(2)
    assert people(bob) == ["Host", "Guest 1"]
    expect(ann.locator("#together-open .count")).to_have_text("2")


def test_what_one_draws_the_others_see_as_it_is_drawn_and_use(site: Site, come: Come) -> None:
    ann = come(site.address)
    bob = come(make_room(ann), phone=True)
    join(bob, "Bob <b>")
    take_seconds(ann, 6)
    draw(ann, "a lighthouse at night")
    drawing = bob.locator("#board .drawing")
    expect(drawing).to_contain_text("Host is drawing")
    expect(drawing).to_contain_text("a lighthouse at night")
    expect(drawing).to_contain_text(re.compile(r"step \d of 8"))
    expect(drawing.locator(".slot img[src]")).to_have_js_property("complete", True)
    assert drawing.locator(".slot img").evaluate("each => each.naturalWidth") == 64
    tile = bob.locator("#board .tile[data-run]")
    expect(tile.locator("img")).to_have_js_property("complete", True)
    assert tile.locator("img").evaluate("each => each.naturalWidth") > 0
    expect(drawing).to_have_count(0)
    on_screen(tile.locator(".picture"))

    tile.get_by_role("button", name="Love it").tap()
    sign = ann.locator("#board [data-reaction=love]")
    expect(sign).to_contain_text("1")
    assert sign.get_attribute("title") == "Love it: Bob <b>"
    tile.get_by_role("button", name="Remix").tap()
    expect(bob.locator("#prompt textarea")).to_have_value("a lighthouse at night")
    tile.locator("select").select_option("image_to_image")
    expect(bob.locator("#easel .easel:not([data-empty])")).to_be_visible()
    tile.locator(".picture").tap()
    expect(bob.locator("#lightbox img")).to_have_js_property("complete", True)
    assert bob.locator("#lightbox img").evaluate("each => each.naturalWidth") == 256


def test_the_host_pins_and_hides_and_others_only_hide_what_is_theirs(site: Site, come: Come) -> None:
    ann = come(site.address)
    bob = come(make_room(ann))
    join(bob)
    for page, words in ((bob, "an old tin parrot"), (ann, "a paper whale")):
        draw(page, words)
        expect(page.locator(f"#board .tile[data-run] img[alt='{words}']")).to_be_visible()
    whale, parrot = (bob.locator("#board .tile[data-run]", has=bob.locator(f"img[alt='{each}']")) for each in
                     ("a paper whale", "an old tin parrot"))  # fmt: skip
    expect(whale).to_have_count(1)
    assert whale.locator("[data-do=hide], [data-do=pin]").count() == 0
    expect(parrot.locator("[data-do=hide]")).to_be_attached()
    ann_parrot = ann.locator("#board .tile[data-run]", has=ann.locator("img[alt='an old tin parrot']"))
    ann_parrot.hover()
    ann_parrot.get_by_role("button", name="Pin", exact=True).click()
    expect(bob.locator("#board .tile[data-run]").first).to_contain_text("pinned")
    ann_whale = ann.locator("#board .tile[data-run]", has=ann.locator("img[alt='a paper whale']"))
    address = str(whale.locator("img").get_attribute("src"))
    cookie = {"cookie": "; ".join(f"{each['name']}={each['value']}" for each in bob.context.cookies())}
    assert httpx.get(site.address + address.removeprefix("./"), headers=cookie).status_code == 200
    ann_whale.hover()
    ann_whale.get_by_role("button", name="Hide").click()
    expect(whale).to_have_count(0)
    assert httpx.get(site.address + address.removeprefix("./"), headers=cookie).status_code == 404
    expect(ann_whale).to_contain_text("off the board")
    ann_whale.get_by_role("button", name="Show").click()
    expect(whale).to_have_count(1)
    with bob.expect_download() as zipped:
        bob.locator("#board").get_by_role("link", name="Zip").click()
    assert zipped.value.suggested_filename == "room.zip"


def test_each_reason_why_one_cannot_come_in_is_a_sentence(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    bob = come(link)
    join(bob, "Bob")
    host = ann.locator("#together-sheet")
    press_until(ann.locator("#together-open"), host.is_visible)
    host.get_by_role("button", name="Take out").click()
    expect(bob.locator("#together-sheet")).to_contain_text("The host has taken you out of this room")
    expect(bob.locator("#board .board")).to_be_hidden()
    bob.reload()
    expect(bob.locator("#together-sheet")).to_contain_text("The host has taken you out of this room")
    host.get_by_role("button", name="Lock").click()
    expect(host).to_contain_text("nobody new comes in")
    cem = come(link)  # The link was passed on.
    expect(cem.locator("#together-sheet")).to_contain_text("This room is locked: ask its host to open it.")
    host.get_by_role("button", name="Let in again").click()
    expect(host.get_by_role("button", name="Take out")).to_be_visible()
    bob.reload()
    expect(bob.locator("#board .board")).to_be_visible()
    host.get_by_role("button", name="Close", exact=True).click()
    host.get_by_role("button", name="Close for all?").click()
    expect(ann.locator("#board .board")).to_be_hidden()
    assert "room=" not in ann.url
    expect(bob.locator("#together-sheet")).to_contain_text("This room was closed by its host.")
    cem.reload()
    expect(cem.locator("#together-sheet")).to_contain_text("This room was closed by its host.")
    cem.get_by_role("button", name="Go on alone").click()
    expect(cem.locator("#together-sheet")).to_be_hidden()
    assert "room=" not in cem.url
    nowhere = come(f"{site.address}?room=nowhere", phone=True)
    expect(nowhere.locator("#together-sheet")).to_contain_text("There is no such room")
    nowhere.get_by_role("button", name="Open a room of your own").tap()
    expect(nowhere.locator("#together-sheet .qr")).to_be_visible()


def test_who_leaves_reloads_or_loses_the_line_finds_the_room_again(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    bob = come(link, phone=True)
    join(bob, "Bob")
    draw(bob, "a red kite")
    for page in (ann, bob):
        expect(page.locator("#board .tile[data-run]")).to_have_count(1)
    bob.context.set_offline(True)
    expect(bob.locator("#board .told")).to_contain_text("The line to the room is broken")
    expect(bob.locator("#board .tile[data-run]")).to_have_count(1)
    bob.context.set_offline(False)
    expect(bob.locator("#board .told")).to_be_hidden()
    bob.reload()
    expect(bob.locator("#board .tile[data-run]")).to_have_count(1)
    ann.locator("#board").get_by_role("button", name="Leave").click()  # The host leaves, and the room goes on.
    expect(ann.locator("#board .board")).to_be_hidden()
    assert "room=" not in ann.url
    expect(bob.locator("#board .person").first).to_contain_text("away")
    draw(bob, "a second kite")
    expect(bob.locator("#board .tile[data-run]")).to_have_count(2)
    ann.goto(link)  # And is its host again once they come back.
    expect(ann.locator("#board .tile[data-run]")).to_have_count(2)
    press_until(ann.locator("#together-open"), ann.locator("#together-sheet").is_visible)
    expect(ann.locator("#together-sheet [data-do=close]")).to_be_visible()
