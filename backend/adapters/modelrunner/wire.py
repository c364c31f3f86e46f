"""ModelRunner's messages on their way out: the model's inputs with names, ranges and allowed values.

Sources: the model's page at modelrunner.ai (tongyi-mai/z-image/turbo/controlnet, 2026-11) for what it names; for the
fields and defaults that it leaves out (`seed`, `output_format`, `enable_safety_checker`, the size presets' pixels) the
published types of fal's z-image/turbo/controlnet, whose fields and words it shares.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.domain.capabilities import Size
from backend.domain.parts import OutputFormat, Preprocess

ENDPOINT = "tongyi-mai/z-image/turbo/controlnet"
LARGEST_SEED = 2**53 - 1
"""Above this a JSON number loses digits on its way through JavaScript, and the seed would be another one."""
MOST_IMAGES = 4
MOST_STEPS = 8

Preset = Literal["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"]
PRESETS: dict[Preset, Size] = {
    "square_hd": Size(1024, 1024, "square_hd"),
    "square": Size(512, 512, "square"),
    "portrait_4_3": Size(768, 1024, "portrait_4_3"),
    "portrait_16_9": Size(576, 1024, "portrait_16_9"),
    "landscape_4_3": Size(1024, 768, "landscape_4_3"),
    "landscape_16_9": Size(1024, 576, "landscape_16_9"),
}
"""The named sizes in pixels."""

Share = Annotated[float, Field(ge=0, le=1)]


class Message(BaseModel):
    """A part of a message; unknown fields are refused here, since ModelRunner passes them on to fail downstream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def body(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self.model_dump(mode="json", exclude_none=True)


class Sides(Message):
    """A size of one's own in pixels."""

    width: int = Field(gt=0, le=14142)
    height: int = Field(gt=0, le=14142)


class Input(Message):
    """The model's inputs; every one is sent, since ModelRunner's defaults are not all published."""

    prompt: str = Field(min_length=1)
    image_url: str = Field(pattern=r"^https?://\S+$", max_length=2048)
    preprocess: Preprocess
    control_scale: Share
    control_start: Share
    control_end: Share
    image_size: Literal["auto"] | Preset | Sides
    num_inference_steps: int = Field(ge=1, le=MOST_STEPS)
    num_images: int = Field(ge=1, le=MOST_IMAGES)
    seed: int = Field(ge=0, le=LARGEST_SEED)
    enable_prompt_expansion: bool
    acceleration: Literal["none", "regular", "high"]
    output_format: OutputFormat
    enable_safety_checker: bool


class NewUpload(Message):
    """The question for an address to put a file at."""

    file_name: str
    content_type: str
    size: int
