"""What Gradio serves of the data folder."""

import httpx
import pytest
from PIL import Image

from backend.encoding import encode
from backend.playground import Playground
from backend.runs.files import ImageFiles
from backend.runs.records import RunImage
from backend.visitors.identity import COOKIE, guest_id, visitor_id
from tests.serving import Site
from ui.served import Served, url

TOKEN = "a" * 32


@pytest.fixture
def served(playground: Playground) -> Served:
    return Served(playground.files, playground.holders)


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
    other = Served(served.files, served.holders)
    assert served.copy(image, "visitor-1") != other.copy(image, "visitor-1")
    assert image.sha256 not in str(served.copy(image, "visitor-1"))


def test_the_page_serves_the_copy_and_not_the_original(site: Site) -> None:
    served = Served(site.playground.files, site.playground.holders)
    image = image_in(served.files)
    assert httpx.get(site.address + url(served.copy(image, guest_id(TOKEN)))).status_code == 200
    assert httpx.get(site.address + url(served.files.path(image.sha256))).status_code == 403


def test_a_visitors_copy_is_served_to_that_visitor_alone(site: Site) -> None:
    served = Served(site.playground.files, site.playground.holders)
    image = image_in(served.files)
    cookies = {"cookie": f"{COOKIE}={TOKEN}"}
    for path in (served.copy(image, visitor_id(TOKEN)), served.thumbnail(image.sha256, visitor_id(TOKEN))):
        assert httpx.get(site.address + url(path), headers=cookies).status_code == 200
        assert httpx.get(site.address + url(path)).status_code == 404
        assert httpx.get(site.address + url(path), headers={"cookie": f"{COOKIE}={'b' * 32}"}).status_code == 404
