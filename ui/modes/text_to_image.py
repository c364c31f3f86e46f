"""Text to image: the words are all it needs."""

from gradio.components import Component

from ui.modes.fields import Fitted

HINT = "An image from words alone. To stay close to a picture you have, use one of the other tabs."


def layout(_fitted: Fitted) -> dict[str, Component]:
    """Lay out nothing: this mode has no fields of its own."""
    return {}
