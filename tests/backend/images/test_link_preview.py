"""What messengers show of a result: a JPEG of a size that all of them take, marked as its picture is."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.domain.errors import BadImage
from backend.images.link_preview import LARGEST, MOST_BYTES, SMALLEST, link_preview, preview_size
from backend.images.metadata.origin import read_origin
from backend.images.metadata.source_type import marked


def kept(folder: Path, size: tuple[int, int], *, noise: bool = False, term: bool = False) -> Path:
    """Return a picture's file: grey, or of noise, which compresses worst."""
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(pixels) if noise else Image.new("RGB", size, "#7aa5c9")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = folder / "picture.png"
    path.write_bytes(marked(buffer.getvalue(), "png", "trainedAlgorithmicMedia" if term else None))
    return path


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((2048, 1024), (LARGEST, LARGEST // 2)),
        ((1024, 768), (1024, 768)),
        ((128, 64), (SMALLEST, SMALLEST // 2)),
        ((64, 2048), (38, LARGEST)),
    ],
)
def test_it_keeps_the_pictures_shape_within_what_messengers_take(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    preview = link_preview(kept(tmp_path, size))
    with Image.open(io.BytesIO(preview)) as picture:
        assert (picture.format, picture.size, preview_size(size)) == ("JPEG", shown, shown)


def test_the_worst_picture_stays_small_enough_for_whatsapp(tmp_path: Path) -> None:
    assert len(link_preview(kept(tmp_path, (1200, 1200), noise=True))) <= MOST_BYTES + 2000


@pytest.mark.parametrize("term", [True, False])
def test_it_says_of_its_origin_what_the_file_says_and_nothing_else(tmp_path: Path, term: bool) -> None:
    origin = read_origin(link_preview(kept(tmp_path, (256, 256), term=term)))
    assert (origin.term if origin else None) == ("trainedAlgorithmicMedia" if term else None)


def test_a_damaged_picture_has_none(tmp_path: Path) -> None:
    path = kept(tmp_path, (256, 256))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadImage):
        link_preview(path)
