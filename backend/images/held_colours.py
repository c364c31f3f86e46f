"""Colours of what was drawn over a picture, held to those of the picture: what is finer stays as it was drawn."""

from PIL import Image


def with_colours_of(source: Image.Image, drawn: Image.Image, cell: int) -> Image.Image:
    """Return `drawn` (RGB) with the mean colours of `source` (RGB, of its size) in cells of so many pixels a side.

    Between their middles the difference passes evenly from one to the next, so that no cell shows. StableSR's
    colour correction by wavelets (https://arxiv.org/abs/2305.07015) does so with several bands; here one is held.
    """
    import cv2
    import numpy as np

    levels = np.asarray(drawn, np.float32)
    off = np.asarray(source, np.float32) - levels
    wide, high = drawn.size
    cells = (max(round(wide / cell), 1), max(round(high / cell), 1))
    coarse = cv2.resize(off, cells, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(np.atleast_3d(coarse), (wide, high), interpolation=cv2.INTER_CUBIC)
    return Image.fromarray(np.clip(np.rint(levels + coarse), 0, 255).astype(np.uint8))
