"""From a picture of people to their skeletons."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from backend.errors import Problem, Unsupported
from backend.local.pose.joints import crop_around, cropped, joints_of
from backend.local.pose.people import boxes_of, letterboxed
from backend.local.pose.skeleton import draw

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

    def find(self, image: Image.Image) -> Image.Image:
        """Return the skeletons (RGB, the image's size) on black; raise `Unsupported` where nobody is seen."""
        pixels = np.asarray(image.convert("RGB"))
        with self._turn:
            asked, scale = letterboxed(pixels)
            (output,) = _ask(self._people, asked)
            crops = [crop_around(box) for box in boxes_of(output, scale)]
            people = [joints_of(_ask(self._joints, cropped(pixels, crop)), crop) for crop in crops]
        if not people:
            raise Unsupported([Problem("image", "shows nobody whose pose could be found: choose canny or depth.")])
        return draw(people, image.size)


def _ask(network: Any, asked: Any) -> list[Any]:
    network.setInput(asked)
    return list(network.forward(network.getUnconnectedOutLayersNames()))
