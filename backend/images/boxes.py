"""Parts of a picture, by their edges."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


def grown(box: Box, pixels: int, size: tuple[int, int]) -> Box:
    """Return a box with so many pixels more on every side, as far as a picture of `size` (pixels) reaches."""
    left, top, right, bottom = box
    return max(left - pixels, 0), max(top - pixels, 0), min(right + pixels, size[0]), min(bottom + pixels, size[1])
