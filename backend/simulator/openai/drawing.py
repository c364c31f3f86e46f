"""From an order of the simulated server to pixels, with the artist of the simulator."""

import io
import secrets
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageChops

from backend.domain.requests import ImageToImage, Inpaint, Request, TextToImage
from backend.images.encoding import encode
from backend.simulator.openai.schema import Order
from backend.simulator.world import World


def draw(world: World, order: Order, files: Mapping[str, bytes], index: int) -> Image.Image:
    """Return picture `index` of an order (RGB); one that lies about its seeds takes any."""
    seed = secrets.randbelow(2**32) if order.seed is None or world.habits.lying_seeds else order.seed + index
    return world.artist.draw(_request(world, order, files).model_copy(update={"seed": seed}))


def _request(world: World, order: Order, files: Mapping[str, bytes]) -> Request:
    width, height = order.sides
    common: dict[str, Any] = {
        "prompt": order.prompt[:3000].ljust(2, "."),
        "negative_prompt": order.negative_prompt,
        "steps": order.num_inference_steps,
        # Off is 0 or 1 with all, and what counts from there is left to who draws.
        "guidance": order.guidance_scale or 1.0,
        "width": width,
        "height": height,
        "seed": 0,
    }
    if not files:
        return TextToImage(**common)
    image = _stored(world, _opened(files["image"]).convert("RGB"))
    if "mask" not in files:
        return ImageToImage(**common, image=image, strength=order.strength)
    mask = ImageChops.invert(_opened(files["mask"]).convert("RGBA").getchannel("A"))
    return Inpaint(**common, image=image, mask=_stored(world, mask.convert("RGB")), strength=order.strength)


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _stored(world: World, picture: Image.Image) -> str:
    return world.files.put(encode(picture, "png"), "png")
