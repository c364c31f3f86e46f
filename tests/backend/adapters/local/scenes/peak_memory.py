"""A process of its own that redraws a picture of 1024×1024 at 4096×4096, and tells its peaks of memory in bytes.

`python -m tests.backend.adapters.local.scenes.peak_memory`: the embedded model is loaded and draws, so that the process
is as large as one that draws; tiles of the real model's size are stood in for by what a decoder leaves on the host.
"""

import json
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.load import load
from backend.adapters.local.machine.checkpoint import EMBEDDED_MODEL
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.scenes import Frame, prepare
from backend.domain.requests import Request, TextToImage, Upscale
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles

SIDE, FACTOR = 1024, 4
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes of what `getrusage` counts the largest resident size in."""


def peak() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def stand_in(drawing: Drawing) -> Image.Image:
    """Return a picture as decoding makes one: fp32 pixels first, over what it begins from."""
    wide, high = drawing.size
    if drawing.noise:
        drawing.noise.first((1, 16, high // 8, wide // 8), lambda noise: noise)
    pixels = np.random.default_rng(drawing.seed).random((high, wide, 3), dtype=np.float32)
    if drawing.start is not None:
        pixels = pixels * 0.2 + np.asarray(drawing.start, np.float32) / 255 * 0.8
    return Image.fromarray((pixels * 255).round().astype(np.uint8))


def _made(request: Request, files: ImageFiles) -> Image.Image:
    return prepare(request, files, Frame((SIDE, SIDE)), lambda _, image: image)(1, stand_in)


def main() -> None:
    """Print the peak of a draw, that of the redraw, and the bytes of the result's pixels, as JSON."""
    engine = load(EMBEDDED_MODEL, Extras(offered=False), lambda *_: None)
    asked = TextToImage(prompt="a red circle", steps=1)
    engine.draw(Drawing(request=asked, seed=1, size=(128, 128)), lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        files = ImageFiles(Path(folder))
        small = _made(TextToImage(prompt="a star", width=SIDE, height=SIDE), files)
        image, drawn = files.put(encode(small, "png"), "png"), peak()
        large = _made(Upscale(image=image, method="redraw", factor=FACTOR, prompt="a star"), files)
    print(json.dumps({"draw": drawn, "redraw": peak(), "canvas": large.width * large.height * 3}))


if __name__ == "__main__":
    main()
