"""How well the VAE alone gives drawings back."""

import numpy as np
import torch
from diffusers import AutoencoderKL

from tools.tiny_model.pictures.drawing import draw
from tools.tiny_model.scores.model import Model
from tools.tiny_model.scores.sharpness import edge_width
from tools.tiny_model.training.batches import HELD_BACK


def there_and_back(vae: AutoencoderKL, pixels: np.ndarray) -> np.ndarray:
    """Encode and decode one picture, uint8 RGB of the shape (height, width, 3)."""
    levels = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        back = vae.decode(vae.encode(levels).latent_dist.mode()).sample[0]
    return ((back.clamp(-1, 1).permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()


def decibels(first: np.ndarray, second: np.ndarray) -> float:
    """The peak signal to noise ratio of two 8-bit pictures."""
    error = np.square(first.astype(np.float32) - second.astype(np.float32)).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-6)))


def score_vae(model: Model, *, count: int) -> dict[str, float]:
    """The mean fidelity on drawings held back, and the median width of edges."""
    shown = [draw(3 * HELD_BACK // 2 + at, width=model.width, height=model.height).pixels for at in range(count)]
    back = [there_and_back(model.pipeline.vae, pixels) for pixels in shown]
    fidelity = np.mean([decibels(before, after) for before, after in zip(shown, back, strict=True)])
    return {"psnr": float(fidelity), "edge width": float(np.nanmedian([edge_width(after) for after in back]))}
