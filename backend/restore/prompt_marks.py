"""Marks that other tools read inside a prompt and this model takes for words: LoRA tags and weights."""

import re

from backend.restore.found import Found

MOST_CHARACTERS = 20_000
_TAG = re.compile(r"<(lora|lyco|hypernet|embed|embedding|style|segment|object|refiner):([^<>]{1,300})>", re.IGNORECASE)
_WEIGHT = re.compile(r"\(([^()\[\]{}:\\]{1,500}):\s{0,3}-?(\d{1,2}(?:\.\d{1,4})?)\)")


def without_marks(found: Found, prompt: str) -> str:
    """Return the prompt (its first `MOST_CHARACTERS`) without LoRA tags and weights, noting each."""
    prompt = prompt[:MOST_CHARACTERS]
    prompt = _TAG.sub(lambda tag: _noted(found, tag), prompt)
    weights = 0

    def plain(weighted: "re.Match[str]") -> str:
        nonlocal weights
        weights += 1
        return weighted[1]

    prompt = _WEIGHT.sub(plain, prompt)
    if weights:
        found.drop("Prompt weights", f"{weights} × (words:weight)", "This model reads them as words; the words stay.")
    return prompt.strip().strip(",").strip()


def _noted(found: Found, tag: "re.Match[str]") -> str:
    found.drop(tag[1].lower(), tag[2], "Add it by its own file or id, if it is made for Z-Image.")
    return ""
