"""A thumbnail of what a latent will become, without the VAE's decoder.

A linear map from the latent's channels to red, green and blue, fitted to the model's own VAE when it is loaded, so that
any Z-Image checkpoint has it.
"""

from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.images.encoding import preview_jpeg

if TYPE_CHECKING:
    from torch import Tensor

LONGEST_SIDE = 256
"""Pixels of a preview."""
_SAMPLES, _SIDE, _FACTOR = 16, 128, 8


def fit_colours(pipe: Any) -> "Tensor":
    """Return the map [channels + 1, 3] from a latent pixel (and 1) to colours from -1 to 1, fitted to the VAE."""
    import torch
    from torch.nn import functional

    seeded = torch.Generator().manual_seed(0)
    coarse = torch.rand(_SAMPLES, 3, 8, 8, generator=seeded) * 2.4 - 1.2
    pictures = functional.interpolate(coarse, size=(_SIDE, _SIDE), mode="bicubic").clamp(-1, 1)
    vae = pipe.vae
    with torch.no_grad():
        encoded = vae.encode(pictures.to(pipe._execution_device, vae.dtype)).latent_dist.mode().float().cpu()
    latents = (encoded - vae.config.shift_factor) * vae.config.scaling_factor
    colours = functional.avg_pool2d(pictures, _FACTOR)
    inputs = _rows(latents)
    fitted: Tensor = torch.linalg.lstsq(inputs, colours.permute(0, 2, 3, 1).reshape(-1, 3)).solution
    return fitted


def thumbnail(latents: "Tensor", colours: "Tensor") -> bytes:
    """Return a small JPEG of one latent [1, channels, height / 8, width / 8]."""
    height, width = latents.shape[-2:]
    pixels = (_rows(latents.detach().float().cpu()) @ colours).reshape(height, width, 3)
    picture = Image.fromarray(((pixels + 1) * 127.5).clamp(0, 255).byte().numpy())
    scale = LONGEST_SIDE / max(width, height)
    large = picture.resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC)
    return preview_jpeg(large, LONGEST_SIDE)


def _rows(latents: "Tensor") -> "Tensor":
    import torch

    flat = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    return torch.cat([flat, torch.ones(len(flat), 1)], dim=1)
