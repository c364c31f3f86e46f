import io

import pytest
from PIL import Image

from backend.images.lit_preview import SIDE, LitPreview


def seen(preview: LitPreview) -> Image.Image:
    return Image.open(io.BytesIO(preview.jpeg()))


@pytest.mark.parametrize(
    ("size", "shown"), [((2048, 1024), (512, 256)), ((200, 100), (200, 100)), ((4, 8000), (1, SIDE))]
)
def test_it_has_the_shape_of_the_result_and_fits(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert seen(LitPreview(Image.new("RGB", (50, 25), "white"), size)).size == shown


def test_what_is_to_come_is_dark_and_what_is_done_is_as_it_was_made() -> None:
    preview = LitPreview(Image.new("RGB", (100, 100), (200, 200, 200)), (1000, 1000))
    preview.light(Image.new("RGB", (64, 64), "white"), (500, 0, 1000, 1000))
    left, right = (seen(preview).convert("L").getpixel((x, 250)) for x in (100, 400))
    assert left == pytest.approx(100, abs=3)
    assert right == pytest.approx(255, abs=3)


def test_a_part_of_less_than_a_pixel_is_shown() -> None:
    preview = LitPreview(Image.new("RGB", (8, 8), "black"), (8192, 8192))
    preview.light(Image.new("L", (2, 2), 255), (8190, 8190, 8192, 8192))
    assert seen(preview).size == (SIDE, SIDE)
