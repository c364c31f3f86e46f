"""Outlines of the plain shapes, in a box from -1 to 1 with y pointing down."""

import math

import numpy as np


def points(*flat: float) -> np.ndarray:
    """Turn x0, y0, x1, y1, ... into an array of the shape (n, 2)."""
    return np.array(flat, float).reshape(-1, 2)


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """An upright rectangle."""
    return points(left, top, right, top, right, bottom, left, bottom)


def ellipse(
    x: float, y: float, rx: float, ry: float | None = None, *, start: float = 0.0, stop: float = 360.0
) -> np.ndarray:
    """An ellipse, or the part of it between two angles in degrees, clockwise from the right."""
    angle = np.radians(np.linspace(start, stop, 40))
    return np.stack([x + rx * np.cos(angle), y + (rx if ry is None else ry) * np.sin(angle)], 1)


def rays(count: int, *, inner: float = 1.0) -> np.ndarray:
    """A regular polygon whose first point is on top; with inner below 1, a star of half as many points."""
    angle = np.arange(count) * 2 * math.pi / count - math.pi / 2
    radius = np.where(np.arange(count) % 2 == 0, 1.0, inner)
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1)


def blob(*flat: float, smooth: int = 7) -> np.ndarray:
    """A smooth closed curve through x0, y0, x1, y1, ... (a Catmull-Rom spline)."""
    through = points(*flat)
    before, after, next_after = np.roll(through, 1, 0), np.roll(through, -1, 0), np.roll(through, -2, 0)
    share = np.linspace(0, 1, smooth, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (each[:, None] for each in (before, through, after, next_after))
    curve = 2 * p1 + (p2 - p0) * share + (2 * p0 - 5 * p1 + 4 * p2 - p3) * share**2
    curve = curve + (3 * p1 - p0 - 3 * p2 + p3) * share**3
    return (curve / 2).reshape(-1, 2)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> np.ndarray:
    """An upright rectangle with round corners."""
    corners = ((right - radius, top + radius, 270), (right - radius, bottom - radius, 0),
               (left + radius, bottom - radius, 90), (left + radius, top + radius, 180))  # fmt: skip
    return np.concatenate([ellipse(x, y, radius, start=angle, stop=angle + 90)[::5] for x, y, angle in corners])


def flipped(outline: np.ndarray) -> np.ndarray:
    """The mirror image, left for right."""
    return outline * [-1, 1]


def turned(outline: np.ndarray, degrees: float, *, about: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Turned clockwise about a point."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (outline - about) @ np.array([[cosine, sine], [-sine, cosine]]) + about


def _heart() -> np.ndarray:
    angle = np.linspace(0, 2 * math.pi, 48)
    y = 13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)
    return np.stack([np.sin(angle) ** 3, (2 - y) / 15], 1)


def _cross() -> np.ndarray:
    arm = 0.34
    half = points(-arm, -1, arm, -1, arm, -arm, 1, -arm, 1, arm, arm, arm)
    return np.concatenate([half, -half])


def _crescent() -> np.ndarray:
    """A disc of radius 1 less a disc of radius 0.85 half a radius to its right."""
    offset, radius = 0.5, 0.85
    x = (1 + offset**2 - radius**2) / (2 * offset)
    outer = math.degrees(math.acos(x))
    inner = math.degrees(math.atan2(math.sqrt(1 - x * x), x - offset))
    bite = ellipse(offset, 0, radius, start=360 - inner, stop=inner)
    return np.concatenate([ellipse(0, 0, 1, start=outer, stop=360 - outer), bite]) + np.array([0.25, 0])


OUTLINES: dict[str, np.ndarray] = {
    "circle": ellipse(0, 0, 0.95),
    "square": box(-0.85, -0.85, 0.85, 0.85),
    "triangle": points(0, -0.95, 1, 0.8, -1, 0.8),
    "star": rays(10, inner=0.42) * 1.08 + [0, 0.08],
    "heart": _heart(),
    "diamond": points(0, -1.05, 0.72, 0, 0, 1.05, -0.72, 0),
    "rectangle": box(-1.05, -0.55, 1.05, 0.55),
    "oval": ellipse(0, 0, 1.08, 0.6),
    "cross": _cross(),
    "crescent": _crescent(),
    "ring": ellipse(0, 0, 1),
}
RING_HOLE = ellipse(0, 0, 0.55)
SHAPES = tuple(OUTLINES)
