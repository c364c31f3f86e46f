"""Opening a fold as hands do, which take a moment before they write into it."""

import re

from playwright.sync_api import Page

SETTLED_MS = 300
"""Gradio makes a fold's controls when it is first opened, and lays the values known before into them a frame later."""


def open_fold(page: Page, name: str) -> None:
    """Press the fold's head and wait until what is in it stays as it is."""
    heads = page.locator("details.fold > summary, button.label-wrap")
    heads.filter(has_text=re.compile(rf"^\s*{re.escape(name)}")).click()
    page.wait_for_timeout(SETTLED_MS)
