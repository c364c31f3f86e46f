"""Where a drawing begins: noise alone, or an image under noise, of which a mask may keep a part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.adapters.local.drawing.drawing import Drawing

if TYPE_CHECKING:
    from PIL import Image
    from torch import Generator, Tensor


@dataclass(frozen=True, slots=True)
class Canvas:
    """The first latents [1, channels, height / 8, width / 8] with the sigmas to walk, and what has to be kept."""

    latents: "Tensor"
    sigmas: list[float]
    noise: "Tensor"
    image: "Tensor"
    mask: "Tensor | None"
    """[1, 1, height / 8, width / 8]: 1 where the drawing may change the image, 0 where it is kept."""

    def keep(self, latents: "Tensor", sigma: float) -> "Tensor":
        """Return the latents with the kept part set to the image under noise of strength `sigma` (0 to 1)."""
        if self.mask is None:
            return latents
        kept = sigma * self.noise + (1 - sigma) * self.image
        return self.mask * latents + (1 - self.mask) * kept


def tail(strength: float, steps: int) -> list[float]:
    """Return evenly spaced times from `strength` down to its last part, before the scheduler's shift.

    Every step is walked whatever the strength, so that it can be set as finely as one likes; diffusers' own strength
    drops whole steps instead.
    """
    return [strength * (steps - index) / steps for index in range(steps)]


def noise(pipe: Any, size: tuple[int, int], generator: "Generator") -> "Tensor":
    """Return what a drawing of this size (width, height, in pixels) begins from: fp32 latents, drawn on the CPU.

    Their shape is (1, channels, height / 8, width / 8); diffusers draws the same.
    """
    import torch

    width, height = size
    shape = (1, pipe.transformer.in_channels, height // 8, width // 8)
    return torch.randn(shape, generator=generator, dtype=torch.float32)


def prepare_canvas(
    pipe: Any, drawing: Drawing, generator: "Generator", vary: "Callable[[Tensor], Tensor]" = lambda noise: noise
) -> Canvas:
    """Encode the drawing's start and put it under noise, as latents of the shape that `noise` has.

    Needs the pipeline's scheduler to be the drawing's own; `vary` is given the noise. A tile begins from the likeliest
    latent: what a generator chose of the posterior would be another one in each of two neighbours.
    """
    import torch

    assert drawing.start is not None
    if drawing.noise:
        image = encode(pipe, drawing.start)
        noise = drawing.noise.first(tuple(image.shape), vary).to(image.device)
    else:
        image = encode(pipe, drawing.start, generator)
        noise = vary(torch.randn(image.shape, generator=generator, dtype=torch.float32)).to(image.device)
    sigmas = tail(drawing.strength, drawing.request.steps)
    pipe.scheduler.set_timesteps(sigmas=sigmas, device=image.device)
    first = pipe.scheduler.times[0]
    mask = None if drawing.mask is None else latent_mask(drawing.mask).to(image.device)
    return Canvas(first * noise + (1 - first) * image, sigmas, noise, image, mask)


def encode(pipe: Any, picture: "Image.Image", generator: "Generator | None" = None) -> "Tensor":
    """Return a picture's latent in fp32 [1, channels, height / 8, width / 8].

    With a generator, it is sampled from the VAE's posterior, as diffusers does for what a drawing begins from; without
    one it is the likeliest, as for control pictures.
    """
    import torch

    vae = pipe.vae
    pixels = pipe.image_processor.preprocess(picture).to(pipe._execution_device, vae.dtype)
    with torch.no_grad():
        found = vae.encode(pixels).latent_dist
    latent = found.mode() if generator is None else found.sample(generator)
    scaled: Tensor = (latent.float() - vae.config.shift_factor) * vae.config.scaling_factor
    return scaled


def latent_mask(mask: "Image.Image") -> "Tensor":
    """Return 1 for every latent pixel of which any of its 8×8 pixels may change."""
    import numpy as np
    import torch

    values = torch.from_numpy(np.array(mask.convert("L")))[None, None].float()
    return (torch.nn.functional.max_pool2d(values, 8) > 0).float()
