"""Light, dark, or as the visitor's system has it: a switch of the page's own, which the browser remembers."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.presses import press_until
from tests.serving import Site

DARK = "document.body.classList.contains('dark')"
NAMES = ["Look: as your system", "Look: light", "Look: dark"]


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_switch_goes_around_and_is_kept(browser: Browser, site: Site, system: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=system)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address)
    switch = page.locator("#appearance button")
    seen = []
    for name, following in zip(NAMES, [*NAMES[1:], NAMES[0]], strict=True):
        expect(switch).to_have_accessible_name(name)
        page.reload()
        expect(switch).to_have_accessible_name(name)
        seen.append(page.evaluate(DARK))
        press_until(switch, lambda: switch.get_attribute("title") == following)  # noqa: B023 - called at once
    assert seen == [system == "dark", False, True]
    context.close()
