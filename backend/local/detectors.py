"""Control pictures: what a ControlNet follows, made from an image."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from backend.canny import edges
from backend.errors import Problem, Unsupported
from backend.local.extras import Extras
from backend.request_parts import Preprocess

NO_POSE = "The local engine finds no poses: give a pose picture of your own and choose `none`."


class Detectors:
    """Edges need no weights; depth needs an extra, which is loaded when it is first asked for."""

    def __init__(self, extras: Extras) -> None:
        self._extras = extras
        self._loading = threading.Lock()
        self._depth: DepthFinder | None = None

    def lacking(self) -> Mapping[Preprocess, str]:
        """Name what can't be detected now, with the way out."""
        found: dict[Preprocess, str] = {"pose": NO_POSE}
        depth = self._extras.lacking("depth")
        return {**found, "depth": depth} if depth else found

    def detect(self, preprocess: Preprocess, image: Image.Image) -> Image.Image:
        """Return the control picture (RGB, the same size) of an image; raise `Unsupported` where it can't be made."""
        if preprocess == "none":
            return image
        if preprocess == "canny":
            return edges(image)
        reason = self.lacking().get(preprocess)
        if reason:
            raise Unsupported([Problem("preprocess", reason)])
        return self._depth_finder().find(image)

    def _depth_finder(self) -> "DepthFinder":
        with self._loading:
            folder = self._extras.folder("depth")
            assert folder is not None
            if self._depth is None:
                self._depth = DepthFinder(folder)
            return self._depth


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
