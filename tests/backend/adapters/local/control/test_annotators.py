"""ZoeDepth and OpenPose: what the playground makes of controlnet-aux, against controlnet-aux called directly."""

import importlib
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.control import annotators
from backend.adapters.local.control.annotators import OpenPoseFinder, ZoeFinder
from backend.adapters.local.control.depth import DepthFinder
from backend.domain.errors import Cancelled, NotReady, Unsupported
from tests.backend.adapters.local.control.annotator_models import openpose_detector, zoe_detector
from tests.backend.adapters.local.control.vision_models import save_depth_model
from tests.backend.adapters.local.pictures import distance


def unchecked() -> None:
    """Never stop."""


@pytest.fixture(scope="module", autouse=True)
def _quiet_import() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import controlnet_aux  # noqa: F401


@dataclass(frozen=True)
class Drawn:
    """A detector of controlnet-aux's, what finds with it here, and what that finds in the picture."""

    detector: Any
    finder: Any
    whole: Image.Image


@pytest.fixture(scope="module")
def image() -> Image.Image:
    """Return a picture with some structure, of an odd size."""
    return Image.radial_gradient("L").resize((205, 301)).convert("RGB")


@pytest.fixture(scope="module")
def zoe(image: Image.Image) -> Drawn:
    detector = zoe_detector()
    finder = ZoeFinder(detector)
    return Drawn(detector, finder, finder.find(image, unchecked))


@pytest.fixture(scope="module")
def openpose(image: Image.Image) -> Drawn:
    detector = openpose_detector()
    finder = OpenPoseFinder(detector)
    return Drawn(detector, finder, finder.find(image, unchecked))


@pytest.fixture(scope="module")
def depth(image: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    folder = tmp_path_factory.mktemp("depth")
    save_depth_model(folder)
    finder = DepthFinder(folder)
    return Drawn(None, finder, finder.find(image, unchecked))


def test_depth_by_zoe_is_controlnet_auxs_at_the_pictures_size(zoe: Drawn, image: Image.Image) -> None:
    theirs = zoe.detector(image, detect_resolution=512, image_resolution=512, output_type="pil")
    ours = zoe.whole
    assert theirs.size != image.size  # it rounds to multiples of 64
    assert ours.size == image.size
    assert distance(ours, theirs.resize(image.size, Image.Resampling.LANCZOS)) == 0
    assert ours.getextrema()[0] == (0, 255)


def test_the_depth_by_zoe_of_a_flat_picture_is_no_fault(zoe: Drawn) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        assert zoe.finder.find(Image.new("RGB", (64, 64), "white"), unchecked).size == (64, 64)


def test_poses_by_openpose_are_controlnet_auxs_with_hands_and_face(openpose: Drawn, image: Image.Image) -> None:
    detector, ours = openpose.detector, openpose.whole
    theirs = detector(image, detect_resolution=512, image_resolution=512, include_hand=True, include_face=True)
    assert ours.size == image.size
    assert distance(ours, theirs.resize(image.size, Image.Resampling.LANCZOS)) == 0
    body = detector(image, detect_resolution=512, image_resolution=512)
    assert np.asarray(body).any()
    assert distance(theirs, body) > 100


def test_openpose_says_so_where_it_sees_nobody(image: Image.Image) -> None:
    with pytest.raises(Unsupported, match="`image`: shows nobody whose pose could be found"):
        OpenPoseFinder(openpose_detector(anybody=False)).find(image, unchecked)


@pytest.mark.parametrize("made", ["zoe", "openpose", "depth"])
def test_a_detector_is_stopped_between_two_layers_and_works_afterwards(
    made: str, image: Image.Image, request: pytest.FixtureRequest
) -> None:
    drawn: Drawn = request.getfixturevalue(made)
    finder, whole, asked = drawn.finder, drawn.whole, 0

    def leave_at_the_second() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        finder.find(image, leave_at_the_second)
    assert asked == 2
    assert distance(finder.find(image, unchecked), whole) == 0


def test_a_newer_mediapipe_keeps_no_detector_from_working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MediaPipe 0.10.31 and later have no `solutions`, which controlnet-aux 0.0.10 takes for granted."""
    (tmp_path / "mediapipe.py").write_text('__version__ = "0.10.31"')
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("controlnet_aux", "mediapipe")]:
        monkeypatch.delitem(sys.modules, name)
    assert annotators._library().OpenposeDetector
    monkeypatch.delitem(sys.modules, "mediapipe", raising=False)
    assert importlib.import_module("mediapipe").__version__ == "0.10.31"


@pytest.mark.parametrize("finder", [ZoeFinder, OpenPoseFinder])
def test_without_the_library_the_way_out_is_said(finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "controlnet_aux", None)
    with pytest.raises(NotReady, match=r"`pip install -r requirements\.txt`, or choose the other detector"):
        finder.load(tmp_path)
