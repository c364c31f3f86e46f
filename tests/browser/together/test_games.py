"""Rounds with votes, and a prompt in turns: each by people in browsers of their own, one of them on a phone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.seen import on_screen
from tests.browser.test_accessible import faults
from tests.browser.together.conftest import Come, join, make_room
from tests.serving import Site

pytestmark = pytest.mark.slow  # Two or three pages, and several runs, each some seconds on two cores.
WORDS = "a house on the moon"


def title(page: Page, words: str) -> None:
    """Wait until the game on the board is called this."""
    expect(page.locator(".game h3")).to_have_text(words)


def draw_it(page: Page, seed: int) -> None:
    """Take the round's words into the form, and press Generate: once, as this is the page's first run."""
    page.locator(".game").get_by_role("button", name="Put it into my prompt").click()
    expect(page.locator("#prompt textarea")).to_have_value(WORDS)
    page.fill("#seed input", str(seed))
    page.click("#generate")
    expect(tile_of(page, seed)).to_have_count(1)


def begin_round(host: Page) -> None:
    """Begin a round about the words."""
    host.locator(".game summary").click()
    host.locator(".game").get_by_label("What all draw").fill(WORDS)
    host.locator(".game").get_by_role("button", name="Start", exact=True).click()
    title(host, "Round 1: all draw")


def tile_of(page: Page, seed: int) -> Locator:
    """Return the tile of a picture on somebody's board."""
    return page.locator("#board .tile[data-run]", has_text=f"seed {seed}")


def test_a_round_is_drawn_voted_on_and_won(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    bob, cem = come(link, phone=True), come(link)
    join(bob, "Bob")
    join(cem, "Cem <b>")
    begin_round(ann)
    for page in (bob, cem):
        title(page, "Round 1: all draw")
        expect(page.locator(".game blockquote")).to_have_text(WORDS)
        assert page.locator("[data-do=to-vote]").count() == 0
    bob.evaluate("document.querySelector('.game').scrollIntoView()")
    on_screen(bob.locator(".game [data-words]"))
    draw_it(ann, 11)
    draw_it(bob, 12)
    ann.locator(".game [data-do=to-vote]").click()
    for page in (ann, bob, cem):
        title(page, "Round 1: vote for the best")
        assert ("voting", faults(page)) == ("voting", [])
    expect(tile_of(bob, 12)).to_contain_text("yours")
    assert tile_of(bob, 12).locator(".vote").count() == 0
    for page, seed in ((cem, 11), (cem, 12), (ann, 12)):
        tile_of(page, seed).locator(".vote").click()
        expect(tile_of(page, seed).locator(".vote")).to_have_attribute("aria-pressed", "true")
    expect(cem.locator(".vote[aria-pressed=true]")).to_have_count(1)
    cem.locator(".vote[aria-pressed=true]").hover()
    assert ("pressed", faults(cem)) == ("pressed", [])
    assert (
        bob.locator(".game button, .vote").evaluate_all("all => all.filter(each => each.offsetHeight < 44).length") == 0
    )
    expect(bob.locator(".game")).to_contain_text("2 votes")
    expect(ann.locator(".game")).to_contain_text("Waiting for Bob")
    tile_of(bob, 11).locator(".vote").click()
    for page in (ann, bob, cem):
        title(page, "Round 1 is over")
        expect(page.locator(".game .won")).to_have_text("Bob drew the best, with 2 votes")
        expect(tile_of(page, 12)).to_contain_text("2 votes")
        assert page.locator(".vote").count() == 0
    assert ("over", faults(ann)) == ("over", [])
    assert site.fake.running == 0
    bob.locator(".game").get_by_role("button", name="Show Bob").click()
    on_screen(tile_of(bob, 12).locator(".picture"))


def test_the_host_who_leaves_leaves_the_round_to_the_others_and_a_reload_loses_nothing(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    bob = come(link)
    join(bob, "Bob")
    begin_round(ann)
    draw_it(bob, 21)
    ann.reload()
    title(ann, "Round 1: all draw")
    expect(ann.locator(".game")).to_contain_text("In it so far: Bob")
    ann.locator("#board [data-do=leave]").click()
    bob.locator(".game [data-do=to-vote]").click()
    title(bob, "Round 1: vote for the best")
    bob.locator(".game [data-do=end-round]").click()
    title(bob, "Round 1 is over")
    expect(bob.locator(".game")).to_contain_text("It ended without a vote.")


def test_two_members_pictures_are_compared_with_their_names(site: Site, come: Come) -> None:
    ann = come(site.address)
    bob = come(make_room(ann), phone=True)
    join(bob, "Bob")
    begin_round(ann)
    draw_it(ann, 31)
    draw_it(bob, 32)
    for seed in (31, 32):
        tile_of(bob, seed).locator("[data-mark]").click()
    bob.locator("#marked").get_by_role("button", name="Compare").click()
    duel = bob.locator("#duel")
    expect(duel.locator(".layer img")).to_have_count(2)
    for picture in duel.locator(".layer img").all():
        assert picture.evaluate("async each => { await each.decode(); return each.naturalWidth; }") == 256
    for name in ("Host", "Bob"):
        expect(duel).to_contain_text(name)
    bob.keyboard.press("Escape")
    expect(duel).to_be_hidden()


def test_a_prompt_is_written_in_turns_and_who_leaves_is_passed_over(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    bob, cem = come(link, phone=True), come(link)
    join(bob, "Bob")
    join(cem, "Cem")
    bob.locator(".game [data-do=write]").click()
    for page, said in ((ann, "Bob writes now"), (bob, "It is your turn"), (cem, "Bob writes now")):
        expect(page.locator(".game .turn")).to_have_text(said)
    bob.locator(".game").get_by_label("Add some words").fill("a fox <b>")
    bob.locator(".game").get_by_role("button", name="Add", exact=True).click()
    expect(cem.locator(".game .turn")).to_have_text("It is your turn")
    assert ("writing", faults(cem)) == ("writing", [])
    cem.locator(".game").get_by_label("Add some words").fill("half typed")
    expect(ann.locator(".game blockquote")).to_have_text("a fox <b>")
    cem.locator("#board [data-do=leave]").click()
    expect(ann.locator(".game .turn")).to_have_text("It is your turn")
    ann.locator(".game [data-do=pass]").click()
    expect(bob.locator(".game .turn")).to_have_text("It is your turn")
    bob.locator(".game").get_by_label("Add some words").fill("in a boat")
    bob.keyboard.press("Enter")
    expect(ann.locator(".game blockquote")).to_have_text("a fox <b> in a boat")
    ann.locator(".game [data-do=end-words]").click()
    for page in (ann, bob):
        title(page, "Written together")
        page.locator(".game [data-words]").click()
        expect(page.locator("#prompt textarea")).to_have_value("a fox <b> in a boat")
    assert ann.locator("#board :is(.tile[data-run], .drawing)").count() == 0


def test_a_press_is_heard_though_the_board_changes_before_it_is_let_go(site: Site, come: Come) -> None:
    ann = come(site.address)
    bob = come(make_room(ann))
    join(bob, "Bob")
    begin_round(ann)
    title(bob, "Round 1: all draw")
    bob.locator(".game [data-words]").hover()
    bob.mouse.down()
    with bob.expect_response(lambda answer: "/look?" in answer.url and answer.status == 200) as changed:
        ann.locator("#board [data-do=leave]").click()  # Bob leads the round from now on, which his board says.
    changed.value.finished()
    bob.mouse.up()
    expect(bob.locator("#prompt textarea")).to_have_value(WORDS)
    expect(bob.locator(".game [data-do=to-vote]")).to_be_visible()


def test_what_is_typed_stays_while_others_come_and_go(site: Site, come: Come) -> None:
    ann = come(site.address)
    link = make_room(ann)
    ann.locator(".game [data-do=write]").click()
    field = ann.locator(".game").get_by_label("Add some words")
    field.fill("half a sen")
    bob = come(link)
    join(bob, "Bob")
    expect(ann.locator("#board .person")).to_have_count(2)
    expect(bob.locator(".game .turn")).to_have_text("Host writes now")
    expect(field).to_have_value("half a sen")
    expect(field).to_be_focused()
