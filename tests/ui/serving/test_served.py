"""What Gradio serves of the data folder."""

import base64
import os
from pathlib import Path

import httpx
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import StorageFull
from backend.domain.events import Finished
from backend.domain.records import Run, RunImage
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.images.metadata.origin import read_origin
from backend.images.storage.disk import Disk
from backend.images.storage.files import ImageFiles
from backend.playground import Playground
from backend.upkeep.tidying import SERVED_FOLDER
from backend.visitors.identity import COOKIE, guest_id, visitor_id
from tests.serving import Site
from ui.serving.served import Served, url
from ui.serving.uploads import Uploads, keep_address

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


def test_a_thumbnail_says_of_its_origin_what_the_file_says(served: Served, playground: Playground) -> None:
    shown = (a_run(playground).images[0], image_in(served.files))
    said = [read_origin(served.thumbnail(image.sha256, "ann").read_bytes()) for image in shown]
    assert [origin and origin.term for origin in said] == ["trainedAlgorithmicMedia", None]


def a_run(playground: Playground) -> Run:
    *_, last = generate(
        playground, Caller(visitor="ann"), "fake", TextToImage(prompt="a boat", width=128, height=128, count=2)
    )
    assert isinstance(last, Finished)
    return last.run


def test_the_same_runs_have_one_zip_however_often_it_is_asked_for(served: Served, playground: Playground) -> None:
    run, other = a_run(playground), a_run(playground)
    path, zipped = served.archive([run], "ann")
    assert served.archive([run], "ann") == (path, zipped)
    assert len(zipped.names) == 2
    assert served.archive([run, other], "ann")[0] != path
    assert served.archive([run], "bob")[0] != path


def test_a_zip_that_lacked_an_image_is_written_anew(served: Served, playground: Playground) -> None:
    run = a_run(playground)
    lost = playground.files.path(run.images[0].sha256)
    content = lost.read_bytes()
    lost.unlink()
    assert len(served.archive([run], "ann")[1].left_out) == 1
    lost.write_bytes(content)
    assert len(served.archive([run], "ann")[1].names) == 2


def test_what_is_shown_again_stays_young_and_its_making_is_known(served: Served) -> None:
    image = image_in(served.files)
    copy = served.copy(image, "visitor-1")
    os.utime(copy, (1000, 2000))
    served.copy(image, "visitor-1")
    now = copy.stat()
    assert now.st_mtime == 2000
    assert now.st_atime > 1_000_000_000


def test_copies_thumbnails_zips_and_what_comes_in_a_request_are_refused_where_there_is_no_room(
    playground: Playground,
) -> None:
    run = a_run(playground)
    full = Served(playground.files, playground.holders, Disk(1, playground.settings.data))
    address = "data:image/png;base64," + base64.b64encode(playground.files.read(run.images[0].sha256)).decode()
    for attempt in (
        lambda: full.copy(run.images[0], "ann"),
        lambda: full.thumbnail(run.images[0].sha256, "ann"),
        lambda: full.archive([run], "ann"),
        lambda: full.document("styles.json", "{}", "ann"),
        lambda: keep_address(address, full),
    ):
        with pytest.raises(StorageFull, match="There is no room for this"):
            attempt()


def test_a_picture_that_came_in_a_request_lies_where_it_is_tidied_away(served: Served) -> None:
    content = encode(Image.new("RGB", (64, 48), "red"), "png")
    kept = keep_address("data:image/png;base64," + base64.b64encode(content).decode(), served)
    assert Path(kept["path"]).read_bytes() == content
    assert Path(kept["path"]).parent.parent.name == SERVED_FOLDER


def test_a_copy_on_an_easel_is_in_use(served: Served, playground: Playground) -> None:
    copy = served.copy(image_in(served.files), "ann")
    os.utime(copy, (1000, 2000))
    for _ in range(2):
        Uploads(playground, Caller(visitor="ann")).picture({"path": str(copy)})
    assert (copy.stat().st_mtime, copy.stat().st_atime > 1_000_000_000) == (2000, True)
