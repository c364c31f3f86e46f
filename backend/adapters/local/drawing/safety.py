"""The safety check: flags an image, and never changes or hides it."""

import threading
from pathlib import Path
from typing import Any

from PIL import Image

THRESHOLD = 0.5
"""The probability from which an image is flagged; the classifier has two classes."""


class SafetyCheck:
    """An image classifier of transformers; on the CPU, so that it holds up no drawing."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoImageProcessor, AutoModelForImageClassification

        self._turn = threading.Lock()
        self._processor: Any = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
        self._model: Any = AutoModelForImageClassification.from_pretrained(folder, local_files_only=True).eval()
        labels = {name.lower(): index for index, name in self._model.config.id2label.items()}
        self._unsafe = labels["nsfw"]

    def flags(self, image: Image.Image) -> bool:
        """Whether the image (RGB) isn't safe for work, as far as the classifier can tell."""
        import torch

        with self._turn, torch.inference_mode():
            found = self._model(**self._processor(images=image, return_tensors="pt")).logits
        return bool(found.softmax(-1)[0, self._unsafe] >= THRESHOLD)
