"""The prompt book: looked at, searched, starred, used and forgotten, with a mouse, with fingers and by keys."""

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.history.test_history import draw
from tests.browser.presses import press_until

FINGER_PX, PHONE_PX = 44, 390


def open_book(page: Page) -> None:
    page.locator("#history-view").get_by_text("Prompts").click()
    expect(page.locator(".book")).to_be_visible()


def test_a_prompt_is_found_starred_used_put_back_forgotten_and_brought_back(page: Page) -> None:
    draw(page, "a paper whale")
    draw(page, "a tin parrot")
    open_book(page)
    prompts = page.locator(".noted .prompt")
    expect(prompts).to_have_text(["a tin parrot", "a paper whale"])
    expect(page.locator("#history-zip")).to_be_hidden()
    page.fill("#history-words input", "whale")
    expect(prompts).to_have_text(["a paper whale"])
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.get_by_role("button", name="Star", exact=True)).to_have_attribute("aria-pressed", "true")
    page.fill("#history-words input", "")
    expect(prompts).to_have_count(2)
    page.locator("#history-stars input").check()
    expect(prompts).to_have_text(["a paper whale"])

    page.fill("#prompt textarea", "half a thought")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.locator("#prompt textarea")).to_have_value("a paper whale")
    expect(page.locator("#notice")).to_contain_text("in the form")
    expect(page.locator("#compose")).to_be_in_viewport()
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#prompt textarea")).to_have_value("half a thought")
    expect(page.locator("#notice")).to_be_hidden()

    page.locator("#history-stars input").uncheck()
    expect(prompts).to_have_count(2)
    page.locator(".noted").first.get_by_role("button", name="Forget", exact=True).click()
    expect(prompts).to_have_text(["a paper whale"])
    page.locator("#undo").get_by_role("button", name="Undo").click()
    expect(prompts).to_have_text(["a tin parrot", "a paper whale"])
    page.locator("#history-view").get_by_text("Pictures").click()
    expect(page.locator("#history-shelf .tile")).to_have_count(2)


def test_a_starred_prompt_stays_when_all_pictures_are_deleted_for_good(page: Page) -> None:
    draw(page, "a kept whale")
    open_book(page)
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.locator(".noted.on")).to_have_count(1)
    page.locator("#history-view").get_by_text("Pictures").click()
    tile = page.locator("#history-shelf .tile")
    tile.hover()
    tile.get_by_role("button", name="Delete").click()
    expect(tile).to_have_count(0)
    open_fold(page, "Backend, dates, cost, links, trash")
    page.locator("#history-trash input").check()
    page.get_by_role("button", name="Empty the trash").click()
    expect(page.locator("#trash")).to_contain_text("starred prompts stay in the prompt book")
    page.get_by_role("button", name="Keep it").click()
    page.locator("#history-trash input").uncheck()
    open_book(page)
    expect(page.locator(".noted")).to_contain_text("kept by its star")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#prompt textarea")).to_have_value("a kept whale")


def test_the_book_works_by_keys_and_the_focus_stays_where_it_was(page: Page) -> None:
    draw(page, "a whale by keys")
    draw(page, "a parrot by keys")
    page.locator("#history-view input").first.focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".noted").first
    expect(first).to_contain_text("a parrot by keys")
    first.get_by_role("button", name="Star", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".noted.on")).to_have_count(1)
    expect(first.get_by_role("button", name="Star", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".noted")).to_have_count(1)
    expect(page.get_by_role("button", name="Forget", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".noted")).to_have_count(0)
    expect(page.locator("#undo").get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_contain_text("a whale by keys")
    page.fill("#prompt textarea", "")
    first.get_by_role("button", name="Use", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#prompt textarea")).to_be_focused()
    expect(page.locator("#prompt textarea")).to_have_value("a whale by keys")


def test_a_long_prompt_opens_and_fingers_have_room(page: Page) -> None:
    page.fill("#prompt textarea", "a very long whale " * 20)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history .tile")).to_have_count(1)
    page.set_viewport_size({"width": PHONE_PX, "height": 844})
    open_book(page)
    whole = page.locator(".noted summary")
    low = whole.bounding_box()
    press_until(whole, lambda: bool(whole.evaluate("head => head.parentElement.open")))
    high = whole.bounding_box()
    assert low
    assert high
    assert high["height"] > low["height"]
    if page.evaluate("matchMedia('(pointer: coarse)').matches"):
        for each in page.locator(".noted-acts button, #history-view label").all():
            box = each.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= FINGER_PX
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_PX
