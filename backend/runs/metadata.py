"""What a file says of its request: every result carries its own, as our JSON and as an A1111 infotext."""

import json
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from backend.recipes import Recipe
from backend.requests import IMAGE_FIELDS, Request
from backend.runs.containers import add_jpeg_exif, add_png_texts, add_webp_exif

KEY = "z-image-playground"
FORMAT_VERSION = 1
_USER_COMMENT = 0x9286


def recipe(request: Request, seed: int | None = None) -> Recipe:
    """Return the request as JSON without its images; with `seed`, for that image alone."""
    pictures = {*IMAGE_FIELDS[request.mode], "controls"}
    values: Recipe = request.model_dump(mode="json", exclude_defaults=True, exclude=pictures)
    values["mode"] = request.mode
    if seed is not None:
        values["seed"] = seed
        values.pop("count", None)
    return values


def embed(content: bytes, image_format: str, request: Request, seed: int | None, backend: str) -> bytes:
    """Return the file with the request inside; the pixels stay byte for byte what they were."""
    own = {"version": FORMAT_VERSION, "backend": backend, "request": recipe(request, seed)}
    if request.controls:
        own["controls"] = len(request.controls)
    note = json.dumps({KEY: own}, ensure_ascii=image_format == "png", separators=(",", ":"))
    line = infotext(request, seed)
    if image_format == "png":
        return add_png_texts(content, {"parameters": line, KEY: note})
    exif = _exif(note, line)
    return add_jpeg_exif(content, exif) if image_format == "jpeg" else add_webp_exif(content, exif)


def infotext(request: Request, seed: int | None) -> str:
    """Return the A1111 infotext: the prompt, the negative prompt, and one line of parameters.

    The parameter line is always written, since a prompt's own last line may look like one.
    """
    pairs: dict[str, Any] = {
        "Steps": request.steps,
        "Sampler": "Euler" if request.scheduler == "Default" else request.scheduler,
        "CFG scale": f"{request.guidance:g}",
        "Seed": seed if seed is not None else "unknown",
    }
    if request.variation_strength:
        pairs["Variation seed"] = request.variation_seed
        pairs["Variation seed strength"] = f"{request.variation_strength:g}"
    width, height = getattr(request, "width", None), getattr(request, "height", None)
    if width and height:
        pairs["Size"] = f"{width}x{height}"
    pairs["Model"] = "Z-Image-Turbo"
    if request.mode in ("image_to_image", "inpaint"):
        pairs["Denoising strength"] = f"{request.strength:g}"
    pairs["Shift"] = f"{request.shift:g}"
    pairs["Version"] = KEY
    lines = [request.prompt]
    if request.negative_prompt:
        lines.append(f"Negative prompt: {request.negative_prompt}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in pairs.items()))
    return "\n".join(lines).replace("\0", "")


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text) if any(mark in text for mark in ",:\n") else text


def _exif(note: str, line: str) -> bytes:
    exif = Image.Exif()
    exif[Base.ImageDescription] = note.encode()
    exif[Base.Software] = KEY
    exif.get_ifd(IFD.Exif)[_USER_COMMENT] = b"UNICODE\0" + line.encode("utf-16-be")
    return exif.tobytes()
