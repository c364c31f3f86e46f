"""What Gradio serves of the data folder."""

from pathlib import Path

import httpx
import pytest
from PIL import Image

from backend.encoding import encode
from backend.runs.files import ImageFiles
from backend.runs.records import RunImage
from tests.serving import Site
from ui.served import Served, url


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(ImageFiles(tmp_path / "images"))


def image_in(files: ImageFiles, seed: int | None = 7) -> RunImage:
    sha256 = files.put(encode(Image.new("RGB", (64, 48), "red"), "png"), "png")
    return RunImage(0, sha256, "png", 64, 48, seed, None)


def test_a_copy_is_byte_for_byte_and_named_for_a_download(served: Served) -> None:
    image = image_in(served.files)
    copy = served.copy(image, "visitor-1")
    assert copy.read_bytes() == served.files.read(image.sha256)
    assert copy.name == "z-image-7-64x48.png"


def test_a_copy_that_was_tidied_away_is_made_again(served: Served) -> None:
    image = image_in(served.files)
    served.copy(image, "visitor-1").unlink()
    assert served.copy(image, "visitor-1").exists()


def test_nobody_can_tell_the_address_from_the_image(served: Served) -> None:
    image = image_in(served.files)
    other = Served(served.files)
    assert served.copy(image, "visitor-1") != other.copy(image, "visitor-1")
    assert image.sha256 not in str(served.copy(image, "visitor-1"))


def test_the_page_serves_the_copy_and_not_the_original(site: Site) -> None:
    served = Served(site.playground.files)
    image = image_in(served.files)
    assert httpx.get(site.address + url(served.copy(image, "visitor-1"))).status_code == 200
    assert httpx.get(site.address + url(served.files.path(image.sha256))).status_code == 403
