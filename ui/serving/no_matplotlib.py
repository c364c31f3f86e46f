"""Gradio's events without matplotlib, which this page shows nothing of.

Gradio sets matplotlib's way of drawing before each event and back behind it (`gradio/utils.py`). That imports it, with
its windows and all, at the first event of a process: half a second of the event loop, when nobody else is answered.
"""

from contextlib import nullcontext

from gradio import utils

MANAGER = "MatplotlibBackendMananger"
"""Spelled as it is there."""


def draw_no_plots() -> bool:
    """Let events leave matplotlib alone; return whether they do: a later release may call it otherwise."""
    if not hasattr(utils, MANAGER):
        return False
    setattr(utils, MANAGER, nullcontext)
    return True
