"""DWPose with networks that were made up: what they would say of a person standing in a picture."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.control.pose.finder import PoseFinder
from backend.adapters.local.control.pose.joints import HEIGHT, WIDTH, crop_around, cropped, joints_of
from backend.adapters.local.control.pose.people import SIDE, boxes_of, letterboxed
from backend.adapters.local.control.pose.skeleton import body_of, draw
from backend.domain.errors import Unsupported

BOX = np.array([200, 100, 300, 400], np.float32)
"""Where the person stands, in an image of 640×480."""


class Network:
    """Answers as one of OpenCV's networks does, whatever it is asked; `asked` keeps its input."""

    def __init__(self, *outputs: np.ndarray) -> None:
        self._outputs = outputs

    def setInput(self, asked: Any) -> None:  # noqa: N802 - OpenCV's name
        self.asked = asked

    def getUnconnectedOutLayersNames(self) -> list[str]:  # noqa: N802
        return [str(index) for index in range(len(self._outputs))]

    def forward(self, names: list[str]) -> tuple[np.ndarray, ...]:
        return self._outputs


def detection(*boxes: np.ndarray, score: float = 0.9) -> np.ndarray:
    """Return what YOLOX says of people in these boxes, on the coarsest grid."""
    found = np.full((1, 8400, 85), -8.0, np.float32)
    found[..., 4:] = 0
    first, stride = 6400 + 1600, 32
    for box in boxes:
        centre, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        column, row = (centre // stride).astype(int)
        place = first + row * (SIDE // stride) + column
        found[0, place, :2] = centre / stride - [column, row]
        found[0, place, 2:4] = np.log(size / stride)
        found[0, place, 4:6] = score, 1.0
    return found


def heat(joints: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what RTMPose says of joints at these places of its input (133 pairs of x and y)."""
    across, down = np.zeros((1, 133, WIDTH * 2), np.float32), np.zeros((1, 133, HEIGHT * 2), np.float32)
    for index, (x, y) in enumerate(joints):
        across[0, index, int(x * 2)] = down[0, index, int(y * 2)] = seen[index]
    return across, down


@pytest.fixture
def standing() -> np.ndarray:
    """Return 133 places of the network's input, of a person with arms held out."""
    places = np.full((133, 2), 150.0)
    places[:17] = [
        (144, 60), (150, 54), (138, 54), (156, 60), (132, 60), (174, 110), (114, 110), (220, 110), (68, 110),
        (260, 110), (28, 110), (162, 220), (126, 220), (162, 290), (126, 290), (162, 360), (126, 360),
    ]  # fmt: skip
    return places


def test_people_are_found_where_they_stand_and_once_each() -> None:
    twice = (BOX, BOX + 6)
    (box,) = boxes_of(detection(*twice), scale=1.0)
    assert np.abs(box - BOX).max() <= 6.5
    assert np.allclose(boxes_of(detection(BOX), scale=0.5)[0], BOX * 2, atol=0.5)
    assert boxes_of(detection(BOX, score=0.2), scale=1.0) == []


def test_a_picture_is_fitted_into_the_networks_square() -> None:
    red = np.zeros((300, 1280, 3), np.uint8)
    red[..., 0] = 200
    asked, scale = letterboxed(red)
    assert (asked.shape, scale) == ((1, 3, 640, 640), 0.5)
    assert asked[0, :, 10, 10].tolist() == [0, 0, 200]  # BGR
    assert asked[0, :, 600, 10].tolist() == [114, 114, 114]


def test_joints_come_back_to_the_pixels_of_the_image(standing: np.ndarray) -> None:
    crop = crop_around(BOX)
    joints = joints_of(list(heat(standing, np.full(133, 0.8))), crop)
    expected = standing / [WIDTH, HEIGHT] * crop.size + crop.corner
    assert np.abs(joints[:, :2] - expected).max() < 1
    assert joints[:, 2] == pytest.approx(0.8)
    swapped = joints_of(list(reversed(heat(standing, np.full(133, 0.8)))), crop)
    assert (swapped == joints).all()


def test_the_crop_shows_the_person_in_the_middle() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[100:400, 200:300] = 255
    asked = cropped(pixels, crop_around(BOX))
    assert asked.shape == (1, 3, HEIGHT, WIDTH)
    bright = np.argwhere(asked[0, 0] > 1)
    assert np.abs((bright.min(axis=0) + bright.max(axis=0)) / 2 - [HEIGHT / 2, WIDTH / 2]).max() < 2


def test_the_neck_lies_between_the_shoulders_and_is_as_sure_as_the_less_sure(standing: np.ndarray) -> None:
    person = np.concatenate([standing, np.full((133, 1), 0.9)], axis=1)
    person[6, 2] = 0.2
    assert body_of(person)[1].tolist() == pytest.approx([144, 110, 0.2])


def test_the_whole_way_draws_a_skeleton_in_openposes_colours(standing: np.ndarray) -> None:
    seen = np.zeros(133)
    seen[:17] = 0.9
    finder = PoseFinder(Network(detection(BOX)), Network(*heat(standing, seen)))
    picture = finder.find(Image.new("RGB", (640, 480), "white"), lambda: None)
    assert picture.size == (640, 480)
    crop = crop_around(BOX)

    def at(index: int) -> Any:
        return picture.getpixel(
            tuple((standing[index] / [WIDTH, HEIGHT] * crop.size + crop.corner).astype(int).tolist())
        )

    assert at(0) == (255, 0, 0)  # the nose is the first point
    assert at(6) == (255, 170, 0)  # the right shoulder the third
    assert picture.getpixel((5, 5)) == (0, 0, 0)


def test_what_is_not_seen_is_not_drawn(standing: np.ndarray) -> None:
    person = np.concatenate([standing, np.full((133, 1), 0.1)], axis=1)
    assert draw([person], (288, 384)).getbbox() is None
    person[91:112, 2] = 0.9
    person[91:112, :2] = np.random.default_rng(1).uniform(100, 200, (21, 2))
    assert draw([person], (288, 384)).getbbox() is not None


def test_a_picture_without_people_says_so() -> None:
    finder = PoseFinder(Network(detection()), Network())
    with pytest.raises(Unsupported, match="`image`: shows nobody whose pose could be found"):
        finder.find(Image.new("RGB", (640, 480), "white"), lambda: None)
