"""A run that ends in a tab that nobody looks at says so: in the tab's name, and by a notification if asked to."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.history.test_history import draw
from tests.serving import Site

SEEN = """
  window.seen = []; window.asked = 0;
  const request = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.asked += 1; return request(); };
  window.Notification = new Proxy(Notification, {
    construct(target, given) { window.seen.push(given); return Reflect.construct(target, given); },
    get: (target, name) => name === 'permission' ? 'granted' : target[name],
  });
"""
"""Notes what the page asks and shows. Chromium without a window gives leave when asked, and yet says `denied`."""
AWAY = "away => Object.defineProperty(document, 'hidden', {get: () => away, configurable: true})"
LEAVE = f"({AWAY})(true)"
RETURN = f"({AWAY})(false); document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def watched(page: Page, site: Site) -> Page:
    """Open the page with the browser's notifications noted, and allowed once asked for."""
    page.context.grant_permissions(["notifications"], origin=site.address.rstrip("/"))
    page.add_init_script(SEEN)
    page.reload()
    page.wait_for_selector("#notify button")
    return page


def test_the_tabs_name_says_that_it_is_done_until_somebody_looks(watched: Page) -> None:
    watched.evaluate(LEAVE)
    draw(watched, "a run nobody looks at")
    watched.wait_for_function("document.title.startsWith('✓ Done')")
    assert watched.evaluate("[window.asked, window.seen.length]") == [0, 0]
    watched.evaluate(RETURN)
    watched.wait_for_function("document.title === 'Z-Image Playground'")


def test_a_notification_comes_only_once_it_was_pressed_for(watched: Page) -> None:
    button = watched.locator("#notify button")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert watched.evaluate("window.asked") == 1
    draw(watched, "a run that is looked at")
    assert watched.evaluate("window.seen.length") == 0
    watched.evaluate(LEAVE)
    draw(watched, "a run to be told of")
    watched.wait_for_function("window.seen.length === 1")
    words, more = watched.evaluate("window.seen[0]")
    assert words == "Your images are ready"
    assert more["body"] == "a run to be told of"
    watched.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_run_that_failed_is_told_as_such(watched: Page) -> None:
    open_fold(watched, "Only Fake")
    watched.fill("#fake-fail_after input, #fake-fail_after textarea", "0")
    watched.keyboard.press("Tab")
    watched.evaluate(LEAVE)
    watched.fill("#prompt textarea", "a run that fails")
    watched.click("#generate")
    watched.wait_for_function("document.title.startsWith('✗ Not finished')")


def test_a_press_that_is_refused_before_anything_goes_is_told_as_such_each_time(watched: Page) -> None:
    for width in ("1000", "1001"):
        watched.fill("#width input", width)
        watched.keyboard.press("Tab")
        watched.evaluate(LEAVE)
        watched.fill("#prompt textarea", "a press that is refused")
        watched.click("#generate")
        watched.wait_for_function("document.title.startsWith('✗ Not finished')")
        expect(watched.locator("#stage .problem")).to_be_visible()
        expect(watched.locator("#generate")).to_be_visible()
        watched.evaluate(RETURN)
        watched.wait_for_function("document.title === 'Z-Image Playground'")


def test_a_press_of_several_runs_is_told_of_once_at_its_end(watched: Page) -> None:
    button = watched.locator("#notify button")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    watched.fill("#count input[type=number]", "3")
    watched.evaluate(LEAVE)
    watched.fill("#prompt textarea", "a {red|blue|green} boat")
    watched.click("#generate")
    watched.wait_for_function("window.seen.length > 0")
    assert watched.locator("#stage .card").count() == 3
    expect(watched.locator("#generate")).to_be_visible()
    assert watched.evaluate("window.seen.length") == 1
