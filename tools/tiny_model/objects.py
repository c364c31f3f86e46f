"""Simple objects as stacks of filled outlines, in a box from -1 to 1 with y pointing down."""

from collections.abc import Callable

import numpy as np

from tools.tiny_model.palette import INK, PAPER, TRUNK, Rgb, scale
from tools.tiny_model.shapes import OUTLINES, RING_HOLE, box, ellipse, points, rays

Part = tuple[np.ndarray, Rgb]

GLASS: Rgb = (186, 228, 250)
LAMPLIGHT: Rgb = (255, 234, 150)
STEM: Rgb = (44, 140, 56)
ROOF: Rgb = (120, 52, 42)
SAIL: Rgb = (248, 246, 236)


def house(colour: Rgb) -> list[Part]:
    """A house with a pointed roof, a door and two windows."""
    walls, roof = box(-0.75, -0.15, 0.75, 0.95), points(-1, -0.12, 0, -0.98, 1, -0.12)
    windows = [(box(-0.58, 0.1, -0.28, 0.4), LAMPLIGHT), (box(0.28, 0.1, 0.58, 0.4), LAMPLIGHT)]
    return [(walls, colour), (roof, ROOF), (box(-0.18, 0.35, 0.18, 0.95), TRUNK), *windows]


def tree(colour: Rgb) -> list[Part]:
    """A leafy tree."""
    crown = [ellipse(0, -0.4, 0.58), ellipse(-0.42, -0.05, 0.42), ellipse(0.42, -0.05, 0.42)]
    return [(box(-0.14, 0.2, 0.14, 1), TRUNK), *((leaves, colour) for leaves in crown)]


def pine(colour: Rgb) -> list[Part]:
    """A fir of three tiers."""
    tiers = [points(0, -1, 0.45, -0.3, -0.45, -0.3), points(0, -0.65, 0.62, 0.2, -0.62, 0.2)]
    tiers.append(points(0, -0.2, 0.78, 0.7, -0.78, 0.7))
    return [(box(-0.13, 0.6, 0.13, 1), TRUNK), *((tier, colour) for tier in tiers)]


def car(colour: Rgb) -> list[Part]:
    """A car seen from the side."""
    body = [box(-1, -0.02, 1, 0.45), points(-0.65, 0, -0.42, -0.5, 0.38, -0.5, 0.66, 0)]
    glass = [points(-0.5, -0.02, -0.35, -0.38, -0.05, -0.38, -0.05, -0.02)]
    glass.append(points(0.06, -0.02, 0.06, -0.38, 0.32, -0.38, 0.5, -0.02))
    wheels = [ellipse(-0.55, 0.45, 0.26), ellipse(0.55, 0.45, 0.26)]
    return [*((part, colour) for part in body), *((pane, GLASS) for pane in glass), *((tyre, INK) for tyre in wheels)]


def boat(colour: Rgb) -> list[Part]:
    """A sailing boat."""
    hull = points(-0.98, 0.35, 0.98, 0.35, 0.6, 0.88, -0.6, 0.88)
    sails = [points(0.1, -0.92, 0.1, 0.24, 0.82, 0.24), points(-0.1, -0.7, -0.1, 0.24, -0.7, 0.24)]
    return [(hull, colour), (box(-0.05, -0.98, 0.05, 0.36), TRUNK), *((sail, SAIL) for sail in sails)]


def flower(colour: Rgb) -> list[Part]:
    """A flower of six petals on a stem with a leaf."""
    petals = [(ellipse(x * 0.4, y * 0.4 - 0.32, 0.29), colour) for x, y in rays(6)]
    heart = (92, 54, 28) if colour[0] > 200 and colour[1] > 180 and colour[2] < 120 else (250, 206, 52)
    return [(box(-0.07, 0.1, 0.07, 1), STEM), (ellipse(0.28, 0.62, 0.24, 0.12), STEM), *petals,
            (ellipse(0, -0.32, 0.25), heart)]  # fmt: skip


def fish(colour: Rgb) -> list[Part]:
    """A fish that swims to the left."""
    tail, body = points(0.45, 0, 1.05, -0.5, 1.05, 0.5), ellipse(-0.15, 0, 0.82, 0.5)
    return [(tail, colour), (body, colour), (ellipse(-0.55, -0.12, 0.14), PAPER), (ellipse(-0.57, -0.12, 0.07), INK)]


def face(colour: Rgb) -> list[Part]:
    """A smiling face."""
    ink = PAPER if sum(colour) < 150 else INK
    smile = np.concatenate([ellipse(0, 0.12, 0.6, 0.5, start=15, stop=165),
                            ellipse(0, 0.0, 0.6, 0.4, start=165, stop=15)])  # fmt: skip
    eyes = [ellipse(-0.36, -0.28, 0.14, 0.19), ellipse(0.36, -0.28, 0.14, 0.19)]
    return [(ellipse(0, 0, 1), colour), *((eye, ink) for eye in eyes), (smile, ink)]


def balloon(colour: Rgb) -> list[Part]:
    """A balloon on a string."""
    knot = points(-0.12, 0.55, 0.12, 0.55, 0, 0.38)
    gleam = (ellipse(-0.22, -0.5, 0.11, 0.17), scale(colour, 1.5) if sum(colour) > 120 else (90, 90, 96))
    return [(box(-0.03, 0.45, 0.03, 1), (96, 96, 96)), (knot, colour), (ellipse(0, -0.25, 0.6, 0.74), colour), gleam]


def mushroom(colour: Rgb) -> list[Part]:
    """A mushroom with a dotted cap."""
    cap = ellipse(0, 0.02, 0.97, 0.9, start=180, stop=360)
    spot = INK if sum(colour) > 690 else PAPER
    dots = [ellipse(-0.42, -0.32, 0.15), ellipse(0.12, -0.58, 0.15), ellipse(0.52, -0.22, 0.13)]
    return [(box(-0.27, -0.05, 0.27, 0.95), (238, 222, 196)), (cap, colour), *((dot, spot) for dot in dots)]


def rocket(colour: Rgb) -> list[Part]:
    """A rocket that flies upwards."""
    hull = np.concatenate([ellipse(0, -0.05, 0.38, 0.94, start=180, stop=360), points(0.32, 0.6, -0.32, 0.6)])
    fins = [points(-0.3, 0.05, -0.68, 0.68, -0.26, 0.6), points(0.3, 0.05, 0.68, 0.68, 0.26, 0.6)]
    flame = (points(-0.22, 0.6, 0.22, 0.6, 0, 1.05), (250, 160, 30))
    return [flame, *((fin, (198, 50, 46)) for fin in fins), (hull, colour), (ellipse(0, -0.3, 0.17), GLASS)]


def cat(colour: Rgb) -> list[Part]:
    """The face of a cat."""
    ears = [points(-0.85, -0.98, -0.1, -0.55, -0.8, 0), points(0.85, -0.98, 0.1, -0.55, 0.8, 0)]
    whites = [ellipse(-0.36, 0, 0.17, 0.2), ellipse(0.36, 0, 0.17, 0.2)]
    pupils = [ellipse(-0.36, 0, 0.08, 0.16), ellipse(0.36, 0, 0.08, 0.16)]
    nose = (points(-0.13, 0.28, 0.13, 0.28, 0, 0.44), (240, 110, 130))
    return [*((part, colour) for part in (*ears, ellipse(0, 0.1, 0.92, 0.78))), *((eye, SAIL) for eye in whites),
            *((pupil, INK) for pupil in pupils), nose]  # fmt: skip


OBJECTS: dict[str, Callable[[Rgb], list[Part]]] = {
    "house": house, "tree": tree, "pine": pine, "car": car, "boat": boat, "flower": flower,
    "fish": fish, "face": face, "balloon": balloon, "mushroom": mushroom, "rocket": rocket, "cat": cat,
}  # fmt: skip


def parts_of(name: str, *, colour: Rgb, background: Rgb) -> list[Part]:
    """The filled outlines of a named shape or object, back to front."""
    if name in OBJECTS:
        return OBJECTS[name](colour)
    hole = [(RING_HOLE, background)] if name == "ring" else []
    return [(OUTLINES[name], colour), *hole]
