"""Control pictures: what a ControlNet follows, made from an image."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from backend.canny import edges
from backend.errors import Problem, Unsupported
from backend.local.extras import Extras
from backend.local.pose import PoseFinder
from backend.request_parts import Preprocess

_NEEDS: tuple[Preprocess, ...] = ("depth", "pose")


class Finder(Protocol):
    """A detector with weights."""

    def find(self, image: Image.Image) -> Image.Image:
        """Return the control picture (RGB, the same size)."""


class Detectors:
    """Edges need no weights; depth and poses need extras, which are loaded when they are first asked for."""

    def __init__(self, extras: Extras) -> None:
        self._extras = extras
        self._loading = threading.Lock()
        self._finders: dict[Preprocess, Finder] = {}

    def lacking(self) -> Mapping[Preprocess, str]:
        """Name what can't be detected now, with the way out."""
        reasons = ((name, self._extras.lacking(name)) for name in _NEEDS)
        return {name: reason for name, reason in reasons if reason}

    def detect(self, preprocess: Preprocess, image: Image.Image) -> Image.Image:
        """Return the control picture (RGB, the same size) of an image; raise `Unsupported` where it can't be made."""
        if preprocess == "none":
            return image
        if preprocess == "canny":
            return edges(image)
        return self._finder(preprocess).find(image)

    def _finder(self, preprocess: Preprocess) -> Finder:
        with self._loading:
            folder = self._extras.folder(preprocess)
            if folder is None:
                raise Unsupported([Problem("preprocess", self._extras.lacking(preprocess) or "isn't here.")])
            if preprocess not in self._finders:
                load: Callable[[Path], Finder] = DepthFinder if preprocess == "depth" else PoseFinder.load
                self._finders[preprocess] = load(folder)
            return self._finders[preprocess]


class DepthFinder:
    """A monocular depth model of transformers, on the CPU: 2.5 s for a picture, and no turn on the device."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoImageProcessor, AutoModelForDepthEstimation

        self._processor: Any = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        self._model: Any = AutoModelForDepthEstimation.from_pretrained(folder, local_files_only=True).eval()

    def find(self, image: Image.Image) -> Image.Image:
        """Return the depth of an image (RGB, the same size): near is white, and the range is used whole."""
        import torch

        with torch.inference_mode():
            found = self._model(**self._processor(images=image, return_tensors="pt"))
        sizes = [(image.height, image.width)]
        (depth,) = self._processor.post_process_depth_estimation(found, target_sizes=sizes)
        values = depth["predicted_depth"]
        span = (values.max() - values.min()).clamp_min(torch.finfo(values.dtype).tiny)
        shades = ((values - values.min()) / span * 255).round().byte().numpy()
        return Image.fromarray(shades).convert("RGB")
