"""Fingers in place of a mouse: what a test presses is touched, and what it drags is swiped."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
REST_MS = 200


class Finger:
    """What a test calls the mouse, as one finger: it touches between `down` and `up` alone. Places are CSS pixels."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.touch: CDPSession = page.context.new_cdp_session(page)
        self.place: tuple[float, ...] = (0.0, 0.0)
        self.down_now = False

    def move(self, x: float, y: float, *, steps: int = 1) -> None:
        """Go to a place, over as many places between as there are steps."""
        begun = self.place
        for step in range(1, steps + 1):
            self.place = tuple(start + (end - start) * step / steps for start, end in zip(begun, (x, y), strict=True))
            if self.down_now:
                self._send("touchMove")

    def down(self) -> None:
        """Touch the page."""
        self.down_now = True
        self._send("touchStart")

    def up(self) -> None:
        """Leave the page, after coming to rest: lifted in its swing it would fling, which swallows the next tap."""
        self.page.wait_for_timeout(REST_MS)
        self.down_now = False
        self._send("touchEnd")

    def _send(self, kind: str) -> None:
        points = [{"x": self.place[0], "y": self.place[1]}] if self.down_now else []
        self.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def use_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every click of this test be a tap and every drag a swipe; its contexts are made as `PHONE`s."""
    fingers: dict[Page, Finger] = {}

    def finger(page: Page) -> Finger:
        return fingers.get(page) or fingers.setdefault(page, Finger(page))

    monkeypatch.setattr(Page, "click", Page.tap)
    monkeypatch.setattr(Locator, "click", Locator.tap)
    monkeypatch.setattr(Page, "mouse", property(finger))


def pinch(page: Page, middle: tuple[float, float], begun: float, ended: float, *, steps: int = 8) -> None:
    """Put two fingers on the page beside one another and draw them apart, or together; distances are CSS pixels."""
    touch = page.context.new_cdp_session(page)
    for step in range(steps + 1):
        half = (begun + (ended - begun) * step / steps) / 2
        points = [{"x": middle[0] + way * half, "y": middle[1], "id": at} for at, way in enumerate((-1, 1))]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()
