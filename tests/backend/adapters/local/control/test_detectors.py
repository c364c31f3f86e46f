from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.adapters.local.control.annotators import ZoeFinder
from backend.adapters.local.control.depth import DepthFinder
from backend.adapters.local.control.detectors import LOADERS, MOST_MAPS, Detectors
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import LocalOptions
from backend.domain.errors import Unsupported
from backend.domain.parts import Control
from tests.backend.adapters.local.control.annotator_models import zoe_detector
from tests.backend.adapters.local.control.vision_models import save_depth_model
from tests.backend.adapters.local.hub_cache import put_in_cache
from tests.backend.adapters.local.pictures import distance


@pytest.fixture
def detectors(tmp_path: Path) -> Detectors:
    """Return detectors of a machine that has no extras."""
    return Detectors(Extras(offered=True, cache=tmp_path))


def wanted(preprocess: str, **values: Any) -> Control:
    return Control.model_validate({"image": "a" * 64, "preprocess": preprocess, **values})


@pytest.fixture
def image() -> Image.Image:
    """Return a black square on white, of an odd size."""
    picture = Image.new("RGB", (133, 97), "white")
    ImageDraw.Draw(picture).rectangle((40, 30, 80, 70), fill="black")
    return picture


def test_edges_need_no_weights_and_keep_the_size(detectors: Detectors, image: Image.Image) -> None:
    found = detectors.detect(wanted("canny"), image)
    assert found.size == image.size
    assert found.getpixel((60, 50)) == (0, 0, 0)
    assert max(found.getpixel((column, 50))[0] for column in (38, 39, 40, 41)) == 255


def test_lower_thresholds_find_more_edges(detectors: Detectors) -> None:
    slope = Image.linear_gradient("L").resize((256, 256)).convert("RGB")
    ImageDraw.Draw(slope).rectangle((80, 80, 160, 160), fill="#8a8a8a")  # against a ground that meets it in places
    found = [
        np.count_nonzero(np.asarray(detectors.detect(wanted("canny", low_threshold=low, high_threshold=high), slope)))
        for low, high in ((200, 254), (100, 200), (20, 40))
    ]
    assert found[0] < found[1] < found[2]


def test_none_takes_the_image_as_the_map(detectors: Detectors, image: Image.Image) -> None:
    assert distance(detectors.detect(wanted("none"), image), image) == 0


@pytest.mark.parametrize(
    ("preprocess", "said"),
    [
        ("depth", r"Depth Anything V2 Small \(99 MB, Apache-2\.0\): get it beside the backend switch"),
        ("pose", r"DWPose \(351 MB, Apache-2\.0\)"),
    ],
)
def test_a_detector_without_its_weights_says_what_to_do_at_once(
    detectors: Detectors, image: Image.Image, preprocess: str, said: str
) -> None:
    with pytest.raises(Unsupported, match=f"`preprocess`: .*{said}"):
        detectors.detect(wanted(preprocess), image)


def test_depth_is_a_grey_map_of_the_images_size_over_the_whole_range(tmp_path: Path, image: Image.Image) -> None:
    save_depth_model(tmp_path)
    found = DepthFinder(tmp_path).find(image, lambda: None)
    assert found.size == image.size
    pixels = np.asarray(found)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_the_depth_of_a_flat_picture_is_no_fault(tmp_path: Path) -> None:
    save_depth_model(tmp_path)
    assert DepthFinder(tmp_path).find(Image.new("RGB", (64, 64), "white"), lambda: None).size == (64, 64)


def test_the_larger_detectors_say_their_size_and_their_licence(detectors: Detectors, image: Image.Image) -> None:
    options = LocalOptions(depth_detector="ZoeDepth", pose_detector="OpenPose")
    with pytest.raises(Unsupported, match=r"ZoeDepth \(1\.4 GB, MIT\): get it beside the backend switch"):
        detectors.detect(wanted("depth"), image, options)
    with pytest.raises(Unsupported, match=r"OpenPose \(510 MB, for non-commercial research only\)"):
        detectors.detect(wanted("pose"), image, options)


def test_where_the_other_detector_is_here_it_is_named(tmp_path: Path) -> None:
    put_in_cache(tmp_path, "zoe")
    detectors = Detectors(Extras(offered=True, cache=tmp_path))
    assert set(detectors.lacking()) == {"pose"}
    controls = [Control(image="0" * 64, preprocess="depth"), Control(image="1" * 64, preprocess="depth")]
    (problem,) = detectors.problems(controls, LocalOptions())
    assert str(problem).endswith("get it beside the backend switch. Or choose ZoeDepth, which is here.")
    assert not list(detectors.problems(controls, LocalOptions(depth_detector="ZoeDepth")))


def test_the_chosen_detector_makes_the_map(tmp_path: Path, image: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("depth", "zoe"):
        put_in_cache(tmp_path, name)
    finder = ZoeFinder(zoe_detector())
    monkeypatch.setitem(LOADERS, "zoe", lambda _: finder)
    detectors = Detectors(Extras(offered=True, cache=tmp_path))
    found = detectors.detect(wanted("depth"), image, LocalOptions(depth_detector="ZoeDepth"))
    assert distance(found, finder.find(image, lambda: None)) == 0


def test_a_map_is_made_once_for_a_picture_and_a_detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Copyist:
        def find(self, image: Image.Image, _: object) -> Image.Image:
            asked.append(image.size)
            return image.copy()

    for name in ("depth", "zoe"):
        put_in_cache(tmp_path, name)
        monkeypatch.setitem(LOADERS, name, lambda _: Copyist())
    detectors = Detectors(Extras(offered=True, cache=tmp_path))
    red, blue, small = (
        Image.new("RGB", size, colour) for size, colour in (((9, 9), "red"), ((9, 9), "blue"), ((9, 3), "red"))
    )
    for picture in (red, blue, small, red.copy(), small):
        assert distance(detectors.detect(wanted("depth"), picture), picture) == 0
    assert asked == [(9, 9), (9, 9), (9, 3)]
    detectors.detect(wanted("depth"), red, LocalOptions(depth_detector="ZoeDepth"))
    assert len(asked) == 4
    for level in range(MOST_MAPS):
        detectors.detect(wanted("depth"), Image.new("RGB", (9, 9), (level, 9, 9)))
    detectors.detect(wanted("depth"), red)
    assert len(asked) == 4 + MOST_MAPS + 1
