"""Faces and hands by joints that were made up."""

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.control.pose.finder import PoseFinder
from backend.adapters.local.control.pose.joints import HEIGHT, WIDTH, crop_around
from backend.adapters.local.control.pose.parts import parts_of
from tests.backend.adapters.local.control.pose.test_pose import BOX, Network, detection, heat

FACE, LEFT_HAND = slice(23, 91), slice(91, 112)


def person(
    face: tuple[float, float, float, float] | None, hand: tuple[float, float, float, float] | None
) -> np.ndarray:
    """Return joints whose outermost ones touch these boxes."""
    joints = np.zeros((133, 3), np.float32)
    for where, box in ((FACE, face), (LEFT_HAND, hand)):
        if box:
            count = where.stop - where.start
            along = np.linspace(0, 1, count)
            joints[where, 0] = box[0] + (box[2] - box[0]) * along
            joints[where, 1] = box[1] + (box[3] - box[1]) * along
            joints[where, 2] = 0.9
    return joints


def test_a_face_reaches_over_the_brows_to_the_forehead() -> None:
    (face,) = parts_of(person((200, 100, 300, 200), None), (640, 480))
    assert (face.target, face.box) == ("face", (188, 60, 312, 208))
    assert face.score == pytest.approx(0.9)


def test_a_hand_has_flesh_around_its_joints_and_both_are_cut_at_the_pictures_edge() -> None:
    face, hand = parts_of(person((600, 10, 640, 60), (5, 440, 55, 470)), (640, 480))
    assert face.box == (595, 0, 640, 64)
    assert (hand.target, hand.box) == ("hand", (0, 430, 65, 480))


def test_one_that_is_half_hidden_is_half_as_sure_and_one_of_two_joints_is_none() -> None:
    half = person((200, 100, 300, 200), None)
    half[23:57, 2] = 0.1
    (face,) = parts_of(half, (640, 480))
    assert face.score == pytest.approx(0.5)
    few = person(None, (5, 440, 55, 470))
    few[93:112, 2] = 0.0
    assert list(parts_of(few, (640, 480))) == []


def test_what_lies_outside_the_picture_or_is_a_speck_is_none() -> None:
    assert list(parts_of(person((900, 100, 990, 200), None), (640, 480))) == []
    assert list(parts_of(person((100, 100, 102, 102), None), (640, 480))) == []


def test_a_network_that_says_more_than_one_is_as_sure_as_can_be() -> None:
    sure = person((200, 100, 300, 200), None)
    sure[FACE, 2] = 1.7
    (face,) = parts_of(sure, (640, 480))
    assert face.score == 1.0


def test_the_whole_way_from_a_picture_to_its_faces_and_hands_and_nobody_is_no_fault() -> None:
    places, seen = np.full((133, 2), 150.0), np.zeros(133)
    places[FACE] = np.linspace((120, 40), (168, 90), 68)
    places[112:133] = np.linspace((20, 100), (50, 130), 21)
    seen[FACE] = seen[112:133] = 0.8
    finder = PoseFinder(Network(detection(BOX)), Network(*heat(places, seen)))
    face, hand = finder.parts(Image.new("RGB", (640, 480)), lambda: None)
    crop = crop_around(BOX)
    middle = np.array([144, 65]) / [WIDTH, HEIGHT] * crop.size + crop.corner
    assert face.box[0] < middle[0] < face.box[2]
    assert face.box[1] < middle[1] < face.box[3]
    assert (face.target, hand.target) == ("face", "hand")
    alone = PoseFinder(Network(detection()), Network())
    assert alone.parts(Image.new("RGB", (640, 480)), lambda: None) == ()
