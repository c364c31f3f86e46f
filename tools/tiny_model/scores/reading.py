"""Reading a picture by plain image processing: background, things, their colours, outlines and places."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from tools.tiny_model.pictures.canvas import Canvas
from tools.tiny_model.pictures.composition import PLACES, place_thing
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.world.palette import COLOURS, LAB, to_lab

APART = 22.0  # distance in L*a*b* from the background from which on a pixel belongs to a thing
LEAST_AREA = 0.004  # of the picture; smaller spots are no things
FRAME = 32  # pixels; silhouettes are compared at this size
ELONGATION = 0.5  # how much a difference in proportion counts against an overlap


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing found: its colour and silhouette's names, and its box's middle in parts of width and height."""

    colour: str
    shape: str
    x: float
    y: float
    area: float  # of the picture

    @property
    def place(self) -> str:
        """The nearest of the nine named places."""
        return min(PLACES, key=lambda name: (PLACES[name][0] - self.x) ** 2 + (PLACES[name][1] - self.y) ** 2)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is seen in a picture; things from the largest to the smallest."""

    background: str
    things: list[Thing]


def name_colour(rgb: np.ndarray) -> str:
    """The named colour nearest to an 8-bit RGB colour."""
    seen = to_lab(rgb)
    return min(COLOURS, key=lambda name: float(np.linalg.norm(LAB[name] - seen)))


def read_picture(pixels: np.ndarray, *, names: tuple[str, ...] = SHAPES) -> Reading:
    """Read uint8 RGB (height, width, 3); silhouettes are named with one of the names, or "" without any."""
    height, width = pixels.shape[:2]
    rim = max(2, height // 42)
    border = np.concatenate([strip.reshape(-1, 3) for strip in _rim(pixels, rim)])
    background = np.median(border, 0)
    mask = (np.linalg.norm(to_lab(pixels) - to_lab(background), axis=-1) > APART).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = sorted(range(1, count), key=lambda label: -stats[label, cv2.CC_STAT_AREA])
    large = [label for label in order if stats[label, cv2.CC_STAT_AREA] >= LEAST_AREA * height * width]
    return Reading(name_colour(background), [_describe(pixels, labels == label, names) for label in large])


def _rim(pixels: np.ndarray, rim: int) -> tuple[np.ndarray, ...]:
    return pixels[:rim], pixels[-rim:], pixels[:, :rim], pixels[:, -rim:]


def _describe(pixels: np.ndarray, mask: np.ndarray, names: tuple[str, ...]) -> Thing:
    rows, columns = np.nonzero(mask)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    colour = np.median(pixels[inner if inner.any() else mask], 0)
    silhouette, proportion = frame(mask)
    scores = {name: _likeness(silhouette, proportion, name) for name in names}
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    return Thing(
        name_colour(colour), max(scores, key=lambda name: scores[name], default=""),
        x / mask.shape[1], y / mask.shape[0],
        float(mask.mean()),
    )  # fmt: skip


def frame(mask: np.ndarray) -> tuple[np.ndarray, float]:
    """A silhouette stretched to a fixed frame, and its width by its height."""
    rows, columns = np.nonzero(mask)
    cut = mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    return cv2.resize(cut, (FRAME, FRAME), interpolation=cv2.INTER_AREA), cut.shape[1] / cut.shape[0]


def _likeness(silhouette: np.ndarray, proportion: float, name: str) -> float:
    known, usual = template(name)
    overlap = float(np.minimum(silhouette, known).sum() / np.maximum(silhouette, known).sum())
    return overlap - ELONGATION * abs(float(np.log(proportion / usual)))


@cache
def template(name: str) -> tuple[np.ndarray, float]:
    """The silhouette of a thing as it is drawn."""
    green = (0, 255, 0)
    canvas = Canvas(width=256, height=256, colour=green)
    place_thing(canvas, name, colour=(222, 32, 38), at=(0.5, 0.5), radius=100)
    return frame((canvas.finished() != green).any(-1))
