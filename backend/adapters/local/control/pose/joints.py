"""Where a person's joints are: RTMPose's input and output (https://arxiv.org/abs/2303.07399).

There are 133 of them, those of COCO-WholeBody.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.adapters.local.control.pose.people import Numbers

WIDTH, HEIGHT = 288, 384
"""Pixels of the network's input."""
SPLIT = 2
"""The network tells places in halves of its input's pixels."""
_AROUND = 1.25
"""How much larger than its box a person is cut out, as in MMPose."""
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_SPREAD = np.array([58.395, 57.12, 57.375], np.float32)


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of an image around a person, in its pixels: the left upper corner, and width and height."""

    corner: Numbers
    size: Numbers


def crop_around(box: Numbers) -> Crop:
    """Return the box enlarged by a quarter and brought to the network's shape."""
    size = (box[2:] - box[:2]) * _AROUND
    shape = WIDTH / HEIGHT
    width = max(size[0], size[1] * shape)
    size = np.array([width, width / shape], np.float32)
    corner: Numbers = ((box[:2] + box[2:] - size) / 2).astype(np.float32)
    return Crop(corner, size)


def cropped(pixels: NDArray[np.uint8], crop: Crop) -> Numbers:
    """Return the network's input [1, 3, 384, 288] for RGB pixels [height, width, 3]."""
    import cv2

    scale = np.array([WIDTH, HEIGHT], np.float32) / crop.size
    matrix = np.array([[scale[0], 0, -crop.corner[0] * scale[0]], [0, scale[1], -crop.corner[1] * scale[1]]])
    part = cv2.warpAffine(pixels, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    normal: Numbers = (part.astype(np.float32) - _MEAN) / _SPREAD
    return normal.transpose(2, 0, 1)[None]


def joints_of(outputs: list[Any], crop: Crop) -> Numbers:
    """Return [133, 3]: x and y in the image's pixels, and a score, from the two outputs [1, 133, 2 × side]."""
    across, down = sorted((np.asarray(output, np.float32)[0] for output in outputs), key=lambda found: found.shape[-1])
    places = np.stack([across.argmax(-1), down.argmax(-1)], axis=-1) / SPLIT
    scores = np.minimum(across.max(-1), down.max(-1))
    where = places / [WIDTH, HEIGHT] * crop.size + crop.corner
    return np.concatenate([where, scores[:, None]], axis=1).astype(np.float32)
