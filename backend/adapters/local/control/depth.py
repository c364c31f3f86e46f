"""Depth by a model of transformers."""

import threading
from pathlib import Path
from typing import Any

from PIL import Image

from backend.adapters.local.control.interruption import interruptible
from backend.threads.background import Check


class DepthFinder:
    """A monocular depth model of transformers, on the CPU: 2.5 s for a picture, and no turn on the device."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoImageProcessor, AutoModelForDepthEstimation

        self._turn = threading.Lock()
        self._processor: Any = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        self._model: Any = AutoModelForDepthEstimation.from_pretrained(folder, local_files_only=True).eval()

    def find(self, image: Image.Image, check: Check) -> Image.Image:
        """Return the depth of an image (RGB, the same size): near is white, and the range is used whole."""
        import torch

        with self._turn, interruptible(check, self._model), torch.inference_mode():
            found = self._model(**self._processor(images=image, return_tensors="pt"))
        sizes = [(image.height, image.width)]
        (depth,) = self._processor.post_process_depth_estimation(found, target_sizes=sizes)
        values = depth["predicted_depth"]
        span = (values.max() - values.min()).clamp_min(torch.finfo(values.dtype).tiny)
        shades = ((values - values.min()) / span * 255).round().byte().numpy()
        return Image.fromarray(shades).convert("RGB")
