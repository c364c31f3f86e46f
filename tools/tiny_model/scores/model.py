"""A packed model that draws for the scores."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from diffusers import ZImageControlNetModel, ZImageControlNetPipeline, ZImagePipeline
from PIL import Image

from tools.tiny_model.packing.export import CONTROL

AT_ONCE = 16  # pictures in a batch


@dataclass(frozen=True)
class Model:
    """A packed model and how its pictures are made."""

    folder: Path
    steps: int = 8
    width: int = 128
    height: int = 128

    @cached_property
    def pipeline(self) -> ZImagePipeline:
        """The model's pipeline, in single precision."""
        loaded = ZImagePipeline.from_pretrained(self.folder, dtype=torch.float32)
        loaded.set_progress_bar_config(disable=True)
        return loaded

    @cached_property
    def steered(self) -> ZImageControlNetPipeline:
        """The pipeline with its control branch."""
        control = ZImageControlNetModel.from_pretrained(self.folder / CONTROL, torch_dtype=torch.float32)
        loaded = ZImageControlNetPipeline(**self.pipeline.components, controlnet=control)
        loaded.set_progress_bar_config(disable=True)
        return loaded

    def draw(self, texts: list[str]) -> list[np.ndarray]:
        """One picture for each prompt; seed n for the n-th."""
        pictures: list[Image.Image] = []
        for start in range(0, len(texts), AT_ONCE):
            chunk = texts[start : start + AT_ONCE]
            made = self.pipeline(
                list(chunk), width=self.width, height=self.height, num_inference_steps=self.steps, guidance_scale=0.0,
                generator=seeds(len(chunk), first=start),
            )  # fmt: skip
            pictures += made.images
        return [np.asarray(picture) for picture in pictures]

    def follow(self, guide: np.ndarray, text: str, *, strength: float, seed: int) -> np.ndarray:
        """A picture of a prompt that follows a guide, uint8 RGB of the model's size, at a strength."""
        made = self.steered(
            text, control_image=Image.fromarray(guide), width=self.width, height=self.height,
            controlnet_conditioning_scale=strength, num_inference_steps=self.steps, guidance_scale=0.0,
            generator=seeds(1, first=seed),
        )  # fmt: skip
        return np.asarray(made.images[0])


def seeds(count: int, *, first: int) -> list[torch.Generator]:
    """Generators seeded with consecutive numbers."""
    return [torch.Generator().manual_seed(first + at) for at in range(count)]
