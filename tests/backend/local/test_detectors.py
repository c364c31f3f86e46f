import pytest
from PIL import Image, ImageDraw

from backend.errors import Unsupported
from backend.local.detectors import detect
from tests.backend.local.pictures import distance


@pytest.fixture
def image() -> Image.Image:
    """Return a black square on white, of an odd size."""
    picture = Image.new("RGB", (133, 97), "white")
    ImageDraw.Draw(picture).rectangle((40, 30, 80, 70), fill="black")
    return picture


def test_edges_need_no_weights_and_keep_the_size(image: Image.Image) -> None:
    found = detect("canny", image)
    assert found.size == image.size
    assert found.getpixel((60, 50)) == (0, 0, 0)
    assert max(found.getpixel((column, 50))[0] for column in (38, 39, 40, 41)) == 255


def test_none_takes_the_image_as_the_map(image: Image.Image) -> None:
    assert distance(detect("none", image), image) == 0


@pytest.mark.parametrize("preprocess", ["depth", "pose"])
def test_a_detector_that_is_not_here_says_what_to_do_at_once(image: Image.Image, preprocess: str) -> None:
    with pytest.raises(Unsupported, match="choose `none`"):
        detect(preprocess, image)
