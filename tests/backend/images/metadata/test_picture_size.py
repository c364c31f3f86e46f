"""Width and height by the header."""

import io

import pytest
from PIL import Image

from backend.images.metadata.picture_size import picture_size

KINDS = {
    "PNG": {"format": "PNG"},
    "JPEG": {"format": "JPEG"},
    "progressive JPEG": {"format": "JPEG", "progressive": True},
    "WebP": {"format": "WEBP"},
    "lossless WebP": {"format": "WEBP", "lossless": True},
    "WebP with EXIF": {"format": "WEBP", "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"},
}


@pytest.mark.parametrize("how", KINDS.values(), ids=KINDS)
def test_every_format_says_its_size(how: dict[str, object]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (333, 77), "teal").save(buffer, **how)  # type: ignore[arg-type]
    assert picture_size(buffer.getvalue()) == (333, 77)


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xc0", b"RIFF\0\0\0\0WEBPVP8X", b"GIF89a", b""])
def test_a_file_that_is_cut_off_has_none(head: bytes) -> None:
    assert picture_size(head) is None
