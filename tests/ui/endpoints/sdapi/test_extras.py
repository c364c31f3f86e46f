"""A1111's extras: pictures made larger, in its own shapes."""

import base64
from typing import Any

import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.errors import GenerationFailed
from backend.domain.requests import Request
from backend.restore.read import read_metadata
from backend.visitors.identity import API
from tests.serving import Site
from tests.ui.endpoints.sdapi.asked import get, pixels, post, refused
from tests.ui.endpoints.sdapi.sending import colour


def test_one_picture_comes_back_larger_and_is_a_run_on_record(site: Site) -> None:
    answer = post(site, "extra-single-image", image=colour(size=(64, 48)), upscaling_resize=3, upscaler_1="Lanczos")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    file = base64.b64decode(told["image"], validate=True)
    assert pixels(file).size == (192, 144)
    assert "Postprocess upscale by: 3" in told["html_info"]
    (run,) = [run for run in site.playground.store.runs(API) if run.id == answer.headers["x-playground-run-id"]]
    assert (run.request.mode, run.images[0].width) == ("upscale", 192)
    own = read_metadata(file)
    assert own is not None
    assert own.recipe["factor"] == 3


def test_several_pictures_come_back_in_their_order(site: Site) -> None:
    sizes = [(64, 48), (48, 64)]
    pictures = [{"data": colour(size=size), "name": "a.png"} for size in sizes]
    told = post(site, "extra-batch-images", imageList=pictures).json()
    found = [pixels(base64.b64decode(image)).size for image in told["images"]]
    assert found == [(128, 96), (96, 128)]


def test_what_fails_behind_the_first_picture_is_said_beside_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: FakeBackend, request: Request) -> tuple[int, int]:
        size = enlarged(self, request)
        if size == (96, 128):
            raise GenerationFailed("The second broke.", billed="no")
        return size

    enlarged = FakeBackend._size
    monkeypatch.setattr(FakeBackend, "_size", fails)
    pictures = [{"data": colour(size=size)} for size in ((64, 48), (48, 64), (64, 64))]
    told = post(site, "extra-batch-images", imageList=pictures).json()
    assert [pixels(base64.b64decode(image)).size for image in told["images"]] == [(128, 96)]
    assert "The second broke." in told["html_info"]


def test_upscalers_are_listed_and_none_is_lanczos(site: Site) -> None:
    assert [each["name"] for each in get(site, "sdapi/v1/upscalers")] == ["Lanczos"]
    assert post(site, "extra-single-image", image=colour(), upscaler_1="None").status_code == 200


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"image": "no base64!"}, "`image`"),
        ({"upscaling_resize": 9}, "`upscaling_resize`"),
        ({"upscaling_resize": 1}, "`upscaling_resize`"),
        ({"resize_mode": 1}, "`resize_mode`"),
        ({"gfpgan_visibility": 0.5}, "`gfpgan_visibility`"),
        ({"upscaler_2": "Lanczos", "extras_upscaler_2_visibility": 0.5}, "`upscaler_2`"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_own_name(site: Site, sent: dict[str, Any], named: str) -> None:
    assert named in refused(post(site, "extra-single-image", **{"image": colour(size=(64, 64)), **sent}))


def test_a_batch_without_pictures_is_refused(site: Site) -> None:
    assert "`imageList`" in refused(post(site, "extra-batch-images"))
