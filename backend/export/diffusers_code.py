"""A request as a program for plain diffusers, where plain diffusers can do it."""

import json

from backend.errors import Problem, Unsupported
from backend.requests import ImageToImage, Request, TextToImage

MODEL = "Tongyi-MAI/Z-Image-Turbo"

_PROGRAM = '''"""Draws the image with plain diffusers. Needs `pip install diffusers transformers accelerate torch`."""

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, {pipeline}
{imports}
device = "cuda" if torch.cuda.is_available() else "cpu"
pipe = {pipeline}.from_pretrained(
    {model},
    torch_dtype=torch.bfloat16 if device == "cuda" else torch.float32,
).to(device)
pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config, shift={shift!r})
{prepare}
image = pipe(
    prompt={prompt},
{arguments}    num_inference_steps={steps},
    guidance_scale={guidance!r},  # diffusers counts from 0: the usual scale less 1
    generator=torch.Generator("cpu").manual_seed({seed}),
).images[0]
image.save("image.png")
'''
_RESIZE = """
source = load_image("image.png").convert("RGB").resize(({width}, {height}))  # this pipeline takes no other size
"""


def diffusers_code(request: Request, *, size: tuple[int, int], seed: int, model: str = MODEL) -> str:
    """Return a Python program that draws one image of the request; `size` is the result's width and height.

    Raises `Unsupported` for what this playground adds to diffusers: further controls, masks and frames put back to the
    pixel, other schedulers, LoRAs, caches and variations.
    """
    if not isinstance(request, TextToImage | ImageToImage) or not _is_plain(request):
        message = "Plain diffusers has no single call for this run; use this playground's own API."
        raise Unsupported([Problem("", message)])
    of_image = isinstance(request, ImageToImage)
    width, height = size
    return _PROGRAM.format(
        pipeline="ZImageImg2ImgPipeline" if of_image else "ZImagePipeline",
        imports="from diffusers.utils import load_image\n" if of_image else "",
        model=json.dumps(model),
        shift=request.shift,
        prepare=_RESIZE.format(width=width, height=height) if of_image else "",
        prompt=json.dumps(request.prompt, ensure_ascii=False),
        arguments="".join(_arguments(request, width, height)),
        steps=request.steps,
        guidance=max(request.guidance - 1, 0.0),
        seed=seed,
    )


def _is_plain(request: TextToImage | ImageToImage) -> bool:
    extras = request.controls or request.loras or request.acceleration != "none" or request.variation_strength
    return not extras and request.scheduler in ("Default", "Euler", "FlowMatchEulerDiscreteScheduler")


def _arguments(request: TextToImage | ImageToImage, width: int, height: int) -> list[str]:
    rows = []
    if request.negative_prompt and request.guidance > 1:
        rows.append(f"    negative_prompt={json.dumps(request.negative_prompt, ensure_ascii=False)},\n")
    if isinstance(request, ImageToImage):
        rows += ["    image=source,\n", f"    strength={request.strength!r},\n"]
    return [*rows, f"    width={width},\n", f"    height={height},\n"]
