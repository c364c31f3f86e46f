"""Opening a fold as hands do, which take a moment before they write into it."""

import re

from playwright.sync_api import Locator, Page

from tests.browser.presses import press_until

SETTLED_MS = 300
"""Gradio makes a fold's controls when it is first opened, and lays the values known before into them a frame later."""
_OPEN = "head => head.parentElement.open ?? head.classList.contains('open')"


def open_fold(page: Page, name: str) -> None:
    """Press the fold's head until it is open, and wait until what is in it stays as it is."""
    head = _head(page, name)
    press_until(head, lambda: is_open(head))
    page.wait_for_timeout(SETTLED_MS)


def close_fold(page: Page, name: str) -> None:
    """Press the fold's head until it is closed."""
    head = _head(page, name)
    press_until(head, lambda: not is_open(head))


def is_open(head: Locator) -> bool:
    """Whether a fold is open, by its head."""
    return bool(head.evaluate(_OPEN))


def _head(page: Page, name: str) -> Locator:
    heads = page.locator("details.fold > summary, button.label-wrap")
    return heads.filter(has_text=re.compile(rf"^\s*{re.escape(name)}"))
