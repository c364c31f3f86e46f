"""The training objective: predict the way from noise to the picture, most of all where the picture is decided."""

import torch
from torch import Tensor

from tools.tiny_model.batches import Batch
from tools.tiny_model.forward import Inputs, Layout, encode_text, make_layout, predict
from tools.tiny_model.latents import Projection
from tools.tiny_model.models import Parts

EVEN_FROM = 0.5  # below this sigma a picture's error counts as in its clean latents


class Objective:
    """Losses of batches, with the rotations of each size kept."""

    def __init__(self, projection: Projection) -> None:
        self._weights = torch.from_numpy(projection.weights())[None, :, None, None]
        self._layouts: dict[tuple[int, int, int], Layout] = {}

    def losses(self, parts: Parts, batch: Batch, *, guided: bool = True) -> Tensor:
        """The weighted loss of each picture; the guided ones come first."""
        height, width = (side // 2 for side in batch.clean.shape[2:])
        key = (batch.ids.shape[1], height, width)
        if key not in self._layouts:
            self._layouts[key] = make_layout(parts.transformer, caption=key[0], height=height, width=width)
        sigma = batch.sigma[:, None, None, None]
        noisy = (1 - sigma) * batch.clean + sigma * batch.noise
        inputs = Inputs(noisy, 1 - batch.sigma, encode_text(parts.text, batch.ids), batch.padding)
        steering = {"control": parts.control, "guides": batch.guides} if guided else {}
        predicted = predict(parts.transformer, inputs, self._layouts[key], **steering)
        errors = (self._weights * (predicted - (batch.clean - batch.noise)).square()).mean((1, 2, 3))
        return errors * torch.clamp(batch.sigma / EVEN_FROM, max=1).square()
