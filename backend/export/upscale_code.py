"""An enlargement as a program for Pillow, or for spandrel where an upscaler's file made it."""

from backend.domain.requests import LANCZOS, Upscale

_PILLOW = '''"""Makes the picture larger with Pillow, and saves it as upscaled.png.

Needs `pip install pillow`, and image.png beside it.
"""

from PIL import Image, ImageOps
{source}
source.resize({size}, Image.Resampling.LANCZOS).save("upscaled.png")
'''
_SPANDREL = '''"""Makes the picture larger with spandrel, and saves it as upscaled.png.

Needs `pip install spandrel pillow`, and beside it image.png and the upscaler's file. The whole picture goes through the
network at once: a large one needs much memory, which this playground spares by tiles.
"""

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file
from spandrel import ModelLoader
{source}
device = "cuda" if torch.cuda.is_available() else "cpu"
upscaler = ModelLoader(device=device).load_from_state_dict(load_file({file!r})).eval()
levels = torch.from_numpy(np.array(source)).to(device).permute(2, 0, 1)[None].float() / 255
with torch.inference_mode():
    for _ in range({passes}):
        levels = upscaler(levels)
        if upscaler.scale == 1 or levels.shape[-1] >= {width}:
            break
large = Image.fromarray((levels[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy())
large.resize({size}, Image.Resampling.LANCZOS).save("upscaled.png")
'''
_SOURCE = """
source = ImageOps.exif_transpose(Image.open("image.png")).convert("RGBA")
source = Image.alpha_composite(Image.new("RGBA", source.size, "white"), source).convert("RGB")
"""
MOST_PASSES = 3
"""Through a network whose own factor is less than what was asked for, as `local/upscaling` has it."""


def upscale_code(request: Upscale, size: tuple[int, int]) -> tuple[str, str]:
    """Return a Python program that enlarges once more, and its name; `size` is the result's, in pixels."""
    if request.upscaler == LANCZOS:
        return "Python, with Pillow", _PILLOW.format(source=_SOURCE, size=size)
    file = f"{request.upscaler}.safetensors"
    program = _SPANDREL.format(source=_SOURCE, size=size, width=size[0], file=file, passes=MOST_PASSES)
    return "Python, with spandrel", program
