"""A task as a request of the playground's own, so that any artist can draw it."""

import base64
import binascii
import io
from typing import Any

from PIL import Image

from backend.domain.errors import BadImage
from backend.domain.parts import OutputFormat
from backend.domain.requests import Request, parse_request
from backend.images.encoding import encode
from backend.images.incoming import check_header
from backend.simulator.world import World

FORMATS: dict[str, OutputFormat] = {"PNG": "png", "JPG": "jpeg", "WEBP": "webp"}
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def draw(world: World, task: dict[str, Any], seed: int) -> tuple[bytes, str]:
    """Return the file of one image of a task, and its suffix."""
    kind = FORMATS[task.get("outputFormat", "JPG")]
    image = world.artist.draw(to_request(world, task, seed))
    if "outpaint" in task and image.size != (task["width"], task["height"]):
        raise ValueError("width and height must be the seed image's plus what outpaint adds")
    return encode(image, kind, task.get("outputQuality", 95)), kind


def to_request(world: World, task: dict[str, Any], seed: int) -> Request:
    """Return the request that a task stands for; raise `BadImage` where an image of it can't be read."""
    values: dict[str, Any] = {
        "prompt": task["positivePrompt"],
        "negative_prompt": task.get("negativePrompt", ""),
        "steps": task.get("steps", 8),
        "guidance": task.get("CFGScale", 1),
        "seed": seed,
    }
    size = {"width": task["width"], "height": task["height"]}
    inputs, controls = task.get("inputs", {}), task.get("controlNet", [])
    further = [_control(world, entry, task) for entry in controls]
    if "outpaint" in task:
        return parse_request({**values, "mode": "outpaint", **_image(world, inputs), **task["outpaint"]})
    if "maskImage" in inputs:
        mask = {"mask": image_of(world, inputs["maskImage"])}
        values |= {**_strength(task), "controls": further}
        return parse_request({**values, **size, "mode": "inpaint", **_image(world, inputs), **mask})
    if "seedImage" in inputs:
        values |= {**_strength(task), "controls": further}
        return parse_request({**values, **size, "mode": "image_to_image", **_image(world, inputs)})
    if further:
        own = {f"control_{name}": further[0][name] for name in ("scale", "start", "end")}
        values |= {"image": further[0]["image"], "preprocess": "none", "controls": further[1:]}
        return parse_request({**values, **size, **own, "mode": "controlnet"})
    return parse_request({**values, **size, "mode": "text_to_image"})


def image_of(world: World, text: str) -> str:
    """Keep an image that a task names (UUID of an upload, own address, data URI, base64) and return its sha256."""
    content = _content(world, text)
    return world.files.put(content, check_header(content))


def opened(world: World, text: str) -> Image.Image:
    """Return the pixels of an image that a task names."""
    content = _content(world, text)
    check_header(content)
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB")


def _content(world: World, text: str) -> bytes:
    stored = world.media.get(text) or world.media.get(text.partition("/media/")[2])
    if stored:
        return stored[0]
    try:
        return base64.b64decode(text.partition("base64,")[2] or text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadImage("The image is no UUID of an upload, data URI or base64.") from error


def _image(world: World, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"image": image_of(world, inputs["seedImage"])}


def _strength(task: dict[str, Any]) -> dict[str, Any]:
    return {"strength": task.get("strength", 0.8)}


def _control(world: World, entry: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    steps = task.get("steps", 8)
    start = entry.get("startStepPercentage", 0) / 100 if "startStep" not in entry else entry["startStep"] / steps
    end = entry.get("endStepPercentage", 100) / 100 if "endStep" not in entry else entry["endStep"] / steps
    return {
        "image": image_of(world, entry["guideImage"]),
        "preprocess": "none",
        "scale": entry.get("weight", 1.0),
        "start": start,
        "end": end,
    }
