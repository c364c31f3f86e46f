"""Whose settings a file holds: Z-Image-Turbo's, which count here, or another model's, as Z-Image's own base is."""

import re

from backend.restore.found import Found

_Z_IMAGE = re.compile(r"z[-_ .]?image|(?<![a-z])zit(?![a-z])", re.IGNORECASE)
_TURBO = re.compile(r"turbo|(?<![a-z])zit(?![a-z])|z-image-playground", re.IGNORECASE)
_BASE = re.compile(r"base|omni|edit", re.IGNORECASE)
_OTHERS = re.compile(
    r"flux|sd[-_ ]?xl|stable[-_ ]?diffusion|\bsd[-_ ]?[123]|pony|illustrious|noobai|chroma|qwen|hunyuan|hidream|lumina"
    r"|krea",
    re.IGNORECASE,
)
"""Families whose files are called so; no mark beside such a name says otherwise."""
_MOST_STEPS = 12
"""Turbo is made for 8; the base model's card asks for 28 to 50 and a guidance of 3 to 5 (Tongyi-MAI/Z-Image,
README.md)."""


def is_turbos(found: Found) -> bool:
    """Whether steps, guidance, scheduler and shift are Turbo's: by the model's name, or else by how it was drawn.

    A Z-Image model whose name says neither is Turbo where it was drawn without guidance, which the base model needs. A
    file that names no model is believed.
    """
    if not found.model:
        return True
    name = found.model[:300]
    if not _Z_IMAGE.search(name) and (not found.is_z_image or _OTHERS.search(name)):
        return False
    if _TURBO.search(name):
        return True
    return not _BASE.search(name) and _draws_without_guidance(found)


def _draws_without_guidance(found: Found) -> bool:
    guidance, steps = (_number(found.values.get(name)) for name in ("guidance", "steps"))
    return guidance <= 1 if guidance is not None else steps is not None and steps <= _MOST_STEPS


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
