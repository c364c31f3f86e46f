"""A1111's `/png-info`: what a picture says of how it was made, read and not kept."""

from collections.abc import Mapping

from pydantic import JsonValue

from backend.images.metadata.texts import read_texts
from backend.restore.carried import TEXTS
from backend.restore.found import Found, Restored
from backend.restore.read import read_metadata
from backend.restore.tools.infotext import read_infotext
from ui.endpoints.sdapi.asking.pictures import sent_picture
from ui.endpoints.sdapi.asking.tuning import sampler_name

_SHOWN: Mapping[str, str] = {
    "prompt": "Prompt",
    "negative_prompt": "Negative prompt",
    "steps": "Steps",
    "guidance": "CFG scale",
    "seed": "Seed",
    "width": "Size-1",
    "height": "Size-2",
    "strength": "Denoising strength",
}
"""Our fields by the names under which A1111 gives an infotext's parts (`modules/infotext_utils.py`)."""


def png_info(image: object) -> dict[str, JsonValue]:
    """Return the infotext of a picture (empty where there is none), its other texts, and what we read out of them.

    Raises `InvalidRequest` where `image` is no picture.
    """
    content = sent_picture(image, "image").content
    texts = read_texts(content)
    line = next((text for name in TEXTS if (text := texts.get(name, "")) and read_infotext(text)), "")
    found = read_metadata(content)
    return {
        "info": line,
        "items": {name: text for name, text in texts.items() if text != line},
        "parameters": _parameters(read_infotext(line), found),
        "playground": _reading(found) if found else None,
    }


def _parameters(written: Found | None, found: Restored | None) -> dict[str, JsonValue]:
    """Return the parts of the infotext, or where there is none, what was read otherwise."""
    values = written.values if written else found.recipe if found else {}
    shown = {theirs: values[ours] for ours, theirs in _SHOWN.items() if ours in values}
    if "scheduler" in values:
        shown["Sampler"] = sampler_name(str(values["scheduler"]))
    return shown


def _reading(found: Restored) -> dict[str, JsonValue]:
    dropped: list[JsonValue] = [{"name": left.name, "value": left.value, "why": left.why} for left in found.dropped]
    return {"source": found.source, "request": found.recipe, "dropped": dropped}
