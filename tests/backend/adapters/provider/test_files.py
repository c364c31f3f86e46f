"""A provider's image is taken where it is whole, wherever it lies, and else it is said whose it was."""

import base64

import pytest
from PIL import Image

from backend.adapters.provider.files import decoded, finished
from backend.domain.errors import BadReply
from backend.images.encoding import encode

PNG = encode(Image.new("RGB", (64, 48), "teal"), "png")


@pytest.mark.parametrize("before", ["", "data:image/png;base64,"])
def test_an_image_is_read_out_of_an_answer(before: str) -> None:
    assert decoded("Acme", before + base64.b64encode(PNG).decode()) == PNG


def test_an_image_that_is_cut_off_in_an_answer_may_be_billed() -> None:
    with pytest.raises(BadReply, match=r"Acme sent an image that can't be read; it may still be billed"):
        decoded("Acme", base64.b64encode(PNG).decode()[:-1])


def test_a_whole_file_stays_as_it_came_or_is_finished() -> None:
    assert finished("Acme", PNG) == PNG
    made = finished("Acme", PNG, lambda image: image.resize((32, 24)))
    assert isinstance(made, Image.Image)
    assert (made.size, made.mode) == ((32, 24), "RGB")


@pytest.mark.parametrize("content", [b"", b"<html>", PNG[:60], PNG[: len(PNG) // 2]])
def test_a_file_that_is_no_whole_image_is_said(content: bytes) -> None:
    with pytest.raises(BadReply, match=r"Acme sent a file that is no whole PNG, JPEG or WebP image; recover the run"):
        finished("Acme", content)
