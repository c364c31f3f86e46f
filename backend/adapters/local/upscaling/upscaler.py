"""An upscaler's network, read from its file by spandrel, which knows ESRGAN, SwinIR, DAT and their kin by tensors."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.adapters.local.control.interruption import interruptible
from backend.adapters.local.weights.header import BadFile
from backend.adapters.local.weights.reading import read_header
from backend.domain.errors import Problem, Unsupported
from backend.threads.background import Check

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

MOST_PASSES = 3
_BYTES = 4
"""Of a number: upscalers are computed in fp32, as ComfyUI and A1111 do."""
_ALIVE = 4
"""Copies of a layer's numbers that live at once in a dense block: what comes in, what goes out, and both joined."""


@dataclass(frozen=True, slots=True)
class Upscaler:
    """A network that makes RGB pictures `scale` times as wide and high; `channels` is its widest layer's."""

    name: str
    scale: int
    channels: int
    network: Any
    device: str

    def passes(self, factor: float) -> int:
        """Return how often it has to enlarge to reach a factor; Lanczos does what is missing then, or too much."""
        count = 1
        while 1 < self.scale**count < factor and count < MOST_PASSES:
            count += 1
        return count

    def memory(self, pixels: int, factor: float) -> int:
        """Return about how many bytes it takes to enlarge so many pixels."""
        return int(pixels * self.scale ** (2 * self.passes(factor)) * self.channels * _BYTES * _ALIVE)

    def enlarged(self, pixels: "Pixels", factor: float, check: Check) -> "Pixels":
        """Return pixels (height, width, RGB) after as many passes as the factor needs, each `scale` times as large.

        Asks `check` before each layer; what that raises ends the work.
        """
        import torch

        with interruptible(check, self.network.model), torch.inference_mode():
            levels = torch.from_numpy(pixels.copy()).to(self.device).permute(2, 0, 1)[None].float() / 255
            for _ in range(self.passes(factor)):
                levels = self.network(levels)
            found: Pixels = (levels[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy()
        return found


def read_upscaler(path: Path, device: Callable[[], str]) -> Upscaler:
    """Read an upscaler's .safetensors file; raise `Unsupported` with what the file is where it can't be used.

    A pickle is refused before anything of it is read.
    """
    try:
        read_header(path)
    except BadFile as error:
        raise _refused(str(error)) from error
    from safetensors.torch import load_file
    from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError

    where = device()
    try:
        found = ModelLoader(device=where).load_from_state_dict(load_file(path))
    except (UnsupportedModelError, RuntimeError, KeyError, ValueError) as error:
        if isinstance(error, RuntimeError) and "memory" in str(error).lower():
            raise
        raise _refused(f"{path.name} is no upscaler that is known here: choose another file.") from error
    if not isinstance(found, ImageModelDescriptor) or found.input_channels != 3 or found.output_channels != 3:
        raise _refused(f"{path.name} makes no picture of a picture alone: choose another file.")
    channels = max((each.shape[0] for each in found.model.parameters() if each.ndim == 4), default=64)
    return Upscaler(path.stem, found.scale, channels, found.eval(), where)


def _refused(message: str) -> Unsupported:
    return Unsupported([Problem("upscaler", message)])
