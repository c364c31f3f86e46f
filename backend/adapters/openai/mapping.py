"""From a request to the fields of one POST; pure.

OpenAI's own names, and behind them those that open engines share: vLLM-Omni's `ImageGenerationRequest` and SGLang's
`ImageGenerationsRequest` (both read 2026-11) call steps, guidance, seed and negative prompt alike.
"""

from collections.abc import Mapping
from typing import Any, Literal

from backend.domain.requests import Request

Route = Literal["generations", "edits"]
"""Which of the API's paths makes a picture: from words alone, or from a picture."""
SPREAD: Mapping[str, str] = {
    "seed": "seed",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "negative_prompt": "negative_prompt",
    "strength": "strength",
}
"""Fields that OpenAI itself doesn't have, with ours; a server may refuse them by name."""
FORM = "response_format"
"""Asks for the picture itself instead of an address; SGLang's default is the address, and some servers refuse it."""
OURS: Mapping[str, str] = {
    **SPREAD,
    "prompt": "prompt",
    "size": "width",
    "n": "count",
    "image": "image",
    "mask": "mask",
}
"""Names on the wire in our words."""
TAKES = frozenset(
    {
        "prompt",
        "negative_prompt",
        "seed",
        "count",
        "steps",
        "guidance",
        "width",
        "height",
        "output_format",
        "output_quality",
        "image",
        "mask",
        "strength",
        "resize",
        "mask_grow",
        "mask_feather",
    }
)
"""The fields that decide over a POST, over the pictures in it, and over what its answer becomes."""


def route_of(request: Request) -> Route:
    """Return the path that makes a request's pictures."""
    return "generations" if request.mode == "text_to_image" else "edits"


def to_fields(
    request: Request, *, size: tuple[int, int], seed: int, model: str | None, refused: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the fields that make one image of a request with that seed; `refused` are those the server doesn't take.

    `size` is width and height in pixels.
    """
    fields: dict[str, Any] = {
        "model": model,
        "prompt": request.prompt,
        "n": 1,
        "size": f"{size[0]}x{size[1]}",
        FORM: "b64_json",
        "seed": seed,
        "num_inference_steps": request.steps,
        "guidance_scale": guidance_scale(request.guidance),
        "negative_prompt": request.negative_prompt or None,
        "strength": getattr(request, "strength", None),
    }
    return {name: value for name, value in fields.items() if value is not None and name not in refused}


def guidance_scale(guidance: float) -> float:
    """Return guidance as engines count it: off is 0 there too, since those with Z-Image's own formula act from 0 up."""
    return guidance if guidance > 1 else 0.0
