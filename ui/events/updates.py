"""What an event answers."""

from typing import Any

from gradio.blocks import Block

Updates = dict[Block, Any]
"""What each component becomes: a new value, `gr.update(…)` or `gr.skip()`, as Gradio takes them."""

Update = dict[str, Any]
"""What `gr.update(…)` returns: a component's parameters, by name."""


def is_change(told: object) -> bool:
    """Whether a component is told a `gr.update(…)`, and not a value or to stay as it is."""
    return isinstance(told, dict) and told.keys() > {"__type__"}
