"""A request as a program for plain diffusers, where plain diffusers can do it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getsource

from backend.adapters.local.samplers.names import REFUSED, SPACINGS, choice_of
from backend.domain.errors import Problem, Unsupported
from backend.domain.request_fields import SetField, set_fields
from backend.domain.requests import ImageToImage, Request, TextToImage, Upscale
from backend.export.loras_code import lora_files, lora_lines
from backend.images.enlarging import enlarged

MODEL = "Tongyi-MAI/Z-Image-Turbo"
USUAL_TOKENS = 512
"""What the pipelines cut a prompt at unless they are told to read more."""
SURELY_SHORT = 400
"""Bytes of a prompt whose tokens, at most one a byte, fit into that together with the chat's frame."""

TAKES = frozenset(
    {
        "prompt",
        "negative_prompt",
        "seed",
        "steps",
        "guidance",
        "shift",
        "scheduler",
        "loras.model",
        "loras.weight",
        "width",
        "height",
        "image",
        "strength",
        "resize",
        # of which the program says what it leaves out, or which change no pixel of one image
        "options",
        "variation_seed",
        "nag_tau",
        "nag_alpha",
        "nag_end",
        "hires_steps",
        "hires_strength",
        "hires_method",
        "tile_prompt",
        "count",
        "safety",
        "output_format",
        "output_quality",
    }
)
"""The fields that a program has; whatever else was set, it refuses."""
_ADDED = {
    "controls": "control pictures in windows of steps",
    "variation_strength": "a variation between two seeds",
    "seed_diversity": "noise on the prompt's embedding",
    "nag_scale": "guidance of its attention (NAG)",
    "hires_scale": "a second pass in tiles that share one noise",
    "details": "faces and hands that are found and drawn again",
    "acceleration": "these caches",
    "accelerator": "these caches",
    "prompt_expansion": "a prompt that a provider expanded unseen",
}
"""What this playground adds to diffusers, in words."""
_AIR = re.compile(r"[\w.-]+:[\w.-]+@[\w.-]+")
_PROGRAM = '''"""Draws the picture of seed {seed} with plain diffusers, and saves it as drawn.png.

Needs `pip install "diffusers>=0.42" transformers accelerate torch{peft}`{files}.
{notes}"""

{logging}import torch
from diffusers import FlowMatchEulerDiscreteScheduler, {pipeline}
{imports}
device = "cuda" if torch.cuda.is_available() else "cpu"
pipe = {pipeline}.from_pretrained({model}, dtype={dtype}).to(device)
pipe.scheduler = FlowMatchEulerDiscreteScheduler.from_config(pipe.scheduler.config, shift={shift!r}{spacing})
{prepare}
drawn = pipe(
    prompt={prompt},
{arguments}    num_inference_steps={steps},
    guidance_scale={guidance!r},  # diffusers counts from 0: the usual scale less 1
    generator=torch.Generator("cpu").manual_seed({seed}),
).images[0]
{enlarge}drawn.save("drawn.png")
'''
_LONG = """
# On their own, the pipelines cut a prompt at {usual} tokens.
texts = [
    pipe.tokenizer.apply_chat_template(
        [{{"role": "user", "content": words}}], tokenize=False, add_generation_prompt=True, enable_thinking=True
    )
    for words in {prompts}
]
longest = max({usual}, *(len(pipe.tokenizer(text).input_ids) for text in texts))
"""
_SOURCE = """
source = ImageOps.exif_transpose(Image.open("image.png")).convert("RGBA")
source = Image.alpha_composite(Image.new("RGBA", source.size, "white"), source).convert("RGB")
source = {resized}  # this pipeline takes no other size
"""
_ENLARGED = """

{definition}

drawn = enlarged(drawn, {size})
"""
_RESIZED = {
    "crop": "ImageOps.fit(source, {size}, Image.Resampling.LANCZOS)",
    "fit": "ImageOps.pad(source, {size}, Image.Resampling.LANCZOS, color=(128, 128, 128))",
    "stretch": "source.resize({size}, Image.Resampling.LANCZOS)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How a picture was drawn.

    `size` is the width and height of the result, `at` those of the drawing, where it was enlarged afterwards; `model` a
    hub id or a folder. `by` names a provider that drew it, or is empty for this machine.
    """

    size: tuple[int, int]
    seed: int
    at: tuple[int, int] | None = None
    model: str = MODEL
    exactly: bool = False
    """Whether the model is computed in fp32 everywhere."""
    by: str = ""


def diffusers_code(request: Request, drawn: Drawn) -> str:
    """Return a Python program that draws one image of the request, and says where it differs from the run's.

    Raises `Unsupported`, which says why, for what this playground adds to diffusers: control pictures, masks and frames
    put back to the pixel, other schedulers, caches and variations.
    """
    reasons = list(_reasons(request))
    if reasons or not isinstance(request, TextToImage | ImageToImage):
        raise Unsupported([Problem("", f"Plain diffusers has no single call for {' and '.join(reasons)}.")])
    of_image = isinstance(request, ImageToImage)
    return _PROGRAM.format(
        seed=drawn.seed,
        notes="".join(f"{note}\n" for note in _notes(request, drawn)),
        files="".join(f", and {file} beside it" for file in _files(request)),
        peft=" peft" if request.loras else "",
        logging="import logging\n\n" if request.loras else "",
        pipeline="ZImageImg2ImgPipeline" if of_image else "ZImagePipeline",
        imports=_imports(of_image=of_image, resizes=_is_enlarged(drawn)),
        model=json.dumps(drawn.model),
        dtype="torch.float32" if drawn.exactly else 'torch.bfloat16 if device == "cuda" else torch.float32',
        shift=request.shift,
        spacing="".join(f", {name}={on}" for name, on in SPACINGS[choice_of(request.scheduler).spacing].items()),
        prepare=_prepare(request, drawn),
        prompt=_text(request.prompt),
        arguments="".join(f"    {line},\n" for line in _arguments(request, drawn)),
        steps=request.steps,
        guidance=max(request.guidance - 1, 0.0),
        enlarge=_ENLARGED.format(size=drawn.size, definition=getsource(enlarged)) if _is_enlarged(drawn) else "",
    )


def _reasons(request: Request) -> Iterator[str]:
    """Yield what of a request has no counterpart in diffusers' own pipelines."""
    if not isinstance(request, TextToImage | ImageToImage):
        mode = "redraw" if isinstance(request, Upscale) else request.mode.replace("_", " ")
        yield f"what this playground does in {mode}"
        return
    if isinstance(request, ImageToImage) and request.strength == 0:
        yield "strength 0, which is the image itself"
    untaken = (found for found in set_fields(request) if found.path not in TAKES)
    yield from dict.fromkeys(_ADDED.get(found.path.split(".")[0]) or _setting(found) for found in untaken)
    if request.scheduler in REFUSED or choice_of(request.scheduler).solver != "euler":
        yield f"the scheduler {request.scheduler} on this model"
    yield from (f"the LoRA {lora.model}, a provider's own" for lora in request.loras if _AIR.fullmatch(lora.model))


def _setting(found: SetField) -> str:
    return f"the setting {found.info.title or found.path}"


def _notes(request: Request, drawn: Drawn) -> Iterator[str]:
    if drawn.by:
        yield f"{drawn.by} drew the run's own picture: of the same seed and words, this one is another."
    if drawn.model.endswith("presets/tiny"):
        yield "The model is the playground's embedded one: start this in the playground's folder."
    weights = request.options.get("weights", "auto")
    if weights not in ("auto", "full"):
        yield f"The weights are read in full; the run's were {weights}, so that pixels differ a little."
    if request.output_format != "png":
        yield f"The pixels are those before the run's picture was written as {request.output_format.upper()}."


def _files(request: TextToImage | ImageToImage) -> Iterator[str]:
    if isinstance(request, ImageToImage):
        yield "the image as image.png"
    yield from lora_files(request.loras)


def _prepare(request: TextToImage | ImageToImage, drawn: Drawn) -> str:
    parts = [lora_lines(request.loras)]
    if isinstance(request, ImageToImage):
        resized = _RESIZED[request.resize].format(size=drawn.size)
        if _is_enlarged(drawn):
            resized += f".resize({drawn.at}, Image.Resampling.LANCZOS)"
        parts.append(_SOURCE.format(resized=resized))
    if _is_long(request):
        prompts = ", ".join(_text(words) for words in (request.prompt, request.negative_prompt))
        parts.append(_LONG.format(usual=USUAL_TOKENS, prompts=f"({prompts})"))
    return "".join(parts)


def _arguments(request: TextToImage | ImageToImage, drawn: Drawn) -> Iterator[str]:
    if request.negative_prompt and request.guidance > 1:
        yield f"negative_prompt={_text(request.negative_prompt)}"
    if _is_long(request):
        yield "max_sequence_length=longest"
    if isinstance(request, ImageToImage):
        yield "image=source"
        # diffusers' own strength drops whole steps; this walks all of them, from where the strength says.
        share = f"{request.strength!r} * ({request.steps} - step) / {request.steps}"
        yield "strength=1.0"
        yield f"sigmas=[{share} for step in range({request.steps})]"
    width, height = drawn.at or drawn.size
    yield f"width={width}"
    yield f"height={height}"


def _imports(*, of_image: bool, resizes: bool) -> str:
    names = ["Image", *(["ImageFilter"] if resizes else []), *(["ImageOps"] if of_image else [])]
    pillow = f"from PIL import {', '.join(names)}\n" if of_image or resizes else ""
    return ("import numpy as np\n" if resizes else "") + pillow


def _is_enlarged(drawn: Drawn) -> bool:
    return drawn.at not in (None, drawn.size)


def _is_long(request: Request) -> bool:
    return max(len(words.encode()) for words in (request.prompt, request.negative_prompt)) > SURELY_SHORT


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
