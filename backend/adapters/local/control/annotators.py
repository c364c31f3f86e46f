"""controlnet-aux's detectors, which ControlNets were trained with: ZoeDepth and OpenPose. On the CPU."""

import importlib
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image

from backend.adapters.local.control.interruption import interruptible
from backend.adapters.local.control.pose import nobody
from backend.domain.errors import NotReady
from backend.images.sizing import resized
from backend.threads.background import Check

SIDE = 512
"""The shorter side in pixels at which they look at a picture, as in the ControlNet's training."""


class ZoeFinder:
    """Depth by ZoeDepth."""

    def __init__(self, detector: Any) -> None:
        self._detector, self._turn = detector, threading.Lock()

    @classmethod
    def load(cls, folder: Path) -> "ZoeFinder":
        """Read the weights from a folder; raise `NotReady` where controlnet-aux can't be imported."""
        return cls(_library().ZoeDetector.from_pretrained(str(folder)))

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        """Return the depth of an image (RGB, the same size), near is white."""
        # A flat picture has no range of depth to divide by.
        with self._turn, interruptible(check, self._detector.model), np.errstate(divide="ignore", invalid="ignore"):
            found: Image.Image = self._detector(image, detect_resolution=SIDE, image_resolution=SIDE)
        return resized(found.convert("RGB"), image.size, "stretch")


class OpenPoseFinder:
    """Bodies, hands and faces by OpenPose."""

    def __init__(self, detector: Any) -> None:
        self._detector, self._turn = detector, threading.Lock()

    @classmethod
    def load(cls, folder: Path) -> "OpenPoseFinder":
        """Read the weights from a folder; raise `NotReady` where controlnet-aux can't be imported."""
        return cls(_library().OpenposeDetector.from_pretrained(str(folder)))

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        """Return the skeletons (RGB, the image's size) on black; raise `Unsupported` where nobody is seen."""
        parts = (self._detector.body_estimation, self._detector.hand_estimation, self._detector.face_estimation)
        with self._turn, interruptible(check, *(part.model for part in parts)):
            found: Image.Image = self._detector(
                image, detect_resolution=SIDE, image_resolution=SIDE, include_hand=True, include_face=True
            )
        if found.getbbox() is None:
            raise nobody()
        return resized(found, image.size, "stretch")


def _library() -> Any:
    with warnings.catch_warnings(), _without_mediapipe():
        warnings.simplefilter("ignore")  # it warns of detectors that are not used here
        try:
            return importlib.import_module("controlnet_aux")
        except (ImportError, RuntimeError, AttributeError) as error:  # torchvision, or another one, doesn't match
            raise NotReady(
                f"ZoeDepth and OpenPose need the library controlnet-aux, which can't be imported here ({error}): run "
                "`pip install -r requirements.txt`, or choose the other detector."
            ) from error


@contextmanager
def _without_mediapipe() -> Iterator[None]:
    """Have MediaPipe look as if it weren't installed, for which controlnet-aux (0.0.10) is made.

    It takes `mediapipe.solutions` for granted, which 0.10.31 has no more, for a detector of faces that isn't used here.
    """
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "mediapipe"}
    if "controlnet_aux" in sys.modules:
        yield
        return
    for name in (*hidden, "mediapipe"):
        sys.modules[name] = cast(Any, None)  # Python's own sign for what can't be imported
    try:
        yield
    finally:
        del sys.modules["mediapipe"]
        sys.modules |= hidden
