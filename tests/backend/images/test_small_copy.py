"""Copies of a picture say of its origin what the picture's own file says."""

import io
from pathlib import Path

import pytest
from PIL import Image

from backend.images.encoding import encode
from backend.images.metadata.source_type import TERMS, marked
from backend.images.small_copy import reduced, reduced_size, term_in


@pytest.mark.parametrize(
    ("size", "wanted"), [((4096, 3072), (2048, 1536)), ((3000, 8192), (750, 2048)), ((8192, 1), (2048, 1))]
)
def test_a_reduced_copy_keeps_the_shape(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert reduced_size(size, 2048) == wanted


def test_a_reduced_copy_keeps_the_mark_of_origin(tmp_path: Path) -> None:
    term = TERMS["text_to_image"]
    for name, said in (("drawn.png", term), ("photo.png", None)):
        (tmp_path / name).write_bytes(marked(encode(Image.new("RGB", (300, 200), "red"), "png"), "png", said))
        with Image.open(io.BytesIO(reduced(tmp_path / name, 150))) as copy:
            assert (copy.size, term_in(copy)) == ((150, 100), said)
