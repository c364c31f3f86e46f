import io

import numpy as np
from PIL import Image

from backend.images.encoding import encode, preview_jpeg

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8))


def test_png_keeps_every_pixel() -> None:
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode(NOISE, "png")))), np.asarray(NOISE))


def test_jpeg_and_webp_grow_with_their_quality() -> None:
    for image_format in ("jpeg", "webp"):
        assert len(encode(NOISE, image_format, 30)) < len(encode(NOISE, image_format, 95))  # type: ignore[arg-type]


def test_a_preview_is_a_small_jpeg() -> None:
    preview = Image.open(io.BytesIO(preview_jpeg(NOISE.resize((1024, 768)))))
    assert (preview.format, preview.size) == ("JPEG", (256, 192))
