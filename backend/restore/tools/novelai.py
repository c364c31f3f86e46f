"""NovelAI: `Comment`, beside `Description` and `Software`."""

from collections.abc import Callable
from typing import Any

from backend.restore.found import Found
from backend.restore.reasons import ONE_CHARACTER
from backend.restore.tools.flat_json import flat_values, take_scheduler

_NOVELAI = {
    "prompt": "prompt",
    "uc": "negative_prompt",
    "seed": "seed",
    "steps": "steps",
    "scale": "guidance",
    "width": "width",
    "height": "height",
}
_NOVELAI_TOOL = {
    "sampler",
    "noise_schedule",
    "signed_hash",
    "request_type",
    "v4_prompt",
    "v4_negative_prompt",
    "strength",
}


def read_novelai(text: Callable[[str], str], comment: Any) -> Found | None:
    """Read NovelAI's `Comment`, with `Description` and `Software` by what `text` gives for a keyword."""
    if not isinstance(comment, dict) or not ("NovelAI" in text("Software") or "uc" in comment):
        return None
    found = flat_values("NovelAI", {"prompt": text("Description"), **comment}, _NOVELAI, _NOVELAI_TOOL)
    found.model = "NovelAI Diffusion"
    _list_characters(found, comment.get("v4_prompt"))
    take_scheduler(found, comment.get("sampler"), comment.get("noise_schedule"))
    if comment.get("strength") and comment.get("request_type") in ("Img2ImgRequest", "InpaintRequest"):
        inpaint = comment["request_type"] == "InpaintRequest"
        found.values |= {"mode": "inpaint" if inpaint else "image_to_image", "strength": comment["strength"]}
    return found


def _list_characters(found: Found, prompt: Any) -> None:
    """List the prompts of single characters, which version 4 keeps apart."""
    caption = prompt.get("caption") if isinstance(prompt, dict) else None
    several = caption.get("char_captions") if isinstance(caption, dict) else None
    for character in several if isinstance(several, list) else ():
        if isinstance(character, dict) and character.get("char_caption"):
            found.drop("character", character["char_caption"], ONE_CHARACTER)
