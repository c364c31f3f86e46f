"""From a picture of people to their skeletons."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from backend.adapters.local.control.pose.joints import crop_around, cropped, joints_of
from backend.adapters.local.control.pose.parts import parts_of
from backend.adapters.local.control.pose.people import Numbers, boxes_of, letterboxed
from backend.adapters.local.control.pose.skeleton import draw
from backend.adapters.local.control.sighting import Sighting
from backend.domain.errors import Problem, Unsupported
from backend.threads.background import Check

PEOPLE_FILE, JOINTS_FILE = "yolox_l.onnx", "dw-ll_ucoco_384.onnx"


class PoseFinder:
    """Two networks with OpenCV's interface: one finds people, one their joints. On the CPU, one picture at a time."""

    def __init__(self, people: Any, joints: Any) -> None:
        self._people, self._joints = people, joints
        self._turn = threading.Lock()

    @classmethod
    def load(cls, folder: Path) -> "PoseFinder":
        """Read DWPose's two files."""
        import cv2

        people, joints = (cv2.dnn.readNetFromONNX(str(folder / name)) for name in (PEOPLE_FILE, JOINTS_FILE))
        return cls(people, joints)

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        """Return the skeletons (RGB, the image's size) on black; raise `Unsupported` where nobody is seen."""
        people = self._seen(image, check)
        if not people:
            raise nobody()
        return draw(people, image.size)

    def parts(self, image: Image.Image, check: Check) -> tuple[Sighting, ...]:
        """Return the faces and hands of all people that are seen; `check` is asked on the way and may end it."""
        people = self._seen(image, check)
        return tuple(part for person in people for part in parts_of(person, image.size))

    def _seen(self, image: Image.Image, check: Check) -> list[Numbers]:
        """Return the joints of everybody who is seen, each [133, 3]."""
        pixels, people = np.asarray(image.convert("RGB")), []
        with self._turn:
            asked, scale = letterboxed(pixels)
            (output,) = _ask(self._people, asked)
            for box in boxes_of(output, scale):
                check()
                crop = crop_around(box)
                people.append(joints_of(_ask(self._joints, cropped(pixels, crop)), crop))
        return people


def nobody() -> Unsupported:
    """Return the error of a picture without people."""
    return Unsupported([Problem("image", "shows nobody whose pose could be found: choose canny or depth.")])


def _ask(network: Any, asked: Any) -> list[Any]:
    network.setInput(asked)
    return list(network.forward(network.getUnconnectedOutLayersNames()))
