"""What every mode is asked with, and the size that some results may have: the fields, with the widest ranges."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticKnownError

from backend.domain.field_notes import Alters, Infotext, Place, Switch, Weighs, Within
from backend.domain.parts import (
    LEAST_SIDE,
    MAX_SEED,
    MOST_SIDE,
    RANDOM_SEED,
    Accelerator,
    Control,
    Detail,
    Fraction,
    Lora,
    OutputFormat,
    Part,
    Seed,
)
from backend.domain.schedulers import SchedulerName

MOST_DETAILS = 8
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=3000)]


def _passes(guidance: float) -> float:
    """Return how often the model is asked a step: classifier-free guidance asks it for the negative prompt as well."""
    return 2.0 if guidance > 1 else 1.0


def _attended(nag_scale: float) -> float:
    """Return how many times as long a step takes where attention looks at prompt and negative prompt, each apart."""
    return 1.3 if nag_scale > 1 else 1.0


class Common(Part):
    """The fields that every mode has."""

    prompt: Annotated[Prompt, Weighs("nothing")] = Field(
        title="Prompt", description="What to draw, in English or Chinese; 2 to 3000 characters."
    )
    negative_prompt: Annotated[str, Place("fine", 40), Weighs("nothing"), Alters("look")] = Field(
        "",
        max_length=3000,
        title="Negative prompt",
        description="What to keep out. Acts with guidance above 1, or with NAG.",
    )
    steps: Annotated[int, Weighs("calls"), Infotext("Steps", always=True)] = Field(
        8, ge=1, le=50, title="Steps", description="The model is distilled for 8."
    )
    guidance: Annotated[
        float,
        Place("fine", 30),
        Weighs("step", times=_passes),
        Alters("look"),
        Infotext("CFG scale", always=True),
    ] = Field(
        1.0,
        ge=0,
        le=20,
        allow_inf_nan=False,
        title="Guidance",
        description="Classifier-free guidance; 1 or less is off.",
    )
    nag_scale: Annotated[
        float,
        Place("fine", 42),
        Switch("Negative prompt acts", on=5.0),
        Weighs("step", times=_attended),
        Alters("look"),
        Infotext("NAG scale"),
    ] = Field(
        0.0,
        ge=0,
        le=20,
        allow_inf_nan=False,
        title="NAG scale",
        description="Keeps the negative prompt out at guidance 1 as well; takes up to a third longer. 5 is usual.",
    )
    nag_tau: Annotated[
        float,
        Place("fine", 43),
        Within("nag_scale"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("NAG tau", beside="nag_scale"),
    ] = Field(
        2.5,
        ge=1,
        le=10,
        allow_inf_nan=False,
        title="NAG tau",
        description="How many times as strong attention may become; lower is calmer.",
    )
    nag_alpha: Annotated[
        Fraction,
        Place("fine", 44),
        Within("nag_scale"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("NAG alpha", beside="nag_scale"),
    ] = Field(0.25, title="NAG alpha", description="How much of the guided attention is taken.")
    nag_end: Annotated[
        Fraction,
        Place("fine", 45),
        Within("nag_scale"),
        Weighs("step", sort=float),
        Alters("look"),
        Infotext("NAG end", beside="nag_scale"),
    ] = Field(1.0, title="NAG end", description="The part of the steps up to which it acts.")
    shift: Annotated[
        float,
        Place("fine", 50),
        Weighs("nothing"),
        Alters("look"),
        Infotext("Shift", always=True, also=("Sampler shift",)),
    ] = Field(
        3.0,
        ge=1,
        le=10,
        allow_inf_nan=False,
        title="Shift",
        description="Where the steps lie; the model was distilled at 3.",
    )
    seed: Annotated[Seed, Weighs("nothing"), Infotext("Seed", always=True)] = Field(
        RANDOM_SEED, title="Seed", description="-1 draws one; the same seed makes the same image."
    )
    variation_strength: Annotated[
        Fraction,
        Place("fine", 10),
        Weighs("nothing"),
        Infotext("Variation seed strength", also=("Variation strength",)),
    ] = Field(
        0.0,
        title="Variation",
        description="Above 0, moves the seed's noise so far towards other seeds: images alike, yet not the same.",
    )
    variation_seed: Annotated[
        Seed, Place("fine", 20), Weighs("nothing"), Infotext("Variation seed", beside="variation_strength")
    ] = Field(
        RANDOM_SEED,
        title="Variation seed",
        description="-1 draws one. With a variation, every image has the same seed, and image i this one plus i.",
    )
    seed_diversity: Annotated[
        Fraction, Place("fine", 25), Weighs("nothing"), Alters("look"), Infotext("Seed diversity")
    ] = Field(
        0.0,
        title="Seed diversity",
        description="Above 0, seeds differ more in what the prompt leaves open; above 0.7, the prompt may suffer.",
    )
    count: Annotated[int, Weighs("calls")] = Field(
        1, ge=1, le=20, title="Images", description="Image i has the seed plus i."
    )
    scheduler: Annotated[SchedulerName, Place("fine", 60), Weighs("calls"), Alters("look")] = Field(
        "Default", title="Scheduler", description="Default is the model's own Euler."
    )
    loras: Annotated[tuple[Lora, ...], Place("extra"), Weighs("step", sort=len), Alters("look")] = Field(
        (), title="LoRAs"
    )
    acceleration: Annotated[
        Literal["none", "regular", "high"],
        Place("extra"),
        Weighs("calls"),
        Alters("look"),
    ] = Field(
        "none", title="Acceleration", description="Faster, and not quite the same picture; how, is the backend's own."
    )
    accelerator: Annotated[Accelerator, Weighs("calls"), Alters("look")] = Field(
        Accelerator(), title="Accelerator options"
    )
    output_format: Annotated[OutputFormat, Place("file"), Weighs("nothing"), Alters("file")] = Field(
        "png", title="Format", description="PNG keeps every pixel."
    )
    output_quality: Annotated[int, Place("file"), Weighs("nothing"), Alters("file")] = Field(
        95, ge=20, le=99, title="Quality", description="Of JPEG and WebP."
    )
    safety: Annotated[bool, Place("fine", 80), Weighs("nothing"), Alters("nothing")] = Field(
        False, title="Safety check", description="Flags images; never hides them silently."
    )
    prompt_expansion: Annotated[bool, Place("fine", 70), Weighs("nothing"), Alters("look")] = Field(
        False, title="Expand the prompt", description="A language model adds detail first."
    )
    controls: tuple[Control, ...] = Field((), title="Further controls")
    details: Annotated[tuple[Detail, ...], Place("fine", 95), Alters("look")] = Field(
        (),
        max_length=MOST_DETAILS,
        title="Details",
        description="Faces and hands that are found in the picture, and drawn again at the model's own size.",
    )
    options: Annotated[dict[str, JsonValue], Weighs("step"), Alters("look")] = Field(
        {}, title="Options of this backend alone"
    )

    @field_validator("negative_prompt")
    @classmethod
    def _empty_or_a_prompt(cls, value: str) -> str:
        value = value.strip()
        if len(value) == 1:
            raise ValueError("needs at least 2 characters, or none")
        return value

    @model_validator(mode="after")
    def _last_seed_is_a_seed(self) -> Self:
        counted = "variation_seed" if self.variation_strength else "seed"
        if getattr(self, counted) + self.count - 1 > MAX_SEED:
            raise ValueError(f"`{counted}` plus {self.count - 1} for the last image is above {MAX_SEED}")
        return self

    @model_validator(mode="after")
    def _cache_ends_within_the_steps(self) -> Self:
        end = self.accelerator.cache_end_step
        if end is not None and end > self.steps:
            raise ValueError(f"`cache_end_step` is {end}; this run has {self.steps} steps")
        return self


class Sized(Common):
    """A mode whose result may have a size of its own; without one, the input's or the model's default."""

    width: int | None = Field(None, ge=LEAST_SIDE, le=MOST_SIDE, multiple_of=16, title="Width")
    height: int | None = Field(None, ge=LEAST_SIDE, le=MOST_SIDE, multiple_of=16, title="Height")

    @field_validator("width", "height", mode="before")
    @classmethod
    def _in_range_before_a_multiple(cls, value: Any) -> Any:
        # pydantic looks at the multiple first, and the nearest one to 9999 would be refused as well.
        if isinstance(value, int | float) and value < LEAST_SIDE:
            raise PydanticKnownError("greater_than_equal", {"ge": LEAST_SIDE})
        if isinstance(value, int | float) and value > MOST_SIDE:
            raise PydanticKnownError("less_than_equal", {"le": MOST_SIDE})
        return value

    @model_validator(mode="after")
    def _both_sides_or_none(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("Give `width` and `height` together, or neither")
        return self
