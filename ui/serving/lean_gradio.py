"""Gradio without what it does for nobody here: matplotlib at events, and applications that are never served."""

from contextlib import nullcontext
from typing import Any

from gradio import blocks, utils

MANAGER = "MatplotlibBackendMananger"
"""Spelled as it is there."""


def draw_no_plots() -> bool:
    """Let events leave matplotlib alone; return whether they do: a later release may call it otherwise.

    Gradio sets matplotlib's way of drawing before each event and back behind it (`gradio/utils.py`). That imports it,
    with its windows and all, at the first event of a process: half a second of the event loop, when nobody else is
    answered.
    """
    if not hasattr(utils, MANAGER):
        return False
    setattr(utils, MANAGER, nullcontext)
    return True


def make_one_app() -> bool:
    """Let a page have no application before `launch` makes the one that is served; return whether it has none.

    Gradio makes one with its 83 routes when a page begins, when each of its parts ends and when it gets its queue
    (`gradio/blocks.py`), and throws it away at the next of these: 0.1 s each, four times before ours is launched.
    """
    if "App" not in blocks.Blocks.launch.__code__.co_varnames:  # a later release may no longer ask elsewhere
        return False
    setattr(blocks, "App", _Later)  # noqa: B010 - it isn't of the type that is told there
    return True


class _Later:
    """Stands in for Gradio's application until one is launched, which asks for it elsewhere (`gradio/routes.py`)."""

    @staticmethod
    def create_app(*_: Any, **__: Any) -> None:
        """Make none."""
