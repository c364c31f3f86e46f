"""Text to image: the words are all it needs."""

from typing import Any

HINT = "An image from words alone. To stay close to a picture you have, use one of the other tabs."


def layout() -> dict[str, Any]:
    """Lay out nothing: this mode has no fields of its own."""
    return {}
