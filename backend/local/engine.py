"""The loaded model: from one drawing's numbers to its pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.errors import GenerationFailed
from backend.local.faults import memory_guard
from backend.local.previews import fit_colours, thumbnail
from backend.local.prompts import PromptCache
from backend.local.schedulers import build_scheduler
from backend.requests import Request

if TYPE_CHECKING:
    import numpy as np

OnStep = Callable[[int, int, bytes | None], None]
"""Called after each step with its number (from 1), the number of all, and a small JPEG; raises to stop the drawing."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One image to draw: its request, its seed, and its size in pixels (multiples of 16)."""

    request: Request
    seed: int
    width: int
    height: int

    @property
    def guidance(self) -> float:
        """Return diffusers' guidance: its formula is pos + g·(pos - neg), so the conventional 1 is its 0, off."""
        return max(self.request.guidance - 1, 0.0)


class Engine:
    """One set of weights on one device. Not safe for two threads at once: guard it with a `Lane`."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        self.prompts = PromptCache(pipe)
        self.colours = fit_colours(pipe.vae)
        self._scheduler = pipe.scheduler.config

    def draw(self, drawing: Drawing, on_step: OnStep) -> Image.Image:
        """Draw one image (RGB). The same drawing gives the same pixels, whatever was drawn before it."""
        size = f"{drawing.width}×{drawing.height}"
        with memory_guard(f"an image of {size}", "Choose a smaller size, or another backend."):
            pixels = self._pixels(drawing, on_step)
        if not _finite(pixels):
            raise GenerationFailed("The model's numbers overflowed into a black image: try another seed or scheduler.")
        picture: Image.Image = self.pipe.image_processor.numpy_to_pil(pixels)[0]
        return picture

    def _pixels(self, drawing: Drawing, on_step: OnStep) -> "np.ndarray[Any, Any]":
        import torch

        request = drawing.request
        self.pipe.scheduler = build_scheduler(request.scheduler, request.shift, self._scheduler)
        guided = drawing.guidance > 0
        pixels: np.ndarray[Any, Any] = self.pipe(
            prompt_embeds=[self.prompts.embed(request.prompt)],
            negative_prompt_embeds=[self.prompts.embed(request.negative_prompt)] if guided else None,
            guidance_scale=drawing.guidance,
            width=drawing.width,
            height=drawing.height,
            num_inference_steps=request.steps,
            # On the CPU, so that a seed means the same on every device.
            generator=[torch.Generator("cpu").manual_seed(drawing.seed)],
            output_type="np",
            callback_on_step_end=self._callback(request.steps, on_step),
            callback_on_step_end_tensor_inputs=["latents", "noise_pred"],
        ).images
        return pixels

    def _callback(self, total: int, on_step: OnStep) -> Callable[..., dict[str, Any]]:
        def after(pipe: Any, index: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            last = index + 1 == len(pipe.scheduler.timesteps)
            clean = tensors["latents"] - pipe.scheduler.sigmas[index + 1] * tensors["noise_pred"]
            on_step(index + 1, total, None if last else thumbnail(clean, self.colours))
            return {}

        return after


def _finite(pixels: "np.ndarray[Any, Any]") -> bool:
    import numpy as np

    return bool(np.isfinite(pixels).all())
