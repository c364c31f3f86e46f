"""Edges as a control picture, the one kind that needs no model."""

import numpy as np
from PIL import Image

LOW, HIGH = 100, 200
"""Canny's thresholds, of the usual defaults in ControlNet's own examples."""


def edges(image: Image.Image) -> Image.Image:
    """Return white edges on black (RGB, the image's size)."""
    import cv2

    found = cv2.Canny(np.asarray(image.convert("RGB")), LOW, HIGH)
    return Image.fromarray(found).convert("RGB")
