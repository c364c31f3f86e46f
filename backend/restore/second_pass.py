"""A second, larger pass of other tools' files: the high-resolution fix, where it is one that can be made here."""

from backend.domain.field_notes import Infotext, noted
from backend.domain.requests import LANCZOS, TextToImage
from backend.restore.found import Found
from backend.restore.reasons import LANCZOS_OR_FILE, NO_LATENTS, SECOND_PASS

LEAST, MOST = 1.0, 4.0
"""Of `hires_scale`; 1 makes no second pass."""
_NO_UPSCALERS = ("", "none")
NAMES = {
    note.name.casefold(): name
    for name, note in noted(TextToImage.model_fields, Infotext).items()
    if name.startswith("hires_") or name == "tile_prompt"
}
"""The fields by A1111's names, in lower case."""


def take_second_pass(
    found: Found, *, scale: object, steps: object = None, strength: object = None, upscaler: str = ""
) -> bool:
    """Take the second pass where its scale is one that can be made, and return whether it was.

    `scale` is the result's size by the first pass's; an empty `steps` are as many as the first pass's.
    """
    factor = _number(scale)
    if factor is None or not LEAST < factor <= MOST:
        return False
    found.values["hires_scale"] = round(factor, 4)
    found.take({"steps": steps, "strength": strength}, {"steps": "hires_steps", "strength": "hires_strength"})
    _take_upscaler(found, upscaler.strip())
    return True


def drop_second_pass(found: Found, name: str, value: object) -> None:
    """List what belongs to a second pass that isn't made."""
    found.drop(name, value, SECOND_PASS)


def _take_upscaler(found: Found, name: str) -> None:
    """Take an upscaler by its file's name; latents are enlarged by none here."""
    if name.casefold().startswith("latent"):
        found.drop("Hires upscaler", name, NO_LATENTS)
    elif name.casefold() == "nearest":
        found.drop("Hires upscaler", name, LANCZOS_OR_FILE)
    elif name.casefold() not in (*_NO_UPSCALERS, LANCZOS.casefold()):
        found.values["hires_method"] = name.removesuffix(".safetensors").removesuffix(".pth")


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
