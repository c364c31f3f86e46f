"""Faces and hands by a person's joints: where they begin and end, and how sure the network is of them."""

from collections.abc import Iterator

import numpy as np

from backend.adapters.local.control.pose.people import Numbers
from backend.adapters.local.control.pose.skeleton import FACE, HANDS, SEEN
from backend.adapters.local.control.sighting import Sighting
from backend.domain.parts import Target
from backend.images.boxes import Box

_LEAST_SIDE = 8
"""Pixels; what is smaller is no picture of anything."""
_LEAST_SEEN = 3
"""Joints that make a box."""
_FOREHEAD, _CHEEKS, _CHIN = 0.4, 0.12, 0.08
"""Of the height or width of the joints, which end at the brows, the jaw and the ears' roots."""
_FINGERS = 0.2
"""Of the longer side of a hand's joints: they end before the fingertips, and within the palm."""


def parts_of(person: Numbers, size: tuple[int, int]) -> Iterator[Sighting]:
    """Yield the face and the hands of a person, whose joints are [133, 3], in a picture of `size` (pixels)."""
    yield from _seen("face", person[FACE.start : FACE.stop], size)
    for hand in HANDS:
        yield from _seen("hand", person[hand.start : hand.stop], size)


def _seen(target: Target, joints: Numbers, size: tuple[int, int]) -> Iterator[Sighting]:
    """Yield what joints make a box; the score is the mean of all, so that one that is half hidden is half as sure."""
    seen = joints[joints[:, 2] >= SEEN]
    if len(seen) < _LEAST_SEEN:
        return
    box = _box(target, seen[:, :2].min(axis=0), seen[:, :2].max(axis=0), size)
    if min(box[2] - box[0], box[3] - box[1]) >= _LEAST_SIDE:
        yield Sighting(target, box, float(np.clip(joints[:, 2], 0, 1).mean()))


def _box(target: Target, least: Numbers, most: Numbers, size: tuple[int, int]) -> Box:
    (left, top), (right, bottom) = least.tolist(), most.tolist()
    wide, high = right - left, bottom - top
    if target == "face":
        more = (_CHEEKS * wide, _FOREHEAD * high, _CHEEKS * wide, _CHIN * high)
    else:
        more = (_FINGERS * max(wide, high),) * 4
    return (
        max(round(left - more[0]), 0),
        max(round(top - more[1]), 0),
        min(round(right + more[2]), size[0]),
        min(round(bottom + more[3]), size[1]),
    )
