"""Runware's messages as its model page has them: names, ranges and allowed values, on their way out.

Source: https://runware.ai/docs/models/alibaba-z-image-turbo, read in 2026-11. Where the service's own client types
differ from the page, the class says so.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MODEL: Literal["runware:z-image@turbo"] = "runware:z-image@turbo"
CONTROLNET_MODEL = "runware:z-image@turbo-controlnet"
"""The only one that Runware's own client types name for this model."""

OutputType = Literal["URL", "base64Data", "dataURI"]
WireFormat = Literal["JPG", "PNG", "WEBP"]
ControlMode = Literal["balanced", "controlnet", "prompt"]
Transformer = Literal["high", "low", "both"]
Side = Annotated[int, Field(ge=128, le=2048, multiple_of=16)]
Weight = Annotated[float, Field(ge=-4, le=4)]
Share = Annotated[float, Field(ge=0, le=1)]
WireUrl = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2048)]


class Message(BaseModel):
    """A part of a message; its fields go out in camel case, and only those that are set."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    def body(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Inputs(Message):
    """Images that the task starts from: a UUID, an address, a data URI or base64 each."""

    seed_image: str | None = None
    mask_image: str | None = None


class Safety(Message):
    """The content check; `fast` is the only one that checks."""

    check_content: bool
    mode: Literal["none", "fast"]


class Sides(Message):
    """Pixels that outpainting adds."""

    left: int | None = Field(None, ge=0)
    right: int | None = Field(None, ge=0)
    top: int | None = Field(None, ge=0)
    bottom: int | None = Field(None, ge=0)


class WireLora(Message):
    """A LoRA; `transformer` is for models of two stages, and left out unless asked for."""

    model: str
    weight: Weight = 1.0
    transformer: Transformer | None = None


class WireControl(Message):
    """A ControlNet entry; of each pair of step and percentage at most one is set."""

    model: str = CONTROLNET_MODEL
    guide_image: str
    weight: Weight = 1.0
    control_mode: ControlMode | None = None
    start_step: int | None = Field(None, ge=0)
    start_step_percentage: int | None = Field(None, ge=0, le=99)
    end_step: int | None = Field(None, ge=1)
    end_step_percentage: int | None = Field(None, ge=1, le=100)


class AcceleratorOptions(Message):
    """The twelve cache options."""

    fb_cache: bool | None = None
    fb_cache_threshold: Share | None = None
    tea_cache: bool | None = None
    tea_cache_distance: Share | None = None
    db_cache: bool | None = None
    db_cache_threshold: Share | None = None
    db_cache_skip_interval: int | None = Field(None, ge=1)
    cache_start_step: int | None = Field(None, ge=0)
    cache_start_step_percentage: int | None = Field(None, ge=0, le=99)
    cache_end_step: int | None = Field(None, ge=1)
    cache_end_step_percentage: int | None = Field(None, ge=1, le=100)
    cache_max_consecutive_steps: int | None = Field(None, ge=1, le=5)


class Ultralytics(Message):
    """Face refinement; the page declares it, and says that it is for other models."""

    cfg_scale: float | None = Field(None, ge=0, le=50, alias="CFGScale", title="CFG scale")
    confidence: Share | None = None
    mask_blur: int | None = Field(None, ge=0, le=100)
    mask_padding: int | None = Field(None, ge=0, le=20)
    negative_prompt: str | None = None
    positive_prompt: str | None = None
    steps: int | None = Field(None, ge=1, le=100)
    strength: Share | None = None


class ImageInference(Message):
    """One task that makes images."""

    task_type: Literal["imageInference"] = "imageInference"
    task_uuid: str = Field(alias="taskUUID")
    model: Literal["runware:z-image@turbo"] = MODEL
    positive_prompt: str = Field(min_length=2, max_length=3000)
    negative_prompt: str | None = Field(None, min_length=2, max_length=3000)
    width: Side
    height: Side
    seed: int = Field(ge=0, le=2**63 - 1)
    steps: int = Field(ge=1, le=50)
    cfg_scale: float = Field(ge=0, le=20, alias="CFGScale")
    scheduler: str | None = None
    inputs: Inputs | None = None
    strength: Share | None = None
    mask_margin: int | None = Field(None, ge=32, le=128)
    outpaint: Sides | None = None
    lora: tuple[WireLora, ...] | None = None
    control_net: tuple[WireControl, ...] | None = None
    accelerator_options: AcceleratorOptions | None = None
    safety: Safety | None = None
    ultralytics: Ultralytics | None = None
    number_results: int = Field(1, ge=1, le=20)
    output_type: OutputType = "URL"
    output_format: WireFormat = "PNG"
    output_quality: int | None = Field(None, ge=20, le=99)
    include_cost: bool = True
    ttl: int | None = Field(None, ge=60)
    delivery_method: Literal["sync", "async"] | None = None
    webhook_url: WireUrl | None = Field(None, alias="webhookURL")
    upload_endpoint: WireUrl | None = None


class Preprocess(Message):
    """One task that makes a control picture; the form that Runware's newer documents show."""

    task_type: Literal["controlNetPreprocess"] = "controlNetPreprocess"
    task_uuid: str = Field(alias="taskUUID")
    model: str
    inputs: dict[str, str]
    settings: dict[str, int | bool] | None = None
    output_type: OutputType = "URL"
    output_format: WireFormat = "PNG"
    include_cost: bool = True


class Upload(Message):
    """One task that stores an image in the account, to be named by its UUID afterwards."""

    task_type: Literal["mediaStorage"] = "mediaStorage"
    task_uuid: str = Field(alias="taskUUID")
    operation: Literal["upload"] = "upload"
    media: str


class Ask(Message):
    """A question about a task: its results so far (`getResponse`) or what the archive holds (`getTaskDetails`)."""

    task_type: Literal["getResponse", "getTaskDetails"]
    task_uuid: str = Field(alias="taskUUID")


class AccountQuestion(Message):
    """A question about the account; the answer holds more than the balance, and only that is read."""

    task_type: Literal["accountManagement"] = "accountManagement"
    task_uuid: str = Field(alias="taskUUID")
    operation: Literal["getDetails"] = "getDetails"
