"""What it costs to return an image: encoding, its request inside, the file, against writing the PNG alone."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from backend.domain.events import Generated
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.keep import keep_image
from backend.images.metadata.source_type import TERMS
from backend.images.storage.files import ImageFiles
from tests.benchmarks.support.measure import Row, at_most, side_by_side

SIDE = 1024


def rows() -> Iterator[Row]:
    """Measure one 1024² image on its way into the data folder."""
    picture = photo_like()
    request = parse_request({"mode": "text_to_image", "prompt": "a boat on a lake", "seed": 7})
    run = Run("a" * 32, "visitor", "local", request, "running", datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        files, plain = ImageFiles(Path(folder) / "images"), Path(folder) / "plain.png"
        seeds = iter(range(10_000))
        pair = side_by_side(
            lambda: keep_image(files, run, Generated(picture, next(seeds), None, 0), TERMS[request.mode]),
            lambda: plain.write_bytes(encode(picture, "png")),
        )
        yield replace(at_most(pair, 1.3), what="a 1024² result kept with its request", against="the PNG written alone")


def photo_like() -> Image.Image:
    """Return 1024² pixels that compress about as a photograph does: smooth areas, edges and a little noise."""
    random = np.random.default_rng(0)
    rough = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(rough).resize((SIDE, SIDE), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(4))
    noise = random.normal(0, 3, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(np.asarray(smooth) + noise, 0, 255).astype(np.uint8))
