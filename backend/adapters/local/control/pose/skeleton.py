"""Joints drawn as OpenPose draws them, which is what ControlNets for poses were trained on.

The limbs, their order and colours are OpenPose's COCO model; points below `SEEN` are left out.
"""

import colorsys
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.adapters.local.control.pose.people import Numbers

SEEN = 0.3
"""The least score of a joint, as in DWPose."""
_BODY = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""OpenPose's 18 points among COCO's; its neck lies between the shoulders."""
_SHOULDERS = (5, 6)
_NECK = 1
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_COLOURS = tuple(tuple(round(part * 255) for part in colorsys.hsv_to_rgb(index / 18, 1, 1)) for index in range(18))
FACE = range(23, 91)
HANDS = (range(91, 112), range(112, 133))
_FINGERS = tuple((0 if joint % 4 == 1 else joint - 1, joint) for joint in range(1, 21))
_LIMB_LIGHT = 0.6
_SIDE, _THICKNESS = 512, 4
"""OpenPose's limbs are so many pixels thick on a picture of this side."""


def draw(people: list[Numbers], size: tuple[int, int]) -> Image.Image:
    """Return the skeletons of people (each [133, 3]) on black (RGB), `size` is width and height in pixels."""
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    thickness = max(round(_THICKNESS * min(size) / _SIDE), 1)
    bodies = [body_of(person) for person in people]
    for body in bodies:
        _draw_limbs(canvas, body, thickness)
    canvas = (canvas * _LIMB_LIGHT).astype(np.uint8)
    for body in bodies:
        _draw_points(canvas, body, thickness)
    for person in people:
        _draw_hands_and_face(canvas, person, thickness)
    return Image.fromarray(canvas)


def body_of(person: Numbers) -> Numbers:
    """Return OpenPose's 18 points of a person's 133, as [18, 3]."""
    shoulders = person[list(_SHOULDERS)]
    neck = np.append(shoulders[:, :2].mean(axis=0), shoulders[:, 2].min())
    return np.stack([neck if index is None else person[index] for index in _BODY])


def _draw_limbs(canvas: NDArray[np.uint8], body: Numbers, thickness: int) -> None:
    import cv2

    for (begin, end), colour in zip(_LIMBS, _COLOURS, strict=False):
        one, other = body[begin], body[end]
        if min(one[2], other[2]) < SEEN:
            continue
        centre = _point((one + other) / 2)
        across, down = other[0] - one[0], other[1] - one[1]
        axes = (int(math.hypot(across, down) / 2), thickness)
        angle = math.degrees(math.atan2(down, across))
        cv2.ellipse(canvas, centre, axes, angle, 0, 360, colour, -1)


def _draw_points(canvas: NDArray[np.uint8], body: Numbers, thickness: int) -> None:
    import cv2

    for joint, colour in zip(body, _COLOURS, strict=True):
        if joint[2] >= SEEN:
            cv2.circle(canvas, _point(joint), thickness, colour, -1)


def _draw_hands_and_face(canvas: NDArray[np.uint8], person: Numbers, thickness: int) -> None:
    import cv2

    for hand in HANDS:
        points = person[hand.start : hand.stop]
        for index, (begin, end) in enumerate(_FINGERS):
            if min(points[begin][2], points[end][2]) >= SEEN:
                light = colorsys.hsv_to_rgb(index / len(_FINGERS), 1, 1)
                colour = tuple(round(part * 255) for part in light)
                cv2.line(canvas, _point(points[begin]), _point(points[end]), colour, max(thickness // 2, 1))
        for point in points[points[:, 2] >= SEEN]:
            cv2.circle(canvas, _point(point), thickness, (0, 0, 255), -1)
    for point in person[FACE.start : FACE.stop]:
        if point[2] >= SEEN:
            cv2.circle(canvas, _point(point), max(thickness * 3 // 4, 1), (255, 255, 255), -1)


def _point(joint: Numbers) -> tuple[int, int]:
    return int(joint[0]), int(joint[1])
