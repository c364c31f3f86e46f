"""The colours that the small model knows, and how a drawing varies them."""

import cv2
import numpy as np

Rgb = tuple[int, int, int]

COLOURS: dict[str, Rgb] = {
    "red": (222, 32, 38),
    "orange": (248, 140, 24),
    "yellow": (250, 220, 42),
    "green": (38, 160, 62),
    "blue": (36, 80, 216),
    "purple": (130, 48, 172),
    "pink": (246, 130, 182),
    "brown": (124, 74, 38),
    "black": (18, 18, 22),
    "white": (248, 248, 246),
    "gray": (134, 134, 138),
    "cyan": (58, 206, 216),
}
INK: Rgb = (26, 24, 28)
PAPER: Rgb = (248, 248, 246)
TRUNK: Rgb = (112, 70, 36)
SPREAD = 4.0  # standard deviation of a colour's variation, in 8-bit levels


def to_lab(colours: np.ndarray) -> np.ndarray:
    """Convert 8-bit RGB colours, shape (..., 3), to CIE L*a*b* as floats."""
    flat = np.asarray(colours, np.uint8).reshape(1, -1, 3).astype(np.float32) / 255
    return cv2.cvtColor(flat, cv2.COLOR_RGB2LAB).reshape(np.shape(colours))


LAB = {name: to_lab(np.array(rgb)) for name, rgb in COLOURS.items()}
CONTRAST = 38.0  # least distance in L*a*b* of two colours that stand on one another


def differ(first: str, second: str) -> bool:
    """Tell whether two named colours stand out from one another."""
    return float(np.linalg.norm(LAB[first] - LAB[second])) > CONTRAST


def pick(rng: np.random.Generator, options: list[str] | tuple[str, ...]) -> str:
    """Draw one of the options."""
    return options[int(rng.integers(len(options)))]


def pick_colour(rng: np.random.Generator, *, apart_from: tuple[str, ...] = ()) -> str:
    """Draw a named colour that stands out from all the others given."""
    return pick(rng, [name for name in COLOURS if all(differ(name, other) for other in apart_from)])


def tint(rng: np.random.Generator, name: str) -> Rgb:
    """Vary a named colour a little."""
    red, green, blue = np.clip(np.array(COLOURS[name]) + rng.normal(size=3) * SPREAD, 0, 255).astype(int)
    return int(red), int(green), int(blue)


def scale(colour: Rgb, factor: float) -> Rgb:
    """Darken (factor below 1) or lighten a colour."""
    red, green, blue = (min(255, int(level * factor)) for level in colour)
    return red, green, blue


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """A colour between two, at a share of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lit(colour: Rgb, light: tuple[float, float, float]) -> Rgb:
    """A colour under a coloured light: its channels times the light's."""
    red, green, blue = (min(255, int(level * share)) for level, share in zip(colour, light, strict=True))
    return red, green, blue
