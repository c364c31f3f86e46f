"""Where people are: YOLOX's input and output (https://arxiv.org/abs/2107.08430, https://github.com/Megvii-BaseDetection/YOLOX)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

SIDE = 640
"""Pixels of the network's input, which is square."""
STRIDES = (8, 16, 32)
"""Pixels between the places of its three grids."""
LEAST_SCORE, MOST_OVERLAP = 0.3, 0.45
"""DWPose's own thresholds: of a person's score, and of two boxes of the same person."""
_GREY = 114
"""What YOLOX fills the rest of the square with."""
_PERSON = 5
"""Column of the class "person", after the box (4) and whether there is anything (1)."""


def letterboxed(pixels: NDArray[np.uint8]) -> tuple[Numbers, float]:
    """Return the network's input [1, 3, 640, 640] for RGB pixels [height, width, 3], and its scale."""
    import cv2

    height, width = pixels.shape[:2]
    scale = min(SIDE / height, SIDE / width)
    small = cv2.resize(pixels, (max(int(width * scale), 1), max(int(height * scale), 1)))
    canvas = np.full((SIDE, SIDE, 3), _GREY, np.float32)
    canvas[: small.shape[0], : small.shape[1]] = small[:, :, ::-1]  # it was trained on BGR
    return canvas.transpose(2, 0, 1)[None], scale


def boxes_of(output: Any, scale: float) -> list[Numbers]:
    """Return a box (left, top, right, bottom in the image's pixels) for each person in [1, 8400, 85]."""
    import cv2

    found = np.asarray(output, np.float32)[0]
    centres, sizes = _decoded(found)
    scores = found[:, 4] * found[:, _PERSON]
    corners = np.concatenate([centres - sizes / 2, sizes], axis=1) / scale
    kept = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), LEAST_SCORE, MOST_OVERLAP)
    return [np.concatenate([box[:2], box[:2] + box[2:]]) for box in corners[np.asarray(kept, int).ravel()]]


def _decoded(found: Numbers) -> tuple[Numbers, Numbers]:
    grids, strides = [], []
    for stride in STRIDES:
        cells = SIDE // stride
        rows, columns = np.mgrid[:cells, :cells]
        grids.append(np.stack([columns, rows], axis=-1).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    scales = np.concatenate(strides).astype(np.float32)
    centres = (found[:, :2] + np.concatenate(grids)) * scales
    return centres.astype(np.float32), np.exp(found[:, 2:4]) * scales
