"""Edges as a control picture, the one kind that needs no model."""

import numpy as np
from PIL import Image

from backend.domain.parts import THRESHOLDS, Thresholds


def edges(image: Image.Image, thresholds: Thresholds = THRESHOLDS) -> Image.Image:
    """Return white edges on black (RGB, the image's size): above the high threshold, and what hangs on to that."""
    import cv2

    found = cv2.Canny(np.asarray(image.convert("RGB")), *thresholds)
    return Image.fromarray(found).convert("RGB")
