"""How far two pictures are apart."""

import numpy as np
from PIL import Image


def distance(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of any colour value, 0 to 255."""
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


def mean_distance(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of the colour values, 0 to 255."""
    return float(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).mean())
