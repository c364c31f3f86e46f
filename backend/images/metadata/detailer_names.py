"""Details as ADetailer names its own in an infotext, which A1111, Forge and Civitai read.

Source: https://github.com/Bing-su/adetailer (`adetailer/args.py`).
"""

from collections.abc import Iterator

from backend.domain.parts import Detail
from backend.domain.requests import Request

NAMES = {
    "confidence": "confidence",
    "mask_padding": "dilate erode",
    "mask_blur": "mask blur",
    "strength": "denoising strength",
    "prompt": "prompt",
    "negative_prompt": "negative prompt",
    "steps": "steps",
    "guidance": "CFG scale",
}
"""What stands behind `ADetailer ` for each field."""
SUFFIXES = ("", *(f" {number}" for number in ("2nd", "3rd", "4th", "5th", "6th", "7th", "8th")))
DILATED = 2
"""A mask grows by half of the kernel that it is dilated with, on every side."""
TRUE = "True"
APART = {"steps": "use separate steps", "guidance": "use separate CFG scale"}
"""What says that a detail has a number of its own."""


def detailer_pairs(request: Request) -> dict[str, str]:
    """Return what is written of a request's details, by name, in their order."""
    return {
        f"ADetailer {name}{suffix}": value
        for suffix, detail in zip(SUFFIXES, request.details, strict=False)
        for name, value in _pairs(detail)
    }


def _pairs(detail: Detail) -> Iterator[tuple[str, str]]:
    yield "model", f"DWPose {detail.target}"
    for field, name in NAMES.items():
        value = getattr(detail, field)
        if value is None or value == "":
            continue
        if field in APART:
            yield APART[field], TRUE
        shown = value * DILATED if field == "mask_padding" else value
        yield name, f"{shown:g}" if isinstance(shown, float) else str(shown)
    yield "inpaint only masked", TRUE
