"""Details on the embedded model, in whole runs; a stand-in finds a drawn shape as the face."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.control import detectors
from backend.adapters.local.control.sighting import Sighting
from backend.domain.caller import Caller
from backend.domain.errors import Cancelled, InvalidRequest
from backend.domain.events import Generated, Progress
from backend.domain.records import AS_MADE
from backend.domain.requests import ImageToImage, Request
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from tests.backend.adapters.local.conftest import asked
from tests.backend.adapters.local.hub_cache import put_in_cache

CALLER = Caller(visitor="visitor-1")
FACE = (40, 30, 88, 84)


class Stand:
    """Finds the face that is drawn below, however the picture came about; never a hand."""

    def __init__(self, _: Path) -> None: ...

    def find(self, image: Image.Image, check: Any) -> Image.Image:
        return image

    def parts(self, image: Image.Image, check: Any) -> tuple[Sighting, ...]:
        check()
        return (Sighting("face", FACE, 0.8),)


@pytest.fixture
def seeing(local: LocalBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalBackend:
    """Return the backend with the finder's files here."""
    put_in_cache(tmp_path / "hub", "pose")
    monkeypatch.setitem(detectors.LOADERS, "pose", Stand)
    monkeypatch.setattr(local.extras, "_cache", tmp_path / "hub")
    return local


def portrait(files: ImageFiles) -> tuple[str, Image.Image]:
    image = Image.new("RGB", (160, 128), "teal")
    ImageDraw.Draw(image).ellipse(FACE, fill="gold")
    return files.put(encode(image, "png"), "png"), image


def made(backend: LocalBackend, request: Request) -> list[Generated]:
    heard = Heard()
    backend.run(request, CALLER, heard)
    return [event for event in heard.told if isinstance(event, Generated)]


def pixels(event: Generated) -> np.ndarray:
    assert isinstance(event.image, Image.Image)
    return np.asarray(event.image).astype(int)


def pressed(files: ImageFiles, **values: Any) -> ImageToImage:
    sha256, _ = portrait(files)
    values = {
        "prompt": "a red circle",
        "image": sha256,
        "strength": 0,
        "steps": 2,
        "seed": 7,
        "details": ({},),
        **values,
    }
    return ImageToImage.model_validate(values)


def test_a_press_draws_the_face_again_and_nothing_else_and_the_same_again(seeing: LocalBackend) -> None:
    request = pressed(seeing.files)
    (first,), (again,) = made(seeing, request), made(seeing, request)
    before = np.asarray(portrait(seeing.files)[1]).astype(int)
    there = np.abs(pixels(first) - before).max(axis=2) > 0
    left, top, right, bottom = FACE
    assert there[top:bottom, left:right].mean() > 0.9
    there[top - 5 : bottom + 5, left - 5 : right + 5] = False
    assert not there.any()
    assert (pixels(first) == pixels(again)).all()
    assert AS_MADE not in first.details


def test_every_image_of_several_has_its_own_and_equals_that_of_its_seed_alone(seeing: LocalBackend) -> None:
    both = made(seeing, asked(steps=2, count=2, details=({},)))
    (second,) = made(seeing, asked(steps=2, seed=8, details=({},)))
    assert (pixels(both[1]) == pixels(second)).all()
    assert (pixels(both[0]) != pixels(both[1])).any()


def test_a_part_differs_from_the_picture_without_details_inside_alone(seeing: LocalBackend) -> None:
    (bare,), (again,) = made(seeing, asked(steps=2)), made(seeing, asked(steps=2, details=({"strength": 0.6},)))
    there = (pixels(bare) != pixels(again)).any(axis=2)
    left, top, right, bottom = FACE
    assert there[top:bottom, left:right].mean() > 0.5
    there[top - 5 : bottom + 5, left - 5 : right + 5] = False
    assert not there.any()


class Left(Heard):
    """A visitor who leaves once something is told."""

    def tell(self, event: Any) -> None:
        super().tell(event)
        if isinstance(event, Progress) and event.doing == "Drawing face 1 of 1 again":
            raise Cancelled


def test_stop_ends_a_detail_within_a_step_and_the_device_is_free_again(seeing: LocalBackend) -> None:
    left = Left()
    with pytest.raises(Cancelled):
        seeing.run(pressed(seeing.files, steps=8), CALLER, left)
    steps = [event for event in left.told if isinstance(event, Progress) and event.step]
    assert [(event.step, event.total) for event in steps] == [(1, 8)]
    assert len(made(seeing, pressed(seeing.files))) == 1


def test_what_is_not_found_is_said_with_the_image(seeing: LocalBackend) -> None:
    (unsure,) = made(seeing, pressed(seeing.files, details=({"confidence": 0.9},)))
    assert unsure.details[AS_MADE] == "No face was found to draw again; a lower confidence may find one."
    assert (pixels(unsure) == np.asarray(portrait(seeing.files)[1])).all()
    (no_hand,) = made(seeing, pressed(seeing.files, details=({}, {"target": "hand"})))
    assert no_hand.details[AS_MADE] == "No hand was found to draw again; a lower confidence may find one."


def test_without_the_finder_details_are_refused_with_the_way_to_it(local: LocalBackend, tmp_path: Path) -> None:
    local.extras._cache = tmp_path / "nothing"
    with pytest.raises(InvalidRequest, match=r"`details.*found by their joints.*DWPose \(351 MB, Apache-2\.0\)"):
        local.capabilities.check(pressed(local.files))
    assert "details" in local.capabilities.lacks


def test_an_estimate_counts_a_place_of_each_detail(seeing: LocalBackend) -> None:
    bare = asked(steps=2, width=128, height=128)
    made(seeing, bare)
    made(seeing, pressed(seeing.files))
    alone = seeing.workshop.seconds(bare)
    assert alone
    with_one = seeing.workshop.seconds(bare.model_copy(update={"details": pressed(seeing.files).details}))
    with_two = seeing.workshop.seconds(bare.model_copy(update={"details": pressed(seeing.files).details * 2}))
    assert with_one is not None
    assert with_two is not None
    assert with_two - with_one == pytest.approx(with_one - alone)
