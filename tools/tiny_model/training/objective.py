"""The training objective: predict the way from noise to the picture, most of all where the picture is decided."""

import torch
from torch import Tensor
from torch.nn import functional

from tools.tiny_model.networks.forward import Inputs, Layout, encode_text, make_layout, predict, run_block
from tools.tiny_model.networks.latents import Projection
from tools.tiny_model.networks.models import Parts
from tools.tiny_model.training.batches import Batch

OUTLINED, RISE = 4.0, 0.35  # how much more latents near an outline count; the step in a latent that is one
COMMON = ((8, 8), (16, 16))  # patches of most of the training set
SHAPES = 64  # for how many shapes of batch and tokens a block is compiled before torch gives up
EVEN_FROM = 0.5  # below this sigma a picture's error counts as in its clean latents


class Objective:
    """Losses of batches, with the rotations of each size kept."""

    def __init__(self, projection: Projection, *, compiled: bool = False, device: str = "cpu") -> None:
        if compiled:
            torch._dynamo.config.recompile_limit = SHAPES
        self._fast = torch.compile(run_block, dynamic=False) if compiled else run_block
        self._weights = torch.from_numpy(projection.weights())[None, :, None, None].to(device)
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
        # Each size takes minutes to compile, so the common one alone is.
        run = self._fast if torch.is_grad_enabled() and (width, height) in COMMON else run_block
        predicted = predict(parts.transformer, inputs, self._layouts[key], run=run, **steering)
        squares = (predicted - (batch.clean - batch.noise)).square()
        errors = (squares * self._weights * outline_weights(batch.clean)).mean((1, 2, 3))
        return errors * torch.clamp(batch.sigma / EVEN_FROM, max=1).square()


def outline_weights(clean: Tensor) -> Tensor:
    """How much each place counts, 1 on average: more where the picture changes; shape (batch, 1, height, width)."""
    main = clean[:, :3]
    rise = main.new_zeros(len(main), 1, *main.shape[2:])
    down, across = (main.diff(dim=dim).abs().amax(1, keepdim=True) for dim in (2, 3))
    rise[:, :, 1:] = down
    rise[:, :, :, 1:] = torch.maximum(rise[:, :, :, 1:], across)
    near = functional.max_pool2d((rise > RISE).float(), 3, stride=1, padding=1)
    weights = 1 + (OUTLINED - 1) * near
    return weights / weights.mean((2, 3), keepdim=True)
