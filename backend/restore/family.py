"""Whose settings a file holds: those of a kind of Z-Image, which count here, or another model's."""

import re

from backend.library.profiles import USUAL, profile_of, profiles
from backend.restore.found import Found

_Z_IMAGE = re.compile(r"z[-_ .]?image|(?<![a-z])zit(?![a-z])", re.IGNORECASE)
_TURBO = re.compile(r"turbo|(?<![a-z])zit(?![a-z])|z-image-playground", re.IGNORECASE)
_BASE = re.compile(r"base|omni", re.IGNORECASE)
_EDIT = re.compile(r"edit", re.IGNORECASE)
"""Z-Image-Edit begins from pictures, and nothing is published of how it is drawn with."""
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
    """Whether steps, guidance, scheduler and shift are Turbo's; a file that names no model is believed."""
    return not found.model or profile_named(found) == USUAL


def profile_named(found: Found) -> str | None:
    """Return which kind of Z-Image (`library.profiles`) drew a file, by the model's name, or by how it was drawn.

    A Z-Image model whose name says no kind is Turbo where it was drawn without guidance, which the base model needs.
    None where the file names no model, or one of another family.
    """
    name = (found.model or "")[:300]
    if not _Z_IMAGE.search(name) and (not found.is_z_image or _OTHERS.search(name)):
        return None
    told = profile_of((name,)).name
    if told not in (USUAL, "base"):
        return told
    if _TURBO.search(name):
        return USUAL
    if _EDIT.search(name):
        return None
    return USUAL if not _BASE.search(name) and _draws_without_guidance(found) else profiles()["base"].name


def _draws_without_guidance(found: Found) -> bool:
    guidance, steps = (_number(found.values.get(name)) for name in ("guidance", "steps"))
    return guidance <= 1 if guidance is not None else steps is not None and steps <= _MOST_STEPS


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
