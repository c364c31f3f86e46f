"""What is signed of a result: the action, the program, the model, and the pictures that it was made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backend.domain.requests import MODE_LABELS, Mode
from backend.images.metadata.source_type import VOCABULARY, Term

GENERATOR = "Z-Image Playground"
VERSION = "0.1"
"""The playground's, as long as it has no releases."""
_WATERMARKED = {"action": "c2pa.edited", "description": "A watermark was written into its pixels"}
"""Not `c2pa.watermarked`, which is for a mark that leads back to a manifest (a soft binding)."""
Relationship = Literal["parentOf", "inputTo"]
"""C2PA 2.2, section 18.15.3. parentOf: the result is derived from that picture; there is at most one. inputTo: it was
used as input to a computational process, such as an AI model, that led to the result."""


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that a result was made of; `content` is its file where that has credentials of its own, else empty."""

    title: str
    relationship: Relationship
    image_format: str
    content: bytes = b""
    private: tuple[str, ...] = ()
    """Where in those credentials pictures and places lie, which are nobody else's business."""
    finished: bool = False
    """Whether it is a provider's own file of the result, whose every pixel it has."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: the mode, its term, the model, and what that ran on, in words."""

    mode: Mode
    term: Term
    model: str
    place: str
    watermark: bool = False
    """Whether a watermark was written into the pixels, the last thing that was done to them."""


def definition(deed: Deed, sources: Sequence[Source]) -> dict[str, Any]:
    """Return the manifest as the library takes it; sources that have credentials are added by their files."""
    private = list(dict.fromkeys(part for each in sources for part in each.private))
    actions = [*_actions(deed, sources), *([_WATERMARKED] if deed.watermark else []), *map(_redacted, private)]
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": VERSION}],
        "redactions": private,
        "ingredients": [named(index, each) for index, each in enumerate(sources) if not each.content],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _redacted(part: str) -> dict[str, Any]:
    return {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": part}}


def named(index: int, source: Source) -> dict[str, str]:
    """Return a source as an ingredient, under the label by which the actions name it."""
    return {
        "title": source.title,
        "relationship": source.relationship,
        "format": f"image/{source.image_format}",
        "label": _label(index),
    }


def _actions(deed: Deed, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return what was done, the beginning first: `c2pa.opened` where there is a parent, else `c2pa.created`."""
    labels = {_label(index): each for index, each in enumerate(sources)}
    parents = [label for label, each in labels.items() if each.relationship == "parentOf"]
    inputs = [label for label, each in labels.items() if each.relationship == "inputTo"]
    opened: dict[str, Any] = {"action": "c2pa.opened", "parameters": {"ingredientIds": parents}}
    drawn: dict[str, Any] = {
        "digitalSourceType": VOCABULARY + deed.term,
        "softwareAgent": {"name": deed.model},
        "description": f"{MODE_LABELS[deed.mode]} on {deed.place}",
    }
    if any(each.finished for each in sources):
        return [opened | drawn, {"action": "c2pa.edited.metadata", "description": "Its request was written into it"}]
    drawn |= {"parameters": {"ingredientIds": inputs}} if inputs else {}
    return [opened, {"action": "c2pa.edited"} | drawn] if parents else [{"action": "c2pa.created"} | drawn]


def _label(index: int) -> str:
    return f"source-{index}"
