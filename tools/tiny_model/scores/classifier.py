"""Classifiers of objects and of styles, trained apart from the model on drawings of other numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import torch

from tools.tiny_model.pictures.drawing import Example, draw
from tools.tiny_model.pictures.objects import OBJECTS

APART = 3_000_000_000  # drawings from this number on are for the classifiers
DRAWN = 4000
FRAME = 96  # pixels; pictures are looked at in this size
PENALTY = 3e-4
SOFTEST = 1.2  # standard deviation of the blur that some are trained with, in pixels: a model's pictures are softer
SOFTEST_PIXELS = 0.6  # the same for pixel art, whose steps are what it is known by
COARSEST, FINEST = 30, 95  # JPEG's qualities: no picture that was coded and decoded is even to the level

CELLS, BINS = 8, 9  # cells along a side, and directions, of the histograms of gradients

Features = Callable[[np.ndarray], np.ndarray]


def outline_features(pixels: np.ndarray) -> np.ndarray:
    """Histograms of oriented gradients (Dalal, Triggs 2005) of a picture brought to a frame; shape (1764,).

    Each block of 2 x 2 cells is brought to the same strength, so that contrast doesn't count.
    """
    small = cv2.resize(np.ascontiguousarray(pixels), (FRAME, FRAME), interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = cv2.Sobel(small, -1, 1, 0), cv2.Sobel(small, -1, 0, 1)
    strength = np.hypot(across, down)
    strongest = strength.argmax(2)[..., None]
    strength = np.take_along_axis(strength, strongest, 2)[..., 0]
    angle = np.arctan2(*(np.take_along_axis(each, strongest, 2)[..., 0] for each in (down, across))) % np.pi
    bins = np.minimum((angle / np.pi * BINS).astype(int), BINS - 1)
    layers = strength[..., None] * (bins[..., None] == np.arange(BINS))
    side = FRAME // CELLS
    cells = layers.reshape(CELLS, side, CELLS, side, BINS).mean((1, 3))
    blocks = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], 2)
    return (blocks / (np.linalg.norm(blocks, axis=2, keepdims=True) + 8)).astype(np.float32).ravel()


def style_features(pixels: np.ndarray) -> np.ndarray:
    """A histogram of colours, how neighbours differ on and off the grid, and thin bands; shape (116,)."""
    flat = (pixels.reshape(-1, 3) // 64).astype(np.int64) @ [16, 4, 1]
    colours = np.sqrt(np.bincount(flat, minlength=64) / len(flat))
    steps = _over_channels(np.maximum, cv2.absdiff(pixels[:, 1:], pixels[:, :-1]))
    block = 8 if min(pixels.shape[:2]) >= 160 else 4
    on_grid = np.arange(1, pixels.shape[1]) % block == 0
    bounds = [0, 1, 2, 4, 8, 16, 32, 64, 128]
    seen = [_shares(steps[:, where], bounds) for where in (on_grid, ~on_grid)]
    grey = _over_channels(np.add, pixels.astype(np.uint16)) / 3
    bands = [_bands(grey.astype(np.uint8), width) for width in (5, max(7, min(pixels.shape[:2]) // 14))]
    extremes = [np.mean(grey < 40), np.mean(grey > 230), *np.percentile(grey, [2, 10, 25, 50, 75, 90, 98]) / 255]
    saturation = float((_over_channels(np.maximum, pixels) - _over_channels(np.minimum, pixels)).mean()) / 255
    parts = [colours, *(np.sqrt(share) for share in seen), *bands, extremes, [saturation]]
    return np.concatenate(parts).astype(np.float32)


def _over_channels(both: np.ufunc, pixels: np.ndarray) -> np.ndarray:
    """Reduce the channels to one: some ten times as fast as numpy's own way over so short an axis."""
    return np.asarray(both(both(pixels[..., 0], pixels[..., 1]), pixels[..., 2]))


def _shares(levels: np.ndarray, bounds: list[int]) -> np.ndarray:
    """The shares of levels (uint8) from each of the bounds to below the next, and from the last on."""
    return np.add.reduceat(np.bincount(levels.ravel(), minlength=256), bounds) / levels.size


def _bands(grey: np.ndarray, width: int) -> np.ndarray:
    """How strong the dark and the bright bands are that are thinner than that many pixels: shadows, lines, tubes."""
    kernel = np.ones((width, width), np.uint8)
    bounds = [0, 1, 4, 10, 20, 40, 80]
    kinds = (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    found = [_shares(cv2.morphologyEx(grey, kind, kernel), bounds)[1:] for kind in kinds]
    return np.sqrt(np.concatenate(found))


@dataclass(frozen=True, slots=True)
class Classifier:
    """A softmax regression over features."""

    names: tuple[str, ...]
    features: Features
    mean: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray  # (features + 1, names)

    def name(self, pixels: np.ndarray) -> str:
        """The likeliest of the names for a picture, uint8 RGB of the shape (height, width, 3)."""
        values = (self.features(pixels) - self.mean) / self.deviation
        return self.names[int(np.argmax(np.append(values, 1) @ self.weights))]


def train_classifier(pictures: list[np.ndarray], labels: list[str], *, features: Features) -> Classifier:
    """Fit one by L-BFGS with a small penalty on weights."""
    names = tuple(sorted(set(labels)))
    seen = np.stack([features(picture) for picture in pictures])
    mean, deviation = seen.mean(0), seen.std(0) + 1e-3
    inputs = torch.from_numpy(np.concatenate([(seen - mean) / deviation, np.ones((len(seen), 1), np.float32)], 1))
    wanted = torch.tensor([names.index(label) for label in labels])
    weights = torch.zeros(inputs.shape[1], len(names), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=80, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(inputs @ weights, wanted) + PENALTY * weights.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    return Classifier(names, features, mean, deviation, weights.detach().numpy())


def softened(rng: np.random.Generator, pixels: np.ndarray, *, most: float = SOFTEST) -> np.ndarray:
    """A picture as a model may draw it: often a little softer."""
    blur = rng.uniform(0, most)
    return cv2.GaussianBlur(pixels, (0, 0), blur) if blur > 0.3 else pixels


def coded(rng: np.random.Generator, pixels: np.ndarray) -> np.ndarray:
    """A picture with the traces of some coder: what a style is has to show through those of a VAE, too."""
    quality = int(rng.integers(COARSEST, FINEST))
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _examples(count: int, *, first: int, side: int) -> list[Example]:
    return [draw(first + at, width=side, height=side) for at in range(count)]


def portraits(count: int, *, first: int = APART, side: int = 128) -> tuple[list[np.ndarray], list[str]]:
    """Drawings of one object alone, with its name, of `count` drawings that are looked through."""
    alone = [each for each in _examples(count, first=first, side=side) if len(each.things) == 1]
    kept = [each for each in alone if each.things[0] in OBJECTS]
    return [each.pixels for each in kept], [each.things[0] for each in kept]


@cache
def object_classifier() -> Classifier:
    """Tell which object a picture shows."""
    rng = np.random.default_rng(0)
    pictures, labels = portraits(3 * DRAWN)
    return train_classifier([softened(rng, each) for each in pictures], labels, features=outline_features)


@cache
def style_classifier(side: int) -> Classifier:
    """Tell in which style a picture of that shorter side is; its features depend on the size of pixels."""
    rng = np.random.default_rng(0)
    examples = [each for each in _examples(DRAWN, first=APART, side=side) if each.kind != "abstract"]
    softest = {"pixel": SOFTEST_PIXELS}
    soft = (softened(rng, each.pixels, most=softest.get(each.style, SOFTEST)) for each in examples)
    pictures = [coded(rng, each) for each in soft]
    return train_classifier(pictures, [each.style for each in examples], features=style_features)
