"""ADetailer's faces and hands, as A1111 and Forge write them into a file, to details that can be drawn here.

The names are those of https://github.com/Bing-su/adetailer (`adetailer/args.py`): a second one's end in ` 2nd`.
"""

from collections.abc import Mapping
from typing import Any, get_args

from backend.domain.parts import MOST_PADDING, Target
from backend.images.metadata.detailer_names import APART, DILATED, NAMES, SUFFIXES, TRUE
from backend.restore.found import Found
from backend.restore.reasons import NO_TARGET

TARGETS: tuple[Target, ...] = get_args(Target)
_NUMBERS = {NAMES[name].casefold(): name for name in ("confidence", "mask_blur", "strength", "steps", "guidance")}


def take_details(found: Found, known: Mapping[str, str]) -> set[str]:
    """Take the details of a file's parameters (by their names in lower case), and return the names that are used."""
    details, used = [], set[str]()
    for suffix in SUFFIXES:
        own = {
            name.removesuffix(suffix).removeprefix("adetailer "): value
            for name, value in known.items()
            if name.startswith("adetailer ") and _suffix(name) == suffix
        }
        if model := own.get("model"):
            used |= {f"adetailer {name}{suffix}" for name in own}
            if target := target_of(model):
                details.append({"target": target, **_read(own)})
            elif model.casefold() != "none":
                found.drop(f"ADetailer model{suffix}", model, NO_TARGET)
    if details:
        found.values["details"] = details
    return used


def _suffix(name: str) -> str:
    return next((suffix for suffix in SUFFIXES[1:] if name.endswith(suffix)), "")


def _read(own: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {
        name: own[name.replace("_", " ")] for name in ("prompt", "negative_prompt") if name.replace("_", " ") in own
    }
    for theirs, ours in _NUMBERS.items():
        if theirs in own and own.get(APART.get(ours, "").casefold(), TRUE).casefold() == TRUE.casefold():
            read[ours] = own[theirs]
    if NAMES["mask_padding"].casefold() in own:
        read["mask_padding"] = padding_of(own[NAMES["mask_padding"].casefold()])
    return read


def target_of(model: str) -> Target | None:
    """Return what a finder's file looks for by its name, as in `face_yolov8n.pt`; None where it is neither."""
    return next((target for target in TARGETS if target in model.casefold()), None)


def padding_of(dilated: str | float) -> int:
    """Return the pixels that a mask grows by on every side, where its kernel is so wide; erosion is none here."""
    try:
        return min(max(round(float(dilated) / DILATED), 0), MOST_PADDING)
    except (ValueError, OverflowError):
        return 0
