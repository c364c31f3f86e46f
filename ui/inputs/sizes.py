"""Width and height: presets of the backend, free numbers, and a swap."""

from math import gcd

from backend.domain.capabilities import Capabilities, Size
from ui.inputs.cells import Cell, number, select

OWN = "custom"


def size_cells(capabilities: Capabilities) -> list[Cell]:
    """Return the choice of a size, and its two numbers, in pixels."""
    default = capabilities.default_size
    choices = {key: label for label, key in presets(capabilities)}
    first = size_key(default.width, default.height)
    return [
        select("size", "Size", "", choices, at="size", value=first),
        number("width", "Width", default.width, step=16, at="width"),
        number("height", "Height", default.height, step=16, at="height"),
    ]


def presets(capabilities: Capabilities) -> list[tuple[str, str]]:
    """Return the backend's sizes as choices, and one for a size of one's own."""
    sizes = capabilities.sizes or (capabilities.default_size,)
    return [(_label(size), size_key(size.width, size.height)) for size in sizes] + [("Custom", OWN)]


def size_key(width: float | None, height: float | None) -> str:
    """Return a size (pixels) as a choice's value."""
    return f"{width:g}x{height:g}" if width and height else OWN


def ratio(width: int, height: int) -> str:
    """Return the shape of a size: `3:2`, and `≈` for one that is only near a common one."""
    common = gcd(width, height)
    across, down = width // common, height // common
    if max(across, down) <= 21:
        return f"{across}:{down}"
    near = min(_COMMON, key=lambda pair: abs(pair[0] / pair[1] - width / height))
    return f"≈ {near[0]}:{near[1]}"


_COMMON = ((1, 1), (5, 4), (4, 5), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16), (21, 9), (9, 21))


def _label(size: Size) -> str:
    note = size.name or ratio(size.width, size.height)
    return f"{size.width} × {size.height}  ({note})"
