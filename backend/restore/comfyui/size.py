"""The size that a graph draws at."""

import re
from typing import Any

from backend.restore.comfyui.passes import LATENTS, Passes, is_pass
from backend.restore.comfyui.values import Values
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of

_SIDES = re.compile(r"\s*(\d{1,5})\s*x\s*(\d{1,5})")
_NAMES = (("width", "height"), ("empty_latent_width", "empty_latent_height"))
"""The second of Efficient Loader (efficiency-nodes-comfyui, `efficiency_nodes.py`)."""
_CHANGES = re.compile(r"scale|resize|crop|pad|composite|stitch|outpaint|rotate|grid", re.IGNORECASE)
"""Nodes behind which a picture has another size than the one that was drawn."""


def drawn_size(walk: Walk, values: Values, node: Node) -> dict[str, Any] | None:
    """Return the sides of the empty latent that a pass begins from; None where it has none, or nobody says them."""
    for behind in walk.upstream(node, *LATENTS, until=is_pass):
        if not _CHANGES.search(kind_of(behind)) and (sides := _sides(values, behind)):
            return sides
    return None


def _sides(values: Values, node: Node) -> dict[str, Any] | None:
    """Read width and height, or `dimensions` of rgthree-comfy's SDXL Empty Latent Image ("1216 x 832 (landscape)")."""
    given = inputs_of(node).get("dimensions")
    if isinstance(given, str) and (sides := _SIDES.match(given)):
        return {"width": sides[1], "height": sides[2]}
    for wide, high in _NAMES:
        both = {"width": values.of(node, wide), "height": values.of(node, high)}
        if all(isinstance(side, int | float) for side in both.values()):
            return both
    return None


def is_as_drawn(passes: Passes) -> bool:
    """Whether the file's own size is the size that was drawn: nothing behind the first pass changes it."""
    return not passes.further and not any(_CHANGES.search(kind_of(node)) for node in passes.between)
