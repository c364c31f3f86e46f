"""What the simulated model takes; written from the documents a second time, so that the adapter is checked by it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

ENDPOINT = "tongyi-mai/z-image/turbo/controlnet"
RESERVED = ("webhook", "webhook_events_filter", "metadata")
"""Names beside the model's inputs that are ModelRunner's own."""
PRESETS = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}

Share = Annotated[float, Field(ge=0, le=1)]


class OwnSize(BaseModel):
    """A size in pixels."""

    width: int = Field(512, gt=0, le=14142)
    height: int = Field(512, gt=0, le=14142)


class ModelInput(BaseModel):
    """The model's inputs with their ranges and defaults; a field that it doesn't have fails the run, not the call."""

    model_config = ConfigDict(extra="allow")

    prompt: str = Field(min_length=1)
    image_url: str = Field(min_length=1)
    preprocess: Literal["none", "canny", "depth", "pose"] = "none"
    control_scale: Share = 0.75
    control_start: Share = 0.0
    control_end: Share = 0.8
    image_size: (
        Literal["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9", "auto"]
        | OwnSize
    ) = "auto"
    num_inference_steps: int = Field(8, ge=1, le=8)
    num_images: int = Field(1, ge=1, le=4)
    seed: int | None = Field(None, ge=0)
    enable_prompt_expansion: bool = False
    acceleration: Literal["none", "regular", "high"] = "regular"
    output_format: Literal["jpeg", "png", "webp"] = "png"
    enable_safety_checker: bool = True
    sync_mode: bool = False

    @property
    def strange(self) -> list[str]:
        """Return the names that the model doesn't know."""
        return list(self.model_extra or {})

    @property
    def size(self) -> tuple[int, int] | None:
        """Return width and height in pixels, or None for the control image's own."""
        if isinstance(self.image_size, OwnSize):
            return self.image_size.width, self.image_size.height
        return PRESETS.get(self.image_size)


def issues(error: ValidationError) -> list[dict[str, Any]]:
    """Return what is wrong with an input as ModelRunner lists it."""
    return [
        {"path": [str(error["loc"][0])] if error["loc"] else [], "message": error["msg"], "code": error["type"]}
        for error in error.errors(include_url=False, include_input=False)
    ]


def metadata_of(body: dict[str, Any]) -> dict[str, str]:
    """Return the tags of a submission; raise `ValueError` where they break ModelRunner's limits."""
    tags = body.get("metadata") or {}
    if not isinstance(tags, dict) or len(tags) > 16:
        raise ValueError("metadata must be a map of at most 16 keys")
    for name, value in tags.items():
        if not 1 <= len(name) <= 64 or not isinstance(value, str) or len(value) > 512:
            raise ValueError(f"metadata key {name!r} or its value is too long, or no text")
    return tags
