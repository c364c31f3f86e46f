"""What a file says of its request: every result carries its own, as our JSON and as an A1111 infotext."""

import json
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from backend.domain.field_notes import Infotext, noted
from backend.domain.recipes import Recipe, for_others
from backend.domain.records import DREW, KIND
from backend.domain.requests import IMAGE_FIELDS, SHARPENED, Request, undrawn
from backend.images.metadata.containers import add_jpeg_exif, add_png_texts, add_webp_exif
from backend.images.metadata.detailer_names import detailer_pairs

KEY = "z-image-playground"
FORMAT_VERSION = 1
"""Of the JSON under `KEY`."""
MODEL = "Z-Image-Turbo"
"""What draws where nobody says what did."""
_NOTHING: Mapping[str, Any] = {}
_USER_COMMENT = 0x9286
"""EXIF's tag `UserComment` (CIPA DC-008)."""
_ORDER = (
    "Steps",
    "Sampler",
    "CFG scale",
    "Seed",
    "Variation seed",
    "Variation seed strength",
    "Size",
    "Model",
    "Denoising strength",
    "Shift",
)
"""A1111's own, as it writes them; all others stand behind them, and the version last."""


def recipe(request: Request, seed: int | None = None) -> Recipe:
    """Return the request as JSON without its images and call-outs; with `seed`, for that image alone."""
    request = for_others(request)
    pictures = {*IMAGE_FIELDS[request.mode], "controls"}
    values: Recipe = request.model_dump(mode="json", exclude_defaults=True, exclude=pictures)
    values["mode"] = request.mode
    if seed is not None:
        values["seed"] = seed
        values.pop("count", None)
    return values


def embed(
    content: bytes,
    image_format: str,
    request: Request,
    seed: int | None,
    backend: str,
    details: Mapping[str, Any] = _NOTHING,
) -> bytes:
    """Return the file with the request inside; the pixels stay byte for byte what they were.

    Of the image's `details`, the model that drew it is said, and its kind.
    """
    note = json.dumps(
        own_note(request, seed, backend, details), ensure_ascii=image_format == "png", separators=(",", ":")
    )
    line = infotext(request, seed, str(details.get(DREW, MODEL)))
    if image_format == "png":
        return add_png_texts(content, {"parameters": line, KEY: note})
    exif = _exif(note, line)
    return add_jpeg_exif(content, exif) if image_format == "jpeg" else add_webp_exif(content, exif)


def own_note(request: Request, seed: int | None, backend: str, details: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
    """Return what stands under `KEY` in a result's file, as JSON with that key."""
    own: dict[str, Any] = {"version": FORMAT_VERSION, "backend": backend, "request": recipe(request, seed)}
    own |= {name: details[name] for name in (DREW, KIND) if name in details}
    if request.controls:
        own["controls"] = len(request.controls)
    return {KEY: own}


def infotext(request: Request, seed: int | None, model: str = MODEL) -> str:
    """Return the A1111 infotext: the prompt, the negative prompt, and one line of parameters.

    The parameter line is always written, since a prompt's own last line may look like one.
    """
    drawn = {} if undrawn(request) else _drawing(request, model)
    pairs = {**_noted(request), "Seed": seed if seed is not None else "unknown", **drawn}
    pairs |= {**detailer_pairs(request), "Version": KEY}
    ordered = sorted(pairs, key=lambda name: (*_ORDER, name).index(name))
    lines = [request.prompt]
    if request.negative_prompt:
        lines.append(f"Negative prompt: {request.negative_prompt}")
    lines.append(", ".join(f"{name}: {_quoted(pairs[name])}" for name in ordered))
    return "\n".join(lines).replace("\0", "")


def _noted(request: Request) -> dict[str, Any]:
    """Return what the fields' own notes say is written of them, by its names there."""
    fields = type(request).model_fields
    found: dict[str, Any] = {}
    for name, note in noted(fields, Infotext).items():
        if undrawn(request) and name not in SHARPENED:
            continue
        deciding = note.beside or name
        if note.always or getattr(request, deciding) != fields[deciding].default:
            value = getattr(request, name)
            found[note.name] = f"{value:g}" if isinstance(value, float) else value
    return found


def _drawing(request: Request, model: str) -> dict[str, Any]:
    """Return what is written of a drawing otherwise than a field holds it."""
    width, height = getattr(request, "width", None), getattr(request, "height", None)
    return {
        "Sampler": "Euler" if request.scheduler == "Default" else request.scheduler,
        "Model": model,
        **({"Size": f"{width}x{height}"} if width and height else {}),
    }


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text) if any(mark in text for mark in ",:\n") else text


def _exif(note: str, line: str) -> bytes:
    exif = Image.Exif()
    exif[Base.ImageDescription] = note.encode()
    exif[Base.Software] = KEY
    exif.get_ifd(IFD.Exif)[_USER_COMMENT] = b"UNICODE\0" + line.encode("utf-16-be")
    return exif.tobytes()
