"""How well the control branch follows: the edges of a guide, and a blurred picture that it is to make sharp."""

from collections.abc import Iterator

import cv2
import numpy as np

from tools.tiny_model.networks.latents import blurred, edges
from tools.tiny_model.pictures.drawing import Example, draw
from tools.tiny_model.scores.model import Model
from tools.tiny_model.scores.sharpness import edge_width
from tools.tiny_model.training.batches import HELD_BACK

TOLERANCE = 2  # pixels by which an edge may be off
LOW = 1 / 32  # standard deviation of the blur that leaves low frequencies, in parts of the shorter side


def _examples(model: Model, count: int) -> Iterator[tuple[int, Example]]:
    for at in range(count):
        yield at, draw(2 * HELD_BACK + at, width=model.width, height=model.height, loose=True)


def edge_agreement(first: np.ndarray, second: np.ndarray) -> float:
    """F1 of two edge maps (height, width) of booleans, in which an edge may be off by the tolerance."""
    kernel = np.ones((2 * TOLERANCE + 1,) * 2, np.uint8)
    near_first, near_second = (cv2.dilate(edge.astype(np.uint8), kernel) > 0 for edge in (first, second))
    precision = (first & near_second).sum() / max(1, first.sum())
    recall = (second & near_first).sum() / max(1, second.sum())
    return float(2 * precision * recall / max(1e-6, precision + recall))


def score_edges(model: Model, *, count: int) -> dict[str, float]:
    """Agreement of the pictures' edges with their guides' at full strength and at none."""
    scores = {}
    for strength in (1.0, 0.0):
        agreed = []
        for at, example in _examples(model, count):
            guide = edges(example.pixels)
            made = model.follow(guide, example.captions[0], strength=strength, seed=at)
            agreed.append(edge_agreement(edges(made)[..., 0] > 0, guide[..., 0] > 0))
        scores[f"edges at {strength:g}"] = float(np.mean(agreed))
    return scores


def low_frequencies(pixels: np.ndarray) -> np.ndarray:
    """What is left of a picture without its details; floats of the shape (height, width, 3)."""
    return cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), min(pixels.shape[:2]) * LOW)


def score_tile(model: Model, *, count: int) -> dict[str, float]:
    """How far low frequencies are from the guide's, in 8-bit levels, and edge widths in parts of the guide's."""
    off, sharper = [], []
    for at, example in _examples(model, count):
        guide = blurred(example.pixels)
        made = model.follow(guide, example.captions[0], strength=1.0, seed=at)
        off.append(float(np.abs(low_frequencies(made) - low_frequencies(guide)).mean()))
        sharper.append(edge_width(made) / edge_width(guide))
    return {"low frequencies off": float(np.mean(off)), "edge width by the guide's": float(np.nanmedian(sharper))}
