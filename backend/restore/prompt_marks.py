"""A file's prompt without the marks that this model takes for words: LoRAs are kept aside, the rest is said."""

from backend.prompts.marks import read_marks
from backend.restore.found import Found
from backend.restore.reasons import NO_NETWORK, NO_WEIGHTS


def without_marks(found: Found, prompt: str) -> str:
    """Return the prompt without tags and weights, noting each; its LoRAs are added to what was found."""
    read = read_marks(prompt)
    for tag in read.tags:
        if tag.is_lora:
            found.take_lora(tag.name, tag.weight)
        else:
            found.drop(tag.kind, tag.name, NO_NETWORK)
    if read.weights:
        many = f"{read.weights} × (words:weight)"
        found.drop("Prompt weights", many, NO_WEIGHTS)
    return read.words.strip().strip(",").strip()
