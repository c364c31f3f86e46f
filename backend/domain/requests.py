"""What somebody asks for: one frozen type a mode, with the widest ranges of the two model pages."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, JsonValue, StringConstraints, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticKnownError

from backend.domain.field_notes import Alters, Digits, Infotext, Maps, Picture, Place, Weighs, noted
from backend.domain.parts import (
    LEAST_SIDE,
    MAX_SEED,
    MOST_SIDE,
    RANDOM_SEED,
    THRESHOLDS,
    Accelerator,
    Control,
    Fraction,
    ImageRef,
    Level,
    Lora,
    OutputFormat,
    Part,
    Preprocess,
    Seed,
    Weight,
    check_thresholds,
)
from backend.domain.schedulers import SchedulerName

Mode = Literal["text_to_image", "image_to_image", "inpaint", "outpaint", "controlnet"]
MODES: tuple[Mode, ...] = get_args(Mode)
MODE_LABELS: Mapping[Mode, str] = {
    "text_to_image": "Text to image",
    "image_to_image": "Image to image",
    "inpaint": "Inpaint",
    "outpaint": "Outpaint",
    "controlnet": "ControlNet",
}

Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=3000)]
Pixels = Annotated[int, Field(ge=0, le=MOST_SIDE)]


def _passes(guidance: float) -> float:
    """Return how often the model is asked a step: classifier-free guidance asks it for the negative prompt as well."""
    return 2.0 if guidance > 1 else 1.0


class Common(Part):
    """The fields that every mode has."""

    prompt: Annotated[Prompt, Weighs("nothing")] = Field(
        title="Prompt", description="What to draw, in English or Chinese; 2 to 3000 characters."
    )
    negative_prompt: Annotated[str, Place("fine", 40), Weighs("nothing"), Alters("look")] = Field(
        "", max_length=3000, title="Negative prompt", description="What to keep out. Acts only with guidance above 1."
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


class TextToImage(Sized):
    """An image from words alone."""

    mode: Literal["text_to_image"] = "text_to_image"


class ImageToImage(Sized):
    """An image redrawn after a prompt."""

    mode: Literal["image_to_image"] = "image_to_image"
    image: ImageRef = Field(title="Image")
    strength: Annotated[Fraction, Infotext("Denoising strength", always=True)] = Field(
        0.8, title="Strength", description="0 returns the image; 1 ignores it."
    )
    resize: Literal["crop", "fit", "stretch"] = Field(
        "crop", title="Resize", description="How the image gets the size: cut its edges, add borders, or distort it."
    )


class Inpaint(Sized):
    """A part of an image painted anew, the rest kept to the pixel."""

    mode: Literal["inpaint"] = "inpaint"
    image: ImageRef = Field(title="Image")
    mask: ImageRef = Field(title="Mask", description="White is painted anew, black is kept.")
    strength: Annotated[Fraction, Infotext("Denoising strength", always=True)] = Field(1.0, title="Strength")
    mask_margin: Annotated[int | None, Alters("look")] = Field(
        None, ge=32, le=128, title="Mask margin", description="Zoom into the mask with this many pixels of context."
    )
    mask_grow: int = Field(0, ge=0, le=256, title="Grow the mask (pixels)")
    mask_feather: int = Field(0, ge=0, le=256, title="Feather the mask (pixels)")


class Outpaint(Common):
    """An image continued beyond its edges; the result is the image plus what each side adds."""

    mode: Literal["outpaint"] = "outpaint"
    image: ImageRef = Field(title="Image")
    left: Pixels = Field(0, title="Left")
    right: Pixels = Field(0, title="Right")
    top: Pixels = Field(0, title="Top")
    bottom: Pixels = Field(0, title="Bottom")
    fill: Literal["edge", "mirror", "noise", "grey"] = Field(
        "edge", title="Fill", description="What the new area starts from."
    )
    overlap: int = Field(
        32, ge=0, le=256, title="Overlap", description="Pixels of the image that may change at the seam."
    )
    feather: int = Field(0, ge=0, le=256, title="Feather", description="Width of the blend at the seam; 0 is exact.")

    @model_validator(mode="after")
    def _some_side_grows(self) -> Self:
        if not (self.left or self.right or self.top or self.bottom):
            raise ValueError("Give at least one of `left`, `right`, `top` and `bottom`")
        return self


class ControlNet(Sized):
    """An image that follows the structure of a control image."""

    mode: Literal["controlnet"] = "controlnet"
    image: ImageRef = Field(title="Control image")
    preprocess: Preprocess = Field(
        "canny", title="Preprocess", description="Edges, depth, pose, or the image as it is."
    )
    control_scale: Weight = Field(0.75, title="Control scale", description="How tightly the result follows.")
    control_start: Fraction = Field(0.0, title="Control start", description="Fraction of the steps.")
    control_end: Fraction = Field(0.8, title="Control end", description="Ending early leaves room for detail.")
    low_threshold: Annotated[Level, Alters("look")] = Field(
        THRESHOLDS[0], title="Low threshold", description="Of canny: lower keeps weak edges."
    )
    high_threshold: Annotated[Level, Alters("look")] = Field(
        THRESHOLDS[1], title="High threshold", description="Of canny: lower finds more edges."
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.control_start >= self.control_end:
            raise ValueError(
                f"`control_start` is {self.control_start:g} and must be below `control_end`, {self.control_end:g}"
            )
        return self

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        check_thresholds((self.low_threshold, self.high_threshold))
        return self


Request = TextToImage | ImageToImage | Inpaint | Outpaint | ControlNet

REQUEST_TYPES: dict[Mode, type[Request]] = {
    "text_to_image": TextToImage,
    "image_to_image": ImageToImage,
    "inpaint": Inpaint,
    "outpaint": Outpaint,
    "controlnet": ControlNet,
}
IMAGE_FIELDS: dict[Mode, tuple[str, ...]] = {
    mode: tuple(noted(kind.model_fields, Picture)) for mode, kind in REQUEST_TYPES.items()
}
OWN_CONTROL: dict[str, str] = {
    name: name if name in ControlNet.model_fields else f"control_{name}" for name in Control.model_fields
}
"""The fields of the ControlNet mode's own control, by their names in `Control`."""
MAPPING = tuple(noted(Control.model_fields, Maps))
"""The fields of a control that decide over its control picture, beside the image."""
IN_DIGITS = frozenset(name for kind in REQUEST_TYPES.values() for name in noted(kind.model_fields, Digits))
"""Fields whose whole numbers go beyond what a browser counts to, so that they are text there."""

_ADAPTER: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="mode")])


def parse_request(values: dict[str, Any]) -> Request:
    """Read a request from plain values; `mode` says which kind. Raises pydantic's `ValidationError`."""
    return _ADAPTER.validate_python(values)


def seeds(request: Request) -> tuple[int, ...]:
    """Return the seed of each image: the request's, plus the image's index unless the variation seeds count instead."""
    return tuple(request.seed + (0 if request.variation_strength else index) for index in range(request.count))


def variation_seeds(request: Request) -> tuple[int | None, ...]:
    """Return the seed towards which each image's noise is moved; None where it isn't."""
    varied = bool(request.variation_strength)
    return tuple(request.variation_seed + index if varied else None for index in range(request.count))


def of_image(request: Request, index: int) -> Request:
    """Return the request whose seed and count are image `index`'s alone, where a variation sets the images apart."""
    if not request.variation_strength:
        return request
    return request.model_copy(update={"variation_seed": request.variation_seed + index, "count": 1})


def references(request: Request) -> tuple[str, ...]:
    """Return every image that the request refers to, its own first, then the further controls'."""
    own = tuple(str(getattr(request, name)) for name in IMAGE_FIELDS[request.mode])
    return own + tuple(control.image for control in request.controls)


def controls_of(request: Request) -> tuple[Control, ...]:
    """Return every control of the request, the ControlNet mode's own first."""
    if not isinstance(request, ControlNet):
        return request.controls
    own = {name: getattr(request, ours) for name, ours in OWN_CONTROL.items()}
    return (Control(**own), *request.controls)
