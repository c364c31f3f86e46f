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


def repeated(earlier: Updates, told: Updates) -> Updates:
    """Return the changes that the words after `told` have to repeat, of those before it and its own."""
    kept = {part: change for part, change in earlier.items() if part not in told or isinstance(told[part], dict)}
    return kept | {part: change for part, change in told.items() if is_change(change)}
