"""The five modes: what each says of itself, and the controls that are peculiar to it.

May import: backend, look, events, inputs, form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradio.components import Component

from backend.domain.requests import TABBED, Mode
from ui.modes import controlnet, image_to_image, inpaint, outpaint, text_to_image
from ui.modes.fields import Fitted


@dataclass(frozen=True, slots=True)
class Tab:
    """A mode as the page shows it: a line on when it serves, and a function that lays out its own controls."""

    mode: Mode
    hint: str
    layout: Callable[[Fitted], dict[str, Component]]


TABS: Mapping[Mode, Tab] = {
    mode: Tab(mode, module.HINT, module.layout)
    for mode, module in zip(TABBED, (text_to_image, image_to_image, inpaint, outpaint, controlnet), strict=True)
}
