"""How sharp the edges of a picture are."""

import numpy as np

STEEP = 10.0  # 8-bit levels that a step between two pixels must have to be an edge's middle
CONTRAST = 60.0  # 8-bit levels between an edge's sides, at least; soft shadows and gradients are no edges


def edge_width(pixels: np.ndarray) -> float:
    """The median width of a picture's edges at half height, in pixels; nan where it has no edge.

    For uint8 RGB of the shape (height, width, 3). An edge's profile is that of the steps between neighbours, across it;
    its width is measured between the places where the steps fall to half of the highest one. An edge without any
    pixel between its sides has the width 1.
    """
    levels = pixels.astype(np.float32)
    across = np.abs(np.diff(levels, axis=1)).max(2)
    down = np.abs(np.diff(levels, axis=0)).max(2)
    steep = across[:-1] > 2 * down[:, :-1], down[:, :-1] > 2 * across[:-1]
    widths = [*_widths(across[:-1], steep[0]), *_widths(down[:, :-1].T, steep[1].T)]
    return float(np.median(widths)) if widths else float("nan")


def _widths(steps: np.ndarray, chosen: np.ndarray) -> list[float]:
    """Widths at half height around the highest steps of rows, where `chosen` holds."""
    inner = steps[:, 1:-1]
    peak = (inner >= steps[:, :-2]) & (inner > steps[:, 2:]) & (inner > STEEP) & chosen[:, 1:-1]
    rows, columns = np.nonzero(peak)
    seen = [
        (_reach(steps[row, : at + 2][::-1]) + _reach(steps[row, at + 1 :]), float(steps[row, at + 1]))
        for row, at in zip(rows, columns, strict=True)
    ]
    return [width for width, height in seen if width * height >= CONTRAST]


def _reach(steps: np.ndarray) -> float:
    """How far it is from the first step to where steps fall to half of it."""
    half = steps[0] / 2
    under = np.nonzero(steps < half)[0]
    if not len(under):
        return float(len(steps) - 1)
    at = int(under[0])
    before, after = float(steps[at - 1]), float(steps[at])
    return at - 1 + (before - half) / max(1e-6, before - after)
