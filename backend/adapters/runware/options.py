"""What is Runware's alone: typed, shown in a part of the form of its own."""

from typing import Literal, Self

from pydantic import Field, model_validator

from backend.adapters.runware.wire import CONTROLNET_MODEL, ControlMode, OutputType, Transformer, Ultralytics, WireUrl
from backend.domain.capabilities import Options
from backend.domain.parts import Part


class ControlOptions(Part):
    """What Runware knows of a control beyond the request's own fields; entry i belongs to control i."""

    model: str = Field(CONTROLNET_MODEL, title="ControlNet model", min_length=1, max_length=200)
    control_mode: ControlMode | None = Field(None, title="Who leads", description="Blank: Runware decides.")
    start_step: int | None = Field(None, ge=0, title="From step", description="Instead of the share of the steps.")
    end_step: int | None = Field(None, ge=1, title="Up to step", description="Instead of the share of the steps.")


class LoraOptions(Part):
    """What Runware knows of a LoRA beyond model and weight; entry i belongs to LoRA i."""

    transformer: Transformer | None = Field(None, title="Stage", description="For models of two stages.")


class RunwareOptions(Options):
    """How the task is delivered, and the parts of the page that no other backend has."""

    delivery: Literal["sync", "async"] = Field(
        "sync", title="Delivery", description="All at once (sync), or each image as it comes (async, asked repeatedly)."
    )
    output_type: OutputType = Field(
        "URL",
        title="Images come as",
        description="As a file to fetch (recoverable after a crash), or inside the answer.",
    )
    ttl: int | None = Field(None, ge=60, title="Keep there (seconds)", description="How long Runware keeps the file.")
    controls: tuple[ControlOptions, ...] = Field(
        (),
        title="Controls",
        description="What Runware knows of a control beyond the fields above; entry 1 is of the first control.",
    )
    loras: tuple[LoraOptions, ...] = Field(
        (), title="LoRAs", description="What Runware knows of a LoRA beyond its line; entry 1 is of the first LoRA."
    )
    ultralytics: Ultralytics | None = Field(
        None,
        title="Face refinement",
        description="On this model's page, but said to be for others; off while all is blank.",
    )

    @model_validator(mode="after")
    def _ttl_is_of_files(self) -> Self:
        if self.ttl is not None and self.output_type != "URL":
            raise ValueError("`ttl` is for images that come as `URL`; take it out, or choose that")
        return self


class CallbackOptions(RunwareOptions):
    """With the options that make Runware call out; taken only where `PLAYGROUND_ALLOW_CALLBACKS` is on."""

    webhook_url: WireUrl | None = Field(None, title="Webhook", description="Runware posts each result there, too.")
    upload_endpoint: WireUrl | None = Field(None, title="Upload to", description="Runware puts each file there, too.")
