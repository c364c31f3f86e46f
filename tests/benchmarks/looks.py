"""What a look at the price costs the server when a picture of 19 MB lies on the easel."""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.benchmarks.start import serving
from tests.benchmarks.support.measure import Row, at_most, computing, side_by_side
from tests.benchmarks.support.session import Events, PageSession, opened

SIDE = 2520
"""Pixels of noise that no PNG makes smaller: 19 MB."""
ROUNDS, MOST_TIMES = 41, 1.3
FORM = {"mode": "text_to_image", "backend": "fake", "prompt": "a boat"}


def rows() -> Iterator[Row]:
    """Look in turns with the picture and without any."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(["-m", "tests.benchmarks.support.site", name], Path(name)) as (address, pid),
        opened(address, Events.of(address)) as page,
    ):
        form = with_picture(page)
        pair = side_by_side(lambda: page.look(**form), lambda: page.look(**FORM), rounds=ROUNDS, clock=computing(pid))
    yield replace(
        at_most(pair, MOST_TIMES),
        what="a look at the price with a picture of 19 MB, the server's processor time",
        against="a look without a picture",
    )


def with_picture(page: PageSession) -> dict[str, Any]:
    """Upload the picture, and return a form that works on it."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=0)
    answer = page.visitor.post("/gradio_api/upload", files={"files": ("noise.png", file.getvalue(), "image/png")})
    path = answer.raise_for_status().json()[0]
    return {**FORM, "mode": "image_to_image", "easel": {"image": {"path": path}, "width": SIDE, "height": SIDE}}
