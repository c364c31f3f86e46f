"""What an event answers."""

from typing import Any

from gradio.blocks import Block

Updates = dict[Block, Any]
"""What each component becomes: a new value, `gr.update(…)` or `gr.skip()`, as Gradio takes them."""

Update = dict[str, Any]
"""What `gr.update(…)` returns: a component's parameters, by name."""
