"""Where a person looks: a place is seen when it is drawn, within the window, and nothing lies over it."""

import time

from playwright.sync_api import Locator, expect

PATIENCE_SECONDS = 60.0
_SEEN = """each => {
  const box = each.getBoundingClientRect(), style = getComputedStyle(each);
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2];
  const top = document.elementFromPoint(x, Math.min(Math.max(y, 0), innerHeight - 1));
  if (!box.width || !box.height || style.visibility !== 'visible' || +style.opacity === 0) return 'not drawn';
  if (box.left < -1 || box.right > innerWidth + 1) return `beside the window: ${box.left} to ${box.right}`;
  if (box.top < -1 || Math.min(box.bottom, box.top + innerHeight) > innerHeight + 1)
    return `above or below the window: ${box.top} to ${box.bottom} of ${innerHeight}`;
  return top && (each.contains(top) || top.contains(each)) ? '' : `under ${top && top.outerHTML.slice(0, 80)}`;
}"""


def on_screen(place: Locator) -> None:
    """Wait until the place is seen by a person; one taller than the window by its top. Fails with what hides it."""
    expect(place).to_be_visible()
    until = time.monotonic() + PATIENCE_SECONDS
    while hidden := place.evaluate(_SEEN):
        if time.monotonic() > until:
            raise AssertionError(hidden)
        place.page.wait_for_timeout(50)
