"""Draw Things (Mac and iOS): an object of short names in XMP's `exif:UserComment`."""

from collections.abc import Mapping
from typing import Any

from backend.restore.found import Found
from backend.restore.tools.flat_json import flat_values, take_scheduler, take_size, text_of

_NAMES = {
    "c": "prompt",
    "uc": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "scale": "guidance",
    "shift": "shift",
}
_TOOL = {"model", "sampler", "size", "strength", "seed_mode", "lora", "v2", "profile"}
"""`v2` repeats all of it under longer names, `profile` says how long each part took, `seed_mode` how noise is drawn
there (draw-things-community, `Libraries/ImageGenerator`, 2026)."""
_TRAILING = " trailing"
"""Behind a sampler: its steps end at the last one of training, as flow matching always does."""


def read_draw_things(values: Any) -> Found | None:
    """Read Draw Things' object; a strength below 1 is a drawing over a picture."""
    if not isinstance(values, dict) or not {"c", "seed", "sampler"} <= set(values):
        return None
    found = flat_values("Draw Things", values, _NAMES, _TOOL)
    found.model = text_of(values.get("model"))
    take_size(found, values.get("size"))
    sampler = text_of(values.get("sampler")) or ""
    plain = sampler[: -len(_TRAILING)] if sampler.casefold().endswith(_TRAILING) else sampler
    take_scheduler(found, plain, None)
    if values.get("strength") not in (None, "", 1):
        found.values |= {"mode": "image_to_image", "strength": values["strength"]}
    _loras(found, values.get("lora"))
    return found


def _loras(found: Found, loras: Any) -> None:
    for lora in loras if isinstance(loras, list) else ():
        if isinstance(lora, Mapping):
            found.take_lora(lora.get("model"), lora.get("weight"))
